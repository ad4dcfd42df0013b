"""Load: how many ephemeral ports does a client need, and does it run out?

A port is taken only towards one destination (address and port), for as long as its connection is
open and, where the client closes first, for the 60 s of TIME-WAIT after it. The answer is plain
arithmetic (connections per second times seconds), with a simulation next to it.

What is simplified: all connections last equally long, and every second brings as many to each
destination. The simulation goes in steps of one second and counts the ports of a step together,
which is quick enough for a slider: a search among the ports of a range fails only when all of them
are taken, so counting gives what searching would give (a test holds one against the other). `fill`
and `open_all` search for each port one by one.
"""

from __future__ import annotations

from itertools import accumulate

from vpcedu.clock import SECOND
from vpcedu.flow import Endpoint, spread
from vpcedu.network.network import Network
from vpcedu.protocols.ports import ELASTIC_LOAD_BALANCING, LINUX, choose
from vpcedu.protocols.tcp_settings import LINUX as LINUX_TCP
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow
from vpcedu.sites.field import count
from vpcedu.sites.programs import Stay
from vpcedu.sites.two_hosts import two_hosts_vpc
from vpcedu.views.text import fold

RANGES = {
    "Linux": LINUX,
    "Windows, macOS": (49_152, 65_535),  # RFC 6335 section 6: dynamic ports
    "1024-65535": ELASTIC_LOAD_BALANCING,
}
CLOSERS = ("client", "server")
SPREADS = ("evenly", "4 of 5 to one")  # how the connections are spread over the destinations
TIME_WAIT = LINUX_TCP.time_wait // SECOND
SPAN = 600  # seconds that are simulated


