"""Lesson 06: the prediction about proxies, and the exercises with their solutions.

One belief is tried here: that a load balancer is a stateful NAT, which passes the client's own
packets on. A Network Load Balancer does that; so the same site with one instead of the proxy
is the belief, built and run.
"""

from __future__ import annotations

from collections import Counter

from vpcedu.clock import SECOND, seconds
from vpcedu.course.judgement import Judgement
from vpcedu.hosts.health_check import CLASSIC_HTTP
from vpcedu.hosts.web_server import requests_seen
from vpcedu.network.conversations import conversations
from vpcedu.protocols.forwarded import MODES, chain_of
from vpcedu.protocols.proxy_protocol import parse, version_1
from vpcedu.quoting import quoted
from vpcedu.scenarios.scenario import with_settings
from vpcedu.sites import field
from vpcedu.sites.parts import NAME, PAGE
from vpcedu.sites.reference import GROUP_RULES, reference_vpc
from vpcedu.sites.reference_proxies import WEBS, proxy_site
from vpcedu.sites.row_kinds import as_a
from vpcedu.sites.site import Site
from vpcedu.sites.visit import Visit
from vpcedu.tables.security_group import IN, GroupRule

LEARNS = ("connected", "refused", "reset", "timed out")


def judge_proxy(connections: object, sees: object, learns: object) -> Judgement:
    """Compare with runs: what a Classic TCP listener makes of a visit.

    How many connections has the visit, which address does web see, and what does the client's
    connect() say while nothing listens at web?

    The fields may be text as typed; `learns` is one of LEARNS. ValueError where one is something
    else.
    """
    count = field.whole("connections", connections, 1, 99)
    address = field.ipv4("web sees", sees)
    word = field.one_of("connect()", learns, LEARNS)
    visit, rewriter = (proxy_site(balancer).get(PAGE) for balancer in ("classic-tcp", "network"))
    talks = visit.talks
    mine, theirs = (talk.traces[0].packet for talk in talks)
    real = theirs.flow.src
    if count != len(talks):
        return Judgement(
            False, _count(count, rewriter, mine.seq, theirs.seq, theirs.flow.sport), None
        )
    if address != real:
        words = _address(address, mine.flow.src, mine.flow.dst, rewriter, str(theirs.flow.source))
        return Judgement(False, words, None)
    down = proxy_site("classic-tcp", WEBS[1])
    opened, fetched = (
        down.connect("client", NAME, 80).result,
        proxy_site("classic-tcp", WEBS[1]).get(PAGE),
    )
    assert opened is not None and fetched.result is not None
    end = (
        f"connect() says '{opened.symptom}' after {seconds(opened.after)} s, because that "
        "handshake was with the ELB node. web refuses the node's own connection. Then the "
        f"node closes the client's, after {seconds(fetched.result.after)} s."
    )
    if word == opened.symptom:
        return Judgement(
            True, f"Right: {len(talks)} connections. web sees {real}, the ELB node; and {end}", None
        )
    return Judgement(False, f"{_learns(word)} Here {end}", None)


def _count(count: int, rewriter: Visit, mine: int, theirs: int, port: int) -> str:
    if count != 1:
        return (
            f"Not {count}. We counted the SYNs, and there are two: one from the client and "
            f"one from the ELB node, which chose port {port} for it."
        )
    syn = rewriter.talks[0].traces[0]
    return (
        "If the balancer just passed packets along, there would be one connection. We ran "
        f"that with a Network Load Balancer: the client's SYN has number {syn.packet.seq}, "
        f"and web gets number {syn.last.before.seq}. Here the client's SYN has number "
        f"{mine}, and web gets a SYN with number {theirs}, from port {port}. Nobody rewrote "
        "that: another host opened another connection."
    )


def _address(address: str, client: str, public: str, rewriter: Visit, real: str) -> str:
    if address == client:
        peer = rewriter.talks[0].traces[0].last.before.flow.source
        return (
            "web would see the client's address only if the balancer did nothing but "
            "rewrite the destination. In a run with a Network Load Balancer web saw "
            f"{peer}. Here the ELB node opened the connection to web, from {real}."
        )
    if address == public:
        return (
            f"Only the Internet gateway knows {public}: it translates that address. Inside "
            f"the VPC the ELB node has its private address: web saw {real}."
        )
    return (
        f"Not {address}: web sees the host that opened the connection to it. That is the ELB "
        f"node, {real}."
    )


