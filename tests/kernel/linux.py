"""Linux as a balancer: destination NAT by conntrack, whose way back is a route and nothing else."""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.gateways.nat_gateway import Ports
from vpcedu.packet import ACK, SYN, Endpoint, FiveTuple, Packet
from vpcedu.reasons import NO_FLOW
from vpcedu.tables.translation import Translations
from vpcedu.trace import DROP, PASS, Step, rewrote


class DestinationNat:
    """A Linux host that forwards ports: (port, target, whether the client's address is kept)."""

    def __init__(self, name: str, address: str, seed: int = 0,
                 forwards: tuple[tuple[int, Endpoint, bool], ...] = ()) -> None:
        self.name, self.address = name, address
        self.forwards = {port: (target, preserve) for port, target, preserve in forwards}
        self.rows = Translations(432_000 * SECOND)
        self.ports = Ports(address, 1_024, 65_535, 65_535, seed)

    def handle(self, packet: Packet, now: int) -> Step:
        flow = packet.flow
        row = self.rows.use(flow, now)
        if row is None and flow.dst == self.address and flow.dport in self.forwards and packet.flags & (SYN | ACK) == SYN:
            target, preserve = self.forwards[flow.dport]
            after = flow._replace(dst=target.address, dport=target.port)
            if not preserve:
                port = self.ports.take(target, wish=flow.sport)
                after = FiveTuple(self.address, port, *after[2:])
            row = self.rows.add(flow, after, now)
        if row is None:
            if flow.dst == self.address:
                return Step(now, self.name, "deliver", DROP, packet, None, None, NO_FLOW, (packet.reset(),))
            return Step(now, self.name, "translation", PASS, packet, packet)
        return rewrote(now, self.name, "translation", packet, packet.with_flow(row.onward(flow)), row)
