"""Lesson 00: what it shows is so, and each wrong answer is contradicted by a run."""

from __future__ import annotations

import json
import re

import pytest
from notebook_rules import NOTEBOOKS
from rigs.layout import faults

from vpcedu import draw, lab, reference_architecture, widgets
from vpcedu.clock import SECOND
from vpcedu.course.row_table import LATER, SETTLED, UPDATES, one_row_less, row_of, without
from vpcedu.draw.canvas.scene import Box, Text
from vpcedu.hosts.health_check import health_changes
from vpcedu.sites.reference import BALANCERS
from vpcedu.trace import DROP

URL = "http://www.example.com/"
ONLY_UPDATE = {4, 12, 13, 15, 17}
CONNECTED = {1, 3, 7, 8, 10, 11}


@pytest.fixture(scope="module")
def site():
    return reference_architecture()


@pytest.fixture(scope="module")
def table(site):
    return one_row_less(site)


# --- the prediction ----------------------------------------------------------------------


@pytest.mark.fact("clb-two-conns", "clb-src-ip", "clb-return")
def test_the_answer_goes_to_the_node_by_the_local_route_and_the_node_s_to_the_client(site):
    visit = site.anew().get(URL)
    answer = next(trace for trace in visit.capture if trace.sender == "web" and trace.packet.data)
    assert (
        str(answer.packet.flow).startswith("10.0.1.10:80 > 10.0.0.10:")
        and answer.last.at == "ELB node"
    )
    assert "10.0.0.0/16 > local" in visit.answer.replace(
        "\n", " "
    ) and "Not one of the 22 packets" in visit.answer.replace("\n", " ")


@pytest.mark.parametrize(
    ("told", "belief", "lost"),
    [
        (
            ("10.0.1.10", 80, "203.0.113.10", 51828),
            "web has one connection, to 10.0.0.10:19404; none to 203.0.113.10.",
            "NAT, group out: no outbound rule",
        ),
        (("10.0.1.10", 40000, "10.0.0.10", "?"), "No other, higher port", "ELB node, group in"),
        (
            ("10.0.1.10", 80, "10.0.0.20", "?"),
            "A next hop's address never stands in the packet",
            "NAT, deliver: nothing listens",
        ),
        (
            ("192.0.2.10", 80, "203.0.113.10", 51828),
            "A host sends from its own address",
            "web, source check",
        ),
    ],
)
def test_a_wrong_prediction_is_really_sent_and_lost(site, told, belief, lost):
    judgement = lab.judge(site.anew().get(URL), *told)
    assert not judgement.right and belief in judgement.words and lost in judgement.words
    assert judgement.trace.last.action == DROP


def test_a_cell_that_is_run_again_gives_the_same_visit():
    site = reference_architecture()
    first, again = site.anew().get(URL), site.anew().get(URL)
    assert str(first) == str(again) and again.capture[1].packet == first.capture[1].packet


def test_the_judge_says_first_what_happened_and_no_cause(site):
    """The cause is what the picture shows; a next hop gets a reply of its own."""
    judgement = lab.judge(site.anew().get(URL), "10.0.1.10", 80, "203.0.113.10", 51828)
    first, second = judgement.words.split(" web has one connection, ")
    assert first.startswith("We sent your packet: ") and second == (
        "to 10.0.0.10:19404; none to 203.0.113.10."
    )
    through = reference_architecture("network").get(URL)
    said = lab.judge(through, "10.0.1.10", 80, "10.0.0.10", 1).words
    assert said.endswith("web has one connection, to 203.0.113.10:49654; none to 10.0.0.10.")


def test_a_ladder_without_states_has_none_and_everything_else(site):
    visit = site.anew().get(URL)
    with_states, without_states = draw.ladder(visit).scene, draw.ladder(visit, states=False).scene
    words = [
        {item.words for item in scene.items if isinstance(item, Text)}
        for scene in (with_states, without_states)
    ]
    gone = words[0] - words[1]
    assert {"LISTEN", "SYN-SENT", "ESTABLISHED", "TIME-WAIT", "CLOSED"} <= gone
    assert all(word.isupper() or word.endswith("-") for word in gone)
    assert words[1] < words[0] and "ends 1," in words[1] and faults(without_states) == []


def test_a_later_visit_of_a_site_is_judged_by_playing_those_before_it_too():
    site = reference_architecture()
    site.get(URL)
    visit = site.get(URL)
    client = visit.capture[23].packet.flow.sport
    judgement = lab.judge(visit, "10.0.1.10", 80, "203.0.113.10", client)
    assert client != 51828 and "NAT, group out" in judgement.words and judgement.trace.number > 23
    site.connect("web", "updates.example.net", 443)
    with pytest.raises(ValueError, match="not the first visit"):
        lab.judge(site.get(URL), "10.0.1.10", 80, "203.0.113.10", client)


# --- one row less ------------------------------------------------------------------------


def test_the_page_needs_no_row_about_the_nat_and_the_update_needs_four(table):
    page = {one.number for one in table.rows if one.page.symptom != "200 OK"}
    update = {one.number for one in table.rows if one.update.symptom != "connected"}
    assert set(table.nat) == {4, 13, 14, 15, 17} and not page & set(table.nat)
    assert update - page == ONLY_UPDATE and table.whole.page.symptom == "200 OK"
    assert "Of these the page needs none.\n" in str(table) and len(table.rows) == 18
    assert str(table).endswith("Page in the first minute: closed, 60 s without 1, 3, 7, 8, 10, 11.")


