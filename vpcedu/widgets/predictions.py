"""Predictions: fields to commit to before anything is shown, judged by the model.

One form, and its uses in the lessons: each names its judge and its fields.
"""

from __future__ import annotations

from html import escape

import ipywidgets

from vpcedu.course.judgement import Judgement
from vpcedu.course.lesson_00 import NOT_YET, judge
from vpcedu.course.lesson_01 import judge_addresses, judge_reach
from vpcedu.course.lesson_02 import judge_silence
from vpcedu.course.lesson_03 import judge_ports
from vpcedu.course.lesson_04 import judge_filters
from vpcedu.course.lesson_05 import judge_nat
from vpcedu.course.lesson_06 import judge_proxy
from vpcedu.course.lesson_07 import judge_nlb
from vpcedu.course.lesson_09 import judge_idle
from vpcedu.course.lesson_10 import judge_puzzle
from vpcedu.course.lesson_11 import judge_own
from vpcedu.course.lesson_12 import judge_versions
from vpcedu.puzzles.puzzle import Puzzle
from vpcedu.sites.visit import Visit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vpcedu.course.kernel_evidence import Laboratory

FIELDS = (
    ("source", "Source address"),
    ("source_port", "Source port"),
    ("destination", "Destination address"),
    ("destination_port", "Destination port"),
)
THREE = "No prediction yet: fill in the three fields, then check."
TWO = "No prediction yet: fill in the two fields, then check."


class Form:
    """Fields by name; type into them and press Check, or set their values and call `check()`.

    judge: takes what the form is about (a visit, a puzzle, ...) and the fields' texts in their
    order. A ValueError of it is shown, not raised. fields: name and words of each. not_yet: the
    sentence before the first check. label: how wide the words may be (pixels).
    """

    judge: Callable[..., Judgement]
    fields: tuple[tuple[str, str], ...]
    not_yet = THREE
    label = 140

    def __init__(self, *about: Visit | Puzzle | Laboratory | str) -> None:
        self._about, self._names = about, tuple(name for name, _ in self.fields)
        self.sentence = self.not_yet
        layout, style = {"width": f"{self.label + 190}px"}, {"description_width": f"{self.label}px"}
        for name, words in self.fields:
            field = ipywidgets.Text(
                description=words, layout=layout, style=style, continuous_update=False
            )
            setattr(self, name, field)
        self.button = ipywidgets.Button(description="Check", button_style="primary")
        self.button.on_click(lambda _: self.check())
        self.line = ipywidgets.HTML(
            layout={"width": "700px", "max_width": "100%", "min_height": "5em"}
        )
        rows = [
            ipywidgets.HBox(
                [getattr(self, name) for name in pair], layout={"flex_flow": "row wrap"}
            )
            for pair in (self._names[i : i + 2] for i in range(0, len(self._names), 2))
        ]
        self.box = ipywidgets.VBox([*rows, self.button, self.line])
        self._say(self.not_yet)

    def check(self) -> str:
        """Judge what is in the fields; what is not understood is named, not raised."""
        values = [getattr(self, name).value for name in self._names]
        if not any(values):
            return self._say(self.not_yet)
        try:
            return self._say(type(self).judge(*self._about, *values).words)
        except ValueError as error:
            return self._say(f"Not understood: {error}.")

    def _say(self, words: str) -> str:
        self.sentence = words
        self.line.value = f'<p style="line-height:1.4;font-size:14px">{escape(words)}</p>'
        return words

    def _repr_mimebundle_(self, **formats: Any) -> dict[str, Any]:
        """The live form, and its present sentence for a page without a kernel."""
        bundle = self.box._repr_mimebundle_(**formats)
        return {**(bundle[0] if isinstance(bundle, tuple) else bundle), "text/plain": self.sentence}

    def __repr__(self) -> str:
        return self.sentence


class Prediction(Form):
    """Four fields: addresses and ports of the server's answer in a visit."""

    judge, not_yet = staticmethod(judge), NOT_YET
    fields = FIELDS


