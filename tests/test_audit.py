"""Audit: what the compiled tables say is what packets do.

The rows that are said to do nothing are really of no effect.
"""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_properties_vpc import vpcs

from vpcedu import reference_vpc
from vpcedu.address import block, text
from vpcedu.analysis.idle_rows import findings
from vpcedu.gateways.internet_gateway import Association
from vpcedu.hosts.host import Host
from vpcedu.hosts.web_server import WebServer
from vpcedu.lab import audit
from vpcedu.network.interface import Interface, Subnet
from vpcedu.network.vpc import Device, Vpc
from vpcedu.sites.parts import IGW
from vpcedu.tables.network_acl import ALLOW, ANY, DENY, IN, OUT, AclEntry
from vpcedu.tables.route_table import LOCAL, Route
from vpcedu.tables.security_group import GroupRule
from vpcedu.tables.traffic import ANYWHERE

BLOCK = "10.0.0.0/16"
BLOCKS = (
    ANYWHERE,
    BLOCK,
    "10.0.0.0/17",
    "10.0.2.0/23",
    "10.0.1.0/24",
    "10.0.1.12/30",
    "10.0.3.16/28",
    "10.0.0.0/8",
    "198.51.100.0/25",
    "198.51.100.64/26",
    "192.0.2.0/24",
    "0.0.0.0/1",
    "128.0.0.0/1",
)
RANGES = (
    (0, 65_535),
    (80, 80),
    (22, 443),
    (1_024, 65_535),
    (32_768, 60_999),
    (40_000, 50_000),
    (443, 443),
)


def confirmed(found, triples):
    """How many of these questions packets answer with yes.

    Every one must be answered as the tables did.
    """
    yes = 0
    for source, destination, port in triples:
        said = found.reaches(source, destination, port)
        sent = found.confirm(source, destination, port)
        assert said is None or said == sent, (source, destination, port, said, sent)
        yes += sent
    return yes


def draw_vpc(seed):
    """Eight subnets of five hosts, groups and ACLs with blocks that are aligned to nothing."""
    chance = Random(seed)
    pick = chance.choice
    groups, acls = [f"sg-{i}" for i in range(6)], [f"acl-{i}" for i in range(4)]
    subnets = tuple(
        Subnet(f"s{i}", f"10.0.{i}.0/24", pick(("one", "two", None)), pick(acls)) for i in range(8)
    )
    interfaces = tuple(
        Interface(
            f"i{s}-{h}",
            f"s{s}",
            f"10.0.{s}.{10 + h}",
            tuple(chance.sample(groups, pick((0, 1, 1, 2, 3)))),
        )
        for s in range(8)
        for h in range(5)
    )
    rules = tuple(
        GroupRule(
            pick(groups), pick((IN, OUT)), pick(RANGES), pick((*BLOCKS, *groups)), pick((6, 6, ANY))
        )
        for _ in range(40)
    )
    numbered = [(acl, way, number) for acl in acls for way in (IN, OUT) for number in (10, 20, 30)]
    entries = tuple(
        AclEntry(
            acl, number, way, pick((ALLOW, ALLOW, DENY)), pick((6, ANY)), pick(RANGES), pick(BLOCKS)
        )
        for acl, way, number in chance.sample(numbered, 14)
    )
    opened = tuple(
        AclEntry(acl, 100, way, ALLOW, ANY, (0, 65_535), ANYWHERE)
        for acl in acls
        for way in (IN, OUT)
        if chance.random() < 0.8
    )
    routes = (
        *(Route(table, BLOCK, LOCAL) for table in ("one", "two", "main")),
        Route("one", ANYWHERE, IGW),
    )
    public = tuple(
        Association(f"192.0.2.{10 + i}", row.address)
        for i, row in enumerate(chance.sample(interfaces, 15))
    )
    kinds = {row.device: pick((Host, WebServer)) for row in interfaces}
    return Vpc(
        BLOCK,
        subnets,
        interfaces,
        routes,
        entries + opened,
        rules,
        IGW,
        public,
        (),
        tuple(Device(name, kind) for name, kind in kinds.items()),
        (),
    )


