"""New connection: its first number, and when its SYN may replace a connection in TIME-WAIT.

The first sequence number comes from a clock of 4 microseconds plus a keyed hash of the four
addresses and ports (RFC 9293 section 3.4.1). A SYN may follow a connection in TIME-WAIT where its
number is above all that were received; the new connection's own number is then above all that were
sent (section 3.6.1, MAY-2). Any other SYN is answered with ACK, by the RFC's letter (section
3.10.7.4 first and fourth) and as in Linux; FreeBSD drops it.

Left out: a SYN with a lower number that a later timestamp lets in (RFC 6191), and the return to
TIME-WAIT where the SYN turns out to be an old duplicate.
"""

from __future__ import annotations

from vpcedu.flow import MODULUS
from vpcedu.protocols.tcb import ahead
from vpcedu.protocols.tcp_states import TIME_WAIT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.packet import Packet
    from vpcedu.protocols.tcp import Connection


def may_follow(old: Connection, packet: Packet) -> bool:
    """Whether a SYN may take the place of this connection."""
    return old.state == TIME_WAIT and ahead(packet.seq, old.rcv_nxt) > 0


def first_number(key: int, now: int, old: Connection | None) -> int:
    """The first sequence number of a new connection.

    key: the hash; now: microseconds; old: the connection that it replaces.
    """
    number = (key + now // 4) % MODULUS
    return (
        (old.snd_nxt + 1) % MODULUS
        if old is not None and ahead(number, old.snd_nxt) <= 0
        else number
    )
