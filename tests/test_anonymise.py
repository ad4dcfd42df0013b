"""A network under other names: every answer stays, and nothing of the owner's does."""

from __future__ import annotations

import ast
import json
import os
import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rigs import aws_made
from rigs.aws_questions import QUESTIONS

from tests.test_cli import run
from vpcedu import aws
from vpcedu.address import block, contains, number, text
from vpcedu.analysis.answer import ask
from vpcedu.analysis.audit_report import audit
from vpcedu.aws import fields
from vpcedu.aws.sharing.anonymise import (
    HIDDEN,
    MOST_DIGITS,
    SPECIAL,
    TOKEN,
    WORDS,
    NewPlaces,
    anonymised,
)

CASES = sorted(
    folder
    for folder in (Path(__file__).parent / "cases").glob("*/files")
    if any(folder.rglob("*.json"))
)
PORTS = (22, 80, 443, 5432, 8080)
# hosts choose a port by their name, which is another one
CHOSEN = re.compile(r"\b(?!5432|8080)[1-9]\d{3,4}\b")
FILE = re.compile(r"[\w./-]+\.json(, value \d+)?")
EVERY = os.environ.get("VPCEDU_ALIVE") == "all"  # else a sample that is the same each time
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def saved(folder, values):
    """The values as one file, as the command prints them."""
    file = folder / "network.json"
    file.write_text("".join(json.dumps(value) + "\n" for value in values), "utf-8")
    return file


class Undone:
    """Old words for the new ones in a text.

    The new ones are like no word of a sentence, so a text has one meaning.
    """

    def __init__(self, renaming, vpcs):
        pairs = dict(renaming.names)
        self._old = {new: old for old, new in pairs.items()}
        self._blocks = [
            (new, number(old.split("/")[0]) - number(new.split("/")[0]))
            for old, new in sorted(
                {(cidr, renaming(cidr)) for one in vpcs for cidr in one.blocks},
                key=lambda pair: -int(pair[1].split("/")[1]),
            )
        ]
        words = "|".join(sorted(map(re.escape, self._old), key=len, reverse=True))
        self._words = re.compile(rf"(?<![\w-])(?:{words}|\d+(?:\.\d+){{3}})(?![\w-]|\.\d)")

    def __call__(self, told, asked):
        """asked: old words by new ones, of ends that no file names."""
        return self._words.sub(lambda found: asked.get(found[0]) or self._word(found[0]), told)

    def _word(self, new):
        if new in self._old:
            return self._old[new]
        near = (by for cidr, by in self._blocks if contains(cidr, new))
        return text(number(new) + next(near, 0))


def plainly(words):
    return CHOSEN.sub("0", FILE.sub("FILE", words))


def told(vpc, source, destination, port, *more):
    """What is answered, as text, but for files' names and the ports that hosts chose."""
    try:
        return json.dumps(ask(vpc, source, destination, port, *more).as_json())
    except ValueError as error:
        return str(error)


def both(folder, new):
    """A network and its copy under other names: accounts, and what takes the new names back."""
    values, renaming = anonymised(folder)
    old, copy = aws.load(folder), aws.load(saved(new, values))
    return old, copy, renaming, Undone(renaming, old.vpcs)


def same(networks, source, destination, port, vpc="", *more):
    """Assert that a network and its copy answer a question alike."""
    old, copy, renaming, undone = networks
    source, destination = old.called(source), old.called(destination)
    home = vpc or (old.home(source, destination) if len(old.vpcs) > 1 else old.vpcs[0].name)
    first = told(old.vpc(home), source, destination, port, *more)
    second = told(copy.vpc(renaming(home)), renaming(source), renaming(destination), port, *more)
    asked = {renaming(word): word for word in (source, destination)}
    assert plainly(undone(second, asked)) == plainly(first)


def questions(name):
    """The questions that the rest of the tests ask of a case."""
    for check in json.loads((CASES[0].parents[1] / name / "expect.json").read_text("utf-8")):
        words = check.get("args", [])
        if words[:1] == ["ask"] and not check.get("later"):
            yield tuple(words[words.index(flag) + 1] for flag in ("--from", "--to", "--port"))


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.parent.name)
def test_every_case_answers_the_same_under_other_names(folder, tmp_path):
    try:
        aws.load(folder)
    except aws.LoadError as error:
        with pytest.raises(aws.LoadError, match=re.escape(str(error))):
            anonymised(folder)
        return
    networks = both(folder, tmp_path)
    chosen, vpcs = random.Random(folder.parent.name), networks[0].vpcs
    for source, destination, port in dict.fromkeys(questions(folder.parent.name)):
        same(networks, source, destination, int(port))
    for one in vpcs if EVERY else chosen.sample(vpcs, 1):
        ends = ["internet", *(row.id or row.device for row in one.interfaces)]
        ends += [row.name for row in one.names]
        for _ in range(8 if EVERY else 1):
            same(networks, chosen.choice(ends), chosen.choice(ends), chosen.choice(PORTS), one.name)


