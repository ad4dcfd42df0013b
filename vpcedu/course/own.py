"""A network of one's own under short names, and the prediction of the lesson on it, judged by asking the network."""

from __future__ import annotations

from vpcedu.analysis.answer import ask
from vpcedu.analysis.path import losses
from vpcedu.course.predict import Judgement
from vpcedu.sites.field import one_of
from vpcedu.views.outcome import WORKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from vpcedu.analysis.answer import Answer
    from vpcedu.network.vpc import Vpc

EXAMPLE = {  # what the tags of the example say
    "i-0e11f22a33b440001": "web-1", "i-0e11f22a33b440002": "web-2", "i-0e11f22a33b440003": "db",
    "i-0e11f22a33b440004": "bastion", "nat-0a33b44c55d660001": "NAT gateway", "igw-0a22b33c44d550001": "igw",
    "shop/eni-0f11a22b33c440006": "ALB node a", "shop/eni-0f11a22b33c440007": "ALB node b",
}  # fmt: skip
QUESTIONS = (("web-1", "internet", 443), ("web-2", "internet", 443), ("web-1", "db", 5_432))
FATES = (WORKS, "there", "back")


def named(vpc: Vpc, names: Mapping[str, str]) -> Vpc:
    """The VPC with devices and Internet gateway under other names, for texts and pictures; rows keep AWS's ids.

    ValueError for an id that the VPC has not, and for a name that two things would have.
    """
    known = {row.name for row in vpc.devices} | {vpc.internet_gateway}
    for old in names:
        if old not in known:
            raise ValueError(f"{old!r}: expected one of {', '.join(sorted(filter(None, known)))}")
    after = [names.get(old, old) for old in known]
    for name in names.values():
        if not name or after.count(name) > 1:
            raise ValueError(f"name {name!r}: expected one that nothing else has")
    return vpc._replace(
        devices=tuple(row._replace(name=names.get(row.name, row.name)) for row in vpc.devices),
        interfaces=tuple(row._replace(device=names.get(row.device, row.device)) for row in vpc.interfaces),
        outside=tuple(row._replace(device=names.get(row.device, row.device)) for row in vpc.outside),
        routes=tuple(row._replace(target=names.get(row.target, row.target)) for row in vpc.routes),
        internet_gateway=names.get(vpc.internet_gateway, vpc.internet_gateway),
        unknown=tuple(row._replace(about=names.get(row.about, row.about)) for row in vpc.unknown))


def example_vpc() -> Vpc:
    """The example network that comes with the package, under the short names of its lesson."""
    from vpcedu import aws  # only the lesson on one's own network reads files

    return named(aws.load(aws.example()).vpc(), EXAMPLE)


def judge_own(update_1: object, update_2: object, database: object) -> Judgement:
    """Hold against runs what becomes of three questions to the example: web-1 and web-2 call the Internet on 443, web-1
    calls db on 5432; each works, or loses a packet on the way there, or back.

    The fields may be text as typed. ValueError for another word.
    """
    words = []
    for field, value in zip(("web-1's update", "web-2's update", "web-1 to db"), (update_1, update_2, database),
                            strict=True):
        words.append(one_of(field, value, FATES))
    vpc = example_vpc()
    answers = [ask(vpc, *question) for question in QUESTIONS]
    wrong = [(said, answer) for said, answer in zip(words, answers, strict=True) if said != fate(answer)]
    if not wrong:
        return Judgement(True, "Right, all three: packets were sent, and " + " ".join(a.verdict for a in answers), None)
    told = " ".join(f'You said "{said}". {answer.verdict}{_belief(answer)}' for said, answer in wrong)
    return Judgement(False, f"{3 - len(wrong)} of 3. {told}", None)


def fate(answer: Answer) -> str:
    """works, or the direction of the first packet lost: there or back."""
    if answer.reachable:
        return WORKS
    return "back" if any(loss.back for loss in losses(answer.visit)[:1]) else "there"


def _belief(answer: Answer) -> str:
    if fate(answer) == "back":
        flow = answer.back[0].packet.flow
        return f" The request had arrived. The answer goes to port {flow.dport}."
    if fate(answer) == "there":
        return " Its filters are those of web-1; its subnet names no route table, so the main one counts."
    return ""
