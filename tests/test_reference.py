"""The generated reference page is what the code says today."""

import hops_page
import pytest
from rigs.tcp_grid import KINDS, grid
from rigs.two_ends import ALL_STATES

from tests.reference_page import DOCS, pages
from vpcedu import reference_architecture


@pytest.mark.parametrize("balancer", hops_page.BALANCERS)
def test_every_hop_of_the_answer_is_brought_on_by_a_row_and_none_by_the_nat(balancer):
    by_nat = [
        hops_page.hops(reference_architecture(balancer, nat).get(hops_page.URL))
        for nat in hops_page.NATS
    ]
    assert by_nat[0] == by_nat[1]  # whichever NAT stands beside it
    answer = [row for row in by_nat[0] if row[0] == "answer"]
    assert "NAT" not in {row[1] for row in answer}
    checks = [(at, check) for _, at, check, *_ in answer]
    assert checks[0] == ("web", "group out") and checks[-1] == ("client", "deliver")
    assert (
        (("web", "flow return") in checks)
        == (balancer == "network")
        != (("web", "route") in checks)
    )


@pytest.fixture(scope="module")
def made():
    return pages()


def test_the_reference_is_up_to_date_and_has_no_other_page(made):
    for name, text in made.items():
        assert (DOCS / name).read_text(encoding="utf-8") == text, "run 'python3 start.py refresh'"
    stored = {path.relative_to(DOCS).as_posix() for path in (DOCS / "reference").iterdir()}
    assert stored | {"REFERENCE.md"} == set(made)
    assert all(f"]({name})" in made["REFERENCE.md"] for name in stored)


def test_every_balancer_answers_with_every_nat_and_the_nat_sees_nothing_of_it(made):
    rows = [
        line.split(" | ")
        for line in made["REFERENCE.md"].splitlines()
        if " | instance | " in line or " | gateway | " in line
    ]
    assert len(rows) == 8
    assert all(row[2] == "200 OK" and row[-1] == "0 |" for row in rows)


# --- what a segment does in each state ------------------------------------------------------------

