"""`python3 -m vpcedu`: every option, every wrong value, and what it prints where."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rigs.reference_site import BALANCERS, NATS, PAGE

from vpcedu.__main__ import USAGE, main
from vpcedu.packet import Packet
from vpcedu.sites.reference import reference_architecture
from vpcedu.views.first_screen import sketch

ROOT = Path(__file__).parent.parent


def run(*words, isolated=False):
    flags = ["-S"] if isolated else []
    return subprocess.run(
        [sys.executable, *flags, "-m", "vpcedu", *words], cwd=ROOT, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def plain():
    return run().stdout


def test_without_options_it_answers_the_question_on_one_screen(plain):
    question, picture, answer, more = plain.split("\n\n")
    assert len(plain.splitlines()) <= 24 and max(map(len, plain.splitlines())) <= 80
    assert question.count("\n") == 1 and question.endswith("through the load balancer?")
    assert picture.count("\n") <= 6 and "client =1==> Internet gateway*" in picture
    assert answer.count("\n") == 3 and answer.startswith("Yes, the reply goes back through")
    assert "proxy" in answer.split(". ")[0] and "Not one of\nthe 22 packets" in answer
    for line in more.splitlines()[:2]:
        words = line.split()[3]
        assert run(words).returncode == 0


@pytest.mark.parametrize("balancer", BALANCERS)
@pytest.mark.parametrize("nat", NATS)
def test_the_map_is_what_the_capture_says(balancer, nat):
    visit = reference_architecture(balancer, nat).get(PAGE)
    zones, there, home, nats, *ends, _ = sketch(visit)
    proxy = len(visit.connections) == 2
    assert zones.split("|")[0].strip() == "Internet" and len(ends) == 1 + proxy
    for number, talk in enumerate(visit.connections, 1):
        assert f"={number}==> " in there and f"[{talk.listener}]" in there
        assert all(f"{name}*" in there for name in talk.passes)
        for stretch in talk.stretches():
            assert str(stretch[2].destination) in ends[number - 1]
    names = ["Internet gateway", "[ELB" if proxy else "NLB", "[web]"]
    for name, zone in zip(names, ("edge of the VPC", "public", "private"), strict=True):
        assert there.index(name) == zones.index(zone) == home.index(name)
    assert nats.strip() == f"NAT: 0 of {len(visit.capture)} packets"


def test_the_version_is_said():
    from vpcedu import __version__

    for words in (["--version"], ["--version", "--why"]):
        assert run(*words).stdout == f"vpcedu {__version__}\n"


def test_packets_and_why_are_the_parts_of_the_whole(plain):
    packets, why, every = (run(words).stdout for words in ("--packets", "--why", "--all"))
    head = "GET http://www.example.com/, by client: 200 OK after 0.0808 s"
    assert packets.startswith(head) and why.startswith(head) and every.startswith(head)
    ladder = [line for line in packets.splitlines() if line[:3].strip().isdigit()]
    assert len(ladder) == 22 and all(line in every for line in ladder)
    assert "exactly as sent" in packets and "Packet 1 at" not in packets
    assert (
        "Packet 1 at" in why
        and "Packet 2 at" not in why
        and not set(ladder) & set(why.splitlines())
    )


def test_it_needs_no_installed_package(plain):
    assert run(isolated=True).stdout == plain


@pytest.mark.parametrize(
    "words",
    [
        ["--balancer", "classic-tcp"],
        ["--nat", "instance"],
        ["--seed", "0"],
        ["--seed=0", "--nat=instance", "--balancer=classic-tcp"],
    ],
)
def test_the_defaults_are_the_questions(words, plain):
    assert run(*words).stdout == plain


@pytest.mark.parametrize("balancer", BALANCERS)
@pytest.mark.parametrize("nat", NATS)
def test_every_balancer_and_nat_answers(balancer, nat):
    done = run("--balancer", balancer, "--nat", nat)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split("\n\n")[2].startswith("Yes, ")


def test_a_seed_changes_the_ports_and_may_be_negative(plain):
    other, negative = run("--seed", "7").stdout, run("--seed", "-7").stdout
    assert len({plain, other, negative}) == 3


def test_all_shows_the_decisions_about_every_packet():
    every = run("--all").stdout
    packets = [line.split()[1] for line in every.splitlines() if line.startswith("Packet ")]
    assert packets == [str(number) for number in range(1, 23)]


def packet_texts(value):
    """Every text in a document that is a packet."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key in ("packet", "after") and isinstance(part, str) and " > " in part:
                yield part
            else:
                yield from packet_texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from packet_texts(part)


