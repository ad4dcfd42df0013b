"""Diagnose: everything that stands in the way of a visit, found in one go.

Whoever repairs a network one loss at a time learns of the next one only afterwards. Here the whole visit is played
on a copy in which a filter that drops (source and destination check, security group, network ACL) writes its step
and then goes on as if it had allowed, tracking included: so the answer is judged too, and both directions are
asked. A dead end (no route, no public address, no listener, ...) has nothing to go on to and ends the walk: what
lies behind it shows once it is repaired.
"""

from __future__ import annotations

from copy import deepcopy

from vpcedu.lab.visit import Call
from vpcedu.reasons import LOST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.lab.site import Site
    from vpcedu.lab.visit import Visit
    from vpcedu.trace import Step


def blockers(site: Site, what: str | Call) -> tuple[Step, ...]:
    """Every step that would lose a packet of a visit, each place, row and flow once, in order; () where it works.

    what: a URL for the client to fetch, or a Call. The site stays as it was. What a link loses is left out: nothing
    is to be repaired there. ValueError as in `Site.get`.
    """
    found: dict[tuple[object, ...], Step] = {}
    for step in (step for trace in beyond_drops(site, what).capture for step in trace.steps):
        if step.reason not in (None, LOST):
            found.setdefault((step.at, step.check, step.row, step.before.flow), step)
    return tuple(found.values())


def beyond_drops(site: Site, what: str | Call) -> Visit:
    """The visit as it goes where filters that drop let the packet go on, played on a copy of the site."""
    copy = deepcopy(site)
    copy.network.beyond_drops = True
    return copy.play(what) if isinstance(what, Call) else copy.get(what)
