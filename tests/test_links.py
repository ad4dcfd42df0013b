"""Every state is a link: it opens at that very picture and sentence, in later versions too."""

from __future__ import annotations

from functools import cache
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as some
from rigs import linked
from rigs.lessons import NOTEBOOKS
from test_explorers import EXPLORERS

from vpcedu import __version__, links, reference_architecture, widgets
from vpcedu.scenarios.catalogue import SCENARIOS, SYMPTOMS
from vpcedu.widgets.parts.state import written

LINES = [
    (path.stem, *line.split("\t"))
    for path in sorted(linked.STORED.glob("*.txt"))
    for line in path.read_text(encoding="utf-8").splitlines()
]


def shows(one):
    """What a reader sees, and what may be moved from there."""
    picture = getattr(one, "image", None)
    asked = not one.sentence.startswith(linked.NOT_ASKED)
    return one.shown(), one.state(), picture.value if picture and asked else ""


@pytest.mark.parametrize("name", linked.MADE)
def test_every_state_opens_again_from_its_link(name):
    opened = linked.MADE[name]()
    for one in linked.states(name, 4, seed=5):
        assert opened.open(one.fragment()) == ""
        assert shows(opened) == shows(one)


def test_all_states_of_what_has_few_open_again():
    one, opened = widgets.Proxies(), widgets.Proxies()
    controls = one.controls.values()
    for values in product(*(getattr(c, "_options_values", (False, True)) for c in controls)):
        for control, value in zip(controls, values, strict=True):
            control.value = value
        assert opened.open(one.fragment()) == "" and shows(opened) == shows(one)


def test_every_symptom_opens_by_its_number():
    opened, found = widgets.Troubleshooting(), []
    for number in range(1, SYMPTOMS + 1):
        opened.open(f"troubleshooting;story={number}")
        found.append(SCENARIOS[opened.story.value].entry)
    assert found == list(range(1, SYMPTOMS + 1))
    assert {line[2].split(";")[1] for line in LINES} >= {f"story={name}" for name in SCENARIOS}


def test_a_step_that_only_a_change_brings_is_there_when_the_link_opens():
    """After a repair a puzzle's visit has more packets that say something."""
    one, opened = widgets.Troubleshooting(number=5), widgets.Troubleshooting(number=5)
    steps = one.packet.max
    one.what_if.row.value = "a new entry of acl-public"
    for change in one.what_if.change._options_values:
        one.what_if.change.value = change
        if one.packet.max > steps:
            break
    assert one.packet.max > steps
    one.packet.value = one.packet.max
    assert opened.open(one.fragment()) == "" and shows(opened) == shows(one)


@pytest.mark.parametrize("version,kind,link,sentence", LINES, ids=range(len(LINES)))
def test_a_stored_link_shows_its_sentence_or_says_that_it_changed(version, kind, link, sentence):
    told = kinds(kind).open(link)
    assert version != __version__ or kinds(kind).fragment() == link
    same = " ".join(kinds(kind).shown().split()) == " ".join(sentence.split())
    assert (told == "") == same, told
    assert same or version != __version__, "run 'python3 start.py refresh' if this is meant"


@cache
def kinds(kind):
    """An object of this kind; all links of a kind are opened in the same one."""
    return linked.MADE[kind]()


def test_the_links_of_this_version_are_stored():
    assert {line[0] for line in LINES} >= {__version__}
    assert {line[1] for line in LINES if line[0] == __version__} == set(linked.MADE)


def test_a_link_of_another_version_says_what_it_knows():
    explorer = widgets.Handshake()
    plain = "handshake;round-trip=400"
    assert explorer.open(plain) == "" and explorer.round_trip.value == 400
    assert "version 0.0.1 of vpcedu; this is version" in explorer.open(f"{plain};v=0.0.1")
    assert "where the sentence was another one" in explorer.open(f"{plain};v=0.0.1-000000")
    good = links.checksum(explorer.sentence)
    assert explorer.open(f"{plain};v=0.0.1-{good}") == ""


