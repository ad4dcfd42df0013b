"""Terminal: a puzzle played line by line.

A change that is typed is put in, and the packets are sent again.

The end of the input (Ctrl-D) ends the game like `quit`. Where nobody types, such as in a pipe, only
the puzzle is printed: see `commands`.
"""

from __future__ import annotations

from vpcedu.puzzles.notation import changes, listing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from vpcedu.puzzles.puzzle import Puzzle

ASKED = "Which change fixes it? Type one, or rows, hint, answer, help, quit."
SEVERAL = "Which {} changes fix it? Type them on one line with ; between, or rows, hint, answer, help, quit."
HELP = """\
rows                      every row with its number, and what can be changed in it
change 7 ports 443        put another value into a field of row 7
remove 7                  remove row 7: a route, entry, rule or address
add rule sg-web in 80 sg-balancer
add entry acl-public in 90 allow 1024-65535 0.0.0.0/0
add route private 0.0.0.0/0 NAT
add address 192.0.2.40 10.0.1.10
                          several changes on one line: with ; between them
hint                      where the packet is lost; each hint says more
answer                    what was broken, and everything that fixes it
quit                      also Ctrl-D"""


def play(puzzle: Puzzle, ask: Callable[[], str], say: Callable[[str], object]) -> bool:
    """Judge what is typed until it is right or given up; whether it was right.

    ask: gives the next line, EOFError at the end. say: shows a text.
    """
    hints = iter(puzzle.hints)
    several = len(puzzle.planted) > 1
    say(SEVERAL.format(len(puzzle.planted)) if several else ASKED)
    while True:
        try:
            line = ask().strip()
        except EOFError:
            return False
        word = line.lower()
        if word in ("quit", "exit", "q"):
            return False
        if word == "answer":
            say(puzzle.solution)
            return False
        if word == "hint":
            say(next(hints, "That was the last hint. Type answer for the solution."))
        elif word == "rows":
            say(listing(puzzle.vpc))
        elif word in ("help", "?"):
            say(HELP)
        elif line:
            right, verdict = judged(puzzle, line)
            say(verdict)
            if right:
                return True


def judged(puzzle: Puzzle, line: str) -> tuple[bool, str]:
    """Whether typed changes fix a puzzle, and what comes of them.

    If a word was not understood, the text says which.
    """
    try:
        repairs = changes(puzzle.vpc, line)
    except ValueError as error:
        return False, f"Not understood: {error}"
    try:
        verdict = puzzle.check(repairs)
    except ValueError as error:
        return False, f"AWS would refuse this: {error}"
    return verdict.startswith("Right."), verdict
