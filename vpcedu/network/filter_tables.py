"""Filter tables: what the checkpoints of a network read and write.

They are rules, ACLs, tracked flows, and the balancers' nodes. Rules, ACLs and nodes follow from the
description and are made anew when it changes; what is tracked stays.
"""

from __future__ import annotations

from vpcedu.network.interface import Interface
from vpcedu.tables.network_acl import AclEntry, NetworkAcl
from vpcedu.tables.security_group import IN, OUT, RuleSet, RuleSets
from vpcedu.tables.tracking import Tracking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.clock import Clock
    from vpcedu.device import Machine
    from vpcedu.network.vpc import Vpc


def acls_of(vpc: Vpc) -> dict[str, NetworkAcl]:
    """The network ACLs of a VPC's entries and subnets, by their name."""
    entries: dict[str, list[AclEntry]] = {subnet.network_acl: [] for subnet in vpc.subnets}
    for entry in vpc.acl_entries:
        entries.setdefault(entry.acl, []).append(entry)
    return {name: NetworkAcl(name, tuple(rows)) for name, rows in entries.items()}


class FilterTables:
    """The filters of all interfaces and subnets.

    beyond_drops: only on a copy of a network, where filters that drop let the packet go on, to find
    every blocker.
    """

    def __init__(self, devices: dict[str, Machine], clock: Clock) -> None:
        self.devices, self.clock = devices, clock
        self.tracking: dict[str, Tracking] = {}  # by interface
        self.beyond_drops = False

    def compile(self, vpc: Vpc) -> None:
        """Make what follows from the description, and let interfaces track as it says."""
        self.acls: dict[str, NetworkAcl] = {}
        self.states = {row.name: row for each_vpc in vpc.everyone for row in each_vpc.states}
        self.rules: dict[tuple[str, str], RuleSet] = {}
        for each_vpc in vpc.everyone:
            acls = acls_of(each_vpc)
            self.acls |= {subnet.name: acls[subnet.network_acl] for subnet in each_vpc.subnets}
            rules = RuleSets(each_vpc.group_rules)
            self.rules |= {
                (interface.id, direction): rules.of(interface.groups, direction)
                for interface in each_vpc.interfaces
                for direction in (IN, OUT)
            }
        interfaces = [interface for each_vpc in vpc.everyone for interface in each_vpc.interfaces]
        for interface in interfaces:
            if interface.groups:
                self.tracking.setdefault(interface.id, Tracking()).configure(interface.tracking)
        nodes = ((interface, self.devices[interface.device]) for interface in interfaces)
        self.balancers = tuple((interface, node) for interface, node in nodes if node.returns_flows)

    def balances(self, interface: Interface) -> bool:
        """Whether an interface is that of a node to which flows return."""
        return any(node == interface for node, _ in self.balancers)

    def nodes_beside(self, interface: Interface) -> bool:
        """Whether there is a node to which flows may return from an interface."""
        return any(node != interface for node, _ in self.balancers)

    def tracked_through(self, *places: Interface | None) -> tuple[tuple[int, int], ...] | None:
        """(protocol, idle timeout) where flows through these interfaces are always tracked.

        That is so where the device of one of the interfaces asks for it; else None.
        """
        devices = (self.devices[place.device] for place in places if place is not None)
        return next(
            (device.always_tracked for device in devices if device.always_tracked is not None), None
        )
