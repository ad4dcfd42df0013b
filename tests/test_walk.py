"""The walk: every packet goes from checkpoint to checkpoint.

It ends delivered, or lost for a reason.
"""

import json
import os
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import pytest
from rigs.reference_site import BALANCERS, NATS, PAGE, dropped, open_connections, site, transcript

from vpcedu.clock import SECOND, Clock, seconds
from vpcedu.flow import FiveTuple
from vpcedu.gateways.internet_gateway import Association
from vpcedu.hosts.host import Host
from vpcedu.network import places
from vpcedu.network.conversations import conversations
from vpcedu.network.joined import together
from vpcedu.network.link import Link
from vpcedu.network.names import Name, Names
from vpcedu.network.network import MOST_HOPS, Network
from vpcedu.network.places import BETWEEN, WITHIN, Hop, Places
from vpcedu.network.record import Call
from vpcedu.network.vpc import Unknown
from vpcedu.packet import SYN, Packet
from vpcedu.protocols.http import request
from vpcedu.protocols.tls import Client
from vpcedu.reasons import (
    BLACKHOLE,
    DESTINATION_CHECK,
    HOP_LIMIT,
    LOST,
    NO_PUBLIC_ADDRESS,
    NO_ROUTE,
    NO_SUCH_INTERFACE,
    NOT_ON_THE_INTERNET,
    PRIVATE_DESTINATION,
    SOURCE_CHECK,
    Reason,
)
from vpcedu.sites.parts import IGW, VPC_BLOCK
from vpcedu.tables.network_acl import DENY, IN, OUT, AclEntry
from vpcedu.tables.route_table import LOCAL, Route
from vpcedu.tables.security_group import GroupRule
from vpcedu.tables.traffic import ANYWHERE
from vpcedu.trace import CHECKS, DELIVER, DROP, REWRITE, SEND, Capture, Cause, Step, Trace

ROOT = Path(__file__).parent.parent


def check_traces(capture):
    """What is true of every trace of every visit."""
    for trace in capture:
        first, *rest = trace.steps
        assert first.action == SEND
        for before, after in zip(trace.steps, rest, strict=False):
            assert before.after == after.before, "a packet changed between two steps"
            assert before.now <= after.now
        assert trace.last.action in (DELIVER, DROP)
        assert [step.check for step in trace.steps if step.check not in CHECKS] == []
        for step in trace.steps:
            assert (step.action == DROP) == isinstance(step.reason, Reason)
    assert [trace.number for trace in capture] == list(range(1, len(capture) + 1))
    assert [t.steps[0].now for t in capture] == sorted(t.steps[0].now for t in capture)


# --- what holds for every packet -----------------------------------------------------------------


@pytest.mark.parametrize("nat", NATS)
@pytest.mark.parametrize("balancer", BALANCERS)
def test_every_step_begins_with_what_the_one_before_left(balancer, nat):
    visited = site(balancer, nat)
    assert visited.get(PAGE).symptom == "200 OK"
    visited.connect("web", "updates.example.net", 443)
    visited.connect("web", "updates.example.net", 8080)
    check_traces(visited.network.capture)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("balancer", BALANCERS)
def test_with_a_fifth_of_the_packets_lost_every_visit_is_answered_and_nothing_stays_open(
    balancer, seed
):
    visited = site(balancer, link=Link(loss=0.2, seed=seed))
    assert visited.get(PAGE).symptom == "200 OK"
    visited.network.run(3_000 * SECOND)
    # a balancer keeps its connection to the target for 60 s only
    assert open_connections(visited.network) == []
    check_traces(visited.network.capture)


@pytest.mark.parametrize("balancer", BALANCERS)
def test_the_loss_of_any_single_packet_is_made_good(balancer):
    whole = site(balancer)
    whole.get(PAGE)
    for ordinal in range(1, whole.network.link.carried + 1):
        visited = site(balancer, link=Link(lose=(ordinal,)))
        visit = visited.get(PAGE)
        visited.network.run(400 * SECOND)
        assert visit.symptom == "200 OK"
        lost = [trace for trace in visited.network.capture if trace.last.reason is LOST]
        assert len(lost) == 1
        assert ("client", "ESTABLISHED") not in open_connections(visited.network)


