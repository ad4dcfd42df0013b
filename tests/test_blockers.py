"""All blockers: what would lose a packet of a visit, in both directions.

They are found at once and without a trace.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rigs.reference_site import BALANCERS, NATS, PAGE, site, transcript

from vpcedu.gateways.internet_gateway import Association
from vpcedu.lab import blockers
from vpcedu.network.interface import Interface
from vpcedu.network.link import Link
from vpcedu.network.record import Call
from vpcedu.reasons import (
    ACL_IN,
    ACL_OUT,
    DESTINATION_CHECK,
    GROUP_IN,
    GROUP_OUT,
    NO_ROUTE,
    SOURCE_CHECK,
)
from vpcedu.sites.parts import IGW
from vpcedu.sites.reference import TARGETS
from vpcedu.sites.reference_tls import TLS_BALANCERS, tls_site
from vpcedu.tables.network_acl import ALLOW, DENY, IN, OUT, AclEntry
from vpcedu.tables.route_table import Route
from vpcedu.tables.security_group import GroupRule, RuleSet
from vpcedu.tables.target_group import Listener
from vpcedu.tables.traffic import ANYWHERE

FILTERS = (SOURCE_CHECK, DESTINATION_CHECK, GROUP_IN, GROUP_OUT, ACL_IN, ACL_OUT)
PAGE_CALL = site().get(PAGE).call
TO_443 = Call("web", "updates.example.net", 443)


def shown(steps):
    return [(step.at, step.check) for step in steps]


# --- what is found --------------------------------------------------------------------------------


@pytest.mark.parametrize("nat", NATS)
@pytest.mark.parametrize("balancer", BALANCERS)
def test_nothing_blocks_a_visit_that_works(balancer, nat):
    visited = site(balancer, nat)
    assert blockers(visited, PAGE) == blockers(visited, TO_443) == ()


@pytest.mark.parametrize("balancer", TLS_BALANCERS)
def test_nothing_blocks_a_visit_inside_tls(balancer):
    assert blockers(tls_site(balancer), "https://www.example.com/") == ()


def test_blockers_of_both_directions_are_found_in_the_order_in_which_they_are_met():
    rule = GroupRule("sg-web", IN, (80, 80), "sg-balancer")
    ways = [
        AclEntry(acl, 50, way, DENY, 6, ports, ANYWHERE)
        for acl, way, ports in (
            ("acl-private", IN, (80, 80)),
            ("acl-private", OUT, (1_024, 65_535)),
            ("acl-public", OUT, (80, 80)),
        )
    ]
    broken = site(without=[rule])
    for entry in ways:
        broken = broken.with_row(entry)
    found = blockers(broken, PAGE)
    assert shown(found) == [
        ("ELB node", "network ACL out"),
        ("web", "network ACL in"),
        ("web", "group in"),
        ("web", "network ACL out"),
    ]
    assert [step.row for step in found] == [
        ways[2],
        ways[0],
        broken.network.filters.rules["web", IN],
        ways[1],
    ]
    assert [step.reason for step in found] == [ACL_OUT, ACL_IN, GROUP_IN, ACL_OUT]
    assert all(step.after == step.before for step in found)


def test_one_visit_alone_would_have_named_the_first_of_them_only():
    broken = site(without=[GroupRule("sg-web", IN, (80, 80), "sg-balancer")]).with_row(
        AclEntry("acl-private", 50, OUT, DENY, 6, (1_024, 65_535), ANYWHERE)
    )
    lost = {step.check for trace in broken.get(PAGE).capture for step in trace.steps if step.reason}
    assert lost == {"group in"}
    assert shown(blockers(site(), PAGE)) == []
    assert shown(blockers(broken, PAGE)) == [("web", "group in"), ("web", "network ACL out")]


def test_a_group_that_is_passed_over_tracks_the_flow_so_its_answers_are_no_blockers():
    broken = site(
        "network", without=[row for row in site("network").vpc.group_rules if row.group == "sg-web"]
    )
    found = blockers(broken, PAGE)
    assert shown(found) == [("web", "group in")]
    assert isinstance(found[0].row, RuleSet)


def test_a_dead_end_is_found_and_ends_the_walk():
    broken = (
        site(without=[Route("private", ANYWHERE, "NAT")])
        .with_row(AclEntry("acl-private", 50, OUT, DENY, 6, (443, 443), ANYWHERE))
        .with_row(AclEntry("acl-public", 50, IN, DENY, 6, (443, 443), ANYWHERE))
    )
    found = blockers(broken, TO_443)
    assert shown(found) == [("web", "network ACL out"), ("web", "route")]
    assert (found[1].reason, found[1].after) == (NO_ROUTE, None)
    repaired = broken.with_row(Route("private", ANYWHERE, "NAT"))
    assert shown(blockers(repaired, TO_443)) == [
        ("web", "network ACL out"),
        ("NAT", "network ACL in"),
    ]


@pytest.mark.parametrize(
    ("lacking", "at", "check"),
    [
        (Association("192.0.2.10", "10.0.0.10"), "Internet", "route"),
        (Listener("TCP", 80, TARGETS), "ELB node", "deliver"),
        (Route("public", ANYWHERE, IGW), "ELB node", "route"),
    ],
)
def test_what_is_lacking_altogether_is_found_too(lacking, at, check):
    assert shown(blockers(site(without=[lacking]), PAGE)) == [(at, check)]


def test_both_checks_of_a_nat_are_found_at_once():
    row = next(row for row in site().vpc.interfaces if row.device == "NAT")
    found = blockers(site(replace=[(row, row._replace(check=True))]), TO_443)
    assert shown(found) == [("NAT", "destination check"), ("NAT", "source check")]
    assert {step.row for step in found} == {row._replace(check=True)}


def test_what_a_link_loses_is_no_blocker():
    assert blockers(site(link=Link(lose=(1, 3))), PAGE) == ()


# --- asking changes nothing -----------------------------------------------------------------------


@pytest.mark.parametrize("balancer", BALANCERS)
def test_asking_changes_no_state_and_the_visit_afterwards_is_the_same_to_the_byte(balancer):
    broken, other = (
        site(balancer, without=[GroupRule("sg-web", IN, (80, 80), "sg-balancer")]) for _ in "ab"
    )
    broken.connect("web", "updates.example.net", 443)
    other.connect("web", "updates.example.net", 443)
    before = (
        transcript(broken.network.capture),
        broken.network.clock.now,
        len(broken.network.filters.tracking["web"]),
    )
    assert blockers(broken, PAGE) == blockers(broken, PAGE) != ()
    after = (
        transcript(broken.network.capture),
        broken.network.clock.now,
        len(broken.network.filters.tracking["web"]),
    )
    assert after == before
    assert not broken.network.filters.beyond_drops
    assert transcript(broken.get(PAGE).capture) == transcript(other.get(PAGE).capture)


def test_a_flow_that_is_still_tracked_is_seen_because_the_copy_has_the_state():
    visited = site("classic-http")
    assert visited.get(PAGE).symptom == "200 OK"
    visited.network.filters.rules["web", IN] = visited.network.filters.rules["web", IN]._replace(
        rules=()
    )
    assert blockers(visited, PAGE) == ()  # the kept connection to web passes by its tracked flow
    visited.network.filters.tracking["web"].clear()
    assert shown(blockers(visited, PAGE)) == [("web", "group in")]


def test_a_url_that_is_none_is_refused():
    with pytest.raises(ValueError, match="expected http://name/path"):
        blockers(site(), "www.example.com")


# --- repairing all of them makes the visit work ---------------------------------------------------


def repaired(broken, step, number):
    """The site with what blocked this step changed, and nothing else."""
    flow, way = step.before.flow, IN if step.check.endswith("in") else OUT
    ports, peer = (flow.dport, flow.dport), f"{flow.src if way == IN else flow.dst}/32"
    if isinstance(step.row, Interface):
        return broken.replace(step.row, step.row._replace(check=False))
    if isinstance(step.row, RuleSet):
        return broken.with_row(GroupRule(step.row.groups[0], way, ports, peer))
    assert isinstance(step.row, AclEntry)
    return broken.with_row(AclEntry(step.row.acl, number, way, ALLOW, 6, ports, peer))


ways, acls = st.sampled_from([IN, OUT]), st.sampled_from(["acl-public", "acl-private"])
ranges = st.sampled_from([(0, 65_535), (80, 80), (443, 443), (1_024, 65_535)])
blocks = st.sampled_from(
    [ANYWHERE, "10.0.0.0/16", "203.0.113.0/24", "10.0.1.10/32", "198.51.100.7/32"]
)
closed = st.lists(
    st.builds(AclEntry, acls, st.integers(50, 99), ways, st.just(DENY), st.just(6), ranges, blocks),
    max_size=4,
    unique_by=lambda entry: entry[:3],
)


@settings(max_examples=80, derandomize=True, deadline=None)
@given(
    st.sampled_from(BALANCERS),
    st.sampled_from(NATS),
    st.sampled_from([PAGE_CALL, TO_443]),
    closed,
    st.data(),
)
def test_repairing_all_blockers_makes_the_visit_work(balancer, nat, call, entries, data):
    vpc = site(balancer, nat).vpc
    gone = data.draw(
        st.lists(st.sampled_from((*vpc.group_rules, *vpc.acl_entries)), unique=True, max_size=4)
    )
    checked = data.draw(
        st.lists(st.sampled_from([row for row in vpc.interfaces if not row.check]), unique=True)
    )
    broken = site(
        balancer, nat, without=gone, replace=[(row, row._replace(check=True)) for row in checked]
    )
    for entry in entries:
        broken = broken.with_row(entry)
    found = blockers(broken, call)
    assert {step.reason for step in found} <= set(FILTERS)
    works = broken.play(call).symptom in ("200 OK", "connected")
    assert works == (found == ())
    fixed = broken._with(broken.vpc)
    for number, row in enumerate(
        {(step.row, step.check, step.before.flow[:3]): step for step in found}.values(), 1
    ):
        if not isinstance(row.row, Interface) or row.row in fixed.vpc.interfaces:
            fixed = repaired(fixed, row, number)
    assert blockers(fixed, call) == ()
    assert fixed.play(call).symptom in ("200 OK", "connected")