@pytest.mark.parametrize("seed", range(10))
def test_each_of_a_thousand_answers_of_the_tables_is_what_packets_do(seed):
    found = audit(draw_vpc(seed))
    chance = Random(seed)
    hosts = [place.name for place in found.tables.places if place.interface]
    strangers = [place.name for place in found.tables.places if not place.interface]
    triples: set[tuple[str, str, int]] = set()
    while len(triples) < 100:
        source, destination = (
            chance.choice((chance.choice(hosts), chance.choice(hosts), chance.choice(strangers))),
            (chance.choice(hosts)),
        )
        if source != destination:
            triples.add((source, destination, chance.choice((22, 80, 81, 443, 5_432, 40_000))))
    reached = [(s, d, p) for s, d, p in triples if found.reaches(s, d, p)]
    assert confirmed(found, sorted(triples)) >= len(reached)


def test_the_samples_hold_enough_of_both_answers():
    answers = [
        found.reaches(a.name, b.name, port)
        for found in map(audit, map(draw_vpc, range(10)))
        for a in found.tables.places
        for b in found.tables.places
        if b.interface
        for port in (80, 443)
    ]
    assert answers.count(True) > 1_000
    assert answers.count(False) > 1_000
    assert answers.count(None) > 50


@settings(max_examples=40, deadline=None)
@given(vpcs(), st.data())
def test_in_small_networks_with_odd_routes_tables_and_packets_agree(vpc, data):
    found = audit(vpc)
    assert found.undecided == 0
    names = [place.name for place in found.tables.places]
    hosts = [place for place in found.tables.places if place.interface]
    for _ in range(6):
        if hosts:
            here = data.draw(st.sampled_from(hosts))
            others = [
                name
                for name in names
                if name
                not in [
                    p.name
                    for p in hosts
                    if p.interface
                    and here.interface
                    and p.interface.device == here.interface.device
                ]
            ]
            if others:
                confirmed(
                    found,
                    [
                        (
                            data.draw(st.sampled_from(others)),
                            here.name,
                            data.draw(st.sampled_from((80, 81, 443))),
                        )
                    ],
                )


def test_every_row_that_is_shown_is_confirmed_by_packets():
    for balancer in ("classic-tcp", "application"):
        found = audit(reference_vpc(balancer))
        shown = [
            (source, destination, ports[0])
            for row in found.reached
            for ports in row.ports
            for destination in row.destinations
            for source in row.sources
        ]
        # web's group lets everything out, and the balancer's lets everybody in
        devices = [row.device for row in reference_vpc(balancer).interfaces]
        nodes = [name for name in devices if name.startswith("ELB node")]
        assert len(nodes) == (2 if balancer == "application" else 1)
        assert sorted(shown) == sorted(
            [("web", node, 80) for node in nodes]
            + [("internet", node, 80) for node in nodes]
            + [(node, "web", 80) for node in nodes]
        )
        assert confirmed(found, shown) == len(shown)


def test_balancers_are_asked_by_packets():
    assert [row[:2] for row in audit(reference_vpc("network")).balancers] == [
        ("www.example.com", 80)
    ]
    assert audit(reference_vpc("network")).balancers[0].outcome.said == "works"
    broken = reference_vpc("network").without(GroupRule("sg-web", IN, (80, 80), "sg-balancer"))
    assert audit(broken).balancers[0].outcome.said == "timed out"


def test_a_route_past_a_device_inside_is_decided_by_packets():
    vpc = reference_vpc()
    vpc = vpc.with_row(GroupRule("sg-web", IN, (80, 80), "sg-nat")).with_row(
        Route("public", "10.0.1.0/24", "NAT")
    )
    found = audit(vpc)
    assert found.sent > 0
    for port in (79, 80, 443):
        assert found.reaches("ELB node", "web", port) == found.confirm("ELB node", "web", port)