@pytest.mark.parametrize("balancer", BALANCERS)
def test_packets_sent_at_once_by_one_device_arrive_in_order(balancer):
    visited = site(balancer)
    visited.get(PAGE)
    arrivals = {}
    for trace in visited.network.capture:
        arrivals.setdefault((trace.sender, trace.packet.flow), []).append(trace.last.now)
    assert all(times == sorted(times) for times in arrivals.values())
    data = [t for t in visited.network.capture if t.sender == "client"]
    assert [t.packet.seq for t in data] == sorted(t.packet.seq for t in data)


# --- ways to be lost ------------------------------------------------------------------------------


def first_loss(visited, opener, name, port):
    """The step at which the first packet of a connection is lost."""
    visit = visited.connect(opener, name, port)
    return visit.capture.traces[0].last


def test_a_local_address_that_nobody_has():
    step = first_loss(site(), "web", "10.0.1.99", 443)
    assert (step.at, step.check, step.reason) == ("web", "route", NO_SUCH_INTERFACE)
    assert step.row == Route("private", VPC_BLOCK, LOCAL)


@pytest.mark.fact("implicit-router")
def test_no_route():
    step = first_loss(site(without=[Route("private", ANYWHERE, "NAT")]), "web", "198.51.100.7", 443)
    assert (step.at, step.check, step.reason, step.after) == ("web", "route", NO_ROUTE, None)


@pytest.mark.fact("route-state", "natgw-blackhole")
def test_a_route_to_a_device_that_is_not_there_is_a_blackhole():
    route, gone = Route("private", ANYWHERE, "NAT"), Route("private", ANYWHERE, "NAT 2")
    step = first_loss(site(replace=[(route, gone)]), "web", "198.51.100.7", 443)
    assert (step.check, step.reason, step.row) == ("route", BLACKHOLE, gone)


def test_a_route_that_leads_back_to_its_own_nat_ends_at_the_hop_limit():
    circle = (Route("public", ANYWHERE, IGW), Route("public", ANYWHERE, "NAT"))
    step = first_loss(site(nat="gateway", replace=[circle]), "web", "198.51.100.7", 443)
    assert (step.at, step.check, step.reason) == ("NAT", "hop limit", HOP_LIMIT)


def test_no_packet_meets_more_devices_than_the_hop_limit():
    circle = (Route("public", ANYWHERE, IGW), Route("public", ANYWHERE, "NAT"))
    visit = site(nat="gateway", replace=[circle]).connect("web", "198.51.100.7", 443)
    rewritings = [step for step in visit.capture.traces[0].steps if step.action == "rewrite"]
    assert len(rewritings) == MOST_HOPS


def with_check(visited, device):
    interface = next(row for row in visited.vpc.interfaces if row.device == device)
    return visited.replace(interface, interface._replace(check=True))


@pytest.mark.fact("natinst-srcdst")
@pytest.mark.parametrize("nat", NATS)
def test_a_nat_with_its_check_on_takes_nothing_for_others(nat):
    step = first_loss(with_check(site(nat=nat), "NAT"), "web", "198.51.100.7", 443)
    assert (step.at, step.check, step.reason) == ("NAT", "destination check", DESTINATION_CHECK)
    assert step.row.device == "NAT"


def test_a_balancer_that_keeps_the_clients_address_needs_its_check_off():
    step = first_loss(with_check(site("network"), "NLB node"), "client", "www.example.com", 80)
    assert (step.at, step.check, step.reason) == ("NLB node", "source check", SOURCE_CHECK)


