"""Kinds: what is known of a device from the files, and the class that stands for it.

Nobody knows what runs on an instance: it is a host that listens on every TCP port. One that a route
to the Internet leads to is a NAT instance too; what one does with packets for private blocks (a
VPN, a firewall) is not guessed. An interface of a service (a database, a function) is a host of its
own, unless a route leads to it.
"""

from __future__ import annotations

from vpcedu.address import is_private
from vpcedu.aws.answers import Answers
from vpcedu.network.vpc import Device

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.aws.leg import InterfaceLeg
    from vpcedu.aws.located import At

FAR_SIDES = (
    "gateway_load_balancer_endpoint",
    "gateway_load_balancer",
    "transit_gateway",
    "global_accelerator_managed",
)
FAR_ENDPOINTS = (
    "GatewayLoadBalancer",
    "Resource",
    "ServiceNetwork",
)  # what is behind them no file tells


def instance(
    answers: Answers,
    leg: InterfaceLeg,
    made: dict[str, Device],
    targets: dict[str, list[str]],
) -> None:
    """A host; a NAT instance too where a route leads to one of its interfaces.

    targets: the destinations of routes.
    """
    own = leg.interface
    if not own.groups:
        answers.lacks(
            own.address,
            f"no file says which security groups {own.name or own.device} has",
            "ec2 describe-network-interfaces",
        )
    primary = own.device not in made  # a route to an instance leads to its primary interface
    routed = [*targets.get(own.name, ()), *(targets.get(own.device, ()) if primary else ())]
    if routed:
        from vpcedu.aws.nat_server import NatServer

        inner = tuple(dict.fromkeys(cidr for cidr in routed if is_private(cidr.partition("/")[0])))
        made[own.device] = Device(own.device, NatServer, (("beyond", inner),) if inner else ())
        if len(inner) < len(routed):
            answers.notes.add(
                "inferred",
                leg.at,
                f"{own.device} is a NAT instance, because a route leads to it"
                + ("; but its source/destination check is on" if own.check else ""),
            )
        for cidr in inner:
            answers.notes.add(
                "beyond",
                leg.at,
                f"{own.device} gets what is for {cidr}: what it does then is unknown",
            )
    elif primary:
        made[own.device] = Device(own.device, _host_class())
        answers.notes.add("inferred", leg.at, "which ports instances listen on: every TCP port")


def service(answers: Answers, leg: InterfaceLeg, made: dict[str, Device], routed: bool) -> None:
    """Make the device of an interface that is no instance's.

    It is a service's, an endpoint's, or one of something whose far side nobody described.
    """
    name, words = leg.interface.name, leg.description or leg.kind
    ends = answers.of_vpc("VpcEndpoints", name, _interfaces).values()
    far = any(row.text("VpcEndpointType", "") in FAR_ENDPOINTS for row in ends)
    if leg.kind in FAR_SIDES or routed or far:
        from vpcedu.gateways.undescribed import Beyond

        made[name] = Device(name, Beyond)
        answers.notes.add("beyond", leg.at, f"{name} ({words}): what lies beyond it is unknown")
    elif leg.kind == "vpc_endpoint" or words.startswith("VPC Endpoint"):
        from vpcedu.aws.outward.endpoints import InterfaceEndpoint

        made[name] = Device(name, InterfaceEndpoint)
        answers.notes.add(
            "inferred",
            leg.at,
            f"{name} ({words}): its service accepts connections on every TCP port",
        )
    else:
        made[name] = Device(name, _host_class())
        answers.notes.add(
            "inferred", leg.at, f"{name} ({words}): a host that listens on every TCP port"
        )


def _interfaces(endpoint: At) -> tuple[str, ...]:
    """The interfaces of an endpoint."""
    return endpoint.texts("NetworkInterfaceIds")


def _host_class() -> type:
    from vpcedu.hosts.any_server import AnyServer

    return AnyServer


def nat_gateway() -> type:
    """The class of NAT gateways."""
    from vpcedu.gateways.nat_gateway import NatGateway

    return NatGateway