def test_a_part_of_the_ephemeral_ports_is_reported_as_sometimes():
    vpc = reference_vpc("classic-tcp").with_row(
        AclEntry("acl-public", 9, OUT, DENY, 6, (50_000, 55_000), ANYWHERE)
    )
    found = audit(vpc)
    assert found.reaches("internet", "ELB node", 80) is None
    assert "(only from some of its ports)" in str(found)


def test_an_unknown_place_is_named():
    with pytest.raises(ValueError, match="'nobody': expected"):
        audit(reference_vpc()).reaches("nobody", "web", 80)


# --- rows that do nothing -------------------------------------------------------------------------


def found_in(vpc, what):
    return [finding.row for finding in findings(vpc) if finding.what == what]


def test_the_reference_site_has_no_useless_row():
    assert findings(reference_vpc()) == ()


def test_unused_rows_are_named():
    vpc = reference_vpc()
    rule = GroupRule("sg-web", IN, (22, 22), "sg-nobody")
    vpc = vpc.with_row(GroupRule("sg-old", IN, (22, 22), ANYWHERE)).with_row(rule)
    vpc = vpc.with_row(Route("spare", ANYWHERE, IGW)).with_row(
        AclEntry("acl-old", 1, IN, ALLOW, ANY, (0, 0), ANYWHERE)
    )
    assert found_in(vpc, "unused") == ["sg-old", rule, "acl-old", "spare"]


@pytest.mark.parametrize(
    ("rule", "shadowed"),
    [
        (GroupRule("sg-nat", IN, (80, 90), "10.0.1.0/25"), True),
        (GroupRule("sg-nat", IN, (80, 90), "10.0.0.0/23"), False),
        (GroupRule("sg-nat", IN, (80, 90), "10.0.1.0/25", 17), False),
        (GroupRule("sg-web", OUT, (443, 443), "sg-nat"), False),
        (GroupRule("sg-web", OUT, (443, 443), ANYWHERE), True),
        (GroupRule("sg-nat", OUT, (80, 90), "10.0.1.0/25"), False),
    ],
)
def test_a_group_rule_that_another_one_covers_is_shadowed(rule, shadowed):
    assert found_in(reference_vpc().with_row(rule), "shadowed") == ([rule] if shadowed else [])


def test_of_two_equal_rules_one_is_shadowed():
    rule = GroupRule("sg-web", IN, (80, 80), "sg-balancer")
    assert found_in(reference_vpc().with_row(rule), "shadowed") == [rule]


def entry(number, action, protocol, ports, cidr):
    return AclEntry("acl-private", number, IN, action, protocol, ports, cidr)