def test_a_host_cannot_send_from_an_address_that_is_not_its_own():
    visited = site()
    visited.network.send(
        "web", Packet(FiveTuple("10.0.1.66", 1, "198.51.100.7", 443), SYN), "a forger sends"
    )
    visited.network.run(SECOND)
    step = visited.network.capture.traces[0].last
    assert (step.at, step.check, step.reason) == ("web", "source check", SOURCE_CHECK)


def test_the_internet_knows_only_its_own_hosts_and_carries_no_private_address():
    unknown = first_loss(site(), "client", "192.0.2.99", 80)
    assert (unknown.at, unknown.check, unknown.reason) == ("Internet", "route", NOT_ON_THE_INTERNET)
    private = first_loss(site(), "client", "10.0.1.10", 80)
    assert (private.at, private.check, private.reason) == ("Internet", "route", PRIVATE_DESTINATION)
    from_inside = first_loss(site(), "web", "192.0.2.99", 443)
    assert (from_inside.at, from_inside.reason) == ("Internet", NOT_ON_THE_INTERNET)


def test_a_lost_packet_says_on_which_link():
    visit = site(link=Link(lose=(1,))).get(PAGE)
    step = visit.capture.traces[0].last
    assert (step.at, step.check, step.reason, step.after) == ("Internet", "link", LOST, None)
    assert str(visit.capture.traces[1].cause) == "retransmission 1"
    assert visit.result.after == SECOND + 80_800


@pytest.mark.fact("vpc-mtu")
def test_hosts_of_the_vpc_offer_8961_bytes_and_towards_the_internet_the_other_end_s_1460_count():
    """RFC 9293 section 3.7.1: the MTU less 40 bytes; the smaller offer decides."""
    visit = site().get(f"{PAGE}5000")
    offers = {
        (trace.sender, trace.last.at): trace.packet.options[0]
        for trace in visit.capture
        if trace.packet.flags & SYN
    }
    assert offers == {
        ("client", "ELB node"): ("mss", 1_460),
        ("ELB node", "client"): ("mss", 8_961),
        ("ELB node", "web"): ("mss", 8_961),
        ("web", "ELB node"): ("mss", 8_961),
    }
    sizes = {
        (trace.sender, trace.packet.size) for trace in visit.capture if len(trace.packet.data) > 999
    }
    assert {size for sender, size in sizes if sender == "ELB node"} >= {1_500}
    assert max(size for sender, size in sizes if sender == "web") > 5_000


@pytest.mark.fact("vpc-mtu")
def test_a_network_load_balancer_s_checks_offer_what_the_vpc_carries():
    visited = site("network")
    visited.start_checks()
    offers = {trace.packet.options[0] for trace in visited.wait(SECOND) if trace.packet.flags & SYN}
    assert offers == {("mss", 8_961)}


# --- ways through ---------------------------------------------------------------------------------


@pytest.mark.fact("igw-1to1-nat")
def test_a_host_inside_reaches_the_public_name_of_its_own_vpc_over_the_internet_gateway():
    visit = site().get(PAGE, opener="web")
    assert visit.symptom == "200 OK"
    request = visit.capture.traces[0]
    assert request.devices == ("web", "NAT", IGW, "ELB node")
    rewritten = [(step.before.flow, step.after.flow) for step in request.steps if step.at == IGW]
    (first, second), (third, fourth) = rewritten
    assert (second.src, second.dst) == ("192.0.2.20", "192.0.2.10")
    assert (third, fourth.dst) == (second, "10.0.0.10")
    assert first.src == "10.0.0.20"


@pytest.mark.fact("nacl-boundary")
def test_inside_one_subnet_no_network_acl_is_asked():
    entries = [entry for entry in site().vpc.acl_entries if entry.acl == "acl-public"]
    network = site(without=entries).network
    network.send("NAT", Packet(FiveTuple("10.0.0.20", 1, "10.0.0.10", 80), SYN), "a probe")
    network.run(SECOND)
    probe = network.capture.traces[0]
    assert probe.delivered
    assert [step.check for step in probe.steps] == [
        "send",
        "group out",
        "route",
        "group in",
        "deliver",
    ]


