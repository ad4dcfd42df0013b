"""Puzzles in a terminal: what is typed becomes rows and is judged by running.

It never ends in a traceback.
"""

import signal
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vpcedu.__main__ import main
from vpcedu.analysis.change import Repair
from vpcedu.analysis.faults import faults
from vpcedu.cli.terminal import HELP, judged, play
from vpcedu.puzzles.notation import KINDS, changes, line, listing, rows
from vpcedu.puzzles.puzzle import puzzle, undone
from vpcedu.puzzles.scenes import scenes
from vpcedu.tables.network_acl import AclEntry
from vpcedu.tables.route_table import Route
from vpcedu.tables.security_group import GroupRule

ROOT = Path(__file__).parent.parent
RIGHT = "add entry acl-public in 100 allow all 0.0.0.0/0"  # puzzle 7 has lost this entry
WRONG = "add rule sg-web in 80 0.0.0.0/0"


# --- what is typed --------------------------------------------------------------------------------


def typed(vpc, repair):
    """A repair as a person would type it who sees the list."""
    if repair.row is None:
        head, _, fields = line(repair.new).partition(": ")
        return " ".join(("add", head, *(field.split(" ", 1)[1] for field in fields.split(", "))))
    place = rows(vpc).index(repair.row) + 1
    if repair.new is None:
        return f"remove {place}"
    old, new = (line(row).partition(": ")[2].split(", ") for row in (repair.row, repair.new))
    (changed,) = set(new) - set(old)
    return f"change {place} {changed}"


@pytest.mark.parametrize("place", range(len(scenes())))
def test_every_fault_of_the_catalogue_can_be_taken_back_by_typing(place):
    vpc, question = scenes()[place]
    for fault in dict.fromkeys(faults(vpc, question)):
        broken, back = fault.apply(vpc), undone(fault)
        (found,) = changes(broken, typed(broken, back))
        assert sorted(map(line, rows(found.apply(broken)))) == sorted(map(line, rows(vpc))), str(
            fault
        )


def test_what_is_typed_becomes_these_rows():
    vpc = puzzle(7).vpc
    assert changes(vpc, f"{RIGHT}; remove 8;") == (
        Repair(None, AclEntry("acl-public", 100, "in", "allow", -1, (0, 65_535), "0.0.0.0/0")),
        Repair(vpc.group_rules[0], None),
    )
    assert changes(vpc, "ADD route private 198.51.100.0/24 Internet gateway")[0].new == Route(
        "private", "198.51.100.0/24", "Internet gateway"
    )
    assert changes(vpc, WRONG)[0].new == GroupRule("sg-web", "in", (80, 80), "0.0.0.0/0")
    assert changes(vpc, "change 4 target Internet gateway")[0].new.target == "Internet gateway"


@pytest.mark.parametrize(
    "said",
    [
        "",
        ";",
        "mend it",
        "add",
        "add row",
        "add rule sg-web in 80",
        "add rule sg-web up 80 0.0.0.0/0",
        "remove",
        "remove x",
        "remove 0",
        "remove 29",
        "remove 99999999999",
        "remove 18",
        "change 1",
        "change 1 target",
        "change 1 colour red",
        "change 10 ports http",
        "change 10 ports 80-",
        "change 18 check maybe",
        "change 22 targets web",
        "change 1 destination anywhere",
        "add route private 0.0.0.0 NAT",
        "add address 192.0.2.400 10.0.1.10",
        "change 21 port 99999",
        "change 27 addresses none",
        "change 27 addresses web",
    ],
)
def test_what_is_not_understood_is_named_with_what_was_expected(said):
    with pytest.raises(ValueError, match="expected"):
        changes(puzzle(7).vpc, said)


WORDS = (
    "add",
    "remove",
    "change",
    "rule",
    "entry",
    "route",
    "address",
    *map(str, range(0, 30)),
    ";",
    "in",
    "out",
    "allow",
    "deny",
    "all",
    "none",
    "on",
    "off",
    "80",
    "1-9",
    "9-1",
    "sg-web",
    "sg-none",
    "acl-public",
    "private",
    "0.0.0.0/0",
    "10.0.1.10",
    "192.0.2.77",
    "10.0.1.10:80",
    "NAT",
    "web",
    "-1",
    *dict.fromkeys(field for kind in KINDS.values() for field in kind.fields),
)
VALUES = st.sampled_from(WORDS)
LINES = st.lists(VALUES, max_size=8).map(" ".join) | st.tuples(
    st.integers(1, 28), VALUES, VALUES
).map(lambda words: "change {} {} {}".format(*words))


@settings(max_examples=300, deadline=None)
@given(LINES)
def test_whatever_is_typed_is_judged_in_words(said):
    right, told = judged(puzzle(7), said)
    assert told.startswith(
        "Right." if right else ("Not yet.", "Not understood: ", "AWS would refuse this: ")
    )


