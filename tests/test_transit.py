"""Transit gateways: what is lost behind one is lost, what passes one is unknown.

The network is the one of a case: app's VPC, a transit gateway, a VPC with a NAT gateway.
"""

import json
from copy import deepcopy
from pathlib import Path

import pytest

from vpcedu import aws, lab
from vpcedu.analysis.aws_json import analysis

FILES = Path(__file__).parent / "cases" / "k2-central-egress-over-tgw" / "files"
TGW, APP, FAR = "tgw-000000000000000aa", "i-00000000000000017", "i-0000000000000f0f0"
PUBLIC_TABLE, OWN_TABLE, EGRESS = "rtb-00000000000000013", "rtb-0000000000000000e", "10.42"
OWN_VPC = "vpc-00000000000000001"


def told():
    return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in FILES.iterdir()}


def asked(tmp_path, *changes, question=(APP, "internet", 443)):
    files = told()
    for change in changes:
        change(files)
    for name, answer in files.items():
        (tmp_path / name).write_text(json.dumps(answer), encoding="utf-8")
    account = aws.load(tmp_path)
    return lab.ask(account.vpc(OWN_VPC), *question)


def words(answer):
    return " ".join(str(answer).split())


def table(files, name):
    return next(r for r in files["route-tables.json"]["RouteTables"] if r["RouteTableId"] == name)


def there_and_back(files):
    table(files, PUBLIC_TABLE)["Routes"].append(
        {"DestinationCidrBlock": "10.41.0.0/16", "TransitGatewayId": TGW, "State": "active"}
    )
    searched(files).append(route("10.41.0.0/16", "tgw-attach-0a"))


def apart(files):
    """The attachment stands in a subnet of its own, as AWS recommends."""
    rows = files["subnets.json"]["Subnets"]
    rows.append(rows[0] | {"SubnetId": "subnet-att", "CidrBlock": "10.41.9.0/28"})
    files["transit-gateway-vpc-attachments.json"]["TransitGatewayVpcAttachments"][0] |= {
        "SubnetIds": ["subnet-att"]
    }
    for row in files["network-acls.json"]["NetworkAcls"]:
        if row["VpcId"] == OWN_VPC:
            row["Associations"].append({"SubnetId": "subnet-att"})


def in_another_zone(files):
    """AWS carries a packet only if the attachment has a subnet in the zone of the sender."""
    apart(files)
    files["subnets.json"]["Subnets"][-1]["AvailabilityZone"] = "eu-west-1b"


def searched(files):
    return files["tgw-routes.json"]["Output"]["Routes"]


def route(block, attachment, **more):
    way = {"TransitGatewayAttachmentId": attachment, "ResourceType": "vpc"}
    return {
        "DestinationCidrBlock": block,
        "TransitGatewayAttachments": [way | more],
        "Type": "propagated",
        "State": "active",
    }


def test_a_reply_that_finds_no_way_to_the_gateway_is_lost_and_the_missing_route_is_named(tmp_path):
    answer = asked(tmp_path)
    assert answer.reachable is False and answer.symptom == "timed out"
    assert f"{PUBLIC_TABLE}: route 0.0.0.0/0 > igw-00000000000000008, for 10.41.0.10" in words(
        answer
    )
    assert f"a route for 10.41.0.0/16 to {TGW} in {PUBLIC_TABLE}" in answer.found.refused[0]
    assert not answer.repairs and "to publish it" not in words(answer)
    assert any("tgw-rtb-01" in row.words for row in answer.assumptions)


def test_what_gets_through_in_both_directions_is_unknown(tmp_path):
    answer = asked(tmp_path, there_and_back, apart)
    assert answer.reachable is None and f"lead through {TGW}" in words(answer)


def test_within_the_subnet_of_an_attachment_the_model_ends(tmp_path):
    """AWS asks that subnet's network ACL in a way of its own (Transit Gateway guide)."""
    answer = asked(tmp_path, there_and_back)
    assert answer.reachable is None and "the model ends on the return path" in words(answer)


def test_a_repair_that_leads_through_a_gateway_is_never_said_to_work(tmp_path):
    def closed(files):
        there_and_back(files)
        files["security-groups.json"]["SecurityGroups"][0]["IpPermissionsEgress"] = []

    answer = asked(tmp_path, closed, apart)
    assert answer.reachable is False and answer.repairs is None


