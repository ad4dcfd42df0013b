"""Proxies: the reference site with the settings of lesson 06, and the judge of its prediction.

One belief is tried here: that a load balancer is a stateful NAT, which passes the client's own packets on. A Network
Load Balancer does that; so the same site with one in the place of the proxy is the belief, built and run.
"""

from __future__ import annotations

from vpcedu.clock import seconds
from vpcedu.course.predict import Judgement
from vpcedu.hosts.host import Host
from vpcedu.network.vpc import Device, Vpc
from vpcedu.packet import SYN
from vpcedu.protocols.forwarded import MODES
from vpcedu.sites import field as fields
from vpcedu.sites.parts import NAME, PAGE
from vpcedu.sites.reference import reference_vpc
from vpcedu.sites.site import Site
from vpcedu.sites.visit import Visit

WEBS = ("listens", "nothing listens")
FORGED = (("X-Forwarded-For", "127.0.0.1"),)  # what anybody may write into a request
LEARNS = ("connected", "refused", "reset", "timed out")


def proxy_site(balancer: str = "classic-tcp", web: str = "listens", mode: str = "append", proxy: bool = False,
               seed: int = 0) -> Site:
    """The reference site, with settings of its balancer and its web server.

    balancer: classic-tcp, classic-http, application or network. web: listens, or "nothing listens": the host is up, its
    server is not. mode: append, preserve or remove, what an Application Load Balancer does with X-Forwarded-For. proxy:
    whether a Classic TCP listener sends a PROXY line. ValueError names a wrong value, or a setting this one lacks.
    """
    for word, value, words in (("web", web, WEBS), ("mode", mode, tuple(MODES))):
        if value not in words:
            raise ValueError(f"{word} {value!r}: expected one of {', '.join(words)}")
    if proxy and balancer != "classic-tcp":
        raise ValueError(f"a PROXY line of {balancer!r}: expected balancer classic-tcp")
    if mode != "append" and balancer != "application":
        raise ValueError(f"mode {mode!r} of {balancer!r}: expected balancer application")
    vpc = reference_vpc(balancer)
    extra: tuple[tuple[str, object], ...] = (("xff", mode),) if balancer == "application" else ()
    if proxy:
        extra = (("proxy_protocol", (80,)),)
    changed: Vpc = vpc._replace(devices=tuple(_changed(device, web, extra) for device in vpc.devices))
    return Site(changed, seed)


def _changed(device: Device, web: str, extra: tuple[tuple[str, object], ...]) -> Device:
    if "listeners" in dict(device.settings):
        return device._replace(settings=(*device.settings, *extra))
    return device._replace(kind=Host) if device.name == "web" and web != "listens" else device


def first_numbers(visit: Visit) -> str:
    """Every SYN of a visit, once: who sent it, the flow it arrived with, and the number its bytes begin with."""
    talks = visit.talks
    syns = [next(t for t in talk.traces if t.packet.flags == SYN) for talk in talks]
    lines = [f"SYN sent by {syn.sender}, {syn.packet.flow}, number {syn.packet.seq}" for syn in syns]
    last = syns[-1].last
    return "\n".join([*lines, f"SYN got by {last.at}, {last.before.flow}, number {last.before.seq}"])


def judge_proxy(connections: object, sees: object, learns: object) -> Judgement:
    """Hold against runs: how many connections a visit through a Classic TCP listener has, which address web sees, and
    what the client's connect() learns while nothing listens at web.

    The fields may be text as typed; `learns` is one of LEARNS. ValueError where one is something else.
    """
    count = fields.whole("connections", connections, 1, 99)
    address = fields.ipv4("web sees", sees)
    word = fields.one_of("connect()", learns, LEARNS)
    visit, rewriter = (proxy_site(balancer).get(PAGE) for balancer in ("classic-tcp", "network"))
    talks = visit.talks
    mine, theirs = (talk.traces[0].packet for talk in talks)
    real = theirs.flow.src
    if count != len(talks):
        return Judgement(False, _count(count, rewriter, mine.seq, theirs.seq, theirs.flow.sport), None)
    if address != real:
        words = _address(address, mine.flow.src, mine.flow.dst, rewriter, str(theirs.flow.source))
        return Judgement(False, words, None)
    down = proxy_site("classic-tcp", WEBS[1])
    opened, fetched = down.connect("client", NAME, 80).result, proxy_site("classic-tcp", WEBS[1]).get(PAGE)
    assert opened is not None and fetched.result is not None
    end = (f"connect() says '{opened.symptom}' after {seconds(opened.after)} s: that handshake was with the ELB node."
           f" The node's own connection to web is refused; then it closes the client's, after"
           f" {seconds(fetched.result.after)} s.")
    if word == opened.symptom:
        return Judgement(True, f"Right: {len(talks)} connections; web sees {real}, the ELB node; and {end}", None)
    return Judgement(False, f"{_learns(word)} Here {end}", None)


def _count(count: int, rewriter: Visit, mine: int, theirs: int, port: int) -> str:
    if count != 1:
        return (f"Not {count}: the SYNs were counted, and there are two, one by the client and one by the ELB node,"
                f" which chose port {port} for it.")
    syn = rewriter.talks[0].traces[0]
    return (f"One it would be if the balancer passed the client's packets on. In a run with a Network Load Balancer"
            f" that is so: the client's SYN has number {syn.packet.seq}, and web gets number {syn.last.before.seq}."
            f" Here the client's SYN has number {mine}, and web gets a SYN with number {theirs}, from port {port}."
            " Nobody rewrote that: another host opened another connection.")


def _address(address: str, client: str, public: str, rewriter: Visit, real: str) -> str:
    if address == client:
        peer = rewriter.talks[0].traces[0].last.before.flow.source
        return (f"The client's address web sees if the balancer only rewrites the destination: in a run with a Network"
                f" Load Balancer web saw {peer}. Here web's connection was opened by the ELB node, from {real}.")
    if address == public:
        return (f"{public} is known to the Internet gateway only, which exchanges it. Inside the VPC the ELB node has"
                f" its private address: web saw {real}.")
    return f"Not {address}: web sees the host that opened its connection. That is the ELB node, {real}."


def _learns(word: str) -> str:
    """What a rewriting balancer would have done: the belief, run."""
    closed = proxy_site("network", WEBS[1]).connect("client", NAME, 80).result
    assert closed is not None
    if word == closed.symptom:
        return (f"Refused it would be if web's RST came through: so it is in a run with a Network Load Balancer, after"
                f" {seconds(closed.after)} s.")
    if word == "timed out":
        return "Not timed out: nobody was silent. Both the ELB node and web's host answered at once."
    return "Not reset: a connection was accepted, and later closed in the ordinary way."
