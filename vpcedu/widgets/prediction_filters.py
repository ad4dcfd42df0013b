"""Prediction forms of the lessons on filters and on address translation."""

from __future__ import annotations

from vpcedu.course.lesson_04 import judge_filters
from vpcedu.course.lesson_05 import judge_nat
from vpcedu.widgets.prediction import THREE, Form


class FilterPrediction(Form):
    """Three fields: where an outbound row is missing, and for which destination ports."""

    def __init__(self) -> None:
        fields = (("missing", "Missing in"), ("first", "For ports, from"), ("last", "... to"))
        super().__init__(judge_filters, fields, THREE)


class NatPrediction(Form):
    """Three fields: where an answer to the inside is sent, how many packets of a page visit pass the NAT, what stops
    a stranger."""

    def __init__(self) -> None:
        fields = (("answer_to", "Answer is sent to"), ("page_packets", "Packets through NAT"),
                  ("stops", "Stranger stopped by"))
        super().__init__(judge_nat, fields, THREE, 150)
