"""The model and a Linux kernel give the same packets: every scenario, every header at every hop."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from kernel import compare, stored, witness
from kernel.expected import EXPECTED
from kernel.faults import FAULTS
from kernel.normal import normal
from kernel.scenarios import BY_NAME, SCENARIOS

FOUNDATION = {"tcp", "one-to-one", "nat", "filter", "proxy"}
each = pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario.name for scenario in SCENARIOS])


@each
def test_the_model_gives_the_kernels_packets_and_outcomes(scenario):
    kernel = stored.load(scenario.name)
    found = compare.differences(scenario, kernel, compare.of_model(scenario, kernel))
    assert compare.judge(found, EXPECTED.get(scenario.name)) == ""


def test_a_new_difference_fails_and_so_does_a_known_one_that_is_gone():
    known = compare.Expected(compare.KINDS[0], "another way back")
    assert compare.judge([], None) == compare.judge(["row 1"], known) == ""
    assert compare.judge(["row 1"], None).endswith("row 1")
    assert "another way back" in compare.judge([], known)


@each
def test_the_stored_normal_form_is_that_of_the_stored_packets(scenario):
    kernel = stored.load(scenario.name)
    assert json.loads(json.dumps(kernel.normal(scenario))) == stored.stored_normal(scenario.name)
    assert kernel.facts and all(record.at >= 0 for record in kernel.seen)
    assert kernel.seen or scenario.name == "group-out-refuses"  # there nothing ever leaves the host


def test_forty_scenarios_and_more_are_compared_and_few_differ():
    assert len(SCENARIOS) >= 40 and set(EXPECTED) <= set(BY_NAME)
    differing = [name for name in EXPECTED if set(BY_NAME[name].kinds) <= FOUNDATION]
    assert len(differing) <= 5
    assert {row.kind for row in EXPECTED.values()} <= set(compare.KINDS)
    assert {path.stem for path in stored.FOLDER.glob("*.pcapng")} == set(BY_NAME), (
        "a recording nobody compares"
    )


@pytest.mark.parametrize("page", ["README.md", "CHANGELOG.md"])
def test_pages_written_by_hand_say_how_many_scenarios_there_are(page):
    words = (Path(__file__).parent.parent / page).read_text(encoding="utf-8")
    assert re.findall(r"(\d+) scenarios(?:, and\n| were played)", words) == [str(len(SCENARIOS))]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_planted_in_the_model_is_found(fault, monkeypatch):
    plant, name = FAULTS[fault]
    scenario, kernel = BY_NAME[name], stored.load(name)
    assert name not in EXPECTED
    plant(monkeypatch.setattr)
    assert compare.differences(scenario, kernel, compare.of_model(scenario, kernel))


@pytest.fixture(scope="module")
def tshark():
    if shutil.which("tshark") is None:
        from test_tshark import MISSING

        pytest.skip(MISSING)


@pytest.mark.parametrize("whose", ["kernel", "model"])
def test_tshark_reads_in_every_file_what_we_read(whose, tmp_path, tshark):
    recordings = {}
    for scenario in SCENARIOS:
        kernel = stored.load(scenario.name)
        recordings[scenario.name] = (
            kernel if whose == "kernel" else compare.of_model(scenario, kernel)
        )
        if whose == "model":
            stored.records.save(
                tmp_path / f"{scenario.name}.pcapng", recordings[scenario.name].seen
            )
    folder = stored.FOLDER if whose == "kernel" else tmp_path
    together = tmp_path / "together"
    together.write_bytes(b"".join((folder / f"{name}.pcapng").read_bytes() for name in recordings))
    rows = witness.read(together)  # several sections behind each other are one pcapng file
    for scenario in SCENARIOS:
        ours = witness.ours(recordings[scenario.name].seen)
        theirs, rows = rows[: len(ours)], rows[len(ours) :]
        assert theirs == ours, scenario.name
        assert normal(theirs, scenario.ports) == recordings[scenario.name].normal(scenario)
    assert not rows