@pytest.mark.parametrize("balancer", BALANCERS)
def test_json_is_json_and_every_packet_in_it_can_be_read(balancer):
    done = run("--json", "--balancer", balancer)
    found = json.loads(done.stdout)
    # four ways of 20 ms outside, four of 0.2 ms inside
    assert (found["symptom"], found["opener"], found["after_us"]) == ("200 OK", "client", 80_800)
    texts = list(packet_texts(found))
    assert len(texts) > 50
    assert [str(Packet.parse(text)) for text in texts] == texts
    assert [packet["number"] for packet in found["packets"]] == list(
        range(1, len(found["packets"]) + 1)
    )


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_is_the_usage(option):
    done = run(option)
    assert (done.returncode, done.stdout, done.stderr) == (0, USAGE, "")


def test_a_scenario_is_played_and_all_are_listed():
    done = run("scenario", "no-rule-to-the-database", isolated=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "web sees: timed out after 131 s." in done.stdout
    assert done.stdout.endswith("web sees: works.\n")
    listed = run("scenario").stdout
    assert listed.startswith("nat-lets-80-and-443-out\n    ") and "\nhttps-loop\n" in listed


def test_commands_are_known_where_they_are_called():
    from vpcedu.__main__ import COMMANDS
    from vpcedu.cli import commands

    assert tuple(commands.COMMANDS) == COMMANDS
    for name in COMMANDS:
        assert (
            run(name, "--help").stdout.startswith(f"usage: python3 -m vpcedu {name} ")
            and name in USAGE
        )


def test_the_usage_names_every_option_and_value():
    for word in ("--balancer", "--nat", "--seed", "--all", "--json", "--help", *BALANCERS, *NATS):
        assert word in USAGE


@pytest.mark.parametrize(
    ("words", "named", "expected"),
    [
        (["--balancer", "haproxy"], "'haproxy'", "classic-tcp, classic-http, application, network"),
        (["--balancer="], "''", "classic-tcp"),
        (["--balancer", ""], "''", "classic-tcp"),
        (["--balancer"], "--balancer", "a value after it"),
        (["--nat", "proxy"], "'proxy'", "instance, gateway"),
        (["--seed", "x"], "'x'", "a whole number"),
        (["--seed", "1.5"], "'1.5'", "a whole number"),
        (["--seed", "--5"], "'--5'", "a whole number"),
        (["--seed", "٣"], "'٣'", "a whole number"),
        (["--seed", "9" * 5_000], "99999", "a whole number"),
        (
            ["--colour"],
            "'--colour'",
            "--balancer, --nat, --seed, --packets, --why, --all, --json, --link, --version, --help",
        ),
        (["--json=yes"], "--json=yes", "--json alone"),
        (["--seed", "9" * 20], f"'{'9' * 20}'", "a whole number of at most 19 digits"),
        (["--balancer", "--json"], "'--json'", "classic-tcp"),
        (["network"], "'network'", "--balancer"),
        ([""], "''", "--balancer"),
        (["scenario", "dns"], "'dns'", "nat-lets-80-and-443-out"),
    ],
)
def test_a_wrong_value_is_one_line_on_stderr_and_exit_2(words, named, expected):
    done = run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("vpcedu: ")
    assert named in line
    assert f"expected {'one of ' if ',' in expected else ''}" in line
    assert expected in line


@pytest.mark.parametrize("option", ["--all", "--json"])
def test_a_closed_pipe_is_no_traceback(option):
    with subprocess.Popen(
        [sys.executable, "-m", "vpcedu", option],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.close()  # nobody reads a byte
        assert process.stderr.read() == b""
    assert process.returncode == 0


# --- commands -------------------------------------------------------------------------------------


ASKED = (
    "ask",
    "reference:network+gateway",
    "--from",
    "internet",
    "--to",
    "www.example.com",
    "--port",
)


def test_ask_says_what_becomes_of_a_question_and_exits_0_or_1():
    works, fails = run(*ASKED, "80"), run(*ASKED, "443")
    assert (works.returncode, works.stderr, fails.returncode, fails.stderr) == (0, "", 1, "")
    assert works.stdout.startswith(
        "internet reaches www.example.com on TCP port 80, and the reply comes back."
    )
    assert "add sg-balancer in tcp 443 from 0.0.0.0/0" in fails.stdout


@pytest.mark.parametrize(("port", "found"), [("80", True), ("443", False)])
def test_ask_with_json_has_the_analyzers_shape(port, found):
    done = run(*ASKED, port, "--json")
    shape = json.loads(done.stdout)
    assert (shape["NetworkPathFound"], done.returncode) == (found, 0 if found else 1)
    assert {"ForwardPathComponents", "ReturnPathComponents", "Explanations", "Answer"} <= set(shape)


def test_ask_takes_name_tags_and_says_where_the_model_ends_behind_the_repairs():
    folder = str(ROOT / "vpcedu" / "aws" / "example")
    done = run("ask", folder, "--from", "web-2", "--to", "internet", "--port", "443")
    assert (done.returncode, done.stdout.split()[0]) == (1, "i-0e11f22a33b440002")
    done = run("ask", folder, "--from", "db", "--to", "10.99.0.5", "--port", "443", "--json")
    shape = json.loads(done.stdout)
    end = "rtb-0b11c22d33e440004: route 10.99.0.0/16 > tgw-0a55b66c77d880001"
    assert (done.returncode, shape["NetworkPathFound"], shape["Answer"]["ends"]) == (1, False, end)
    assert [row["new"]["kind"] for row in shape["Answer"]["repairs"]] == ["AclEntry"]
    assert [row["ExplanationCode"] for row in shape["Explanations"]] == [
        "SUBNET_ACL_RESTRICTION",
        "UNKNOWN_DESTINATION",
    ]
    done = run("ask", folder, "--from", "db", "--to", "10.99.0.5", "--port", "443")
    assert (
        f"The smallest repair (tried: it leads to where the model ends, i-0e11f22a33b440003, route ({end})):"
        in (done.stdout)
    )


def test_audit_prints_who_reaches_what():
    done = run("audit", "reference")
    assert (done.returncode, done.stderr) == (0, "")
    assert "web       80  from ELB node" in done.stdout
    assert json.loads(run("audit", "reference", "--json").stdout)["findings"] == []


def test_audit_draws_its_map_to_a_file_or_leaves_none(tmp_path):
    path = tmp_path / "map.svg"
    done = run("audit", "vpcedu/aws/example", "--map", str(path))
    assert done.returncode == 0
    assert done.stdout == run("audit", "vpcedu/aws/example").stdout
    words = [
        element.text
        for element in ElementTree.parse(path).getroot().iter()
        if element.tag.endswith("text")
    ]
    assert "The Internet reaches 3 of 7 devices" in words
    for name in ("none here/map.svg", "map.jpg", ""):
        done = run("audit", "reference", f"--map={tmp_path / name if name else name}")
        (line,) = done.stderr.splitlines()
        assert (done.returncode, done.stdout) == (2, "")
        assert "--map" in line
        assert "expected" in line
    assert list(tmp_path.iterdir()) == [path]


def test_a_puzzle_and_its_answer():
    shown, told = run("puzzle", "--seed", "7"), run("puzzle", "--seed=7", "--answer")
    assert (shown.returncode, told.returncode, shown.stderr, told.stderr) == (0, 0, "", "")
    assert shown.stdout.startswith("Puzzle 7.")
    assert "What fixes it:" in told.stdout
    assert run("puzzle", "--seed", "8").stdout != shown.stdout
    assert "2 rows are to blame" in " ".join(run("puzzle", "--faults", "2").stdout.split())


@pytest.mark.parametrize("command", ["ask", "audit", "puzzle"])
def test_each_command_has_a_help(command):
    done = run(command, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"usage: python3 -m vpcedu {command}")
    assert command in USAGE


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["ask"], "FOLDER"),
        (["ask", "reference"], "--from"),
        (["audit"], "FOLDER"),
        (["ask", "reference", "more"], "'more'"),
        ([*ASKED, "x"], "'x'"),
        ([*ASKED, "0"], "0"),
        ([*ASKED, "70000"], "70000"),
        ([*ASKED], "--port"),
        (["ask", "reference", "--from", "nobody", "--to", "web", "--port", "80"], "'nobody'"),
        (["ask", "no such folder", "--from", "a", "--to", "b", "--port", "80"], "no such folder"),
        (["ask", "reference:haproxy", "--from", "a", "--to", "b", "--port", "80"], "'haproxy'"),
        (["puzzle", "--seed", "x"], "'x'"),
        (["puzzle", "--faults", "9"], "9"),
        (["puzzle", "reference"], "'reference'"),
        (["puzzle", "--answer=yes"], "--answer=yes"),
        (["audit", "reference", "--colour"], "'--colour'"),
    ],
)
def test_wrong_words_of_a_command_are_one_line_on_stderr_and_exit_2(words, named):
    done = run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("vpcedu: ")
    assert named in line
    assert "expected" in line


def test_what_this_python_lacks_is_one_line(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ssl", None)
    for name in [name for name in sys.modules if name == "vpcedu.protocols.tls"]:
        monkeypatch.delitem(sys.modules, name)
    assert main(["scenario", "https-loop"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("vpcedu: TLS needs Python's module ssl")


def test_commands_load_no_module_that_is_slow_to_load():
    words = subprocess.run(
        [sys.executable, "-S", "-X", "importtime", "-m", "vpcedu", *ASKED, "80"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    names = {line.rpartition("|")[2].strip() for line in words.splitlines()}
    assert "vpcedu.analysis.answer" in names
    assert not names & {"typing", "dataclasses", "re", "argparse", "json", "inspect"}


def test_a_visit_from_a_cold_start_loads_few_modules_of_the_standard_library():
    """Each of these takes a twentieth of the time, and more: see `vpcedu/remembered.py`."""
    words = subprocess.run(
        [sys.executable, "-S", "-X", "importtime", ROOT / "bench" / "two_zones.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    names = {line.rpartition("|")[2].strip() for line in words.splitlines()}
    assert "vpcedu.sites.site" in names
    assert not names & {"collections", "functools", "operator", "types", "os", "typing", "re"}
