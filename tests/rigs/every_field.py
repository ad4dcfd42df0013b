"""Every field of the AWS CLI's answers, changed one by one in a network that works.

A field is named by its kind and its path, list indices left out: `Vpcs.CidrBlockAssociationSet.
CidrBlock`. The network is the example, with a Network and a Classic Load Balancer, another VPC that
is peered, an endpoint, and the files of the same things that the example does without.
"""

import json
import tempfile
from pathlib import Path

from vpcedu import aws
from vpcedu.analysis.answer import judged
from vpcedu.analysis.plays import Plays
from vpcedu.analysis.question import Question
from vpcedu.aws.fields import IDS, SUBJECTLESS

WEB, OTHER, DB, BASTION = (f"i-0e11f22a33b44000{n}" for n in (1, 2, 3, 4))
VPC, FAR = "vpc-0a11b22c33d440001", "vpc-0a11b22c33d440009"
ARN = "arn:aws:elasticloadbalancing:eu-west-1:123456789012"
NLB = f"{ARN}:loadbalancer/net/inner/0123456789abcdef"
GROUP = f"{ARN}:targetgroup/inner/0123456789abcdef"
S3, LINK = "vpce-0a11b22c33d440001", "pcx-0a11b22c33d440001"
QUESTIONS = (
    ("internet", "shop", 80),
    ("internet", "shop", 443),
    ("internet", BASTION, 22),
    ("192.0.2.1", BASTION, 22),
    (BASTION, WEB, 22),
    (WEB, DB, 5432),
    (WEB, "internet", 443),
    (OTHER, "internet", 443),
    (BASTION, "inner", 8080),
    (BASTION, "old", 80),
    (BASTION, "10.30.0.10", 22),
    (WEB, "52.216.0.9", 443),
    (WEB, "10.99.0.5", 443),
    (BASTION, "inner.example.com", 8080),
    (BASTION, "old.example.com", 80),
)


def rich():
    """The files of the network by name."""
    folder = aws.example()
    told = {
        file.name: json.loads(file.read_text(encoding="utf-8"))
        for file in sorted(folder.glob("*.json"))
    }
    one, other = (row["SubnetId"] for row in told["subnets.json"]["Subnets"][:2])  # of two zones
    told["load-balancers.json"]["LoadBalancers"].append(
        {
            "LoadBalancerArn": NLB, "LoadBalancerName": "inner", "Type": "network", "Scheme": "internal",
            "VpcId": VPC, "DNSName": "inner.example.com", "SecurityGroups": [],
            "State": {"Code": "active"}, "AvailabilityZones": [{"SubnetId": one}],
        }
    )  # fmt: skip
    told["listeners.json"]["Listeners"].append(
        {
            "ListenerArn": NLB.replace(":loadbalancer/", ":listener/") + "/1", "LoadBalancerArn": NLB,
            "Port": 8080, "Protocol": "TCP",
            "DefaultActions": [{"Type": "forward", "TargetGroupArn": GROUP}],
        }
    )  # fmt: skip
    told["target-groups.json"]["TargetGroups"].append(
        {"TargetGroupArn": GROUP, "TargetGroupName": "inner", "Protocol": "TCP", "Port": 22,
         "TargetType": "instance"}
    )  # fmt: skip
    told["target-health.json"].append(
        {"For": GROUP, "Output": {"TargetHealthDescriptions": [
            {"Target": {"Id": WEB, "Port": 22}, "TargetHealth": {"State": "healthy"}}]}}
    )  # fmt: skip
    told["attributes.json"] += [
        {"For": NLB, "Output": {"Attributes": [
            {"Key": "deletion_protection.enabled", "Value": "false"},
            {"Key": "load_balancing.cross_zone.enabled", "Value": "false"}]}},
        {"For": GROUP, "Output": {"Attributes": [
            {"Key": "preserve_client_ip.enabled", "Value": "true"},
            {"Key": "proxy_protocol_v2.enabled", "Value": "false"}]}},
    ]  # fmt: skip
    told["classic.json"] = {"LoadBalancerDescriptions": [{
        "LoadBalancerName": "old", "DNSName": "old.example.com", "VPCId": VPC, "Scheme": "internal",
        "Subnets": [other], "SecurityGroups": ["sg-0c11d22e33f440001"], "Instances": [{"InstanceId": WEB}],
        "BackendServerDescriptions": [{"InstancePort": 8080, "PolicyNames": []}],
        "ListenerDescriptions": [{"Listener": {"Protocol": "TCP", "LoadBalancerPort": 80,
                                               "InstanceProtocol": "TCP", "InstancePort": 8080}}],
    }]}  # fmt: skip
    told["classic-attributes.json"] = {"For": "old", "Output": {"LoadBalancerAttributes": {
        "CrossZoneLoadBalancing": {"Enabled": True}, "ConnectionSettings": {"IdleTimeout": 60}}}}  # fmt: skip
    _second_vpc(told)
    return told


