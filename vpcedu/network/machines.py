"""Machines: what a network makes of the devices in its description.

What they are made of therefore stays the same while the network is in motion.

An interface of a VPC carries packets of 9,001 bytes, the Internet of 1,500 (EC2 user guide,
"Network MTU"), and a SYN offers what fits. So between two hosts of the VPC segments are large, and
towards the Internet the other end's 1,460 decides. Left out: that a NAT gateway lowers what a SYN
offers, and its own MTU of 8,500; links in between that carry less are for Link to say.
"""

from __future__ import annotations

from vpcedu.gateways.internet_gateway import InternetGateway
from vpcedu.network.blocked_access import blocked_addresses

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.device import Device, Machine
    from vpcedu.network.vpc import OutsideHost, Vpc

    Addresses = tuple[str, ...]


VPC_MTU = 9_001  # bytes


def machines(vpc: Vpc, seed: int) -> dict[str, Machine]:
    """Each device of the description at its address, by its name."""
    interfaces = tuple(interface for each_vpc in vpc.everyone for interface in each_vpc.interfaces)
    # of the primary interface
    addresses = {interface.device: interface.address for interface in reversed(interfaces)}
    addresses.update(
        {host.device: host.address for each_vpc in vpc.everyone for host in each_vpc.outside}
    )
    more = {
        interface.device: {"secondary": interface.secondary}
        for interface in interfaces
        if interface.secondary
    }
    made: dict[str, Machine] = {
        device.name: device.kind(
            device.name,
            addresses[device.name],
            seed,
            **(more.get(device.name, {}) if device.kind.uses_secondary else {}),
            **dict(device.settings),
        )
        for each_vpc in vpc.everyone
        for device in each_vpc.devices
    }
    for interface in interfaces:
        made[interface.device].attach(VPC_MTU)
    return made


def gateways(vpc: Vpc) -> dict[str, InternetGateway]:
    """The Internet gateway of each VPC that has one, by its name; it keeps no state."""
    return {
        each.internet_gateway: InternetGateway(
            each.internet_gateway, each.associations, blocked_addresses(each)
        )
        for each in vpc.everyone
        if each.internet_gateway
    }


def made_of(
    vpc: Vpc,
) -> list[tuple[tuple[Device, ...], tuple[OutsideHost, ...], list[tuple[str, str, Addresses]]]]:
    """All of a description that its machines are made of."""
    return [
        (
            each_vpc.devices,
            each_vpc.outside,
            [
                (interface.device, interface.address, interface.secondary)
                for interface in each_vpc.interfaces
            ],
        )
        for each_vpc in vpc.everyone
    ]