def _learns(word: str) -> str:
    """What a rewriting balancer would have done: the belief, run."""
    closed = proxy_site("network", WEBS[1]).connect("client", NAME, 80).result
    assert closed is not None
    if word == closed.symptom:
        return (
            "With a Network Load Balancer web's refusal reaches the client, after "
            f"{seconds(closed.after)} s. Here it does not."
        )
    if word == "timed out":
        return "Not timed out: nobody was silent. Both the ELB node and web answered at once."
    return "Not reset: a connection was accepted, and later closed in the ordinary way."


ASKED = {"Classic, TCP listener": "classic-tcp", "Classic, HTTP listener": "classic-http"}
ASKED |= {"Application": "application", "Network": "network"}


def three_requests() -> str:
    """How many connections three requests to one node make, for each balancer: a table, run now."""
    lines = [f"{'three requests to one node':<28}{'clients open':<15}the node opens to web"]
    for words, balancer in ASKED.items():
        site = proxy_site(balancer)
        for _ in range(3):
            site.get(f"http://{site.vpc.names[0].addresses[0]}/")
        opened = Counter(talk.opener for talk in conversations(site.network.capture))
        lines.append(f"{words:<28}{opened.pop('client'):<15}{opened.total() or 'none'}")
    return "\n".join(lines)


def health_checks() -> str:
    """What web gets of the first health check of each balancer: from whom, and which request.

    The Classic Load Balancer has the console's check, by HTTP.
    """
    lines = [f"{'health check of':<24}{'comes from':<17}and asks"]
    for words, balancer in ASKED.items():
        site = proxy_site(balancer)
        if balancer == "classic-http":
            site = with_settings(site, "ELB node", check=CLASSIC_HTTP)
        site.start_checks()
        site.wait(SECOND)
        peer = conversations(site.network.capture)[0].flow.source
        seen = [row.request for _, row in requests_seen(site.network.capture)]
        asks = [f"{row.start[:-9]}, {row.header('User-Agent')}" for row in seen]
        lines.append(f"{words:<24}{peer!s:<17}{asks[0] if asks else 'nothing: TCP only'}")
    return "\n".join(lines)


# what clients write into X-Forwarded-For themselves
CLAIMS = ((), ("127.0.0.1",), ("10.0.0.99", "192.0.2.77"))
FARTHEST = 99  # entries, from either end
BALANCER_SUBNET, NODES = "10.0.0.0/24", ("10.0.0.10", "10.0.0.77")
WEB_RULE = GROUP_RULES[2]


def proxy_line(line: object) -> str:
    """06.1: the line that the ELB node sends before the client's first byte."""
    visit = proxy_site(proxy=True).get(PAGE)
    front = visit.talks[0].traces[0]
    listener = front.last.before.flow.destination
    real = version_1(front.packet.flow.source, listener)
    sent = next(t.packet.data for t in visit.capture if t.sender == "ELB node" and t.packet.data)
    assert sent.startswith(real)
    if not isinstance(line, str):
        raise ValueError(f"line {quoted(line)}: expected a text, like 'PROXY TCP4 ...'")
    try:
        found = parse(line.strip().encode() + b"\r\n")
    except ValueError as error:
        return f"Not yet: {error}."
    if found is None or found[0].source is None:
        return "Not yet: the line should announce a TCP connection over IPv4."
    source, destination = found[0].source, found[0].destination
    if source != front.packet.flow.source:
        return (
            "Not yet. The source is the host that the ELB node sees at the other end of "
            f"connection 1, not {source}."
        )
    if destination == front.packet.flow.destination:
        return (
            f"Not yet. {destination} is the address that the client called. The Internet "
            "gateway rewrote it before the ELB node got the packet. The node knows only "
            "its own address."
        )
    if destination != listener:
        return f"Not yet. The destination is the ELB node's end of connection 1, not {destination}."
    return f"Right. The ELB node sent {real.decode().strip()!r}, and then the client's bytes."