def _second_vpc(told):
    """A peered VPC with one host, and a gateway endpoint of the first VPC."""
    told["vpcs.json"]["Vpcs"].append(
        {"VpcId": FAR, "CidrBlock": "10.30.0.0/16", "State": "available"}
    )
    told["subnets.json"]["Subnets"].append(
        {
            "SubnetId": "subnet-far",
            "VpcId": FAR,
            "CidrBlock": "10.30.0.0/24",
            "AvailabilityZone": "eu-west-1a",
        }
    )
    told["network-acls.json"]["NetworkAcls"].append(
        {"NetworkAclId": "acl-far", "VpcId": FAR, "IsDefault": True, "Associations": [{"SubnetId": "subnet-far"}],
         "Entries": [{"RuleNumber": 100, "Protocol": "-1", "RuleAction": "allow", "Egress": egress,
                      "CidrBlock": "0.0.0.0/0"} for egress in (True, False)]}
    )  # fmt: skip
    told["security-groups.json"]["SecurityGroups"].append(
        {"GroupId": "sg-far", "GroupName": "far", "VpcId": FAR,
         "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22,
                            "IpRanges": [{"CidrIp": "10.20.0.0/16"}]}],
         "IpPermissionsEgress": []}
    )  # fmt: skip
    told["network-interfaces.json"]["NetworkInterfaces"].append(
        {"NetworkInterfaceId": "eni-far", "SubnetId": "subnet-far", "VpcId": FAR, "PrivateIpAddress": "10.30.0.10",
         "Groups": [{"GroupId": "sg-far"}], "InterfaceType": "interface", "SourceDestCheck": True,
         "Status": "in-use", "Attachment": {"InstanceId": "i-far", "DeviceIndex": 0, "Status": "attached"}}
    )  # fmt: skip
    told["instances.json"]["Reservations"].append(
        {"ReservationId": "r-far", "Instances": [{"InstanceId": "i-far", "State": {"Name": "running"},
                                                  "SubnetId": "subnet-far", "VpcId": FAR}]}
    )  # fmt: skip
    told["vpc-peering-connections.json"] = {"VpcPeeringConnections": [{
        "VpcPeeringConnectionId": LINK, "Status": {"Code": "active"},
        "RequesterVpcInfo": {"VpcId": VPC, "CidrBlock": "10.20.0.0/16"},
        "AccepterVpcInfo": {"VpcId": FAR, "CidrBlock": "10.30.0.0/16"}}]}  # fmt: skip
    told["route-tables.json"]["RouteTables"].append(
        {"RouteTableId": "rtb-far", "VpcId": FAR, "Associations": [{"Main": True, "RouteTableId": "rtb-far"}],
         "Routes": [{"DestinationCidrBlock": "10.30.0.0/16", "GatewayId": "local", "State": "active"},
                    {"DestinationCidrBlock": "10.20.0.0/16", "VpcPeeringConnectionId": LINK, "State": "active"}]}
    )  # fmt: skip
    told["prefix-lists.json"]["PrefixLists"].append(
        {
            "PrefixListId": "pl-s3",
            "PrefixListName": "com.amazonaws.eu-west-1.s3",
            "AddressFamily": "IPv4",
        }
    )
    told["prefix-list-entries.json"] = [
        *_listed(told["prefix-list-entries.json"]),
        {"For": "pl-s3", "Output": {"Entries": [{"Cidr": "52.216.0.0/15"}]}},
    ]
    tables = [row["RouteTableId"] for row in told["route-tables.json"]["RouteTables"][:-1]]
    for table in told["route-tables.json"]["RouteTables"][:-1]:
        table["Routes"] += [
            {
                "DestinationCidrBlock": "10.30.0.0/16",
                "VpcPeeringConnectionId": LINK,
                "State": "active",
            },
            {"DestinationPrefixListId": "pl-s3", "GatewayId": S3, "State": "active"},
        ]
    told["route-tables.json"]["RouteTables"][2]["Routes"].append(
        {"DestinationCidrBlock": "10.99.0.0/16", "TransitGatewayId": "tgw-9", "State": "active"}
    )
    told["vpc-endpoints.json"] = {"VpcEndpoints": [{
        "VpcEndpointId": S3, "VpcEndpointType": "Gateway", "VpcId": VPC, "State": "available",
        "ServiceName": "com.amazonaws.eu-west-1.s3", "RouteTableIds": tables}]}  # fmt: skip


