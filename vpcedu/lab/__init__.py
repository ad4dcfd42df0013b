"""Lab: what lessons and learners call. Sites, visits, what-ifs, predictions, questions to a VPC."""

from __future__ import annotations

from vpcedu.facade import lazy

# No module may have the name of a function: importing it would put the module in the function's place.
__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        "addresses": ("lone_server", "public_or_not"),
        "asking": ("ask",),
        "auditing": ("audit",),
        "beyond": ("beyond_rows",),
        "diagnosis": ("blockers", "diagnose"),
        "exercises": ("check", "solution"),
        "filters": ("edited", "edits", "one_server"),
        "load": ("Load", "open_all", "port_use"),
        "loaded": ("load_pcap",),
        "nlb": ("first_bytes", "judge_nlb", "nlb_site", "nlb_tries", "nlb_visit"),
        "opening": ("handshake", "two_hosts"),
        "own": ("example_vpc", "judge_own", "named"),
        "predict": ("judge",),
        "predict_addresses": ("judge_addresses", "judge_reach"),
        "predict_filters": ("judge_filters",),
        "predict_nat": ("judge_nat",),
        "predict_puzzle": ("judge_puzzle", "symptom_table"),
        "predict_tcp": ("judge_ports", "judge_silence"),
        "predict_time": ("judge_idle",),
        "predict_witness": ("Versions", "judge_versions"),
        "proxies": ("first_numbers", "judge_proxy", "proxy_site"),
        "puzzles": ("puzzle",),
        "quiet": ("silence",),
        "rows": ("one_row_less",),
        "scenarios": ("scenario", "scenario_names"),
        "sweeping": ("sweep",),
        "translating": ("fill_nat", "nat_site"),
        "witness": ("laboratory",),
    },
)
