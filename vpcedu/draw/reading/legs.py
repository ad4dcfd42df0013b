"""Legs: one packet's trace cut into legs, from one device to the next, as a picture draws them.

A leg carries the packet as it travelled there, the row that sent it there, and, where it was
lost, the step that lost it and how far along the leg that was. Nothing is known here but the trace
and the description.
"""

from __future__ import annotations

from itertools import groupby, pairwise

from vpcedu.draw.reading.short_names import part_of
from vpcedu.network.vpc import INTERNET, Vpc
from vpcedu.row import NamedRow
from vpcedu.trace import DROP, REWRITE, SEND

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.flow import FiveTuple
    from vpcedu.packet import Packet
    from vpcedu.sites.visit import Visit
    from vpcedu.trace import Step, Trace

ARRIVING = ("network ACL in", "group in", "destination check")
LEAVING = ("source check", "group out", "flow return", "network ACL out", "route", "link")
START, MIDDLE, END, AT = "start", "middle", "end", "at"  # where on its leg a packet was lost


class DrawnLeg(NamedRow):
    """From device `start` to device `end`: the packet there, and the step that sent it there.

    drop: the step that lost it on this leg, or None. spot: START (it never left), MIDDLE (lost on a
    link), END (it was not let in) or AT (the device itself lost it); "" where it arrived.
    """

    start: str
    end: str
    packet: Packet
    step: Step
    drop: Step | None = None
    spot: str = ""


def owner(vpc: Vpc, address: str) -> str:
    """The device that a packet to this address is meant for; "" where nobody has it."""
    private = next(
        (association.private for association in vpc.associations if association.public == address),
        address,
    )
    inside = (interface.device for interface in vpc.interfaces if interface.address == private)
    outside = (host.device for host in vpc.outside if host.address == private)
    return next(inside, None) or next(outside, "")


def address_of(vpc: Vpc, device: str) -> str:
    """A device's own address; "" for a gateway without one."""
    inside = (interface.address for interface in vpc.interfaces if interface.device == device)
    outside = (host.address for host in vpc.outside if host.device == device)
    return next(inside, None) or next(outside, "")


def is_outside(vpc: Vpc, device: str) -> bool:
    """Whether a device is a host of the Internet."""
    return any(host.device == device for host in vpc.outside)


def space(vpc: Vpc, packet: Packet) -> str:
    """Which kind of address a packet carries: "outside" (public), "inside" (private), or "ink".

    The addresses are those of the site.
    """
    src, dst = packet.flow.src, packet.flow.dst
    if any(association.public in (src, dst) for association in vpc.associations):
        return "outside"
    return "inside" if vpc.has(src) or vpc.has(dst) else "ink"


def legs_of(trace: Trace, vpc: Vpc) -> tuple[DrawnLeg, ...]:
    """The legs that were travelled, and the one on which the packet was lost."""
    lost = trace.dropped
    steps = trace.steps[: trace.steps.index(lost) + 1] if lost else trace.steps
    visits = [
        tuple(group)
        for _, group in groupby((s for s in steps if s.at != INTERNET), key=lambda step: step.at)
    ]
    legs = [_leg(here, there[0].at, there[0].before, there[0]) for here, there in pairwise(visits)]
    if lost is None:
        return tuple(legs)
    if not visits:  # the Internet itself sent it and lost it
        return ()
    last = visits[-1]
    if lost.check in LEAVING:
        before = (*last, lost) if lost.at == INTERNET else last
        leg = _leg(before, onward(vpc, last[0].at, lost.before), lost.before, lost)
        legs.append(leg._replace(drop=lost, spot=MIDDLE if lost.at == INTERNET else START))
    elif legs:
        legs[-1] = legs[-1]._replace(drop=lost, spot=END if lost.check in ARRIVING else AT)
    return tuple(legs)


def onward(vpc: Vpc, here: str, packet: Packet) -> str:
    """The device a packet was meant to reach next.

    It is the gateway at the VPC's edge, or the packet's destination.
    """
    there = owner(vpc, packet.flow.dst)
    far = is_outside(vpc, there) if there else not vpc.has(packet.flow.dst)
    home = part_of(vpc, there if is_outside(vpc, here) else here)
    gate = home.internet_gateway if home else vpc.internet_gateway
    return gate if is_outside(vpc, here) != far and gate and here != gate else there or here


def _leg(here: tuple[Step, ...], end: str, packet: Packet, arrival: Step) -> DrawnLeg:
    """The leg that leaves where these steps were.

    Its direction was decided by a route, a flow or an address map.
    """
    for step in here:
        if step.check in ("route", "flow return"):
            return DrawnLeg(here[0].at, end, packet, step)
    step = next((s for s in reversed(here) if s.action == REWRITE), here[-1])
    # What comes from the Internet was sent here because of whose public address it is for.
    if step.action == SEND and arrival.check == "address map" and arrival.row is not None:
        return DrawnLeg(here[0].at, end, packet, arrival)
    return DrawnLeg(here[0].at, end, packet, step)


def changed(before: FiveTuple, after: FiveTuple) -> tuple[tuple[str, str, str], ...]:
    """The ends that a rewriting changed, as ("from" or "to", old words, new words).

    Ports are said only where they changed.
    """
    ends = ("from", before.source, after.source), ("to", before.destination, after.destination)
    return tuple(
        (
            word,
            str(old) if old.port != new.port else old.address,
            str(new) if old.port != new.port else new.address,
        )
        for word, old, new in ends
        if old != new
    )


def rewritings(trace: Trace) -> dict[str, tuple[FiveTuple, FiveTuple]]:
    """For each gateway that changed the packet: its flow before and after."""
    flows: dict[str, tuple[FiveTuple, FiveTuple]] = {}
    for step in trace.steps:
        if (
            step.action == REWRITE
            and step.after is not None
            and step.before.flow != step.after.flow
        ):
            first = flows[step.at][0] if step.at in flows else step.before.flow
            flows[step.at] = first, step.after.flow
        if step.action == DROP:
            break
    return flows


def boxed(trace: Trace, legs: tuple[DrawnLeg, ...]) -> tuple[tuple[tuple[str, str], ...], ...]:
    """For each leg: the fields that a gateway at one of its ends rewrites.

    A field is ("from" or "to", words).
    """
    gates = rewritings(trace)
    fields: list[tuple[tuple[str, str], ...]] = []
    for leg in legs:
        boxes: dict[str, str] = {}
        if leg.end in gates and leg.drop is None:
            boxes.update({word: old for word, old, _ in changed(*gates[leg.end])})
        if leg.start in gates:
            for word, _, new in changed(*gates[leg.start]):
                # with the port, if either gateway changes it
                boxes[word] = max(boxes.get(word, ""), new, key=len)
        fields.append(tuple(boxes.items()))
    return tuple(fields)


def signs_of(visit: Visit) -> set[str]:
    """The signs that all packets of a visit need, whichever of them is shown."""
    signs: set[str] = set()
    for trace in visit.capture:
        signs |= {"rewritten"} if rewritings(trace) else set()
        signs |= {"dropped", "beyond"} if trace.dropped else set()
        signs |= {
            space(visit.vpc, leg.packet) for leg in legs_of(trace, visit.vpc) if leg.spot != START
        }
    return signs
