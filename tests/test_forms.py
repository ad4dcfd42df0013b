"""The forms of the predictions: what is typed is judged, and what is none is named.

They work without a browser.
"""

from __future__ import annotations

import pytest

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
            ({"sees": "page", "lost": "none", "at": "nowhere"}, "No page."),
            ({"sees": "an error"}, "Not understood: sees 'an error'"),
        ),
    ),
    "02": (
        widgets.SilencePrediction,
        (
            ({"third": "2", "learns": "timed out", "after": "131"}, "Right:"),
            ({"learns": "an error"}, "Not understood: "),
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
            ({"missing": "ACL", "first": "1024", "last": "65535"}, "Right."),
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
            ({"learns": "fine"}, "Not understood: "),
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
            ({"hears": "a letter"}, "Not understood: web receives 'a letter'"),
        ),
    ),
    "10": (
        lambda: widgets.PuzzlePrediction(lab.puzzle(5)),
        (
            ({"at": "ELB node", "check_name": "ACL out"}, "Right: on the return path"),
            ({"at": "moon"}, "Not understood: device 'moon'"),
        ),
    ),
    "11": (
        widgets.OwnPrediction,
        (
            ({"update_1": "Works ", "update_2": "there", "database": "back"}, "Right, all three"),
            ({"database": "no"}, "Not understood: web-1 to db 'no'"),
        ),
    ),
    "12": (
        lambda: widgets.VersionsPrediction(lab.laboratory()),
        (
            ({"which": "?", "packet": "?"}, "Right."),
            ({"which": "both"}, "Not understood: version 'both'"),
        ),
    ),
}


@pytest.mark.parametrize("lesson", FORMS)
def test_the_form_judges_what_is_typed(lesson):
    make, tries = FORMS[lesson]
    form = make()
    assert form.sentence == form.check() and form.sentence.startswith(
        "No prediction yet: fill in the "
    )
    for typed, said in tries:
        for name, value in typed.items():
            getattr(form, name).value = value
        form.button.click()
        assert form.sentence.startswith(said) and said.split("'")[0] in form.line.value
        assert form._repr_mimebundle_()["text/plain"] == form.sentence == form.check()


def test_every_form_of_the_package_is_here():
    made = {name for name in widgets.__all__ if name.endswith("Prediction")}
    assert made == {type(make()).__name__ for make, _ in FORMS.values()}