class SilencePrediction(Form):
    """Three fields: the third SYN to a silent server, what the client sees, and when."""

    judge = staticmethod(
        lambda kernel, third, learns, after: judge_silence(third, learns, after, kernel)
    )
    fields = (
        ("third", "Third SYN sent at (s)"),
        ("learns", "The client sees"),
        ("after", "... after (s)"),
    )

    def __init__(self, kernel: str = "since 6.5") -> None:
        super().__init__(kernel)


class PortPrediction(Form):
    """Three fields: the ports of the server's answer, and how many connections are possible.

    The connections are those to one destination at the same time.
    """

    judge, label = staticmethod(judge_ports), 175
    fields = (
        ("source_port", "Answer's source port"),
        ("destination_port", "Answer's destination port"),
        ("most", "Connections at once"),
    )


class ReachPrediction(Form):
    """Three fields: what a visitor sees, what is lost first, and where.

    The visitor opens a public address in a private subnet.
    """

    judge = staticmethod(judge_reach)
    fields = (("sees", "The visitor sees"), ("lost", "Lost first"), ("at", "... at"))


class AddressPrediction(Form):
    """Three fields: web's address as the request arrives, the answer leaves, the client gets it."""

    judge, label = staticmethod(judge_addresses), 175
    fields = (
        ("arrives", "Request reaches web, to"),
        ("leaves", "Answer leaves web, from"),
        ("home", "Client gets it, from"),
    )


class IdlePrediction(Form):
    """Three fields: what web receives, the answer's fate, and when web finds out.

    The first is what web receives at the NAT gateway's timeout.
    """

    judge, label = staticmethod(judge_idle), 160
    fields = (
        ("hears", "At 350 s web receives"),
        ("answer", "The answer (420 s)"),
        ("learns", "web finds out after (s)"),
    )


class VersionsPrediction(Form):
    """Two fields: which version of the model is wrong, and in which packet it shows.

    "?" where a run cannot show it.
    """

    judge, not_yet, label = staticmethod(judge_versions), TWO, 150
    fields = (("which", "Wrong version"), ("packet", "Packet that shows it"))


class ProxyPrediction(Form):
    """Three fields: how many connections, which address web sees, what connect() says.

    The last is asked while web's server is down.
    """

    judge, label = staticmethod(judge_proxy), 160
    fields = (
        ("connections", "TCP connections"),
        ("sees", "web sees the address"),
        ("learns", "connect() says"),
    )


class NetworkPrediction(Form):
    """Three fields: what the client sees, and the source address at both types of target.

    The types are instance and ip.
    """

    judge, label = staticmethod(judge_nlb), 160
    fields = (
        ("client_sees", "The client sees"),
        ("instance", "By instance: source"),
        ("ip", "By address: source"),
    )


class FilterPrediction(Form):
    """Three fields: where an outbound row is missing, and for which destination ports."""

    judge = staticmethod(judge_filters)
    fields = (("missing", "Missing in"), ("first", "For ports, from"), ("last", "... to"))


class NatPrediction(Form):
    """Three fields: where an answer goes, how many packets pass the NAT, what stops a stranger.

    The answer is to the inside; the packets are those of a page visit.
    """

    judge, label = staticmethod(judge_nat), 150
    fields = (
        ("answer_to", "Answer is sent to"),
        ("page_packets", "Packets through NAT"),
        ("stops", "Stranger stopped by"),
    )


class PuzzlePrediction(Form):
    """Two fields: the device and its check where the first packet of a puzzle is lost."""

    judge, not_yet = staticmethod(judge_puzzle), TWO
    fields = (("at", "Lost at"), ("check_name", "... by"))


class OwnPrediction(Form):
    """Three fields: the outcome of two updates and of a question to the example's database."""

    judge = staticmethod(judge_own)
    fields = (
        ("update_1", "web-1's update"),
        ("update_2", "web-2's update"),
        ("database", "web-1 to db"),
    )
