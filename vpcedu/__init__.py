"""vpcedu: how packets find their way through an AWS VPC, and back.

    from vpcedu import reference_architecture
    print(reference_architecture(balancer="network").get("http://www.example.com/"))

The core needs nothing but Python's standard library. Names are loaded when they are first used.
"""

from __future__ import annotations

from vpcedu.facade import lazy
from vpcedu.version import VERSION

__version__ = VERSION
__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        "": ("aws", "draw", "lab", "widgets"),
        "flow": ("Endpoint", "FiveTuple"),
        "sites.reference": ("reference_architecture", "reference_vpc"),
        "sites.site": ("Site",),
        "sites.reference_tls": ("tls_site",),
        "network.link": ("Link",),
        "network.network": ("Network",),
        "network.vpc": ("Vpc",),
        "packet": ("Packet",),
        "reasons": ("REASONS",),
    },
)
