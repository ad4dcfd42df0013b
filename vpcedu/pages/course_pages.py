"""The parts of README.md, SOURCES.md and GLOSSARY.md in notebooks/ that are made from the lessons.

By hand: which lessons there are to be, the last page, and the belief that each corrects (LESSONS,
LAST; the table's other columns come from the notebooks); the glossary's entries. A lesson that is
not there yet is in the table without link and time.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from vpcedu import files

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
CONTENTS, SOURCES, GLOSSARY = (FOLDER / name for name in ("README.md", "SOURCES.md", "GLOSSARY.md"))


class Lesson(NamedTuple):
    """A lesson's file name, its title while it is not written, and the belief that it corrects."""

    name: str
    title: str
    belief: str

    @property
    def path(self) -> Path:
        """Its notebook."""
        return FOLDER / f"{self.name}.ipynb"


LESSONS = (
    Lesson(
        "00-the-question",
        "The question",
        "The arrows of an architecture diagram show where packets go.",
    ),
    Lesson(
        "01-addresses-and-routes",
        "Addresses and routes",
        "A public address makes a subnet public. The instance has the public address.",
    ),
    Lesson("02-a-tcp-connection", "A TCP connection", "A connection is a wire."),
    Lesson(
        "03-ephemeral-ports",
        "Ephemeral ports",
        "The reply uses another, higher port. A machine can have 65,535 connections at most.",
    ),
    Lesson(
        "04-stateful-and-stateless",
        "Stateful and stateless",
        "An inbound rule is enough everywhere.",
    ),
    Lesson(
        "05-address-translation",
        "Address translation",
        "The NAT carries all replies. A firewall rule of the NAT keeps strangers out.",
    ),
    Lesson("06-proxies", "Proxies", "A load balancer is a stateful NAT."),
    Lesson(
        "07-network-load-balancer",
        "Network Load Balancer",
        "Its targets must be public. It always shows the client, or always hides it.",
    ),
    Lesson(
        "08-return-paths",
        "Return paths",
        "A reply must go through the NAT to get out, and is stuck at its security group.",
    ),
    Lesson("09-time", "Time", "A timeout closes the connection."),
    Lesson("10-troubleshooting", "Troubleshooting", "It is always the security group."),
    Lesson("11-your-own-vpc", "Your own VPC", "You have to try it out in the account."),
    Lesson("12-is-it-true", "Is it true?", "A simulator proves itself."),
)
LAST = Lesson(
    "check-yourself",
    "Check yourself",
    "36 beliefs behind twelve symptoms. Before the course and after it.",
)

NUMBERS = tuple(lesson.name[:2] for lesson in LESSONS)
MINUTES = re.compile(r"^\*(?:Lesson \d+ of \d+\. )?About (\d+) minutes\.", re.MULTILINE)


def row(lesson: Lesson) -> str:
    """The lesson's row in the table of contents."""
    if not lesson.path.exists():
        return f"| {lesson.name[:2]} · {lesson.title}, comes later | | {lesson.belief} |"
    text = _text(json.loads(lesson.path.read_text(encoding="utf-8")))
    title = re.search(r"^# (.+)$", text, re.MULTILINE)
    minutes = MINUTES.search(text)
    assert title and minutes, f"{lesson.name}: expected a title and a line '*... About N minutes.'"
    return f"| [{title[1]}]({lesson.name}.ipynb) | {minutes[1]} | {lesson.belief} |"


def contents(page: str) -> str:
    """The page with its table as the notebooks say it today."""
    table = "\n".join(map(row, (*LESSONS, LAST)))
    head = "| Lesson | Minutes | The belief it corrects |\n|---|---|---|\n"
    match = re.search(r"(?m)^\| Lesson .*\n\|[-|]+\n(\|.*\n)*", page)
    assert match, "the page has no table of lessons"
    return page[: match.start()] + head + table + "\n" + page[match.end() :]


KINDS = (  # heading, and whether an address belongs under it; the first that fits
    ("AWS", lambda host: host.endswith("aws.amazon.com") or host.endswith("repost.aws")),
    ("RFCs", lambda host: host.endswith("rfc-editor.org")),
    ("Linux", lambda host: host.endswith(("kernel.org", "man7.org", "netfilter.org"))),
    ("Others", lambda host: True),
)


def sources(page: str) -> str:
    """The page with its lists: every address that a lesson gives as a source, and its lessons."""
    cited: dict[str, tuple[str, list[str]]] = {}
    for path in sorted(FOLDER.glob("*.ipynb")):
        for words, address in paragraph_links(_text(json.loads(path.read_text(encoding="utf-8")))):
            lessons = cited.setdefault(address, (words, []))[1]
            if path.stem not in lessons:
                lessons.append(path.stem)
    text = page[: page.index("\n## ")] if "\n## " in page else page.rstrip("\n") + "\n"
    for kind, _ in KINDS:
        mine = [address for address in cited if _kind(address) == kind]
        if mine:
            text += f"\n## {kind}\n\n"
        for address in sorted(
            mine, key=lambda address: (_number(address), cited[address][0].lower())
        ):
            words, lessons = cited[address]
            text += f"- [{words}]({address}): {', '.join(map(_link, lessons))}\n"
    return text


def glossary(page: str) -> str:
    """The page where the lessons at the end of each entry are links, if they are there."""
    names = {lesson.name[:2]: lesson.path.name for lesson in LESSONS if lesson.path.exists()}

    def linked(match: re.Match[str]) -> str:
        numbers = re.findall(r"(?<![\w-])(\d\d)(?![\w-])", re.sub(r"\(.*?\)", "", match[1]))
        return " " + ", ".join(f"[{n}]({names[n]})" if n in names else n for n in numbers) + "."

    one = r"(?:\[\d\d\]\([^)]*\)|\d\d)"
    return re.sub(rf" ({one}(?:, {one})*)\.$", linked, page, flags=re.MULTILINE)


def _link(name: str) -> str:
    """A link to a page: its number, or the name of the last page, which has none."""
    words = name[:2] if name[:2] in NUMBERS else name.replace("-", " ")
    return f"[{words}]({name}.ipynb)"


def _kind(address: str) -> str:
    host = urlsplit(address).hostname or ""
    return next(kind for kind, fits in KINDS if fits(host))


def _number(address: str) -> int:
    match = re.search(r"rfc(\d+)", address)
    return int(match[1]) if match else 0


def paragraph_links(text: str) -> list[tuple[str, str]]:
    """Words and addresses of the links in the paragraphs that begin with **Sources**."""
    paragraphs = re.findall(r"(?ms)^\*\*Sources?\*\*.*?(?=\n\n|\Z)", text)
    links = re.findall(r"\[([^\]]+)\]\((https://[^)\s]+)\)", "\n\n".join(paragraphs))
    return [(" ".join(words.split()), address) for words, address in links]


def _text(notebook: dict[str, Any]) -> str:
    return "\n\n".join(
        "".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown"
    )


def write() -> None:
    """Renew the three pages."""
    for path, renewed in ((CONTENTS, contents), (SOURCES, sources), (GLOSSARY, glossary)):
        files.write(path, [renewed(path.read_text(encoding="utf-8")).encode()])


if __name__ == "__main__":
    write()
