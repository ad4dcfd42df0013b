"""`--link`: the address of the page that shows what a command prints."""

from __future__ import annotations

import pytest
from test_cli import run

from vpcedu import aws, widgets
from vpcedu.analysis.answer import ask
from vpcedu.cli.commands import COMMANDS
from vpcedu.cli.page_links import ADDRESSES
from vpcedu.course.lesson_11 import example_vpc
from vpcedu.pages import front
from vpcedu.puzzles.puzzle import puzzle
from vpcedu.scenarios.catalogue import SCENARIOS
from vpcedu.site_address import PUBLISHED, SITE
from vpcedu.views.explain import verdict

EXAMPLE = str(aws.example())
OWN = "with --link: expected "


def linked(*words):
    """The page and the part after the # of the address that a command prints."""
    done = run(*words, "--link")
    assert done.returncode == 0, done.stderr
    assert ("not published yet" in done.stderr) != PUBLISHED
    assert done.stdout.startswith(SITE) and done.stdout.count("\n") == 1
    page, _, after = done.stdout.removeprefix(SITE).strip().partition(".html#")
    return page, after


def test_the_answer_s_link_opens_at_the_same_balancer():
    page, after = linked()
    arrows = widgets.Arrows(front.visit("classic-tcp"))
    assert (page, arrows.open(after)) == (arrows.page, "")
    assert arrows.sentence.endswith(verdict(front.visit("classic-tcp")))
    page, after = linked("--balancer", "classic-http")
    paths = widgets.ReturnPaths()
    assert (page, paths.open(after)) == (paths.page, "")
    assert paths.sentence.startswith("Classic HTTP: web sends 200 OK")
    for balancer in front.BALANCERS:  # the first page has a switch between these
        assert linked("--balancer", balancer) == ("index", balancer)


def test_a_symptom_s_and_a_puzzle_s_link_open_at_it():
    explorer = widgets.Troubleshooting()
    for name in (min(SCENARIOS), max(SCENARIOS)):
        page, after = linked("scenario", name)
        assert (page, explorer.open(after)) == (explorer.page, "")
        assert f"sees: {SCENARIOS[name].sees}" in explorer.sentence
    page, after = linked("puzzle", "--seed", "7")
    assert (page, explorer.open(after)) == (explorer.page, "")
    assert f"sees: {puzzle(7).visit.outcome.said}" in explorer.sentence
    assert linked("scenario") == (explorer.page, "troubleshooting")


@pytest.mark.parametrize("to", ["shop", "db", "i-0e11f22a33b440004"])
def test_a_question_to_the_example_is_a_link_to_the_lesson_that_asks_it(to):
    page, after = linked("ask", EXAMPLE, "--from", "internet", "--to", to, "--port", "80")
    explorer = widgets.YourVpc(example_vpc())
    assert (page, explorer.open(after)) == (explorer.page, "")
    answer = ask(aws.load(EXAMPLE).vpc(), "internet", aws.load(EXAMPLE).called(to), 80)
    assert explorer.source.value == "internet" and explorer.port.value == 80
    assert explorer.sentence.startswith("internet reaches") == answer.outcome.works


@pytest.mark.parametrize(
    "words,told",
    [
        (("--nat", "gateway"), "--nat 'gateway' with --link: expected instance"),
        (("--seed", "7"), "--seed '7' with --link: expected 0"),
        (("--balancer", "elb"), "balancer 'elb': expected one of classic-tcp"),
        (("puzzle", "--seed", "10000"), "--seed '10000' with --link: expected a number from 0 to"),
        (("puzzle", "--faults", "2"), "--faults '2' with --link: expected 1"),
        (("scenario", "none"), "scenario 'none': expected one of"),
        (("ask", EXAMPLE, "--from", "internet", "--to", "shop"), "no --port: expected"),
        (
            ("ask", EXAMPLE, "--from", "nobody", "--to", "shop", "--port", "80"),
            "--from 'nobody' with --link: expected",
        ),
        (("ask", "mine", "--from", "a", "--to", "b", "--port", "80"), f"'mine' {OWN}"),
        (
            ("ask", EXAMPLE, "--from", "internet", "--to", "52.1.2.3", "--port", "80"),
            "--to '52.1.2.3' with --link: expected one of",
        ),
        (
            ("ask", EXAMPLE, "--from", "internet", "--to", "shop", "--port", "81"),
            "--port 81 with --link: expected one of",
        ),
        (("audit", EXAMPLE), "'--link' is not understood: expected one of FOLDER, --vpc"),
        (("collect",), "'--link' is not understood: expected one of --policy"),
    ],
)
def test_what_no_page_shows_has_no_link_and_one_line_says_why(words, told):
    done = run(*words, "--link")
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr and done.stderr.count("\n") == 1


def test_a_command_has_a_link_exactly_where_its_help_says_so():
    for command, (usage, *_, flags, _) in COMMANDS.items():
        assert ("--link" in usage) == ("--link" in flags) == (command in ADDRESSES), command
