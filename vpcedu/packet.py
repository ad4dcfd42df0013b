"""What travels: TCP flags and packets, each of one flow.

A packet is a value: nothing changes it, a gateway that rewrites makes a new one. Sequence and
acknowledgment numbers are 32 bits wide and wrap (RFC 9293 section 3.4). `str(packet)` is written as
tcpdump writes it, and `Packet.parse` reads it back. Every packet says Don't Fragment.

An ICMP error (RFC 792, type 3) is a packet of its own with two flows: `flow` is between the router
that speaks and the host that is told, which routes, ACLs and groups look at; `about` is the flow
that it belongs to, by which connections and translations find it. Left out: IP options, fragments,
IPv6, UDP, ICMP's other messages.
"""

from __future__ import annotations

from vpcedu.address import number, whole
from vpcedu.flow import ICMP, MODULUS, Endpoint, FiveTuple
from vpcedu.icmp import FRAGMENTATION_NEEDED, SIZE, UNREACHABLE, Icmp, code_text, icmp_port
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow

FIN, SYN, RST, PSH, ACK, URG = 1, 2, 4, 8, 16, 32  # RFC 9293 section 3.1
LETTERS = ((FIN, "F"), (SYN, "S"), (RST, "R"), (PSH, "P"), (ACK, "."), (URG, "U"))
WORDS = (">", "seq", "ack", "len", "win")  # what stands between the fields of a packet's text
NUMBERS = {"nop": 0, "sackOK": 0, "TS": 2}  # how many an option carries; the others one
SIZES = {"mss": 4, "nop": 1, "wscale": 3, "sackOK": 2, "TS": 10}  # bytes of an option
WINDOW = 65_535  # bytes; the most a window field holds without the scale option

_new = tuple.__new__  # makes what every packet needs once more, quicker than the class's own call


def flags_text(flags: int) -> str:
    """Flags as tcpdump's letters: SYN and ACK are "S."."""
    return "".join(letter for bit, letter in LETTERS if flags & bit) or "none"