@pytest.mark.parametrize("name", QUESTIONS if EVERY else ("hairpin", "pending", "endpoints"))
def test_the_questions_to_networks_of_moto_have_the_same_answers(name, tmp_path_factory):
    folder, planted = aws_made.made(name, tmp_path_factory)
    networks = both(folder, tmp_path_factory.mktemp("renamed"))
    rows = QUESTIONS[name]
    for asked in rows if EVERY else random.Random(name).sample(rows, min(3, len(rows))):
        source, destination = (word.format(**planted) for word in asked[:2])
        home = networks[0].home(source) if len(networks[0].vpcs) > 1 else ""
        same(networks, source, destination, asked.port, home)


@pytest.mark.parametrize("name", ["example", *QUESTIONS] if EVERY else ["example"])
def test_an_audit_finds_the_same_under_other_names(name, tmp_path_factory):
    made = aws.example() if name == "example" else aws_made.made(name, tmp_path_factory)[0]
    old, copy, renaming, undone = both(made, tmp_path_factory.mktemp("renamed"))
    for one in old.vpcs:
        first, second = audit(old.vpc(one.name)), audit(copy.vpc(renaming(one.name)))
        assert sorted(plainly(undone(str(second), {})).split()) == sorted(
            plainly(str(first)).split()
        )


# --- nothing is left --------------------------------------------------------------------


