"""The kernel's laboratory itself: nothing leaves it, nothing stays, it says the same twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from kernel import compare, recorder, stored
from kernel.kernel import LIMIT, KernelLab, missing_tools, why_not
from kernel.namespaces import NAMED, PREFIX, LabError, run, runs, sweep
from kernel.records import load, save
from kernel.scenarios import BY_NAME, SCENARIOS
from kernel.setting import CLIENT, Setting

from vpcedu import Endpoint
from vpcedu.protocols.forwarded import forward
from vpcedu.protocols.http import take

ROOT = Path(__file__).parent.parent
DIRECT, PROXY = BY_NAME["direct"], BY_NAME["proxy-http-forged"]


@pytest.fixture(autouse=True, scope="module")
def needs_the_kernel():
    if reason := why_not():
        root_on_linux = sys.platform == "linux" and os.geteuid() == 0
        if os.environ.get("CI") == "true" and root_on_linux and missing_tools():
            pytest.fail(reason)
        pytest.skip(reason)


def left_by(pid: int) -> list[str]:
    """The namespaces of a process's laboratories."""
    return sorted(path.name for path in NAMED.glob(f"{PREFIX}{pid}-*"))


def inside(names: list[str]) -> list[str]:
    """The processes in some namespaces."""
    return [pid for name in names for pid in run("ip", "netns", "pids", name).split()]


# --- fresh, stored, model ---------------------------------------------------------------


def test_what_is_recorded_now_what_is_stored_and_what_the_model_plays_are_equal():
    """All scenarios without long waits, recorded anew.

    The recorder does the others with the same programs.
    """
    kept = {scenario.name: stored.load(scenario.name) for scenario in SCENARIOS}
    short = [
        row
        for row in SCENARIOS
        if max((record.at for record in kept[row.name].seen), default=0) < 2_500_000
    ]
    assert len(short) >= 40
    for name, (seen, facts) in recorder.record_scenarios(short).items():
        scenario, fresh = BY_NAME[name], stored.Recording(seen, facts)
        assert compare.differences(scenario, kept[name], fresh) == [], name
        assert compare.differences(scenario, fresh, compare.of_model(scenario, fresh)) == [], name


# --- nothing stays behind ---------------------------------------------------------------


def test_nothing_stays_behind_when_a_scenario_fails():
    lab, processors = KernelLab(PROXY.setting), os.sched_getaffinity(0)
    with pytest.raises(ZeroDivisionError), lab:
        names, folder = left_by(os.getpid()), lab._place.folder
        programs = inside(names)
        # HAProxy, and a tcpdump at each point
        assert len(names) == len(lab._place.devices) and len(programs) > 6
        lab.wait(1 / 0)
    assert left_by(os.getpid()) == [] and not folder.exists() and lab.records == []
    assert not any(map(runs, programs))
    assert os.sched_getaffinity(0) == processors


def test_nothing_stays_behind_when_the_place_cannot_be_built():
    half_a_second = Setting(private_default="nat", nat=Setting().nat._replace(idle=0.5))
    with (
        pytest.raises(ValueError, match=r"idle 0\.5: expected whole seconds"),
        KernelLab(half_a_second),
    ):
        raise AssertionError("it was built")
    assert left_by(os.getpid()) == []


