"""Network ACLs: order and numbers, both directions, the subnet's edge, and answers' ports."""

import pytest
from rigs.reference_site import PAGE, dropped, site
from rigs.vpc_two_subnets import (
    ACLS,
    ALL_IN,
    ALL_OUT,
    CLIENT,
    DB,
    HTTP_IN,
    PEER,
    PUBLIC,
    SERVER,
    WEB,
    street,
)

from vpcedu.flow import TCP, FiveTuple
from vpcedu.protocols.ports import ELASTIC_LOAD_BALANCING, LINUX, NAT_GATEWAY, WINDOWS
from vpcedu.tables.network_acl import ALLOW, DENY, IN, LAST, OUT, AclEntry, NetworkAcl, default_acl
from vpcedu.tables.traffic import ANY, ANYWHERE, ICMP, UDP
from vpcedu.trace import DROP

OPEN = (ALL_IN, ALL_OUT)
IN_80 = AclEntry("acl-a", 100, IN, ALLOW, TCP, (80, 80), ANYWHERE)


def answers(ports, way=OUT, acl="acl-a"):
    """An entry that lets TCP through to these ports."""
    return AclEntry(acl, 110, way, ALLOW, TCP, ports, ANYWHERE)


# --- entries --------------------------------------------------------------------------------------


@pytest.mark.fact("nacl-stateless")
def test_an_answer_needs_an_entry_of_its_own_whatever_the_group_tracks():
    deaf = street((HTTP_IN,), acls=(IN_80, *default_acl("acl-b")))
    visit = deaf.connect("client", PUBLIC, 80)
    assert (visit.symptom, dropped(visit)) == (
        "timed out",
        [("web", "network ACL out", "network ACL out")],
    )
    lost = next(trace for trace in visit.capture if trace.dropped)
    assert (lost.sender, str(lost.dropped.row)) == ("web", "acl-a out *: deny all to 0.0.0.0/0")
    heard = deaf.with_row(answers((1_024, 65_535)))
    assert heard.connect("client", PUBLIC, 80).symptom == "connected"


@pytest.mark.fact("nacl-order")
@pytest.mark.parametrize(("number", "symptom"), [(99, "timed out"), (101, "connected")])
def test_the_entry_with_the_lowest_number_that_fits_decides(number, symptom):
    denies = AclEntry("acl-a", number, IN, DENY, TCP, (80, 80), f"{CLIENT}/32")
    assert street().with_row(denies).connect("client", PUBLIC, 80).symptom == symptom


@pytest.mark.fact("nacl-order")
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"number": 0}, "1 to 32766"),
        ({"number": LAST}, "1 to 32766"),
        ({"direction": "inbound"}, "in or out"),
        ({"action": "reject"}, "allow or deny"),
        ({"ports": (90, 80)}, r"\(90, 80\)"),
        ({"protocol": 300}, "protocol 300"),
        ({"cidr": "sg-web"}, "'sg-web' is not a CIDR"),
        ({"cidr": "10.0.0.1/16"}, "expected 10.0.0.0/16"),
    ],
)
def test_an_entry_that_cannot_be_is_refused_by_name(changes, words):
    with pytest.raises(ValueError, match=words):
        street().with_row(IN_80._replace(**{"number": 32_766, **changes}))


@pytest.mark.fact("nacl-order")
def test_a_number_stands_once_in_each_direction():
    with pytest.raises(ValueError, match="another with this number"):
        street(acls=(*ACLS, IN_80))
    acl = NetworkAcl("acl-a", (IN_80, IN_80._replace(direction=OUT), IN_80._replace(number=32_766)))
    assert acl.lookup(OUT, FiveTuple(WEB, 80, CLIENT, 80)).number == 100


@pytest.mark.fact("nacl-default")
def test_the_default_acl_allows_everything_and_a_new_one_denies_everything():
    assert [str(entry) for entry in default_acl("acl-a")] == [
        "acl-a in 100: allow all from 0.0.0.0/0",
        "acl-a out 100: allow all to 0.0.0.0/0",
    ]
    assert street(acls=default_acl("acl-a")).connect("client", PUBLIC, 80).symptom == "connected"
    visit = street(acls=()).connect("client", PUBLIC, 80)
    step = visit.capture.traces[0].last
    assert (step.check, step.action, step.row.number) == ("network ACL in", DROP, LAST)
    assert str(step.row) == "acl-a in *: deny all from 0.0.0.0/0"


