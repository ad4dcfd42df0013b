"""The parts of README.md that are made from the code.

They are where the pages can be opened, the answer in its first block, the size of the core, and the
picture.
"""

from __future__ import annotations

import re
from pathlib import Path

from tests import size
from vpcedu import draw, reference_architecture, site_address
from vpcedu.draw import Picture
from vpcedu.views.first_screen import first_screen

PATH = Path(__file__).parent.parent / "README.md"
PICTURE = PATH.parent / "docs" / "two-replies.png"


def picture() -> Picture:
    """What README shows: the reply through a Classic and through a Network Load Balancer."""
    visits = [
        reference_architecture(balancer).get("http://www.example.com/")
        for balancer in ("classic-tcp", "network")
    ]
    return draw.side_by_side(*visits)


def opening() -> str:
    """Where the course can be opened in a browser: the first link, once there is one."""
    if site_address.PUBLISHED:
        return f"**In your browser:** [open the course]({site_address.ADDRESS}). There is nothing to install."
    return (
        "**In your browser:** not published yet. `python3 start.py site` makes the pages, and says how to open "
        "them."
    )


def block() -> str:
    """The question, the map and the answer, as `python3 -m vpcedu` prints them."""
    return first_screen(reference_architecture().get("http://www.example.com/")).rstrip()


def statements() -> str:
    """The statements of the core, rounded to hundreds."""
    return f"{round(size.core(size.by_folder(size.sources())), -2):,}"


def renewed(words: str) -> str:
    """README's text with these parts as they are today."""
    words = re.sub(r"(?m)^\*\*In your browser:\*\*.*(\n.+)*", opening(), words, count=1)
    words = re.sub(r"(?s)(```text\n).*?(\n```)", lambda m: m[1] + block() + m[2], words, count=1)
    return re.sub(r"\b[\d,]+ statements", f"{statements()} statements", words, count=1)


def write() -> None:
    """Renew README.md and its picture."""
    picture().save(PICTURE)
    PATH.write_text(renewed(PATH.read_text(encoding="utf-8")), encoding="utf-8")
