"""Against: who reaches what in one description of a VPC and not in an older one, and by which row.

Both are compared by the audit's tables; where a route leads past a device, packets are sent, up to
MOST_SENT. A row did it if the newer description without that one change is like the older one
there. Where either of the two does not tell about a place, nothing is said about it: it is never
called closed. Left out: what the audit leaves out; other VPCs.
"""

from __future__ import annotations

from collections import Counter

from vpcedu.address import text
from vpcedu.analysis.audit_report import answered, entrances
from vpcedu.analysis.change import Repair
from vpcedu.analysis.ends import SOMEONE, Question
from vpcedu.analysis.reachability import Reach
from vpcedu.analysis.repairs.openings import Opening, gathered
from vpcedu.analysis.repairs.search import run
from vpcedu.analysis.sources import LAST_PORT
from vpcedu.row import NamedRow
from vpcedu.views.outcome import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from vpcedu.analysis.audit_report import Audit, Entrance
    from vpcedu.network.vpc import Vpc

    Ports = tuple[int, int]
    Triple = tuple[str, str, Ports]  # places of source and destination, ports

MOST_SENT, MOST_EDITS = 500, 60  # packets; changed rows that are tried one by one
VERSION = 1  # of the JSON, see docs/answer.schema.json
KEYS = {  # the fields by which a row is the same one in both descriptions; (): all of them
    "routes": ("table", "destination"), "acl_entries": ("acl", "direction", "number"),
    "group_rules": (), "associations": ("private",), "states": ("name",),
    "subnets": ("name",), "interfaces": ("id",), "devices": ("name",),
}  # fmt: skip
ONLY_CHANGED = ("subnets", "interfaces", "devices")  # a new one is named by itself
SEVERAL = "no single change does it: several do together"
UNTRIED = "none of the first {tried} changes does it alone; {more} more were not tried"
VERBS = {"add ": "added ", "remove ": "removed ", "change ": "changed "}


class FieldEdit(NamedRow):
    """A row, or the value of a field, that is not the same in two descriptions."""

    field: str
    was: Any
    now: Any

    def undone(self, vpc: Vpc) -> Vpc:
        """The newer description without this change."""
        if self.field not in KEYS:
            fields: dict[str, Any] = {self.field: self.was}
            return self._with(vpc, fields)
        rows = [row for row in getattr(vpc, self.field) if row != self.now]
        rows += [self.was] * (self.was is not None)
        return self._with(vpc, {self.field: tuple(rows)})

    @staticmethod
    def _with(vpc: Vpc, fields: dict[str, Any]) -> Vpc:
        made: Vpc = vpc._replace(**fields)
        return made

    def __str__(self) -> str:
        if self.field == "internet_gateway":
            return f"{self.now} attached" if self.now else f"{self.was} detached"
        if self.field == "main":
            return f"main route table {self.was} becomes {self.now}"
        if self.field == "states":
            return str(self.now) if self.now else f"no longer: {self.was}"
        words = str(Repair(self.was, self.now))
        verb = next((verb for verb in VERBS if words.startswith(verb)), "")
        return VERBS.get(verb, "") + words.removeprefix(verb)


def edits(old: Vpc, new: Vpc) -> list[FieldEdit]:
    """What is not the same in two descriptions of one VPC, as far as the audit asks for it."""
    found = [
        FieldEdit(field, getattr(old, field), getattr(new, field))
        for field in ("internet_gateway", "main")
        if getattr(old, field) != getattr(new, field)
    ]
    for field, key in KEYS.items():
        before, after = (
            {tuple(getattr(row, word) for word in key) or row: row for row in getattr(vpc, field)}
            for vpc in (old, new)
        )
        for name in dict.fromkeys((*before, *after)):
            pair = before.get(name), after.get(name)
            if pair[0] != pair[1] and (None not in pair or field not in ONLY_CHANGED):
                found.append(FieldEdit(field, *pair))
    return found


