"""Progress: a bar for long work.

`lab.sweep` and `search.smallest` call it with (done, of how many).
"""

from __future__ import annotations

from html import escape

import ipywidgets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Progress:
    """Call it with how many are done and how many there are; `words` say of what."""

    def __init__(self, words: str = "done") -> None:
        self.words = words
        self.bar = ipywidgets.IntProgress(0, 0, 1, layout={"width": "220px", "max_width": "50%"})
        self.line = ipywidgets.HTML()
        self.box = ipywidgets.HBox([self.bar, self.line], layout={"max_width": "100%"})

    def __call__(self, done: int, of: int) -> None:
        """This number is done."""
        self.bar.max, self.bar.value, self.bar.layout.display = of, done, ""
        self.line.value = escape(str(self))

    def say(self, words: str) -> None:
        """The work is over: what came of it."""
        self.bar.layout.display = "none"
        self.line.value = escape(words)

    def __str__(self) -> str:
        return f"{self.bar.value:,} of {self.bar.max:,} {self.words}"

    def _repr_mimebundle_(self, **formats: Any) -> dict[str, Any]:
        """The live bar, and how far it is for a page without a kernel."""
        bundle = self.box._repr_mimebundle_(**formats)
        return {**(bundle[0] if isinstance(bundle, tuple) else bundle), "text/plain": str(self)}
