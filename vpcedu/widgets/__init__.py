"""Widgets: sliders and fields for notebooks, one layer over lab and draw (extra: course).

Every widget object shows itself in a notebook, live where a kernel runs and as a picture with one sentence
where none does. It works without a browser too: set a control's value, read `sentence`.
"""

from __future__ import annotations

from vpcedu.facade import lazy

__all__, _load, __dir__ = lazy(
    __name__,
    {
        "arrows": ("Arrows",),
        "clocks": ("IdleClocks",),
        "evidence": ("Evidence",),
        "filters": ("Filters",),
        "handshake": ("Handshake",),
        "network_balancer": ("NetworkBalancer",),
        "ports": ("Ports",),
        "prediction": (
            "AddressPrediction",
            "FilterPrediction",
            "IdlePrediction",
            "NatPrediction",
            "NetworkPrediction",
            "OwnPrediction",
            "PortPrediction",
            "Prediction",
            "ProxyPrediction",
            "PuzzlePrediction",
            "ReachPrediction",
            "SilencePrediction",
            "VersionsPrediction",
        ),
        "progress": ("Progress",),
        "proxies": ("Proxies",),
        "return_paths": ("ReturnPaths",),
        "routes": ("Routes",),
        "translations": ("Translations",),
        "troubleshooting": ("Troubleshooting",),
        "your_vpc": ("YourVpc",),
    },
)


def __getattr__(name: str) -> object:
    if name in __all__:
        try:
            import ipywidgets  # noqa: F401
        except ImportError:
            raise ImportError(
                "the sliders need ipywidgets: install the course with 'pip install vpcedu[course]'"
            ) from None
    return _load(name)
