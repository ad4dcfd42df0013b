"""Lab: what lessons and learners call. Sites, visits, what-ifs, predictions, questions to a VPC.

What a real machine's tools and AWS's logs would show of a visit is here too.
"""

from __future__ import annotations

from vpcedu.facade import lazy

__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        "vpcedu.sites.lone_server": ("lone_server", "public_or_not"),
        "vpcedu.analysis.answer": ("ask",),
        "vpcedu.analysis.commands.script": ("aws_cli",),
        "vpcedu.analysis.audit_report": ("audit",),
        "vpcedu.scenarios.losses_without_a_row": ("beyond_rows",),
        "vpcedu.analysis.causes": ("blockers", "diagnose"),
        "vpcedu.course.check_yourself.paper": ("check_yourself",),
        "vpcedu.course.exercises": ("check", "solution"),
        "vpcedu.sites.one_server": ("edited", "edits", "one_server"),
        "vpcedu.sites.port_load": ("Load", "open_all", "port_use"),
        "vpcedu.sites.capture_file": ("load_pcap",),
        "vpcedu.sites.two_targets": ("first_bytes", "nlb_site", "nlb_tries", "nlb_visit"),
        "vpcedu.sites.two_hosts": ("handshake", "two_hosts"),
        "vpcedu.course.lesson_00": ("judge",),
        "vpcedu.course.lesson_01": ("judge_addresses", "judge_reach"),
        "vpcedu.course.lesson_02": ("judge_silence",),
        "vpcedu.course.lesson_03": ("judge_ports",),
        "vpcedu.course.lesson_04": ("judge_filters",),
        "vpcedu.course.lesson_05": ("judge_nat",),
        "vpcedu.course.lesson_06": ("health_checks", "judge_proxy", "three_requests"),
        "vpcedu.course.lesson_07": ("judge_nlb",),
        "vpcedu.course.lesson_09": ("judge_idle",),
        "vpcedu.course.lesson_10": ("judge_puzzle", "symptom_table"),
        "vpcedu.course.lesson_11": ("example_vpc", "hop_by_hop", "judge_own", "named"),
        "vpcedu.course.lesson_12": ("Versions", "judge_versions"),
        "vpcedu.sites.reference_proxies": ("first_numbers", "five_ways", "proxy_site"),
        "vpcedu.puzzles.puzzle": ("puzzle",),
        "vpcedu.sites.silence": ("silence",),
        "vpcedu.course.row_table": ("one_row_less",),
        "vpcedu.course.symptoms": ("stories", "symptom_card"),
        "vpcedu.scenarios.catalogue": ("scenario", "scenario_names"),
        "vpcedu.sites.sweep": ("sweep",),
        "vpcedu.sites.two_instances": ("fill_nat", "nat_site"),
        "vpcedu.course.kernel_evidence": ("laboratory",),
        "vpcedu.views.logs.access_log": ("access_log",),
        "vpcedu.views.logs.flow_log": ("flow_log",),
        "vpcedu.views.machine.curl": ("curl",),
        "vpcedu.views.machine.metric": ("port_errors",),
        "vpcedu.views.machine.ss": ("ss",),
        "vpcedu.views.machine.tcpdump": ("tcpdump",),
    },
)