WRONG = {
    "return-paths;way=Application;moment=99": "moment '99': expected a whole number from 1 to 6",
    "return-paths;moment=-1": "moment '-1': expected a whole number from 1 to 6",
    "return-paths;moment=0": "moment '0': expected a whole number from 1 to 6",
    "return-paths;moment=5.0": "moment '5.0'",
    "return-paths;moment=": "moment ''",
    "return-paths;way=ELB": "way 'ELB': expected one of Classic TCP, Classic HTTP, Application",
    "return-paths;speed=5": "part of the link 'speed': expected one of way, moment, change",
    "return-paths;change=drop+all": "change 'drop all': expected one of add route",
    "return-paths;way": "link's part 'way': expected name=value",
    "return-paths;way=Application;way=Application": "each name once",
    "return-paths;way=%FF": "link's part 'way=%FF': expected UTF-8 after each %",
    "return-paths;way=\u00e9": "expected at most 4,000 letters of ASCII",
    "return-paths;way=" + "x" * 5_000: "expected at most 4,000 letters of ASCII",
    "return-paths;way=__import__('os').getcwd()": "way \"__import__('os').getcwd()\": expected",
}


@pytest.mark.parametrize("link", WRONG)
def test_a_link_that_opens_nothing_is_named_and_leaves_the_explorer_as_it_was(link):
    explorer = kinds("ReturnPaths")
    explorer.moment.value = 4
    before = shows(explorer)
    with pytest.raises(ValueError) as wrong:
        explorer.open(link)
    assert WRONG[link] in str(wrong.value) and "\n" not in str(wrong.value)
    assert len(str(wrong.value)) < 1_500
    assert shows(explorer) == before
    explorer.moment.value = 3
    assert shows(explorer) != before


MORE_WRONG = {
    "Filters": ("entry=500-80", "entry '500-80': expected the smaller number first"),
    "Handshake": ("first-syn=1", "first_syn '1': expected one of yes, no"),
    "Troubleshooting": ("story=23", "story '23': expected one of a puzzle, nat-lets"),
    "YourVpc": ("port=5433", "port '5433': expected one of 22"),
    "form 01 reach": ("sees=pages", "sees 'pages': expected one of"),
    "check-yourself": ("question=13", "question '13': expected a number from 1 to 12"),
}


@pytest.mark.parametrize("kind", MORE_WRONG)
def test_a_wrong_value_is_named_whatever_the_control(kind):
    one, (value, words) = linked.MADE[kind](), MORE_WRONG[kind]
    before = shows(one)
    with pytest.raises(ValueError) as wrong:
        one.open(f"{one.link_name};{value}")
    assert words in str(wrong.value)
    assert shows(one) == before


@pytest.mark.parametrize("name", EXPLORERS)
def test_no_two_options_of_a_control_read_alike(name):
    for control in EXPLORERS[name]().controls.values():
        options = [written(value) for value in getattr(control, "_options_values", ())]
        assert len(set(options)) == len(options)


NAMES = some.text("abcdefgh_", min_size=1, max_size=8)


@given(some.dictionaries(NAMES, some.text(max_size=30)), some.text(max_size=40))
def test_any_values_come_out_as_they_went_in(values, sentence):
    made = links.fragment("some-name", values, sentence)
    asked = links.read(f"#{made}")
    assert made.isascii() and not set(made) & set(" <>\"#'\\`") - {"'"}
    assert asked.values == {
        name: text.encode("utf-8", "backslashreplace").decode() for name, text in values.items()
    }
    assert asked.version == __version__ and asked.changed(sentence) == ""


@given(some.text(max_size=200))
def test_any_text_of_an_address_is_read_or_refused_in_one_line(text):
    try:
        links.read(text)
    except ValueError as error:
        assert "\n" not in str(error) and "expected" in str(error)


def test_an_explorer_tells_the_whole_address_of_the_page_that_shows_it():
    for name, make in EXPLORERS.items():
        page, _, after = make().link.removeprefix(links.SITE).partition(".html#")
        assert (NOTEBOOKS / f"{page}.ipynb").is_file(), name
        assert f"widgets.{name}(" in (NOTEBOOKS / f"{page}.ipynb").read_text(encoding="utf-8")
        assert after == make().fragment()


def test_a_network_of_ones_own_gets_no_link_of_the_course():
    visit = reference_architecture(balancer="network").get("http://www.example.com/")
    vpc = reference_architecture().vpc
    for own in (widgets.Arrows(visit), widgets.YourVpc(vpc, "client", "web", 80)):
        with pytest.raises(ValueError, match="no link: expected what a page of the course shows"):
            _ = own.link
