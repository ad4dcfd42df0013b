"""Lab: what lessons and learners call. Sites, visits, what-ifs, predictions, questions to a VPC."""

from __future__ import annotations

__all__ = ["Load", "ask", "audit", "blockers", "check", "diagnose", "handshake", "judge", "judge_addresses",
           "judge_ports", "judge_reach", "judge_silence", "load_pcap", "lone_server", "one_row_less", "open_all",
           "port_use", "public_or_not", "puzzle", "solution", "sweep", "two_hosts"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.lab.addresses import lone_server, public_or_not
    from vpcedu.lab.asking import ask
    from vpcedu.lab.auditing import audit
    from vpcedu.lab.diagnosis import blockers, diagnose
    from vpcedu.lab.exercises import check, solution
    from vpcedu.lab.load import Load, open_all, port_use
    from vpcedu.lab.loaded import load_pcap
    from vpcedu.lab.opening import handshake, two_hosts
    from vpcedu.lab.predict import judge
    from vpcedu.lab.predict_addresses import judge_addresses, judge_reach
    from vpcedu.lab.predict_tcp import judge_ports, judge_silence
    from vpcedu.lab.puzzles import puzzle
    from vpcedu.lab.rows import one_row_less
    from vpcedu.lab.sweeping import sweep


# No module may have the name of a function: importing it would put the module in the function's place.
_PLACES = {"Load": "load", "ask": "asking", "audit": "auditing", "blockers": "diagnosis", "check": "exercises",
           "diagnose": "diagnosis", "handshake": "opening", "judge": "predict", "judge_addresses": "predict_addresses",
           "judge_ports": "predict_tcp", "judge_reach": "predict_addresses", "judge_silence": "predict_tcp",
           "load_pcap": "loaded", "lone_server": "addresses", "one_row_less": "rows", "open_all": "load",
           "port_use": "load", "public_or_not": "addresses", "puzzle": "puzzles", "solution": "exercises",
           "sweep": "sweeping", "two_hosts": "opening"}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in _PLACES:
        raise AttributeError(f"module 'vpcedu.lab' has no attribute {name!r}")
    return getattr(import_module(f"vpcedu.lab.{_PLACES[name]}"), name)