# Written from the text of RFC 9293 section 3.10.7 and RFC 5961 sections 3 to 5, not from the code:
# state, what arrives, the next state (- : the same), what is sent, what the application hears.
BY_THE_RFC = """
CLOSED       | SYN           | -            | RST,ACK | -                       | 3.10.7.1: no ACK, so SEQ 0 and an ACK
CLOSED       | ACK ok        | -            | RST     | -                       | 3.10.7.1: SEQ from the ACK
CLOSED       | FIN alone     | -            | RST,ACK | -                       | 3.10.7.1: no ACK, so SEQ 0 and an ACK
CLOSED       | no flags      | -            | RST,ACK | -                       | 3.10.7.1: no ACK, so SEQ 0 and an ACK
CLOSED       | RST exact     | -            | -       | -                       | 3.10.7.1: a reset is discarded
LISTEN       | SYN           | SYN-RECEIVED | SYN,ACK | -                       | 3.10.7.2 third
LISTEN       | ACK ok        | -            | RST     | -                       | 3.10.7.2 second: any ACK is bad
LISTEN       | FIN           | -            | RST     | -                       | 3.10.7.2 second: it has an ACK
LISTEN       | FIN alone     | -            | -       | -                       | 3.10.7.2 fourth: dropped
LISTEN       | no flags      | -            | -       | -                       | 3.10.7.2 fourth: dropped
LISTEN       | RST exact     | -            | -       | -                       | 3.10.7.2 first: ignored
SYN-SENT     | SYN           | SYN-RECEIVED | SYN,ACK | -                       | 3.10.7.3 fourth: simultaneous open
SYN-SENT     | SYN-ACK       | ESTABLISHED  | ACK     | connected               | 3.10.7.3 fourth
SYN-SENT     | ACK bad       | -            | RST     | -                       | 3.10.7.3 first
SYN-SENT     | ACK ok        | -            | -       | -                       | 3.10.7.3 fifth: neither SYN nor RST
SYN-SENT     | RST exact     | CLOSED       | -       | refused                 | 3.10.7.3 second: its ACK is good
SYN-SENT     | RST in window | -            | -       | -                       | 3.10.7.3 second: it has no ACK
SYN-SENT     | FIN alone     | -            | -       | -                       | 3.10.7.3 fifth: neither SYN nor RST
SYN-SENT     | ICMP          | CLOSED       | -       | unreachable             | RFC 5461 section 4.1
SYN-SENT     | ICMP other    | -            | -       | -                       | RFC 5927 section 4.1: not in flight
SYN-RECEIVED | ICMP other    | -            | -       | -                       | RFC 5927 section 4.1: not in flight
SYN-RECEIVED | ACK ok        | ESTABLISHED  | -       | connected               | 3.10.7.4 fifth
SYN-RECEIVED | ACK bad       | -            | RST     | -                       | 3.10.7.4 fifth
SYN-RECEIVED | data          | ESTABLISHED  | ACK     | connected, data         | 3.10.7.4 fifth, then seventh
SYN-RECEIVED | FIN           | CLOSE-WAIT   | ACK     | connected, end of data  | 3.10.7.4 fifth, then eighth
SYN-RECEIVED | RST exact     | LISTEN       | -       | -                       | 3.10.7.4 second: after a passive OPEN
ESTABLISHED  | SYN           | -            | ACK     | -                       | 3.10.7.4 fourth: challenge ACK
ESTABLISHED  | SYN-ACK       | -            | ACK     | -                       | 3.10.7.4 fourth: challenge ACK
ESTABLISHED  | ACK bad       | -            | ACK     | -                       | 3.10.7.4 fifth: not yet sent
ESTABLISHED  | data          | -            | ACK     | data                    | 3.10.7.4 seventh
ESTABLISHED  | FIN           | CLOSE-WAIT   | ACK     | end of data             | 3.10.7.4 eighth
ESTABLISHED  | RST exact     | CLOSED       | -       | reset                   | 3.10.7.4 second
ESTABLISHED  | RST in window | -            | ACK     | -                       | RFC 5961 section 3.2: challenge ACK
ESTABLISHED  | RST outside   | -            | -       | -                       | RFC 5961 section 3.2: dropped
ESTABLISHED  | ACK ahead     | -            | -       | -                       | 3.10.7.4 first: in the window
ESTABLISHED  | no flags      | -            | -       | -                       | 3.10.7.4 fifth: no ACK, so dropped
ESTABLISHED  | FIN alone     | -            | -       | -                       | 3.10.7.4 fifth: no ACK, so dropped
ESTABLISHED  | ICMP          | -            | -       | -                       | 3.9.2.2: soft errors abort nothing
FIN-WAIT-1   | ACK ok        | FIN-WAIT-2   | -       | -                       | 3.10.7.4 fifth
FIN-WAIT-1   | FIN           | TIME-WAIT    | ACK     | end of data             | 3.10.7.4 eighth: both FINs are known
FIN-WAIT-2   | data          | -            | ACK     | data                    | 3.10.7.4 seventh: still received
FIN-WAIT-2   | FIN           | TIME-WAIT    | ACK     | end of data             | 3.10.7.4 eighth
CLOSE-WAIT   | data          | -            | -       | -                       | 3.10.7.4 seventh: ignored after a FIN
CLOSE-WAIT   | FIN           | -            | ACK     | -                       | 3.10.7.4 first: old, so an ACK
CLOSE-WAIT   | RST exact     | CLOSED       | -       | reset                   | 3.10.7.4 second
CLOSING      | ACK ok        | TIME-WAIT    | -       | -                       | 3.10.7.4 fifth
CLOSING      | RST exact     | CLOSED       | -       | closed                  | 3.10.7.4 second: no error
LAST-ACK     | ACK ok        | CLOSED       | -       | closed                  | 3.10.7.4 fifth
LAST-ACK     | FIN           | -            | ACK     | -                       | 3.10.7.4 first: old, so an ACK
TIME-WAIT    | FIN           | -            | ACK     | -                       | 3.10.7.4 fifth: ACK, 2 MSL anew
TIME-WAIT    | FIN awaited   | -            | ACK     | -                       | 3.10.7.4 fifth: ACK, 2 MSL anew
TIME-WAIT    | ACK ahead     | -            | ACK     | -                       | 3.10.7.4 fifth: ACK, 2 MSL anew
TIME-WAIT    | data          | -            | ACK     | -                       | 3.10.7.4 fifth: ACK; seventh: ignored
TIME-WAIT    | ACK ok        | -            | -       | -                       | as Linux, FreeBSD: none for a bare one
TIME-WAIT    | SYN           | -            | ACK     | -                       | 3.10.7.4 first: an old one gets an ACK
TIME-WAIT    | RST exact     | CLOSED       | -       | closed                  | 3.10.7.4 second
"""


def cells():
    rows = [[word.strip() for word in row.split("|")] for row in BY_THE_RFC.strip().splitlines()]
    return [
        ((state, kind), (state if after == "-" else after, sent.strip("-"), heard.strip("-")))
        for state, kind, after, sent, heard, _ in rows
    ]


def test_the_grid_has_an_outcome_for_every_pair_of_state_and_segment():
    found = grid()
    assert set(found) == {(state, kind) for state in ALL_STATES for kind in KINDS}
    assert len(found) == 165
    assert {outcome.next for outcome in found.values()} <= set(ALL_STATES)


@pytest.mark.parametrize(("pair", "outcome"), cells(), ids=lambda value: " ".join(value))
def test_the_telling_cells_are_what_the_rfc_says(pair, outcome):
    assert grid()[pair] == outcome


def test_every_state_has_telling_cells():
    assert {state for (state, _), _ in cells()} == set(ALL_STATES)
    assert {kind for (_, kind), _ in cells()} == set(KINDS)


@pytest.mark.parametrize("state", ALL_STATES)
def test_a_reader_finds_what_a_host_in_a_state_does_with_data(state):
    lines = pages()["reference/tcp.md"].splitlines()
    assert any(line.startswith(f"| [{state}](#in-{state.lower()}) |") for line in lines)
    at = lines.index(f"### In {state}")
    answer = next(line for line in lines[at : at + 19] if line.startswith("| data |"))
    if state == "FIN-WAIT-2":
        assert answer == "| data | FIN-WAIT-2, as before | ACK | data |"
