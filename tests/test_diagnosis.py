"""Diagnosis: from a symptom to the rows that give it in this VPC, each shown by a run."""

import pytest

from vpcedu import reference_vpc
from vpcedu.lab import ask, diagnose
from vpcedu.sites.reference import TARGETS
from vpcedu.tables.network_acl import DENY, OUT, AclEntry
from vpcedu.tables.security_group import IN, GroupRule
from vpcedu.tables.target_group import TargetGroup
from vpcedu.tables.traffic import ANYWHERE

PAGE = ("client", "www.example.com", 80)


@pytest.mark.parametrize(
    ("kind", "symptom"),
    [
        ("network", "timed out"),
        ("application", "504 Gateway Timeout"),
        ("application", "502 Bad Gateway"),
        ("application", "503 Service Unavailable"),
        ("application", "refused"),
        ("classic-tcp", "closed"),
    ],
)
def test_every_cause_gives_the_symptom_and_taking_it_back_mends_it(kind, symptom):
    vpc = reference_vpc(kind)
    causes = diagnose(vpc, *PAGE, symptom)
    assert causes
    for cause in causes:
        assert cause.visit.outcome.said == symptom
        broken = cause.visit.vpc
        assert broken != vpc
        assert str(cause.repair) in str(cause)


def test_a_service_unavailable_comes_from_a_target_group_without_targets_alone():
    (cause,) = diagnose(reference_vpc("application"), *PAGE, "503 Service Unavailable")
    assert cause.row == TargetGroup("web servers", ())
    assert cause.repair.new == TARGETS


def test_where_the_description_shows_the_symptom_its_blockers_are_the_causes():
    deny = AclEntry("acl-private", 50, OUT, DENY, 6, (1_024, 65_535), ANYWHERE)
    vpc = (
        reference_vpc("network")
        .with_row(deny)
        .without(GroupRule("sg-web", IN, (80, 80), "sg-balancer"))
    )
    for symptom in ("", "timed out"):
        causes = diagnose(vpc, *PAGE, symptom)
        assert [cause.words.partition(".")[0] for cause in causes] == [
            "on the forward path a packet is lost at web, group in",
            "on the return path a packet is lost at web, network ACL out",
        ]
        assert causes[1].row == deny
        assert [cause.repair for cause in causes] == list(ask(vpc, *PAGE).repairs)


def test_what_works_has_no_cause():
    assert diagnose(reference_vpc(), *PAGE) == ()


def test_a_symptom_that_nothing_gives_is_refused_and_the_others_named():
    with pytest.raises(ValueError, match=r"teapot.*expected one of .*timed out$"):
        diagnose(reference_vpc(), *PAGE, "418 I'm a teapot")


@pytest.mark.parametrize("kind", ["classic-tcp", "application", "network"])
def test_every_cause_says_in_full_what_was_done_and_what_mends_it(kind):
    for symptom in ("timed out", "refused", "502 Bad Gateway"):
        try:
            causes = diagnose(reference_vpc(kind), *PAGE, symptom)
        except ValueError:
            continue
        for cause in causes:
            assert not str(cause).rstrip().endswith((":", ";", "to", "becomes"))
            assert ": ," not in str(cause) and ": then" not in str(cause)
    told = [
        str(cause) for cause in diagnose(reference_vpc("application"), *PAGE, "502 Bad Gateway")
    ]
    assert any(
        "change web: add listens 8081" in words
        and words.endswith("change web: remove listens 8081")
        for words in told
    )
