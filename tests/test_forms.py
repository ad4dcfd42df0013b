"""The forms of the predictions: what is typed is judged, and what is none is named.

They work without a browser.
"""

from __future__ import annotations

from html import unescape

import pytest
from ipywidgets import Text

from vpcedu import lab, reference_architecture, widgets
from vpcedu.sites.lone_server import PUBLIC, URL, lone_server
from vpcedu.sites.parts import IGW, PAGE
from vpcedu.sites.two_targets import CLIENT, NODE


def of_visit(form, site, page=PAGE):
    return lambda: form(site().get(page))


# Each form, what is typed into it one after the other, and how its sentence begins then.
FORMS = {
    "00": (
        of_visit(widgets.Prediction, reference_architecture),
        (
            (
                {
                    "source": "10.0.1.10",
                    "source_port": "80",
                    "destination": "10.0.0.10",
                    "destination_port": "x",
                },
                "Not understood: destination port 'x'",
            ),
            ({"destination_port": "?"}, "Right:"),
        ),
    ),
    "01 addresses": (
        of_visit(widgets.AddressPrediction, lambda: lone_server(IGW), URL),
        (
            ({"arrives": "10.0.1.10", "leaves": "10.0.1.10", "home": PUBLIC}, "Right:"),
            ({"home": "web"}, "Not understood: source at the client: 'web'"),
        ),
    ),
    "01 reach": (
        widgets.ReachPrediction,
        (
            ({"sees": "page"}, 'Not yet: choose an answer to "Lost first" too.'),
            ({"lost": "none", "at": "nowhere"}, "No page."),
            ({"sees": "timed out", "lost": "answer", "at": "NAT"}, "Right."),
        ),
    ),
    "02": (
        widgets.SilencePrediction,
        (
            (
                {
                    "closed_who": "the server",
                    "closed_when": "under a second",
                    "dropped_who": "nobody",
                    "dropped_when": "minutes",
                    "gone_who": "nobody",
                    "gone_when": "minutes",
                },
                "Right, all six.",
            ),
            ({"gone_when": "never"}, "5 of 6. Host gone:"),
        ),
    ),
    "03": (
        of_visit(widgets.PortPrediction, lab.two_hosts),
        (
            ({"source_port": "80", "destination_port": "51828", "most": "28,232"}, "Right:"),
            ({"most": "many"}, "Not understood: "),
        ),
    ),
    "04": (
        widgets.FilterPrediction,
        (
            ({"missing": "nothing"}, "We ran just that"),
            ({"missing": "acl", "first": "1024", "last": "65535"}, "Right."),
            ({"last": "high"}, "Not understood: last port 'high'"),
        ),
    ),
    "05": (
        widgets.NatPrediction,
        (
            ({"answer_to": "192.0.2.20", "page_packets": "0", "stops": "table"}, "Right."),
            ({"answer_to": "web"}, "Not understood: answer goes to"),
        ),
    ),
    "06": (
        widgets.ProxyPrediction,
        (
            ({"connections": "2", "sees": "10.0.0.10", "learns": "connected"}, "Right:"),
            ({"sees": "web"}, "Not understood: web sees: 'web' is not an IPv4 address"),
        ),
    ),
    "07": (
        widgets.NetworkPrediction,
        (
            ({"client_sees": "200 OK", "instance": CLIENT, "ip": NODE}, "Right:"),
            ({"ip": "?"}, "Not understood: "),
        ),
    ),
    "09": (
        widgets.IdlePrediction,
        (
            ({"hears": "nothing", "answer": "lost", "learns": "never"}, "Right:"),
            ({"learns": "420 s"}, "Not at 420 s"),
        ),
    ),
    "10": (
        lambda: widgets.PuzzlePrediction(lab.puzzle(5)),
        (
            ({"at": "ELB node", "check_name": "network ACL out"}, "Right: on the return path"),
            ({"at": "Internet"}, "In this run no packet reached Internet"),
        ),
    ),
    "11": (
        widgets.OwnPrediction,
        (
            ({"update_1": "works", "update_2": "there", "database": "back"}, "Right, all three"),
            ({"database": "works"}, "2 of 3."),
        ),
    ),
    "12": (
        lambda: widgets.VersionsPrediction(lab.laboratory()),
        (
            ({"which": "?", "packet": "?"}, "Right."),
            ({"which": "B"}, "Not B"),
        ),
    ),
}


@pytest.mark.parametrize("lesson", FORMS)
def test_the_form_judges_what_is_typed_or_chosen(lesson):
    make, tries = FORMS[lesson]
    form = make()
    assert form.sentence == form.check() and form.sentence.startswith("No prediction yet: answer ")
    for given, said in tries:
        for name, value in given.items():
            getattr(form, name).value = value
        form.button.click()
        assert form.sentence.startswith(said) and said.split("'")[0] in unescape(form.line.value)
        assert form._repr_mimebundle_()["text/plain"] == form.sentence == form.check()


@pytest.mark.parametrize("lesson", FORMS)
def test_without_a_kernel_a_form_says_what_it_asks(lesson):
    form = FORMS[lesson][0]()
    first, *asked = form._repr_mimebundle_()["text/plain"].split("\n")
    assert first == form.not_yet and len(asked) == len(form.fields)
    for line, (name, words, *_) in zip(asked, form.fields, strict=True):
        control = getattr(form, name)
        shown = ["____"] if isinstance(control, Text) else [*control._options_labels]
        assert line.split("  ", 2)[1] == words and line.endswith("  " + " / ".join(shown))


@pytest.mark.parametrize("lesson", FORMS)
def test_no_closed_set_is_a_text_field_and_every_choice_is_understood(lesson):
    """A judge that expects one of a few words gets buttons or a menu with just these words."""
    form = FORMS[lesson][0]()
    controls = [getattr(form, name) for name in form._names]
    for control in controls:
        if isinstance(control, Text):
            control.value = "no such word"
        else:
            control.value = control._options_values[0]
    for control in controls:
        for value in getattr(control, "_options_values", [control.value]):
            control.value = value
            assert "expected one of" not in form.check()


@pytest.mark.parametrize("lesson", FORMS)
def test_the_line_under_a_form_does_not_jump(lesson):
    """Its place is reserved: 92 letters fit 700 pixels, and no reply takes more lines."""
    make, tries = FORMS[lesson]
    form = make()
    assert form.line.layout.min_height == f"{form.lines * 20}px"
    for given, _ in tries:
        for name, value in given.items():
            getattr(form, name).value = value
        assert len(form.check()) <= form.lines * 92, form.sentence


def test_every_form_of_the_package_is_here():
    made = {name for name in widgets.__all__ if name.endswith("Prediction")}
    assert made == {type(make()).__name__ for make, _ in FORMS.values()}


def test_a_form_keeps_the_packet_that_was_described_for_a_picture():
    form = widgets.Prediction(reference_architecture().get(PAGE))
    assert form.trace is None
    for name, value in zip(form._names, ("10.0.1.10", "80", "203.0.113.10", "51828"), strict=True):
        getattr(form, name).value = value
    form.check()
    assert str(form.trace.packet.flow) == "10.0.1.10:80 > 203.0.113.10:51828"
    form.source.value = "web"
    form.check()
    assert form.trace is None
