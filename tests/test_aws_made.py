"""Networks of real API calls, loaded and asked.

What is open is reached, what is not is lost at what was planted.
"""

import json
import re
import shutil
from random import Random

import pytest
from rigs import aws_made
from rigs.aws_questions import QUESTIONS, STRANGER

from vpcedu import aws, lab
from vpcedu.__main__ import main
from vpcedu.analysis import path
from vpcedu.analysis.change import apply
from vpcedu.network.interface import Interface
from vpcedu.network.record import Call
from vpcedu.sites.site import Site
from vpcedu.tables.route_table import Route

OUTSIDE = "203.0.113.10"
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """The account and the planted ids of a network, loaded once."""
    known = {}

    def load(name):
        folder, planted = aws_made.made(name, tmp_path_factory)
        if name not in known:
            known[name] = aws.load(folder), planted
        return known[name]

    load.folder = lambda name: aws_made.made(name, tmp_path_factory)[0]
    return load


def question(account, at, asked):
    """The VPC that the source is in, and the question, with ids in the place of words in braces."""
    source, destination = (word.format(**at) for word in asked[:2])
    home = account.home(source) if len(account.vpcs) > 1 else ""
    return account.vpc(home), source, destination, asked.port


def begins(lines, words):
    return len(lines) == len(words) and all(
        line.startswith(word) for line, word in zip(lines, words, strict=True)
    )


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        pytest.param(name, asked, id=f"{name}-{'-'.join(map(str, asked[:3]))}")
        for name, rows in QUESTIONS.items()
        for asked in rows
    ],
)
def test_each_question_has_the_answer_that_aws_would_give(network, name, asked):
    account, at = network(name)
    words = [word.format(**at) for word in asked.words]
    if not asked.symptom:
        with pytest.raises(ValueError, match="expected") as error:
            lab.ask(*question(account, at, asked))
        assert words[0] in str(error.value)
        return
    answer = lab.ask(*question(account, at, asked))
    assert answer.symptom == asked.symptom
    assert len(str(answer).splitlines()) < 20  # the first screen, with the command's last line
    assert answer.reachable is {"works": True, "unknown": None}.get(asked.symptom, False)
    if answer.reachable:
        assert all(any(line.startswith(word) for line in answer.states) for word in words), (
            answer.states
        )
        return
    steps = [("back" if loss.back else "there", loss.step, loss) for loss in answer.blockers]
    found = [
        f"{way}, {step.at}, {step.check}: {path.leads(answer.vpc, loss)}"
        for way, step, loss in steps
    ]
    assert begins(found, words), found
    assert words[0].split(": ", 1)[1] in answer.verdict
    if asked.repairs is None:
        assert answer.repairs is None
        return
    assert begins(
        [str(repair) for repair in answer.repairs], [word.format(**at) for word in asked.repairs]
    )
    assert lab.ask(apply(answer.vpc, answer.repairs), *answer.question).reachable


@pytest.mark.parametrize(
    "name",
    [
        "reference",
        "private_targets",
        "no_ephemeral_ports",
        "peered",
        "hairpin",
        "in_private_subnets",
        "nat_with_check",
        "nat_without_check",
        "endpoints",
    ],
)
def test_each_network_is_asked_ten_questions_of_both_kinds(name):
    symptoms = [asked.symptom for asked in QUESTIONS[name] if asked.symptom]
    assert (
        len(QUESTIONS[name]) >= 10
        and len(set(map(tuple, (asked[:3] for asked in QUESTIONS[name])))) >= 10
    )
    assert 0 < symptoms.count("works") < len(symptoms)


def ends_of(account):
    """Everything that one may ask an account about, in a fixed order."""
    inside = [
        word
        for one in account.vpcs
        for word in (
            *(row.id for row in one.interfaces),
            *(row.address for row in one.interfaces),
            *(row.name for row in one.names),
            *(row.public for row in one.associations),
        )
    ]
    return ["internet", STRANGER, *dict.fromkeys(inside)]