class Load(NamedRow):
    """What a client's ports are loaded with.

    Ephemeral range, number of destinations, new connections per second (all destinations together),
    seconds that each is open, who closes first: "client" (which then waits in TIME-WAIT) or
    "server", and how they are spread: "evenly", or "4 of 5 to one" destination.
    """

    ports: tuple[int, int] = LINUX
    destinations: int = 1
    rate: int = 500
    lifetime: int = 1
    closes_first: str = "client"
    spread: str = "evenly"

    @property
    def size(self) -> int:
        """How many ports the range has."""
        return self.ports[1] - self.ports[0] + 1

    @property
    def occupancy(self) -> int:
        """How long one connection keeps its port, in seconds."""
        return self.lifetime + (TIME_WAIT if self.closes_first == "client" else 0)

    @property
    def shares(self) -> tuple[int, ...]:
        """New connections per second to each destination; the first gets most of them."""
        most = self.rate * 4 // 5 if self._uneven else -(-self.rate // self.destinations)
        left, others = self.rate - most, self.destinations - 1
        return (most, *(left // others + (i < left % others) for i in range(others)))

    @property
    def share(self) -> int:
        """New connections per second to the destination that gets most of them."""
        return self.shares[0]

    @property
    def _uneven(self) -> bool:
        return self.spread != SPREADS[0] and self.destinations > 1

    @property
    def needed(self) -> int:
        """The arithmetic: ports needed towards one destination."""
        return self.share * self.occupancy

    @property
    def sustained(self) -> int:
        """The new connections per second, to all destinations, that can go on for ever.

        It is arithmetic, not a run.
        """
        one = self.size // self.occupancy
        return (5 * one + 4) // 4 if self._uneven else one * self.destinations


class PortUse(NamedRow):
    """A simulated load.

    It has, for each destination, the ports in use at the end of each second, and the connections
    that began in it; the attempts that failed in each second, all destinations together; and the
    instant of the first failure in seconds, or None.
    """

    load: Load
    in_use: tuple[tuple[int, ...], ...]
    began: tuple[tuple[int, ...], ...]
    failed: tuple[int, ...]
    first: float | None

    @property
    def total(self) -> tuple[int, ...]:
        """Ports in use towards all destinations, at the end of each second."""
        return tuple(map(sum, zip(*self.in_use, strict=True)))

    @property
    def most_open(self) -> int:
        """The largest number of connections that are open at once, all destinations together."""
        so_far = (0, *accumulate(map(sum, zip(*self.began, strict=True))))
        return max(
            so_far[end] - so_far[max(end - self.load.lifetime, 0)] for end in range(len(so_far))
        )

    def open_at(self, second: int) -> tuple[int, ...]:
        """Connections to each destination that are open at the end of a second (the first is 1).

        The other ports in use are in TIME-WAIT.
        """
        first = max(second - self.load.lifetime, 0)
        return tuple(sum(row[first:second]) for row in self.began)

    def __str__(self) -> str:
        load = self.load
        tries, end = load.rate * len(self.failed), "none fails"
        if self.first is not None:
            end = f"the first one fails after {self.first:.1f} s ({sum(self.failed):,} of {tries:,} fail)"
        return fold(
            f"{load.rate:,} new per s to {destinations(load)}, each port kept "
            f"{load.occupancy} s: {load.needed:,} ports needed towards one destination, "
            f"{load.size:,} available; {end}. At most {max(self.total):,} ports in use, "
            f"{self.most_open:,} connections open at once."
        )


def destinations(load: Load) -> str:
    """Their number in words."""
    return "one destination" if load.destinations == 1 else f"{load.destinations} destinations"


def port_use(load: Load, span: int = SPAN) -> PortUse:
    """Simulate a load for `span` seconds; ValueError names a wrong value."""
    _checked(load)
    shares, first = load.shares, None
    taken = [0] * len(shares)
    began: list[list[int]] = [[] for _ in shares]
    in_use: list[list[int]] = [[] for _ in shares]
    failed = []
    for second in range(span):
        lost = 0
        for i, new in enumerate(shares):
            if second >= load.occupancy:
                taken[i] -= began[i][second - load.occupancy]
            got = min(new, load.size - taken[i])
            taken[i] += got
            began[i].append(got)
            in_use[i].append(taken[i])
            lost += new - got
            if got < new and (first is None or second + got / new < first):
                first = second + got / new
        failed.append(lost)
    return PortUse(load, tuple(map(tuple, in_use)), tuple(map(tuple, began)), tuple(failed), first)


def _checked(load: Load) -> None:
    if not isinstance(load, Load):
        raise ValueError(
            f"{quoted(load)} is no load: expected a Load(ports, destinations, rate, lifetime, closes_first)"
        )
    low, high = (count("ports", port, 1, 65_535) for port in load.ports)
    if low > high:
        raise ValueError(f"ports {load.ports}: expected first and last port, from 1 to 65535")
    for word, value, most in (
        ("destinations", load.destinations, 1_000),
        ("rate", load.rate, 1_000_000),
        ("lifetime", load.lifetime, 1_000_000),
    ):
        count(word, value, 1, most)
    for word, chosen, known in (
        ("closes_first", load.closes_first, CLOSERS),
        ("spread", load.spread, SPREADS),
    ):
        if chosen not in known:
            raise ValueError(f"{word} {quoted(chosen)}: expected one of {', '.join(known)}")


def fill(ports: tuple[int, int] = LINUX, seed: int = 0) -> list[int]:
    """Take ports towards one destination until there is none; returns them in order.

    Each port is found by a search that begins after the port found before. Once all even offsets
    are taken, only the odd ones are searched.
    """
    first, last = ports
    taken: set[int] = set()
    found: list[int] = []
    evens = (last - first) // 2 + 1
    start = spread(seed, *ports) >> 8
    while True:
        # its even offsets are the odd ones of the range
        left = ports if len(found) < evens else (first + 1, last)
        port = choose(left, start, taken.__contains__) if left[0] <= last else None
        if port is None:
            return found
        taken.add(port)
        found.append(port)
        start = port - left[0] + 2


class OpenedPorts(NamedRow):
    """The client's range and, for each destination, the ports found and the error.

    The error ended the search; it is "" for none.
    """

    ports: tuple[int, int]
    found: tuple[tuple[Endpoint, tuple[int, ...], str], ...]

    def __str__(self) -> str:
        lines = [
            f"A client with {self.ports[1] - self.ports[0] + 1} ephemeral ports, {self.ports[0]}-{self.ports[1]}:"
        ]
        for remote, found, error in self.found:
            said = f"to {remote}: {len(found)} connections, from ports {' '.join(map(str, found))}"
            said += f"; then {error}" if error else ""
            lines += [
                f"  {line}" if number == 0 else f"    {line}"
                for number, line in enumerate(fold(said, 76).splitlines())
            ]
        return "\n".join(
            [*lines, f"{sum(len(found) for _, found, _ in self.found)} connections at once"]
        )


def open_all(ports: tuple[int, int], tries: int, *destinations: str, seed: int = 0) -> OpenedPorts:
    """Have a client with a (small) range really open connections to each destination.

    tries: how many to each. destinations: address:port.

    It ends with a destination when no port is left; the connections stay open.
    """
    network = Network(two_hosts_vpc(ports=ports), seed)
    found = []
    for words in destinations:
        remote, got, error = Endpoint.parse(words), [], ""
        for _ in range(tries):
            try:
                got.append(
                    network.do("client", "connect", remote, Stay(network.clock.now)).flow.sport
                )
            except OSError as problem:
                error = f"EADDRNOTAVAIL, {problem.strerror}"
                break
        found.append((remote, tuple(got), error))
    network.run(network.clock.now + SECOND)
    return OpenedPorts(ports, tuple(found))