def _listed(value):
    return value if isinstance(value, list) else [value]


def load(told):
    """The account of the files, or the words of the refusal."""
    with tempfile.TemporaryDirectory() as folder:
        for name, answer in told.items():
            (Path(folder) / name).write_text(json.dumps(answer), encoding="utf-8")
        try:
            return aws.load(folder)
        except aws.LoadError as error:
            return str(error)


def fingerprint(account):
    """What is answered: every question's verdict and reasons, in every VPC."""
    if isinstance(account, str):
        return account
    found = []
    plays = Plays()
    for source, destination, port in QUESTIONS:
        try:
            vpc = account.vpc(VPC)
            answer = judged(plays, vpc, Question(source, destination, port))
        except ValueError as error:
            found.append(str(error))
            continue
        found.append(
            (answer.verdict, answer.unknown, answer.assumptions, answer.rows, answer.states)
        )
    return found


def described(account):
    """All that an answer could depend on: as long as it is the same, so are the answers."""
    return account if isinstance(account, str) else account.vpcs


def kinds(told):
    """The rows of each kind: (kind, row)."""
    for answer in told.values():
        for one in _listed(answer):
            one = one.get("Output", one)
            for kind, rows in one.items():
                if kind == "Reservations":
                    for row in rows:
                        yield kind, row
                        yield from (("Instances", inner) for inner in row["Instances"])
                elif kind in IDS or kind in SUBJECTLESS:
                    yield from ((kind, row) for row in _listed(rows))


def leaves(kind, row):
    """Every field of a row: its name, the object that it is in, and its key."""
    for key, value in row.items():
        name = f"{kind}.{key}"
        if name == "Reservations.Instances":  # a kind of their own
            continue
        yield name, row, key
        for inner in _listed(value):
            if isinstance(inner, dict):
                yield from leaves(name, inner)


# other words that AWS writes into a field, by its name
WORDS = {
    "State": ("blackhole", "failed", "disassociated"),
    "Status": ("failed", "available"),
    "ConnectivityType": ("private",),
    "Protocol": ("HTTPS", "UDP"),
    "InstanceProtocol": ("HTTPS",),
    "InterfaceType": ("transit_gateway",),
    "AddressFamily": ("IPv6",),
    "IpAddressType": ("dualstack",),
    "ProtocolVersion": ("GRPC",),
    "Value": ("false", "true", "60"),
}


def others(key, value):
    """Other values that a field could have."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, 0]
    if isinstance(value, str) and value.isdecimal():
        return [str(int(value) + 1)]
    if isinstance(value, str) and value.count(".") == 3 and "/" not in value:
        head, _, last = value.rpartition(".")
        return [f"{head}.{(int(last) + 1) % 250}"] if last.isdecimal() else ["other"]
    if isinstance(value, str):
        return [*WORDS.get(key, ()), "other"]
    return []
