"""Any server: a web server on every TCP port, for a host whose open ports nobody knows.

Descriptions of a network say what may reach a host, never what runs there.
"""

from __future__ import annotations

from vpcedu.hosts.web_server import WebServer
from vpcedu.packet import ACK, SYN, Packet
from vpcedu.trace import Step


class AnyServer(WebServer):
    """A host that accepts connections on every port."""

    kind_words = "host, every TCP port"
    any_port = True

    def handle(self, packet: Packet, now: int) -> Step:
        """As any host, and where a connection is to be opened, listen first."""
        if packet.flow.dport not in self.listeners and packet.flags & (SYN | ACK) == SYN:
            self.listen(packet.flow.dport, self)
        return super().handle(packet, now)