class Packet(NamedRow):
    """One IPv4 packet with a TCP segment or an ICMP error.

    A segment has addresses, flags, 32-bit numbers and bytes.

    Options are (name, *numbers): ("mss", 1460), ("nop",), ("TS", 1, 2), ("sackOK",), ("wscale", 7).
    """

    flow: FiveTuple
    flags: int
    seq: int = 0
    ack: int = 0
    window: int = WINDOW
    options: tuple[tuple[str | int, ...], ...] = ()
    data: bytes = b""
    icmp: Icmp | None = None

    @property
    def length(self) -> int:
        """What the segment takes of the sequence space: its bytes, and one each for SYN and FIN."""
        return len(self.data) + bool(self.flags & SYN) + bool(self.flags & FIN)

    @property
    def size(self) -> int:
        """Bytes of the whole IPv4 packet.

        TCP's options fill words of four bytes. An ICMP error quotes 28 bytes.
        """
        options = sum(SIZES.get(str(option[0]), 0) for option in self.options)
        return SIZE if self.icmp else 40 + options + -options % 4 + len(self.data)

    @property
    def about(self) -> FiveTuple:
        """The flow it belongs to: its own.

        An ICMP error belongs to the flow that answers the packet it quotes.
        """
        return self.flow if self.icmp is None else self.icmp.flow.reversed()

    def with_flow(self, flow: FiveTuple) -> Packet:
        """The same segment under other addresses and ports: what a gateway sends on.

        An ICMP error is then about another flow: the addresses outside and in what it quotes change
        alike (RFC 5508 section 4.2, REQ-4 and REQ-5).
        """
        icmp = self.icmp
        if icmp is not None:
            src = self.flow.src if flow.src == self.about.src else flow.src
            outer = self.flow._replace(src=src, dst=flow.dst)
            return Packet(outer, 0, icmp=icmp._replace(flow=flow.reversed()))
        return _new(
            Packet,
            (flow, self.flags, self.seq, self.ack, self.window, self.options, self.data, None),
        )

    def unreachable(self, src: str, code: int, mtu: int = 0) -> Packet:
        """The ICMP error in which `src` tells this packet's sender why it did not get through.

        ValueError for a code above 15, and for an MTU with another code than 4.
        """
        if (
            self.icmp
            or not 0 <= code <= 15
            or not 0 <= mtu <= 65_535
            or (mtu and code != FRAGMENTATION_NEEDED)
        ):
            raise ValueError(
                f"{self}, code {code}, MTU {mtu}: expected a TCP packet, a code from 0 to 15, an MTU up to"
                " 65535 with code 4 only"
            )
        flow = FiveTuple(src, 0, self.flow.src, icmp_port(UNREACHABLE, code), ICMP)
        return Packet(flow, 0, icmp=Icmp(mtu, self.flow, self.seq, self.size))

    def reset(self) -> Packet:
        """The RST that answers this packet where no connection is known.

        RFC 9293 section 3.5.2, group 1.
        """
        if self.flags & ACK:
            return Packet(self.flow.reversed(), RST, self.ack, 0, 0)
        return Packet(self.flow.reversed(), RST | ACK, 0, (self.seq + self.length) % MODULUS, 0)

    def __str__(self) -> str:
        if self.icmp is not None:
            return f"{self.flow.src} > {self.flow.dst}: {self.what}{self.icmp}"
        words = f"{self.flow} [{flags_text(self.flags)}] seq {self.seq} ack {self.ack} len {len(self.data)}"
        if self.window != WINDOW:
            words += f" win {self.window}"
        if self.options:
            words += " <" + ",".join(map(option_text, self.options)) + ">"
        return words

    @property
    def what(self) -> str:
        """What an ICMP error says, in tcpdump's words: "ICMP host unreachable"."""
        return f"ICMP {code_text(self.flow.dport & 255)}"

    @classmethod
    def parse(cls, words: str) -> Packet:
        """The packet that `str` wrote; ValueError names what is wrong.

        Its data are as many zero bytes as `len` says.

        >>> str(Packet.parse("10.0.1.5:40000 > 198.51.100.7:443 [S.] seq 7 ack 1 len 0"))
        '10.0.1.5:40000 > 198.51.100.7:443 [S.] seq 7 ack 1 len 0'
        """
        try:
            if not isinstance(words, str):
                raise ValueError("it is no text")
            return cls._parse_icmp(words) if ": ICMP " in words else cls._parse(words)
        except (ValueError, IndexError) as error:
            form = "10.0.1.5:40000 > 198.51.100.7:443 [S.] seq 0 ack 1 len 0 win 512 <mss 1460>"
            raise ValueError(
                f"{quoted(words)} is not a packet: expected the form {form} ({error})"
            ) from None

    @classmethod
    def _parse(cls, words: str) -> Packet:
        head, opened, options = words.strip().partition("<")
        part = head.split()
        if len(part) not in (10, 12) or (part[1], *part[4::2]) != WORDS[: len(part) // 2 - 1]:
            raise ValueError("a word is missing or out of place")
        flags = sum(bit for bit, letter in LETTERS if letter in part[3].strip("[]"))
        if part[3] != f"[{flags_text(flags)}]":
            raise ValueError(
                f"flags {quoted(part[3])}: expected some of F S R P . U in this order, in brackets"
            )
        if opened and not options.endswith(">"):
            raise ValueError("options end with >")
        window = _field(part[11], 65_535) if len(part) == 12 else WINDOW
        read = tuple(_option(words) for words in options[:-1].split(",") if words)
        flow = FiveTuple(*Endpoint.parse(part[0]), *Endpoint.parse(part[2]))
        return cls(
            flow, flags, _field(part[5]), _field(part[7]), window, read, bytes(_length(part[9]))
        )

    @classmethod
    def _parse_icmp(cls, words: str) -> Packet:
        head, _, tail = words.strip().partition(": ICMP ")
        said, about, quoted = tail.partition(", about ")
        what, bracket, digits = said.partition(" (mtu ")
        src, dst = head.split(" > ")
        start, arrow, end, seq, first, length, size = quoted.split()
        if (about, arrow, seq, length) != (", about ", ">", "seq", "length") or (
            bracket and not digits.endswith(")")
        ):
            raise ValueError("a word is missing or out of place")
        code, mtu = (
            [code_text(code) for code in range(16)].index(what),
            _field(digits[:-1]) if bracket else 0,
        )
        flow = FiveTuple(*Endpoint.parse(start), *Endpoint.parse(end))
        error = cls(flow._replace(src=dst), 0).unreachable(src, code, mtu)
        number(src), number(dst)
        return error._replace(icmp=Icmp(mtu, flow, _field(first), _field(size, 65_535)))


def option_text(option: tuple[str | int, ...]) -> str:
    """An option as tcpdump writes it: "mss 1460", "nop", "TS val 1 ecr 2"."""
    if option[0] == "TS" and len(option) == 3:
        return f"TS val {option[1]} ecr {option[2]}"
    return " ".join(map(str, option))


def _option(words: str) -> tuple[str | int, ...]:
    name, *numbers = words.split()
    if name == "TS" and len(numbers) == 4 and numbers[::2] == ["val", "ecr"]:
        numbers = numbers[1::2]
    if len(numbers) != NUMBERS.get(name, 1):
        raise ValueError(f"option {quoted(name)}: expected {NUMBERS.get(name, 1)} numbers after it")
    return (name, *map(_field, numbers))


def _field(digits: str, most: int = MODULUS - 1) -> int:
    value = whole(digits, most)
    if value is None:
        raise ValueError(f"{quoted(digits)}: expected a number from 0 to {most}")
    return value


def _length(digits: str) -> int:
    if _field(digits) > 65_495:  # 65,535 less two headers of 20 bytes
        raise ValueError(f"len {digits}: an IPv4 packet holds at most 65495 bytes of TCP data")
    return int(digits)
