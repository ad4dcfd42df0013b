"""Flow logs: what AWS's pages print is read.

What the model prints is what AWS would have written.
"""

from itertools import groupby, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rigs.notebook import shown
from rigs.reference_site import BALANCERS, NATS, PAGE, site

from vpcedu import FiveTuple, Link, Network, Packet, reference_vpc
from vpcedu.clock import SECOND
from vpcedu.packet import ACK, FIN, PSH, RST, SYN
from vpcedu.tables.network_acl import DENY, OUT, AclEntry
from vpcedu.tables.security_group import GroupRule
from vpcedu.views.bytes.pcap_write import seen_at
from vpcedu.views.bytes.wire import encode
from vpcedu.views.logs.flow_log import START, flow_log, tcp_flags
from vpcedu.views.logs.flow_record import ABOUT, DEFAULT, FIELDS, FlowRecord, chosen, parse

# Lines and formats that AWS's page "Flow log record examples" prints.
SSH = (
    "2 123456789010 eni-1235b8ca123456789 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 "
    "ACCEPT OK"
)
RDP = (
    "2 123456789010 eni-1235b8ca123456789 172.31.9.69 172.31.9.12 49761 3389 6 20 4249 1418530010 1418530070 "
    "REJECT OK"
)
SILENT = "2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - NODATA"
SKIPPED = "2 123456789010 eni-11111111aaaaaaaaa - - - - - - - 1431280876 1431280934 - SKIPDATA"
IPV6 = (
    "2 123456789010 eni-1235b8ca123456789 2001:db8:1234:a100:8d6e:3477:df66:f105 "
    "2001:db8:1234:a102:3304:8879:34cf:4071 34892 22 6 54 8855 1477913708 1477913820 ACCEPT OK"
)
FORMAT_3 = (
    "version vpc-id subnet-id instance-id interface-id account-id type srcaddr dstaddr srcport dstport "
    "pkt-srcaddr pkt-dstaddr protocol bytes packets start end action tcp-flags log-status"
)
SHORT = (
    "3 vpc-abcdefab012345678 subnet-aaaaaaaa012345678 i-01234567890123456 eni-1235b8ca123456789 123456789010 IPv4 "
    "10.0.0.62 52.213.180.42 5001 43638  10.0.0.62 52.213.180.42 6 967 14 1566933133 1566933193 ACCEPT 19 OK"
)
FORMAT_5 = (
    "version srcaddr dstaddr srcport dstport protocol start end type packets bytes account-id vpc-id subnet-id "
    "instance-id interface-id region az-id sublocation-type sublocation-id action tcp-flags pkt-srcaddr "
    "pkt-dstaddr pkt-src-aws-service pkt-dst-aws-service traffic-path flow-direction log-status"
)
TO_S3 = (
    "5 10.0.0.71 52.95.128.179 34210 80 6 1616729292 1616729349 IPv4 7 471 123456789012 vpc-abcdefab012345678 "
    "subnet-aaaaaaaa012345678 i-0c50d5961bcb2d47b eni-1235b8ca123456789 ap-southeast-2 apse2-az3 - - ACCEPT 3 "
    "10.0.0.71 52.95.128.179 - S3 8 egress OK"
)

ENDS = "srcaddr dstaddr pkt-srcaddr pkt-dstaddr"
CLIENT, UPDATES = "203.0.113.10", "198.51.100.7"
NODE, NLB, NAT, WEB = "10.0.0.10", "10.0.0.30", "10.0.0.20", "10.0.1.10"
NO_ANSWERS = AclEntry("acl-private", 50, OUT, DENY, 6, (1_024, 65_535), "0.0.0.0/0")


def lines(log):
    """The records as text, without the header."""
    return str(log).splitlines()[1:]


def actions(log):
    return [row["action"] for row in log.rows]


# --- lines of AWS's pages are read ------------------------------------------------------


@pytest.mark.fact("fl-v2", "fl-example", "fl-action")
def test_the_default_format_of_awss_examples_is_read_field_by_field():
    assert " ".join(DEFAULT) == (
        "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets "
        "bytes start end action log-status"
    )
    ssh, rdp = parse(f"{SSH}\n\n{RDP}\n")
    assert list(ssh.values()) == [
        2,
        "123456789010",
        "eni-1235b8ca123456789",
        "172.31.16.139",
        "172.31.16.21",
        20641,
        22,
        6,
        20,
        4249,
        1418530010,
        1418530070,
        "ACCEPT",
        "OK",
    ]
    assert (rdp["dstport"], rdp["action"]) == (3389, "REJECT")


