"""A seeded sample of what the package says: visits, answers, audits, reasons.

`rigs/voice.py` has the phrases to avoid, and the folders that are held.
"""

from __future__ import annotations

import ast
import random
import re
import textwrap
from collections.abc import Iterator

import size

from rigs.voice import sentences
from vpcedu.analysis.answer import ask
from vpcedu.analysis.audit_report import audit
from vpcedu.analysis.causes import diagnose
from vpcedu.analysis.ends import Question
from vpcedu.analysis.faults import faults
from vpcedu.network.vpc import Vpc
from vpcedu.reasons import REASONS
from vpcedu.sites.parts import NAME
from vpcedu.sites.reference import reference_vpc
from vpcedu.sites.site import Site
from vpcedu.views import explain
from vpcedu.views.text import report

# Printed sources, as house.printed names them, whose docstrings are not held yet.
NOT_YET_SHOWN: tuple[str, ...] = (
    "12 kernel_evidence.Pair.equal.fget",
    "12 kernel_evidence.Row.compared.fget",
)


def shown_docstrings(source: str) -> list[str]:
    """The docstrings of a printed source."""
    tree = ast.parse(textwrap.dedent(source))
    return [node.value.value for node in ast.walk(tree) if size.is_docstring(node)]


def prose(text: str) -> str:
    """A printed text without what is no sentence: lines that are indented, and the ladder."""
    return "\n".join("" if re.match(r"\s|\|", line) else line for line in text.split("\n"))


BALANCERS = ("classic-tcp", "classic-http", "application", "network")
UPDATES = "updates.example.net"
QUESTIONS = (("client", NAME, 80), ("web", UPDATES, 443), ("web", UPDATES, 8080))


def _sites(draw: random.Random) -> Iterator[tuple[Vpc, tuple[str, str, int]]]:
    """The reference site in a random shape, with or without a random fault, and a question."""
    for _ in range(24):
        vpc = reference_vpc(draw.choice(BALANCERS), draw.choice(("instance", "gateway")))
        question = draw.choice(QUESTIONS)
        yield vpc, question
        fault = draw.choice(list(faults(vpc, Question(*question))))
        yield fault.apply(vpc), question


def of_views(draw: random.Random) -> Iterator[str]:
    """The words of visits: the answer, the line below a picture, and why a packet goes there."""
    for vpc, (opener, name, port) in _sites(draw):
        site = Site(vpc)
        visit = site.get(f"http://{name}/") if port == 80 else site.connect(opener, name, port)
        yield from (explain.answer(visit), explain.verdict(visit))
        yield from map(explain.why, visit.capture.traces)
        yield prose(report(visit))


def of_analysis(draw: random.Random) -> Iterator[str]:
    """The words of answers and audits, and of the causes of a symptom."""
    for number, (vpc, question) in enumerate(_sites(draw)):
        if number % 3 == 1:
            answer = ask(vpc, *question)
            yield from (answer.verdict, *answer.notes, prose(str(answer)))
            yield from (str(cause) for cause in diagnose(vpc, *question))
        if number % 12 == 1:
            yield prose(str(audit(vpc)))


def of_words(draw: random.Random) -> Iterator[str]:
    """Every reason, after a place of usual length, and every fix."""
    for reason in REASONS:
        yield f"Packet 12 was lost at ELB node, deliver: {reason}."
        yield f"What helps: {reason.fix}."


# What is sampled of a folder, once it is held. Each gives texts from a source of random numbers.
SAMPLES = {"views": of_views, "analysis": of_analysis, "words": of_words}


def sample(folder: str, seed: int = 17) -> list[str]:
    """The sentences of a folder's seeded sample, each once, in their order."""
    texts = SAMPLES[folder](random.Random(seed))
    return list(dict.fromkeys(one for text in texts for one in sentences(text)))
