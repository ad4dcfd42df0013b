"""Page links: `--link` prints the address of the page that shows what a command would print.

A page shows the reference site with the NAT of the question, seed 0; every symptom; the puzzles of
one fault; and lesson 11's questions to the example network. A network of your own is in no page and
in no link: whoever opened it would need your files.
"""

from __future__ import annotations

import os
import sys

from vpcedu import links
from vpcedu.cli.options import port_asked, whole
from vpcedu.quoting import quoted
from vpcedu.site_address import PUBLISHED

TROUBLES, MOST = "10-troubleshooting", 9_999  # its explorer's last puzzle
# the page and the state that show the answer, by balancer; moment 5 is the reply
ANSWERS = {
    "classic-tcp": ("00-the-question", "arrows", {"arrows": "packets"}),
    "classic-http": ("08-return-paths", "return-paths", {"way": "Classic HTTP", "moment": "5"}),
    "application": ("index", "application", {}),
    "network": ("index", "network", {}),
}


def answer(options: dict[str, str]) -> str:
    """The page that answers the question; ValueError for a setting that no page has."""
    for name, usual in (("--nat", "instance"), ("--seed", "0")):
        if options.get(name, usual) != usual:
            raise ValueError(f"{name} {quoted(options[name])} with --link: expected {usual}")
    balancer = options.get("--balancer", "classic-tcp")
    if balancer not in ANSWERS:
        raise ValueError(f"balancer {quoted(balancer)}: expected one of {', '.join(ANSWERS)}")
    page, name, values = ANSWERS[balancer]
    return links.link(page, links.fragment(name, values) if values else name)


def ask(options: dict[str, str]) -> str:
    """The question in lesson 11; ValueError for another network, or what it does not offer."""
    from vpcedu import aws
    from vpcedu.analysis.question import destinations, ports, sources
    from vpcedu.course.lesson_11 import EXAMPLE, example_vpc

    _only_the_example(options)
    for name in ("--host", "--path", "--vpc"):
        if name in options:
            raise ValueError(f"{name} with --link: expected --from, --to and --port alone")
    port, account, vpc = port_asked(options), aws.load(aws.example()), example_vpc()
    values = {}
    for word, name, offered in (
        ("source", "--from", sources(vpc)),
        ("destination", "--to", destinations(vpc)),
    ):
        end = account.called(options[name])
        values[word] = EXAMPLE.get(end, end)
        if values[word] not in offered:
            known = f"one of {', '.join(offered)}"
            raise ValueError(f"{name} {quoted(options[name])} with --link: expected {known}")
    if port not in ports(vpc):
        known = ", ".join(map(str, ports(vpc)))
        raise ValueError(f"--port {port} with --link: expected one of {known}")
    return links.link("11-your-own-vpc", links.fragment("your-vpc", values | {"port": str(port)}))


def _only_the_example(options: dict[str, str]) -> None:
    from vpcedu import aws

    folder = options[""]
    if os.path.realpath(folder) != os.path.realpath(aws.example()):
        raise ValueError(
            f"{quoted(folder)} with --link: expected {aws.example()}; no link "
            "has a network of your own, because whoever opens it needs the files"
        )


def puzzle(options: dict[str, str]) -> str:
    """The puzzle in lesson 10; ValueError for one that it does not offer."""
    for name, usual, least, most in (("--seed", "0", 0, MOST), ("--faults", "1", 1, 1)):
        if not least <= whole(name, options.get(name, usual)) <= most:
            few = f"a number from {least} to {most}" if least < most else str(least)
            raise ValueError(f"{name} {quoted(options[name])} with --link: expected {few}")
    number = str(whole("--seed", options.get("--seed", "0")))
    return _trouble({"story": "a puzzle", "number": number})


def scenario(options: dict[str, str]) -> str:
    """The symptom in lesson 10, or the lesson's list of them; ValueError for an unknown one."""
    from vpcedu.scenarios import catalogue

    if "" not in options:
        return links.link(TROUBLES, "troubleshooting")
    return _trouble({"story": catalogue.scenario(options[""]).name})


def _trouble(values: dict[str, str]) -> str:
    return links.link(TROUBLES, links.fragment("troubleshooting", values))


ADDRESSES = {"ask": ask, "puzzle": puzzle, "scenario": scenario}


def show(address: str) -> int:
    """Print an address, and on stderr how to open it as long as it is on this machine only."""
    print(address)
    if not PUBLISHED:
        sys.stderr.write(
            "vpcedu: note: not published yet; in a checkout python3 start.py site makes the pages, "
            "and says how to open them\n"
        )
    return 0