@pytest.mark.fact("fl-nodata")
def test_records_without_traffic_are_read_with_nothing_in_their_fields():
    for row, status in zip(parse(f"{SILENT}\n{SKIPPED}"), ("NODATA", "SKIPDATA"), strict=True):
        assert row["log-status"] == status
        assert [name for name, value in row.items() if value is None] == [
            "srcaddr",
            "dstaddr",
            "srcport",
            "dstport",
            "protocol",
            "packets",
            "bytes",
            "action",
        ]


@pytest.mark.fact("fl-v3", "fl-tcpflags")
def test_a_line_with_fields_of_version_3_is_read_by_its_header():
    row = parse(f"{FORMAT_3}\n{SHORT}")[0]
    assert (row["version"], row["tcp-flags"], row["pkt-srcaddr"], row["type"]) == (
        3,
        19,
        "10.0.0.62",
        "IPv4",
    )
    assert parse(SHORT, FORMAT_3) == parse(f"{FORMAT_3}\n{SHORT}", FORMAT_3.split()) == [row]


@pytest.mark.fact("fl-v4", "fl-v5")
def test_a_line_with_fields_of_versions_4_and_5_is_read_by_its_format():
    row = parse(TO_S3, " ".join("${" + name + "}" for name in FORMAT_5.split()))[0]
    assert (row["az-id"], row["sublocation-id"]) == ("apse2-az3", None)
    assert (row["traffic-path"], row["flow-direction"], row["pkt-dst-aws-service"]) == (
        8,
        "egress",
        "S3",
    )


@pytest.mark.fact("fl-later")
def test_a_records_version_is_the_highest_of_its_fields():
    highest = {
        "srcaddr": 2,
        "tcp-flags": 3,
        "az-id": 4,
        "traffic-path": 5,
        "ecs-task-id": 7,
        "reject-reason": 8,
        "resource-id": 9,
        "encryption-status": 10,
    }
    visit = site().get(PAGE)
    for name, version in highest.items():
        assert FIELDS[name].version == version
        log = visit.flow_log("web", f"version {name}")
        assert {row["version"] for row in log.rows} == {version}
        assert parse(f"{version} -", f"version {name}")
        wrong = 3 if version == 2 else version - 1
        with pytest.raises(
            ValueError, match=f"line 1: version '{wrong}': expected {version}, the highest among"
        ):
            parse(f"{wrong} -", f"version {name}")


def test_an_address_of_ipv6_is_read_and_one_that_is_none_is_not():
    assert parse(IPV6)[0]["dstaddr"] == "2001:db8:1234:a102:3304:8879:34cf:4071"
    for good in ("::", "::1", "2001:db8::1", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8"):
        assert parse(good, "srcaddr") == [{"srcaddr": good}]
    for bad in (
        ":",
        "1:2",
        ":::",
        "1::2::3",
        "12345::",
        "1:2:3:4:5:6:7:8:9",
        "g::",
        "1:2:3:4:5:6:7:",
        "::1.2.3.4",
    ):
        with pytest.raises(ValueError, match="an IPv6 address"):
            parse(bad, "srcaddr")


def test_a_file_without_records_is_empty():
    assert parse("") == parse("\n\n") == parse(" ".join(DEFAULT)) == []


# --- lines that are refused -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "bad", "expected"),
    [
        ("version", "1", "a number from 2 to 10"),
        ("version", "3", "2, the highest among these fields"),
        ("account-id", "12345678901", "an account of 12 digits, or unknown"),
        ("interface-id", "1235b8ca", "an id that begins with eni-"),
        ("interface-id", "eni-", "an id that begins with eni-"),
        ("srcaddr", "172.31.16.256", "an IP address"),
        ("dstaddr", "web", "an IP address"),
        ("srcport", "65536", "a number from 0 to 65535"),
        ("dstport", "-1", "a number from 0 to 65535"),
        ("protocol", "tcp", "a number from 0 to 255"),
        ("packets", "²", "a number from 0 to 9223372036854775807"),
        ("bytes", "99999999999999999999", "a number from 0 to 9223372036854775807"),
        ("start", "1418530071", "1418530071, which is the start, or later"),
        ("end", "soon", "a number from 0 to 9223372036854775807"),
        ("action", "accept", "one of ACCEPT, REJECT"),
        ("log-status", "FINE", "one of OK, NODATA, SKIPDATA"),
        ("log-status", "NODATA", "-, since log-status is NODATA"),
    ],
)
def test_a_bad_value_is_refused_with_its_field_and_what_was_expected(field, bad, expected):
    words = dict(zip(DEFAULT, SSH.split(), strict=True)) | {field: bad}
    named = {"start": ("end", "1418530070")}.get(field, (field, bad))
    if bad == "NODATA":
        named = "srcaddr", "172.31.16.139"
    with pytest.raises(ValueError, match=r"^line 2: ") as error:
        parse(f"{SSH}\n{' '.join(words.values())}")
    assert str(error.value) == f"line 2: {named[0]} {named[1]!r}: expected {expected}"


