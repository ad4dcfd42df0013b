"""Lacking: what the Python at hand does not have, said in one sentence.

A browser's Python has no OpenSSL, no matplotlib and no other processes. What needs them raises
Lacking. In a notebook there, its words are printed, and the cells below run on.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

BROWSER = "emscripten"  # sys.platform of a Python that runs in a browser


class Lacking(ImportError, RuntimeError):
    """Something is asked for that this Python cannot do; the words say what it would need."""


def in_browser() -> bool:
    """Whether this Python runs in a browser."""
    return sys.platform == BROWSER


def print_in_notebook() -> None:
    """Have a browser's notebook print what is lacking, instead of ending in a traceback.

    IPython is asked only where it has been loaded.
    """
    notebook = sys.modules.get("IPython")
    shell = notebook.get_ipython() if notebook is not None and in_browser() else None
    if shell is not None:
        shell.set_custom_exc((Lacking,), _printed)


def _printed(shell: Any, kind: type[Lacking], error: Lacking, trace: Any, **more: Any) -> None:
    print(f"Not in a browser: {error}.")
