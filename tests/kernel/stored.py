"""The recordings in the repository: one pcapng file and one JSON file for each scenario.

The JSON file says what programs learnt (facts), the normal form, and which kernel and tools were
recorded.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from . import records
from .normal import Normal, normal
from .play import Scenario
from .records import Record

FOLDER = Path(__file__).parent / "recorded"


class Recording(NamedTuple):
    """What was seen and learnt in one scenario, and the kernel's release."""

    seen: list[Record]
    facts: Sequence[Sequence[str]]
    kernel: str = ""
    tools: dict[str, str] = {}  # noqa: RUF012 - never changed

    def normal(self, scenario: Scenario) -> Normal:
        """The form that is compared."""
        return normal(self.seen, scenario.ports)


def path(name: str, folder: Path = FOLDER) -> Path:
    """Where a scenario's packets are kept."""
    return folder / f"{name}.pcapng"


def load(name: str) -> Recording:
    """A stored recording; FileNotFoundError where there is none."""
    words = json.loads(path(name).with_suffix(".json").read_text(encoding="utf-8"))
    return Recording(records.load(path(name)), words["facts"], words["kernel"], words["tools"])


def stored_normal(name: str) -> Normal:
    """The normal form as it was stored."""
    found: Normal = json.loads(path(name).with_suffix(".json").read_text(encoding="utf-8"))[
        "normal"
    ]
    return found


def save(scenario: Scenario, recording: Recording, folder: Path = FOLDER) -> None:
    """Store a recording; each file is replaced only as a whole."""
    folder.mkdir(exist_ok=True)
    packets = path(scenario.name, folder)
    whole, words = packets.with_suffix(".part"), packets.with_suffix(".json")
    records.save(whole, recording.seen)
    whole.replace(packets)
    whole.write_text(text(scenario, recording), encoding="utf-8")
    whole.replace(words)


def text(scenario: Scenario, recording: Recording) -> str:
    """The JSON file: a line for each fact and each row."""

    def lines(rows: Sequence[object], indent: str) -> str:
        return ",\n".join(indent + json.dumps(row, ensure_ascii=False) for row in rows)

    flows = ",\n".join(
        f"    {json.dumps(flow)}: [\n{lines(rows, '      ')}\n    ]"
        for flow, rows in recording.normal(scenario).items()
    )
    return "\n".join(
        [
            "{",
            f'  "scenario": {json.dumps(scenario.name)},',
            f'  "kernel": {json.dumps(recording.kernel)},',
            f'  "tools": {json.dumps(recording.tools)},',
            '  "facts": [',
            lines(recording.facts, "    "),
            "  ],",
            '  "normal": {',
            flows,
            "  }",
            "}",
            "",
        ]
    )


def replay(recording: Recording) -> tuple[bytes, bytes]:
    """What a real client asked and a real server answered, byte for byte.

    The first data of each end, joined.
    """
    ends: dict[str, bytes] = {}
    seen: set[tuple[str, int]] = set()
    for record in sorted(recording.seen, key=lambda row: row.at):
        packet = record.packet
        speaks = record.way == "out" and packet.data and record.point in ("client", "web", "server")
        if speaks and (record.point, packet.seq) not in seen:
            seen.add((record.point, packet.seq))
            ends[record.point] = ends.get(record.point, b"") + packet.data
    asked = next((data for data in ends.values() if data.startswith(b"GET ")), b"")
    answered = next((data for data in ends.values() if data.startswith(b"HTTP/")), b"")
    return asked, answered