class _Side:
    """One of two descriptions: its tables, and packets where they do not decide."""

    def __init__(self, vpc: Vpc, beside: Vpc) -> None:
        self.vpc, self.tables = vpc, Reach(vpc, beside)
        self.index = {place.name: i for i, place in enumerate(self.tables.places)}
        self.sent: dict[tuple[str, str, int], bool] = {}
        self._sets: dict[int, frozenset[str]] = {}

    def sources(self, there: str, port: int) -> tuple[frozenset[str], frozenset[str]]:
        """Who always reaches a place on a port, and who does from some ports only."""
        i = self.index.get(there, -1)
        if i < 0 or self.tables.places[i].interface is None:
            return frozenset(), frozenset()
        ports, unsure = self.tables.port_class(port), self.tables.unsure(i)
        sure = self.tables.sure[ports][i] & ~unsure
        return self._names(sure), self._names(self.tables.some[ports][i] & ~sure & ~unsure)

    def unsure(self, there: str) -> frozenset[str]:
        """From whom a route leads past a device to a place."""
        i = self.index.get(there, -1)
        return self._names(self.tables.unsure(i)) if i >= 0 else frozenset()

    def reaches(self, source: str, there: str, port: int) -> bool:
        """Whether a packet that is sent gets there, and its answer comes back."""
        key = source, there, port
        if source not in self.index or there not in self.index:
            return False
        if key not in self.sent:
            place = self.tables.places[self.index[source]]
            inside = place.interface is not None or source == SOMEONE
            word = source if inside else text(place.value)
            self.sent[key] = answered(run(self.vpc, Question(word, there, port)))
        return self.sent[key]

    def level(self, source: str, there: str, port: int) -> int:
        """2: source always reaches there; 1: from some of its ports; 0: it does not."""
        if source in self.unsure(there):
            return 2 * self.reaches(source, there, port)
        always, some = self.sources(there, port)
        return 2 if source in always else int(source in some)

    def _names(self, mask: int) -> frozenset[str]:
        if mask not in self._sets:
            places = self.tables.places
            self._sets[mask] = frozenset(p.name for i, p in enumerate(places) if mask >> i & 1)
        return self._sets[mask]


class Changed(NamedRow):
    """Who reaches whom in one of two descriptions only, and the changes that did it.

    partly: only from a part of the source's ports.
    """

    opening: Opening
    partly: bool
    by: tuple[str, ...]

    def __str__(self) -> str:
        part = ", from a part of its ports" if self.partly else ""
        return f"{self.opening}{part}\n    by: {'; '.join(self.by)}"

    def as_json(self) -> dict[str, Any]:
        """As a plain dictionary."""
        return self.opening._asdict() | {"partly": self.partly, "by": list(self.by)}


