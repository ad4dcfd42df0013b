"""Lab: what lessons and learners call."""

from __future__ import annotations

__all__ = ["Load", "blockers", "check", "edited", "edits", "fill_nat", "handshake", "judge", "judge_filters",
           "judge_nat", "judge_ports", "judge_silence", "load_pcap", "nat_site", "one_server", "open_all", "port_use",
           "solution", "two_hosts"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.lab.diagnose import blockers
    from vpcedu.lab.exercises import check, solution
    from vpcedu.lab.filters import edited, edits, one_server
    from vpcedu.lab.load import Load, open_all, port_use
    from vpcedu.lab.loaded import load_pcap
    from vpcedu.lab.opening import handshake, two_hosts
    from vpcedu.lab.predict import judge
    from vpcedu.lab.predict_filters import judge_filters
    from vpcedu.lab.predict_nat import judge_nat
    from vpcedu.lab.predict_tcp import judge_ports, judge_silence
    from vpcedu.lab.translating import fill_nat, nat_site


_PLACES = {"judge": "predict", "judge_ports": "predict_tcp", "judge_silence": "predict_tcp", "check": "exercises",
           "solution": "exercises", "blockers": "diagnose", "load_pcap": "loaded", "handshake": "opening",
           "two_hosts": "opening", "Load": "load", "open_all": "load", "port_use": "load"}


_PLACES |= {"edits": "filters", "edited": "filters", "one_server": "filters", "judge_filters": "predict_filters"}
_PLACES |= {"fill_nat": "translating", "nat_site": "translating", "judge_nat": "predict_nat"}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in _PLACES:
        raise AttributeError(f"module 'vpcedu.lab' has no attribute {name!r}")
    return getattr(import_module(f"vpcedu.lab.{_PLACES[name]}"), name)
