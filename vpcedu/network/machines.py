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
    interfaces = tuple(row for each_vpc in vpc.everyone for row in each_vpc.interfaces)
    # of the primary interface
    addresses = {row.device: row.address for row in reversed(interfaces)}
    addresses.update(
        {row.device: row.address for each_vpc in vpc.everyone for row in each_vpc.outside}
    )
    more = {row.device: {"secondary": row.secondary} for row in interfaces if row.secondary}
    return {
        row.name: row.kind(
            row.name, addresses[row.name], seed, **more.get(row.name, {}), **dict(row.settings)
        )
        for each_vpc in vpc.everyone
        for row in each_vpc.devices
    }


def made_of(
    vpc: Vpc,
) -> list[tuple[tuple[Device, ...], tuple[OutsideHost, ...], list[tuple[str, str, Addresses]]]]:
    """All of a description that its machines are made of."""
    return [
        (
            each_vpc.devices,
            each_vpc.outside,
            [(row.device, row.address, row.secondary) for row in each_vpc.interfaces],
        )
        for each_vpc in vpc.everyone
    ]
