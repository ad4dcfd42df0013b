"""Predictions: what a learner commits to before anything is shown, judged by the model.

Each names its judge and its fields. A closed set is a row of toggle buttons or a menu; addresses,
ports and numbers are typed. Recall asks about an earlier lesson, Seen about what a picture showed.
"""

from __future__ import annotations

from vpcedu.course.lesson_00 import judge
from vpcedu.course.lesson_01 import LOST, PLACES, SEES, judge_addresses, judge_reach
from vpcedu.course.lesson_02 import WHEN, WHO, judge_silence
from vpcedu.course.lesson_03 import judge_ports
from vpcedu.course.lesson_04 import judge_filters
from vpcedu.course.lesson_05 import judge_nat
from vpcedu.course.lesson_06 import LEARNS, judge_proxy
from vpcedu.course.lesson_07 import SEES as SEEN_OF_NLB
from vpcedu.course.lesson_07 import judge_nlb
from vpcedu.course.lesson_09 import FATES, HEARS, NEVER, judge_idle
from vpcedu.course.lesson_10 import CHECKS, devices_of, judge_puzzle
from vpcedu.course.lesson_11 import judge_own
from vpcedu.course.lesson_12 import UNKNOWN, Versions, judge_versions
from vpcedu.course.recall import RECALL, asked, judge_recall
from vpcedu.course.seen import SEEN, judge_seen
from vpcedu.widgets.parts.form import Form

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.course.kernel_evidence import Laboratory
    from vpcedu.puzzles.puzzle import Puzzle

GROUP_OR_ACL = (("the security group", "group"), ("the network ACL", "acl"))
OWN = (
    ("it works", "works"),
    ("lost on the path there", "there"),
    ("lost on the path back", "back"),
)
CANNOT_TELL = (("a run cannot tell", UNKNOWN),)


class Prediction(Form):
    """Four fields: addresses and ports of the server's answer in a visit."""

    judge = staticmethod(judge)
    fields = (
        ("source", "Source address"),
        ("source_port", "Source port"),
        ("destination", "Destination address"),
        ("destination_port", "Destination port"),
    )


class SilencePrediction(Form):
    """Six fields: who answers a SYN, and how soon connect() comes back, in three cases.

    The cases are a closed port, a SYN that a filter drops, and an address that nobody has any more.
    """

    judge, label = staticmethod(judge_silence), 220
    fields = (
        ("closed_who", "Closed port: who answers", WHO),
        ("closed_when", "... how soon connect() returns", WHEN),
        ("dropped_who", "Dropped: who answers", WHO),
        ("dropped_when", "... how soon connect() returns", WHEN),
        ("gone_who", "Host gone: who answers", WHO),
        ("gone_when", "... how soon connect() returns", WHEN),
    )


class PortPrediction(Form):
    """Three fields: the ports of the server's answer, and how many connections are possible.

    The connections are those to one destination at the same time.
    """

    judge, label = staticmethod(judge_ports), 175
    fields = (
        ("source_port", "Answer's source port"),
        ("destination_port", "Answer's destination port"),
        ("most", "Connections at once"),
    )


class ReachPrediction(Form):
    """Three fields: what a visitor sees, what is lost first, and where.

    The visitor opens a public address in a private subnet.
    """

    judge = staticmethod(judge_reach)
    fields = (
        ("sees", "The visitor sees", SEES),
        ("lost", "Lost first", LOST),
        ("at", "... at", PLACES),
    )


class AddressPrediction(Form):
    """Three fields: web's address as the request arrives, the answer leaves, the client gets it."""

    judge, label = staticmethod(judge_addresses), 175
    fields = (
        ("arrives", "Request reaches web, to"),
        ("leaves", "Answer leaves web, from"),
        ("home", "Client gets it, from"),
    )


class IdlePrediction(Form):
    """Three fields: what web receives, the answer's fate, and when web finds out.

    The first is what web receives at the NAT gateway's timeout.
    """

    judge, label = staticmethod(judge_idle), 160
    fields = (
        ("hears", "At 350 s web receives", HEARS),
        ("answer", "The answer (420 s)", FATES),
        ("learns", "web finds out after", ("350 s", "420 s", "7,200 s", NEVER)),
    )


class VersionsPrediction(Form):
    """Two fields: which version of the model is wrong, and in which packet it shows.

    Both can be answered "a run cannot tell".
    """

    judge, label = staticmethod(judge_versions), 150

    def __init__(self, laboratory: Laboratory) -> None:
        versions = Versions(laboratory)
        packets = range(1, len(versions.runs["A"].pairs) + 1)
        self.fields = (
            ("which", "Wrong version", (*versions.runs, *CANNOT_TELL)),
            ("packet", "Packet that shows it", (*map(str, packets), *CANNOT_TELL)),
        )
        super().__init__(laboratory)


class ProxyPrediction(Form):
    """Three fields: how many connections, which address web sees, what connect() says.

    The last is asked while web's server is down.
    """

    judge, label = staticmethod(judge_proxy), 160
    fields = (
        ("connections", "TCP connections"),
        ("sees", "web sees the address"),
        ("learns", "connect() says", LEARNS),
    )


class NetworkPrediction(Form):
    """Three fields: what the client sees, and the source address at both types of target.

    The types are instance and ip.
    """

    judge, label = staticmethod(judge_nlb), 160
    fields = (
        ("client_sees", "The client sees", SEEN_OF_NLB),
        ("instance", "By instance: source"),
        ("ip", "By address: source"),
    )


class FilterPrediction(Form):
    """Three fields: where an outbound rule is missing, and for which destination ports."""

    judge = staticmethod(judge_filters)
    fields = (
        ("missing", "Missing in", ("nothing", *GROUP_OR_ACL, "both")),
        ("first", "For ports, from"),
        ("last", "... to"),
    )


class NatPrediction(Form):
    """Three fields: where an answer goes, how many packets pass the NAT, what stops a stranger.

    The answer is to the inside; the packets are those of a page visit.
    """

    judge, label = staticmethod(judge_nat), 150
    fields = (
        ("answer_to", "Answer is sent to"),
        ("page_packets", "Packets through NAT"),
        ("stops", "Stranger stopped by", (*GROUP_OR_ACL, ("the NAT's table", "table"))),
    )


class PuzzlePrediction(Form):
    """Two fields: the device and its check where the first packet of a puzzle is lost."""

    judge = staticmethod(judge_puzzle)

    def __init__(self, puzzle: Puzzle) -> None:
        self.fields = (
            ("at", "Lost at", devices_of(puzzle)),
            ("check_name", "... by", CHECKS),
        )
        super().__init__(puzzle)


class OwnPrediction(Form):
    """Three fields: the outcome of two updates and of a question to the example's database."""

    judge, lines = staticmethod(judge_own), 9
    fields = (
        ("update_1", "web-1's update", OWN),
        ("update_2", "web-2's update", OWN),
        ("database", "web-1 to db", OWN),
    )


class Recall(Form):
    """A lesson's one question about an earlier lesson; ValueError for a lesson without one."""

    judge, kind, lines = staticmethod(judge_recall), "answer", 3
    label, table = 0, RECALL

    def __init__(self, lesson: str) -> None:
        question = asked(self.table, lesson)
        self.asks, self.fields = question.asks, (("choice", "", tuple(question.replies)),)
        super().__init__(lesson)


class Seen(Recall):
    """The question after a lesson's main picture: what did it show?"""

    judge, table = staticmethod(judge_seen), SEEN
