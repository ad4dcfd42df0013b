"""`--link`: the address of the page that shows what a command prints."""

from __future__ import annotations

import json
import re

import pytest
from test_cli import run

from vpcedu import __version__, aws, widgets
from vpcedu.analysis.answer import ask
from vpcedu.cli.commands import COMMANDS
from vpcedu.cli.page_links import ADDRESSES
from vpcedu.pages import front
from vpcedu.pages.alive import own_page
from vpcedu.pages.alive.own import OwnDoor
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
def test_a_question_to_the_example_is_a_link_to_the_page_that_asks_it(to):
    page, after = linked("ask", EXAMPLE, "--from", "internet", "--to", to, "--port", "80")
    own = OwnDoor()
    told = json.loads(own.call("link", after))
    assert (page, told["about"], told["own"]) == ("your-vpc", "ask", False)
    own.call("example")
    answer = json.loads(own.call("ask", *told["values"].values()))
    known = aws.load(EXAMPLE)
    assert answer["verdict"] == ask(known.vpc(), "internet", known.called(to), 80).verdict
    assert (answer["link"], answer["changed"]) == (after, "")
    own.call("link", re.sub("-[0-9a-f]{6}$", "-000000", after))
    answer = json.loads(own.call("ask", *told["values"].values()))
    assert answer["changed"].startswith("This link was made with version")


def test_of_one_s_own_files_nothing_is_in_a_link(tmp_path):
    """No file is read: the link has the words of the question as they were typed."""
    (tmp_path / "vpcs.json").write_text("no JSON")
    words = ("--from", "a b;c", "--to", "<i>", "--port", "80", "--link")
    done = run("ask", str(tmp_path), *words)
    after = done.stdout.strip().partition("your-vpc.html#")[2]
    assert after == f"ask;files=own;from=a+b%3Bc;to=%3Ci%3E;port=80;v={__version__}"
    assert "nothing of the files; whoever opens it needs them" in done.stderr
    told = json.loads(OwnDoor().call("link", after))
    assert told["own"] and told["values"] == {"from": "a b;c", "to": "<i>", "port": "80"}
    page, after = linked("audit", str(tmp_path), "--vpc", "vpc-1")
    assert (page, after) == ("your-vpc", f"audit;files=own;vpc=vpc-1;v={__version__}")


def test_an_audit_and_the_script_that_collects_have_links():
    page, after = linked("audit", EXAMPLE)
    assert (page, after) == ("your-vpc", f"audit;v={__version__}")
    assert json.loads(OwnDoor().call("link", after)) == {
        "about": "audit",
        "own": False,
        "values": {},
    }
    page, after = linked("collect")
    assert page == "your-vpc" and f'<details id="{after}">' in own_page.BODY


@pytest.mark.parametrize(
    "text", ["ask;host=x", "ask", "ask;from=a;to=b", "audit;port=80", "run", "ask;from", "ask;v=é"]
)
def test_what_the_page_does_not_do_is_no_link(text):
    assert "expected" in json.loads(OwnDoor().call("link", text))["error"]


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
            "'nobody'",
        ),
        (("ask", "mine", "--from", "a", "--to", "b", "--port", "80"), f"'mine' {OWN}"),
        (("audit", "reference"), f"'reference' {OWN}"),
    ],
)
def test_what_no_page_shows_has_no_link_and_one_line_says_why(words, told):
    done = run(*words, "--link")
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr and done.stderr.count("\n") == 1


def test_a_command_has_a_link_exactly_where_its_help_says_so():
    for command, (usage, *_, flags, _) in COMMANDS.items():
        assert ("--link" in usage) == ("--link" in flags) == (command in ADDRESSES), command