@pytest.mark.parametrize("line", [SSH + " 3", SSH[:-3], "OK", "# a comment"])
def test_a_line_with_too_many_or_too_few_fields_is_refused(line):
    with pytest.raises(
        ValueError, match=rf"^line 1: {len(line.split())} fields: expected 14, version account-id "
    ):
        parse(line)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ("srcaddr source", "field 'source': expected one of version, account-id"),
        (["srcaddr", "srcaddr"], "field 'srcaddr' stands there twice"),
        ("", "expected one field or more"),
        ("$srcaddr", r"field '\$srcaddr'"),
    ],
)
def test_unknown_fields_are_refused(fields, words):
    with pytest.raises(ValueError, match=words):
        chosen(fields)
    with pytest.raises(ValueError, match=words):
        parse(SSH, fields)


def test_a_header_that_is_not_the_format_is_refused():
    with pytest.raises(
        ValueError, match=r"^line 1: header 'srcaddr dstaddr': expected dstaddr srcaddr"
    ):
        parse("srcaddr dstaddr\n10.0.0.1 10.0.0.2", "dstaddr srcaddr")


# --- who is in it ---------------------------------------------------------------------------


@pytest.mark.fact("fl-v2", "clb-src-ip", "clb-return")
def test_the_web_servers_log_shows_the_node_of_a_classic_balancer_and_not_the_client():
    rows = site("classic-tcp").get(PAGE).flow_log("web").rows
    assert [(row["srcaddr"], row["dstaddr"], row["dstport"]) for row in rows] == [
        (NODE, WEB, 80),
        (WEB, NODE, rows[0]["srcport"]),
    ]
    assert {(row["protocol"], row["action"], row["log-status"]) for row in rows} == {
        (6, "ACCEPT", "OK")
    }


@pytest.mark.fact("nlb-return")
def test_a_network_balancers_target_answers_the_client_in_its_own_log_and_the_node_in_the_nodes_log():
    visit = site("network").get(PAGE)
    assert lines(visit.flow_log("web", "srcaddr dstaddr")) == [f"{CLIENT} {WEB}", f"{WEB} {CLIENT}"]
    assert lines(visit.flow_log("NLB node", ENDS)) == [
        f"{CLIENT} {NLB} {CLIENT} {NLB}",
        f"{NLB} {WEB} {CLIENT} {WEB}",
        f"{WEB} {NLB} {WEB} {CLIENT}",
        f"{NLB} {CLIENT} {NLB} {CLIENT}",
    ]


@pytest.mark.fact("instance-sees-private")
def test_no_flow_log_shows_a_public_address_of_the_vpc():
    visit = site("classic-tcp").get(PAGE)
    shown = {row[name] for row in visit.flow_log("ELB node", ENDS).rows for name in ENDS.split()}
    assert shown == {CLIENT, NODE, WEB}


@pytest.mark.fact("fl-nat", "fl-srcaddr")
def test_a_nat_gateways_log_has_the_four_lines_of_awss_example():
    visit = site(nat="gateway").connect("web", "updates.example.net", 443)
    assert lines(visit.flow_log("NAT", "instance-id " + ENDS)) == [
        f"- {WEB} {NAT} {WEB} {UPDATES}",
        f"- {NAT} {UPDATES} {NAT} {UPDATES}",
        f"- {UPDATES} {NAT} {UPDATES} {NAT}",
        f"- {NAT} {WEB} {UPDATES} {WEB}",
    ]
    instance = visit.flow_log("web", "instance-id " + ENDS)
    own = instance.rows[0]["instance-id"]
    assert own.startswith("i-")
    assert lines(instance) == [
        f"{own} {WEB} {UPDATES} {WEB} {UPDATES}",
        f"{own} {UPDATES} {WEB} {UPDATES} {WEB}",
    ]


