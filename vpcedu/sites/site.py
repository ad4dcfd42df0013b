"""Site: a VPC that can be visited, and what-ifs of it.

Visits are simulated on the site's network, one after the other. `without`, `replace` and `with_row`
give another site whose description differs in one row and whose network is new: the first one stays
as it was.
"""

from __future__ import annotations

from vpcedu.address import whole
from vpcedu.clock import SECOND
from vpcedu.flow import Endpoint
from vpcedu.hosts.client import Fetch
from vpcedu.network.link import Link
from vpcedu.network.network import Network
from vpcedu.network.record import Call
from vpcedu.network.vpc import Vpc
from vpcedu.protocols.http import request
from vpcedu.quoting import quoted
from vpcedu.sites.field import ipv4, is_numeric
from vpcedu.sites.visit import Visit
from vpcedu.trace import Capture

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vpcedu.hosts.host import Program
    from vpcedu.protocols.tcp import Connection
    from vpcedu.row import Row

LONGEST = 300 * SECOND  # a visit is cut off here; TCP gives a silent host up after 131 s
SCHEMES = {"http": 80, "https": 443}  # and their usual ports
LINGER = SECOND  # simulated on after the result, so that the connections can close


class Site:
    """A description, a seed, and the network made from both."""

    def __init__(self, vpc: Vpc, seed: int = 0, link: Link | None = None) -> None:
        self.vpc, self.seed = vpc, seed
        self.network = Network(vpc, seed, link)

    def __str__(self) -> str:
        from vpcedu.views.description import describe

        return describe(self.vpc)

    def _repr_mimebundle_(self, **formats: Any) -> dict[str, str]:
        """In a notebook: who is where, and every row."""
        return {"text/plain": str(self)}

    def get(
        self,
        url: str,
        opener: str = "client",
        headers: tuple[tuple[str, str], ...] = (),
        trust: str | None = "demonstration",
    ) -> Visit:
        """Have a host fetch a page, by https:// inside TLS.

        trust: a PEM file with the certificates that the host trusts; "demonstration": the course's
        own; None: none. ValueError where the URL is not http[s]://name[:port]/path or the name is
        unknown; Lacking for https where Python has no module ssl; OSError where the file
        cannot be read.
        """
        scheme, name, port, path = _parts(url)
        message = request("GET", path, name, *headers)
        if scheme == "http":
            return self.play(Call(opener, name, port, message))
        from vpcedu.protocols.tls import Client

        return self.play(Call(opener, name, port, message, Client(name, trust)))

    def connect(self, opener: str, name: str, port: int) -> Visit:
        """Have a host open a TCP connection to a name or address.

        It closes the connection again once it is open.
        """
        return self.play(Call(opener, name, port))

    def start_checks(self) -> None:
        """Have the balancer's nodes begin to check their targets.

        They go on for as long as the site is used.
        """
        for name in self.network.devices:
            self.network.do(name, "start_checks")

    def wait(self, microseconds: int) -> Capture:
        """Let time pass; returns what happened meanwhile."""
        network, capture = self.network, self.network.capture
        traces, events = len(capture.traces), len(capture.events)
        network.run(network.clock.now + microseconds)
        return capture.since(traces, events)

    def anew(self) -> Site:
        """The same site before any visit: what is simulated there is the same every time."""
        return self._with(self.vpc)

    def without(self, row: Row) -> Site:
        """The same site less one row of its description."""
        return self._with(self.vpc.without(row))

    def replace(self, row: Row, new: Row) -> Site:
        """The same site with one row changed."""
        return self._with(self.vpc.replace(row, new))

    def with_row(self, row: Row) -> Site:
        """The same site with one row more."""
        return self._with(self.vpc.with_row(row))

    def _with(self, vpc: Vpc) -> Site:
        return Site(vpc, self.seed, self.network.link.anew())

    def play(
        self,
        call: Call,
        program: Fetch | None = None,
        until: Callable[[Capture], bool] | None = None,
        longest: int = LONGEST,
    ) -> Visit:
        """Run a call until its result is known, and one second more.

        program: what the opener runs, instead of one that asks at once. until: told what was seen
        so far after each thing that happens; True ends the visit there. longest: microseconds after
        which a visit without a result is cut off. ValueError as in `open`.
        """
        begun = self.begin(call, program)
        clock = self.network.clock
        while (
            begun.program.result is None
            and clock.due is not None
            and clock.due - begun.at <= longest
        ):
            self.network.step()
            if until is not None and until(self.network.capture):
                return begun.visit()
        self.network.run(clock.now + LINGER)
        # nothing is due before that
        return begun.visit(longest if begun.program.result is None else None)

    def open(self, call: Call) -> Fetch:
        """Begin a call and return its program; `network.step()` then simulates one thing at a time.

        ValueError names an opener that is no host, or a name that is not known.
        """
        return self.begin(call).program

    def begin(self, call: Call, program: Fetch | None = None) -> Begun:
        """The same with any program; what comes next the caller runs.

        ValueError as in `open`.
        """
        network = self.network
        hosts = [name for name, device in network.devices.items() if device.is_host]
        if call.opener not in hosts:
            raise ValueError(
                f"opener {quoted(call.opener)}: expected a host, one of {', '.join(hosts)}"
            )
        if is_numeric(call.name):
            address = ipv4("host", call.name)
        else:
            address = network.names.resolve(call.name, network.in_service)
        program = program or Fetch(call.request, network.clock.now)
        outer: Program = program
        if call.tls is not None:
            from vpcedu.hosts.tls_end import TlsEnd

            call.tls.begin()  # says at once that there is no ssl, or no such file
            outer = TlsEnd(program, call.tls)
        begun = Begun(self, call, program)
        begun.connection = network.do(
            call.opener, "connect", Endpoint.parse(f"{address}:{call.port}"), outer
        )
        return begun


class Begun:
    """A call that has begun at an instant (microseconds), its program and its connection."""

    connection: Connection

    def __init__(self, site: Site, call: Call, program: Fetch) -> None:
        capture = site.network.capture
        self.site, self.call, self.program, self.at = site, call, program, site.network.clock.now
        self._before = len(capture.traces), len(capture.events)

    def visit(self, waited: int | None = None) -> Visit:
        """What was seen since it began; waited: microseconds, None: until now."""
        site, network = self.site, self.site.network
        return Visit(
            self.call,
            self.program.result,
            network.capture.since(*self._before),
            site.vpc,
            site.seed,
            network.clock.now - self.at if waited is None else waited,
        )


def _parts(url: str) -> tuple[str, str, int, str]:
    """Scheme, name, port and path of a URL."""
    scheme, _, rest = url.partition("://")
    place, _, path = rest.partition("/")
    name, colon, port = place.partition(":")
    number = whole(port, 65_535) if colon else SCHEMES.get(scheme)
    if scheme not in SCHEMES or not name or not number or " " in path:
        raise ValueError(
            f"{quoted(url)} is no URL this model can fetch: expected http://name/path, "
            "https://name/path, or name:port instead of the name"
        )
    return scheme, name, number, "/" + path
