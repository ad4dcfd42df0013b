"""Machines: what a network makes of the devices in its description.

What they are made of therefore stays the same while the network is in motion.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.device import Device, Machine
    from vpcedu.network.vpc import OutsideHost, Vpc

    Addresses = tuple[str, ...]


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
    return {
        device.name: device.kind(
            device.name,
            addresses[device.name],
            seed,
            **more.get(device.name, {}),
            **dict(device.settings),
        )
        for each_vpc in vpc.everyone
        for device in each_vpc.devices
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
