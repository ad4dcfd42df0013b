"""One value for what a person saw: four verdicts, and the words that every text takes."""

import pytest

from vpcedu import draw, lab, reference_architecture
from vpcedu.hosts.client import Result
from vpcedu.network.record import Call, Record
from vpcedu.protocols.http import request, response
from vpcedu.reasons import BEYOND
from vpcedu.trace import DROP, Capture, Cause, Step, Trace
from vpcedu.views.explain import answer, verdict
from vpcedu.views.outcome import (
    DOES_NOT,
    LOOP,
    SOMETIMES,
    UNKNOWN,
    WORKS,
    Outcome,
    outcome,
    together,
)
from vpcedu.views.text import report

PAGE = "http://www.example.com/"


def seen(status=None, location=None, symptom="", port=80, waited=0):
    """The outcome of a call that was answered so, or that ended with a symptom."""
    call = Call("client", "www.example.com", port, request("GET", "/", "www.example.com"))
    result = Result(symptom, None, 1_000_000) if symptom else None
    if status:
        message = response(status)
        result = Result(
            status, message.with_header("Location", location) if location else message, 1_000_000
        )
    return outcome(Record(call, result, Capture(), reference_architecture().vpc, 0, waited))


@pytest.mark.parametrize(
    ("status", "location", "port", "said", "works"),
    [
        ("200 OK", None, 80, "works", True),
        ("204 No Content", None, 80, "works", True),
        ("201 Created", PAGE, 80, "works", True),
        ("304 Not Modified", None, 80, "works", True),
        (
            "301 Moved Permanently",
            "https://www.example.com/",
            80,
            "works: 301 Moved Permanently, on to https://www.example.com/",
            True,
        ),
        ("302 Found", "/new", 80, "works: 302 Found, on to http://www.example.com:80/new", True),
        (
            "301 Moved Permanently",
            "http://www.example.com:443/",
            80,
            "works: 301 Moved Permanently, on to http://www.example.com:443/",
            True,
        ),
        ("301 Moved Permanently", PAGE, 80, LOOP, False),
        ("302 Found", "/", 80, LOOP, False),
        (
            "301 Moved Permanently",
            "https://www.example.com/",
            443,
            LOOP,
            False,
        ),  # asked in clear where it is TLS
        ("302 Found", None, 80, "302 Found", False),
        ("404 Not Found", None, 80, "404 Not Found", False),
        ("500 Internal Server Error", PAGE, 80, "500 Internal Server Error", False),
    ],
)
def test_a_response_works_or_not_and_says_where_it_leads(status, location, port, said, works):
    found = seen(status, location, port=port)
    assert (found.said, found.works) == (said, works)
    assert found.verdict == (WORKS if works else DOES_NOT)
    assert found.leads == (said.partition(" on to ")[2])


@pytest.mark.parametrize("symptom", ["refused", "reset", "closed", "timed out"])
def test_what_came_to_nothing_does_not_work(symptom):
    found = seen(symptom=symptom)
    assert (found.verdict, found.words) == (DOES_NOT, symptom)
    assert str(found) == ("timed out after 1 s" if symptom == "timed out" else symptom)


def test_what_goes_on_cannot_be_told_yet_and_what_was_waited_for_did_not_come():
    assert (seen().verdict, seen().words) == (UNKNOWN, "no answer yet")
    assert str(seen(waited=300_000_000)) == "no answer after 300 s"


def test_where_a_packet_met_what_nobody_described_nothing_is_claimed():
    visit = reference_architecture().get(PAGE)
    lost = Record(visit.call, Result("timed out", None, 1), Capture(), visit.vpc, 0)
    packet = visit.capture[1].packet
    lost.capture.traces.append(
        Trace(1, Step(0, "client", "send", "send", packet, packet, Cause("x")))
    )
    lost.capture.traces[0].steps.append(Step(0, "tgw", "deliver", DROP, packet, None, None, BEYOND))
    assert (outcome(lost).verdict, str(outcome(lost))) == (UNKNOWN, "unknown")


def test_of_several_connections_some_may_work():
    good, bad, open_one = (
        Outcome(WORKS, "200 OK"),
        Outcome(DOES_NOT, "timed out"),
        Outcome(UNKNOWN, UNKNOWN),
    )
    assert together([good, bad]) == (SOMETIMES, SOMETIMES, None, "")
    assert together([good, good]) == good and together([bad]) == bad
    assert together([good, open_one, bad]) == open_one
    with pytest.raises(ValueError, match="expected one or more"):
        together([])


def test_every_text_of_one_visit_says_the_same(capsys):
    """Explanation, report, picture, log of the terminal and answer: one time-out has one text."""
    site = reference_architecture("network").without(
        reference_architecture("network").vpc.routes[0]
    )
    visit = site.get(PAGE)
    words = visit.outcome.words
    assert not visit.outcome.works and words == "timed out"
    assert visit.symptom == words and visit.client_sees == str(visit.outcome)
    for text in (
        answer(visit),
        verdict(visit),
        report(visit).splitlines()[0],
        draw.map(visit).alt,
        draw.ladder(visit).alt,
        repr(lab.ask(site.vpc, "client", "www.example.com", 80)),
    ):
        assert words in text and f"connection {words}" not in text
