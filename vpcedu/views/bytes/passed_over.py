"""Passed over: what a capture file holds apart from the packets that were read, counted by kind.

A list of what was seen must not be silently shorter than the file.
"""

from __future__ import annotations

MOST_KINDS = 8  # named one by one; a file may hold thousands of kinds


class PassedOver:
    """What was not read of a file, and what is not known of the packets that were."""

    def __init__(self) -> None:
        self.kinds: dict[str, int] = {}  # how many, by kind; {s} stands for the plural's letter
        self.damage = ""  # the first damaged packet, in words
        self.stopped = ""  # where and why reading the file ended, if not at its end
        self.timeless = 0  # packets that were read and have no time of their own

    def count(self, kind: str) -> None:
        """Note one more packet of a kind."""
        self.kinds[kind] = self.kinds.get(kind, 0) + 1

    def damaged(self, words: str) -> None:
        """Note a damaged packet."""
        self.count("damaged packet{s}")
        self.damage = self.damage or words

    @property
    def packets(self) -> int:
        """How many there were of all kinds."""
        return sum(self.kinds.values())

    def lines(self) -> list[str]:
        """The most frequent kinds first, then what is damaged or unknown."""
        ordered = sorted(self.kinds.items(), key=lambda row: (-row[1], row[0]))
        words = [many(count, kind) for kind, count in ordered[:MOST_KINDS]]
        rest = ordered[MOST_KINDS:]
        if rest:
            more = many(sum(count for _, count in rest), "packet{s}")
            words.append(f"{more} of {many(len(rest), 'other kind{s}')}")
        lines = [f"Skipped: {', '.join(words)}."] if words else []
        if self.damage:
            lines.append(f"The first damaged packet: {self.damage}.")
        if self.timeless:
            lines.append(
                f"{many(self.timeless, 'packet{s}')} without a time: shown with the time of the packet before."
            )
        if self.stopped:
            lines.append(f"The file is damaged: {self.stopped}. Nothing after that was read.")
        return lines


def many(count: int, kind: str) -> str:
    """A number of something, in words: "1 fragment", "3 fragments"."""
    return f"{count:,} {kind.format(s='' if count == 1 else 's')}"
