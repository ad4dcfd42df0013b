"""The reference in docs/, made from the code: `start.py refresh` writes it.

test_reference.py compares it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from vpcedu import REASONS, reference_architecture
from vpcedu.analysis.answer import ask
from vpcedu.analysis.assumptions import WHICH
from vpcedu.aws.fields import CALLS, USED
from vpcedu.hosts.web_server import SeenRequest
from vpcedu.packet import flags_text
from vpcedu.protocols.tcp_states import TRANSITIONS, diagram
from vpcedu.sites.reference import BALANCERS, NATS
from vpcedu.views.explain import answer_legs, way

# as pytest has it: the helpers of the tests import each other
sys.path.insert(0, str(Path(__file__).parent))
import hops_page
from fact_page import tables
from kernel import agreement
from rigs.aws_codes import CODES, RUN
from rigs.aws_features import FEATURES
from rigs.tcp_grid import section

DOCS = Path(__file__).parent.parent / "docs"
URL = "http://www.example.com/"
MADE = "Made from the code by `python3 start.py refresh`; a test fails where it is out of date."
HEAD = f"""# Reference

{MADE}

What takes more room: [TCP, state by state and segment by segment](reference/tcp.md),
[model and kernel](reference/kernel.md), [facts, and the tests that show them](reference/facts.md). What each module
offers is on the pages that `python3 start.py site` makes.
"""


def pages() -> dict[str, str]:
    """Every page by its name in docs/."""
    return {
        "REFERENCE.md": _page(
            HEAD,
            _balancers(),
            hops_page.section(_table),
            _reasons(),
            _codes(),
            _used(),
            _open_points(),
            _features(),
        ),
        "reference/tcp.md": _page(f"# TCP\n\n{MADE}\n", _transitions(), _arrivals()),
        "reference/kernel.md": _page(
            f"# The model beside a kernel\n\n{MADE}\n", agreement.section(_table)
        ),
        "reference/facts.md": _page(f"# What the model stands on\n\n{MADE}\n", _facts()),
    }


def _page(head: str, *sections: list[str]) -> str:
    """A page of a head and sections, with an empty line between two."""
    return "\n".join([head, *("\n".join(lines).strip("\n") + "\n" for lines in sections)])


def write() -> None:
    """Write the pages."""
    for name, text in pages().items():
        (DOCS / name).parent.mkdir(exist_ok=True)
        (DOCS / name).write_text(text, encoding="utf-8")


def _table(*rows: tuple[object, ...]) -> list[str]:
    lines = [
        "| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows
    ]
    return [lines[0], "|" + "---|" * len(rows[0]), *lines[1:]]


def _balancers() -> list[str]:
    rows: list[tuple[object, ...]] = [
        (
            "balancer",
            "NAT",
            "client sees",
            "packets",
            "web saw a connection from",
            "web's answer goes to",
            "and leaves",
            "packets at the NAT",
        )
    ]
    for balancer in BALANCERS:
        for nat in NATS:
            visit = reference_architecture(balancer, nat).get(URL)
            seen = next(
                event.row for event in visit.capture.events if isinstance(event.row, SeenRequest)
            )
            answer = answer_legs(visit)[0]
            met = sum("NAT" in trace.devices for trace in visit.capture)
            rows.append(
                (
                    balancer,
                    nat,
                    visit.symptom,
                    len(visit.capture),
                    seen.peer,
                    answer.packet.flow.destination,
                    way(answer),
                    met,
                )
            )
    return ["## The answer's way, by balancer and NAT", "", *_table(*rows)]


def _transitions() -> list[str]:
    rows = [
        (row.state, row.event, flags_text(row.send) if row.send else "", row.next)
        for row in TRANSITIONS
    ]
    return [
        "## TCP: the changes of state (RFC 9293 figure 5)",
        "",
        "What is sent is written in tcpdump's letters: `S` SYN, `F` FIN, `.` ACK.",
        "",
        *_table(("state", "event", "sends", "next"), *rows),
        "",
        "The same rows as a diagram, the letters of what is sent behind the stroke:",
        "",
        "```mermaid",
        diagram(),
        "```",
    ]


def _arrivals() -> list[str]:
    lines: list[str] = []
    for part in section():
        lines += [*(_table(*part) if isinstance(part, tuple) else [part]), ""]
    return lines


def _reasons() -> list[str]:
    rows = [
        (reason.code, reason.sentence, reason.fix, reason.aws_code, f"<{reason.source}>")
        for reason in REASONS
    ]
    return [
        "## Why packets are lost",
        "",
        "The fourth column is the explanation code of AWS's Reachability Analyzer that means the same, if any.",
        "",
        *_table(("reason", "what happened", "what helps", "AWS's code", "source"), *rows),
    ]


def _codes() -> list[str]:
    rows: list[tuple[object, ...]] = []
    for row in CODES:
        if row.group != RUN:
            rows.append((f"`{row.code}`", row.group, row.words, "", ""))
            continue
        answer = ask(row.vpc, *row.question)
        repairs = "; ".join(
            map(str, answer.repairs or ["none: a NAT gateway accepts no connection"])
        )
        source, there, port = row.question
        words = f"{row.words} ({source} to {there}, TCP port {port})"
        rows.append((f"`{row.code}`", row.group, words, row.at, repairs))
    return [
        "## AWS's explanation codes",
        "",
        "The codes of Reachability Analyzer. *run*: packets of the network bring it about, at that place, and the",
        "repair was tried. *cannot be told*: the answer is unknown, or no question over TCP can meet it. *no fault*:",
        "what it states holds, and loses no packet. A code is used only where AWS's definition holds",
        "(<https://docs.aws.amazon.com/vpc/latest/reachability/explanation-codes.html>).",
        "",
        *_table(
            ("code", "here", "the network, or why not", "the packet's place", "the repair"), *rows
        ),
    ]


def _open_points() -> list[str]:
    return [
        "## Unknown, or assumed",
        "",
        "What a complete collection of files would have told is unknown. If a packet of a question met it, the",
        "answer is *unknown*, with exit code 3. What no file can say is assumed: the answer names it, and",
        "stands.",
        "",
        *_table(("what the files leave open", "it is", "what settles it"), *WHICH),
    ]


def _used() -> list[str]:
    rows = [(f"`{kind}`", f"`aws {CALLS[kind]}`", *words) for kind, words in USED.items()]
    return [
        "## What is read of your files",
        "",
        "Each kind of answer, by its name in the JSON. What is modelled decides. What is not leaves an answer open if",
        "packets meet it. The last column says what an answer is where no file has this kind: *unknown* if packets",
        "meet what it describes, or *stands*. IPv6 and UDP are left out everywhere, and said.",
        "",
        *_table(("kind", "call", "modelled", "leaves an answer open", "without it"), *rows),
    ]


def _features() -> list[str]:
    rows = [(one.holds, one.aws, " or ".join(one.honest)) for one in FEATURES]
    return [
        "## Features of AWS that are new",
        "",
        "Each was put into a network that works without it (`tests/test_features.py`). Where AWS drops packets, or no",
        "file tells what it does, the answer is never *works*.",
        "",
        *_table(("what the files hold", "what AWS does", "an answer may be"), *rows),
    ]


def _facts() -> list[str]:
    lines: list[str] = []
    for part in tables():
        lines += [*(_table(*part) if isinstance(part, list) else [part]), ""]
    return lines