@pytest.mark.fact("nacl-pmtud")
def test_an_icmp_entry_names_type_and_code():
    too_big = AclEntry("acl-a", 100, IN, ALLOW, ICMP, (3, 4), ANYWHERE)
    acl = NetworkAcl("acl-a", (too_big,))
    found = [
        acl.lookup(IN, FiveTuple(CLIENT, 0, WEB, kind << 8 | code, ICMP)).action
        for kind, code in ((3, 4), (3, 3), (8, 0))
    ]
    assert found == [ALLOW, DENY, DENY]
    assert acl.lookup(IN, FiveTuple(CLIENT, 0, WEB, 3 << 8 | 4, UDP)).action == DENY
    assert str(too_big) == "acl-a in 100: allow icmp type 3 code 4 from 0.0.0.0/0"


# --- the edge of the subnet -----------------------------------------------------------------------


def acl_checks(visit, packets):
    """(device, check) of every ACL that was asked about the first packets."""
    return [
        (step.at, step.check)
        for trace in visit.capture.traces[:packets]
        for step in trace.steps
        if "ACL" in step.check
    ]


@pytest.mark.fact("nacl-boundary")
def test_no_acl_stands_between_two_hosts_of_one_subnet():
    visit = street(OPEN, acls=()).connect("web", PEER, 80)
    assert (visit.symptom, acl_checks(visit, 99)) == ("connected", [])


@pytest.mark.fact("nacl-boundary", "nacl-assoc")
def test_a_round_trip_between_two_subnets_meets_four_checks():
    visit = street(OPEN).connect("web", DB, 80)
    assert acl_checks(visit, 2) == [
        ("web", "network ACL out"),
        ("db", "network ACL in"),
        ("db", "network ACL out"),
        ("web", "network ACL in"),
    ]
    rows = [
        step.row.acl
        for trace in visit.capture.traces[:2]
        for step in trace.steps
        if "ACL" in step.check
    ]
    assert rows == ["acl-a", "acl-b", "acl-b", "acl-a"]


@pytest.mark.fact("nacl-boundary")
@pytest.mark.parametrize("entry", ACLS, ids=str)
def test_each_of_the_four_checks_can_stop_the_round_trip(entry):
    visit = street(OPEN).without(entry).connect("web", DB, 80)
    at = "web" if entry.acl == "acl-a" else "db"
    assert (visit.symptom, dropped(visit)) == (
        "timed out",
        [(at, f"network ACL {entry.direction}", f"network ACL {entry.direction}")],
    )


@pytest.mark.fact("nacl-assoc")
def test_one_acl_may_serve_two_subnets():
    visited = street(OPEN)
    subnet = visited.vpc.subnets[1]
    both = visited.replace(subnet, subnet._replace(network_acl="acl-a"))
    assert both.connect("web", DB, 80).symptom == "connected"
    both.network.replace(ACLS[0], None)
    assert dropped(both.connect("web", DB, 80)) == [("db", "network ACL in", "network ACL in")]
    assert dropped(both.connect("client", PUBLIC, 80)) == [
        ("web", "network ACL in", "network ACL in")
    ]


@pytest.mark.fact("nacl-vs-sg-order")
def test_outwards_the_group_is_asked_before_the_acl_and_inwards_after_it():
    visit = street(OPEN).connect("web", DB, 80)
    checks = [
        step.check
        for step in visit.capture[1].steps
        if "group" in step.check or "ACL" in step.check
    ]
    assert checks == ["group out", "network ACL out", "network ACL in", "group in"]


# --- ephemeral ports ------------------------------------------------------------------------------

AWS_LINUX = (32_768, 61_000)  # as AWS writes it; Linux itself goes to 60999
VISITS = 12  # each with another seed, so from another port


def outcomes(visit_with_seed, chosen):
    """For each seed: the port that was chosen, and whether the visit worked."""
    found = []
    for seed in range(VISITS):
        visit = visit_with_seed(seed)
        found.append((chosen(visit), visit.symptom in ("connected", "200 OK")))
    assert len({port for port, _ in found}) > VISITS // 2
    return found


def client_port(visit):
    return visit.capture[1].packet.flow.sport


