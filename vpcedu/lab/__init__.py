"""Lab: what lessons and learners call."""

from __future__ import annotations

__all__ = ["Load", "ask", "audit", "blockers", "check", "diagnose", "handshake", "judge", "judge_ports",
           "judge_silence", "load_pcap", "open_all", "port_use", "puzzle", "solution", "sweep", "two_hosts"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.lab.asking import ask
    from vpcedu.lab.auditing import audit
    from vpcedu.lab.diagnosis import blockers, diagnose
    from vpcedu.lab.exercises import check, solution
    from vpcedu.lab.load import Load, open_all, port_use
    from vpcedu.lab.loaded import load_pcap
    from vpcedu.lab.opening import handshake, two_hosts
    from vpcedu.lab.predict import judge
    from vpcedu.lab.predict_tcp import judge_ports, judge_silence
    from vpcedu.lab.puzzles import puzzle
    from vpcedu.lab.sweeping import sweep


# No module may have the name of a function: importing it would put the module in the function's place.
_PLACES = {"judge": "predict", "judge_ports": "predict_tcp", "judge_silence": "predict_tcp", "check": "exercises",
           "solution": "exercises", "ask": "asking", "audit": "auditing", "blockers": "diagnosis",
           "diagnose": "diagnosis", "load_pcap": "loaded", "handshake": "opening", "two_hosts": "opening",
           "Load": "load", "open_all": "load", "port_use": "load", "puzzle": "puzzles", "sweep": "sweeping"}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in _PLACES:
        raise AttributeError(f"module 'vpcedu.lab' has no attribute {name!r}")
    return getattr(import_module(f"vpcedu.lab.{_PLACES[name]}"), name)
