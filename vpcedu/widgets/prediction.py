"""Prediction: fields to commit to before anything is shown, judged by the model.

One form, and three uses of it: the answer's addresses and ports, what a client learns of a silent server, and how
many ports there are.
"""

from __future__ import annotations

from html import escape

import ipywidgets

from vpcedu.course.judgement import Judgement
from vpcedu.course.lesson_00 import NOT_YET, judge
from vpcedu.course.lesson_01 import judge_addresses, judge_reach
from vpcedu.course.lesson_02 import judge_silence
from vpcedu.course.lesson_03 import judge_ports
from vpcedu.course.lesson_09 import judge_idle
from vpcedu.course.lesson_12 import judge_versions
from vpcedu.sites.visit import Visit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vpcedu.course.kernel_evidence import Laboratory

FIELDS = (("source", "Source address"), ("source_port", "Source port"),
          ("destination", "Destination address"), ("destination_port", "Destination port"))
THREE = "No prediction yet: fill in the three fields, then check."
TWO = "No prediction yet: fill in the two fields, then check."


class Form:
    """Fields by name; type into them and press Check, or set their values and call `check()`.

    judge: takes the fields' texts in their order. A ValueError of it is shown, not raised.
    """

    def __init__(self, judge: Callable[..., Judgement], fields: tuple[tuple[str, str], ...], not_yet: str,
                 label: int = 140) -> None:
        self._judge, self._names, self._not_yet = judge, tuple(name for name, _ in fields), not_yet
        self.sentence = not_yet
        layout, style = {"width": f"{label + 190}px"}, {"description_width": f"{label}px"}
        for name, words in fields:
            field = ipywidgets.Text(description=words, layout=layout, style=style, continuous_update=False)
            setattr(self, name, field)
        self.button = ipywidgets.Button(description="Check", button_style="primary")
        self.button.on_click(lambda _: self.check())
        self.line = ipywidgets.HTML(layout={"width": "700px", "max_width": "100%", "min_height": "5em"})
        rows = [ipywidgets.HBox([getattr(self, name) for name in pair], layout={"flex_flow": "row wrap"})
                for pair in (self._names[i:i + 2] for i in range(0, len(self._names), 2))]
        self.box = ipywidgets.VBox([*rows, self.button, self.line])
        self._say(not_yet)

    def check(self) -> str:
        """Judge what stands in the fields; what is not understood is named, not raised."""
        values = [getattr(self, name).value for name in self._names]
        if not any(values):
            return self._say(self._not_yet)
        try:
            return self._say(self._judge(*values).words)
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
    """Four fields: addresses and ports of the server's answer."""

    def __init__(self, visit: Visit) -> None:
        super().__init__(lambda *values: judge(visit, *values), FIELDS, NOT_YET)


class SilencePrediction(Form):
    """Three fields: the third SYN to a silent server, what the client learns, and when."""

    def __init__(self, kernel: str = "since 6.5") -> None:
        fields = (("third", "Third SYN sent at (s)"), ("learns", "The client learns"), ("after", "... after (s)"))
        super().__init__(lambda third, learns, after: judge_silence(third, learns, after, kernel), fields, THREE)


class PortPrediction(Form):
    """Three fields: the ports of the server's answer, and how many connections at once to one destination."""

    def __init__(self, visit: Visit) -> None:
        fields = (("source_port", "Answer's source port"), ("destination_port", "Answer's destination port"),
                  ("most", "Connections at once"))
        super().__init__(lambda *values: judge_ports(visit, *values), fields, THREE, 175)


class ReachPrediction(Form):
    """Three fields: what a visitor of a public address in a private subnet sees, what is lost first, and where."""

    def __init__(self) -> None:
        fields = (("sees", "The visitor sees"), ("lost", "Lost first"), ("at", "... at"))
        super().__init__(judge_reach, fields, THREE)


class AddressPrediction(Form):
    """Three fields: a visit's addresses of web, as the request arrives, as the answer leaves, as the client gets it."""

    def __init__(self, visit: Visit) -> None:
        fields = (("arrives", "Request reaches web, to"), ("leaves", "Answer leaves web, from"),
                  ("home", "Client gets it, from"))
        super().__init__(lambda *values: judge_addresses(visit, *values), fields, THREE, 175)


class IdlePrediction(Form):
    """Three fields: what web receives at the NAT gateway's timeout, the answer's fate, and when web learns of it."""

    def __init__(self) -> None:
        fields = (("hears", "At 350 s web receives"), ("answer", "The answer (420 s)"),
                  ("learns", "web learns it after (s)"))
        super().__init__(judge_idle, fields, THREE, 160)


class VersionsPrediction(Form):
    """Two fields: which version of the model is wrong, and in which packet it shows; "?" where a run cannot tell."""

    def __init__(self, laboratory: Laboratory) -> None:
        fields = (("which", "Wrong version"), ("packet", "Packet that shows it"))
        super().__init__(lambda *values: judge_versions(laboratory, *values), fields, TWO, 150)
