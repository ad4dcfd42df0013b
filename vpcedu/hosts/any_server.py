"""Any server: a web server on every TCP port, for a host whose open ports nobody knows.

Descriptions of a network say what may reach a host, never what runs there. So it also reads the
header of the PROXY protocol where one comes first, and whoever asks it says that this is assumed.
"""

from __future__ import annotations

from vpcedu.hosts.web_server import WebServer
from vpcedu.packet import ACK, SYN, Packet
from vpcedu.protocols.proxy_protocol import after_header
from vpcedu.trace import Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.hosts.host import Host
    from vpcedu.protocols.tcp import Connection


class AnyServer(WebServer):
    """A host that accepts connections on every port."""

    kind_words = "host, every TCP port"
    any_port = True

    def handle(self, packet: Packet, now: int) -> Step:
        """As any host, and where a connection is to be opened, listen first."""
        if packet.flow.dport not in self.listeners and packet.flags & (SYN | ACK) == SYN:
            self.listen(packet.flow.dport, self)
        return super().handle(packet, now)

    def _read(self, host: Host, connection: Connection, data: bytes, now: int) -> None:
        first = connection not in self._buffers
        super()._read(host, connection, after_header(data) if first else data, now)
