"""Features that AWS added of late: no "works" where AWS drops packets or nobody can know."""

import json

import pytest
from rigs.aws_features import FEATURES, OUT, SHOP, WIRE, WORKS, Feature, made
from rigs.aws_shapes import files

from vpcedu import aws
from vpcedu.analysis.answer import ask

# What is not told apart yet, each with what it waits for. One that is must leave this list.
NOT_YET: dict[str, str] = {}


def answer(folder, feature):
    for name, rows in files(made(feature)).items():
        (folder / name).write_text(json.dumps(rows), encoding="utf-8")
    return ask(aws.load(folder).vpc("vpc-1"), *feature.question)


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.holds)
def test_a_feature_that_packets_meet_is_told(tmp_path, feature):
    try:
        found = answer(tmp_path, feature)
    except ValueError as error:
        assert "'i-six'" in str(error)  # it has no address of IPv4: there is no such end
        return
    honest = found.outcome.verdict in feature.honest and "503" not in found.outcome.said
    if feature.holds in NOT_YET:
        assert not honest, f"{feature.holds}: take it from NOT_YET"
        pytest.xfail(NOT_YET[feature.holds])
    assert honest, (found.outcome, found.unknown)


@pytest.mark.parametrize("question", [SHOP, WIRE, OUT])
def test_without_the_feature_the_network_works(tmp_path, question):
    plain = Feature("", "", question, (), lambda answers: None)
    assert answer(tmp_path, plain).outcome.verdict == WORKS


def test_at_least_twenty_features_are_tried():
    assert len({feature.holds for feature in FEATURES}) >= 20
