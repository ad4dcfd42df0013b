"""Seen: what did the picture show? One question after the main picture of a lesson.

People see in a demonstration what they expected. So the page asks for one fact that the picture
shows, and the run from which it was drawn says which choice is right.
"""

from __future__ import annotations

from vpcedu.analysis.path import losses
from vpcedu.course.judgement import Judgement
from vpcedu.course.kernel_evidence import laboratory
from vpcedu.course.recall import Choices, asked, judged
from vpcedu.puzzles.puzzle import puzzle
from vpcedu.sites.lone_server import URL, lone_server
from vpcedu.sites.one_server import one_server
from vpcedu.sites.parts import API, PAGE
from vpcedu.sites.reference import reference_architecture
from vpcedu.sites.reference_proxies import five_ways, proxy_site
from vpcedu.sites.silence import silence
from vpcedu.sites.two_hosts import handshake, two_hosts
from vpcedu.sites.two_instances import nat_site
from vpcedu.sites.two_targets import nlb_site
from vpcedu.views.explain import answer_legs
from vpcedu.views.outcome import blocker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.trace import Trace


def judge_seen(lesson: str, choice: object) -> Judgement:
    """Judge what somebody saw in a lesson's main picture; ValueError for another word."""
    return judged(asked(SEEN, lesson), choice)


def _route_of(trace: Trace) -> str:
    return next(str(step.row) for step in trace.steps if step.check == "route")


def _reply_s_route() -> str:
    return _route_of(answer_legs(reference_architecture().get(PAGE))[0]).removeprefix("route ")


def _lost_reply_s_route() -> str:
    stop = blocker(lone_server("NAT").get(URL))
    assert stop is not None
    return _route_of(stop[0]).removeprefix("route ")


def _came_back() -> str:
    visit = handshake(server="silent")
    return "some" if any(trace.sender != "client" for trace in visit.capture) else "none"


def _ports() -> str:
    flow = answer_legs(two_hosts().get(PAGE))[0].packet.flow
    return f"{flow.sport} > {flow.dport}"


def _dropped_by() -> str:
    stop = blocker(one_server().get(PAGE))
    assert stop is not None
    kind, _, direction = stop[1].check.rpartition(" ")
    named = {"group": "security group", "network ACL": "network ACL"}[kind]
    return f"{named}, {direction}bound"


def _last_rewrite() -> str:
    leg = answer_legs(nat_site().connect("web", API, 8_080))[0]
    rewrites = [step for step in leg.steps if step.after and step.before.flow != step.after.flow]
    return rewrites[-1].at


def _chose_the_port() -> str:
    return proxy_site("classic-tcp").get(PAGE).talks[-1].opener


def _sent_the_page() -> str:
    leg = answer_legs(nlb_site().get(PAGE))[-1]
    return "a target" if leg.sender.startswith("web") else leg.sender


def _end_in_the_middle() -> str:
    ended = sum(len(visit.talks) > 1 for visit in five_ways().values())
    return ("none", "one", "two", "three", "four", "all five")[ended]


def _forgot() -> str:
    drop = silence("NAT gateway", 420, "listener").said[0].dropped
    assert drop is not None
    return {"NAT": "the NAT gateway"}.get(drop.at, drop.at)


def _lost_in() -> str:
    return "the reply" if losses(puzzle(5).visit)[0].back else "the request"


def _opened_to_web() -> str:
    row = laboratory().beside("proxy-tcp").pairs[3].model
    assert row is not None
    return row.points[0]


