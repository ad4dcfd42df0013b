"""The voice: which phrases the package's sentences avoid, and how its sentences are collected.

The lists are here and nowhere else. Every module is held, and so are the pages written by hand.
"""

from __future__ import annotations

import ast
import json
import random
import re
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

import size

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

MOST_WORDS = 25
MARKUP = ("</", "; }")  # HTML and style sheets are no sentences
FILLED = "0"  # what an f-string fills in counts as one word

# Pages written by hand; the markdown of the lessons is held too.
WRITTEN = ("README.md", "docs/TEACHING.md", "notebooks/GLOSSARY.md", "notebooks/README.md")

ROW = r"(?<![{.])\brows?\b(?! =| wrap)"  # no name in code

# A pattern, and what is written instead. Patterns are looked for in lower case.
PHRASES = {
    r"\bmend(s|ed|ing)?\b": "fix",
    r"\bbesides?\b": "next to, or: apart from",
    r"\bin the place of\b": "instead of, or: replace",
    r"\bso many\b": "how many",
    r"\bbec(omes?|ame) of\b": "what happens to",
    r"\bstands? for\b": "is, means",
    r"\bplay(s|ed|ing)?\b": "simulate, run",
    r"\blearn(s|ed)?\b": "find out",
    r"\bspeaks?\b": "send",
    r"\bmorning\b": "the time",
    r"\b(be|is|are|was|not|as) told\b|\bfiles? tells?\b|\bnothing tells\b|\btells? it all\b": "know, say",
    r"\bbehind (it|that|this|them|its)\b": "after, of time; or the name of what is there",
    r"\bbehind [\"'<]|\bbehind$|\bvalues? behind": "after",
    r"\b(on|in|by) (the|its|their|this|that) way\b|\bthe way (there|back|out|home)\b": "path, or a verb",
    r"\bways? (past|between|out|through|behind)\b": "path",
    r"\blets? (it |them |everything )?(by|past)\b": "allows",
    r"\bloses it\b": "drops it, blocks it",
    r"\bto blame is\b": "name the cause as the subject",
    r"\bof none of\b|\bnone of the \d": "not one of",
    r"\bcounts? for nothing\b": "makes no difference",
    r"\bat one with\b": "consistent",
    r"\bhow-manieth\b": "the number of",
    r"\bit would be if\b": "normal word order",
    r"\b(its|their|the|a|no|this) groups?\b(?! of)": "security group, or target group",
    ROW: "rule, entry, route, translation, listener; row only where a table is numbered",
    r"\bwithout a word\b": "silently",
}

# A part of a sentence that may have a phrase, and why.
EXCEPTIONS: Mapping[str, str] = {
    "{row}": "a field of a pattern, not a word",
    "--rows": "the option that prints the numbered rows of a puzzle",
    "rows, hint, answer": "what somebody types to see the numbered rows",
    "the numbered rows": "a table whose rows are numbered",
    "rows  ": "what somebody types to see the numbered rows",
    "every row with its number": "a table whose rows are numbered",
    "row 7": "a row that is named by its number",
    "speaks, keepalive": "names of parameters",
    "speaks 0: expected": "the name of a parameter",
}

# Where "row" is a row of a table that is printed with numbers, or of what the learner's cell sets.
NUMBERED = {
    "course/exercises.py": "lesson 00's table, and the list of a puzzle",
    "course/kernel_evidence.py": "the ladders of lesson 12",
    "course/lesson_00.py": "lesson 00's table",
    "course/lesson_12.py": "the ladders of lesson 12",
    "course/row_table.py": "lesson 00's table",
    "draw/compare/kernel_beside_model.py": "the ladders of lesson 12",
    "puzzles/notation.py": "the list of a puzzle",
    "puzzles/puzzle.py": "the list of a puzzle",
    "widgets/explorers/evidence.py": "the ladders of lesson 12",
    "README.md": "what a sweep returns",
    "notebooks/00-the-question.ipynb": "lesson 00's table",
    "notebooks/12-is-it-true.ipynb": "the ladders of lesson 12",
}


def docstrings(tree: ast.AST) -> set[int]:
    return {id(node.value) for node in ast.walk(tree) if size.is_docstring(node)}


def shown_docstrings(source: str) -> list[str]:
    """The docstrings of a printed source."""
    tree = ast.parse(textwrap.dedent(source))
    return [node.value.value for node in ast.walk(tree) if size.is_docstring(node)]


