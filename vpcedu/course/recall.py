"""Recall: one question about an earlier lesson at the start of each.

A lesson asks about the one before it, the third before it, or the first. The right choice is never
stored: a function runs the model and says which of the choices came true.
"""

from __future__ import annotations

from vpcedu.course.judgement import Judgement
from vpcedu.course.lesson_02 import three_cases, who_answered
from vpcedu.course.row_table import UPDATES
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow
from vpcedu.sites.field import one_of
from vpcedu.sites.lone_server import URL, lone_server
from vpcedu.sites.one_server import answers, one_server
from vpcedu.sites.parts import CLIENT, NAME, PAGE
from vpcedu.sites.reference import NAT, reference_architecture
from vpcedu.sites.reference_proxies import WEBS, proxy_site
from vpcedu.sites.silence import silence
from vpcedu.sites.two_hosts import two_hosts
from vpcedu.sites.two_targets import nlb_site, source_at_target
from vpcedu.views.explain import answer_legs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Choices(NamedRow):
    """A question with a few choices.

    asks: the question. replies: each choice and what is said about it. run: runs the model and says
    which choice is right. about: the earlier lesson that it asks about, if it does.
    """

    asks: str
    replies: Mapping[str, str]
    run: Callable[[], str]
    about: str = ""


def judged(question: Choices, choice: object) -> Judgement:
    """Compare a choice with a run; ValueError for another word."""
    chosen = one_of("choice", choice, question.replies)
    right = question.run()
    words = question.replies[chosen]
    if chosen == right:
        return Judgement(True, f"Right. {words}", None)
    taught = f" Lesson {question.about} shows it." if question.about else ""
    return Judgement(False, f"No. {words}{taught}", None)


def asked(table: Mapping[str, Choices], lesson: object) -> Choices:
    """A lesson's question in a table; ValueError for a lesson that has none."""
    if str(lesson) not in table:
        raise ValueError(f"lesson {quoted(lesson)}: expected one of {', '.join(table)}")
    return table[str(lesson)]


def judge_recall(lesson: str, choice: object) -> Judgement:
    """Judge the choice in a lesson's question about an earlier one; ValueError as for `judged`."""
    return judged(asked(RECALL, lesson), choice)


def _reply_goes_to() -> str:
    return _owner(answer_legs(reference_architecture().get(PAGE))[0].packet.flow.dst)


def _arrives_for() -> str:
    return lone_server("Internet gateway").get(URL).capture[1].last.before.flow.dst


def _connections() -> str:
    return ("none", "one", "two", "three")[len(reference_architecture().get(PAGE).talks)]


def _reply_s_port() -> str:
    flow = answer_legs(two_hosts().get(PAGE))[0].packet.flow
    return {80: "port 80", 51828: "the port that the client chose"}.get(flow.dport, "a new port")


def _who_refuses() -> str:
    return who_answered(three_cases()[0])


def _needs_the_nat() -> str:
    site = reference_architecture()
    less = site.without(next(route for route in site.vpc.routes if route.target == "NAT"))
    page, update = less.get(PAGE).outcome.works, less.connect("web", *UPDATES).outcome.works
    lost = [name for name, works in (("the page", page), ("web's update", update)) if not works]
    return "both" if len(lost) == 2 else lost[0]


def _tracked() -> str:
    """The network ACL has its entry for replies; the security group has no outbound rule."""
    works = one_server(answers(1_024, 65_535)).get(PAGE).outcome.works
    return "it gets out" if works else "it needs a rule for the client's port"


def _target_sees() -> str:
    return _owner(source_at_target(nlb_site().get(PAGE)))


def _connect_says() -> str:
    return proxy_site("classic-tcp", WEBS[1]).connect("client", NAME, 80).symptom


def _web_receives() -> str:
    return "a packet" if silence("NAT gateway", 420, "listener").between else "nothing"


def _reply_leaves() -> str:
    met = answer_legs(reference_architecture("network").get(PAGE))[0].devices
    return "through the NAT" if "NAT" in met else f"through the {met[1]}"


def _page_is_sent_by() -> str:
    return answer_legs(reference_architecture().get(PAGE))[-1].sender


def _owner(address: str) -> str:
    """Whose address it is, in the words of the choices."""
    named = {CLIENT: "the client's", NAT: "the NAT's"}
    return named.get(address, "the load balancer node's")


