"""First screen: the question and its answer in 24 lines, for somebody who has just met both.

Two lines ask, six are a map, four answer, and the rest says where more is. All but the question is
made from the visit's capture, as everywhere.
"""

from __future__ import annotations

from itertools import pairwise

from vpcedu.trace import REWRITE
from vpcedu.views.explain import answer_legs, in_short, met_the_nat
from vpcedu.views.text import fold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.network.conversations import Conversation
    from vpcedu.network.record import Record

QUESTION = """\
A load balancer hands requests to a web server in a private subnet. The NAT next
to it lets few ports out. Do the replies go back through the load balancer?"""
LEGEND = "=1==> request of connection 1   [ ] a connection ends   * addresses rewritten"
MORE = """\
python3 -m vpcedu --packets           every packet, a line for each
python3 -m vpcedu --why               each rule and route that decided
python3 -m vpcedu --balancer network  a balancer that is not a proxy; --help
python3 -m vpcedu ask --help          such questions about your own VPC
python3 -m vpcedu course              the course, in JupyterLab"""
OUTSIDE, EDGE = "Internet", "edge of the VPC"


def first_screen(visit: Record) -> str:
    """The question, the map, the answer, and where more is."""
    parts = QUESTION, "\n".join(sketch(visit)), fold(in_short(visit)), MORE
    return "\n\n".join(parts) + "\n"


def sketch(visit: Record) -> list[str]:
    """The map: what request and reply went through, in which part of the network.

    Below it, the addresses of each connection. A name in brackets is a host, where a connection
    ends; one with a star rewrote addresses.
    """
    legs = answer_legs(visit)
    talks = [talk for talk in visit.talks if any(leg in talk.traces for leg in legs)]
    back = {name for leg in legs for name in leg.devices}
    there = home = talks[0].opener
    zones = zone = _zone(visit, there)
    for talk in talks:
        for number, name in enumerate(talk.path[1:]):
            arrow = " ====> " if number else f" ={talk.number}==> "
            sign = _sign(visit, name, talk)
            before, zone = zone, _zone(visit, name)
            if zone != before:
                zones = f"{zones.ljust(len(there) + len(arrow) - 2)}| {zone}"
            there += arrow + sign
            reply = f" <{'=' * (len(arrow) - 3)} {sign}"
            home += reply if name in back else " " * len(reply)
    nat = f"NAT: {met_the_nat(visit)} of {len(visit.capture)} packets"
    ends = [f"  connection {talk.number}: {_ends(talk)}" for talk in talks]
    return [zones, there, home, " " * zones.find("public subnet") + nat, *ends, LEGEND]


def _sign(visit: Record, name: str, talk: Conversation) -> str:
    """A name as the map writes it."""
    if name == talk.listener:
        return f"[{name}]"
    steps = (step for trace in visit.capture for step in trace.steps if step.at == name)
    return name + "*" * any(step.action == REWRITE for step in steps)


def _zone(visit: Record, name: str) -> str:
    """The part of the network in which a device stands."""
    if name == visit.vpc.internet_gateway:
        return EDGE
    subnets = (f"{here.subnet} subnet" for here in visit.vpc.interfaces if here.device == name)
    return next(subnets, OUTSIDE)


def _ends(talk: Conversation) -> str:
    """A connection's addresses from stretch to stretch: what changed each time."""
    flows = [flow for _, _, flow in talk.stretches()]
    words = str(flows[0])
    for before, flow in pairwise(flows):
        words += f" * {flow.destination if flow.source == before.source else flow}"
    return words
