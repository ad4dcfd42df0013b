"""Programs of openers, and the one loop that runs a call.

It runs until the result, until a condition, or until time is up.
"""

import pytest
from rigs.reference_site import site, transcript

from vpcedu.clock import SECOND
from vpcedu.network.record import Call
from vpcedu.protocols.http import request
from vpcedu.sites.parts import NAME, PAGE
from vpcedu.sites.programs import Later, Stay
from vpcedu.sites.site import LINGER, LONGEST
from vpcedu.tables.security_group import GroupRule

ASK = request("GET", "/", NAME)
CALL = Call("client", NAME, 80, ASK)
CONNECT = Call("client", NAME, 80)


def sent_by(visit, who):
    return [trace.packet for trace in visit.capture if trace.sender == who and trace.packet.data]


def test_a_call_with_its_usual_program_is_the_page_that_is_fetched():
    assert transcript(site().play(CALL).capture) == transcript(site().get(PAGE).capture)
    assert transcript(site().play(CALL, Later(ASK, 0, 0)).capture) == transcript(
        site().get(PAGE).capture
    )


def test_who_stays_connects_and_leaves_the_connection_open():
    visited = site()
    visit = visited.play(CONNECT, Stay(0))
    assert (visit.symptom, sent_by(visit, "client")) == ("connected", [])
    assert [end.state for end in visited.network.devices["client"].connections.values()] == [
        "ESTABLISHED"
    ]


def test_who_stays_may_say_something_first():
    visit = site("network").play(CONNECT, Stay(0, b"query"))
    assert [packet.data for packet in sent_by(visit, "client")] == [b"query"]


@pytest.mark.parametrize("seconds", [1, 30, 59])
def test_who_asks_later_is_silent_for_so_long_and_gets_the_page(seconds):
    visit = site().play(CALL, Later(ASK, 0, seconds * SECOND))
    first = next(trace for trace in visit.capture if trace.sender == "client" and trace.packet.data)
    assert visit.symptom == "200 OK"
    assert seconds * SECOND < first.steps[0].now < (seconds + 1) * SECOND
    assert first.cause.what == "asks at last"


def test_who_wants_to_ask_when_the_connection_is_gone_asks_nothing():
    # a Classic Load Balancer closes after 60 s of silence
    visit = site().play(CALL, Later(ASK, 0, 90 * SECOND))
    assert visit.symptom.startswith("closed") and sent_by(visit, "client") == []


def test_a_visit_without_a_result_is_cut_off_when_time_is_up():
    visited = site()
    visit = visited.play(CALL, Later(ASK, 0, 50 * SECOND), longest=20 * SECOND)
    assert (visit.result, visit.waited) == (None, 20 * SECOND)
    silent = site(without=[GroupRule("sg-balancer", "in", (80, 80), "0.0.0.0/0")])
    assert silent.play(CALL).symptom == "timed out"
    assert LONGEST > 131 * SECOND


def test_a_condition_ends_a_visit_at_once():
    whole = site().get(PAGE)
    visit = site().play(CALL, until=lambda seen: len(seen) == 3)
    assert (len(visit.capture), visit.result) == (3, None)
    assert transcript(site().play(CALL, until=lambda seen: False).capture) == transcript(
        whole.capture
    )
    assert visit.waited < whole.waited - LINGER


def test_what_has_begun_sees_only_what_happens_since():
    visited = site()
    first = visited.get(PAGE)
    begun = visited.begin(CONNECT, Stay(visited.network.clock.now))
    visited.wait(5 * SECOND)
    visit = begun.visit()
    assert (visit.waited, visit.symptom) == (5 * SECOND, "connected")
    assert visit.capture.traces[0].number == len(first.capture) + 1
    assert begun.connection.state == "ESTABLISHED"
    assert begun.visit(7).waited == 7


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (Call("nobody", NAME, 80), "opener 'nobody': expected a host"),
        (Call("client", "example.org", 80), "expected one"),
    ],
)
def test_what_cannot_begin_is_refused_whatever_the_program(call, words):
    for program in (None, Stay(0)):
        with pytest.raises(ValueError, match=words):
            site().begin(call, program)