@pytest.mark.parametrize("name", QUESTIONS)
def test_whatever_is_asked_has_an_answer_whose_repairs_work_and_whose_rows_are_there(network, name):
    account, _ = network(name)
    chance, answered = Random(name), 0
    for _ in range(14):
        source, destination = chance.sample(ends_of(account), 2)
        try:
            vpc = account.vpc(account.home(source, destination) if len(account.vpcs) > 1 else "")
            answer = lab.ask(vpc, source, destination, chance.choice((22, 80, 443, 8080)))
        except ValueError as error:
            assert "expected" in str(error) and "\n" not in str(error)
            continue
        answered += 1
        json.dumps(answer.as_json())
        assert answer.verdict.split(":")[0] in str(answer).replace("\n", " ")
        here = {
            row
            for one in vpc.everyone
            for field in (one.routes, one.acl_entries, one.interfaces)
            for row in field
        }
        for loss in answer.blockers:
            row = loss.step.row
            assert not isinstance(row, (Route, Interface)) or row in here, row
        if answer.reachable is False:
            assert answer.blockers
            if answer.repairs:
                again = lab.ask(apply(vpc, answer.repairs), *answer.question)
                assert again.reachable or (answer.ends and again.reachable is None)
    assert answered > 3


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_command_answers_in_the_analyzers_shape(network, name, capsys):
    account, at = network(name)
    asked = next(row for row in QUESTIONS[name] if row.symptom)
    _, source, destination, port = question(account, at, asked)
    folder = network.folder(name)
    code = main(
        ["ask", str(folder), "--from", source, "--to", destination, "--port", str(port), "--json"]
    )
    shape = json.loads(capsys.readouterr().out)
    assert code == {True: 0, False: 1, None: 3}[shape["NetworkPathFound"]]
    assert shape["Answer"]["symptom"] == asked.symptom
    assert [part["SequenceNumber"] for part in shape["ForwardPathComponents"]] == list(
        range(1, len(shape["ForwardPathComponents"]) + 1)
    )
    assert bool(shape["Explanations"]) is not bool(shape["NetworkPathFound"])
    ids = json.dumps(shape)
    assert all(
        word.format(**at) in ids
        for row in (asked.words, asked.repairs or ())
        for text in row
        for word in re.findall(r"\{\w+(?:\[\d\])?\}", text)
    )


def ask(account, opener, name, port, vpc=""):
    """A connection, played: its symptom, and (check, row) of the first loss where it failed."""
    visit = Site(account.vpc(vpc)).play(Call(opener, name, port))
    lost = next((trace.dropped for trace in visit.capture if trace.dropped), None)
    return visit.symptom, None if visit.symptom == "connected" else (lost.check, str(lost.row))


def test_an_audit_looks_at_every_vpc_unless_one_is_named_and_says_what_it_leaves_out(
    network, capsys
):
    _, at = network("peered")
    folder = str(network.folder("peered"))
    assert main(["audit", folder]) == 0
    told = capsys.readouterr().out
    assert [line.split()[1] for line in told.splitlines() if line.startswith("VPC ")] == at["vpcs"]
    assert (
        told.count("TCP only: what the network allows")
        == told.count("Paths between this VPC and others are not audited")
        == 3
    )
    # one of the other VPC has it
    assert f"no network interface uses the security group {at['groups'][0]}" not in told
    assert main(["audit", folder, "--vpc", at["vpcs"][1]]) == 0
    assert (
        f"VPC {at['vpcs'][1]}" in (alone := capsys.readouterr().out) and at["vpcs"][0] not in alone
    )
    assert main(["audit", folder, "--json"]) == 0
    shape = json.loads(capsys.readouterr().out)
    assert [one["vpc"] for one in shape["vpcs"]] == at["vpcs"] and {
        one["protocol"] for one in shape["vpcs"]
    } == {"tcp"}
    assert main(["audit", folder, "--vpc", "vpc-none"]) == 2
    assert f"'vpc-none': expected one of {at['vpcs'][0]}" in capsys.readouterr().err


