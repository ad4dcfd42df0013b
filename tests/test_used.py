"""What REFERENCE says of each kind of answer: without its file, an answer is open, or it stands."""

import copy

import pytest
import test_new_words
import test_transit
from reference_page import pages
from rigs import every_field, kind_networks
from rigs.aws_shapes import files

from vpcedu.analysis.answer import judged
from vpcedu.analysis.plays import Plays
from vpcedu.analysis.question import Question
from vpcedu.aws.fields import IDS, NO_END, OFF, OPEN, REFUSED, STANDS, SUBJECTLESS, USED


def central_egress():
    """Two route tables of a transit gateway, and the associations that tell them apart."""
    told = test_transit.told()
    test_transit.every_attachment("associated", "tgw-rtb-02")(told)
    return told


def by_policy():
    answers = kind_networks.whole()
    kind_networks.classic(answers, "proxy")
    return files(answers)


# files, the VPC, and questions to it
NETWORKS = {
    "rich": (test_new_words.network, every_field.VPC, every_field.QUESTIONS),
    "egress": (test_transit.told, test_transit.OWN_VPC, ((test_transit.APP, "internet", 443),)),
    "two tables": (central_egress, test_transit.OWN_VPC, ((test_transit.APP, "internet", 443),)),
    "policy": (by_policy, "vpc-1", (kind_networks.OLD, kind_networks.OUT)),
}


def verdicts(network, told):
    """The verdict of each question: "no such end" where it cannot be asked."""
    _, vpc, questions = NETWORKS[network]
    account, found = every_field.load(told), []
    if isinstance(account, str):
        return REFUSED
    for question in questions:
        try:
            answer = judged(Plays(), account.vpc(vpc), Question(*question))
        except ValueError as error:
            found.append(NO_END if "no end" in str(error) else str(error))
        else:
            found.append(answer.outcome.verdict)
    return found


def rows_of(told, kind):
    return [*test_new_words.rows_of(told, kind)]


def without(told, kind):
    """The files without the answers of a kind."""
    found = copy.deepcopy(told)
    for answer in found.values():
        for one in answer if isinstance(answer, list) else [answer]:
            inner = one.get("Output", one)
            if kind == "Instances":
                inner.pop("Reservations", None)
            elif not (kind == "Routes" and "AdditionalRoutesAvailable" not in inner):
                inner.pop(kind, None)
            else:
                continue
    return found


def empty(told):
    """Wrapped answers about nothing are none."""
    for name, answer in [*told.items()]:
        if isinstance(answer, list):
            told[name] = [one for one in answer if one.get("Output", one)]
        elif answer == {} or answer.get("Output", True) in (
            {},
            {"AdditionalRoutesAvailable": False},
        ):
            del told[name]
    return told


@pytest.fixture(scope="module")
def whole():
    return {name: (told := make(), verdicts(name, told)) for name, (make, *_) in NETWORKS.items()}


@pytest.mark.parametrize("kind", USED)
def test_without_its_file_an_answer_is_what_the_reference_says(whole, kind):
    said, seen = USED[kind][-1], set()
    for name, (told, before) in whole.items():
        if not rows_of(told, kind) and kind not in ("Addresses", "Entries"):
            continue
        after = verdicts(name, empty(without(told, kind)))
        if after == REFUSED:
            seen.add(REFUSED)
            continue
        changed = {then for now, then in zip(before, after, strict=True) if now != then}
        seen |= changed or {STANDS}
        assert changed <= {OPEN, NO_END} or said == OFF, (name, changed)
    allowed = {OPEN: {OPEN, STANDS, NO_END}, OFF: {STANDS}}.get(said, {said, STANDS, NO_END})
    assert said == OFF or said in seen, seen
    assert seen <= allowed | ({OPEN} if said == NO_END else set()), seen


def test_public_access_is_as_if_it_were_off_where_no_file_tells_it():
    told = test_new_words.network()
    told["bpa.json"]["VpcBlockPublicAccessExclusions"] = []
    blocked = verdicts("rich", told)
    free = verdicts("rich", empty(without(told, "VpcBlockPublicAccessOptions")))
    assert (blocked[0], free[0]) == ("does not", "works")


def test_every_kind_of_answer_has_its_row():
    assert USED.keys() == {*IDS, *SUBJECTLESS}
    made = pages()["REFERENCE.md"]
    assert all(f"| `{kind}` | `aws " in made for kind in USED)
