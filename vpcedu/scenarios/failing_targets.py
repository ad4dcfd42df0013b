"""Failing targets: who is asked, and from which address.

They also show what a proxy or a rewriting balancer makes of that address.
"""

from __future__ import annotations

from vpcedu.analysis.ends import target_groups
from vpcedu.clock import SECOND
from vpcedu.hosts.host import Host
from vpcedu.network.record import Call
from vpcedu.scenarios.scenario import Scenario, fetched, first_failure, whole, with_settings
from vpcedu.sites.parts import PAGE
from vpcedu.sites.programs import Stay
from vpcedu.sites.reference import TARGETS, reference_architecture
from vpcedu.sites.several_zones import public_address, zones_site
from vpcedu.sites.site import Site
from vpcedu.sites.visit import Visit
from vpcedu.tables.security_group import IN, GroupRule

TIMED_OUT = "timed out after 131 s"
HIDDEN = TARGETS._replace(preserve_client_ip=False)

# 3: a target that is its own client.


def hairpin() -> Site:
    """A Network Load Balancer whose only target may call it."""
    return reference_architecture("network")


def to_the_node(site: Site) -> Visit:
    """web asks the balancer at its private address."""
    return site.get("http://10.0.0.30/", opener="web")


def again_and_again(site: Site) -> Visit:
    """web a asks the balancer at its private address up to eight times."""
    return first_failure(site.get("http://10.0.0.30/", opener="web a") for _ in range(8))


def hidden_in_zones(site: Site) -> Site:
    """The same with the client's address hidden from the targets."""
    group = target_groups(site.vpc.listeners)[0]
    return site.replace(group, group._replace(preserve_client_ip=False))


# 4: checks come from the balancer.

FROM_BALANCER = GroupRule("sg-web", IN, (80, 80), "sg-balancer")
FROM_CLIENTS = GroupRule("sg-web", IN, (80, 80), "203.0.113.0/24")


def narrowed(balancer: str) -> Site:
    """The targets' group lets the clients' addresses in, and nobody else."""
    return reference_architecture(balancer).replace(FROM_BALANCER, FROM_CLIENTS)


def checked_first(site: Site) -> Visit:
    """A client comes when the checks have gone on for 80 s."""
    site.start_checks()
    site.wait(80 * SECOND)
    return whole(site, site.get(PAGE))


# 14: a zone without a healthy target.


def one_zone_down() -> Site:
    """Three zones, cross-zone off; the web server of the third does not listen."""
    return with_settings(zones_site("abc"), "web c", listens=())


def pinned(site: Site) -> Visit:
    """A client that pins the address of the third zone's node; the checks have gone on for 80 s."""
    site.start_checks()
    site.wait(80 * SECOND)
    return whole(site, site.get(f"http://{public_address('c')}/"))


def cross_zone(site: Site) -> Site:
    """Cross-zone load balancing on at every node."""
    for zone in "abc":
        site = with_settings(site, f"NLB node {zone}", cross_zone=True)
    return site


# 17: one source port to two nodes.


def two_nodes_one_port() -> Site:
    """Two zones with one target; the client has one port left, as behind a NAT."""
    return with_settings(zones_site("ab", "a", cross_zone=True), "client", ports=(50_000, 50_000))


def both_nodes(site: Site) -> Visit:
    """A connection to the first node that stays open; then one to the second."""
    site.begin(Call("client", public_address("a"), 80), Stay(0))
    site.wait(SECOND)
    return site.get(f"http://{public_address('b')}/")


# 18: the handshake was with the proxy.


def nobody_listens() -> Site:
    """A TCP listener whose target's server is down."""
    return with_settings(reference_architecture("classic-tcp"), "web", Host)


SCENARIOS = (
    Scenario(
        "target-calls-itself",
        3,
        "curl to the internal Network Load Balancer hangs only from its own target: the "
        "target gets packets with its own address as the source.",
        hairpin,
        to_the_node,
        TIMED_OUT,
        "web, deliver: own source",
        (),
        lambda site: site.replace(TARGETS, HIDDEN),
        "the client's address is not preserved",
    ),
    Scenario(
        "one-call-of-several-hangs",
        3,
        "From one of the targets some calls to the balancer hang and others work. A call "
        "hangs when the balancer hands it to the caller itself.",
        lambda: zones_site("ab", cross_zone=True),
        again_and_again,
        TIMED_OUT,
        "web a, deliver: own source",
        (),
        hidden_in_zones,
        "the client's address is not preserved",
    ),
    Scenario(
        "clients-in-checks-out",
        4,
        "The target's security group allows the clients, but the health checks fail: they "
        "come from the balancer's own address. The page still comes: without a healthy "
        "target all targets are used.",
        lambda: narrowed("network"),
        checked_first,
        "works",
        "web, group in: group in",
        ("10.0.1.10:80 unhealthy (timed out)",),
        lambda site: site.replace(FROM_CLIENTS, FROM_BALANCER),
        "the security group allows the balancer",
    ),
    Scenario(
        "clients-in-proxy-out",
        4,
        "The same with an Application Load Balancer: health checks and requests both fail, "
        "because both come from its address.",
        lambda: narrowed("application"),
        checked_first,
        "504 Gateway Timeout",
        "web, group in: group in",
        ("10.0.1.10:80 unhealthy (timed out)", "504"),
        lambda site: site.replace(FROM_CLIENTS, FROM_BALANCER),
        "the security group allows the balancer",
    ),
    Scenario(
        "one-address-fails",
        14,
        "One of a balancer's three addresses always fails: its zone has no healthy target, "
        "and cross-zone is off. DNS stops answering with it, but a client that pins the "
        "address does not notice.",
        one_zone_down,
        pinned,
        "refused",
        "NLB node c: target health: 10.0.5.10:80: initial -> unhealthy",
        ("10.0.5.10:80 unhealthy (refused)",),
        cross_zone,
        "cross-zone load balancing is on",
    ),
    Scenario(
        "one-port-to-two-nodes",
        17,
        "A second connection from the same port, to another node of the balancer, times "
        "out: the target takes both for one connection.",
        two_nodes_one_port,
        both_nodes,
        TIMED_OUT,
        "web a, deliver: SYN for a connection that is ESTABLISHED already (203.0.113.10:50000",
        (),
        hidden_in_zones,
        "the client's address is not preserved",
    ),
    Scenario(
        "connected-then-closed",
        18,
        "The target is down, but the client is connected and then closed: its handshake "
        "was with the proxy.",
        nobody_listens,
        fetched(),
        "closed",
        "web, deliver: port closed",
    ),
)
