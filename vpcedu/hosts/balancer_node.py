"""Balancer node: a host of a load balancer.

It knows its target groups, and checks them once it is asked to.
"""

from __future__ import annotations

from vpcedu.hosts.host import Host
from vpcedu.protocols.ports import ELASTIC_LOAD_BALANCING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.hosts.health_check import Groups


class BalancerNode(Host):
    """One node at one private address, with the target groups of its listeners."""

    managed = True

    def __init__(self, name: str, address: str, seed: int, groups: Groups) -> None:
        super().__init__(name, address, seed, ELASTIC_LOAD_BALANCING)
        self.groups: Groups = groups

    def start_checks(self, now: int) -> None:
        """Begin to check the targets, and never end."""
        self.groups.begin(self, now)

    @property
    def in_service(self) -> bool:
        """Whether DNS may answer with this node."""
        return self.groups.in_service