def test_a_packet_takes_20_ms_through_the_internet_and_a_fifth_of_one_inside_a_zone():
    visit = site().get(PAGE)
    syn = visit.capture.traces[0]
    assert [step.now for step in syn.steps] == [0] + [20_000] * (len(syn.steps) - 1)
    inside = next(trace for trace in visit.capture if trace.sender == "web")
    left, arrived = dict.fromkeys(step.now for step in inside.steps)
    assert arrived - left == WITHIN
    assert next(step.at for step in inside.steps if step.now == arrived) == "ELB node"


@pytest.mark.parametrize(("zone", "takes"), [("a", WITHIN), ("b", BETWEEN)])
def test_between_two_zones_a_packet_takes_longer_than_within_one(zone, takes):
    private = next(subnet for subnet in site().vpc.subnets if subnet.name == "private")
    visit = site(replace=[(private, private._replace(zone=zone))]).get(PAGE)
    assert visit.result.after == 80_000 + 4 * takes


def test_tracked_flows_live_on_where_their_rule_is_gone():
    visited = site()
    call = site().get(PAGE).call
    program, network = visited.open(call), visited.network
    while not len(network.filters.tracking["web"]):
        network.step()
    network.filters.rules["web", IN] = network.filters.rules["web", IN]._replace(rules=())
    network.run(2 * SECOND)
    assert program.result.symptom == "200 OK"
    assert not [trace for trace in network.capture if trace.dropped]
    assert ("web", "group in", "group in") in dropped(visited.play(call))


def test_an_answer_that_another_interface_forges_is_not_taken_into_the_balancers_flow():
    visited = site("network", nat="gateway")
    answer = next(t for t in visited.get(PAGE).capture if t.sender == "web" and t.packet.data)
    assert "flow return" in [step.check for step in answer.steps]
    visited.network.send("NAT", answer.packet, "a forger sends")
    visited.network.run(visited.network.clock.now)
    forged = visited.network.capture.traces[-1]
    assert forged.devices == ("NAT", IGW)
    assert (forged.packet, forged.last.reason) == (answer.packet, NO_PUBLIC_ADDRESS)
    assert "flow return" not in [step.check for step in forged.steps]


# --- copies and all blockers ----------------------------------------------------------------------


@pytest.mark.parametrize("steps", [1, 7, 15])
@pytest.mark.parametrize("balancer", BALANCERS)
def test_a_copy_in_the_middle_of_a_visit_goes_its_own_way(balancer, steps):
    call = site().get(PAGE).call
    visited = site(balancer)
    visited.open(call)
    for _ in range(steps):
        visited.network.step()
    before = transcript(visited.network.capture)
    copy = deepcopy(visited.network)
    copy.run(10 * SECOND)
    assert transcript(visited.network.capture) == before
    visited.network.run(10 * SECOND)
    assert transcript(visited.network.capture) == transcript(copy.capture) != before


def blockers(visited, call):
    """All places that would stop a call, found on a copy that goes on behind each of them."""
    copy = deepcopy(visited)
    copy.network.filters.beyond_drops = True
    visit = copy.play(call)
    return visit, {step.row for trace in visit.capture for step in trace.steps if step.reason}


def test_all_blockers_are_found_at_once_and_repairing_them_all_makes_the_visit_work():
    call = site().get(PAGE).call
    rule = GroupRule("sg-web", IN, (80, 80), "sg-balancer")
    closed_in = AclEntry("acl-private", 50, IN, DENY, 6, (80, 80), "0.0.0.0/0")
    closed_out = AclEntry("acl-private", 50, OUT, DENY, 6, (1_024, 65_535), "0.0.0.0/0")
    broken = site(without=[rule]).with_row(closed_in).with_row(closed_out)
    state = transcript(broken.network.capture), broken.network.clock.now
    visit, rows = blockers(broken, call)
    assert rows == {closed_in, closed_out, broken.network.filters.rules["web", IN]}
    assert visit.symptom == "200 OK"
    assert (transcript(broken.network.capture), broken.network.clock.now) == state
    assert not broken.network.filters.beyond_drops
    assert broken.play(call).symptom != "200 OK"
    repaired = broken.without(closed_in).without(closed_out).with_row(rule)
    assert repaired.get(PAGE).symptom == "200 OK"


