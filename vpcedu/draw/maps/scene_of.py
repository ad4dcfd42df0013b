"""Map: where packets go between the devices of a VPC, or who opens connections.

The two pictures have the same places. A packet's arrow is thin and numbered, solid discs for the
request and open ones for its answer; a connection's is thick, with a ring at the opener and a
letter. The table below says for each hop which addresses the packet has and which row sent it this
way. Both pictures have the same size, whichever packet is shown.
"""

from __future__ import annotations

from vpcedu.draw.canvas.frame import footing, page
from vpcedu.draw.canvas.grid import title_of
from vpcedu.draw.canvas.scene import Scene
from vpcedu.draw.maps.connections import connection_items, connection_rows, opened
from vpcedu.draw.maps.hops import hops_of, predicted_hops
from vpcedu.draw.maps.ink import device_items, ground_items, hop_items
from vpcedu.draw.maps.layout import places
from vpcedu.draw.maps.table import LINE_HEIGHT, hop_rows
from vpcedu.draw.reading.legs import legs_of, signs_of
from vpcedu.draw.reading.one_connection import is_open, stretches
from vpcedu.draw.reading.predicted import other_than, predicted_losses, predicted_words
from vpcedu.draw.reading.words import (
    alternative,
    count,
    finding,
    loss_words,
    losses,
    packet_words,
    sentence_lines,
)
from vpcedu.quoting import quoted
from vpcedu.views.explain import verdict
from vpcedu.views.outcome import outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.draw.canvas.frame import Item
    from vpcedu.sites.visit import Visit
    from vpcedu.trace import Trace

ARROWS = ("packets", "connections")


def map_scene(
    visit: Visit, packet: int | None, arrows: str, predicted: Trace | None = None
) -> Scene:
    """The hops of a request and its answer, or of one packet, or who opens connections.

    ValueError as for `map`.
    """
    if arrows not in ARROWS:
        raise ValueError(f"arrows {quoted(arrows)}: expected one of {', '.join(ARROWS)}")
    if packet is not None:
        visit.capture[packet]
    opens, where = opened(visit.talks), places(visit)
    y = where.bottom + 26
    whole = hops_of(visit, None)
    tried = other_than(visit, predicted)
    more = [hop for trace in tried for hop in predicted_hops(visit, trace, len(whole))]
    rows = max(1, *(len(legs_of(trace, visit.vpc)) for trace in visit.capture))
    if packet is None:  # the same height whichever arrows are asked for
        needed = sum(len(stretches(visit, arrow.talk)) for arrow in opens)
        rows = max(rows, len(whole) + len(more), needed)
    if arrows == "packets":
        hops = (*whole, *more) if packet is None else hops_of(visit, packet)
        polylines, marks = hop_items(visit, where, hops)
        table = hop_rows(visit, hops, y)
    else:
        polylines, marks = connection_items(visit, where, opens)
        table = connection_rows(visit, opens, y)
    sentence = (
        verdict(visit) if packet is None or arrows == "connections" else packet_words(visit, packet)
    )
    notes = tuple(loss_words(step) for step in losses(visit)) + predicted_losses(visit, predicted)
    under = y + LINE_HEIGHT * rows + 14
    lines = sentence_lines(visit)
    own = {"predicted", *(["dropped", "beyond"] if tried and tried[0].dropped else [])}
    feet = {
        word: footing(
            under, sentence, _signs(visit, word) | (own if tried else set()), notes, lines
        )
        for word in ARROWS
    }
    tallest = max(foot.height for foot in feet.values())
    items: list[Item] = [
        *ground_items(where),
        *polylines,
        *device_items(visit, where, frozenset(name for one in tried for name in one.devices)),
        *marks,
        *table,
    ]
    title, below = _title(visit, arrows), _subtitle(visit, packet, arrows)
    alt = alternative(visit, "Map") + predicted_words(visit, predicted)
    return page(title, below, items, feet[arrows]._replace(height=tallest), alt)


def _title(visit: Visit, arrows: str) -> str:
    if arrows == "connections":
        openers = list(dict.fromkeys(talk.opener for talk in visit.talks))
        opens = f"Who opens: {count(len(visit.talks), 'connection')}, opened by"
        return title_of(
            f"{opens} {' and '.join(openers)}", f"{opens} {count(len(openers), 'device')}"
        )
    if not outcome(visit).works:
        return finding(visit)
    targets = {route.target for route in visit.vpc.routes}
    exit_device = next(
        (interface.device for interface in visit.vpc.interfaces if interface.device in targets),
        None,
    )
    if exit_device is None:
        return finding(visit)
    total, met = len(visit.capture), sum(exit_device in trace.devices for trace in visit.capture)
    some = f"all {total}" if met == total else f"{met} of {total}"
    return (
        f"Where packets go: {f'{some} meet' if met else f'none of {total} meets'} the {exit_device}"
    )


def _subtitle(visit: Visit, packet: int | None, arrows: str) -> str:
    if arrows == "connections":
        return (
            "The ring opens, the hollow head listens. Packets travel along each arrow in both "
            "directions."
        )
    if packet is not None:
        return f"{visit.title}: the hops of packet {packet} of {visit.capture.traces[-1].number}."
    if not outcome(visit).works:
        return f"{visit.title}: the path to where the packet was lost."
    return f"{visit.title}: a request (solid numbers) and its answer (open numbers)."


def _signs(visit: Visit, arrows: str) -> set[str]:
    if arrows == "packets":
        return signs_of(visit)
    never = any(not is_open(talk) for talk in visit.talks)
    return signs_of(visit) & {"rewritten"} | {"opened"} | ({"dropped"} if never else set())
