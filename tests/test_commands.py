"""The commands of each kind of repair are run, in a shell, by the AWS CLI itself, against moto.

The network is then described anew: the question works. What undoes them brings the old answer back.
"""

from __future__ import annotations

import json
import shlex
import sys

import pytest
from rigs import aws_made
from rigs.aws_shell import Shell
from rigs.command_networks import CASES

from vpcedu import aws, lab
from vpcedu.__main__ import main
from vpcedu.analysis.change import NEW_PARTS, Repair
from vpcedu.analysis.commands.lines import PLAIN, NoCommand, Place
from vpcedu.analysis.commands.script import NOTHING, WRITERS, commands, script, told
from vpcedu.analysis.repairs.new_parts import VERBS, ServicePlacement
from vpcedu.cli.options import among
from vpcedu.gateways.internet_gateway import Association
from vpcedu.network.interface import BlockedAccess, DownState, Interface, Subnet
from vpcedu.network.vpc import Device, Vpc
from vpcedu.tables.network_acl import AclEntry
from vpcedu.tables.route_table import Route
from vpcedu.tables.security_group import GroupRule
from vpcedu.tables.target_group import TargetGroup

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs bash")


def answered(folder, cloud, case, made):
    """The answer to a case's question, from the cloud as it is now; moto's words and AWS's."""
    words = aws_made.described(folder, cloud)
    known = {old.strip('"'): new.strip('"') for old, new in words}
    ends = [known.get(made.get(end, end), made.get(end, end)) for end in case.ends]
    vpc, one, other = among(aws.load(folder), *ends, "")
    return lab.ask(vpc, one, other, case.port), known


def block(text, heading):
    """The lines of one part of a script, as somebody would copy them."""
    part = text.partition(heading)[2]
    return [line.strip() for line in part.partition("The commands that")[0].splitlines()]


@pytest.mark.parametrize("name", CASES)
def test_the_commands_of_a_repair_do_what_it_says_and_those_that_undo_it_undo_it(name, tmp_path):
    case = CASES[name]
    with aws_made.opened(case.make) as (cloud, made):
        before, words = answered(tmp_path, cloud, case, made)
        assert before.reachable is False, before
        text = script(before.vpc, before.repairs)
        assert all(word in text for word in case.lines), text
        do = [line for _, each, _ in told(before.vpc, before.repairs) for line in each.do]
        assert set(do) <= set(block(text, "The commands that make"))
        with Shell(tmp_path, [pair for pair in words.items() if pair[0] != pair[1]]) as shell:
            shell.run(block(text, "The commands that make")[3:])
            assert len(shell.said) >= 1
            after, _ = answered(tmp_path, cloud, case, made)
            assert after.reachable is True, f"{text}\n{after}"
            shell.run(block(text, "in the same shell:"))
        again, _ = answered(tmp_path, cloud, case, made)
        assert again.reachable is False
        if "cannot go back" not in text:
            assert again.verdict == before.verdict
            made_again = [each for _, each, _ in told(again.vpc, again.repairs)]
            assert made_again == [each for _, each, _ in told(before.vpc, before.repairs)]


def test_there_are_at_least_twelve_kinds_of_commands_and_each_network_is_there_once():
    assert len(CASES) >= 24 and len({case.make for case in CASES.values()}) == len(CASES)
    assert len({case.lines for case in CASES.values()}) >= 20


ENTRY = AclEntry("acl-1", 110, "out", "allow", 6, (1_024, 65_535), "10.0.0.0/16")
RULE = GroupRule("sg-1", "in", (80, 80), "0.0.0.0/0")
CARD = Interface("i-1", "subnet-1", "10.0.0.10", ("sg-1",), name="eni-1")
SUBNET = Subnet("subnet-1", "10.0.0.0/24", "rtb-1", "acl-1")
MORE = {  # what no network above needs, or moto has not: AWS's models know every option
    Repair(ENTRY, ENTRY._replace(ports=(443, 443))): ("replace-network-acl-entry",) * 2,
    Repair(RULE, RULE._replace(ports=(443, 443))): (
        "authorize-security-group-ingress",
        "revoke-security-group-ingress",
    )
    * 2,
    Repair(CARD, CARD._replace(groups=("sg-1", "sg-2"), check=False)): (
        "modify-network-interface-attribute",
    )
    * 4,
    Repair(SUBNET._replace(route_table=""), SUBNET): (
        "associate-route-table",
        "describe-route-tables",
        "disassociate-route-table",
    ),
    Repair(SUBNET, SUBNET._replace(route_table="rtb-2")): (
        "describe-route-tables",
        "replace-route-table-association",
    )
    * 2,
    Repair(BlockedAccess("subnet-1", "block-bidirectional"), None): (
        "create-vpc-block-public-access-exclusion",
        "delete-vpc-block-public-access-exclusion",
    ),
}


