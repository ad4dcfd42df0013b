"""Widgets: sliders and fields for notebooks, one layer over lab and draw (extra: course).

Every widget object shows itself in a notebook, live where a kernel runs and as a picture with one sentence
where none does. It works without a browser too: set a control's value, read `sentence`.
"""

from __future__ import annotations

__all__ = ["AddressPrediction", "Arrows", "Evidence", "FilterPrediction", "Filters", "Handshake", "IdleClocks",
           "IdlePrediction", "NatPrediction", "NetworkBalancer", "NetworkPrediction", "OwnPrediction", "PortPrediction",
           "Ports", "Prediction", "Progress", "Proxies", "ProxyPrediction", "PuzzlePrediction", "ReachPrediction",
           "ReturnPaths", "Routes", "SilencePrediction", "Translations", "Troubleshooting", "VersionsPrediction",
           "YourVpc"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.widgets.arrows import Arrows
    from vpcedu.widgets.clocks import IdleClocks
    from vpcedu.widgets.evidence import Evidence
    from vpcedu.widgets.filters import Filters
    from vpcedu.widgets.handshake import Handshake
    from vpcedu.widgets.network_balancer import NetworkBalancer
    from vpcedu.widgets.ports import Ports
    from vpcedu.widgets.prediction import (
        AddressPrediction,
        IdlePrediction,
        PortPrediction,
        Prediction,
        ReachPrediction,
        SilencePrediction,
        VersionsPrediction,
    )
    from vpcedu.widgets.prediction_balancers import NetworkPrediction, ProxyPrediction
    from vpcedu.widgets.prediction_filters import FilterPrediction, NatPrediction
    from vpcedu.widgets.prediction_own import OwnPrediction, PuzzlePrediction
    from vpcedu.widgets.progress import Progress
    from vpcedu.widgets.proxies import Proxies
    from vpcedu.widgets.return_paths import ReturnPaths
    from vpcedu.widgets.routes import Routes
    from vpcedu.widgets.translations import Translations
    from vpcedu.widgets.troubleshooting import Troubleshooting
    from vpcedu.widgets.your_vpc import YourVpc

_PLACES = {"AddressPrediction": "prediction", "Arrows": "arrows", "Evidence": "evidence",
           "FilterPrediction": "prediction_filters", "Filters": "filters", "Handshake": "handshake",
           "IdleClocks": "clocks", "IdlePrediction": "prediction", "NatPrediction": "prediction_filters",
           "NetworkBalancer": "network_balancer", "NetworkPrediction": "prediction_balancers",
           "OwnPrediction": "prediction_own", "PortPrediction": "prediction", "Ports": "ports",
           "Prediction": "prediction", "Progress": "progress", "Proxies": "proxies",
           "ProxyPrediction": "prediction_balancers", "PuzzlePrediction": "prediction_own",
           "ReachPrediction": "prediction", "ReturnPaths": "return_paths", "Routes": "routes",
           "SilencePrediction": "prediction", "Translations": "translations", "Troubleshooting": "troubleshooting",
           "VersionsPrediction": "prediction", "YourVpc": "your_vpc"}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in _PLACES:
        raise AttributeError(f"module 'vpcedu.widgets' has no attribute {name!r}")
    try:
        import ipywidgets  # noqa: F401
    except ImportError:
        raise ImportError("the sliders need ipywidgets: install the course with 'pip install vpcedu[course]'") from None
    return getattr(import_module(f"vpcedu.widgets.{_PLACES[name]}"), name)
