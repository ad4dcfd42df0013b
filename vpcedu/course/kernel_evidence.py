"""Kernel evidence: a scenario as a Linux kernel ran it, next to the same one in today's model.

The recordings, and the scripts that both run, are not part of the package: they are in the
repository, in tests/kernel, and `laboratory` loads them from there. What is compared there and what
is left out on purpose is said in its normal.py: numbers relative to the first, ports that nobody
chose by name, no pure acknowledgments, whole seconds.

A comparison with Linux says something of TCP, of filters, of NAT and of proxies as such. It says
nothing of what AWS does otherwise: that comes from AWS's documents, or is inferred, and the modules
say which.
"""

from __future__ import annotations

import sys
from importlib import import_module, util
from itertools import pairwise
from pathlib import Path

from vpcedu.row import NamedRow
from vpcedu.sites.field import one_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike
    from typing import Any

ALIAS = "vpcedu_kernel_laboratory"  # the name under which the folder is imported
LESSON = "lesson.py"
FLAGS = {"S": "SYN", "F": "FIN", "R": "RST"}


class Row(NamedRow):
    """One segment, as both sides are compared.

    Microseconds, the sender's flow, and what is compared: flags as in tcpdump, relative numbers,
    bytes, seconds since the connection's first packet (SYNs only), and "point direction header" for
    each place that saw it.
    """

    at: int
    flow: str
    flags: str
    seq: int
    ack: int
    length: int
    when: int | None
    hops: tuple[str, ...]

    @property
    def compared(self) -> tuple[object, ...]:
        """Everything but the microseconds."""
        return self[1:]

    @property
    def points(self) -> tuple[str, ...]:
        """Where it was seen, each place once, in order."""
        return tuple(dict.fromkeys(hop.split(" ", 1)[0] for hop in self.hops))

    @property
    def what(self) -> str:
        """The segment in one or two words, such as "SYN ACK" or "8 bytes".

        A SYN that is sent again says when.
        """
        if self.length:
            return f"{self.length:,} bytes"
        words = " ".join(FLAGS[letter] for letter in self.flags if letter in FLAGS)
        words = f"{words} ACK" if words == "SYN" and "." in self.flags else words or "ACK"
        return f"{words} ({self.when} s)" if self.when else words

    @property
    def lost(self) -> bool:
        """Whether it left a place and was seen nowhere after."""
        return self.hops[-1].split(" ", 2)[1] == "out"

    @property
    def rewritten(self) -> tuple[str, ...]:
        """The places that sent it on with another header than it came with."""
        seen = [hop.split(" ", 2) for hop in self.hops]
        return tuple(
            here[0] for here, there in pairwise(seen) if here[0] == there[0] and here[2] != there[2]
        )


class Pair(NamedRow):
    """What the kernel sent and what the model sent in its place; None where one sent nothing."""

    kernel: Row | None
    model: Row | None

    @property
    def equal(self) -> bool:
        """Whether every header field that is compared is the same at every place."""
        one, other = self.kernel, self.model
        return bool(one and other and one.compared == other.compared)

    @property
    def row(self) -> Row:
        """The kernel's row, or the model's where the kernel has none."""
        found = self.kernel or self.model
        assert found is not None
        return found

    @property
    def difference(self) -> str:
        """The first thing that differs, the kernel's | the model's; "" where nothing does."""
        one, other = self.kernel, self.model
        if self.equal:
            return ""
        if one is None or other is None:
            return f"{one.what if one else 'nothing'} | {other.what if other else 'nothing'}"
        for what, a, b in (
            ("", one.what, other.what),
            ("at second ", one.when, other.when),
            ("seq ", one.seq, other.seq),
            ("ack ", one.ack, other.ack),
        ):
            if a != b:
                return f"{what}{a} | {what}{b}"
        longest = max(len(one.hops), len(other.hops))
        for a, b in zip(
            *(row.hops + ("not seen there",) * (longest - len(row.hops)) for row in (one, other)),
            strict=True,
        ):
            if a != b:
                return f"{a} | {b}"
        return f"{one.flow} | {other.flow}"


class Beside(NamedRow):
    """A scenario as the kernel and the model ran it.

    Its name and sentence, the kernel's release, how many packets were recorded at all places, the
    model's fault or "", the pairs, and of each thing the programs saw (what, kernel, model).
    """

    name: str
    sentence: str
    release: str
    packets: int
    fault: str
    pairs: tuple[Pair, ...]
    facts: tuple[tuple[str, str, str], ...]

    @property
    def differing(self) -> tuple[int, ...]:
        """The numbers of the rows that are not equal, from 1."""
        return tuple(number for number, pair in enumerate(self.pairs, 1) if not pair.equal)

    @property
    def unlike(self) -> tuple[tuple[str, str, str], ...]:
        """What the programs saw differently."""
        return tuple(fact for fact in self.facts if fact[1] != fact[2])

    @property
    def equal(self) -> bool:
        """Whether all rows and all facts are the same."""
        return not self.differing and not self.unlike

    @property
    def verdict(self) -> str:
        """How many rows and facts agree: one sentence."""
        rows, facts = len(self.pairs), len(self.facts)
        return (
            f"{rows - len(self.differing)} of {rows} rows are equal, and "
            f"{facts - len(self.unlike)} of {facts} things that the programs saw."
        )

    def __str__(self) -> str:
        lines = [
            f"{self.name}: {self.sentence}",
            f"Linux {self.release}, {self.packets} packets recorded, next to the model",
            *([f"with a fault: {self.fault}"] if self.fault else []),
            "",
        ]
        for number, pair in enumerate(self.pairs, 1):
            sign, points = "=" if pair.equal else "X", " > ".join(pair.row.points)
            lines.append(f"{number:>3} {sign} {pair.row.what:<16} {points}")
            if not pair.equal:
                kernel, _, model = pair.difference.partition(" | ")
                lines += [f"{'':22}Linux: {kernel}", f"{'':22}model: {model}"]
        lines += [
            f"      {what}: Linux {one!r}, model {other!r}" for what, one, other in self.unlike
        ]
        return "\n".join([*lines, "", self.verdict])


