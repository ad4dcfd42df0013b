"""Prediction forms of the lessons on troubleshooting and on one's own VPC."""

from __future__ import annotations

from vpcedu.course.lesson_10 import judge_puzzle
from vpcedu.course.lesson_11 import judge_own
from vpcedu.puzzles.puzzle import Puzzle
from vpcedu.widgets.prediction import THREE, TWO, Form


class PuzzlePrediction(Form):
    """Two fields: at which device, and at which of its checks, the first packet of a puzzle is lost."""

    def __init__(self, puzzle: Puzzle) -> None:
        fields = (("at", "Lost at"), ("check_name", "... by"))
        super().__init__(lambda *values: judge_puzzle(puzzle, *values), fields, TWO)


class OwnPrediction(Form):
    """Three fields: what becomes of two updates and of a question to the database of the example network."""

    def __init__(self) -> None:
        fields = (("update_1", "web-1's update"), ("update_2", "web-2's update"), ("database", "web-1 to db"))
        super().__init__(judge_own, fields, THREE)
