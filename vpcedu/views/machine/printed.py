"""Printed: what a command prints on a machine, with the command in front of it."""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    from vpcedu.device import Device
    from vpcedu.network.vpc import Vpc
    from vpcedu.trace import Capture

    class Seen(Protocol):
        """A visit, a network, or whatever else has a capture and its network's description."""

        @property
        def capture(self) -> Capture:
            """What was seen."""

        @property
        def vpc(self) -> Vpc:
            """The description."""


class Printed(NamedRow):
    """The machine where a command was typed, the command, and the lines that it printed."""

    machine: str
    command: str
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join([f"{self.machine}$ {self.command}", *self.lines])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """In a notebook: the lines."""
        printer.text(str(self))


def machine(seen: Seen, name: str) -> Device:
    """The device of that name.

    ValueError where there is none on which somebody could type a command: nobody logs in to a load
    balancer or a NAT gateway.
    """
    found = {row.name: row for vpc in seen.vpc.everyone for row in vpc.devices}
    names = [row.name for row in found.values() if not row.kind.managed]
    if name not in names:
        raise ValueError(f"machine {quoted(name)}: expected one of {', '.join(names)}")
    return found[name]


def instant(at: float) -> int:
    """Seconds as microseconds; ValueError for what is no time."""
    if isinstance(at, bool) or not isinstance(at, (int, float)) or not 0 <= at < 1e9:
        raise ValueError(f"at {quoted(at)}: expected seconds since the capture began, 0 or more")
    return round(at * SECOND)
