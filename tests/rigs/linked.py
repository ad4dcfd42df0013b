"""What a link can open: each kind with a few states, as a learner may leave it."""

from __future__ import annotations

import json
import random
from pathlib import Path

from test_explorers import EXPLORERS
from test_forms import FORMS

from rigs.explorer_settings import set_somehow
from vpcedu import __version__, widgets
from vpcedu.pages.alive.own import OwnDoor
from vpcedu.scenarios.catalogue import SCENARIOS

STORED = Path(__file__).parent.parent / "links"  # a file for each version
PAPERS = {"check-yourself": lambda: widgets.CheckYourself(1)}


def quick(make):
    """The same explorer, drawn by the painter that is quicker where a test draws much."""

    def made():
        one = make()
        one.paint_with("svg")
        return one

    return made


class Asked:
    """A question about the example, on the page of one's own VPC."""

    def __init__(self):
        self._own = OwnDoor()
        self._own.call("example")
        self.ask("internet", "shop", "80")

    def ask(self, *words):
        self._told = json.loads(self._own.call("ask", *words))
        self.sentence = self._told["verdict"]

    def open(self, text):
        self.ask(*json.loads(self._own.call("link", text))["values"].values())
        return self._told["changed"]

    def fragment(self):
        return self._told["link"]

    def shown(self):
        return self.sentence

    def state(self):
        return self._told["more"]


ASKED = [
    ("web-1", "db", "5432"),
    ("db", "internet", "443"),
    ("internet", "i-0e11f22a33b440004", "22"),
    ("web-1", "10.99.0.1", "80"),
]
DRAWN = {name: quick(make) for name, make in EXPLORERS.items()}
MADE = DRAWN | {f"form {name}": make for name, (make, _) in FORMS.items()} | PAPERS
MADE["ask"] = Asked
NOT_ASKED = "This cannot be asked"  # then the picture is the one before, which no link has


def somehow(explorer, choose):
    """Move all controls of an explorer, sometimes a row too."""
    for control in explorer.controls.values():
        set_somehow(control, choose)
    what_if = getattr(explorer, "what_if", None)
    if what_if and choose.random() < 0.5:
        what_if.row.value = choose.choice(what_if.row._options_values)
        what_if.change.value = choose.choice(what_if.change._options_values)
        for name, control in explorer.controls.items():
            if name in ("packet", "moment"):
                set_somehow(control, choose)


def states(name, count, seed=3):
    """One object of this kind, in several states, one after the other."""
    one, choose = MADE[name](), random.Random(seed)
    yield one
    if name == "ask":
        for words in ASKED:
            one.ask(*words)
            yield one
    elif name in EXPLORERS:
        for _ in range(count):
            somehow(one, choose)
            yield one
    elif name in PAPERS:
        one.answer("ab.d........")
        one.turn(3)
        yield one
        one.hand_in()
        yield one
    else:
        for given, _ in FORMS[name.removeprefix("form ")][1]:
            for field, text in given.items():
                getattr(one, field).value = text
            yield one
            one.check()
            yield one


def stories():
    """Every symptom, then ten puzzles, in lesson 10's explorer."""
    one = widgets.Troubleshooting()
    for name in SCENARIOS:
        one.story.value = name
        yield one
    one.story.value = "a puzzle"
    for number in range(10):
        one.number.value = number
        yield one


def made_now():
    """A line for each link that this version makes: the kind, the link, and the sentence shown."""
    lines = [(name, one.fragment(), one.shown()) for name in MADE for one in states(name, 3)]
    lines += [("Troubleshooting", one.fragment(), one.shown()) for one in stories()]
    return "".join("\t".join(line) + "\n" for line in dict.fromkeys(lines))


def write_all():
    """Store the links of this version; those of earlier versions stay as they were made."""
    STORED.mkdir(exist_ok=True)
    path = STORED / f"{__version__}.txt"
    path.write_text(made_now(), encoding="utf-8", newline="\n")