def far_instance(allowed):
    """An instance in the other VPC, whose group lets everybody in or nobody."""

    def change(files):
        there_and_back(files)
        apart(files)
        searched(files).append(route("10.42.0.0/16", "tgw-attach-0b"))
        every = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        vpc = "vpc-00000000000000003"
        files["security-groups.json"]["SecurityGroups"].append(
            {
                "GroupId": "sg-far",
                "VpcId": vpc,
                "IpPermissions": [every] * allowed,
                "IpPermissionsEgress": [every],
            }
        )
        rows = files["network-interfaces.json"]["NetworkInterfaces"]
        row = deepcopy(next(row for row in rows if row["InterfaceType"] == "interface"))
        row |= {
            "NetworkInterfaceId": "eni-far",
            "PrivateIpAddress": f"{EGRESS}.0.9",
            "PrivateIpAddresses": [{"Primary": True, "PrivateIpAddress": f"{EGRESS}.0.9"}],
            "SubnetId": "subnet-00000000000000006",
            "VpcId": vpc,
            "Groups": [{"GroupId": "sg-far"}],
        }
        row["Attachment"]["InstanceId"] = FAR
        rows.append(row)
        instances = files["instances.json"]["Reservations"]
        more = deepcopy(instances[0])
        more["Instances"][0] |= {"InstanceId": FAR, "NetworkInterfaces": [], "VpcId": vpc}
        del more["Instances"][0]["PrivateIpAddress"]
        instances.append(more)

    return change


@pytest.mark.parametrize(("allowed", "works"), [(False, False), (True, None)])
def test_a_group_behind_the_gateway_refuses_for_sure_and_lets_pass_perhaps(
    tmp_path, allowed, works
):
    answer = asked(tmp_path, far_instance(allowed), question=(APP, FAR, 443))
    assert answer.reachable is works
    assert ("group in" in words(answer)) is (works is False)


def without(name):
    return lambda files: files.pop(name)


def every_attachment(state, *tables):
    """describe-transit-gateway-attachments, with the table of the first one and further tables."""

    def change(files):
        own = files["transit-gateway-route-tables.json"]["TransitGatewayRouteTables"]
        own += [own[0] | {"TransitGatewayRouteTableId": name} for name in tables]
        files["attachments.json"] = (
            {
                "TransitGatewayAttachments": [
                    {
                        "TransitGatewayAttachmentId": "tgw-attach-0a",
                        "TransitGatewayId": TGW,
                        "ResourceType": "vpc",
                        "State": "available",
                        "Association": {"TransitGatewayRouteTableId": "tgw-rtb-01", "State": state},
                    }
                ]
            }
            if state
            else {"TransitGatewayAttachments": []}
        )

    return change


def attachments(files, **values):
    for row in files["transit-gateway-vpc-attachments.json"]["TransitGatewayVpcAttachments"]:
        row |= values


@pytest.mark.parametrize(
    ("change", "known"),
    [
        (every_attachment("associated"), True),
        (every_attachment("associated", "tgw-rtb-02"), True),
        (every_attachment("disassociating"), False),
        (every_attachment("", "tgw-rtb-02"), False),  # two tables, and no file says which one
        (without("transit-gateway-route-tables.json"), False),
        (without("transit-gateway-vpc-attachments.json"), False),
        (without("tgw-routes.json"), False),
        (in_another_zone, False),
        (lambda files: attachments(files, State="deleting"), False),
        (lambda files: attachments(files, State="something-new"), False),
        (lambda files: attachments(files, SubnetIds=[]), False),
        (lambda files: searched(files).clear(), False),
        (lambda files: searched(files)[0].update(State="blackhole"), False),
        (lambda files: searched(files)[0].update(State="something-new"), False),
        (lambda files: searched(files).append(route("0.0.0.0/0", "vpn", ResourceType="vpn")), True),
        (lambda files: searched(files).append(route("203.0.113.0/24", "v", ResourceType="vpn")), False),
        (lambda files: searched(files).append({"PrefixListId": "pl-1", "State": "active"}), False),
        (lambda files: files["tgw-routes.json"]["Output"].update(AdditionalRoutesAvailable=True), False),
    ],
)  # fmt: skip
def test_a_way_is_known_only_where_the_files_tell_all_of_it(tmp_path, change, known):
    answer = asked(tmp_path, change)
    assert answer.reachable is (False if known else None)
    if not known:
        assert TGW in words(answer)


def test_the_answer_has_reachability_analyzers_shape_too(tmp_path):
    answer = asked(tmp_path)
    assert answer.as_json()["NetworkPathFound"] is False
    assert analysis(answer.vpc, False, answer.forward, answer.back, answer.blockers, ())
