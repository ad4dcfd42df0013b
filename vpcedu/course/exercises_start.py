"""Exercises of lesson 00: how an answer is played and judged, and a worked solution of each."""

from __future__ import annotations

from vpcedu.clock import seconds
from vpcedu.course.row_table import Less, without
from vpcedu.packet import ACK, SYN
from vpcedu.sites.reference import reference_architecture
from vpcedu.views.outcome import blocker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.sites.visit import Visit


def only_the_update(given: object) -> str:
    """00.1: without this row web's own connection fails, and the page still comes."""
    less = without(reference_architecture(), given)
    page, update = less.page.outcome.works, less.update.outcome.works
    without_it = f"Without row {less.number} ({less.words})"
    if page and not update:
        return f"Right. {without_it} the page still comes, and web sees '{less.update.symptom}'{_where(less.update)}."
    if page:
        return f"Not yet. {without_it} nothing changes for either. Which rows name the NAT, or web's way out?"
    hint = "Both need this row." if not update else "That is the other way round."
    return (f"Not yet. {without_it} the client sees '{less.page.symptom}'{_where(less.page)}. {hint} Look for a row"
            " that only a connection opened by web can need.")


ONLY_THE_UPDATE = """# Whatever lets web open connections will do: rows 4, 12, 14, 16 and 18. This one is the
# default route of the private subnet: web's answers go to 10.0.0.10, by the local route.
row = 4
"""


def connected_without_a_page(given: object) -> str:
    """00.2: without this row the client's connection stands, and no page comes."""
    less = without(reference_architecture(), given)
    without_it = f"Without row {less.number} ({less.words})"
    if less.page.outcome.works:
        return f"Not yet. {without_it} the page still comes. Take away something that the page needs."
    if not _answered(less):
        return (f"Not yet. {without_it} the client sees '{less.page.symptom}'{_where(less.page)}: it never got a"
                " connection. Leave connection 1 alone. Who opens connection 2, and what does that need?")
    assert less.page.result is not None
    return (f"Right. {without_it} the client was connected at once: to the ELB node. It was closed after"
            f" {seconds(less.page.result.after)} s without a byte{_where(less.page)}.")


CONNECTED_WITHOUT_A_PAGE = """# The client's handshake is with the ELB node. What connection 2 needs may be
# missing: rows 1, 3, 7, 8, 10 and 11. Here the ELB node's group lets it open nothing to web.
row = 10
"""


def _answered(less: Less) -> bool:
    """Whether the client got a SYN ACK."""
    return any(t.delivered and t.last.at == less.page.opener and t.packet.flags & (SYN | ACK) == SYN | ACK
               for t in less.page.capture)


def _where(visit: Visit) -> str:
    """Where the first packet was lost."""
    stop = blocker(visit)
    return f": packet {stop[0].number}, {stop[1].before.flow}, is lost at {stop[1].at}, {stop[1].check}" if stop else ""