class Laboratory:
    """The repository's recordings.

    `names` has a sentence for each, `faults` the scenario in which each shows.
    """

    def __init__(self, lesson: Any) -> None:
        self._lesson = lesson
        self.names: dict[str, str] = lesson.NAMES
        self.faults: dict[str, str] = lesson.FAULTS

    def beside(self, name: str, fault: str = "") -> Beside:
        """A scenario's recording next to the model, with a fault planted in it where one is named.

        ValueError for an unknown scenario or fault.
        """
        name = one_of("scenario", name, self.names)
        fault = fault and one_of("fault", fault, self.faults)
        release, packets, rows, facts = self._lesson.kernel(name)
        played, learnt = self._lesson.model(name, fault)
        both = list(zip(facts, learnt, strict=False))
        lacking = [([what, said], [what, "nothing"]) for what, said in facts[len(both) :]]
        pairs = _paired([_row(*row) for row in rows], [_row(*row) for row in played])
        return Beside(
            name,
            self.names[name],
            release,
            packets,
            fault,
            pairs,
            tuple((one[0], one[1], other[1]) for one, other in both + lacking),
        )

    @property
    def summary(self) -> str:
        """Every scenario compared now, and every fault looked for where it should show.

        It is some lines of text.
        """
        found = [self.beside(name) for name in self.names]
        rows, facts = sum(len(both.pairs) for both in found), sum(len(both.facts) for both in found)
        differ, unlike = (
            sum(len(both.differing) for both in found),
            sum(len(both.unlike) for both in found),
        )
        caught = sum(not self.beside(name, fault).equal for fault, name in self.faults.items())
        return "\n".join(
            (
                f"{len(found)} scenarios, {sum(both.equal for both in found)} equal",
                f"{sum(both.packets for both in found):,} packets recorded; {rows} rows compared, {differ} differ",
                f"{facts} things that programs saw, {unlike} differ",
                f"{len(self.faults)} faults planted in the model, one after the other: {caught} found",
            )
        )

    def __repr__(self) -> str:
        return f"<Laboratory: {len(self.names)} scenarios, {len(self.faults)} faults>"


def laboratory(folder: str | PathLike[str] | None = None) -> Laboratory:
    """Load the recordings and scenarios of the repository's folder tests/kernel.

    ValueError where it is not there.

    folder: where it is; None: looked for here and in the folders above, as from the course's
    notebooks.
    """
    here = Path.cwd()
    above = [place / "tests" / "kernel" for place in (here, *here.parents)]
    places = above if folder is None else [Path(folder).resolve()]
    place = next((place for place in places if (place / LESSON).is_file()), None)
    if place is None:
        where = "here and above" if folder is None else repr(str(folder))
        raise ValueError(
            f"{where}: expected the repository's folder tests/kernel, with {LESSON} in it"
        )
    if ALIAS not in sys.modules:
        spec = util.spec_from_file_location(
            ALIAS, place / "__init__.py", submodule_search_locations=[str(place)]
        )
        assert spec is not None and spec.loader is not None
        sys.modules[ALIAS] = module = util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return Laboratory(import_module(f"{ALIAS}.lesson"))


def _row(at: int, flow: str, row: list[Any]) -> Row:
    flags, seq, ack, length, when, hops = row
    return Row(at, flow, flags, seq, ack, length, when, tuple(hops))


def _paired(kernel: list[Row], model: list[Row]) -> tuple[Pair, ...]:
    """Rows that belong together: the same flow's in order, then what is left over of one sender."""
    pairs: list[Pair] = []
    for of in (_flow, _sender):
        waiting: dict[str, list[Row]] = {}
        for row in model:
            waiting.setdefault(of(row), []).append(row)
        taken = [(row, waiting[of(row)].pop(0)) for row in kernel if waiting.get(of(row))]
        pairs += [Pair(*both) for both in taken]
        done = {id(row) for both in taken for row in both}
        kernel, model = ([row for row in rows if id(row) not in done] for rows in (kernel, model))
    pairs += [Pair(row, None) for row in kernel] + [Pair(None, row) for row in model]
    return tuple(sorted(pairs, key=lambda pair: pair.row.at))


def _flow(row: Row) -> str:
    return row.flow


def _sender(row: Row) -> str:
    return row.points[0]