def test_behind_a_dead_end_nothing_goes_on_even_for_a_search_of_all_blockers():
    call = site().get(PAGE).call
    visit, _ = blockers(site(without=[Association("192.0.2.10", "10.0.0.10")]), call)
    assert visit.symptom == "timed out"
    assert {trace.last.reason for trace in visit.capture} == {NOT_ON_THE_INTERNET}


def test_a_missing_route_ends_even_a_search_of_all_blockers():
    call = Call("web", "updates.example.net", 443)
    visit, rows = blockers(site(without=[Route("private", ANYWHERE, "NAT")]), call)
    assert {trace.last.reason for trace in visit.capture} == {NO_ROUTE}
    assert rows == {None}


# --- clock, link and names ------------------------------------------------------------------------


class Bell:
    def __init__(self):
        self.rang = []

    def ring(self, word):
        self.rang.append(word)


def test_what_is_due_at_one_instant_happens_in_the_order_of_its_asking():
    clock, bell = Clock(), Bell()
    for instant, word in ((5, "c"), (0, "a"), (5, "d"), (0, "b")):
        clock.at(instant, bell.ring, word)
    while clock.tick():
        pass
    assert (bell.rang, clock.now, clock.due) == (["a", "b", "c", "d"], 5, None)


def test_the_clock_takes_no_closure_and_nothing_in_the_past():
    clock, bell = Clock(), Bell()
    with pytest.raises(ValueError, match="is not a bound method"):
        clock.at(1, lambda: bell.ring("x"))
    clock.run(10)
    with pytest.raises(ValueError, match="instant 9 is in the past: expected 10 or later"):
        clock.at(9, bell.ring, "x")


@pytest.mark.parametrize("nat, checks", [("instance", False), ("gateway", True)])
@pytest.mark.parametrize("balancer", BALANCERS)
def test_a_network_gets_no_slower_with_what_was_simulated(balancer, nat, checks):
    """Nothing stale stays on the clock or on a host's list of alarms."""
    visited = site(balancer, nat)
    if checks:
        visited.start_checks()
    waiting, alarms = [], []
    for visit in range(1_000):
        visited.get("http://www.example.com/")
        if visit % 5 == 0:
            visited.connect("web", "updates.example.net", 443)
        visited.network.capture = Capture()
        waiting.append(len(visited.network.clock._heap))
        alarms.append(sum(len(d._alarms) for d in visited.network.devices.values() if d.is_host))
    assert max(waiting) <= 2 * len(visited.network.devices)
    # the longest alarm is TIME-WAIT's and a balancer's patience, 60 s; a visit takes one at least
    assert max(alarms[500:]) <= 1.1 * max(alarms[:250])


def test_running_up_to_an_instant_leaves_later_things_alone():
    network = site().network
    bell = Bell()
    network.clock.at(5, bell.ring, "in time")
    network.clock.at(6, bell.ring, "late")
    network.run(5)
    assert (bell.rang, network.clock.now) == (["in time"], 5)


@pytest.mark.parametrize(
    ("instant", "words"),
    [
        (0, "0.000"),
        (20_000, "0.020"),
        (1_050_000, "1.050"),
        (131_000_000, "131.000"),
        (1, "0.000001"),
        (100_500, "0.1005"),
    ],
)
def test_instants_are_written_in_seconds_without_a_rounding(instant, words):
    assert seconds(instant) == words


@pytest.mark.parametrize(("delay", "loss"), [(-1, 0), (0, -0.1), (0, 1.1)])
def test_a_link_that_cannot_be_is_refused(delay, loss):
    with pytest.raises(ValueError, match="expected a delay of 0 or more and a loss from 0 to 1"):
        Link(delay, loss)


