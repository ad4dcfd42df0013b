"""A repair as a line of the AWS CLI: its options are those that botocore has for EC2."""

from __future__ import annotations

import shlex

import pytest

from vpcedu import lab
from vpcedu.analysis.change import Attachment, PeeringConnection, Repair
from vpcedu.course.lesson_11 import EXAMPLE
from vpcedu.tables.network_acl import AclEntry
from vpcedu.tables.route_table import Route
from vpcedu.tables.security_group import GroupRule

ENTRY = AclEntry("acl-1", 110, "out", "allow", 6, (1_024, 65_535), "10.0.0.0/16")
ROUTE, TO_ALL = Route("rtb-1", "0.0.0.0/0", "NAT gateway"), "--destination-cidr-block 0.0.0.0/0"
RULE = GroupRule("sg-1", "in", (80, 80), "0.0.0.0/0")
SUBNET = lab.example_vpc().subnets[3]
LINES = {
    Repair(None, ENTRY): "create-network-acl-entry --network-acl-id acl-1 --egress --rule-number"
    " 110 --protocol 6 --port-range From=1024,To=65535 --cidr-block 10.0.0.0/16 --rule-action allow",
    Repair(
        ENTRY, None
    ): "delete-network-acl-entry --network-acl-id acl-1 --egress --rule-number 110",
    Repair(ENTRY, ENTRY._replace(protocol=-1, ports=(0, 65_535), direction="in")): (
        "replace-network-acl-entry --network-acl-id acl-1 --ingress --rule-number 110 --protocol -1"
        " --cidr-block 10.0.0.0/16 --rule-action allow"
    ),
    Repair(None, ROUTE): f"create-route --route-table-id rtb-1 {TO_ALL}"
    " --nat-gateway-id nat-0a33b44c55d660001",
    Repair(ROUTE, None): f"delete-route --route-table-id rtb-1 {TO_ALL}",
    Repair(ROUTE, ROUTE._replace(target="igw")): (
        f"replace-route --route-table-id rtb-1 {TO_ALL} --gateway-id igw-0a22b33c44d550001"
    ),
    Repair(None, RULE): "authorize-security-group-ingress --group-id sg-1 --ip-permissions"
    " 'IpProtocol=tcp,FromPort=80,ToPort=80,IpRanges=[{CidrIp=0.0.0.0/0}]'",
    Repair(RULE._replace(direction="out", peer="sg-2", protocol=-1), None): (
        "revoke-security-group-egress --group-id sg-1 --ip-permissions"
        " 'IpProtocol=-1,UserIdGroupPairs=[{GroupId=sg-2}]'"
    ),
    Repair(None, Attachment("igw", "vpc-1")): (
        "attach-internet-gateway --internet-gateway-id igw-0a22b33c44d550001 --vpc-id vpc-1"
    ),
    Repair(SUBNET, SUBNET._replace(route_table="rtb-1")): (
        f"associate-route-table --subnet-id {SUBNET.name} --route-table-id rtb-1"
    ),
}


@pytest.mark.parametrize("repair", LINES, ids=str)
def test_a_repair_has_a_line_and_aws_knows_its_options(repair):
    session = pytest.importorskip("botocore.session")
    model = session.get_session().get_service_model("ec2")
    from botocore import xform_name

    line = lab.aws_cli(repair, EXAMPLE)
    assert line == f"aws ec2 {LINES[repair]}"
    operations = {xform_name(name, "-"): name for name in model.operation_names}
    words = shlex.split(line)[2:]
    members = model.operation_model(operations[words[0]]).input_shape.members
    known = {xform_name(name, "-") for name in members} | {"ingress"}  # the CLI's "no egress"
    assert {word[2:] for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize(
    "repair",
    [
        Repair(RULE, RULE._replace(ports=(443, 443))),
        Repair(None, ROUTE._replace(target="a name")),
        Repair(None, PeeringConnection("pcx-new", ("vpc-1", "vpc-2"))),
        Repair(SUBNET._replace(route_table="rtb-2"), SUBNET),
    ],
    ids=str,
)
def test_what_no_single_command_does_has_none(repair):
    with pytest.raises(ValueError, match="expected a repair that one command of the AWS CLI makes"):
        lab.aws_cli(repair, EXAMPLE)


@pytest.mark.parametrize(
    "name", ["rtb-1; reboot", "rtb-1 --endpoint-url=http://192.0.2.9", "$(id)"]
)
def test_a_name_that_a_shell_would_run_gets_no_line(name):
    """A file may call a route table anything; the line is there to be copied into a shell."""
    with pytest.raises(ValueError, match="expected an id or a block as AWS writes it"):
        lab.aws_cli(Repair(Route(name, "0.0.0.0/0", "igw-1"), None))
    with pytest.raises(ValueError, match="expected an id or a block as AWS writes it"):
        lab.aws_cli(Repair(None, RULE._replace(peer=f"sg-2{name}")))