@pytest.mark.fact("fl-srcaddr")
@pytest.mark.parametrize("at", ["NLB node", "web", "NAT"])
def test_one_end_of_every_record_is_the_interfaces_own_private_address(at):
    base = site("network")
    base.connect("web", "updates.example.net", 443)
    base.get(PAGE)
    rows = flow_log(base.network, at, ENDS + " flow-direction").rows
    assert {row["flow-direction"] for row in rows} == {"ingress", "egress"}
    own = {"NLB node": NLB, "web": WEB, "NAT": NAT}[at]
    for row in rows:
        near, far = (
            ("srcaddr", "dstaddr") if row["flow-direction"] == "egress" else ("dstaddr", "srcaddr")
        )
        assert row[near] == own and row[far] == row[f"pkt-{far}"] != own


# --- accepted, rejected, nothing ------------------------------------------------------------


@pytest.mark.fact("fl-nodata")
@pytest.mark.parametrize("balancer", BALANCERS)
@pytest.mark.parametrize("nat", NATS)
def test_the_log_of_the_nat_has_nothing_to_tell_of_a_visit(balancer, nat):
    (row,) = site(balancer, nat).get(PAGE).flow_log("NAT").rows
    assert (row["log-status"], row["start"], row["end"]) == ("NODATA", START, START + 600)
    assert all(value is None for name, value in row.items() if name not in ABOUT)
    assert parse(str(row)) == [row]


@pytest.mark.fact("fl-action", "fl-statefulness")
def test_a_group_that_lets_nothing_in_leaves_one_rejected_record_at_the_receiver_and_none_at_the_sender():
    visit = site(without=[GroupRule("sg-web", "in", (80, 80), "sg-balancer")]).get(PAGE)
    (row,) = visit.flow_log("web").rows
    assert (row["srcaddr"], row["dstaddr"], row["dstport"], row["action"]) == (
        NODE,
        WEB,
        80,
        "REJECT",
    )
    assert row["packets"] > 1  # a SYN and its repetitions
    assert set(actions(visit.flow_log("ELB node"))) == {"ACCEPT"}


@pytest.mark.fact("fl-action")
def test_a_group_that_lets_nothing_out_is_seen_at_the_sender_alone():
    visit = site(without=[GroupRule("sg-balancer", "out", (80, 80), "sg-web")]).get(PAGE)
    rejected = [row for row in visit.flow_log("ELB node").rows if row["action"] == "REJECT"]
    assert [(row["srcaddr"], row["dstaddr"]) for row in rejected] == [(NODE, WEB)]
    assert {row["log-status"] for row in visit.flow_log("web").rows} == {"NODATA"}


@pytest.mark.fact("fl-statefulness", "fl-action")
def test_an_answer_that_the_network_acl_refuses_is_one_accepted_and_one_rejected_record():
    visit = site().with_row(NO_ANSWERS).get(PAGE)
    log = visit.flow_log("web")
    assert [(row["srcaddr"], row["dstaddr"], row["action"]) for row in log.rows] == [
        (NODE, WEB, "ACCEPT"),
        (WEB, NODE, "REJECT"),
    ]
    assert not any(row["srcaddr"] == WEB for row in visit.flow_log("ELB node").rows)


def test_a_packet_that_no_route_leads_on_was_accepted():
    base = site(nat="gateway")
    route = next(row for row in base.vpc.routes if row.target == "NAT")
    visit = base.without(route).connect("web", "updates.example.net", 443)
    assert {
        (row["dstaddr"], row["action"], row["traffic-path"])
        for row in visit.flow_log("web", "dstaddr action traffic-path").rows
    } == {(UPDATES, "ACCEPT", None)}


def test_a_packet_that_fails_the_source_check_is_in_no_log():
    network = Network(reference_vpc())
    network.send("web", Packet(FiveTuple("10.0.1.99", 40_000, NODE, 80), SYN), "a forged source")
    network.run(SECOND)
    assert network.capture[1].dropped.check == "source check"
    assert [row["log-status"] for row in flow_log(network, "web").rows] == ["NODATA"]


# --- numbers --------------------------------------------------------------------------------


