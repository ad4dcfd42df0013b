"""Predictions of the lessons on filters and on address translation: the model is the judge."""

from __future__ import annotations

from vpcedu.course.predict import Judgement
from vpcedu.sites.field import one_of, whole
from vpcedu.sites.one_server import ACL, CALLERS, GROUP, answers, one_server, share
from vpcedu.sites.parts import PAGE
from vpcedu.tables.security_group import OUT, GroupRule
from vpcedu.tables.traffic import ANYWHERE
from vpcedu.views.explain import label
from vpcedu.views.outcome import blocker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.sites.visit import Visit

MISSING = ("nothing", "group", "acl", "both")


def judge_filters(missing: object, first: object = "", last: object = "") -> Judgement:
    """Hold against runs what a server that lets port 80 in still lacks for its answers: an outbound row in the group,
    in the network ACL, in both or nothing, and for which destination ports.

    The fields may be text as typed; the ports count where a row is missing. ValueError where one is something else.
    """
    word = one_of("missing", missing, MISSING, {"network acl": "acl"})
    if word == "nothing":
        return Judgement(False, f"Just that was played, with nothing added. {_fate(one_server().get(PAGE))} The group"
                         " remembers what it let in. The network ACL asks each packet anew, the answer too.", None)
    ports = _range(first, last)
    rule = GroupRule(GROUP, OUT, ports, ANYWHERE)
    if word == "group":
        return Judgement(False, f"Your rule was added to the group ({rule.what}). {_fate(one_server(rule).get(PAGE))}"
                         " Nobody had asked the group for a rule: the answer belongs to a flow that it tracks.", None)
    narrow = _narrow(ports)
    if narrow is not None:
        return narrow
    if word == "both":
        return Judgement(False, "The page comes. But it comes without the group's rule too: the answer belongs to a"
                         f" flow that the group tracks. Only {ACL} lacked an entry.", None)
    return Judgement(True, f"Right. With the entry {answers(*ports).what} in {ACL} clients got the page on each end of"
                     f" every range: {', '.join(f'{who} {low}-{high}' for who, (low, high) in CALLERS.items())}. The"
                     " group needs no rule: it remembers.", None)


def _narrow(ports: tuple[int, int]) -> Judgement | None:
    """What becomes of clients whose port lies outside of the entry; None where there are none."""
    entry = answers(*ports)
    usual = one_server(entry).get(PAGE)
    if not usual.outcome.works:
        port = usual.capture[1].packet.flow.sport
        belief = (" The answer comes FROM port 80, and goes TO the port that the client chose." if ports[0] <= 80 else
                  f" This client, a Linux, chose {port}.")
        return Judgement(False, f"The entry was added ({entry.what}). {_fate(usual)}{belief}", None)
    for who, (low, high) in CALLERS.items():
        inside = share(*ports, (low, high))
        if inside < high - low + 1:
            port = low if not ports[0] <= low <= ports[1] else ports[1] + 1
            lost = one_server(entry, port=port).get(PAGE)
            return Judgement(False, f"This client gets its page, and others do not: {who} choose from"
                             f" {low}-{high}. Of these {high - low + 1:,} ports your entry has {inside:,}. The next"
                             f" client chose {port}. {_fate(lost)}", None)
    for port in {end for span in CALLERS.values() for end in span}:
        assert one_server(entry, port=port).get(PAGE).outcome.works
    return None


def _fate(visit: Visit) -> str:
    """What the client sees, and which packet was lost where."""
    stop = blocker(visit)
    assert stop is not None and visit.result is not None
    trace, step = stop
    return (f"The client: {visit.symptom} after {visit.result.after / 1e6:g} s. web's {label(trace.packet)} to"
            f" {trace.packet.flow.destination} was lost at {step.at}, {step.check} ({step.row}).")


def _range(first: object, last: object) -> tuple[int, int]:
    low, high = whole("first port", first, 0, 65_535), whole("last port", last, 0, 65_535)
    if low > high:
        raise ValueError(f"ports {low} to {high}: expected the lower one first")
    return low, high