def test_what_the_other_addresses_of_a_name_give_is_told(network):
    account, at = network("in_private_subnets")
    answer = lab.ask(account.vpc(), "internet", at["arn"], 80)
    assert answer.addresses == {"192.0.2.254": "timed out", "192.0.2.253": "timed out"}
    # the routes of both subnets: the other one follows the main table
    assert len(answer.repairs) == 2
    half = lab.ask(apply(answer.vpc, answer.repairs[:1]), "internet", at["arn"], 80)
    assert (half.reachable, half.outcome.verdict) == (False, "sometimes")
    assert half.verdict.endswith("only sometimes: 1 of 2 addresses works.")
    assert half.addresses == {"192.0.2.254": "works", "192.0.2.253": "timed out"}
    assert "1 of 2: timed out, at 192.0.2.253" in str(half)
    assert half.repairs == answer.repairs[1:] and half.blockers


def test_what_is_assumed_is_told(network):
    account, at = network("endpoints")
    (told,) = lab.ask(account.vpc(), at["app"], "52.216.0.9", 443).assumptions
    assert told.words == (
        "com.amazonaws.us-east-1.s3 accepts connections on TCP port 443, and no policy refuses the request"
    )
    (told,) = lab.ask(account.vpc(), at["bastion"], at["app"], 80).assumptions
    assert told.words == (
        f"{at['app']} listens on TCP port 80, and no firewall of its own drops the packets"
    )
    for destination, reachable in (
        ("52.216.1.0", True),
        ("52.216.0.255", True),
        ("52.216.0.1", None),
    ):
        assert lab.ask(account.vpc(), at["app"], destination, 443).reachable is reachable
    account, at = network("detached")
    assert any(
        f"a blackhole, because {at['igw']} is not attached to {at['vpc']}" in note.words
        for note in account.report
    )


def test_an_audit_agrees_with_what_is_asked(network):
    account, at = network("nat_without_check")
    found = lab.audit(account.vpc())
    for one, other in (("web", "nat"), ("nat", "web")):
        asked = lab.ask(account.vpc(), at[one], at[other], 443)
        assert found.reaches(at[f"{one}_eni"], at[f"{other}_eni"], 443) is asked.reachable


def test_the_analyzers_shape_names_what_lies_between_two_vpcs(network):
    account, at = network("peered")
    shape = lab.ask(account.vpc(at["vpcs"][0]), at["hosts"][0], at["hosts"][1], 80).as_json()
    for way, table in (("ForwardPathComponents", 0), ("ReturnPathComponents", 1)):
        ids = [part["Component"]["Id"] for part in shape[way]]
        assert ids.index(at["tables"][table]) + 1 == ids.index(at["links"][0])
        row = next(part["RouteTableRoute"] for part in shape[way] if "RouteTableRoute" in part)
        assert (row["VpcPeeringConnectionId"], row["State"]) == (at["links"][0], "active")
    assert [part["Vpc"]["Id"] for part in shape["ForwardPathComponents"] if "Vpc" in part] == at[
        "vpcs"
    ][:2]
    account, at = network("pending")
    first, second, local = lab.ask(account.vpc(at["vpcs"][0]), *at["hosts"], 80).as_json()[
        "Explanations"
    ]
    assert [row["ExplanationCode"] for row in (first, second, local)] == [
        "BAD_STATE_ROUTE",
        "NO_ROUTE_TO_DESTINATION",
        "VPC_LOCAL_ROUTE_CIDR_RESTRICTION",
    ]
    assert local["RouteTableRoute"]["GatewayId"] == "local"
    assert first["RouteTableRoute"]["State"] == "blackhole" and second["RouteTable"] == {
        "Id": at["tables"][1]
    }


def test_the_command_asks_in_the_vpc_of_the_first_end_that_has_one(network, capsys):
    _, at = network("peered")
    asked = ["ask", str(network.folder("peered")), "--port", "80", "--to"]
    assert main([*asked, at["hosts"][1], "--from", at["hosts"][0]]) == 0
    for stranger in ("internet", STRANGER):
        assert main([*asked, at["hosts"][1], "--from", stranger]) == 1
    capsys.readouterr()
    assert main([*asked, "203.0.113.9", "--from", STRANGER]) == 2
    assert f"'{STRANGER}' is in no VPC: expected the id of an instance" in capsys.readouterr().err