PROXY_LINE = """# The node describes connection 1 as it sees it: the client's end, and its own end. Its own address is
# the private one, because the Internet gateway has rewritten 192.0.2.10 before.
row = "PROXY TCP4 203.0.113.10 10.0.0.10 51828 80"
"""


def whom_to_believe(choice: object) -> str:
    """06.2: a mode, and which entry of X-Forwarded-For the application takes for the client."""
    if not isinstance(choice, tuple) or len(choice) != 2:
        raise ValueError(
            f"choice {quoted(choice)}: expected a mode and a number, like ('append', 0)"
        )
    mode, place = (
        field.one_of("mode", choice[0], MODES),
        field.count("entry", choice[1], -FARTHEST, FARTHEST),
    )
    for claim in CLAIMS:
        headers = (("X-Forwarded-For", ", ".join(claim)),) if claim else ()
        visit = proxy_site("application", mode=mode).get(PAGE, headers=headers)
        _, seen = next(requests_seen(visit.capture))
        chain = chain_of(seen.request)
        entries = chain.split(", ") if chain else []
        taken = entries[place] if -len(entries) <= place < len(entries) else None
        if taken != visit.capture[1].packet.flow.src:
            wrote = f"writes {headers[0][1]!r}" if headers else "writes nothing"
            got = repr(chain) if chain else "no such header"
            took = repr(taken) if taken else "nobody"
            return (
                f"Not yet. A client {wrote} itself. web gets {got}, and your "
                f"application takes {took} for the client. Which entry did the balancer "
                "write, and where does it put it?"
            )
    return (
        "Right. The balancer adds the address that it saw after everything that came with "
        "the request. You can trust the last entry, and only that one. Three clients sent "
        "requests, two of them with a false header. Each was logged as 203.0.113.10."
    )


BELIEVE = """# "append" (the default) puts the other end of the balancer's own connection LAST: entry -1. Entry 0, the
# leftmost, is what the client claims. With two of your own balancers, one after the other, it would be -2.
row = ("append", -1)
"""


def narrow_rule(given: object) -> str:
    """06.3: web's inbound rule as a block of addresses: nodes come and go, strangers stay out."""
    rule = as_a(given, GroupRule)
    if rule is None or (rule.group, rule.direction) != ("sg-web", IN):
        raise ValueError(f"rule {quoted(given)}: expected an inbound GroupRule of sg-web")
    if rule.peer.startswith("sg-"):
        return (
            "Not yet. That is the best answer in real life, but do it once with a block of "
            "addresses."
        )
    for node in NODES:
        visit = _with_node(node).replace(WEB_RULE, rule).get(PAGE)
        if not visit.outcome.works:
            back = visit.talks[-1].traces[0]
            return (
                f"Not yet. With a node at {node} the client sees '{visit.symptom}': web got "
                f"a SYN from {back.packet.flow}, and your rule is for {rule.peer}, port "
                f"{rule.ports[0]}."
            ) + (
                " Whose connection is that?"
                if node == NODES[0]
                else " Nodes are replaced from time to time. Which block holds all of them?"
            )
    if rule.peer != BALANCER_SUBNET or rule.ports != (80, 80):
        return (
            f"Not yet. The page comes, but {rule} allows more than the balancer's subnet, to "
            "port 80."
        )
    return (
        f"Right. {rule} allows a node at {NODES[0]} and one at {NODES[1]}. The client's "
        "address never appears on web's connections. (With the balancer's security group "
        "as the source, nothing else in that subnet gets in.)"
    )


def _with_node(address: str) -> Site:
    """The Classic site with its node at another address of the public subnet."""
    vpc = reference_vpc("classic-tcp")
    card = next(interface for interface in vpc.interfaces if interface.device == "ELB node")
    gate = next(
        association for association in vpc.associations if association.private == card.address
    )
    vpc = vpc.replace(gate, gate._replace(private=address)) if address != card.address else vpc
    return Site(
        vpc.replace(card, card._replace(address=address)) if address != card.address else vpc
    )


NARROW = """from vpcedu.tables.security_group import GroupRule

# web's connections are opened by the balancer's nodes, from their private addresses. Those change; the
# subnets that the balancer was given do not.
row = GroupRule("sg-web", "in", (80, 80), "10.0.0.0/24")
"""
