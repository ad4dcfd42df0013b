"""What repairs open, by packets: every pair of ends is asked before and after, on a few ports.

It knows nothing of the audit's tables. Load balancer nodes are no sources: they open connections to
targets only.
"""

from __future__ import annotations

from vpcedu.analysis.audit_report import answered
from vpcedu.analysis.change import apply
from vpcedu.analysis.choosing.choices import cases
from vpcedu.analysis.ends import SOMEONE, Question, find, target_groups
from vpcedu.analysis.plays import Plays
from vpcedu.analysis.repairs.search import run
from vpcedu.analysis.sources import LAST_PORT


def reaches(vpc, source, destination, port):
    """Whether a packet gets there and its answer comes home."""
    try:
        return answered(run(vpc, Question(source, destination, port)))
    except ValueError:
        return False


def pairs(vpc, port):
    """Who may be asked about: hosts, and anyone on the Internet."""
    rows = [row for one in vpc.everyone for row in one.devices if row.kind.is_host]
    inside = {row.device for one in vpc.everyone for row in one.interfaces}
    hosts = [row.name for row in rows if row.name in inside]
    nodes = {row.name for row in rows if "listeners" in dict(row.settings)}
    sources = [row.name for row in rows if row.name in hosts and row.kind.opens]
    for source in (*sources, SOMEONE):
        for there in (*hosts, SOMEONE):
            if source != there and source not in nodes:
                for each in dict.fromkeys((port, 22, 8_080)):
                    yield source, there, each


def on_the_path(vpc, question):
    """Source, destination and port of every hop that a question's packets made, by devices."""
    found = set()
    owner = {a: r.device for one in vpc.everyone for r in one.interfaces for a in r.addresses}
    for case in cases(Plays(), vpc, Question(*question)):
        for talk in case.visit.connections:
            for trace in talk.traces:
                for step in trace.steps:
                    flow = step.before.flow
                    found.add((owner.get(flow.src, SOMEONE), step.at, flow.dport))
    for one in vpc.everyone:
        for group in target_groups(one.listeners):
            devices = [(owner.get(target.address), target.port) for target in group.targets]
            for source, there, port in list(found):
                if (there, port) in devices:
                    found |= {(source, *target) for target in devices}
    return found


def unsaid(answer):
    """Pairs that an answer's repairs open by packets, that were not asked and are not said."""
    vpc, question = answer.vpc, answer.question
    after = apply(vpc, answer.repairs)
    own = on_the_path(after, question)
    found = []
    for source, there, port in pairs(after, question.port):
        if (source, there, port) in own or is_said(answer, after, source, there, port):
            continue
        asked = find(after, question.source).device, find(after, question.destination).device
        if (source, there, port) == (*asked, question.port):
            continue
        if reaches(after, source, there, port) and not reaches(vpc, source, there, port):
            found.append((source, there, port))
    return found


def is_said(answer, after, source, there, port):
    """Whether an answer says that it opens a pair, or that it did not look at all."""
    difference = answer.found.difference
    for row in difference.opened:
        ranges = row.ports or ((1, LAST_PORT),)
        if (
            source in row.sources
            and there in row.destinations
            and any(low <= port <= high for low, high in ranges)
        ):
            return True
    return not difference.checked


def untrue(answer):
    """Pairs that an answer says its repairs open, and packets do not."""
    after = apply(answer.vpc, answer.repairs)
    found = []
    for row in answer.found.difference.opened:
        for source in row.sources[:3]:
            for there in row.destinations[:3]:
                port = row.ports[0][0] if row.ports else answer.question.port
                device = next((r for r in after.devices if r.name == source), None)
                if "/" in source or (device and "listeners" in dict(device.settings)):
                    continue
                if row.ports and (
                    not reaches(after, source, there, port)
                    or reaches(answer.vpc, source, there, port)
                ):
                    found.append((source, there, port))
    return found