def test_causes_of_a_symptom_are_shown_by_runs_of_the_loaded_network(network):
    account, at = network("no_ephemeral_ports")
    (cause,) = lab.diagnose(account.vpc(), "internet", at["web"], 80, "timed out")
    assert str(cause).startswith(
        f"on the return path a packet is lost at {at['web']}, network ACL out. Why:"
    )
    assert f"({at['acl']} out *: deny all to 0.0.0.0/0)" in cause.words
    assert str(cause.repair) == f"add {at['acl']} out 110: allow tcp 1024-65535 to 0.0.0.0/0"
    account, at = network("reference")
    vpc = account.vpc()
    causes = lab.diagnose(vpc, "internet", "shop", 80, "timed out")
    assert {cause.visit.symptom for cause in causes} == {"timed out"}
    told = "\n".join(map(str, causes))
    assert (
        f"{at['front']} in tcp 80 from 0.0.0.0/0" in told
        and f"route 0.0.0.0/0 > {at['igw']}" in told
    )
    assert f"{at['back']} in tcp 8080" not in told  # behind the balancer the symptom is another one
    closed = lab.diagnose(vpc, "internet", "shop", 80, "closed")
    assert any(f"{at['back']} in tcp 8080 from {at['front']}" in str(cause) for cause in closed)
    for cause in (*causes, *closed):
        assert not str(cause).rstrip().endswith(":")


def test_the_reference_architecture(network):
    account, at = network("reference")
    web, back = at["web"], at["back"]
    assert ask(account, "internet", "shop", 80) == ("connected", None)
    assert ask(account, web, OUTSIDE, 443) == ("connected", None)
    # it carries the group that `back` names
    assert ask(account, at["bastion"], "10.0.1.10", 8080)[0] == "connected"
    symptom, lost = ask(account, at["bastion"], "10.0.1.10", 22)
    assert symptom == "timed out" and lost[0] == "group in" and back in lost[1]
    symptom, lost = ask(account, "internet", "shop", 443)
    assert symptom == "timed out" and lost[0] == "group in" and at["front"] in lost[1]


def test_the_page_comes_back_through_the_loaded_balancer(network):
    account, at = network("reference")
    visit = Site(account.vpc()).get("http://shop/", "internet")
    assert visit.symptom == "200 OK" and at["web"] in visit.result.response.body.decode()


def test_a_network_load_balancers_private_targets_answer_without_a_route(network):
    account, at = network("private_targets")
    assert ask(account, "internet", at["arn"], 80) == ("connected", None)
    assert ask(account, at["web"], OUTSIDE, 443) == ("timed out", ("route", "None"))
    assert ask(account, "internet", at["arn"], 81)[1][0] == "translation"


def test_a_network_acl_without_ephemeral_ports_loses_the_answer(network):
    account, at = network("no_ephemeral_ports")
    public = account.vpcs[0].associations[0].public
    symptom, lost = ask(account, "internet", public, 80)
    assert symptom == "timed out"
    assert lost == ("network ACL out", f"{at['acl']} out *: deny all to 0.0.0.0/0")
    vpc = account.vpc()
    repaired = vpc.with_row(
        next(
            row for row in vpc.acl_entries if row.acl == at["acl"] and row.direction == "out"
        )._replace(number=110, ports=(1_024, 65_535))
    )
    assert Site(repaired).connect("internet", public, 80).symptom == "connected"


def test_peered_vpcs_reach_each_other_and_a_group_may_be_named_across(network):
    account, at = network("peered")
    (a, b, c), (vpc_a, vpc_b, vpc_c) = at["hosts"], at["vpcs"]
    # b's rule names a's group
    assert ask(account, a, "10.2.0.10", 80, vpc_a) == ("connected", None)
    symptom, lost = ask(account, c, "10.2.0.10", 80, vpc_c)
    assert symptom == "timed out" and lost[0] == "group in" and at["groups"][1] in lost[1]
    assert ask(account, c, "10.2.0.10", 81, vpc_c) == ("connected", None)
    assert ask(account, b, "10.1.0.10", 80, vpc_b) == ("connected", None)
    # the same, whichever stands in the middle
    assert ask(account, a, "10.2.0.10", 80, vpc_b) == ("connected", None)


