"""Networks made by boto3 calls on moto, and written as the AWS CLI writes them.

moto simulates AWS in this process.

`write(folder, make)` calls `make(Cloud())` and leaves a folder of JSON files. No network is used
and no credentials. moto draws ids from a generator that has a seed here, so a network has the same
ids every time. Where moto writes what AWS never does (an address outside its subnet, ...) the
answers are put right: see `_as_aws`.
"""

import json
import os
from contextlib import contextmanager
from datetime import datetime
from functools import cache

from rigs import aws_networks

_MADE = {}
REGION = "us-east-1"
EC2 = {
    "describe_vpcs": "Vpcs",
    "describe_subnets": "Subnets",
    "describe_route_tables": "RouteTables",
    "describe_security_groups": "SecurityGroups",
    "describe_network_acls": "NetworkAcls",
    "describe_internet_gateways": "InternetGateways",
    "describe_nat_gateways": "NatGateways",
    "describe_instances": "Reservations",
    "describe_network_interfaces": "NetworkInterfaces",
    "describe_addresses": "Addresses",
    "describe_vpc_peering_connections": "VpcPeeringConnections",
    "describe_vpc_endpoints": "VpcEndpoints",
}


@cache
def _session():
    """One session, which reads the service models once."""
    import boto3

    return boto3.Session(region_name=REGION)