class Against:
    """What opened and what closed in a VPC; untold: of what nothing can be said, and why.

    entrances: names of load balancers at which a stranger sees something else, in words.
    """

    def __init__(self, old: Audit, new: Audit) -> None:
        self.old, self.new, self.vpc = old, new, new.vpc
        self.edits = edits(old.vpc, new.vpc)
        self._tried = [
            (str(edit), _Side(edit.undone(new.vpc), old.vpc))
            for edit in self.edits[:MOST_EDITS]
            if edit.field != "devices"
        ]
        self._before, self._now = _Side(old.vpc, new.vpc), _Side(new.vpc, old.vpc)
        self._left_open = {*old.untold, *new.untold}
        self._uncompared = 0
        self._without: list[tuple[str, list[Entrance]]] | None = None
        opened: dict[Triple, bool] = {}
        closed: dict[Triple, bool] = {}
        for there in dict.fromkeys((*self._now.index, *self._before.index)):
            if there not in self._left_open:
                self._compare(there, opened, closed)
        self.opened, self.closed = self._rows(opened), self._rows(closed)
        self.entrances = tuple(self._entrances())

    @property
    def untold(self) -> tuple[str, ...]:
        """What cannot be compared, and why: what either description does not tell."""
        found = [
            f"{row.about}, {when}: {row}"
            for when, audit in (("before", self.old), ("now", self.new))
            for row in audit.unknown
        ]
        if self._uncompared:
            found.append(
                f"{self._uncompared} paths through a device inside the VPC were not compared"
            )
        return tuple(found)

    def _compare(self, there: str, opened: dict[Triple, bool], closed: dict[Triple, bool]) -> None:
        past = self._before.unsure(there) | self._now.unsure(there)
        starts = self._now.tables.starts
        for number, first in enumerate(starts):
            last = starts[number + 1] - 1 if number + 1 < len(starts) else LAST_PORT
            port = max(first, 1)
            if last < 1:
                continue
            was, now = self._before.sources(there, port), self._now.sources(there, port)
            for source in (*((was[0] | was[1]) ^ (now[0] | now[1])), *(was[1] ^ now[1]), *past):
                if source in self._left_open:
                    continue
                if source in past and len(self._now.sent) >= MOST_SENT:
                    self._uncompared += 1
                    continue
                pair = [side.level(source, there, port) for side in (self._before, self._now)]
                found = opened if pair[1] > pair[0] else closed
                if pair[0] != pair[1]:
                    found[source, there, (port, last)] = 1 in pair

    def _rows(self, triples: dict[Triple, bool]) -> tuple[Changed, ...]:
        """The pairs that changed, those together that the same rows changed in the same way."""
        alike: dict[tuple[tuple[str, ...], bool], dict[tuple[str, str], list[Ports]]] = {}
        for (source, there, ports), partly in sorted(triples.items()):
            pairs = alike.setdefault((self._by(source, there, ports[0]), partly), {})
            pairs.setdefault((self._called(source), self._called(there)), []).append(ports)
        return tuple(
            Changed(opening, partly, by)
            for (by, partly), pairs in alike.items()
            for opening in gathered(pairs)
        )

    def _by(self, source: str, there: str, port: int) -> tuple[str, ...]:
        """The changes that did it, each by itself."""
        now = self._now.level(source, there, port)
        did = tuple(words for words, side in self._tried if side.level(source, there, port) != now)
        if did:
            return did
        ids = [{row.id for row in vpc.interfaces} for vpc in (self.old.vpc, self.new.vpc)]
        lone = [
            f"{self._called(name)} is {'new' if name in ids[1] else 'gone'}"
            for name in dict.fromkeys((source, there))
            if (name in ids[0]) != (name in ids[1])
        ]
        return tuple(lone) or (self._none_alone,)

    @property
    def _none_alone(self) -> str:
        """That no change that was tried does it by itself."""
        more = len(self.edits) - MOST_EDITS
        return UNTRIED.format(tried=MOST_EDITS, more=more) if more > 0 else SEVERAL

    def _called(self, place: str) -> str:
        """A place by its host, where that has no other interface."""
        for vpc in (self.new.vpc, self.old.vpc):
            several = Counter(row.device for row in vpc.interfaces)
            for row in vpc.interfaces:
                if row.id == place and several[row.device] == 1:
                    return row.device
        return place

    def _entrances(self) -> Iterator[str]:
        """What strangers see at load balancers, where it is not what they saw."""
        was, now = (
            {(row.name, row.port, row.host, row.path): row for row in audit.balancers}
            for audit in (self.old, self.new)
        )
        for key in dict.fromkeys((*was, *now)):
            pair = was.get(key), now.get(key)
            if pair[0] != pair[1]:
                words = [_seen(row) for row in pair]
                place = str(pair[1] or pair[0]).partition(": ")[0]
                by = self._entrance_by(key, pair[1])
                yield f"{place}: {words[0]} becomes {words[1]}\n    by: {'; '.join(by) or self._none_alone}"

    def _entrance_by(self, key: tuple[object, ...], now: Entrance | None) -> list[str]:
        """The changes without which strangers would not see there what they see now."""
        if self._without is None:
            self._without = [
                (str(edit), [row for row, _ in entrances(edit.undone(self.new.vpc))])
                for edit in self.edits[:MOST_EDITS]
            ]
        return [
            words
            for words, rows in self._without
            if next((row for row in rows if (row.name, row.port, row.host, row.path) == key), None)
            != now
        ]

    def as_json(self) -> dict[str, Any]:
        """Everything as plain dictionaries and lists."""
        return {
            "version": VERSION,
            "vpc": self.vpc.name,
            "opened": [row.as_json() for row in self.opened],
            "closed": [row.as_json() for row in self.closed],
            "balancers": list(self.entrances),
            "untold": list(self.untold),
        }

    def __str__(self) -> str:
        lines = [f"VPC {self.vpc.name} {', '.join(self.vpc.blocks)}: what changed", ""]
        if self.untold:
            lines += ["What cannot be compared", *(f"  {words}" for words in self.untold), ""]
        none = f"  {UNKNOWN}" if self.untold else "  nothing"
        for head, rows in (("Opened", self.opened), ("Closed", self.closed)):
            lines += [head, *([f"  {row}" for row in rows] or [none]), ""]
        lines += ["From the Internet, through load balancers"]
        lines += [f"  {words}" for words in self.entrances] or [none]
        return "\n".join(lines)


def _seen(row: Entrance | None) -> str:
    return (
        "not there" if row is None else f"{row.outcome.said}{f' ({row.shares})' * bool(row.shares)}"
    )