# --- the game -------------------------------------------------------------------------------------


def game(*lines, seed=7):
    """What is said when these lines are typed, and then the input ends.

    It also returns whether that was right.
    """
    said, left = [], iter(lines)

    def ask():
        typed_line = next(left, None)
        if typed_line is None:
            raise EOFError
        return typed_line

    return play(puzzle(seed), ask, said.append), said[1:]


def test_a_wrong_change_is_told_its_consequence_and_a_right_one_ends_the_game():
    right, said = game(WRONG, "", "nonsense", RIGHT, "never asked")
    assert right
    assert [words.split(".")[0].split(":")[0] for words in said] == [
        "Not yet",
        "Not understood",
        "Right",
    ]
    assert "NLB node" in said[0]


def test_several_faults_are_mended_in_one_line():
    made, said = puzzle(8, 2), []
    back = [typed(made.vpc, undone(fault)) for fault in made.planted]
    lines = iter((back[0], "; ".join(back)))
    assert play(made, lambda: next(lines), said.append)
    assert said[0].startswith("Which 2 changes fix it?")
    assert [words.split(".")[0] for words in said[1:]] == ["Not yet", "Right"]


def test_each_hint_says_more_and_none_names_the_answer():
    _, said = game(*["hint"] * 4)
    assert said[:2] == [
        "On the forward path a packet is lost at NLB node.",
        "The check that drops it is: network ACL in.",
    ]
    assert said[3] == "That was the last hint. Type answer for the solution."
    assert not any(str(puzzle(7).answers[0][0]) in words for words in said)


@pytest.mark.parametrize("lines", [(), ("quit",), ("Q",), ("answer",), ("help", "rows")])
def test_the_end_of_the_input_or_a_word_ends_it(lines):
    right, said = game(*lines)
    assert not right
    assert ("What fixes it:" in said[0]) if "answer" in lines else True


def test_help_shows_lines_that_are_understood():
    shown = [
        words.split("  ")[0] for words in HELP.splitlines() if words.startswith(("add", "remove"))
    ]
    assert len(shown) == 5
    for words in shown:
        assert changes(puzzle(7).vpc, words)


def test_puzzles_without_a_loss_have_a_hint_too():
    made = next(made for made in map(puzzle, range(200, 300)) if made.reason is None)
    assert made.hints[0].startswith("No packet is lost.")


# --- the command ----------------------------------------------------------------------------------


def test_a_change_is_judged_by_a_command(capsys):
    assert main(["puzzle", "--seed", "7", "--try", RIGHT]) == 0
    assert capsys.readouterr().out.startswith("Right.")
    assert main(["puzzle", "--seed", "7", "--try", WRONG]) == 1
    assert capsys.readouterr().out.startswith("Not yet.")


def test_a_command_shows_rows_and_hints(capsys):
    assert main(["puzzle", "--rows", "--hint"]) == 0
    printed = capsys.readouterr().out
    assert listing(puzzle(0).vpc) in printed and puzzle(0).hints[0] in printed


def test_where_nobody_types_the_puzzle_is_printed_and_how_to_go_on():
    done = subprocess.run(
        [sys.executable, "-m", "vpcedu", "puzzle", "--seed", "7"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (
        done.stdout.splitlines()[-1]
        == "To judge a change: --rows, then --try CHANGE. Also: --hint, --answer."
    )


@pytest.fixture
def terminal():
    child = pexpect.spawn(
        sys.executable,
        ["-m", "vpcedu", "puzzle", "--seed", "7"],
        cwd=ROOT,
        encoding="utf-8",
        timeout=30,
        # A shell that runs the tests in its background has them ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    child.expect("answer, help, quit.\r\n> ")
    yield child
    child.close(force=True)


def ended(child):
    """What was printed to the end, and the exit code."""
    child.expect(pexpect.EOF)
    child.wait()
    return child.before, child.exitstatus


def test_in_a_real_terminal_a_puzzle_is_played(terminal):
    for typed_line, told in (
        ("hint", "a packet is lost at NLB node"),
        (WRONG, "Not yet."),
        (RIGHT, "Right."),
    ):
        terminal.sendline(typed_line)
        terminal.expect(told)
    told, code = ended(terminal)
    assert code == 0
    assert "The next one: python3 -m vpcedu puzzle --seed 8" in told


def test_ctrl_d_ends_it_without_a_traceback(terminal):
    terminal.sendeof()
    told, code = ended(terminal)
    assert (code, "Traceback" in told) == (0, False)


def test_ctrl_c_ends_it_without_a_traceback(terminal):
    # One that comes just before Python waits for a line is only seen with the next key.
    for _ in range(20):
        terminal.sendintr()
        if terminal.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=1) == 0:
            break
    assert not terminal.isalive()
    told, code = terminal.before, terminal.exitstatus
    assert (code, "Traceback" in told) == (130, False)