class Cloud:
    """Clients, and the calls that every network needs."""

    def __init__(self):
        self.ec2, self.elbv2, self.elb = map(_session().client, ("ec2", "elbv2", "elb"))

    def vpc(self, cidr):
        return self.ec2.create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"]

    def subnet(self, vpc, cidr, zone="a"):
        made = self.ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=REGION + zone)
        return made["Subnet"]["SubnetId"]

    def gateway(self, vpc):
        gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        return gateway

    def table(self, vpc, subnet, *routes):
        """A route table for a subnet; routes are (destination, field, target)."""
        table = self.ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        self.ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
        for destination, field, target in routes:
            self.ec2.create_route(
                RouteTableId=table, DestinationCidrBlock=destination, **{field: target}
            )
        return table

    def group(self, vpc, name, *rules):
        """A group with inbound rules, each (port, CIDR block or group)."""
        group = self.ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)[
            "GroupId"
        ]
        for port, peer in rules:
            side = (
                {"UserIdGroupPairs": [{"GroupId": peer}]}
                if peer.startswith("sg-")
                else {"IpRanges": [{"CidrIp": peer}]}
            )
            self.ec2.authorize_security_group_ingress(
                GroupId=group,
                IpPermissions=[{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **side}],
            )
        return group

    def instance(self, subnet, group, address, public=False):
        made = self.ec2.run_instances(
            ImageId="ami-12c6146b",
            MinCount=1,
            MaxCount=1,
            NetworkInterfaces=[
                {
                    "DeviceIndex": 0,
                    "SubnetId": subnet,
                    "Groups": [group],
                    "PrivateIpAddress": address,
                    "AssociatePublicIpAddress": False,
                }
            ],
        )
        instance = made["Instances"][0]["InstanceId"]
        if public:
            allocation = self.ec2.allocate_address(Domain="vpc")["AllocationId"]
            self.ec2.associate_address(AllocationId=allocation, InstanceId=instance)
        return instance

    def interface_of(self, instance):
        found = self.ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][
            0
        ]
        return found["NetworkInterfaces"][0]["NetworkInterfaceId"]

    def public_of(self, instance):
        found = self.ec2.describe_addresses(
            Filters=[{"Name": "instance-id", "Values": [instance]}]
        )["Addresses"]
        return found[0]["PublicIp"]

    def dns_of(self, arn):
        return self.elbv2.describe_load_balancers(LoadBalancerArns=[arn])["LoadBalancers"][0][
            "DNSName"
        ]

    def nat_gateway(self, subnet):
        allocation = self.ec2.allocate_address(Domain="vpc")["AllocationId"]
        return self.ec2.create_nat_gateway(SubnetId=subnet, AllocationId=allocation)["NatGateway"][
            "NatGatewayId"
        ]

    def balancer(
        self,
        vpc,
        kind,
        subnets,
        targets,
        port=80,
        target_port=80,
        groups=(),
        scheme="internet-facing",
    ):
        """A load balancer of the second generation; its ARN.

        It has one listener and one target group.
        """
        words = {"SecurityGroups": list(groups)} if groups else {}
        made = self.elbv2.create_load_balancer(
            Name="web", Subnets=subnets, Type=kind, Scheme=scheme, **words
        )
        arn, protocol = (
            made["LoadBalancers"][0]["LoadBalancerArn"],
            {"network": "TCP", "application": "HTTP"}[kind],
        )
        group = self.elbv2.create_target_group(
            Name="web", Protocol=protocol, Port=target_port, VpcId=vpc, TargetType="instance"
        )["TargetGroups"][0]["TargetGroupArn"]
        self.elbv2.register_targets(
            TargetGroupArn=group, Targets=[{"Id": target} for target in targets]
        )
        self.elbv2.create_listener(
            LoadBalancerArn=arn,
            Protocol=protocol,
            Port=port,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
        )
        return arn

    def describe(self):
        """Every answer, by a name for its file."""
        answers = {call: {key: getattr(self.ec2, call)()[key]} for call, key in EC2.items()}
        lists = self.ec2.describe_managed_prefix_lists()["PrefixLists"]
        answers["prefix_lists"] = {"PrefixLists": lists}
        balancers = self.elbv2.describe_load_balancers()["LoadBalancers"]
        groups = self.elbv2.describe_target_groups()["TargetGroups"]
        answers["load_balancers"] = {"LoadBalancers": balancers}
        answers["target_groups"] = {"TargetGroups": groups}
        answers["listeners"] = {
            "Listeners": [
                row
                for one in balancers
                for row in self.elbv2.describe_listeners(LoadBalancerArn=one["LoadBalancerArn"])[
                    "Listeners"
                ]
            ]
        }
        answers["rules"] = {
            "Rules": [
                row
                for one in answers["listeners"]["Listeners"]
                for row in self.elbv2.describe_rules(ListenerArn=one["ListenerArn"])["Rules"]
            ]
        }
        answers["classic"] = {
            "LoadBalancerDescriptions": self.elb.describe_load_balancers()[
                "LoadBalancerDescriptions"
            ]
        }
        wrapped = [
            (
                row["PrefixListId"],
                self.ec2.get_managed_prefix_list_entries(PrefixListId=row["PrefixListId"]),
            )
            for row in lists
        ]
        for row in groups:
            arn = row["TargetGroupArn"]
            wrapped += [
                (arn, self.elbv2.describe_target_health(TargetGroupArn=arn)),
                (arn, self.elbv2.describe_target_group_attributes(TargetGroupArn=arn)),
            ]
        for row in balancers:
            arn = row["LoadBalancerArn"]
            wrapped.append((arn, self.elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn)))
        for row in answers["classic"]["LoadBalancerDescriptions"]:
            name = row["LoadBalancerName"]
            wrapped.append(
                (name, self.elb.describe_load_balancer_attributes(LoadBalancerName=name))
            )
        answers["wrapped"] = [
            {
                "For": subject,
                "Output": {
                    key: value for key, value in answer.items() if key != "ResponseMetadata"
                },
            }
            for subject, answer in wrapped
        ]
        return answers


def made(name, folders):
    """The folder of a network of `aws_networks` and what was planted there, made once.

    folders: a tmp_path_factory.
    """
    if name not in _MADE:
        folder = folders.mktemp(name)
        _MADE[name] = folder, write(folder, getattr(aws_networks, name))
    return _MADE[name]


@contextmanager
def opened(make):
    """A cloud in which a network was made, as long as the block lasts; and what `make` returned."""
    os.environ.update(
        {
            f"AWS_{word}": "testing"
            for word in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")
        }
    )
    os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = (
        "false"  # a third of the time, and nobody asks for an image
    )
    from moto import mock_aws
    from moto.moto_api._internal import mock_random

    with mock_aws(config={"core": {"reset_boto3_session": True}}):
        mock_random.seed(make.__name__)
        cloud = Cloud()
        for row in cloud.ec2.describe_vpcs()[
            "Vpcs"
        ]:  # moto begins with a default VPC and its subnets
            for subnet in cloud.ec2.describe_subnets(
                Filters=[{"Name": "vpc-id", "Values": [row["VpcId"]]}]
            )["Subnets"]:
                cloud.ec2.delete_subnet(SubnetId=subnet["SubnetId"])
            cloud.ec2.delete_vpc(VpcId=row["VpcId"])
        yield cloud, make(cloud)