@pytest.mark.fact("fl-tcpflags")
def test_flags_are_added_up_and_an_acknowledgment_alone_counts_nothing():
    flow = FiveTuple(CLIENT, 50_000, NODE, 80)
    for flags, expected in (
        ((SYN,), 2),
        ((SYN | ACK,), 18),
        ((ACK,), 0),
        ((ACK | PSH,), 0),
        ((FIN | ACK,), 1),
        ((RST,), 4),
        ((RST | ACK,), 4),
        ((SYN, ACK, FIN | ACK), 3),
        ((SYN | ACK, ACK, FIN | ACK), 19),
        ((), 0),
    ):
        assert tcp_flags(Packet(flow, each) for each in flags) == expected


@pytest.mark.fact("fl-tcpflags", "fl-interval")
def test_a_short_connection_has_3_and_19_and_a_longer_one_has_its_ends_in_other_intervals():
    base = site()
    short = base.get(PAGE).flow_log("web", "tcp-flags", 60)
    assert lines(short) == ["3", "19"]
    network = Network(reference_vpc())
    syn = Packet(FiveTuple(CLIENT, 50_000, "192.0.2.10", 80), SYN, 100)
    network.send("client", syn, "by hand")
    network.run(130 * SECOND)
    network.send("client", Packet(syn.flow, FIN | ACK, 101, 1), "by hand")
    network.run(140 * SECOND)
    seen = flow_log(network, "ELB node", "srcaddr tcp-flags start log-status", 60).rows
    client = [(row["tcp-flags"], row["start"] - START) for row in seen if row["srcaddr"] == CLIENT]
    # the client's TCP knows of no connection, so it answers SYN-ACK by RST
    assert client == [(2 | 4, 0), (1, 130)]


