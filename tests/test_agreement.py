"""`ask` and `audit` say the same of every pair: one asks packets, the other asks tables.

An audit's place reaches another one if an opening packet gets there and an answer comes back. Of a
host that is what `ask` says; of a load balancer's node it is what its packets did, since `ask` goes
on to what the person sees.
"""

from pathlib import Path
from random import Random

import pytest
from rigs import aws_made
from rigs.aws_questions import QUESTIONS

from vpcedu import aws, lab
from vpcedu.analysis.answer import judged
from vpcedu.analysis.audit_report import answered
from vpcedu.analysis.plays import Plays
from vpcedu.analysis.question import Question

CASES = Path(__file__).parent / "cases"
PAIRS = 1_000
PORTS = (1, 22, 25, 80, 81, 443, 3306, 5432, 8080, 9000, 40000, 65535)


def vpcs(account):
    return [account.vpc(one.name) for one in account.vpcs]


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    """A description, its audit, and a source, a destination and a port of it; a sample of all."""
    loaded = vpcs(aws.load(aws.example()))
    for name in QUESTIONS:
        loaded += vpcs(aws.load(aws_made.made(name, tmp_path_factory)[0]))
    for case in sorted(CASES.glob("*/expect.json")):
        try:
            loaded += vpcs(aws.load(case.parent / "files"))
        except aws.LoadError:
            continue
    audits = [(vpc, lab.audit(vpc)) for vpc in loaded]
    every = [
        (vpc, audit, source.name, there.name, port)
        for vpc, audit in audits
        for source in audit.tables.places
        for there in audit.tables.places
        for port in PORTS
        if there.interface
        and (not source.interface or source.interface.device != there.interface.device)
    ]
    assert len(audits) > 35 and len(every) > 2 * PAIRS
    return Random("ask and audit").sample(every, PAIRS)


def told(audit, source, there, port):
    """What an audit says: True, False, None (sometimes), or "unknown"."""
    try:
        return audit.reaches(source, there, port)
    except ValueError as error:
        assert "it is unknown who reaches it" in str(error)
        return "unknown"


def asked(vpc, audit, source, there, port):
    """The same as `ask` says it."""
    word = there
    if source not in {row.id for row in vpc.interfaces}:  # who is outside asks the public address
        word = {row.private: row.public for row in vpc.associations}.get(there, there)
    try:
        answer = judged(Plays(), vpc, Question(audit._word(source), word, port))
    except ValueError as error:
        assert "opens no connections" in str(error), error
        return False
    device = next(
        row.interface.device for row in audit.tables.places if row.interface and row.name == there
    )
    kind = next(row.kind for row in vpc.devices if row.name == device)
    opener = next((row.kind for row in vpc.devices if row.name == answer.visit.opener), kind)
    if not kind.managed and answer.outcome.verdict == "unknown":
        # what is unknown of a balancer is unknown of all that its node does, to `ask`
        return told(audit, source, there, port) if opener.managed else "unknown"
    found = {answered(case.visit) if kind.managed else case.outcome.works for case in answer.cases}
    return None if len(found) > 1 else found.pop()


def test_ask_and_audit_agree_on_a_thousand_pairs(pairs):
    seen, differ = set(), []
    for vpc, audit, source, there, port in pairs:
        one, other = told(audit, source, there, port), asked(vpc, audit, source, there, port)
        seen.add(one)
        # an audit is coarser: of a place of which something is unknown it says nothing at all
        if one != other and one != "unknown":
            differ.append((vpc.name, source, there, port, one, other))
    assert differ == [], differ
    assert seen >= {True, False, "unknown"}