def test_the_loss_of_a_link_is_a_seeded_draw():
    packet = Packet(FiveTuple("203.0.113.10", 1, "192.0.2.10", 80), SYN)
    draws = [
        [link.carry(packet) for _ in range(200)]
        for link in (Link(loss=0.2, seed=1), Link(loss=0.2, seed=1), Link(loss=0.2, seed=2))
    ]
    assert draws[0] == draws[1] != draws[2]
    assert 20 < draws[0].count(False) < 60


@pytest.mark.fact("elb-dns")
def test_a_name_turns_through_its_addresses():
    names = Names((Name("www", ("192.0.2.1", "192.0.2.2")),))
    assert [names.resolve("www") for _ in range(3)] == ["192.0.2.1", "192.0.2.2", "192.0.2.1"]
    with pytest.raises(ValueError, match="no such name 'ftp': expected one of www"):
        names.resolve("ftp")


def test_a_name_without_addresses_is_as_good_as_none():
    with pytest.raises(ValueError, match="no such name 'empty'"):
        Names((Name("empty", ()),)).resolve("empty")


# --- the same seed, the same bytes ----------------------------------------------------------------


@pytest.mark.parametrize("balancer", BALANCERS)
def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_ports(balancer):
    transcripts, ports = [], set()
    for seed in (0, 0, 1, 2):
        visit = site(balancer, seed=seed).get(PAGE)
        transcripts.append(transcript(visit.capture))
        ports.add(visit.capture.traces[0].packet.flow.sport)
    assert transcripts[0] == transcripts[1]
    assert len(set(transcripts)) == 3
    assert len(ports) == 3


@pytest.mark.parametrize("option", ["--all", "--json"])
def test_no_output_depends_on_the_hash_seed_of_python(option):
    outputs = set()
    for seed in ("0", "1", "4242"):
        env = {**os.environ, "PYTHONHASHSEED": seed}
        words = [sys.executable, "-m", "vpcedu", option]
        outputs.add(
            subprocess.run(
                words, cwd=ROOT, env=env, capture_output=True, text=True, check=True
            ).stdout
        )
    assert len(outputs) == 1
    assert option != "--json" or json.loads(outputs.pop())["symptom"] == "200 OK"


def test_a_step_does_not_change_with_later_traffic():
    visited = site("network")
    visited.get(PAGE)
    before = transcript(visited.network.capture)
    count = len(before.split("\nevent ")[0].splitlines())
    visited.get(PAGE)
    visited.network.run(1_000 * SECOND)
    assert transcript(visited.network.capture).splitlines()[:count] == before.splitlines()[:count]


# --- the packets of a capture --------------------------------------------------------------------


def test_a_packet_is_asked_for_by_its_number_and_a_number_that_is_none_is_named():
    capture = site().get(PAGE).capture
    last = len(capture)
    assert [capture[number].number for number in (1, last)] == [1, last]
    for number in (0, last + 1, -1):
        with pytest.raises(ValueError, match=f"no packet {number} .* expected 1 to {last}"):
            capture[number]
    with pytest.raises(ValueError, match=r"no packet 1 .* expected none"):
        Capture()[1]


def test_two_conversations_that_turn_out_to_be_one_are_one():
    """What was lost before a NAT and behind it has two flows until a packet passes the NAT."""
    inside = FiveTuple("10.0.1.10", 40_000, "203.0.113.10", 80)
    outside = inside._replace(src="192.0.2.20", sport=1_024)
    other = inside._replace(sport=40_001)

    def seen(number, flow, after=None):
        packet = Packet(flow, SYN)
        trace = Trace(number, Step(number, "web", "send", SEND, packet, packet, Cause("opened")))
        if after:
            rewritten = packet._replace(flow=after)
            trace.steps.append(Step(number, "NAT", "rewrite", REWRITE, packet, rewritten))
        return trace

    capture = Capture()
    capture.traces += [
        seen(1, outside.reversed()),
        seen(2, other),
        seen(3, inside),
        seen(4, inside, outside),
        seen(5, outside.reversed()),
    ]
    numbers = [[trace.number for trace in talk.traces] for talk in conversations(capture)]
    assert numbers == [[1, 3, 4, 5], [2]]


