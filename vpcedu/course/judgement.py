"""Judgement: what is said of a prediction. The model is the judge.

Where a learner says which packet a server sends, that packet is really sent from the server, in the
middle of the same visit, and the trace says what happens to it.
"""

from __future__ import annotations

from vpcedu.flow import FiveTuple
from vpcedu.packet import Packet
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow
from vpcedu.sites.site import Site
from vpcedu.sites.visit import Visit
from vpcedu.trace import DELIVER, DROP, Trace
from vpcedu.views.text import fold

SAID = "what the learner said"


class Judgement(NamedRow):
    """Whether the prediction was right, what to say about it, and the trace of a packet.

    The packet is the one that the learner described.
    """

    right: bool
    words: str
    trace: Trace | None

    def __str__(self) -> str:
        return fold(self.words)


def play(visit: Visit, leg: Trace, flow: FiveTuple, sender: str = "") -> Trace:
    """Run the visit again up to the answer, then send this packet instead.

    The server sends it, or another sender.
    """
    site = Site(visit.vpc, visit.seed)
    network, before = site.network, visit.capture.traces[0].number - 1
    while (
        len(network.capture) < before
    ):  # a cell that was run again made the same visit before, on the same site
        site.play(visit.call)
    if len(network.capture) != before:
        raise ValueError(
            f"{quoted(visit.title)} was not the first visit of its site: expected one of a new site"
        )
    site.open(visit.call)
    while len(network.capture) < leg.number - 1 and network.step():
        pass
    answer = leg.packet
    network.send(
        sender or leg.sender,
        Packet(flow, answer.flags, answer.seq, answer.ack, data=answer.data),
        SAID,
    )
    while network.step():
        for trace in network.capture:
            if trace.cause.what == SAID and trace.last.action in (DELIVER, DROP):
                return trace
    raise AssertionError("every packet is delivered or dropped")
