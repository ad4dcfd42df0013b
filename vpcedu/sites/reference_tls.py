"""The reference site with a listener on port 443: where does TLS end?

At a balancer that ends it (Classic HTTPS and SSL listeners, Application HTTPS listener), which
hands plain bytes to the web server's port 80; or at the web server itself, behind a TCP listener
that hands TLS on as it is. A site of its own, because the reference site is the one of the
question, with port 80 alone: its groups, its listeners and every text made from them stay as they
are. The certificate is the course's demonstration.
"""

from __future__ import annotations

from vpcedu.flow import Endpoint
from vpcedu.network.vpc import Device, Vpc
from vpcedu.protocols.tls import DEMONSTRATION
from vpcedu.quoting import quoted
from vpcedu.sites.reference import WEB, reference_vpc
from vpcedu.sites.site import Site
from vpcedu.tables.security_group import IN, OUT, GroupRule
from vpcedu.tables.target_group import Listener, TargetGroup
from vpcedu.tables.traffic import ANYWHERE

# By name: the balancer of the reference site, the listener's protocol, the port at the web server.
TLS_BALANCERS = {
    "classic-https": ("classic-http", "HTTPS", 80),
    "classic-ssl": ("classic-tcp", "SSL", 80),
    "classic-tcp": ("classic-tcp", "TCP", 443),
    "application": ("application", "HTTPS", 80),
    "network": ("network", "TCP", 443),
}
GROUP_RULES = (
    GroupRule("sg-balancer", IN, (443, 443), ANYWHERE),
    GroupRule("sg-balancer", OUT, (443, 443), "sg-web"),
    GroupRule("sg-web", IN, (443, 443), "sg-balancer"),
)


def tls_vpc(balancer: str = "classic-https", nat: str = "instance") -> Vpc:
    """The description of the site; ValueError names an unknown balancer or NAT."""
    if balancer not in TLS_BALANCERS:
        raise ValueError(f"balancer {quoted(balancer)}: expected one of {', '.join(TLS_BALANCERS)}")
    kind, protocol, port = TLS_BALANCERS[balancer]
    vpc = reference_vpc(kind, nat)
    listener = Listener(
        protocol,
        443,
        TargetGroup(f"web servers, {port}", (Endpoint(WEB, port),)),
        None if protocol == "TCP" else DEMONSTRATION,
    )
    changed: Vpc = vpc._replace(
        devices=tuple(_with_tls(device, listener) for device in vpc.devices),
        group_rules=vpc.group_rules + GROUP_RULES,
    )
    return changed


def tls_site(balancer: str = "classic-https", nat: str = "instance", seed: int = 0) -> Site:
    """The site, ready for `get("https://www.example.com/")`.

    balancer: classic-https, classic-ssl, application (the balancer ends TLS), classic-tcp, network
    (web ends it). nat: instance or gateway. seed: decides ports and numbers, but not the bytes
    inside TLS. ValueError names a wrong value.
    """
    return Site(tls_vpc(balancer, nat), seed)


def _with_tls(device: Device, listener: Listener) -> Device:
    """A balancer gets one more listener; web ends TLS itself where the listener does not."""
    settings = dict(device.settings)
    if "listeners" in settings:
        settings["listeners"] = (*settings["listeners"], listener)
    elif device.name == "web" and listener.certificate is None:
        settings["certificates"] = ((443, DEMONSTRATION),)
    return device._replace(settings=tuple(settings.items()))
