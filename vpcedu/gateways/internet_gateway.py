"""Internet gateway: a stateless 1:1 exchange of addresses at the edge of the VPC.

Outbound it replaces the private source by the public address of its interface; inbound it replaces
the public destination by the private address. Ports stay. It needs BOTH a public address and a
route that leads here, and keeps no state. A host never learns its public address. Packets to
private addresses are rejected. In an ICMP error the address that it quotes is exchanged too
(inferred: path MTU discovery works through it). VPC Block Public Access drops here, see
`network.blocked_access`. Sources: VPC user guide, "Internet gateways" (that ports stay follows from
"one-to-one"); Reachability Analyzer guide, "Explanation codes".
"""

from __future__ import annotations

from vpcedu.address import is_global
from vpcedu.device import Machine
from vpcedu.flow import FiveTuple
from vpcedu.packet import Packet
from vpcedu.reasons import (
    NO_PUBLIC_ADDRESS,
    PRIVATE_DESTINATION,
    PUBLIC_ACCESS_BLOCKED,
    Reason,
)
from vpcedu.row import NamedRow
from vpcedu.trace import DROP, Step, rewrote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from vpcedu.row import Row

_new = tuple.__new__  # quicker than the class's own call


class Association(NamedRow):
    """A public or Elastic IP address and the private address that it stands for."""

    public: str
    private: str

    def __str__(self) -> str:
        return f"{self.public} <> {self.private}"


class InternetGateway(Machine):
    """The 1:1 map, by private and by public address; it has no address of its own."""

    kind_words = "Internet gateway"

    def __init__(
        self, name: str, associations: tuple[Association, ...], blocked: Mapping[str, Row]
    ) -> None:
        super().__init__(name, "")
        self.blocked = blocked
        self.by_private = {association.private: association for association in associations}
        self.by_public = {association.public: association for association in associations}

    def handle(self, packet: Packet, now: int) -> Step:
        """Drop a packet to a private or shared address; else rewrite an address.

        The source is looked up first: a packet from inside to a public address of this
        VPC gets its public source, and turns round here for its second rewriting. A
        private source without a public address is dropped.
        """
        flow = packet.flow
        if not is_global(flow.dst):
            return self._drop(packet, PRIVATE_DESTINATION, now)
        row = self.by_private.get(flow.src)
        if row is not None:
            after = packet.with_flow(_new(FiveTuple, (row.public, *packet.about[1:])))
            return self._rewrote(packet, after, row, now)
        row = self.by_public.get(flow.dst)
        if row is not None and is_global(flow.src):
            src, sport, _, *rest = packet.about
            after = packet.with_flow(_new(FiveTuple, (src, sport, row.private, *rest)))
            return self._rewrote(packet, after, row, now)
        return self._drop(packet, NO_PUBLIC_ADDRESS, now)

    def _rewrote(self, packet: Packet, after: Packet, row: Association, now: int) -> Step:
        blocked = self.blocked.get(row.private)
        if blocked is not None:
            return self._drop(packet, PUBLIC_ACCESS_BLOCKED, now, blocked)
        return rewrote(now, self.name, "address map", packet, after, row)

    def _drop(self, packet: Packet, reason: Reason, now: int, row: Row | None = None) -> Step:
        return Step(now, self.name, "address map", DROP, packet, None, row, reason)
