"""Page links: `--link` prints the address of the page that shows what a command would print.

A page shows the reference site with the NAT of the question, seed 0; every symptom; the puzzles of
one fault; and the page of one's own VPC. There the link of the example shows the answer. The link
of a network of your own has the question as you typed it, and nothing of the files: the page asks
whoever opens it for them.
"""

from __future__ import annotations

import os
import sys

from vpcedu import links
from vpcedu.cli.options import among, port_asked, whole
from vpcedu.quoting import quoted
from vpcedu.site_address import PUBLISHED

OWN_PAGE, FILES, OWN = "your-vpc", "files", "own"  # files=own: of whoever opens the link
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
    """The question on the page of one's own VPC; ValueError for what no link has.

    Of the example it has a sum of the sentence too; another network is not read.
    """
    from vpcedu.analysis.answer import ask as answered
    from vpcedu.aws import load

    for name in ("--host", "--path", "--protocol", "--vpc"):
        if name in options:
            raise ValueError(f"{name} with --link: expected --from, --to and --port alone")
    port = port_asked(options)
    values = {"from": options["--from"], "to": options["--to"], "port": str(port)}
    own, said = _own(options[""]), ""
    if not own:
        ends = values["from"], values["to"]
        said = answered(*among(load(options[""]), *ends), port).verdict
    return links.link(OWN_PAGE, links.fragment("ask", own | values, said))


def audit(options: dict[str, str]) -> str:
    """The audit on the page of one's own VPC."""
    named = {"vpc": options["--vpc"]} if "--vpc" in options else {}
    return links.link(OWN_PAGE, links.fragment("audit", _own(options[""]) | named))


def collect(options: dict[str, str]) -> str:
    """The script that collects, on the page of one's own VPC."""
    return links.link(OWN_PAGE, "collect")


def _own(folder: str) -> dict[str, str]:
    """What a link says of a folder: nothing of the example, of another one that it is one's own."""
    from vpcedu import aws

    if os.path.realpath(folder) == os.path.realpath(aws.example()):
        return {}
    if not os.path.exists(folder):
        raise ValueError(f"{quoted(folder)} with --link: expected a folder of the AWS CLI's files")
    return {FILES: OWN}


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


ADDRESSES = {
    "ask": ask,
    "audit": audit,
    "collect": collect,
    "puzzle": puzzle,
    "scenario": scenario,
}


def show(address: str) -> int:
    """Print an address, and on stderr how to open it as long as it is on this machine only."""
    print(address)
    if f";{FILES}={OWN};" in address:
        sys.stderr.write(
            "vpcedu: note: the link has the words that you typed, and nothing of the files; whoever "
            "opens it needs them\n"
        )
    if not PUBLISHED:
        sys.stderr.write(
            "vpcedu: note: not published yet; in a checkout python3 start.py site makes the pages, "
            "and says how to open them\n"
        )
    return 0
