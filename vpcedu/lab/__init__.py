"""Lab: what lessons and learners call."""

from __future__ import annotations

__all__ = ["Load", "blockers", "check", "handshake", "judge", "judge_ports", "judge_silence", "load_pcap", "open_all",
           "port_use", "solution", "two_hosts"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.lab.diagnose import blockers
    from vpcedu.lab.exercises import check, solution
    from vpcedu.lab.load import Load, open_all, port_use
    from vpcedu.lab.loaded import load_pcap
    from vpcedu.lab.opening import handshake, two_hosts
    from vpcedu.lab.predict import judge
    from vpcedu.lab.predict_tcp import judge_ports, judge_silence


_PLACES = {"judge": "predict", "judge_ports": "predict_tcp", "judge_silence": "predict_tcp", "check": "exercises",
           "solution": "exercises", "blockers": "diagnose", "load_pcap": "loaded", "handshake": "opening",
           "two_hosts": "opening", "Load": "load", "open_all": "load", "port_use": "load"}
# Lessons 06 and 07.
__all__ += ["first_bytes", "first_numbers", "judge_nlb", "judge_proxy", "nlb_site", "nlb_tries", "nlb_visit",
            "proxy_site"]
if TYPE_CHECKING:
    from vpcedu.lab.nlb import first_bytes, judge_nlb, nlb_site, nlb_tries, nlb_visit
    from vpcedu.lab.proxies import first_numbers, judge_proxy, proxy_site

_PLACES |= {"first_bytes": "nlb", "first_numbers": "proxies", "judge_nlb": "nlb", "judge_proxy": "proxies",
            "nlb_site": "nlb", "nlb_tries": "nlb", "nlb_visit": "nlb", "proxy_site": "proxies"}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in _PLACES:
        raise AttributeError(f"module 'vpcedu.lab' has no attribute {name!r}")
    return getattr(import_module(f"vpcedu.lab.{_PLACES[name]}"), name)