# --- calls and rows ------------------------------------------------------------------------------


def test_a_call_has_a_page_only_where_one_is_asked_for():
    page = request("GET", "/a?b", "www.example.com")
    assert Call("client", "web", 22).url == ""
    assert str(Call("client", "web", 22)) == "connect to web:22"
    assert Call("client", "web", 80, page).url == "http://web/a?b"
    assert Call("client", "web", 443, page).url == "http://web:443/a?b"
    assert Call("client", "web", 443, page, Client("web", None)).url == "https://web/a?b"
    assert str(Call("client", "web", 8_080, page)) == "GET http://web:8080/a?b"


def test_what_is_no_row_of_a_description_is_not_added_to_it():
    with pytest.raises(ValueError, match=r"Name.* expected a Route, AclEntry, GroupRule or Assoc"):
        site().vpc.with_row(Name("shop.example.com", ("192.0.2.10",)))


def test_a_vpc_without_peers_is_its_own_description_together():
    vpc = site().vpc
    assert together(vpc) is vpc


def test_what_is_not_known_is_said_with_the_call_that_would_tell():
    gap = Unknown("NAT", "its check of source and destination is not known")
    assert str(gap) == "its check of source and destination is not known"
    told = gap._replace(settle="aws ec2 describe-instances")
    assert str(told).startswith(f"{gap}; ")
    assert "aws ec2 describe-instances" in str(told)


def test_the_hops_that_are_remembered_are_bounded_and_forgetting_them_changes_no_answer(
    monkeypatch,
):
    monkeypatch.setattr(places, "REMEMBERED", 2)
    asked = Places(site().vpc)
    addresses = ("10.0.0.10", "10.0.1.10", "203.0.113.10", "192.0.2.99", "10.0.0.10")
    packets = [Packet(FiveTuple("10.0.1.10", 1, address, 2), SYN) for address in addresses]
    for packet in packets:
        hop = asked.next_hop(packet, asked.by_address["10.0.1.10"])
        assert len(asked._hops) <= 2
        fresh = Places(asked.vpc).next_hop(packet, asked.by_address["10.0.1.10"])
        assert [getattr(hop, name) for name in Hop.__slots__] == [
            getattr(fresh, name) for name in Hop.__slots__
        ]


def test_hops_that_are_remembered_are_not_looked_up_again():
    asked = Places(site().vpc)
    here = asked.by_address["10.0.1.10"]
    for address in ("10.0.0.10", "203.0.113.10"):
        asked.next_hop(Packet(FiveTuple("10.0.1.10", 1, address, 2), SYN), here)
    assert len(asked._hops) == 2


class Sleeper(Host):
    """Wakes at deadlines that are set from outside, and notes when."""

    alarms = ()

    @property
    def deadline(self):
        return min(self.alarms, default=None)

    def wake(self, now):
        self.woken = [*getattr(self, "woken", []), now]
        self.alarms = tuple(alarm for alarm in self.alarms if alarm > now)
        return []


def test_a_device_is_woken_at_a_deadline_nearer_than_the_one_it_waits_for():
    vpc = site().vpc
    client = next(device for device in vpc.devices if device.name == "client")
    network = Network(vpc.replace(client, client._replace(kind=Sleeper)))
    sleeper = network.devices["client"]
    for alarms in ((9,), (4, 9), (4, 6, 9)):
        sleeper.alarms = alarms
        network._collect("client", [], Cause("test"))
    assert len(network.clock._heap) == 2  # 9 and 4: the one at 6 is asked for when 4 rings
    network.run(20)
    assert sleeper.woken == [4, 6, 9]


def test_an_empty_capture_has_no_packet():
    with pytest.raises(ValueError, match="no packet 1 in this capture: expected none"):
        Capture()[1]
