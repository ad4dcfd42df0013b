"""Networks as people have them: what an honest answer to a question must and must not say.

Each folder of tests/cases/ holds the files of a network and expect.json, a list of checks. A check
asks (`args`, the words after `python3 -m vpcedu`) and tells what must hold of the answer: `exit`,
the codes that are honest; `says`, patterns that standard output matches; `never`, patterns that it
does not; `first`, one that its first three lines match; `anywhere`, patterns that standard output
or standard error matches; `any`, further checks of which one must hold. Patterns know no upper and
lower case, and any space is one blank. `later`: the option asked for may not be there yet.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from vpcedu.__main__ import main

CASES = Path(__file__).parent / "cases"
# Cases that do not hold yet, each with what it waits for. One that holds must leave this list.
NOT_YET: dict[str, str] = {}


def checks() -> dict[str, list[dict]]:
    """The checks by the name of their case; those that are for later stand apart."""
    found: dict[str, list[dict]] = {}
    for path in sorted(CASES.glob("*/expect.json")):
        for check in json.loads(path.read_text(encoding="utf-8")):
            name = path.parent.name + ", later" * check.get("later", False)
            found.setdefault(name, []).append(check)
    return found


def flat(text: str) -> str:
    return " ".join(text.split())


def misses(check: dict, code: int, out: str, err: str) -> list[str]:
    """What of a check does not hold for an answer."""
    top = flat(" ".join([line for line in out.splitlines() if line.strip()][:3]))
    wanted = [(pattern, flat(out)) for pattern in check.get("says", ())]
    wanted += [(pattern, flat(out + "\n" + err)) for pattern in check.get("anywhere", ())]
    wanted += [(check["first"], top)] if "first" in check else []
    found = [f"no {pattern!r}" for pattern, text in wanted if not re.search(pattern, text, re.I)]
    for pattern in check.get("never", ()):
        if said := re.search(pattern, flat(out), re.I):
            found.append(f"says {said[0][:60]!r}")
    if code not in check.get("exit", [code]):
        found.append(f"exit code {code}, not {check['exit']}")
    return found


def judged(check: dict, answer) -> list[str]:
    """The misses of a check; of its alternatives those of the nearest one."""
    found = misses(check, *answer(check["args"])) if "args" in check else []
    others = [
        misses(one, *answer(one.get("args") or check["args"])) for one in check.get("any", ())
    ]
    return found + min(others, key=len, default=[])


@pytest.fixture
def answer(capsys):
    """Exit code, standard output and standard error of a command."""

    def answer(words):
        code = main(words)
        return code, *capsys.readouterr()

    return answer


@pytest.mark.parametrize("name", checks())
def test_an_answer_says_what_is_known_and_no_more(name, answer, monkeypatch):
    monkeypatch.chdir(CASES / name.removesuffix(", later"))
    found = [
        f"{' '.join(check.get('args', ()))}: {miss}"
        for check in checks()[name]
        for miss in judged(check, answer)
    ]
    if name in NOT_YET:
        assert found, f"{name} holds: take it from NOT_YET"
        pytest.xfail(f"{NOT_YET[name]}: {'; '.join(found)}")
    assert found == []


def test_what_is_listed_as_missing_is_a_case():
    assert NOT_YET.keys() <= checks().keys()


def test_a_check_is_read_as_its_words_say():
    """Each part of a check can fail."""
    said = 0, "It works.\n\nOf two\n  targets one\n\nhangs", "note: x.json"
    for check, holds in (
        ({"exit": [0, 3]}, True),
        ({"exit": [1]}, False),
        ({"says": ["two targets ONE"]}, True),
        ({"says": ["x.json"]}, False),
        ({"anywhere": [r"x\.json"]}, True),
        ({"never": ["two targets"]}, False),
        ({"never": ["note"]}, True),
        ({"first": "targets one"}, True),
        ({"first": "hangs"}, False),
        ({"any": [{"exit": [1]}, {"says": ["works"]}]}, True),
        ({"any": [{"exit": [1]}, {"says": ["lost"]}]}, False),
        ({"exit": [1], "any": [{"says": ["works"]}]}, False),
    ):
        assert (judged({"args": [], **check}, lambda words: said) == []) is holds, check
