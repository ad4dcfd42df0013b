"""Capture file: a capture file as a learner looks at it: as text, as a ladder, as a picture.

A file holds what was SEEN at one place: who talked to whom. It has no reasons and no path, so the
hosts are named by their addresses, every packet goes straight from one to the other, and nothing is
said of gateways or losses.
"""

from __future__ import annotations

from vpcedu.files import special
from vpcedu.hosts.host import Host
from vpcedu.network.record import Call, Record
from vpcedu.network.vpc import Device, OutsideHost, Vpc
from vpcedu.quoting import plain
from vpcedu.trace import DELIVER, SEND, Capture, Cause, Step, Trace
from vpcedu.views.bytes.listing import listing
from vpcedu.views.bytes.passed_over import PassedOver, many
from vpcedu.views.bytes.pcap_read import SeenPacket, load_counted
from vpcedu.views.explain import SEEN
from vpcedu.views.text import columns, ladder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike
    from typing import Any


# Of a file. A packet takes up to 3 KB of memory apart from its data, so a file less than 0.7 GB.
MOST_BYTES, MOST_PACKETS = 64 * 1_024 * 1_024, 200_000
SHORTER = "editcap -r FILE SHORTER 1-10000 keeps the first ones"
MOST_HOSTS = 12  # of a ladder in text, so that a line has an end


class Loaded(Record):
    """The packets of a file.

    It has what the views and pictures of a visit ask for, as far as a file can tell.
    """

    pending = "as seen"  # a file does not say what a person saw

    def __init__(self, name: str, packets: list[SeenPacket], passed: PassedOver) -> None:
        self.name, self.packets, self.passed = name, packets, passed
        capture = as_capture(packets)
        first = packets[0].decoded.packet.flow if packets else None
        call = Call(first.src, first.dst, first.dport) if first else Call("nobody", "nobody", 0)
        super().__init__(call, None, capture, Vpc("0.0.0.0/32"), 0)
        hosts = columns(self.talks, capture.traces)
        self.vpc = Vpc(
            "0.0.0.0/32",
            outside=tuple(OutsideHost(address, address) for address in hosts),
            devices=tuple(Device(address, Host) for address in hosts),
        )

    @property
    def title(self) -> str:
        """The file's name."""
        return self.name

    @property
    def notes(self) -> list[str]:
        """What was passed over, by kind, and what is not known of the packets that were read."""
        unknown = [seen.decoded for seen in self.packets if seen.decoded.checksums is None]
        cut = sum(decoded.missing > 0 for decoded in unknown)
        lines = self.passed.lines()
        if cut:
            lines.append(
                f"{many(cut, 'packet{s}')} only partly kept (snap length): checksum not "
                "verified, and the ladder shows what was kept."
            )
        if cut < len(unknown):
            lines.append(
                f"{many(len(unknown) - cut, 'packet{s}')} without a length (segmentation "
                "offload): taken to be as long as the frame, checksum not verified."
            )
        return lines

    def __str__(self) -> str:
        count, others = len(self.packets), self.passed.packets
        of = f", of {count + others} in the file" if others else ""
        return "\n".join(
            [
                f"{self.title}: {many(count, 'packet{s}')}, as seen{of}",
                *self.notes,
                "",
                listing(self.packets),
                "",
                *self._ladder(),
            ]
        )

    def _ladder(self) -> list[str]:
        """The ladder of the hosts that were met first, and how many are left out."""
        hosts = [device.name for device in self.vpc.devices]
        if len(hosts) <= MOST_HOSTS:
            return ladder(self.capture, self.talks)
        first, part = set(hosts[:MOST_HOSTS]), Capture()
        part.traces = [trace for trace in self.capture if first.issuperset(trace.devices)]
        talks = tuple(talk for talk in self.talks if first.issuperset(talk.path))
        return [
            f"The ladder has the first {MOST_HOSTS} of {len(hosts):,} hosts and the"
            f" {many(len(part), 'packet{s}')} between them, out of {len(self.capture):,}.",
            *ladder(part, talks),
        ]

    def __repr__(self) -> str:
        return f"<Loaded: {self.title}; {len(self.packets)} packets>"

    def _repr_mimebundle_(self, **formats: Any) -> dict[str, str]:
        """In a notebook: the listing and the ladder."""
        return {"text/plain": str(self)}


def load_pcap(path: str | PathLike[str]) -> Loaded:
    """Read a capture file: what can be read, and how much of what else was passed over.

    A file may have 64 MiB and 200,000 packets that are read; in memory a packet takes up to 3 KB
    apart from its data, so all of it less than 0.7 GB. ValueError names a file above that, by its
    size before anything is read, and what is no plain file and so has no size; PcapError (a
    ValueError with `offset`) one that is damaged before its first packet; OSError where there is
    none.
    """
    import os

    name = os.path.basename(os.fspath(path))
    kind = special(path)
    if kind:
        raise ValueError(f"{plain(name)}: {kind}: expected a capture file")
    size = os.stat(path).st_size
    if size > MOST_BYTES:
        raise ValueError(
            f"{plain(name)}: {size:,} bytes: expected at most {MOST_BYTES:,}; {SHORTER}"
        )
    packets, passed = load_counted(path, MOST_PACKETS + 1)
    if len(packets) > MOST_PACKETS:
        raise ValueError(f"{plain(name)}: more than {MOST_PACKETS:,} TCP packets; {SHORTER}")
    return Loaded(name, packets, passed)


def as_capture(packets: list[SeenPacket]) -> Capture:
    """A capture in which each packet goes straight from its source to its destination.

    Both are named by their addresses.
    """
    capture = Capture()
    begun, cause = packets[0].at if packets else 0, Cause(SEEN)
    for number, seen in enumerate(packets, 1):
        packet, now = seen.decoded.packet, max(seen.at - begun, 0)
        trace = Trace(number, Step(now, packet.flow.src, "send", SEND, packet, packet, cause))
        trace.steps.append(Step(now, packet.flow.dst, "deliver", DELIVER, packet, packet))
        capture.traces.append(trace)
    return capture