SEEN = {
    "00": Choices(
        "Which route took web's reply out of web?",
        {
            "10.0.0.0/16 > local": "The reply goes to 10.0.0.10, the ELB node, and that is inside the VPC.",
            "0.0.0.0/0 > NAT": "That is the route of the packet which many people predict. The real reply "
            "goes to the ELB node, and the longer prefix 10.0.0.0/16 holds its address.",
            "0.0.0.0/0 > Internet gateway": "The private subnet has no such route. The ELB node's own reply "
            "leaves by it, from the public subnet.",
        },
        _reply_s_route,
    ),
    "01": Choices(
        "Which route did web's reply take?",
        {
            "10.0.0.0/16 > local": "The reply goes to 203.0.113.10, and 10.0.0.0/16 does not hold that address.",
            "0.0.0.0/0 > NAT": "It is the only route of web's subnet that holds the visitor's address.",
            "the request's path": "A reply does not know how the request came. web's subnet has a route "
            "0.0.0.0/0 > NAT, and the reply took it.",
        },
        _lost_reply_s_route,
    ),
    "02": Choices(
        "Nobody has the address: which packets came back to the client?",
        {
            "none": "The client only heard its own clock.",
            "some": "Look at the right side of that picture: no arrow begins there.",
        },
        _came_back,
    ),
    "03": Choices(
        "Which ports does the server's 200 OK carry?",
        {
            "80 > 51828": "From the port that was called, to the port that the client chose.",
            "51828 > 80": "That is the request. The reply has its ends exchanged.",
            "80 > 80": "The client did not send from port 80. It chose port 51828, and the reply goes there.",
        },
        _ports,
    ),
    "04": Choices(
        "Which check dropped the reply?",
        {
            "security group, inbound": "That check allowed the request in. The reply goes out.",
            "security group, outbound": "It allowed the reply without a rule, because it tracks the flow. "
            "The network ACL dropped it.",
            "network ACL, outbound": "No entry of it allowed the client's port, so the entry * denied the reply.",
        },
        _dropped_by,
    ),
    "05": Choices(
        "Who rewrote the reply last, before web got it?",
        {
            "Internet gateway": "It was the first: it replaced 192.0.2.20 with the NAT's 10.0.0.20. After "
            "that the NAT put in web's address and port.",
            "NAT": "It found its translation, and put in web's address and port.",
            "nobody": "The reply was rewritten twice: by the Internet gateway, then by the NAT.",
        },
        _last_rewrite,
    ),
    "06": Choices(
        "Who chose the source port of the packets that web got?",
        {
            "client": "The client chose 51828, on its own connection. web never sees that port.",
            "ELB node": "It opened the connection to web itself, from its own address and port.",
            "NAT": "The NAT has no part in it.",
        },
        _chose_the_port,
    ),
    "07": Choices(
        "Who sent the packet with 200 OK that the client got?",
        {
            "a target": "It is the target's own packet. The NLB node and the Internet gateway rewrote its source.",
            "NLB node": "The NLB node sent no packet of its own. It rewrote the source of the target's.",
            "Internet gateway": "It only replaced the source address. The packet is the target's.",
        },
        _sent_the_page,
    ),
    "08": Choices(
        "In how many of the five does an arrow end in the middle?",
        {
            "none": "Both Classic listeners and the Application Load Balancer end the client's connection.",
            "three": "Both Classic listeners and the Application Load Balancer end it. The Network Load "
            "Balancer only rewrites what passes through, by instance and by IP.",
            "four": "The Network Load Balancer by IP rewrites both addresses, but its arrows go through. "
            "The client's own packets reach web.",
            "all five": "The Network Load Balancer only rewrites what passes through. The client's own "
            "packets reach web.",
        },
        _end_in_the_middle,
    ),
    "09": Choices(
        "Whose clock ran out?",
        {
            "web": "Keep-alive is off, so web has no clock.",
            "the NAT gateway": "After 350 s it removed its translation, and sent nothing.",
            "update server": "It has no clock during the silence. It only noticed when it sent.",
        },
        _forgot,
    ),
    "10": Choices(
        "Which packet was lost?",
        {
            "the request": "It arrived. Look where the path ends: the packet was on its return path.",
            "the reply": "The SYN had reached the ELB node. Its SYN ACK was lost.",
        },
        _lost_in,
    ),
    "12": Choices(
        "Number 4 is a SYN to web. Who sent it, in both columns?",
        {
            "client": "The client's SYN is number 1, and it ends at the load balancer.",
            "elb": "In Linux as in the model the load balancer opens a connection of its own.",
            "web": "web only answers it, with number 5.",
        },
        _opened_to_web,
    ),
}
