"""Network interface (ENI) and subnet: where a device meets the VPC.

Security groups, connection tracking and the source/destination check belong to the interface; the
route table and the network ACL to its subnet. The public address is not here: only the Internet
gateway knows it. A device may have several interfaces in one zone; the first that a description
lists is its primary one. Source: EC2 user guide, "Elastic network interfaces". Left out: MAC
addresses.
"""

from __future__ import annotations

from vpcedu.row import NamedRow
from vpcedu.tables.tracking import DEFAULT, TrackingConfiguration

BIDIRECTIONAL, INGRESS = "block-bidirectional", "block-ingress"


class Interface(NamedRow):
    """A device's interface in a subnet.

    Its subnet's name, private address, group ids, source/destination check; a name of its own where
    the device's name does not say which; its secondary private addresses; and how it tracks
    connections.
    """

    device: str
    subnet: str
    address: str
    groups: tuple[str, ...] = ()
    check: bool = True
    name: str = ""
    secondary: tuple[str, ...] = ()
    tracking: TrackingConfiguration = DEFAULT

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every private address, the primary one first."""
        return (self.address, *self.secondary)

    def opening_from(self, address: str) -> Interface:
        """The interface with one of its addresses as the primary one: a host opens from there."""
        others = tuple(each for each in self.addresses if each != address)
        return self._replace(address=address, secondary=others) if self.secondary else self

    @property
    def id(self) -> str:
        """What tracking, rules and routes know it by: its own name, or else its device's."""
        return self.name or self.device

    def __str__(self) -> str:
        return f"{self.device}'s interface{self.name and ' ' + self.name}, {self.address}"


class DownState(NamedRow):
    """A device that takes and sends nothing, and the state that it is in: "stopped", "failed", ...

    A description has a row for each such device; without the row the device works.
    """

    name: str
    state: str

    @property
    def remedy(self) -> str:
        """What ends the state, in words."""
        stopped = self.name.startswith("i-") or self.state in ("stopped", "stopping")
        return f"{'start' if stopped else 'replace'} {self.name}"

    def __str__(self) -> str:
        return f"{self.name} is {self.state}"


class Subnet(NamedRow):
    """A block of addresses in one Availability Zone.

    It has the names of its network ACL and of the route table that is associated with it; None: the
    VPC's main one.
    """

    name: str
    cidr: str
    route_table: str | None
    network_acl: str
    zone: str = "a"


class BlockedAccess(NamedRow):
    """A subnet and its mode of VPC Block Public Access; a subnet without a row is free."""

    subnet: str
    mode: str

    def __str__(self) -> str:
        return f"{self.subnet} is in mode {self.mode}"
