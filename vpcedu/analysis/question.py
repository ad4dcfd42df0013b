"""Question: does this end reach that one on this port, and with which request?

Also the ends and ports of a network that somebody may choose from for one.
"""

from __future__ import annotations

from vpcedu.quoting import quoted
from vpcedu.row import NamedRow
from vpcedu.sites.field import count

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.network.vpc import Vpc

SOMEONE = "internet"  # anyone there: an address that no narrower rule names
USUAL = (22, 80, 443)  # ports that are always offered
TCP, UDP = "tcp", "udp"  # protocols; no packet of the model is UDP


class Question(NamedRow):
    """Does this end reach that one on this port?

    host, path: what the request asks for, by which an Application Load Balancer's rules choose; "":
    the destination. protocol: TCP or UDP, of which nothing is simulated.
    """

    source: str
    destination: str
    port: int
    host: str = ""
    path: str = "/"
    protocol: str = TCP

    def __str__(self) -> str:
        return f"{self.source} to {self.destination}, {self.protocol.upper()} port {self.port}"


def checked(question: Question) -> None:
    """ValueError for what is no port, and for what cannot be the word for an end."""
    port = question.port
    count("port", port, 1, 65_535)
    if question.protocol not in (TCP, UDP):
        raise ValueError(f"protocol {quoted(question.protocol)}: expected {TCP} or {UDP}")
    for word in (question.source, question.destination):
        if not isinstance(word, str) or not word:
            raise ValueError(f"end {quoted(word)}: expected a name, an id, an address or {SOMEONE}")
    for word, value in (("host", question.host), ("path", question.path)):
        if not (isinstance(value, str) and value.isascii() and value.isprintable()) or " " in value:
            raise ValueError(f"{word} {quoted(value)}: expected ASCII letters without a blank")
    if not question.path.startswith("/"):
        raise ValueError(f"path {quoted(question.path)}: expected one that begins with /")


def sources(vpc: Vpc) -> tuple[str, ...]:
    """Who may ask: everybody on the Internet, and every device that opens connections."""
    devices = (device for part in vpc.everyone for device in part.devices if device.kind.is_host)
    return (SOMEONE, *(device.name for device in devices if device.name != SOMEONE))


def destinations(vpc: Vpc) -> tuple[str, ...]:
    """Who may be asked: devices, balancers (of several names the shortest), and the Internet."""
    names: dict[tuple[str, ...], str] = {}
    for record in sorted(
        (name for part in vpc.everyone for name in part.names),
        key=lambda name: -len(name.name),
    ):
        names[record.addresses] = record.name
    devices = (device.name for part in vpc.everyone for device in part.devices)
    return (*(name for name in devices if name != SOMEONE), *names.values(), SOMEONE)


def ports(vpc: Vpc) -> tuple[int, ...]:
    """Ports that rules and listeners name, and the usual ones."""
    ends = (rule.ports for part in vpc.everyone for rule in part.group_rules)
    named = {first for first, last in ends if first == last}
    named |= {listener.port for part in vpc.everyone for listener in part.listeners}
    return tuple(sorted({*named, *USUAL} - {0}))


def home_of(vpc: Vpc, device: str) -> Vpc:
    """The VPC that a device's interface is in; the first one where it has none."""
    return next(
        (
            each_vpc
            for each_vpc in vpc.everyone
            if any(interface.device == device for interface in each_vpc.interfaces)
        ),
        vpc,
    )
