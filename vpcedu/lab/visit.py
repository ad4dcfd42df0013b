"""Visit: one conversation from its call to its end, and what was seen of it."""

from __future__ import annotations

from vpcedu.network.vpc import Vpc
from vpcedu.trace import Capture

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.hosts.client import Result


class Visit:
    """What was called, by whom, with which result; the capture; the description it was played on."""

    def __init__(self, title: str, opener: str, result: Result | None, capture: Capture, vpc: Vpc) -> None:
        self.title, self.opener, self.result = title, opener, result
        self.capture, self.vpc = capture, vpc

    @property
    def symptom(self) -> str:
        """What the opener's person sees: "200 OK", "timed out", "refused", ..."""
        return self.result.symptom if self.result else "no answer yet"

    def __str__(self) -> str:
        from vpcedu.views.text import report

        return report(self)

    def __repr__(self) -> str:
        return f"<Visit: {self.title}, by {self.opener}: {self.result or 'no answer yet'}; {len(self.capture)} packets>"

    def _repr_mimebundle_(self, **formats: Any) -> dict[str, str]:
        """In a notebook the last line of a cell is the whole text."""
        return {"text/plain": str(self)}
