"""Own: the page of a person's own VPC, as the worker calls it: text in, text out.

Files come as bytes and are written into a folder of the browser's memory, which ends with the page.
What reads them and what answers is what `python3 -m vpcedu ask` and `audit` call; here it is only
put into JSON. A question that cannot be asked, and a file that cannot be read, is a sentence; then
the network that was read before stays.
"""

from __future__ import annotations

import json
import shlex
import shutil
import tempfile
from collections import Counter
from pathlib import Path

from vpcedu import aws, draw, links
from vpcedu.address import whole
from vpcedu.analysis.answer import asked
from vpcedu.analysis.audit_report import audit
from vpcedu.analysis.commands.script import told
from vpcedu.analysis.path import losses
from vpcedu.analysis.plays import Plays
from vpcedu.analysis.question import SOMEONE, Question, destinations, ports
from vpcedu.cli.options import among
from vpcedu.cli.page_links import FILES, OWN
from vpcedu.files import write
from vpcedu.quoting import quoted
from vpcedu.views.text import fold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vpcedu.analysis.answer import Answer
    from vpcedu.aws.account import Account

    Told = dict[str, Any]

EXAMPLE = "vpcedu/aws/example"  # the folder's name in the repository
MOST_ENDS, MOST_NOTES = 2_000, 200  # offered, and shown of each kind: a page is no list of all
COUNTED = {
    "subnets": "subnets",
    "interfaces": "interfaces",
    "devices": "devices",
    "routes": "routes",
    "security group rules": "group_rules",
    "network ACL entries": "acl_entries",
}
LARGEST = 10**19 - 1
LINKED = {
    "ask": ("from", "to", "port"),
    "audit": ("vpc",),
}  # what a link may ask for, and its parts


