"""What a notebook shows of the last value of a cell."""

from __future__ import annotations

from typing import Any

import pytest


def shown(value: Any) -> str:
    """The text that IPython shows; for a tuple it asks for `_repr_pretty_` and nothing else."""
    formatters = pytest.importorskip("IPython.core.formatters")
    return formatters.DisplayFormatter().format(value)[0]["text/plain"]
