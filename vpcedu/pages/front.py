"""Front: the page that a stranger opens first.

The question, one switch between two balancers with the map and the answer of each, a reply to send
oneself, and where to go on. The switch is of the page alone: both maps are in it, so that it moves
at once, without a script too. What is sent needs Python.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape

from vpcedu.draw.maps.side_by_side import one_side
from vpcedu.sites.reference import reference_architecture

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from vpcedu.sites.visit import Visit

FILE, TITLE = "index.html", "How does the reply get back?"
ABOUT = (
    "A web server in a private subnet of an AWS VPC, a load balancer, a NAT that lets few ports out. "
    "See which path the reply takes, packet by packet, in your browser."
)
BALANCERS = {"application": "Application Load Balancer", "network": "Network Load Balancer"}
SOURCE = "https://github.com/vpcedu/vpcedu"
ADDRESS = "http://www.example.com/"
NOTEBOOKS = "lab/lab/index.html?path=notebooks/00-the-question.ipynb"  # the first one, open
GO_ON = {
    "00-the-question.html": (
        "Lesson 00",
        "the same question, from a prediction of yours to every rule and route that the reply needs",
    ),
    "your-vpc.html": (
        "Your own VPC",
        "drop the AWS CLI's files on the page and ask who reaches what; they stay in your browser",
    ),
    "check-yourself.html": ("Check yourself", "twelve symptoms, before the course and after it"),
    NOTEBOOKS: ("The notebooks", "the whole course in JupyterLab, in your browser"),
}
LOOK_UP = {
    "lessons.html": "how to take the course",
    "glossary.html": "glossary",
    "sources.html": "sources",
    "reference.html": "reference",
    "api/index.html": "what each module of the package offers",
    "licences.html": "licences of what these pages bring",
}
QUESTION = (
    "<p>Your web server is in a <b>private subnet</b> of an AWS VPC. A load balancer and a NAT are in the public "
    "subnet, and the NAT lets only ports 80 and 443 out. A reply goes to some <b>high port</b> of the client. It "
    "should be stuck at the NAT. But every page arrives.</p>\n"
)
LOOK = """
.which { border: 0; margin: 0; padding: 0; } .which legend { padding: 0 0 6px; font-weight: bold; }
.which div { display: flex; flex-wrap: wrap; gap: 6px; }
.which input { position: absolute; opacity: 0; }
.which label { border: 1px solid #6B7680; background: #F3F5F7; padding: 8px 14px; cursor: pointer; }
.which input:checked + label { background: #004F8A; border-color: #004F8A; color: #FFFFFF; }
.which input:focus-visible + label { outline: 3px solid #006BB8; outline-offset: 2px; }
.side { display: grid; grid-template-columns: 356px 1fr; gap: 0 20px; align-items: start; margin-top: 12px; }
.side svg { display: block; max-width: 100%; height: auto; } .side h2 { margin-top: .4em; }
.side > :last-child { order: -1; }
main:has(#is-network:checked) .application, main:has(#is-application:checked) .network { display: none; }
@media (max-width: 600px) { .side { grid-template-columns: 1fr; } .side > :last-child { order: 0; }
  h1 { font-size: 1.4em; } .which label { padding: 8px; } }
"""


def source(balancer: str) -> str:
    """The code of the form that sends a reply."""
    return (
        "from vpcedu import reference_architecture, widgets\n\n"
        f'widgets.Prediction(reference_architecture("{balancer}").get("{ADDRESS}"))'
    )


TO_READ = (
    '<p><a href="00-the-question.html">Lesson 00</a> asks which addresses and ports the reply carries. '
    "Predict it first.</p>\n"
)
SOURCES = [source(balancer) for balancer in BALANCERS]


@cache
def visit(balancer: str) -> Visit:
    """The visit that the map and the answer are made from."""
    return reference_architecture(balancer).get(ADDRESS)


def answer(balancer: str) -> list[str]:
    """The answer's first two sentences, and its last one: what did not meet the NAT."""
    told = re.split(r"(?<=\.) (?=\w)", " ".join(str(visit(balancer).answer).split()))
    return [*told[:2], told[-1]]


def side(balancer: str) -> str:
    """The map and the answer of one balancer."""
    first, second, last = map(escape, answer(balancer))
    return (
        f'<section class="side {balancer}" aria-label="{BALANCERS[balancer]}">\n'
        f"<div>\n<h2>The answer</h2>\n<p><b>{first}</b> {second}</p>\n<p>{last}</p>\n</div>\n"
        f"<div>{one_side(visit(balancer)).svg()}\n"
        '<p class="note">Thin arrow: the request. Heavy arrow: the reply, with its addresses, from &gt; to. '
        "Diamond: an address is rewritten. Purple frame: packets go through. Blue frame: connections end there."
        "</p>\n</div>\n</section>\n"
    )


def body(lessons: str, there: Collection[str], send: str = TO_READ) -> str:
    """What the page shows.

    lessons: their table. there: the files of the site. send: where a reply is sent.
    """
    choices = "".join(
        f'<input type="radio" name="balancer" id="is-{name}"{" checked" * (name == "application")}>'
        f'<label for="is-{name}">{words}</label>\n'
        for name, words in BALANCERS.items()
    )
    ways = "".join(
        f'<li><a href="{file}">{name}</a>: {words}.</li>\n'
        for file, (name, words) in GO_ON.items()
        if file.partition("?")[0] in there
    )
    pages = "; ".join(
        f'<a href="{file}">{words}</a>' for file, words in LOOK_UP.items() if file in there
    )
    return (
        f"<h1>{TITLE}</h1>\n{QUESTION}"
        f'<fieldset class="which"><legend>Does it go back through the load balancer? '
        f"Choose yours:</legend>\n<div>\n{choices}"
        f"</div></fieldset>\n{''.join(map(side, BALANCERS))}{send}"
        f"<h2>Go on</h2>\n<ul>\n{ways}</ul>\n<h2>The course</h2>\n{lessons}<p>More: {pages}.</p>\n"
        '<p class="note">A model sends the packets, through tables like those of AWS. No traffic leaves your browser, '
        "and no AWS account is touched. Not affiliated with Amazon. "
        f'<a href="{SOURCE}">The source</a> is on GitHub.</p>\n'
    )