class OwnDoor:
    """What was read, and questions to it."""

    def __init__(self) -> None:
        self._base = Path(tempfile.mkdtemp())
        self._new: dict[str, bytes] = {}
        self._account: Account | None = None
        self._folder = ""
        self._plays = Plays()
        self._wanted = links.State("", {})

    def put(self, name: str, data: bytes) -> str:
        """A file of the folder that is read next; name: its path in the folder."""
        self._new[name] = bytes(data)
        return "{}"

    def call(self, name: str, *words: str) -> str:
        """Answer as JSON; with an "error" in words where something cannot be had."""
        calls: dict[str, Callable[..., Told]] = {
            "read": self.read,
            "example": self.example,
            "link": self.link,
            "ask": self.ask,
            "audit": self.audit,
        }
        try:
            told = calls[name](*words)
        except (ValueError, OSError) as error:
            told = {"error": str(error).replace(f"{self._base}/", "")}
        except (MemoryError, RecursionError) as error:
            told = {"error": f"This is more than a browser's Python holds ({error!r})."}
        return json.dumps(told)

    def read(self, folder: str) -> Told:
        """Read the files that were put; folder: its name, for lines to copy.

        ValueError where they cannot be read; then what was read before stays.
        """
        place = self._base / folder
        files, self._new = self._new, {}
        shutil.rmtree(place, ignore_errors=True)
        for name, data in files.items():
            path = place.joinpath(
                *(part for part in name.split("/") if part not in ("", ".", ".."))
            )
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path, [data])
        try:
            return self._took(aws.load(place), folder)
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def example(self) -> Told:
        """Read the example that comes with the package."""
        return self._took(aws.load(aws.example()), EXAMPLE)

    def link(self, text: str) -> Told:
        """What the part after the # of the page's address asks for.

        "about" is "ask" or "audit", "own" whether it is about the reader's own files. ValueError
        where it asks for nothing that this page does.
        """
        state = links.read(text)
        known = LINKED.get(state.name)
        if known is None:
            raise ValueError(f"link to {quoted(state.name)}: expected one of {', '.join(LINKED)}")
        own = state.values.get(FILES) == OWN
        asked_for = {name: word for name, word in state.values.items() if name != FILES}
        if asked_for.keys() != set(known) and (asked_for or state.name == "ask"):
            raise ValueError(f"link {quoted(text)}: expected {state.name} with {', '.join(known)}")
        self._wanted = state._replace(values=asked_for)
        return {"about": state.name, "own": own, "values": asked_for}

    def _took(self, account: Account, folder: str) -> Told:
        told = _read(account)
        self._account, self._folder, self._plays = account, folder, Plays()
        return told

    def _known(self) -> Account:
        if self._account is None:
            raise ValueError("Nothing has been read yet: expected files, or the example")
        return self._account

    def ask(self, source: str, destination: str, port: str) -> Told:
        """Whether one end reaches a TCP port of the other, and the reply comes back.

        Its parts are those that the command prints; ValueError as the command's.
        """
        number = whole(port, LARGEST)
        if number is None:
            raise ValueError(f"port {quoted(port)}: expected a whole number from 1 to 65535")
        vpc, one, other = among(self._known(), source, destination)
        answer = asked(self._plays, vpc, Question(one, other, number))
        words = {"from": source, "to": destination, "port": port}
        changed = self._wanted.changed(answer.verdict) if words == self._wanted.values else ""
        made = told(vpc, answer.repairs or ())
        return {
            "verdict": answer.verdict,
            "more": str(answer).removeprefix(fold(answer.verdict)).strip("\n").split("\n\n"),
            "path": [] if answer.unknown else answer.packets.split("\n\n"),
            "lines": [line for _, each, _ in made if each for line in each.do],
            "without": sum(each is None for _, each, _ in made),
            "changed": changed,
            "link": links.fragment("ask", words, answer.verdict),
            "command": self._command(
                "ask", *(word for name, value in words.items() for word in (f"--{name}", value))
            ),
            **_picture(_map(answer)),
        }

    def audit(self, name: str) -> Told:
        """Who reaches what in a VPC, and its map; ValueError as the command's."""
        account = self._known()
        found = audit(account.vpc(name))
        more = ("--vpc", name) if len(account.vpcs) > 1 else ()
        return {
            "text": str(found),
            "command": self._command("audit", *more),
            **_picture(draw.audit(found)),
        }

    def _command(self, name: str, *words: str) -> str:
        return shlex.join(("python3", "-m", "vpcedu", name, self._folder, *words))


def _read(account: Account) -> Told:
    """What was read: a row for each VPC, the notes by kind, the ends and ports that are offered."""
    notes: dict[str, list[str]] = {}
    for note in account.report:
        notes.setdefault(note.kind, []).append(str(note).partition(": ")[2])
    first = account.vpc(account.vpcs[0].name)
    often = Counter(tag for tag, _ in account.tags)
    tags = {name: tag for tag, name in account.tags if often[tag] == 1}
    ends = [tags.get(name, name) for name in destinations(first) if name != SOMEONE]
    return {
        "vpcs": [
            {
                "name": one.name,
                "blocks": ", ".join(one.blocks),
                **{words: len(getattr(one, name)) for words, name in COUNTED.items()},
            }
            for one in account.vpcs
        ],
        "notes": [
            {"kind": kind, "count": len(words), "words": words[:MOST_NOTES]}
            for kind, words in notes.items()
        ],
        "ends": [SOMEONE, *dict.fromkeys(ends)][:MOST_ENDS],
        "ports": list(ports(first)),
    }


def _map(answer: Answer) -> Any:
    """The map of the visit that decides, with the packet that is lost; None where it is unknown."""
    if answer.reachable is None:
        return None
    lost = losses(answer.telling)
    return (
        draw.map(answer.telling, packet=lost[0].trace.number) if lost else draw.map(answer.telling)
    )


def _picture(shown: Any) -> Told:
    return {} if shown is None else {"svg": shown.svg(), "alt": shown.alt}