RECALL = {
    "01": Choices(
        "web sends its reply to one address. Whose?",
        {
            "the client's": "web never had a packet from the client. It answers the source address of the "
            "packets that it got, and that is the ELB node's.",
            "the load balancer node's": "The ELB node opened the connection to web. So web answers the node, by "
            "the local route.",
            "the NAT's": "Not one packet of the page went through the NAT. web answers the ELB node.",
        },
        _reply_goes_to,
        "00",
    ),
    "02": Choices(
        "A visitor calls web at 192.0.2.40. Which destination does the packet carry when web gets it?",
        {
            "192.0.2.40": "web's operating system has never heard of 192.0.2.40. The Internet gateway had "
            "replaced it with 10.0.1.10.",
            "10.0.1.10": "The Internet gateway replaced 192.0.2.40 with web's only address.",
            "192.0.2.20": "That is the NAT's public address. Nobody called it. The Internet gateway replaced "
            "192.0.2.40 with 10.0.1.10.",
        },
        _arrives_for,
        "01",
    ),
    "03": Choices(
        "How many TCP connections carry one page through the Classic Load Balancer?",
        {
            "one": "The client's connection ends at the ELB node. The node opens another one to web.",
            "two": "The client's ends at the ELB node, and the node's own ends at web.",
            "three": "There are two. The NAT has no part in it.",
        },
        _connections,
        "00",
    ),
    "04": Choices(
        "A client calls port 80 of a server. To which port does the reply go?",
        {
            "port 80": "The reply comes FROM port 80. It goes to the port that the client chose.",
            "the port that the client chose": "The reply is the request with its two ends exchanged.",
            "a new port": "Nobody opens a new port. The reply goes back to the port that the client chose.",
        },
        _reply_s_port,
        "03",
    ),
    "05": Choices(
        "A connection to a closed port is refused at once. Who said so?",
        {
            "the server": "Its operating system sent a RST. Packets get there and back.",
            "the firewall": "A security group that blocks a packet sends nothing. The RST came from the "
            "server's operating system.",
            "nobody": "Silence takes minutes. A refusal at once is a RST, from the server's operating system.",
        },
        _who_refuses,
        "02",
    ),
    "06": Choices(
        "We delete the private subnet's route to the NAT. What fails?",
        {
            "the page": "The page still comes: web answers the ELB node inside the VPC. web's update fails.",
            "web's update": "web opens that connection itself, to the Internet. The page needs no NAT.",
            "both": "Only web's update fails. web answers the ELB node by the local route, so the page comes.",
        },
        _needs_the_nat,
        "00",
    ),
    "07": Choices(
        "A security group allows port 80 in and has no outbound rule. What about the reply?",
        {
            "it gets out": "The security group tracks the flow. It allows the reply without a rule.",
            "it needs a rule for port 80": "The reply gets out without a rule, because the security group "
            "tracks the flow. And port 80 is where it comes from, not where it goes.",
            "it needs a rule for the client's port": "The network ACL needs such an entry. The security "
            "group does not: it tracks the flow.",
        },
        _tracked,
        "04",
    ),
    "08": Choices(
        "A target of a Network Load Balancer is registered by instance. Whose address does it see?",
        {
            "the client's": "The node rewrites only the destination. So the target answers the client.",
            "the load balancer node's": "That is so for targets registered by IP address, by default. Here "
            "the node rewrites only the destination, and the target sees the client.",
            "the NAT's": "The NAT has no part in it. The target sees the client.",
        },
        _target_sees,
        "07",
    ),
    "09": Choices(
        "A Classic Load Balancer listens with TCP, and nothing listens at web. What does connect() say?",
        {
            "connected": "That handshake was with the ELB node. The node closes the connection afterwards.",
            "refused": "web refuses the node's connection, not the client's. The client was connected, to "
            "the ELB node.",
            "timed out": "Nobody was silent. The client was connected, to the ELB node.",
        },
        _connect_says,
        "06",
    ),
    "10": Choices(
        "A NAT gateway removes an idle connection after 350 s. What does web get at that moment?",
        {
            "nothing": "A table forgets silently. Only when web sends again does it get a RST.",
            "a packet": "A timeout removes an entry from a table, and a table sends nothing.",
        },
        _web_receives,
        "09",
    ),
    "11": Choices(
        "With a Network Load Balancer web answers the client's own address. How does the reply leave?",
        {
            "through the NLB node": "The flow that brought the request takes the reply back. No route is asked.",
            "through the NAT": "The subnet's default route leads there, but no route is asked. The flow "
            "that brought the request takes the reply back to the NLB node.",
            "through the Internet gateway": "Later, yes. First the flow that brought the request takes it "
            "back to the NLB node.",
        },
        _reply_leaves,
        "08",
    ),
    "12": Choices(
        "web's reply has reached the Classic Load Balancer. Whose packet takes the page to the client?",
        {
            "web": "web's packet ended at the ELB node. The node sends the page in a packet of its own.",
            "ELB node": "It reads on one connection and writes on the other.",
            "NAT": "Not one packet of the page went through the NAT.",
        },
        _page_is_sent_by,
        "00",
    ),
}
