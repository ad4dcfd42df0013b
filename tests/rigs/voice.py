"""The voice: which phrases the package's sentences avoid, and how its sentences are collected.

The lists stand here and nowhere else. A folder is held once its name is in HELD.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import size

MOST_WORDS = 25
MARKUP = ("</", "; }")  # HTML and style sheets are no sentences
FILLED = "0"  # what an f-string fills in counts as one word

# Folders as in tests/size.py ("words" and "(top)" for the package's own modules).
HELD: tuple[str, ...] = (
    "course",
    "draw",
    "pages",
    "puzzles",
    "scenarios",
    "sites",
    "widgets",
)
# Pages written by hand, and the lessons' markdown.
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
    "speaks, keepalive": "names of parameters",
    "speaks 0: expected": "the name of a parameter",
    "arrow keys, or Play)": "the name of a button",
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

    A line that begins with blanks is a line of a list or a table, and a sentence of its own.
    """
    paragraphs = re.split(r"\n\s*\n|\n(?=\s)", text)
    return [
        " ".join(sentence.split())
        for paragraph in paragraphs
        for sentence in re.split(r"(?<=[.!?])\s", paragraph)
        if sentence.strip()
    ]


def too_long(text: str) -> list[str]:
    """The sentences of more than MOST_WORDS words; a word has a letter or a digit.

    A lesson's list of sources is no sentence.
    """
    return [
        one
        for one in sentences(text)
        if len(re.findall(r"\S*\w\S*", one)) > MOST_WORDS and not one.startswith("Sources:")
    ]


def held(modules: Mapping[str, str]) -> dict[str, str]:
    """The modules whose folder is held."""
    return {name: text for name, text in modules.items() if size.folder(name, modules) in HELD}


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
        for why in faults(module.removeprefix("vpcedu.").replace(".", "/") + ".py", words)
    }


def faults(file: str, words: str) -> set[str]:
    """What is wrong with a text of a file: phrases to avoid, and sentences that are too long."""
    return {*phrases(words), *too_long(words)} - ({ROW} if file in NUMBERED else set())
