"""Lesson 07: the prediction about a Network Load Balancer; exercises and solutions."""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.course.judgement import Judgement
from vpcedu.flow import Endpoint
from vpcedu.hosts.host import Host
from vpcedu.network.vpc import Device, OutsideHost
from vpcedu.protocols.proxy_protocol import parse
from vpcedu.quoting import quoted
from vpcedu.sites import field
from vpcedu.sites.parts import NAME, PAGE, UPDATES
from vpcedu.sites.row_kinds import as_a
from vpcedu.sites.site import Site
from vpcedu.sites.two_targets import (
    ELASTIC,
    GROUP_RULES,
    NODE,
    TARGETS,
    WEBS,
    in_public_subnet,
    nlb_site,
    nlb_tries,
    nlb_vpc,
    source_at_target,
    target_of,
)
from vpcedu.sites.visit import Visit
from vpcedu.tables.security_group import IN, GroupRule, new_group
from vpcedu.tables.target_group import Listener, TargetGroup
from vpcedu.views.explain import answer_legs, way

SEES = ("200 OK", "timed out", "refused", "reset")


def judge_nlb(client_sees: object, instance: object, ip: object) -> Judgement:
    """Compare with runs: what the client sees, and which source addresses targets see.

    The targets have no route to the Internet. One is registered by instance, one by address.

    The fields may be text as typed; the first is one of SEES. ValueError where one is something
    else.
    """
    word = field.one_of("the client sees", client_sees, SEES, {"200": "200 OK", "ok": "200 OK"})
    predicted = [
        field.ipv4("registered by instance", instance),
        field.ipv4("registered by address", ip),
    ]
    runs = [nlb_site(kind).get(PAGE) for kind in ("instance", "ip")]
    real = [source_at_target(run) for run in runs]
    leg = answer_legs(runs[0])[0]
    if word != runs[0].symptom:
        return Judgement(False, _no_way_out(word, runs[0]), leg)
    for told, found, kind, other in zip(
        predicted, real, ("instance", "address"), reversed(real), strict=True
    ):
        if told != found:
            return Judgement(False, _source(told, found, kind, other), leg)
    return Judgement(
        True,
        f"Right: the client sees {word}. {leg.sender}, registered by instance, sees "
        f"{real[0]}, the client. Registered by address it sees {real[1]}, the NLB node.",
        leg,
    )


def _no_way_out(word: str, run: Visit) -> str:
    leg = answer_legs(run)[0]
    public = in_public_subnet().get(PAGE)
    other = answer_legs(public)[0]
    return (
        f"Not {word}: the client saw {run.symptom}. {leg.sender} has no public address, and "
        f"its subnet has only the local route. Its answer to {leg.packet.flow.destination} "
        f"left {way(leg)}, not by a route. We also tried a public address and a route to "
        f"the Internet gateway: the answer left {way(other)} again."
    )


def _source(told: str, found: str, kind: str, other: str) -> str:
    swapped = "address" if kind == "instance" else "instance"
    if told == other:
        rule = "hide" if kind == "instance" else "show"
        belief = (
            f"{told} is what a target registered by {swapped} sees, by AWS's defaults: a "
            f"Network Load Balancer does not always {rule} the client."
        )
    elif told == ELASTIC:
        belief = f"Only the Internet gateway knows {told}: it translates that address to {NODE}."
    else:
        belief = "A target sees the client or the NLB node. Its own address is the destination."
    return f"Registered by {kind}, the target saw {found}, not {told}. {belief}"


URL = f"http://{NAME}/"
SEED = 7  # of 07.3: another port than the lesson shows


def hairpin(given: object) -> str:
    """07.1: everybody reaches both targets, also the targets themselves."""
    group = as_a(given, TargetGroup)
    if group is None:
        raise ValueError(f"group {quoted(given)}: expected a TargetGroup")
    if set(group.targets) != set(TARGETS.targets):
        return (
            "Not yet. Leave both targets in. With one target, every call that it makes "
            "comes back to itself, and the other one does no work."
        )
    for opener in ("client", "web 1", "web 2"):
        runs = nlb_tries(Site(nlb_vpc(Listener("TCP", 80, group, idle=350 * SECOND))), opener, 8)
        bad = [run for run in runs if not run.outcome.works]
        if bad:
            flow = bad[0].capture.traces[0].last.before.flow
            hint = (
                " The servers here do not read that header."
                if group.proxy_protocol_v2 and "400" in bad[0].symptom
                else f" {target_of(bad[0])} gets {flow}: look at the two addresses."
            )
            return f"Not yet. {len(bad)} of 8 visits by {opener} fail; the first: '{bad[0].symptom}'.{hint}"
    return (
        "Right. The client, web 1 and web 2 made 8 visits each, and all of them got 200 "
        "OK. The client's address is not preserved, so nobody ever gets a packet from "
        "itself. The price: the servers no longer see who asks."
    )


HAIRPIN = """from vpcedu.sites.two_targets import TARGETS

# The target gets a packet whose source and destination are both its own address, and drops it. So the
# source must be another one: the NLB node's. (target_type="ip" does the same, by its default for TCP.)
row = TARGETS._replace(preserve_client_ip=False)
"""


