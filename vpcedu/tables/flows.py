"""Flow rows with an idle clock: what connection tracking and translations have in common.

A row dies when its flow was not seen for the idle timeout. Using a row only notes when; a heap says
when each row is to be looked at again, and the sweep looks at those that are due. So a packet costs
the same however large the table is.
"""

from __future__ import annotations

from heapq import heappop, heappush

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable
    from typing import Any

NEVER = -1  # an instant before any other


class FlowEntry:
    """The times of one row (microseconds), and the keys under which the table has it.

    When it was last used, when the sweep last knew of that, and after how long a silence it ends.
    An entry whose place another has taken was never used.
    """

    __slots__ = ("used", "seen", "idle")

    def __init__(self, used: int, idle: int) -> None:
        self.used, self.seen, self.idle = used, used, idle

    def __lt__(self, other: FlowEntry) -> bool:
        return self.seen + self.idle < other.seen + other.idle

    @property
    def keys(self) -> tuple[Hashable, ...]:
        """Each flow that finds the row."""
        raise NotImplementedError(f"{type(self).__name__} does not say by which flows it is found")


class Flows:
    """Entries by flow, and a heap of them; a kind of table for each kind of row is made of it."""

    def __init__(self) -> None:
        self._entries: dict[Hashable, Any] = {}
        self._due: list[FlowEntry] = []  # a heap; an entry runs out when it is due or later
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def clear(self) -> None:
        """Forget every row."""
        self._entries.clear()
        self._due.clear()
        self._count = 0

    def _enter(self, entry: FlowEntry) -> None:
        """Write an entry under its keys, instead of whatever had one of them."""
        for key in entry.keys:
            if key in self._entries:
                self._remove(self._entries[key])
        self._place(entry)
        self._count += 1

    def _place(self, entry: FlowEntry) -> None:
        for key in entry.keys:
            self._entries[key] = entry
        heappush(self._due, entry)

    def _remove(self, entry: FlowEntry) -> None:
        for key in entry.keys:
            self._entries.pop(key, None)  # its keys may be one
        entry.used = NEVER
        self._count -= 1

    def _run_out(self, now: int) -> list[Any]:
        """Remove the entries that ran out and return them, the longest silent first."""
        due, gone = self._due, []
        while due and due[0].seen + due[0].idle <= now:
            entry = heappop(due)
            if entry.used > entry.seen:
                entry.seen = entry.used
                heappush(due, entry)
            elif entry.used == entry.seen:
                self._remove(entry)
                gone.append(entry)
        return gone
