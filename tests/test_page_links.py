"""`--link`: the address of the page that shows what a command prints."""

from __future__ import annotations

import pytest
from test_cli import run

from vpcedu import aws, links, widgets
from vpcedu.analysis.answer import ask
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


def test_a_question_to_the_example_is_a_link_to_the_page_that_asks_it():
    page, after = linked("ask", EXAMPLE, "--from", "internet", "--to", "shop", "--port", "80")
    asked = links.read(after)
    assert (page, asked.name) == ("your-vpc", "ask")
    vpc = aws.load(EXAMPLE).vpc()
    ends = asked.values["from"], aws.load(EXAMPLE).called(asked.values["to"])
    assert ask(vpc, *ends, int(asked.values["port"])).outcome.said
    assert linked("audit", EXAMPLE) == ("your-vpc", "audit")


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
            "no end 'nobody': expected",
        ),
        (("ask", "mine", "--from", "a", "--to", "b", "--port", "80"), f"'mine' {OWN}"),
        (("audit", "reference"), "no link has a network of your own"),
    ],
)
def test_what_no_page_shows_has_no_link_and_one_line_says_why(words, told):
    done = run(*words, "--link")
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr and done.stderr.count("\n") == 1