@pytest.mark.parametrize("repair", MORE, ids=str)
def test_what_moto_cannot_show_has_commands_whose_options_aws_knows(repair):
    from botocore import xform_name
    from botocore.session import get_session

    model = get_session().get_service_model("ec2")
    operations = {xform_name(name, "-"): name for name in model.operation_names}
    made = commands(None, repair)
    asked = []
    for line in (*made.do, *made.undo):
        words = shlex.split(line.partition("$(")[2].rpartition(")")[0] or line)
        assert words[:2] == ["aws", "ec2"]
        asked.append(words[2])
        shape = model.operation_model(operations[words[2]]).input_shape
        known = {xform_name(name, "-") for name in shape.members} | {"ingress", "query", "output"}
        known |= {f"no-{name}" for name in known}
        assert {word[2:] for word in words if word.startswith("--")} <= known
        given = {word[2:] for word in words}
        assert {xform_name(name, "-") for name in shape.required_members} <= given | {"egress"}
    assert tuple(asked) == MORE[repair]


# --- where there is no command, and what a shell would run ----------------------------------------


@pytest.mark.parametrize(
    ("repair", "why"),
    [
        (Repair(None, Route("rtb-1", "10.0.0.0/16", "local")), "AWS makes local routes itself"),
        (Repair(None, Route("rtb-1", "10.0.0.0/16", "firewall")), "no option that is known"),
        (Repair(None, ENTRY._replace(protocol=1)), "protocol 1 needs more than its ports"),
        (Repair(RULE._replace(protocol=1), None), "protocol 1 needs more than its ports"),
        (Repair(DownState("nat-1", "failed"), None), "nat-1 is failed"),
        (Repair(CARD, CARD._replace(address="10.0.0.11")), "an instance's type decides"),
        (Repair(SUBNET, SUBNET._replace(network_acl="acl-2")), "only the route table"),
        (Repair(None, ServicePlacement("eni-1", "subnet-1")), "the service's own settings"),
    ],
    ids=str,
)
def test_where_no_command_makes_a_repair_the_reason_is_said(repair, why):
    with pytest.raises(NoCommand, match=why):
        commands(None, repair)
    assert why in " ".join(script(Vpc("10.0.0.0/16"), [repair]).split())


@pytest.mark.parametrize("name", ["x;id", "$(id)", "a b", "x\nid", "`id`", "", "x'y", 'x"y', "x#y"])
@pytest.mark.parametrize("field", ["acl", "cidr"])
def test_what_a_file_calls_something_is_never_run(name, field):
    row = ENTRY._replace(**{field: name})
    for repair in (Repair(None, row), Repair(row, None), Repair(ENTRY, row)):
        try:
            made = commands(None, repair)
        except NoCommand:
            continue
        assert all(name not in line for line in (*made.do, *made.undo)) or not name
    text = script(Vpc("10.0.0.0/16"), [Repair(None, row)])
    assert "\n  aws" not in text and "\nid" not in text
    with pytest.raises(NoCommand):
        Place(None).id(name)
    assert not PLAIN & {*"$`;&|<>(){}[]*?!#~'\"\\ \n"}


def test_a_comment_stays_one_line():
    made = Repair(DownState("i-1", "stopped\nid"), None)
    lines = script(Vpc("10.0.0.0/16"), [made]).splitlines()
    assert "id" not in lines and any(line.startswith("  # start i-1") for line in lines)


def test_each_kind_of_repair_has_a_writer():
    proposed = {*VERBS, *NEW_PARTS, Route, AclEntry, GroupRule, Association, Interface, DownState}
    assert proposed | {BlockedAccess, TargetGroup, Device} <= {*WRITERS}


# --- the command line -----------------------------------------------------------------------------


def test_ask_prints_the_commands_and_runs_none(capsys):
    folder = str(aws.example())
    words = ["ask", folder, "--from", "db", "--to", "10.99.0.5", "--port", "443"]
    assert main([*words, "--cli"]) == 1
    text = capsys.readouterr().out
    assert "nothing here has run" in " ".join(text.split())
    do, undo = text.partition("The commands that make")[2].split("The commands that undo")
    (made,) = (line for line in do.splitlines() if line.startswith("  aws "))
    (back,) = (line for line in undo.splitlines() if line.startswith("  aws "))
    assert "create-network-acl-entry" in made and "delete-network-acl-entry" in back
    assert main([*words, "--json"]) == 1
    (repair,) = json.loads(capsys.readouterr().out)["Answer"]["repairs"]
    assert (repair["do"], repair["undo"]) == ([made.strip()], [back.strip()])
    assert main([*words, "--packets"]) == 1 and "aws ec2 create" not in capsys.readouterr().out


def test_where_nothing_is_to_be_repaired_it_says_so(capsys):
    folder = str(aws.example())
    assert main(["ask", folder, "--from", "internet", "--to", "shop", "--port", "80", "--cli"]) == 0
    assert NOTHING in capsys.readouterr().out
