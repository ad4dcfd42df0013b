"""What a person reads, word for word: the whole text of each visit, stored in tests/golden.

After a change that is meant, `python3 start.py refresh` stores the texts anew (it calls
`write_all`); read the difference before you commit it.
"""

import json
from pathlib import Path

import pytest

from vpcedu import reference_architecture
from vpcedu.views.document import document
from vpcedu.views.text import report

GOLDEN = Path(__file__).parent / "golden"
PAGE = "http://www.example.com/"


def page(balancer):
    return report(reference_architecture(balancer).get(PAGE))


def updates(nat, port):
    return report(reference_architecture(nat=nat).connect("web", "updates.example.net", port))


def updates_as_json(nat, port):
    return json.dumps(
        document(reference_architecture(nat=nat).connect("web", "updates.example.net", port)),
        indent=1,
    )


TEXTS = {
    "classic-tcp.txt": lambda: page("classic-tcp"),
    "classic-http.txt": lambda: page("classic-http"),
    "application.txt": lambda: page("application"),
    "network.txt": lambda: page("network"),
    "web-443.txt": lambda: updates("instance", 443),
    "web-8080.txt": lambda: updates("instance", 8080),
    "web-8080-nat-gateway.txt": lambda: updates("gateway", 8080),
    "web-8080-nat-gateway.json": lambda: updates_as_json("gateway", 8080) + "\n",
}


def write_all():
    """Store every text as it is now."""
    GOLDEN.mkdir(exist_ok=True)
    for name, text in TEXTS.items():
        (GOLDEN / name).write_text(text(), encoding="utf-8", newline="\n")


@pytest.mark.parametrize("name", TEXTS)
def test_the_text_is_the_stored_one(name):
    stored = (GOLDEN / name).read_text(encoding="utf-8")
    assert TEXTS[name]() == stored, "run 'python3 start.py refresh' if this is meant"


def test_no_stored_text_is_left_over():
    assert {path.name for path in GOLDEN.iterdir()} == set(TEXTS)