@pytest.mark.parametrize(
    ("rows", "never"),
    [
        ([entry(200, DENY, 6, (22, 22), ANYWHERE)], [200]),  # behind 100: allow all
        ([entry(50, DENY, 6, (22, 22), ANYWHERE)], []),
        (
            [
                entry(10, DENY, 6, (0, 1_000), "10.0.0.0/9"),
                entry(11, DENY, 6, (0, 1_000), "10.128.0.0/9"),
                entry(12, ALLOW, 6, (80, 80), "10.0.0.0/8"),
            ],
            [12],
        ),  # two together
        (
            [
                entry(10, DENY, 6, (0, 1_000), "10.0.0.0/9"),
                entry(12, ALLOW, 6, (80, 80), "10.0.0.0/8"),
            ],
            [],
        ),
        (
            [
                entry(10, DENY, 6, (0, 65_535), ANYWHERE),
                entry(12, ALLOW, ANY, (0, 65_535), ANYWHERE),
            ],
            [100],
        ),
        ([entry(10, DENY, 47, (0, 0), ANYWHERE), entry(12, ALLOW, 50, (0, 0), ANYWHERE)], []),
    ],
)
def test_an_entry_that_lower_numbers_take_whole_never_matches(rows, never):
    vpc = reference_vpc()
    for row in rows:
        vpc = vpc.with_row(row)
    assert [row.number for row in found_in(vpc, "never matches")] == never


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from((ALLOW, DENY)),
            st.sampled_from((6, ANY)),
            st.sampled_from(RANGES),
            st.sampled_from(BLOCKS),
        ),
        max_size=6,
    ),
    st.data(),
)
def test_what_is_said_never_to_match_decides_about_no_packet(rows, data):
    from vpcedu.flow import FiveTuple
    from vpcedu.tables.network_acl import NetworkAcl

    vpc = reference_vpc()
    for number, row in enumerate(rows, 1):
        vpc = vpc.with_row(entry(number, *row))
    never = found_in(vpc, "never matches")
    acl = NetworkAcl(
        "acl-private", tuple(row for row in vpc.acl_entries if row.acl == "acl-private")
    )
    for _ in range(20):
        first, last, _ = block(data.draw(st.sampled_from(BLOCKS)))
        source = text(data.draw(st.sampled_from((first, last, (first + last) // 2))))
        ports = data.draw(st.sampled_from(RANGES))
        flow = FiveTuple(
            source,
            1,
            "10.0.1.10",
            data.draw(st.sampled_from(ports)),
            data.draw(st.sampled_from((6, 17))),
        )
        assert acl.lookup(IN, flow) not in never


def test_an_acl_without_the_ports_of_some_clients_is_a_trap_and_says_which():
    vpc = reference_vpc()
    old = next(row for row in vpc.acl_entries if (row.acl, row.direction) == ("acl-public", OUT))
    vpc = vpc.replace(old, old._replace(protocol=6, ports=(32_768, 60_999)))
    traps = [finding for finding in findings(vpc) if finding.what == "ephemeral trap"]
    assert [finding.row.acl for finding in traps] == ["acl-public"]
    for system in ("Windows", "macOS", "FreeBSD", "Elastic Load Balancing", "NAT gateway"):
        assert f"{system} " in traps[0].because
    assert "Linux" not in traps[0].because
    narrow = old._replace(protocol=6, ports=(32_768, 60_999))
    wide = vpc.replace(narrow, old._replace(protocol=6, ports=(1_024, 65_535)))
    assert not [finding for finding in findings(wide) if finding.what == "ephemeral trap"]


def test_entries_for_answers_and_bans_of_a_block_are_no_traps():
    vpc = reference_vpc()
    for row in [row for row in vpc.acl_entries if row.acl == "acl-private"]:
        ports = (80, 80) if row.direction == IN else (1_024, 65_535)
        vpc = vpc.replace(row, row._replace(protocol=6, ports=ports))
    assert not found_in(vpc, "ephemeral trap")
    ban = AclEntry("acl-private", 1, OUT, DENY, ANY, (0, 65_535), "198.51.100.0/24")
    assert not found_in(vpc.with_row(ban), "ephemeral trap")
    high = AclEntry("acl-private", 1, OUT, DENY, 6, (50_000, 65_535), "198.51.100.0/24")
    assert [row.direction for row in found_in(vpc.with_row(high), "ephemeral trap")] == [IN]


def test_the_text_has_all_three_parts():
    text_ = str(audit(reference_vpc().with_row(GroupRule("sg-old", IN, (22, 22), ANYWHERE))))
    for words in (
        "www.example.com port 80: works",
        "web       80  from ELB node",
        "unused: sg-old; no network interface uses",
    ):
        assert words in text_
    assert audit(reference_vpc()).as_json()["reached"][0]["destinations"] == ("ELB node",)


def test_a_description_that_aws_would_refuse_is_refused():
    twice = AclEntry("acl-public", 100, IN, DENY, 6, (22, 22), ANYWHERE)
    for row in (
        twice,
        GroupRule("sg-web", IN, (90, 80), ANYWHERE),
        GroupRule("sg-web", IN, (80, 80), "10.0.0.1/24"),
    ):
        with pytest.raises(ValueError, match="expected"):
            audit(reference_vpc().with_row(row))
