"""Kinds: further networks of each kind in which an answer once claimed more than its files knew.

The kinds have letters. A: set aside, then asserted; A2: a missing file; A3: an address nobody
described; B: secondary addresses and prefixes; C: states; D: the PROXY protocol; E: the Classic
balancer's network ACL; F: one of several outcomes; G: repairs; H: files as people have them; I:
audits of too little; J: two interfaces; K: what cannot be expressed; L: invented ids.
"""

import json
import re
from collections import Counter

import pytest
from rigs.aws_shapes import files
from rigs.kind_networks import FOLDERS, KINDS, NETWORKS, answers_of

from vpcedu import aws, lab
from vpcedu.__main__ import main

FIELDS = "interface-id instance-id vpc-id subnet-id"
ID = re.compile(r"\b(?:i|eni|vpc|subnet)-[\w-]+")


def flat(text):
    return " ".join(str(text).split())


def asked(folder, network):
    answers = answers_of(network)
    for name, rows in files(answers).items():
        (folder / name).write_text(json.dumps(rows), encoding="utf-8")
    return lab.ask(aws.load(folder).vpc("vpc-1"), *network.question)


def named(row):
    return f"{row.kind}: {row.holds}"


@pytest.mark.parametrize("network", NETWORKS, ids=named)
def test_an_answer_claims_no_more_than_its_files_know(tmp_path, network):
    answer = asked(tmp_path, network)
    said = flat(answer)
    assert answer.outcome.verdict in network.honest, said
    assert [word for word in network.says if word not in said] == [], said
    assert [word for word in network.never if word in said] == [], said


@pytest.mark.parametrize("folder", FOLDERS, ids=named)
def test_files_and_audits_say_what_they_lack(tmp_path, capsys, folder):
    folder.write(tmp_path)
    command, *more = folder.words
    code = main([command, str(tmp_path), *more])
    out, err = capsys.readouterr()
    said = flat(out + err)
    assert code in folder.codes, said
    assert [word for word in folder.says if word not in said] == [], said
    assert [word for word in folder.never if word in flat(out)] == [], said


# L: every id of a flow log is one of the files


OPEN = [one for one in NETWORKS if len(one.question) < 6 and one.kind in "BCDEFJ"]


@pytest.mark.parametrize("network", OPEN, ids=lambda one: f"L: {one.holds}")
def test_a_flow_log_has_the_ids_of_the_files_and_no_other(tmp_path, network):
    answer, told = asked(tmp_path, network), json.dumps(files(answers_of(network)))
    found = set()
    for row in answer.vpc.interfaces:
        lines = str(answer.visit.flow_log(row.device, FIELDS)).splitlines()[1:]
        found |= {word for line in lines for word in ID.findall(line)}
    assert found and [word for word in found if f'"{word}"' not in told] == []


def test_each_kind_has_at_least_two_networks():
    found = Counter(row.kind for row in (*NETWORKS, *FOLDERS)) + Counter(L=len(OPEN))
    assert {kind: found[kind] for kind in KINDS if found[kind] < 2} == {}
    assert found.keys() == {*KINDS}
    assert len({named(row) for row in (*NETWORKS, *FOLDERS)}) == len(NETWORKS) + len(FOLDERS)