def test_peering_is_not_transitive(network):
    account, at = network("peered")
    symptom, lost = ask(account, at["hosts"][0], "10.3.0.10", 80, at["vpcs"][0])
    assert (symptom, lost) == ("timed out", ("route", f"route 10.3.0.0/16 > {at['links'][0]}"))


def test_an_answer_needs_a_route_across_peering_too(network):
    account, at = network("peered")
    vpc = account.vpc(at["vpcs"][0])
    back = next(row for row in vpc.rows() if str(row) == f"route 10.1.0.0/16 > {at['links'][0]}")
    assert back.table == at["tables"][1]
    lost = next(
        trace.dropped
        for trace in Site(vpc.without(back)).connect(at["hosts"][0], "10.2.0.10", 80).capture
        if trace.dropped
    )
    assert (lost.at, lost.check, lost.reason.code) == (at["hosts"][1], "route", "no route")
    again = vpc.without(back).with_row(back)
    # it finds its way back into the VPC that has the table
    assert again.peers[0].routes[-1] == back
    assert Site(again).connect(at["hosts"][0], "10.2.0.10", 80).symptom == "connected"


def test_a_target_that_asks_its_own_balancer_hears_nothing(network):
    account, at = network("hairpin")
    symptom, lost = ask(account, at["web"], at["arn"], 80)
    assert symptom == "timed out" and lost[0] == "deliver"
    assert ask(account, "internet", account.vpcs[0].associations[0].public, 80) == (
        "connected",
        None,
    )


def test_an_application_load_balancer_in_private_subnets_cannot_answer(network):
    account, at = network("in_private_subnets")
    symptom, lost = ask(account, "internet", at["arn"], 80)
    assert (symptom, lost) == ("timed out", ("route", "None"))
    assert {row.kind for row in account.report} >= {"inferred"}
    nodes = [
        row for row in account.vpcs[0].devices if row.kind.__name__ == "ApplicationLoadBalancer"
    ]
    assert len(nodes) == 2


def test_a_nat_instance_with_its_check_on_takes_nothing_for_others(network):
    account, at = network("nat_with_check")
    symptom, lost = ask(account, at["web"], OUTSIDE, 443)
    assert symptom == "timed out" and lost[0] == "destination check" and at["nat"] in lost[1]


def test_with_its_check_off_it_is_a_nat_instance(network):
    account, at = network("nat_without_check")
    assert ask(account, at["web"], OUTSIDE, 443) == ("connected", None)
    assert f"inferred: {at['nat']} is a NAT instance" in str(account)


@pytest.mark.parametrize(
    "name", ["reference", "in_private_subnets", "private_targets", "peered", "endpoints"]
)
def test_a_file_that_is_not_there_is_said_wherever_it_makes_a_difference(network, name, tmp_path):
    whole, _ = network(name)
    for file in sorted(network.folder(name).glob("*.json")):
        folder = tmp_path / file.stem
        shutil.copytree(network.folder(name), folder)
        (folder / file.name).unlink()
        try:
            account = aws.load(folder)
        except aws.LoadError as error:
            assert "as aws ec2 describe-vpcs writes it" in str(
                error
            ) or "aws ec2 describe-subnets writes" in str(error)
            continue
        said = {
            note.words
            for note in account.report
            if note.kind in ("missing", "inferred", "unknown", "left out")
        }
        # the blocks of a prefix list that no row names serve repairs alone
        found, known = (
            [one._replace(prefix_lists=()) for one in each.vpcs] for each in (account, whole)
        )
        assert found == known or said - {note.words for note in whole.report}, file.name


@pytest.mark.parametrize("name", QUESTIONS)
def test_nothing_that_moto_writes_is_unknown(network, name):
    account, _ = network(name)
    assert [note for note in account.report if note.kind in ("unknown", "inconsistent")] == []
    text = str(Site(account.vpc(account.vpcs[0].name)))
    assert all(row.device in text for row in account.vpcs[0].interfaces)
