"""Widgets: sliders and fields for notebooks, one layer over lab and draw (extra: course).

Every widget object shows itself in a notebook, live where a kernel runs and as a picture with one sentence
where none does. It works without a browser too: set a control's value, read `sentence`.
"""

from __future__ import annotations

__all__ = ["Arrows", "Handshake", "PortPrediction", "Ports", "Prediction", "ReturnPaths", "SilencePrediction"]
__all__ += ["IdleClocks", "IdlePrediction"]
__all__ += ["Evidence", "VersionsPrediction"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.widgets.arrows import Arrows
    from vpcedu.widgets.clocks import IdleClocks
    from vpcedu.widgets.evidence import Evidence
    from vpcedu.widgets.handshake import Handshake
    from vpcedu.widgets.ports import Ports
    from vpcedu.widgets.prediction import (
        IdlePrediction,
        PortPrediction,
        Prediction,
        SilencePrediction,
        VersionsPrediction,
    )
    from vpcedu.widgets.return_paths import ReturnPaths

_PLACES = {"Arrows": "arrows", "Handshake": "handshake", "PortPrediction": "prediction", "Ports": "ports",
           "Prediction": "prediction", "ReturnPaths": "return_paths", "SilencePrediction": "prediction"}
_PLACES |= {"Evidence": "evidence", "VersionsPrediction": "prediction"}
_PLACES |= {"IdleClocks": "clocks", "IdlePrediction": "prediction"}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in _PLACES:
        raise AttributeError(f"module 'vpcedu.widgets' has no attribute {name!r}")
    try:
        import ipywidgets  # noqa: F401
    except ImportError:
        raise ImportError("the sliders need ipywidgets: install the course with 'pip install vpcedu[course]'") from None
    return getattr(import_module(f"vpcedu.widgets.{_PLACES[name]}"), name)
