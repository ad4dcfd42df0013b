"""Widgets: sliders and fields for notebooks, one layer over lab and draw (extra: course).

Every widget object shows itself in a notebook, live where a kernel runs and as a picture with one
sentence where none does. It works without a browser too: set a control's value, read `sentence`.
"""

from __future__ import annotations

from vpcedu.facade import lazy
from vpcedu.lacking import print_in_notebook

__all__, _load, __dir__ = lazy(
    __name__,
    {
        "explorers.arrows": ("Arrows",),
        "explorers.clocks": ("IdleClocks",),
        "explorers.evidence": ("Evidence",),
        "explorers.group_and_acl": ("Filters",),
        "explorers.handshake": ("Handshake",),
        "explorers.network_balancer": ("NetworkBalancer",),
        "explorers.ephemeral_ports": ("Ports",),
        "predictions": (
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
            "Recall",
            "Seen",
            "SilencePrediction",
            "VersionsPrediction",
        ),
        "hand_in": ("CheckYourself",),
        "parts.progress": ("Progress",),
        "explorers.proxies": ("Proxies",),
        "explorers.return_paths": ("ReturnPaths",),
        "explorers.routes": ("Routes",),
        "explorers.translations": ("Translations",),
        "explorers.troubleshooting": ("Troubleshooting",),
        "explorers.your_vpc": ("YourVpc",),
    },
)


print_in_notebook()


def __getattr__(name: str) -> object:
    if name in __all__:
        try:
            import ipywidgets  # noqa: F401
        except ImportError:
            raise ImportError(
                "the sliders need ipywidgets: install the course with 'pip install vpcedu[course]'"
            ) from None
    return _load(name)
