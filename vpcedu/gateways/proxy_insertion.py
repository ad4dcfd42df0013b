"""PROXY header in a rewritten stream: bytes in front of the opener's first byte.

The opener never sent them.

A balancer that ends no connection cannot simply send a header of its own: it puts it before the
first data (or before the FIN, if there are none) of the opener, and from then on it corrects the
numbers of every segment: those of the opener are higher by the header's length, acknowledgments on
their way back lower. A segment that is sent again gets the header again, so nothing has to be
remembered but where the stream begins. That AWS does it so is inferred: it says that the header is
put before the TCP data, and that the connection is not ended.
"""

from __future__ import annotations

from vpcedu.flow import MODULUS
from vpcedu.packet import ACK, FIN, Packet
from vpcedu.row import NamedRow


class Insertion(NamedRow):
    """Bytes in front of a stream whose first byte has the sequence number `at`."""

    at: int
    data: bytes

    def there(self, packet: Packet) -> Packet:
        """A segment of the opener as the target is to see it."""
        offset = (packet.seq - self.at) % MODULUS
        if offset == 0 and (packet.data or packet.flags & FIN):
            return packet._replace(data=self.data + packet.data)
        if 0 < offset < MODULUS // 2:
            return packet._replace(seq=(packet.seq + len(self.data)) % MODULUS)
        return packet

    def back(self, packet: Packet) -> Packet:
        """A segment of the target as the opener is to see it."""
        offset = (packet.ack - self.at) % MODULUS
        if packet.flags & ACK and 0 < offset < MODULUS // 2:
            return packet._replace(ack=(packet.ack - min(offset, len(self.data))) % MODULUS)
        return packet