HOLDS = """
import os, sys, time
from tests.kernel.kernel import KernelLab
from tests.kernel.setting import Setting
with KernelLab(Setting(web_public=True)):
    print("built", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def another():
    """A process in the middle of a scenario."""
    program = subprocess.Popen(
        [sys.executable, "-c", HOLDS], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert program.stdout.readline() == "built\n"
        yield program
    finally:
        program.kill()
        program.wait()
        program.stdout.close()
        sweep()


def test_a_process_that_is_asked_to_end_takes_its_laboratory_with_it(another):
    programs = inside(left_by(another.pid))
    assert programs
    another.send_signal(signal.SIGTERM)
    another.wait(20)
    assert another.returncode == 128 + signal.SIGTERM
    assert left_by(another.pid) == [] and not any(map(runs, programs))


def test_what_a_killed_process_left_is_swept_and_what_a_living_one_has_is_not(another):
    names = left_by(another.pid)
    programs = inside(names)
    assert names and programs and not set(sweep()) & set(names)
    assert left_by(another.pid) == names
    another.kill()
    another.wait()
    sweep()
    assert left_by(another.pid) == [] and not any(map(runs, programs))


# --- nothing leaves it ------------------------------------------------------------------


def test_no_link_leads_out_of_the_laboratory_and_no_route_off_the_machine():
    with KernelLab(BY_NAME["nlb-two-nodes"].setting) as lab:
        place = lab._place
        assert place.prefix not in run("ip", "-o", "-details", "link")  # the machine's own links
        for device in place.devices:
            with place.inside(device):
                lines = run("ip", "-o", "-details", "link").splitlines()
            links = [
                line
                for line in lines
                if " bridge forward_delay" not in line and "LOOPBACK" not in line
            ]
            assert links and all(f"link-netns {place.prefix}" in line for line in links)
        with place.inside("inet"):
            assert "default" not in run("ip", "route", "show", "table", "all")
        lab.outcome(lab.connect("client", "192.88.99.1:80", 50_001))
        lab.outcome(lab.connect("web", "192.88.99.1:80", 50_001))
    assert lab.facts == [("c1 outcome", "unreachable"), ("c2 outcome", "pending")]
    assert [row.point for row in lab.records if row.packet.flow.src == CLIENT] == ["client"]


def test_a_scenario_cannot_take_forever():
    with pytest.raises(LabError, match=f"longer than {LIMIT}"), KernelLab(Setting()) as lab:
        lab.wait(LIMIT + 1)
    assert left_by(os.getpid()) == []


# --- what it says -----------------------------------------------------------------------


def test_a_scenario_shows_the_same_facts_and_the_same_packets_twice():
    def shape(records):
        return [
            (row.point, row.way, row.packet.flow, row.packet.flags, row.packet.data)
            for row in records
        ]

    (first, facts), (second, again) = (
        recorder.record_scenarios([DIRECT])["direct"] for _ in range(2)
    )
    assert (
        facts
        == again
        == [
            ("a1 accept", f"{CLIENT}:50001"),
            ("c1 outcome", "connected"),
            ("a1 read", "request\n"),
            ("c1 read", "page\n"),
            ("a1 read", " end"),
        ]
    )
    # eleven packets, each at the ends and at the gateway's
    assert shape(first) == shape(second) and len(first) == 44


def test_the_proxy_writes_to_its_target_what_the_model_writes(tmp_path):
    records, _ = recorder.play(PROXY)
    save(tmp_path / "whole.pcapng", records)
    assert load(tmp_path / "whole.pcapng") == records
    came, went = (
        next(row.packet.data for row in records if (row.point, row.way) == side and row.packet.data)
        for side in (("elb", "in"), ("elb", "out"))
    )
    asked = take(bytearray(came))
    assert went == bytes(forward(asked, Endpoint(CLIENT, 50_001), Endpoint("10.0.0.10", 80)))


def test_a_recording_is_kept_until_a_whole_one_replaces_it(tmp_path, monkeypatch, capsys):
    old = tmp_path / "direct.pcapng"
    old.write_bytes(b"the old one")
    with monkeypatch.context() as patched:
        patched.setattr(recorder, "PATIENCE", 0.01)
        assert recorder.record([DIRECT], tmp_path) == 1
    assert old.read_bytes() == b"the old one" and list(tmp_path.iterdir()) == [old]
    assert recorder.record([DIRECT], tmp_path) == 0
    assert len(load(old)) == 44 and sorted(tmp_path.iterdir()) == [tmp_path / "direct.json", old]
    assert "longer than 0.01 s" in capsys.readouterr().out


def test_only_scenarios_of_the_list_are_recorded():
    with pytest.raises(ValueError, match="'made up': expected one of the list"):
        recorder.record_scenarios([DIRECT._replace(name="made up")])


def test_the_command_line_names_what_it_does_not_know():
    words = [sys.executable, "-m", "tests.kernel", "record", "nowhere"]
    told = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert (told.returncode, told.stderr[:43]) == (2, "No scenario nowhere; there are direct, dire")
