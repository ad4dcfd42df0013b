"""vpcedu: how packets find their way through an AWS VPC, and back.

    from vpcedu import reference_architecture
    print(reference_architecture(balancer="network").get("http://www.example.com/"))

The core needs nothing but Python's standard library. Names are loaded when they are first used.
"""

from __future__ import annotations

__version__ = "0.1.0"
_PLACES = {
    "reference_architecture": "vpcedu.lab.reference",
    "reference_vpc": "vpcedu.lab.reference",
    "Site": "vpcedu.lab.site",
    "tls_site": "vpcedu.lab.tls_site",
    "Network": "vpcedu.network.network",
    "Link": "vpcedu.network.link",
    "Vpc": "vpcedu.network.vpc",
    "Packet": "vpcedu.packet",
    "FiveTuple": "vpcedu.flow",
    "Endpoint": "vpcedu.flow",
    "REASONS": "vpcedu.reasons",
}
__all__ = [
    "REASONS",
    "Endpoint",
    "FiveTuple",
    "Link",
    "Network",
    "Packet",
    "Site",
    "Vpc",
    "aws",
    "draw",
    "reference_architecture",
    "reference_vpc",
    "tls_site",
    "widgets",
]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu import aws, draw, widgets
    from vpcedu.flow import Endpoint, FiveTuple
    from vpcedu.lab.reference import reference_architecture, reference_vpc
    from vpcedu.lab.site import Site
    from vpcedu.lab.tls_site import tls_site
    from vpcedu.network.link import Link
    from vpcedu.network.network import Network
    from vpcedu.network.vpc import Vpc
    from vpcedu.packet import Packet
    from vpcedu.reasons import REASONS


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name in ("aws", "draw", "widgets", "lab"):
        return import_module(f"vpcedu.{name}")
    if name not in _PLACES:
        raise AttributeError(f"module 'vpcedu' has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
