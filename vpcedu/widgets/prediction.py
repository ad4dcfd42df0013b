"""Prediction: four fields for the answer's addresses and ports, judged by the model."""

from __future__ import annotations

from html import escape

import ipywidgets

from vpcedu.lab.predict import NOT_YET, judge
from vpcedu.lab.visit import Visit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FIELDS = (("source", "Source address"), ("source_port", "Source port"),
          ("destination", "Destination address"), ("destination_port", "Destination port"))


class Prediction:
    """The form; type into the fields and press Check, or set their values and call `check()`."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self.sentence = NOT_YET
        layout, style = {"width": "330px"}, {"description_width": "140px"}
        for name, words in FIELDS:
            field = ipywidgets.Text(description=words, layout=layout, style=style, continuous_update=False)
            setattr(self, name, field)
        self.button = ipywidgets.Button(description="Check", button_style="primary")
        self.button.on_click(lambda _: self.check())
        self.line = ipywidgets.HTML(layout={"width": "700px", "min_height": "5em"})
        rows = [ipywidgets.HBox([getattr(self, a), getattr(self, b)], layout={"flex_flow": "row wrap"})
                for a, b in (("source", "source_port"), ("destination", "destination_port"))]
        self.box = ipywidgets.VBox([*rows, self.button, self.line])
        self._say(NOT_YET)

    def check(self) -> str:
        """Judge what stands in the fields; what is no address or port is named, not raised."""
        values = [getattr(self, name).value for name, _ in FIELDS]
        if not any(values):
            return self._say(NOT_YET)
        try:
            return self._say(judge(self._visit, *values).words)
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
