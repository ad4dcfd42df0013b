"""The link between the Internet and the gateway: a bridge in user space.

It is there where the link takes time or loses packets.

The kernel's own delay (netem) is not everywhere. TCP is counted, both ways together, and waits; ARP
passes at once.
"""

from __future__ import annotations

import heapq
import selectors
import socket
import time
from itertools import count
from threading import Thread

from .namespaces import Namespaces

ALL_PROTOCOLS = 3  # ETH_P_ALL
IPV4, TCP = b"\x08\x00", 6


class Wire:
    """Carries frames between its two ends from `start` to `stop`."""

    def __init__(self, namespaces: Namespaces, delay: float, lose: tuple[int, ...]) -> None:
        self.delay, self.lose = delay, frozenset(lose)
        with namespaces.inside("wire"):
            self._ends = [_end(name) for name in ("inet", "igw")]
        self._count = 0
        self._waiting: list[tuple[float, int, socket.socket, bytes]] = []
        self._order = count()
        self._stopping = False
        self._thread = Thread(target=self._carry, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        if self._thread.ident is not None:
            self._thread.join()
        for end in self._ends:
            end.close()

    def _carry(self) -> None:
        with selectors.DefaultSelector() as ready:
            for end, other in (self._ends, self._ends[::-1]):
                ready.register(end, selectors.EVENT_READ, other)
            while not self._stopping:
                for key, _ in ready.select(self._pause()):
                    self._take(key.fileobj, key.data)  # type: ignore[arg-type]
                while self._waiting and self._waiting[0][0] <= time.monotonic():
                    _, _, end, frame = heapq.heappop(self._waiting)
                    end.send(frame)

    def _pause(self) -> float:
        return (
            min(0.05, max(0.0, self._waiting[0][0] - time.monotonic())) if self._waiting else 0.05
        )

    def _take(self, end: socket.socket, other: socket.socket) -> None:
        frame, where = end.recvfrom(65_535)
        if where[2] == socket.PACKET_OUTGOING:
            return  # what we sent ourselves
        if frame[12:14] != IPV4 or frame[23] != TCP:
            other.send(frame)
            return
        self._count += 1
        if self._count not in self.lose:
            heapq.heappush(
                self._waiting, (time.monotonic() + self.delay, next(self._order), other, frame)
            )


def _end(interface: str) -> socket.socket:
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_PROTOCOLS))
    end.bind((interface, 0))
    return end
