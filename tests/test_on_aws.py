"""The kit for AWS: its template is in order and is the reference architecture."""

import json

import pytest
from rigs import aws_made, aws_stack

from vpcedu import aws, lab
from vpcedu.sites.reference import BALANCERS, NATS, reference_vpc

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
STRANGER = "203.0.113.9"
STATES = [("network", "instance"), ("classic-tcp", "instance"), ("application", "gateway")]


def wrong(path):
    """What cfn-lint finds in a template."""
    from cfnlint.api import lint_file

    return [match.rule.id for match in lint_file(path)]


def test_cfn_lint_finds_nothing_in_the_template():
    assert wrong(aws_stack.TEMPLATE) == []


def test_cfn_lint_finds_a_planted_fault(tmp_path):
    planted = tmp_path / "template.yaml"
    planted.write_text(
        "Resources:\n  A:\n    Type: AWS::EC2::Route\n    Properties: {RouteTableId: !Ref B}\n"
    )
    assert wrong(planted)


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    """The folder and the outputs of a stack with these parameters, made once."""
    parts, known = aws_stack.template(), {}

    def of(balancer, nat, **parameters):
        key = balancer, nat, *parameters.items()
        if key not in known:
            folder = tmp_path_factory.mktemp("stack")

            def make(cloud):
                made = aws_stack.Stack(cloud, parts, Balancer=balancer, Nat=nat, **parameters)
                return made.outputs()

            known[key] = folder, aws_made.write(folder, make)
        return known[key]

    return of


def loaded(stack, *words, **parameters):
    folder, outputs = stack(*words, **parameters)
    return aws.load(folder).vpc(outputs["Vpc"]), outputs


def test_the_template_takes_the_model_s_balancers_and_nats():
    parts = aws_stack.template()["Parameters"]
    assert parts["Balancer"]["AllowedValues"] == list(BALANCERS)
    assert parts["Nat"]["AllowedValues"] == list(NATS)


def test_every_resource_of_the_template_can_be_made_or_is_named_as_lacking():
    kinds = {row["Type"] for row in aws_stack.template()["Resources"].values()}
    assert kinds == aws_stack.MAKERS.keys() | aws_stack.LACKING.keys()


@pytest.mark.parametrize(("balancer", "nat"), STATES)
def test_the_question_has_its_answer_in_the_loaded_stack(stack, balancer, nat):
    vpc, at = loaded(stack, balancer, nat)
    assert lab.ask(vpc, "internet", at["Name"], 80).reachable is True
    assert lab.ask(vpc, "internet", at["Name"], 81).reachable is False
    assert lab.ask(vpc, at["Web"], STRANGER, 80).reachable is True
    assert lab.ask(vpc, at["Web"], STRANGER, 8080).reachable is (nat == "gateway")


def test_without_a_default_route_only_the_way_out_is_gone(stack):
    vpc, at = loaded(stack, "network", "instance", DefaultRoute="no")
    assert lab.ask(vpc, "internet", at["Name"], 80).reachable is True
    assert lab.ask(vpc, at["Web"], STRANGER, 80).reachable is False


@pytest.mark.parametrize(("balancer", "nat"), STATES)
def test_the_template_has_the_rows_of_the_reference_architecture(stack, balancer, nat):
    vpc, at = loaded(stack, balancer, nat)
    assert rows(vpc, names(stack(balancer, nat)[0], at)) == rows(reference_vpc(balancer, nat), {})


def names(folder, at):
    """The reference architecture's names of the stack's ids."""
    groups = json.loads((folder / "describe_security_groups.json").read_text())["SecurityGroups"]
    found = {row["GroupId"]: row["Description"] for row in groups}
    return found | {at["Web"]: "web", at["NatHost"]: "NAT"}


def rows(vpc, known):
    """What decides about packets, by the reference architecture's names and without order.

    Left out: port 22 and what has it, the default group, and the addresses of a balancer's nodes,
    which AWS chooses.
    """

    def name(word):
        if word.startswith("nat-"):
            return "NAT"
        return "Internet gateway" if word.startswith("igw-") else known.get(word, word)

    blocks = {row.name: row.cidr for row in vpc.subnets}
    tables = {row.route_table: row.cidr for row in vpc.subnets if row.route_table}
    used = {group for row in vpc.interfaces for group in row.groups}
    return {
        "routes": {
            (blocks.get(subnet.name), route.destination, name(route.target))
            for subnet in vpc.subnets
            if subnet.cidr in ("10.0.0.0/24", "10.0.1.0/24")
            for route in vpc.routes
            if route.table == subnet.route_table
        },
        "tables": len(set(tables)),
        "rules": {
            (name(row.group), row.direction, row.ports, name(row.peer), row.protocol)
            for row in vpc.group_rules
            if row.group in used and row.ports != (22, 22)
        },
        "interfaces": {
            (
                name(row.device),
                blocks[row.subnet],
                row.address,
                tuple(map(name, row.groups)),
                row.check,
            )
            for row in vpc.interfaces
            if name(row.device) == "web" or (name(row.device) == "NAT" and row.groups)
        },
        "nodes": {
            (blocks[row.subnet], tuple(map(name, row.groups)))
            for row in vpc.interfaces
            if row.groups and name(row.device) not in ("web", "NAT")
        },
        "acls": {row[1:] for row in vpc.acl_entries},
    }
