"""Offered: the ends and ports of a network that somebody may choose for a question."""

from __future__ import annotations

from vpcedu.analysis.ends import SOMEONE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.network.vpc import Vpc

USUAL = (22, 80, 443)  # ports that are always offered


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
