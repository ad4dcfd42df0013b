"""What `tcpdump -n` prints: the packets that one machine's interface saw, a line each.

The form is that of tcpdump 4.99. Sequence and acknowledgment numbers are relative to the first of
their connection, but for SYNs; the time of day begins at midnight with the simulation. A packet
that a security group or network ACL refused on its way in is not there: on AWS both stand outside
the machine. One that they refuse on its way out is there. Windows are those of the model, which
scales none.
"""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.flow import MODULUS, FiveTuple
from vpcedu.icmp import FRAGMENTATION_NEEDED, HOST, NET, PORT, SIZE
from vpcedu.packet import ACK, FIN, RST, SYN, Packet, flags_text, option_text
from vpcedu.views.bytes.pcap_write import seen_at
from vpcedu.views.machine.printed import Printed, machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.views.machine.printed import Seen

HTTP_PORTS = (80, 8080, 3128)  # of whose data tcpdump shows the first line
METHODS = (b"GET ", b"HEAD ", b"POST ", b"PUT ", b"DELETE ", b"HTTP/")
Numbers = dict[FiveTuple, tuple[int, int]]  # of each way, what is taken from SEQ and ACK


def tcpdump(seen: Seen, host: str) -> Printed:
    """What `tcpdump -n` prints on a machine; ValueError names one that is not known."""
    name = machine(seen, host).name
    numbers: Numbers = {}
    rows = seen_at(seen.capture, name, known=(name,))
    return Printed(name, "tcpdump -n", tuple(_line(at, row, numbers) for at, _, row in rows))


def _line(at: int, packet: Packet, numbers: Numbers) -> str:
    minutes, seconds = divmod(at // SECOND, 60)
    time = f"{minutes // 60 % 24:02}:{minutes % 60:02}:{seconds:02}.{at % SECOND:06}"
    flow = packet.flow
    if packet.icmp is not None:
        return f"{time} IP {flow.src} > {flow.dst}: {_error(packet)}, length {SIZE - 20}"
    return (
        f"{time} IP {flow.src}.{flow.sport} > {flow.dst}.{flow.dport}: {_segment(packet, numbers)}"
    )


def _segment(packet: Packet, numbers: Numbers) -> str:
    flow, flags, length = packet.flow, packet.flags, len(packet.data)
    seq, ack = _relative(packet, numbers)
    words = [f"Flags [{flags_text(flags)}]"]
    if length or flags & (SYN | FIN | RST):
        words.append(f"seq {seq}:{seq + length}" if length else f"seq {seq}")
    if flags & ACK:
        words.append(f"ack {ack}")
    words.append(f"win {packet.window}")
    if packet.options:
        words.append(f"options [{','.join(map(option_text, packet.options))}]")
    words.append(f"length {length}")
    return ", ".join(words) + _http(packet, (flow.sport, flow.dport))


def _relative(packet: Packet, numbers: Numbers) -> tuple[int, int]:
    """SEQ and ACK as tcpdump shows them (print-tcp.c).

    The first segment with ACK of a conversation, or a later SYN,ACK, is shown as it is, and what
    follows is counted from there.
    """
    seq, ack, flow = packet.seq, packet.ack, packet.flow
    if not packet.flags & ACK:
        return seq, ack
    if flow not in numbers or packet.flags & SYN:
        numbers[flow] = seq, ack - 1
        numbers[flow.reversed()] = ack - 1, seq
        return seq, ack
    first, theirs = numbers[flow]
    return (seq - first) % MODULUS, (ack - theirs) % MODULUS


def _http(packet: Packet, ports: tuple[int, int]) -> str:
    """The first line of a message, where tcpdump takes the port for HTTP's."""
    if not packet.data or not set(ports) & set(HTTP_PORTS):
        return ""
    if not packet.data.startswith(METHODS):
        return ": HTTP"
    return ": HTTP: " + packet.data.partition(b"\r\n")[0].decode("latin-1")


def _error(packet: Packet) -> str:
    code, about, mtu = packet.flow.dport & 255, packet.icmp.flow, packet.icmp.mtu  # type: ignore[union-attr]
    if code in (NET, HOST):
        return f"ICMP {'host' if code else 'net'} {about.dst} unreachable"
    if code == PORT:
        return f"ICMP {about.dst} tcp port {about.dport} unreachable"
    if code == FRAGMENTATION_NEEDED:
        return f"ICMP {about.dst} unreachable - need to frag (mtu {mtu})"
    return f"ICMP {about.dst} {packet.what.removeprefix('ICMP ')}"
