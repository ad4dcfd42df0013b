"""Lab: what lessons and learners call. Sites, visits, what-ifs, predictions, questions to a VPC."""

from __future__ import annotations

from vpcedu.facade import lazy

__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        "vpcedu.sites.lone_server": ("lone_server", "public_or_not"),
        "vpcedu.analysis.answer": ("ask",),
        "vpcedu.analysis.audit_report": ("audit",),
        "vpcedu.scenarios.losses_without_a_row": ("beyond_rows",),
        "vpcedu.analysis.causes": ("blockers", "diagnose"),
        "vpcedu.course.exercises": ("check", "solution"),
        "vpcedu.sites.one_server": ("edited", "edits", "one_server"),
        "vpcedu.sites.port_load": ("Load", "open_all", "port_use"),
        "vpcedu.sites.capture_file": ("load_pcap",),
        "vpcedu.sites.two_targets": ("first_bytes", "judge_nlb", "nlb_site", "nlb_tries", "nlb_visit"),
        "vpcedu.sites.two_hosts": ("handshake", "two_hosts"),
        "vpcedu.course.own": ("example_vpc", "judge_own", "named"),
        "vpcedu.course.predict": ("judge",),
        "vpcedu.course.predict_addresses": ("judge_addresses", "judge_reach"),
        "vpcedu.course.predict_filters": ("judge_filters",),
        "vpcedu.course.predict_nat": ("judge_nat",),
        "vpcedu.course.predict_puzzle": ("judge_puzzle", "symptom_table"),
        "vpcedu.course.predict_tcp": ("judge_ports", "judge_silence"),
        "vpcedu.course.predict_time": ("judge_idle",),
        "vpcedu.course.predict_witness": ("Versions", "judge_versions"),
        "vpcedu.sites.reference_proxies": ("first_numbers", "judge_proxy", "proxy_site"),
        "vpcedu.puzzles.puzzle": ("puzzle",),
        "vpcedu.sites.silence": ("silence",),
        "vpcedu.course.row_table": ("one_row_less",),
        "vpcedu.scenarios.catalogue": ("scenario", "scenario_names"),
        "vpcedu.sites.sweep": ("sweep",),
        "vpcedu.sites.two_instances": ("fill_nat", "nat_site"),
        "vpcedu.course.kernel_evidence": ("laboratory",),
    },
)
