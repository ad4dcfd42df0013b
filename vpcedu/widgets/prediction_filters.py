"""Prediction forms of the lessons on filters and on address translation."""

from __future__ import annotations

from vpcedu.lab.predict_filters import judge_filters
from vpcedu.widgets.prediction import THREE, Form


class FilterPrediction(Form):
    """Three fields: where an outbound row is missing, and for which destination ports."""

    def __init__(self) -> None:
        fields = (("missing", "Missing in"), ("first", "For ports, from"), ("last", "... to"))
        super().__init__(judge_filters, fields, THREE)