@pytest.mark.fact("nacl-eph-linux", "nacl-eph-win", "nacl-eph-rule")
@pytest.mark.parametrize(
    ("system", "entry", "works"),
    [
        (LINUX, AWS_LINUX, "all"),
        (LINUX, LINUX, "all"),
        (LINUX, WINDOWS, "some"),
        (WINDOWS, WINDOWS, "all"),
        (WINDOWS, AWS_LINUX, "some"),
        ((1_025, 5_000), WINDOWS, "none"),
        ((1_025, 5_000), (1_025, 5_000), "all"),
        (LINUX, (1_024, 65_535), "all"),
        (WINDOWS, (1_024, 65_535), "all"),
        ((1_025, 5_000), (1_024, 65_535), "all"),
        (LINUX, (80, 80), "none"),
    ],
)
@pytest.mark.parametrize("side", ["server", "client"])
def test_the_clients_system_decides_which_ports_the_acl_must_open(system, entry, works, side):
    """In front of the server outbound; in front of the client inbound."""

    def visit(seed):
        if side == "server":
            acls = (IN_80, answers(entry), *default_acl("acl-b"))
            return street(OPEN, acls=acls, ports=system, seed=seed).connect("client", PUBLIC, 80)
        acls = (IN_80._replace(direction=OUT), answers(entry, IN), *default_acl("acl-b"))
        visited = street(OPEN, acls=acls, seed=seed)
        visited.network.devices["web"].ports = system
        return visited.connect("web", SERVER, 80)

    found = outcomes(visit, client_port)
    assert all(system[0] <= port <= system[1] for port, _ in found)
    assert [worked for _, worked in found] == [entry[0] <= port <= entry[1] for port, _ in found]
    assert {worked for _, worked in found} == {
        "all": {True},
        "some": {True, False},
        "none": {False},
    }[works]


@pytest.mark.fact("nacl-eph-elb")
@pytest.mark.parametrize(
    ("entry", "works"), [(ELASTIC_LOAD_BALANCING, {True}), (LINUX, {True, False})]
)
def test_the_acl_of_the_targets_must_open_the_ports_of_elastic_load_balancing(entry, works):
    def visit(seed):
        all_out = next(
            row for row in site().vpc.acl_entries if row[:3] == ("acl-private", 100, OUT)
        )
        return site(
            "application", seed=seed, replace=[(all_out, answers(entry, acl="acl-private"))]
        ).get(PAGE)

    def node_port(visit):
        return next(
            trace.packet.flow.sport
            for trace in visit.capture
            if trace.packet.flow.src == "10.0.0.10" and trace.packet.flow.dport == 80
        )

    found = outcomes(visit, node_port)
    assert {worked for _, worked in found} == works
    assert all(worked == (entry[0] <= port <= entry[1]) for port, worked in found)


@pytest.mark.fact("nacl-eph-nat")
@pytest.mark.parametrize(("entry", "works"), [(NAT_GATEWAY, {True}), (LINUX, {True, False})])
def test_the_acl_of_a_nat_gateways_subnet_must_let_answers_in_to_the_gateways_ports(entry, works):
    def visit(seed):
        all_in = next(row for row in site().vpc.acl_entries if row[:3] == ("acl-public", 100, IN))
        from_web = AclEntry("acl-public", 90, IN, ALLOW, TCP, (443, 443), "10.0.1.0/24")
        vpc = site(
            "network", "gateway", replace=[(all_in, answers(entry, IN, "acl-public"))]
        ).vpc.with_row(from_web)
        visited = type(site())(vpc, seed)
        return visited.connect("web", "updates.example.net", 443)

    def gateway_port(visit):
        return next(
            trace.packet.flow.dport for trace in visit.capture if trace.sender == "update server"
        )

    found = outcomes(visit, gateway_port)
    assert {worked for _, worked in found} == works
    assert all(worked == (entry[0] <= port <= entry[1]) for port, worked in found)


def test_all_protocols_means_all_ports_whatever_stands_beside():
    acl = NetworkAcl("acl-a", (AclEntry("acl-a", 100, IN, ALLOW, ANY, (22, 22), ANYWHERE),))
    assert acl.lookup(IN, FiveTuple(CLIENT, 40_000, WEB, 80)).number == 100
    assert acl.lookup(IN, FiveTuple(CLIENT, 40_000, WEB, 53, UDP)).number == 100