@pytest.mark.fact("fl-interval")
def test_a_flow_is_one_record_in_each_interval_and_a_silent_interval_is_one_nodata():
    # the client tries for more than two minutes
    visit = site("network").replace(*_silent_web()).get(PAGE)
    whole, parts = (visit.flow_log("web", interval=interval).rows for interval in (600, 60))
    assert len(whole) == 1 and len(parts) > 2
    assert [row["end"] - row["start"] for row in parts if row["log-status"] == "NODATA"] == [
        60
    ] * sum(row["log-status"] == "NODATA" for row in parts)
    assert sum(row["packets"] or 0 for row in parts) == whole[0]["packets"]
    assert all(first["start"] <= second["start"] for first, second in pairwise(parts))
    minutes = [minute for minute, _ in groupby((row["start"] - START) // 60 for row in parts)]
    assert minutes == list(range(len(minutes)))  # no interval is missing


def _silent_web():
    """A rule that keeps the balancer out, in the place of the one that lets it in."""
    rule = GroupRule("sg-web", "in", (80, 80), "sg-balancer")
    return rule, rule._replace(ports=(81, 81))


@pytest.mark.fact("fl-v5")
def test_the_traffic_path_tells_the_internet_gateway_from_the_vpc():
    fields = "srcaddr dstaddr flow-direction traffic-path"
    visit = site(nat="gateway").connect("web", "updates.example.net", 443)
    assert lines(visit.flow_log("NAT", fields)) == [
        f"{WEB} {NAT} ingress -",
        f"{NAT} {UPDATES} egress 8",
        f"{UPDATES} {NAT} ingress -",
        f"{NAT} {WEB} egress 1",
    ]
    assert lines(visit.flow_log("web", fields)) == [
        f"{WEB} {UPDATES} egress 1",
        f"{UPDATES} {WEB} ingress -",
    ]


def test_in_a_vpc_without_an_internet_gateway_every_path_stays_inside():
    network = Network(reference_vpc("network")._replace(internet_gateway="", associations=()))
    network.send("NAT", Packet(FiveTuple(NAT, 40_000, NLB, 80), SYN), "by hand")
    network.run(SECOND)
    for at, paths in (("web", ["-", "1"]), ("NLB node", ["-", "1", "-", "1"])):
        assert lines(flow_log(network, at, "traffic-path"))[: len(paths)] == paths


@pytest.mark.fact("fl-v3", "fl-v4")
def test_ids_have_awss_form_and_what_the_model_does_not_know_is_a_dash():
    visit = site().get(PAGE)
    row = visit.flow_log("web", list(FIELDS)).rows[0]
    assert {
        name: row[name].split("-")[0]
        for name in ("interface-id", "vpc-id", "subnet-id", "instance-id")
    } == {"interface-id": "eni", "vpc-id": "vpc", "subnet-id": "subnet", "instance-id": "i"}
    assert all(
        len(row[name].partition("-")[2]) == 17 for name in ("interface-id", "vpc-id", "subnet-id")
    )
    assert (row["type"], row["az-id"], row["region"], row["ecs-task-id"], row["resource-id"]) == (
        "IPv4",
        "a",
        None,
        None,
        None,
    )
    other = visit.flow_log("ELB node", list(FIELDS)).rows[0]
    assert (
        other["instance-id"] is None
        and other["vpc-id"] == row["vpc-id"]
        and other["subnet-id"] != row["subnet-id"]
    )


games = st.tuples(
    st.sampled_from(BALANCERS),
    st.sampled_from(NATS),
    st.integers(0, 30),
    st.sets(st.integers(1, 40), max_size=4),
    st.sampled_from([60, 600]),
)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(games)
def test_the_bytes_of_a_log_are_the_bytes_on_the_wire_of_the_packets_at_that_interface(game):
    balancer, nat, row, lose, interval = game
    base = site(balancer, nat, link=Link(lose=tuple(lose)))
    base = base.without(base.vpc.rows()[row % len(base.vpc.rows())])
    base.get(PAGE)
    base.connect("web", "updates.example.net", 443)
    network = base.network
    for interface in network.vpc.interfaces:
        at = interface.device
        rows = flow_log(network, at, interval=interval).rows
        refused = sum(
            _wire(step.before)
            for trace in network.capture
            for step in trace.steps
            if step.at == at and step.reason and step.check in ("group in", "network ACL in")
        )
        seen = seen_at(network.capture, at, known=tuple(network.devices))
        assert (
            sum(row["bytes"] or 0 for row in rows)
            == sum(_wire(packet) for _, _, packet in seen) + refused
        )
        assert sum(row["packets"] or 0 for row in rows if row["action"] == "ACCEPT") <= len(seen)


def _wire(packet):
    """The total length that the IPv4 header says."""
    data = encode(packet)
    assert int.from_bytes(data[2:4], "big") == len(data)
    return len(data)


# --- there and back -------------------------------------------------------------------------


@settings(max_examples=40, derandomize=True, deadline=None)
@given(
    games,
    st.lists(st.sampled_from(list(FIELDS)), min_size=1, unique=True),
    st.sampled_from(["web", "NAT", "node"]),
)
def test_what_is_printed_is_read_back(game, fields, at):
    balancer, nat, _, lose, interval = game
    name = {"node": "NLB node" if balancer == "network" else "ELB node"}.get(at, at)
    log = (
        site(balancer, nat, link=Link(lose=tuple(lose))).get(PAGE).flow_log(name, fields, interval)
    )
    assert parse(str(log)) == list(log.rows)
    assert parse("\n".join(lines(log)), fields) == list(log.rows)
    assert [list(row) for row in log.rows] == [fields] * len(log.rows)


@pytest.mark.parametrize(
    ("fields", "line"), [(DEFAULT, SSH), (DEFAULT, SILENT), (DEFAULT, IPV6), (FORMAT_5, TO_S3)]
)
def test_what_is_read_is_printed_again(fields, line):
    assert str(parse(line, fields)[0]) == line


def test_a_record_prints_a_dash_for_nothing():
    assert str(FlowRecord({"srcport": 0, "action": None})) == "0 -"


def test_a_log_in_a_notebook_is_its_lines():
    log = site().get(PAGE).flow_log("web")
    assert shown(log) == str(log)
    assert str(log).splitlines()[0] == " ".join(DEFAULT)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            {"at": "client"},
            "at 'client': expected a device with a network interface in the VPC, one of ELB node, NAT, web",
        ),
        ({"at": "web", "interval": 61}, "interval 61: expected 600 or 60 seconds"),
        ({"at": "web", "fields": "srcadr"}, "field 'srcadr': expected one of version, "),
        ({"at": "web", "start": -1}, "start -1: expected Unix seconds, 0 or more"),
    ],
)
def test_misuse_names_what_was_expected(words, message):
    with pytest.raises(ValueError, match=message):
        flow_log(site().get(PAGE), **words)


def test_the_instant_0_can_be_chosen():
    assert flow_log(site().get(PAGE), "web", "start", start=1_000).rows[0] == {"start": 1_000}


def test_a_network_that_saw_nothing_has_one_silent_interval():
    assert [row["log-status"] for row in flow_log(Network(reference_vpc()), "web").rows] == [
        "NODATA"
    ]
