"""Outcome: what the person at the opener saw, made from what happened.

Every text and picture asks for it.

A redirect works: the page is elsewhere, and the outcome says where. One that leads back to the page
that was asked for does not. It is unknown whether something works where a packet's path ends at
something that nobody described; and of several connections some may work and others not.
"""

from __future__ import annotations

from vpcedu.address import whole
from vpcedu.reasons import BEYOND, LOST, TOO_LARGE
from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from vpcedu.network.record import Record
    from vpcedu.trace import Step, Trace

WORKS, DOES_NOT, SOMETIMES, UNKNOWN = "works", "does not", "sometimes", "unknown"
LOOP = "redirect loop"
NOT_MODIFIED = 304  # of the codes from 300 to 399 the one that leads nowhere and is an answer (RFC 9110 section 15.4)
GIVEN_UP = "no answer, given up"  # by who was connected; who was not timed out
SILENT = (  # nothing came: it matters how long somebody waited
    "timed out",
    GIVEN_UP,
    "no answer",
)


class Outcome(NamedRow):
    """What a person saw.

    verdict: WORKS, DOES_NOT, SOMETIMES or UNKNOWN. words: a status line, "connected", "timed out",
    "refused", ... after: how long it took (microseconds), None where nobody waited for it. leads:
    where a redirect leads, or "".
    """

    verdict: str
    words: str
    after: int | None = None
    leads: str = ""

    @property
    def works(self) -> bool:
        """Whether the person got what was asked for, or was sent where it is."""
        return self.verdict == WORKS

    @property
    def plain(self) -> bool:
        """Whether it works and nothing more is to be said.

        The page came, or the connection stands.
        """
        return self.words in ("connected", "200 OK")

    @property
    def status(self) -> int | None:
        """The HTTP status, or None where no response came."""
        return whole(self.words.partition(" ")[0], 999)

    @property
    def said(self) -> str:
        """The outcome without its time.

        "works", "works: 301 Moved Permanently, on to ...", "timed out", ...
        """
        if not self.works:
            return self.words
        return f"{WORKS}: {self.words}" if self.leads else WORKS

    def __str__(self) -> str:
        """The same, and after how long where nothing came: "timed out after 131 s"."""
        after = self.after if self.words in SILENT else None
        return self.said if after is None else f"{self.said} after {after / 1e6:.0f} s"


def outcome(record: Record) -> Outcome:
    """What the opener's person saw of a call."""
    seen, lost = _seen(record), blocker(record)
    if not seen.works and lost is not None and lost[1].reason is BEYOND:
        return Outcome(UNKNOWN, UNKNOWN)
    return seen


def _seen(record: Record) -> Outcome:
    """The same, as if everything on the path were described."""
    result = record.result
    if result is None and record.waited:
        return Outcome(DOES_NOT, "no answer", record.waited)
    if result is None:
        return Outcome(UNKNOWN, record.pending)  # it goes on, or a file does not tell
    if result.symptom == "connected":
        return Outcome(WORKS, "connected", result.after)
    if result.response is None:
        given_up = result.symptom == "timed out" and stood(record)
        return Outcome(DOES_NOT, GIVEN_UP if given_up else result.symptom, result.after)
    return _answered(
        Outcome(WORKS, result.symptom, result.after),
        result.response.header("Location"),
        record.call.url,
    )


def _answered(seen: Outcome, location: str | None, url: str) -> Outcome:
    """What a response means.

    A redirect works where it leads to another page, and not where it leads nowhere.
    """
    status = seen.status or 0
    if 200 <= status < 300 or status == NOT_MODIFIED:
        return seen
    if not 300 <= status < 400 or location is None:
        return seen._replace(verdict=DOES_NOT)
    leads = (
        location if "://" in location else f"{url.partition('://')[0]}://{_page(url)[0]}{location}"
    )
    if _page(leads) == _page(url):
        return seen._replace(verdict=DOES_NOT, words=LOOP)
    return seen._replace(words=f"{seen.words}, on to {leads}", leads=leads)


def together(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome of the connections that a network's choices make of one question.

    ValueError for none. One that is unknown leaves the whole open; where the others differ, it
    works sometimes.
    """
    different = tuple(dict.fromkeys(outcomes))
    if not different:
        raise ValueError("no outcomes: expected one or more")
    unknown = next((each for each in different if each.verdict == UNKNOWN), None)
    if unknown is not None:
        return unknown
    return (
        different[0]
        if len({each.works for each in different}) == 1
        else Outcome(SOMETIMES, SOMETIMES)
    )


def blocker(record: Record) -> tuple[Trace, Step] | None:
    """The first packet that was lost for a reason one can repair, and the step that lost it.

    A packet that is too large is answered by an ICMP error: what lost that one is to be repaired.
    """
    for trace in record.capture:
        step = trace.dropped
        if step is not None and step.reason not in (LOST, TOO_LARGE):
            return trace, step
    return None


def stood(record: Record) -> bool:
    """Whether a connection that the opener opened itself was ever established."""
    return any(
        (change.before, change.after) == ("SYN-SENT", "ESTABLISHED")
        for _, _, change in record.capture.changes(record.opener)
    )


def _page(url: str) -> tuple[str, str]:
    """Name and port, and path, of a URL.

    The port alone tells http from https, which an answer in clear has not.
    """
    scheme, _, rest = url.partition("://")
    place, _, path = rest.partition("/")
    usual = "443" if scheme.lower() == "https" else "80"
    return (place if ":" in place else f"{place}:{usual}"), f"/{path}"