CHECKED = 80  # seconds after which two checks, 30 s apart, have failed
OFFICE_ONLY = GroupRule("sg-nlb", IN, (80, 80), "203.0.113.0/24")


def guarded(rule: GroupRule) -> Site:
    """07.2's site: the NLB has a security group for one office, web's has this inbound rule.

    Health checks have run for a while.
    """
    vpc = nlb_site().vpc.with_row(OFFICE_ONLY)
    vpc = vpc if rule == GROUP_RULES[0] else vpc.replace(GROUP_RULES[0], rule)
    for row in new_group("sg-nlb"):
        vpc = vpc.with_row(row)
    node = next(row for row in vpc.interfaces if row.address == NODE)
    site = Site(
        vpc._replace(
            interfaces=tuple(
                row._replace(groups=("sg-nlb",)) if row == node else row for row in vpc.interfaces
            ),
            outside=(*vpc.outside, OutsideHost("stranger", UPDATES)),
            devices=(*vpc.devices, Device("stranger", Host)),
        )
    )
    site.start_checks()
    site.wait(CHECKED * SECOND)
    return site


def office(given: object) -> str:
    """07.2: one office, no stranger, healthy targets, and nobody past the balancer."""
    rule = as_a(given, GroupRule)
    if rule is None or (rule.group, rule.direction) != ("sg-web", IN):
        raise ValueError(f"rule {quoted(given)}: expected an inbound GroupRule of sg-web")
    site = guarded(rule)
    checked = [
        trace for trace in site.network.capture if trace.sender == "NLB node" and trace.dropped
    ]
    mine, other = site.get(URL), site.get(URL, opener="stranger")
    if not mine.outcome.works:
        flow = mine.capture.traces[0].last.before.flow
        return (
            f"Not yet. The client sees '{mine.symptom}'. What reaches {mine.capture.traces[0].last.at} "
            f"is {flow}, and your rule is for {rule.peer}, port {rule.ports[0]}. The NLB node is not "
            "an end of this connection."
        )
    if checked:
        check = checked[0]
        return (
            f"Not yet. The client sees '{mine.symptom}', and the stranger '{other.symptom}'. But the "
            f"health checks fail: {check.packet.flow} was lost at {check.last.at}, "
            f"{check.last.check}. They come from the NLB node, not from a client. Both targets "
            "are unhealthy. Pages still come only because a balancer without a healthy target "
            "uses all of them."
        )
    past = site.connect("web 1", WEBS["web 2"], 80)
    if past.outcome.works:
        return (
            "Not yet. Clients and health checks pass. But web 1 can call web 2 directly, at "
            f"{WEBS['web 2']}, past the balancer: your rule allows {rule.peer}. Which rule "
            "allows only what came through the NLB?"
        )
    return (
        f"Right. The client sees '{mine.symptom}', the stranger '{other.symptom}', and every "
        "health check passes. The NLB's security group chooses the clients. web's rule names "
        "that group, so it allows the clients that came through the NLB, and the NLB's own checks."
    )


OFFICE = """from vpcedu.tables.security_group import GroupRule

# The rule names the security group of the Network Load Balancer. It matches what the NLB delivers, also
# where the packet carries the client's own address, and it matches the health checks.
row = GroupRule("sg-web", "in", (80, 80), "sg-nlb")
"""


def header(client: object) -> str:
    """07.3: who asked, by the bytes of a PROXY header."""
    visit = nlb_site(proxy_v2=True, seed=SEED).get(URL)
    data = next(t.last.before.data for t in visit.capture if t.sender == "client" and t.packet.data)
    found = parse(data)
    assert found is not None and found[0].source is not None and found[0].destination is not None
    real, node = found[0].source, found[0].destination
    endpoint = client if isinstance(client, Endpoint) else Endpoint.parse(str(client).strip())
    if endpoint == real:
        return (
            f"Right. The client is {real}: bytes 17 to 20 are the address, {data[16:20].hex()}; bytes 25 and"
            f" 26 the port, {data[24:26].hex()}."
        )
    if endpoint.address == node.address:
        return (
            f"Not yet. {node.address} comes second: it is the destination, the NLB node. The "
            "source comes before it."
        )
    if endpoint.address != real.address:
        return (
            "Not yet: not that address. The first 12 bytes are the signature, and 4 more "
            f"hold version, protocol and length. Then come 4 bytes, {data[16:20].hex()}. "
            "Each of them is one number of the address."
        )
    if endpoint.port == node.port:
        return (
            "Not yet. The address is right. 0050 is port 80, the destination's. The source's "
            "port comes before it."
        )
    return (
        f"Not yet. The address is right. The port is the two bytes {data[24:26].hex()}, the "
        "high one first."
    )


HEADER = """# 12 bytes signature; 21 11 000c: version 2, TCP over IPv4, 12 more bytes; then source address,
# destination address, source port, destination port. cb 00 71 0a is 203.0.113.10; the port:
row = "203.0.113.10:" + str(0xB942)
"""
