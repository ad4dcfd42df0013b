"""Site: a VPC that can be visited, and what-ifs of it.

Each visit is played on the site's network, one after the other. `without` and `replace` give another site
whose description differs in one row and whose network is new: the first one stays as it was.
"""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.hosts.client import Fetch
from vpcedu.lab.visit import Visit
from vpcedu.network.link import Link
from vpcedu.network.network import Network
from vpcedu.network.vpc import Vpc
from vpcedu.packet import Endpoint
from vpcedu.protocols.http import Message, request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LONGEST = 300 * SECOND  # a visit is cut off here; TCP gives a silent host up after 131 s
LINGER = SECOND  # played on after the result, so that the connections can close


class Site:
    """A description, a seed, and the network made from both."""

    def __init__(self, vpc: Vpc, seed: int = 0, link: Link | None = None) -> None:
        self.vpc, self.seed = vpc, seed
        self.network = Network(vpc, seed, link)

    def get(self, url: str, opener: str = "client", headers: tuple[tuple[str, str], ...] = ()) -> Visit:
        """Have a host fetch a page; ValueError where the URL is not http://name[:port]/path or the name is unknown."""
        name, port, path = _parts(url)
        return self._visit(name, port, opener, request("GET", path, name, *headers), f"GET {url}")

    def connect(self, opener: str, name: str, port: int) -> Visit:
        """Have a host open a TCP connection to a name or address and close it again once it stands."""
        return self._visit(name, port, opener, None, f"connect to {name}:{port}")

    def without(self, row: Any) -> Site:
        """The same site less one row of its description."""
        return Site(self.vpc.without(row), self.seed)

    def replace(self, row: Any, new: Any) -> Site:
        """The same site with one row changed."""
        return Site(self.vpc.replace(row, new), self.seed)

    def open(self, opener: str, name: str, port: int, message: Message | None = None) -> Fetch:
        """Begin a visit and return its program; `network.step()` plays on, one thing at a time."""
        network = self.network
        if opener not in network.devices or not hasattr(network.devices[opener], "connect"):
            hosts = [name for name, device in network.devices.items() if hasattr(device, "connect")]
            raise ValueError(f"opener {opener!r}: expected a host, one of {', '.join(hosts)}")
        address = name if name.replace(".", "").isdigit() else network.names.resolve(name)
        program = Fetch(message, network.clock.now)
        network.do(opener, "connect", Endpoint.parse(f"{address}:{port}"), program)
        return program

    def _visit(self, name: str, port: int, opener: str, message: Message | None, title: str) -> Visit:
        network, capture = self.network, self.network.capture
        begun, traces, events = network.clock.now, len(capture.traces), len(capture.events)
        program = self.open(opener, name, port, message)
        while program.result is None and network.clock.due is not None and network.clock.due - begun <= LONGEST:
            network.step()
        network.run(network.clock.now + LINGER)
        return Visit(title, opener, program.result, capture.since(traces, events), self.vpc)


def _parts(url: str) -> tuple[str, int, str]:
    scheme, found, rest = url.partition("://")
    place, slash, path = rest.partition("/")
    name, colon, port = place.partition(":")
    number = int(port) if port.isascii() and port.isdigit() and len(port) <= 5 else 0 if colon else 80
    if scheme != "http" or not name or not 0 < number <= 65_535:
        raise ValueError(f"{url!r} is not a URL this model can fetch: expected http://name/path or http://name:port/path")
    return name, number, "/" + path