def described(folder, cloud):
    """Write the files of a cloud; moto's words and those of AWS that stand in their place."""
    answers = cloud.describe()
    words = list(_as_aws(answers))
    for name, answer in answers.items():
        (folder / f"{name}.json").write_text(
            _replaced(json.dumps(answer, indent=4, default=_plain), words), encoding="utf-8"
        )
    return words


def write(folder, make):
    """Make a network and write its files; what `make` returned."""
    with opened(make) as (cloud, made):
        words = described(folder, cloud)
    return json.loads(_replaced(json.dumps(made), words))


def _replaced(text, words):
    for old, new in words:
        text = text.replace(old, new)
    return text


def _as_aws(answers):
    """Words of moto's and what stands there at AWS; an endpoint's interface is changed in place.

    moto draws private addresses of NAT gateways and endpoints outside their subnets and public
    addresses from 127.0.0.0/8, writes `app` in the ARN of a Network Load Balancer, and an
    endpoint's interface as a loose one.
    """
    blocks = {row["SubnetId"]: row["CidrBlock"] for row in answers["describe_subnets"]["Subnets"]}
    for row in answers["describe_nat_gateways"]["NatGateways"]:
        for at in row["NatGatewayAddresses"]:
            yield f'"{at["PrivateIp"]}"', f'"{blocks[row["SubnetId"]].rpartition(".")[0]}.200"'
    for number, row in enumerate(answers["describe_addresses"]["Addresses"], 10):
        yield f'"{row["PublicIp"]}"', f'"198.51.100.{number}"'
    for row in answers["load_balancers"]["LoadBalancers"]:
        if row["Type"] == "network":
            end = row["LoadBalancerArn"].partition(":loadbalancer/app/")[2]
            yield from ((f"/app/{end}{close}", f"/net/{end}{close}") for close in ('"', "/"))
    _unused(answers)
    interfaces = {
        row["NetworkInterfaceId"]: row
        for row in answers["describe_network_interfaces"]["NetworkInterfaces"]
    }
    for row in answers["describe_vpc_endpoints"]["VpcEndpoints"]:
        for name in row["NetworkInterfaceIds"]:
            own = interfaces[name]
            own |= {
                "InterfaceType": "vpc_endpoint",
                "Description": f"VPC Endpoint Interface {row['VpcEndpointId']}",
                "Status": "in-use",
                "Groups": row["Groups"],
            }
            yield (
                f'"{own["PrivateIpAddress"]}"',
                f'"{blocks[own["SubnetId"]].rpartition(".")[0]}.201"',
            )


def _unused(answers):
    """A target in a zone that is not enabled for its balancer gets nothing: moto says healthy."""
    zones = {
        instance["InstanceId"]: instance["Placement"]["AvailabilityZone"]
        for row in answers["describe_instances"]["Reservations"]
        for instance in row["Instances"]
    }
    enabled = {
        row["LoadBalancerArn"]: {zone["ZoneName"] for zone in row["AvailabilityZones"]}
        for row in answers["load_balancers"]["LoadBalancers"]
    }
    users = {
        row["TargetGroupArn"]: [enabled[arn] for arn in row["LoadBalancerArns"]]
        for row in answers["target_groups"]["TargetGroups"]
    }
    for one in answers["wrapped"]:
        for row in one["Output"].get("TargetHealthDescriptions", ()):
            zone = zones.get(row["Target"]["Id"])
            if zone and not any(zone in names for names in users[one["For"]]):
                row["TargetHealth"] = {"State": "unused", "Reason": "Target.NotInUse"}


def _plain(value):
    return value.isoformat() if isinstance(value, datetime) else str(value)