def leaves(value):
    """Every text of a value, as key or value."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part)
            yield key
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part)
    elif isinstance(value, str):
        yield value


def planted(value, secrets):
    """The value with a secret in every field of its objects: in texts, tags, and new fields."""
    if isinstance(value, list):
        return [planted(part, secrets) for part in value]
    if not isinstance(value, dict):
        return value
    made = {key: planted(part, secrets) for key, part in value.items()}
    for key in ("Description", "GroupName", "Value", "KeyName"):
        if isinstance(made.get(key), str) and made[key] not in ("true", "false"):
            made[key] = f"{made[key]} {secret(secrets)}" if not made[key].isdecimal() else made[key]
    made["Tags"] = [{"Key": secret(secrets), "Value": secret(secrets)}, *made.get("Tags", ())]
    return made | {secret(secrets): secret(secrets), "Note": {"Key": secret(secrets)}}


def secret(secrets):
    secrets.append(f"s3cret{len(secrets)}x")
    return secrets[-1]


def test_nothing_that_is_planted_in_any_field_is_left(tmp_path):
    secrets = []
    for file in aws.example().glob("*.json"):
        value = planted(json.loads(file.read_text("utf-8")), secrets)
        (tmp_path / file.name).write_text(json.dumps(value), "utf-8")
    values, renaming = anonymised(tmp_path)
    written = json.dumps(values)
    assert len(secrets) > 500 and not [word for word in secrets if word in written]
    assert any("s3cret" in old for old, _ in renaming.names), "a Name tag is read, and so renamed"


def test_no_old_word_is_left_but_those_of_aws(tmp_path):
    old = {
        word
        for file in aws.example().glob("*.json")
        for leaf in leaves(json.loads(file.read_text("utf-8")))
        for word in TOKEN.findall(leaf)
    }
    values, _ = anonymised(aws.example())
    keys = {
        key
        for file in aws.example().glob("*.json")
        for key in _keys(json.loads(file.read_text("utf-8")))
    }
    left = {word for leaf in leaves(values) for word in TOKEN.findall(leaf)} & old
    free = {
        word
        for word in left - keys
        if not word.lstrip("-").isdecimal() and word.lower() not in WORDS
    }
    special = {word for word in free if any(contains(cidr, word.split("/")[0]) for cidr in SPECIAL)}
    assert free - special == set()
    assert all(len(word) <= MOST_DIGITS for word in left if word.isdecimal())


def _keys(value):
    if isinstance(value, dict):
        yield from value
    for part in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from _keys(part)


def texts_of(value, way=()):
    """Each text of a value with the keys that lead to it, and what it stands in."""
    for key, part in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(part, str):
            yield (*(one for one in way if isinstance(one, str)), key), value, key
        elif isinstance(part, dict | list):
            yield from texts_of(part, (*way, key))


def test_a_secret_in_any_text_of_any_answer_is_not_left(tmp_path):
    """One at a time, in the place of the text that is there, and beside it."""
    files = [json.loads(file.read_text("utf-8")) for file in sorted(aws.example().glob("*.json"))]
    seen, places, loaded = set(), [], 0
    for file in files:
        for way, holder, key in texts_of(file):
            if way not in seen:
                seen.add(way)
                places.append((holder, key))
    for holder, key in places if EVERY else places[::4]:
        old = holder[key]
        for made in ("s3cret", f"{old} s3cret"):
            holder[key] = made
            try:
                values, _ = anonymised(saved(tmp_path, files))
            except aws.LoadError:
                continue
            finally:
                holder[key] = old
            loaded += 1
            assert "s3cret" not in json.dumps(values), key
    assert len(places) > 100 and loaded > (len(places) if EVERY else len(places) // 4)


def compared(tree):
    """Every text that a module compares with, or looks up in a table."""
    texts = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            texts[node.targets[0].id] = node.value
    for node in ast.walk(tree):
        sides = []
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "startswith":
            sides = node.args
        sides = [texts.get(side.id) if isinstance(side, ast.Name) else side for side in sides]
        for side in filter(None, sides):
            parts = getattr(side, "keys", None) or getattr(side, "elts", None) or [side]
            for part in parts:
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value


def test_every_word_that_the_loader_compares_with_stays():
    """Else a field would say something else under other names."""
    folder = Path(aws.__file__).parent
    trees = [
        ast.parse(file.read_text("utf-8"))
        for file in folder.glob("*.py")
        if file.name not in ("fields.py", "other_files.py", "reading.py")
    ]
    found = {word for tree in trees for told in compared(tree) for word in TOKEN.findall(told)}
    keys = {word for words in fields.KNOWN.values() for word in words} | set(fields.SILENT)
    keys |= {*fields.IDS, *fields.CALLS, *fields.SUBJECTLESS, *fields.ENVELOPE}
    keys |= {"Instances", "Reservations"}
    ours = {
        *["ACL", "blocks", "node's", "not", "of", "read", "the"]
    }  # of sentences of this package
    assert {"forward", "terminated", "internet-facing", "verify"} <= found
    others = {
        word
        for word in found - keys - ours
        if not word.endswith("-") and not word.isdecimal() and word.lower() not in WORDS
    }
    assert others == set()


# --- addresses --------------------------------------------------------------------------


def blocks(least=0):
    return st.builds(
        lambda value, bits: f"{text(value >> 32 - bits << 32 - bits if bits else 0)}/{bits}",
        st.integers(0, 2**32 - 1),
        st.integers(least, 32),
    )


@settings(deadline=None, derandomize=True)
@given(
    st.lists(blocks(), min_size=2, max_size=12),
    st.lists(blocks(8), max_size=2),
    st.integers(0, 2**32 - 1).map(text),
)
def test_blocks_lie_to_each_other_as_before(known, within, asked):
    places = NewPlaces(known, within)
    for cidr in (*known, *within):
        assert contains(places(cidr), places(asked)) == contains(cidr, asked)
    pairs = [(block(one)[:2], block(places(one))[:2]) for one in (*known, *within)]
    for old, new in pairs:
        assert old[1] - old[0] == new[1] - new[0]
        for other, moved in pairs:
            if other[1] < old[0] or old[1] < other[0]:
                assert (old[0] < other[0]) == (new[0] < moved[0])
            assert (old[0] <= other[0] and other[1] <= old[1]) == (
                new[0] <= moved[0] and moved[1] <= new[1]
            )


@settings(deadline=None, derandomize=True)
@given(blocks(8), st.integers(0, 2**24))
def test_an_offset_in_a_vpc_and_a_special_block_stay(vpc, offset):
    first, last, _ = block(vpc)
    address = text(first + offset % (last - first + 1))
    places = NewPlaces([address], [vpc])
    assert block(f"{places(address)}/32")[0] - block(places(vpc))[0] == offset % (last - first + 1)
    for special in SPECIAL:
        assert places(special) == special
        assert contains(special, places(address)) == contains(special, address)


# --- the command ------------------------------------------------------------------------


def test_the_command_prints_a_network_that_can_be_asked_and_the_names(tmp_path):
    done = run("anonymise", str(aws.example()))
    names = dict(
        line.split("  ")
        for line in run("anonymise", str(aws.example()), "--names").stdout.splitlines()
    )
    file = tmp_path / "network.json"
    file.write_text(done.stdout, "utf-8")
    asked = run("ask", str(file), "--from", "internet", "--to", names["shop"], "--port", "80")
    assert (done.returncode, done.stderr, asked.returncode) == (0, f"vpcedu: note: {HIDDEN}\n", 0)


def test_what_cannot_be_loaded_cannot_be_renamed(tmp_path):
    done = run("anonymise", str(tmp_path / "nothing"))
    assert done.returncode == 2 and "no such file or folder" in done.stderr and not done.stdout