def test_the_table_says_what_the_visits_say(site, table):
    lines = str(table).splitlines()[2:20]
    assert max(map(len, str(table).splitlines())) <= 88
    for one, line in zip(table.rows, lines, strict=True):
        assert f"{one.number:>3} {one.words}" in line
        seen = site.without(one.row).get(URL).outcome.said  # with no check, as in the first minute
        assert one.came_first == ("closed, 60 s" if seen == "closed" else seen)
        assert line[50:68].strip() == ("closed at once" if seen == "closed" else seen)
        assert line[68:] == site.without(one.row).connect("web", *UPDATES).outcome.said


def test_rows_are_taken_out_of_a_running_site_and_the_checks_notice_before_the_second_visit(table):
    less = table.rows[9]  # the ELB node's group lets it open nothing to web
    first, page = less.first.capture, less.page.capture
    assert first.traces[0].steps[0].now == SETTLED and less.first.result.after == 60_080_000
    ((at, change),) = health_changes(first)
    assert (str(change), at - SETTLED) == (
        "10.0.1.10:80: healthy -> unhealthy (timed out)",
        55 * SECOND,
    )
    assert page.traces[0].steps[0].now == SETTLED + LATER and less.page.result.after == 80_000
    assert not [trace for trace in page if trace.packet.flow.dst == "10.0.1.10"]


def test_a_balancer_that_speaks_http_says_503_when_the_checks_have_noticed():
    less = without(reference_architecture("classic-http"), 7)
    assert (less.came_first, *less.came) == ("504", "503", "timed out")
    # a connection to web that stands already is tracked: it outlives the rule, until checks notice
    less = without(reference_architecture("classic-http"), 11)
    assert (less.came_first, *less.came) == ("works", "503", "works")


def test_with_a_network_load_balancer_the_page_needs_no_row_about_the_nat_either():
    table = one_row_less(reference_architecture("network"))
    assert "Of these the page needs none." in str(table)


def test_the_nat_s_rows_are_found_where_it_is_a_gateway():
    assert one_row_less(reference_architecture(nat="gateway")).nat == (4, 14)


@pytest.mark.parametrize("row", [0, 19, True, "4", None])
def test_what_is_no_row_is_named(site, row):
    with pytest.raises(ValueError, match="from 1 to 18"):
        row_of(site, row)


# --- exercises ---------------------------------------------------------------------------


def test_each_row_of_the_site_is_judged_by_what_it_does():
    right = {
        number: {row for row in range(1, 19) if lab.check(number, row).startswith("Right.")}
        for number in ("00.1", "00.2")
    }
    assert right == {"00.1": ONLY_UPDATE, "00.2": CONNECTED}


def test_a_row_itself_is_taken_as_well_as_its_number(site):
    assert lab.check("00.1", site.vpc.rows()[3]) == lab.check("00.1", 4)


# --- the picture and the explorer --------------------------------------------------------


@pytest.mark.parametrize("balancer", BALANCERS)
@pytest.mark.parametrize("nat", ["instance", "gateway"])
def test_the_picture_of_the_site_is_laid_out_right_and_holds_every_row(balancer, nat):
    site = reference_architecture(balancer, nat)
    scene = draw.site(site).scene
    words = " ".join(item.words for item in scene.items if isinstance(item, Text))
    assert faults(scene) == []
    assert all(row.what in words for row in site.vpc.group_rules)
    assert all(row.destination in words and row.target in words for row in site.vpc.routes)
    assert all(row.public in words for row in site.vpc.associations)
    assert "The network ACLs allow everything." in words and "not on this path" not in words
    assert all(f"{row.device}" in scene.alt for row in site.vpc.interfaces)


def test_a_site_whose_acls_do_not_allow_everything_says_so():
    site = reference_architecture()
    scene = draw.site(site.without(site.vpc.acl_entries[0])).scene
    words = " ".join(item.words for item in scene.items if isinstance(item, Text))
    assert "allow everything" not in words


def test_nothing_of_the_site_is_faint_before_a_packet_was_sent():
    boxes = [
        item for item in draw.site(reference_architecture()).scene.items if isinstance(item, Box)
    ]
    assert not [box for box in boxes if box.dash]


def test_the_arrows_answer_the_question_in_both_positions(site):
    arrows = widgets.Arrows(site.anew().get(URL))
    assert "ELB node opens one that ends at web" in arrows.sentence
    arrows.arrows.value = "packets"
    assert "web answers 10.0.0.10:19404 by the local route" in arrows.sentence


def _markdown(name):
    path = next(path for path in NOTEBOOKS if path.name.startswith(name))
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def test_the_text_names_every_row_without_which_the_node_cannot_connect(table):
    said = re.search(r"Without rows ([\d, or]+) the node cannot connect", _markdown("00"))
    shown = re.search(r"Page in the first minute: closed, 60 s without ([\d, ]+)", str(table))
    assert re.findall(r"\d+", said[1]) == re.findall(r"\d+", shown[1])


@pytest.mark.parametrize("name", ["00", "01"])
def test_connect_stands_in_no_lesson_before_the_one_that_explains_it(name):
    assert "**`connect()`**" in _markdown("02")
    assert "`connect()`" not in _markdown(name)
