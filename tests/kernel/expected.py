"""The differences between model and kernel that are known, each with its reason.

A scenario that stands here must differ; one that does not must agree. "Not built yet" names the
issue that ends it.
"""

from __future__ import annotations

from .compare import Expected

EXPECTED: dict[str, Expected] = {}

# Where AWS and Linux do different things, the package has both, each under its own name.
RULES: tuple[tuple[str, str, str, str], ...] = (
    # behaviour, Linux (held against the kernel), AWS (from its documents), what a lesson shows
    (
        "way back of a balancer that keeps the client's address",
        "NatInstance with listeners: only a route leads back",
        "NetworkLoadBalancer: the flow leads back, whatever the route says",
        "AWS",
    ),
    (
        "a NAT's port",
        "NatInstance: the opener's own where it is free",
        "NatGateway: one of its own",
        "AWS",
    ),
    (
        "a NAT meets a packet in mid-stream that it does not know",
        "NatInstance: opens a row again, or forwards it as it is; RST with `loose` off",
        "NatGateway: RST to the inside after its idle timeout, nothing to the outside",
        "AWS",
    ),
    ("a NAT's patience", "NatInstance: 432,000 s", "NatGateway: 350 s", "AWS"),
)
