"""Capture file: a capture file as a learner looks at it: as text, as a ladder, as a picture.

A file holds what was SEEN at one place: who talked to whom. It tells no reasons and no path, so the
hosts are named by their addresses, every packet goes straight from one to the other, and nothing is
said of gateways or losses.
"""

from __future__ import annotations

from vpcedu.hosts.host import Host
from vpcedu.network.record import Call, Record
from vpcedu.network.vpc import Device, OutsideHost, Vpc
from vpcedu.trace import DELIVER, SEND, Capture, Cause, Step, Trace
from vpcedu.views.bytes.listing import listing
from vpcedu.views.bytes.pcap_read import SeenPacket, load
from vpcedu.views.explain import SEEN
from vpcedu.views.text import columns, ladder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike
    from typing import Any


class Loaded(Record):
    """The packets of a file.

    It has what the views and pictures of a visit ask for, as far as a file can tell.
    """

    pending = "as seen"  # a file does not tell what a person saw

    def __init__(self, name: str, packets: list[SeenPacket]) -> None:
        self.name, self.packets, capture = name, packets, as_capture(packets)
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

    def __str__(self) -> str:
        return "\n".join(
            [
                f"{self.title}: {len(self.packets)} packets, as seen",
                "",
                listing(self.packets),
                "",
                *ladder(self.capture, self.talks),
            ]
        )

    def __repr__(self) -> str:
        return f"<Loaded: {self.title}; {len(self.packets)} packets>"

    def _repr_mimebundle_(self, **formats: Any) -> dict[str, str]:
        """In a notebook: the listing and the ladder."""
        return {"text/plain": str(self)}


def load_pcap(path: str | PathLike[str]) -> Loaded:
    """Read a capture file.

    OSError where there is none, PcapError (a ValueError with `offset`) where it is damaged.
    """
    import os

    return Loaded(os.path.basename(os.fspath(path)), load(path))


def as_capture(packets: list[SeenPacket]) -> Capture:
    """A capture in which each packet goes straight from its source to its destination.

    Both are named by their addresses.
    """
    capture = Capture()
    begun = packets[0].at if packets else 0
    for number, seen in enumerate(packets, 1):
        packet, now = seen.decoded.packet, max(seen.at - begun, 0)
        trace = Trace(number, Step(now, packet.flow.src, "send", SEND, packet, packet, Cause(SEEN)))
        trace.steps.append(Step(now, packet.flow.dst, "deliver", DELIVER, packet, packet))
        capture.traces.append(trace)
    return capture