def literals(source: str) -> Iterator[tuple[int, str]]:
    """The line and text of every literal of three words or more that is not a docstring.

    What an f-string fills in is FILLED.
    """
    tree = ast.parse(source)
    left_out = docstrings(tree) | {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    for node in ast.walk(tree):
        if id(node) in left_out:
            continue
        if isinstance(node, ast.JoinedStr):
            words = "".join(
                str(part.value) if isinstance(part, ast.Constant) else FILLED
                for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            words = node.value
        else:
            continue
        if len(words.split()) > 2 and not any(mark in words for mark in MARKUP):
            yield node.lineno, words


def phrases(words: str) -> set[str]:
    """The patterns that a text has, but for what EXCEPTIONS allow."""
    for allowed in EXCEPTIONS:
        words = words.replace(allowed, "")
    return {pattern for pattern in PHRASES if re.search(pattern, words.lower())}


def sentences(text: str) -> list[str]:
    """The sentences of a text: up to a full stop, a question mark or the end of a paragraph.

    A line that begins with blanks or has columns, as in a list or a table, is one of its own.
    """
    lines = "\n".join(
        f"\n{one}\n" if re.search(r"^\s|\S {2,}\S", one) else one for one in text.split("\n")
    )
    return [
        " ".join(sentence.split())
        for paragraph in re.split(r"\n\s*\n", lines)
        for sentence in re.split(r"(?<=[.!?])\s", paragraph)
        if sentence.strip()
    ]


def prose(text: str) -> str:
    """A printed text without what is no sentence: lines that are indented, and the ladder."""
    return "\n".join("" if re.match(r"\s|\|", line) else line for line in text.split("\n"))


def too_long(text: str) -> list[str]:
    """The sentences of more than MOST_WORDS words; a word has a letter or a digit.

    A lesson's list of sources is no sentence. Evidence in brackets, such as the name of a rule, is
    not counted: a rule is as long as it is.
    """
    return [
        one
        for one in sentences(text)
        if len(re.findall(r"\S*\w\S*", re.sub(r"\([^()]*\)", "", one))) > MOST_WORDS
        and not one.startswith("Sources:")
    ]


def written() -> Iterator[tuple[str, str]]:
    """The file and text of each written page and of each markdown cell of the lessons.

    Without code and addresses of links; a line that begins a list or a table is a sentence.
    """
    for name in WRITTEN:
        yield name, plain(Path(name).read_text(encoding="utf-8"))
    for path in sorted(Path("notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                yield path.as_posix(), plain("".join(cell["source"]))


def plain(markdown: str) -> str:
    """The sentences of a page without code, addresses and marks."""
    text = re.sub(r"```.*?```|`[^`]*`", FILLED, markdown, flags=re.DOTALL)
    text = re.sub(r"\]\([^)]*\)|[*\[]", "", text)
    return re.sub(r"\n(?=[-|#>]|\d+\. )|\|", "\n\n", text)


def broken(modules: Mapping[str, str]) -> set[str]:
    """Where a literal has a phrase to avoid or a sentence that is too long: "module:line: why"."""
    return {
        f"{module}:{line}: {why}"
        for module, source in modules.items()
        for line, words in literals(source)
        for why in wrong(module.removeprefix("vpcedu.").replace(".", "/") + ".py", words)
    }


def wrong(file: str, words: str) -> set[str]:
    """What is wrong with a text of a file: phrases to avoid, and sentences that are too long."""
    return {*phrases(words), *too_long(words)} - ({ROW} if file in NUMBERED else set())


# --- a seeded sample of what the package says ---------------------------------------------------

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
            yield from (answer.verdict, *map(str, answer.assumptions), prose(str(answer)))
            yield from (str(cause) for cause in diagnose(vpc, *question))
        if number % 12 == 1:
            yield prose(str(audit(vpc)))


def of_words(draw: random.Random) -> Iterator[str]:
    """Every reason, after a place of usual length, and every fix."""
    for reason in REASONS:
        yield f"Packet 12 was lost at ELB node, deliver: {reason}."
        yield f"What helps: {reason.fix}."


# What is sampled of a folder. Each gives texts from a source of random numbers.
SAMPLES = {"views": of_views, "analysis": of_analysis, "words": of_words}


def sample(folder: str, seed: int = 17) -> list[str]:
    """The sentences of a folder's seeded sample, each once, in their order."""
    texts = SAMPLES[folder](random.Random(seed))
    return list(dict.fromkeys(one for text in texts for one in sentences(text)))
