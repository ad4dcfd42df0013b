"""Lab: what lessons and learners call."""

from __future__ import annotations

__all__ = ["Load", "blockers", "check", "handshake", "judge", "judge_addresses", "judge_ports", "judge_reach",
           "judge_silence", "load_pcap", "lone_server", "one_row_less", "open_all", "port_use", "public_or_not",
           "solution", "two_hosts"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.lab.addresses import lone_server, public_or_not
    from vpcedu.lab.diagnose import blockers
    from vpcedu.lab.exercises import check, solution
    from vpcedu.lab.load import Load, open_all, port_use
    from vpcedu.lab.loaded import load_pcap
    from vpcedu.lab.opening import handshake, two_hosts
    from vpcedu.lab.predict import judge
    from vpcedu.lab.predict_addresses import judge_addresses, judge_reach
    from vpcedu.lab.predict_tcp import judge_ports, judge_silence
    from vpcedu.lab.rows import one_row_less


_PLACES = {"judge": "predict", "judge_ports": "predict_tcp", "judge_silence": "predict_tcp", "check": "exercises",
           "solution": "exercises", "blockers": "diagnose", "load_pcap": "loaded", "handshake": "opening",
           "two_hosts": "opening", "one_row_less": "rows", "Load": "load", "open_all": "load", "port_use": "load",
           "lone_server": "addresses", "public_or_not": "addresses", "judge_addresses": "predict_addresses",
           "judge_reach": "predict_addresses"}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in _PLACES:
        raise AttributeError(f"module 'vpcedu.lab' has no attribute {name!r}")
    return getattr(import_module(f"vpcedu.lab.{_PLACES[name]}"), name)
