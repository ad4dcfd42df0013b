"""Retransmission: how long does a sender wait for an acknowledgment? (RFC 6298)

The first time-out is 1 s. Each measured round trip moves a smoothed mean and its variation; the
time-out is the mean and four variations, within the settings' least and most. A segment that was
sent twice is not measured (Karn's rule), and each expiry doubles the time-out until something new
is acknowledged.

Where Linux differs: it puts its least of 200 ms under the variation and not under the whole, so on
a steady path of 100 ms it waits 300 ms and this model 200 ms.
"""

from __future__ import annotations

from vpcedu.packet import ACK, SYN
from vpcedu.protocols.tcp_settings import AFTER_LOST_SYN, FIRST_RTO, Settings


class Timer:
    """One connection's round-trip estimate and the number of tries of its oldest segment.

    Times are in microseconds.
    """

    __slots__ = ("settings", "srtt", "rttvar", "tried", "awaits", "_first", "_since")

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.srtt = self.rttvar = -1  # nothing measured yet
        self.tried = 0
        self._first = FIRST_RTO
        self.awaits: int | None = (
            None  # the acknowledgment number that ends the present measurement
        )
        self._since = 0  # when it began

    @property
    def rto(self) -> int:
        """The time-out without any doubling."""
        if self.srtt < 0:
            return self._first
        return min(max(self.settings.least, self.srtt + 4 * self.rttvar), self.settings.most)

    def interval(self, flags: int) -> int:
        """How long to wait this time for the acknowledgment of such a segment."""
        if flags & SYN:
            linear = 0 if flags & ACK else self.settings.linear
            return min(FIRST_RTO << max(0, self.tried - linear), self.settings.most)
        return min(self.rto << self.tried, self.settings.most)

    def sent(self, awaits: int, now: int) -> None:
        """A new segment left that `awaits` acknowledges.

        It is measured if none is being measured.
        """
        if self.awaits is None:
            self.awaits, self._since = awaits, now

    def acknowledged(self, reached: bool, now: int) -> None:
        """Something new was acknowledged; `reached`: also the segment that is measured."""
        if self.awaits is not None and reached:
            self._sample(now - self._since)
            self.awaits = None
        self.tried = 0

    def expired(self, is_syn: bool) -> None:
        """The time-out ran out: the segment goes again, and is not measured."""
        self.tried += 1
        self.awaits = None
        if is_syn:
            self._first = AFTER_LOST_SYN

    def _sample(self, round_trip: int) -> None:
        if self.srtt < 0:
            self.srtt, self.rttvar = round_trip, round_trip // 2
        else:
            self.rttvar = (3 * self.rttvar + abs(self.srtt - round_trip)) // 4
            self.srtt = (7 * self.srtt + round_trip) // 8
