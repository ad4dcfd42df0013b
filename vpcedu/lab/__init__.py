"""Lab: what lessons and learners call. Sites, visits, what-ifs, predictions, questions to a VPC."""

from __future__ import annotations

__all__ = ["Load", "Versions", "ask", "audit", "beyond_rows", "blockers", "check", "diagnose", "edited", "edits",
           "example_vpc",
           "fill_nat", "first_bytes", "first_numbers", "handshake", "judge", "judge_addresses", "judge_filters",
           "judge_idle", "judge_nat", "judge_nlb", "judge_own", "judge_ports", "judge_proxy", "judge_puzzle",
           "judge_reach", "judge_silence", "judge_versions", "laboratory", "load_pcap", "lone_server", "named",
           "nat_site", "nlb_site", "nlb_tries", "nlb_visit", "one_row_less", "one_server", "open_all", "port_use",
           "proxy_site", "public_or_not", "puzzle", "scenario", "scenario_names", "silence", "solution", "sweep",
           "symptom_table", "two_hosts"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.lab.addresses import lone_server, public_or_not
    from vpcedu.lab.asking import ask
    from vpcedu.lab.auditing import audit
    from vpcedu.lab.beyond import beyond_rows
    from vpcedu.lab.diagnosis import blockers, diagnose
    from vpcedu.lab.exercises import check, solution
    from vpcedu.lab.filters import edited, edits, one_server
    from vpcedu.lab.load import Load, open_all, port_use
    from vpcedu.lab.loaded import load_pcap
    from vpcedu.lab.nlb import first_bytes, judge_nlb, nlb_site, nlb_tries, nlb_visit
    from vpcedu.lab.opening import handshake, two_hosts
    from vpcedu.lab.own import example_vpc, judge_own, named
    from vpcedu.lab.predict import judge
    from vpcedu.lab.predict_addresses import judge_addresses, judge_reach
    from vpcedu.lab.predict_filters import judge_filters
    from vpcedu.lab.predict_nat import judge_nat
    from vpcedu.lab.predict_puzzle import judge_puzzle, symptom_table
    from vpcedu.lab.predict_tcp import judge_ports, judge_silence
    from vpcedu.lab.predict_time import judge_idle
    from vpcedu.lab.predict_witness import Versions, judge_versions
    from vpcedu.lab.proxies import first_numbers, judge_proxy, proxy_site
    from vpcedu.lab.puzzles import puzzle
    from vpcedu.lab.quiet import silence
    from vpcedu.lab.rows import one_row_less
    from vpcedu.lab.scenarios import scenario, scenario_names
    from vpcedu.lab.sweeping import sweep
    from vpcedu.lab.translating import fill_nat, nat_site
    from vpcedu.lab.witness import laboratory


# No module may have the name of a function: importing it would put the module in the function's place.
_PLACES = {"Load": "load", "Versions": "predict_witness", "ask": "asking", "audit": "auditing",
           "beyond_rows": "beyond", "blockers": "diagnosis",
           "check": "exercises", "diagnose": "diagnosis", "edited": "filters", "edits": "filters", "example_vpc": "own",
           "fill_nat": "translating", "first_bytes": "nlb", "first_numbers": "proxies", "handshake": "opening",
           "judge": "predict", "judge_addresses": "predict_addresses", "judge_filters": "predict_filters",
           "judge_idle": "predict_time", "judge_nat": "predict_nat", "judge_nlb": "nlb", "judge_own": "own",
           "judge_ports": "predict_tcp", "judge_proxy": "proxies", "judge_puzzle": "predict_puzzle",
           "judge_reach": "predict_addresses", "judge_silence": "predict_tcp", "judge_versions": "predict_witness",
           "laboratory": "witness", "load_pcap": "loaded", "lone_server": "addresses", "named": "own",
           "nat_site": "translating", "nlb_site": "nlb", "nlb_tries": "nlb", "nlb_visit": "nlb", "one_row_less": "rows",
           "one_server": "filters", "open_all": "load", "port_use": "load", "proxy_site": "proxies",
           "public_or_not": "addresses", "puzzle": "puzzles", "scenario": "scenarios", "scenario_names": "scenarios",
           "silence": "quiet", "solution": "exercises", "sweep": "sweeping", "symptom_table": "predict_puzzle",
           "two_hosts": "opening"}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in _PLACES:
        raise AttributeError(f"module 'vpcedu.lab' has no attribute {name!r}")
    return getattr(import_module(f"vpcedu.lab.{_PLACES[name]}"), name)
