"""Lesson 07: the prediction about a Network Load Balancer; exercises and solutions."""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.course.judgement import Judgement
from vpcedu.flow import Endpoint
from vpcedu.hosts.host import Host
from vpcedu.network.vpc import Device, OutsideHost, Vpc
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
    in_public_subnet,
    nlb_site,
    nlb_tries,
    nlb_vpc,
    source_at_target,
    target_of,
)
from vpcedu.sites.visit import Visit
from vpcedu.tables.security_group import IN, GroupRule
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


def office(given: object) -> str:
    """07.2: one network of clients, no strangers, through a balancer that has no group."""
    rule = as_a(given, GroupRule)
    if rule is None or (rule.group, rule.direction) != ("sg-web", IN):
        raise ValueError(f"rule {quoted(given)}: expected an inbound GroupRule of sg-web")
    site = _with_rule(nlb_site().vpc, rule)
    mine, other = site.get(URL), site.get(URL, opener="stranger")
    first = mine.capture.traces[0].last
    if not mine.outcome.works:
        return (
            f"Not yet. The client sees '{mine.symptom}'. What reaches {first.at} is "
            f"{first.before.flow}, and your rule is for {rule.peer}, port {rule.ports[0]}. "
            "The NLB node is not an end of this connection."
        )
    if other.outcome.works:
        return (
            f"Not yet. A stranger, {UPDATES}, sees '{other.symptom}' too. The balancer has "
            "no security group of its own and lets everybody through. web's rule has to "
            "choose, and it can: it sees who asks."
        )
    by_address = _with_rule(nlb_site("ip").vpc, rule).get(URL)
    came = by_address.capture.traces[0].last.before.flow
    return (
        f"Right. The client sees 200 OK, the stranger '{other.symptom}'. But register the "
        f"same targets by address, and the client sees '{by_address.symptom}': then {came} "
        "arrives, and no rule of web's can tell clients apart."
    )


OFFICE = """from vpcedu.tables.security_group import GroupRule

# Targets registered by instance see the client's own address, so their security group's rule names clients.
row = GroupRule("sg-web", "in", (80, 80), "203.0.113.0/24")
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


def _with_rule(vpc: Vpc, rule: GroupRule) -> Site:
    """The site with another inbound rule, and with a stranger on the Internet."""
    vpc = vpc if rule == GROUP_RULES[0] else vpc.replace(GROUP_RULES[0], rule)
    changed: Vpc = vpc._replace(
        outside=(*vpc.outside, OutsideHost("stranger", UPDATES)),
        devices=(*vpc.devices, Device("stranger", Host)),
    )
    return Site(changed)
