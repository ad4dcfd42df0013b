"""Short names: a visit as pictures take it, with its VPCs in one and names that fit their place.

AWS's ids are wider than a device's box. A name that is too wide loses its middle, since ids differ
at their ends; an Internet gateway's gives way to the words. No two things get one name, and the
text alternative says what a short name means. A description of several VPCs becomes one whose
`peers` are the VPCs themselves, this one first. Left out: letters that the font has not (fonts.py),
which a browser shows and a PNG does not.
"""

from __future__ import annotations

from copy import copy
from itertools import count

from vpcedu.draw.canvas.fonts import width_of
from vpcedu.draw.canvas.scene import Mark, Text
from vpcedu.draw.canvas.style import LABEL, NOTE
from vpcedu.network.joined import together
from vpcedu.trace import Capture, Trace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.draw.canvas.scene import Scene
    from vpcedu.network.vpc import Vpc

    Names = dict[str, str]  # a long name -> its short one

# for a device's name in its box on a map, bold; for one word of a gateway's
ROOM, NARROW = (104.0, 62.0)
GATEWAY, ID, HEX = "Internet gateway", "igw-", "0123456789abcdef"
DIGITS = 8  # that an id of AWS has at least


def drawn(visit: Any, names: Names) -> Any:
    """The visit under these names, with the VPCs that a packet met in one description.

    These are its VPC and those of its peers. Where there is nothing to change, it is the visit
    itself.
    """
    if not names and not visit.vpc.peers:
        return visit
    other = copy(visit)
    met = {name for trace in visit.capture for name in trace.devices}
    other.vpc = _together(renamed(visit.vpc, names), {names.get(name, name) for name in met})
    if names:
        other.capture, other.call = _capture(visit.capture, names), renamed(visit.call, names)
        for cached in ("talks", "connections"):  # under the long names
            vars(other).pop(cached, None)
    return other


def _together(vpc: Vpc, met: set[str]) -> Vpc:
    """One description of a VPC and of those peers in which a packet met something."""
    peers = tuple(
        part
        for part in vpc.peers
        if met & {part.internet_gateway, *(interface.device for interface in part.interfaces)}
    )
    if not peers:
        return vpc._replace(peers=())
    whole: Vpc = together(vpc._replace(peers=peers))
    return whole._replace(peers=(vpc._replace(peers=()), *peers))


def parts(vpc: Vpc) -> tuple[Vpc, ...]:
    """The VPCs that a drawn description consists of."""
    return vpc.peers or (vpc,)


def headings(vpc: Vpc) -> tuple[str, ...]:
    """What is written above a VPC, from long to short.

    A service that a gateway endpoint leads to has a name instead of a VPC's id.
    """
    if "." in vpc.name:
        return vpc.name, vpc.name.rpartition(".")[2]
    return f"inside the VPC: {vpc.cidr}", f"VPC {vpc.cidr}", vpc.cidr


def part_of(vpc: Vpc, device: str) -> Vpc | None:
    """The VPC that a device is in, or that a gateway belongs to.

    None for a host of the Internet.
    """
    return next(
        (
            part
            for part in parts(vpc)
            if device
            and (
                device == part.internet_gateway
                or any(interface.device == device for interface in part.interfaces)
            )
        ),
        None,
    )


def gateways(vpc: Vpc) -> tuple[str, ...]:
    """The Internet gateways of a drawn description."""
    return tuple(part.internet_gateway for part in parts(vpc) if part.internet_gateway)


# Names.


def short_names(vpc: Vpc) -> Names:
    """A short name for each device and Internet gateway whose own is too wide."""
    gates = [part.internet_gateway for part in vpc.everyone if part.internet_gateway]
    names = dict.fromkeys(
        (*gates, *(device.name for part in vpc.everyone for device in part.devices))
    )
    taken = {name for name in names if _fits(name, name in gates)}
    shorts: Names = {}
    for name in names:
        if name not in taken:
            shorts[name] = _short(name, gates, taken)
            taken.add(shorts[name])
    return shorts


def _fits(name: str, gate: bool) -> bool:
    if gate:
        return all(width_of(word, NOTE, True) <= NARROW for word in name.rsplit(" ", 1))
    return width_of(name, LABEL, True) <= ROOM


def _short(name: str, gates: list[str], taken: set[str]) -> str:
    """A name that fits and that nothing else has."""
    if name in gates and (len(gates) == 1 or name.startswith(ID)):
        words = GATEWAY if len(gates) == 1 else f"IGW {name[-4:]}"
        if words not in taken:
            return words
    size, room = (NOTE, NARROW) if name in gates else (LABEL, ROOM)
    head = _head_of_id(name)
    for tail in range(4, 8):
        words = _cut(head or name[:-tail], name[-tail:], size, room, True)
        if words not in taken:
            return words
    return next(
        words
        for number in count(2)
        if (words := _cut(head or name, f"~{number}", size, room, True)) not in taken
    )


def _head_of_id(name: str) -> str:
    """What an id of AWS begins with, before its digits, such as "nat-".

    For a balancer's node it is the balancer; "" for what is no id.
    """
    head = name.rstrip(HEX)
    if len(name) - len(head) < DIGITS:
        return ""
    return head.rpartition("/")[0] + "/" if "/" in head else head


def cut_middle(words: str, size: float, room: float, bold: bool = False) -> str:
    """Words without their middle where they are too wide: "i-0e11...0001"."""
    return (
        words
        if width_of(words, size, bold) <= room
        else _cut(words[:-4], words[-4:], size, room, bold)
    )


def _cut(head: str, tail: str, size: float, room: float, bold: bool) -> str:
    while head and width_of(f"{head}...{tail}", size, bold) > room:
        head = head[:-1]
    return f"{head}...{tail}"


def in_full(scene: Scene, names: Names) -> Scene:
    """The scene, with an alt text that says what the short names it shows mean."""
    shown = " ".join(
        [scene.alt, *(item.words if isinstance(item, (Text, Mark)) else "" for item in scene.items)]
    )
    pairs = [f"{short} is {name}" for name, short in names.items() if short in shown]
    return scene._replace(alt=f"{scene.alt} In full: {', '.join(pairs)}.") if pairs else scene


def renamed(value: Any, names: Names) -> Any:
    """A row, or rows, with other names.

    What holds none of the names is returned as the same object.
    """
    if isinstance(value, str):
        return names.get(value, value)
    if not isinstance(value, tuple) or not names:
        return value
    items = [renamed(item, names) for item in value]
    if all(new is old for new, old in zip(items, value, strict=True)):
        return value
    return tuple(items) if type(value) is tuple else type(value)(*items)


def _capture(capture: Capture, names: Names) -> Capture:
    other = Capture()
    for trace in capture.traces:
        steps = [renamed(step, names) for step in trace.steps]
        other.traces.append(Trace(trace.number, steps[0]))
        other.traces[-1].steps += steps[1:]
    other.events += [renamed(event, names) for event in capture.events]
    return other
