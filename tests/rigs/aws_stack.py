"""The kit's CloudFormation template, carried out by boto3 calls on moto.

moto's own CloudFormation drops properties that decide about packets (an instance's groups, the
source/destination check, a group's rules out, the type of a load balancer), so the calls are made
here: one function for each type of resource. What moto cannot make at all is in LACKING.
"""

from pathlib import Path

TEMPLATE = Path(__file__).parent.parent / "on_aws" / "template.yaml"
GIVEN = {"KeyName": "key", "SshFrom": "192.0.2.9/32"}
IMAGE = "ami-12c6146b"
LACKING = {
    "AWS::EC2::InstanceConnectEndpoint": "moto has no such call; ssh comes in by it, and the model does not need it",
}
FUNCTIONS = {"Ref", "Condition"}


def template():
    """The template's parts, read as cfn-lint reads them."""
    from cfnlint.decode import decode

    found, wrong = decode(str(TEMPLATE))
    assert not wrong, wrong
    return found


class Stack:
    """The resources of a template, each made when it is first asked for."""

    def __init__(self, cloud, parts, **parameters):
        self.cloud, self.parts = cloud, parts
        self.parameters = {
            name: row.get("Default") for name, row in parts["Parameters"].items()
        } | {"Image": IMAGE, **GIVEN, **parameters}
        self.made = {}
        for name in parts["Resources"]:
            self.resource(name)

    def outputs(self):
        """What the stack would tell."""
        return {name: self.value(row["Value"]) for name, row in self.parts["Outputs"].items()}

    def resource(self, name):
        """The attributes of a resource, "" its id; none where its condition is false."""
        if name not in self.made:
            row = self.parts["Resources"][name]
            kind, condition = row["Type"], row.get("Condition")
            wanted = kind not in LACKING and (not condition or self.condition(condition))
            for other in [row.get("DependsOn", [])] if wanted else []:
                for needed in [other] if isinstance(other, str) else other:
                    self.resource(needed)
            words = self.value(row.get("Properties", {})) if wanted else {}
            self.made[name] = MAKERS[kind](self.cloud, words) if wanted else {}
        return self.made[name]

    def condition(self, name):
        return self.value(self.parts["Conditions"][name])

    def value(self, node):
        """A part of the template with its functions carried out."""
        if isinstance(node, list):
            return [word for word in map(self.value, node) if word is not None]
        if not isinstance(node, dict):
            return node
        (name, word), *more = list(node.items()) or [("", None)]
        if more or not (name in FUNCTIONS or name.startswith("Fn::")):
            found = {key: self.value(part) for key, part in node.items()}
            return {key: part for key, part in found.items() if part is not None}
        if name == "Ref":
            known = {"AWS::NoValue": None} | self.parameters
            return known[word] if word in known else self.resource(word)[""]
        if name == "Condition":
            return self.condition(word)
        if name == "Fn::If":
            return self.value(word[1 if self.condition(word[0]) else 2])
        if name == "Fn::GetAtt":
            return self.resource(word[0])[word[1]]
        if name == "Fn::Sub":
            before, _, rest = word.partition("${")
            inner, _, after = rest.partition("}")
            return before + self.value({"Ref": inner}) + after
        words = self.value(word)
        return {
            "Fn::Equals": lambda: words[0] == words[1],
            "Fn::And": lambda: all(words),
            "Fn::Or": lambda: any(words),
            "Fn::Not": lambda: not words[0],
            "Fn::Select": lambda: words[1][int(words[0])],
            "Fn::GetAZs": lambda: ["us-east-1a", "us-east-1b"],
            "Fn::Base64": lambda: words,
        }[name]()


def tagged(kind, words):
    tags = words.pop("Tags", [])
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": tags}]} if tags else {}


def vpc(cloud, words):
    words.pop("EnableDnsHostnames", None)
    made = cloud.ec2.create_vpc(**tagged("vpc", words), **words)["Vpc"]["VpcId"]
    return {"": made}


def internet_gateway(cloud, words):
    return {"": cloud.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]}


def attachment(cloud, words):
    cloud.ec2.attach_internet_gateway(**words)
    return {"": "attached"}


def subnet(cloud, words):
    public = words.pop("MapPublicIpOnLaunch", False)
    made = cloud.ec2.create_subnet(**tagged("subnet", words), **words)["Subnet"]["SubnetId"]
    if public:
        cloud.ec2.modify_subnet_attribute(SubnetId=made, MapPublicIpOnLaunch={"Value": True})
    return {"": made}


def route_table(cloud, words):
    made = cloud.ec2.create_route_table(**tagged("route-table", words), **words)
    return {"": made["RouteTable"]["RouteTableId"]}


def route(cloud, words):
    cloud.ec2.create_route(**words)
    return {"": "route"}


def association(cloud, words):
    cloud.ec2.associate_route_table(**words)
    return {"": "associated"}


def permission(rule):
    """A rule of CloudFormation as a permission of the API."""
    group = rule.get("SourceSecurityGroupId") or rule.get("DestinationSecurityGroupId")
    peer = (
        {"UserIdGroupPairs": [{"GroupId": group}]}
        if group
        else {"IpRanges": [{"CidrIp": rule["CidrIp"]}]}
    )
    return {key: rule[key] for key in ("IpProtocol", "FromPort", "ToPort")} | peer


def group(cloud, words):
    name = words["GroupDescription"]
    made = cloud.ec2.create_security_group(
        GroupName=name.removeprefix("sg-"), Description=name, VpcId=words["VpcId"]
    )["GroupId"]
    for rule in words.get("SecurityGroupIngress", []):
        ingress(cloud, {"GroupId": made, **rule})
    out = words.get("SecurityGroupEgress", [])
    if out:  # else the rule that lets everything out stays
        everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        cloud.ec2.revoke_security_group_egress(GroupId=made, IpPermissions=[everything])
        cloud.ec2.authorize_security_group_egress(
            GroupId=made, IpPermissions=list(map(permission, out))
        )
    return {"": made, "GroupId": made}


def ingress(cloud, words):
    cloud.ec2.authorize_security_group_ingress(
        GroupId=words["GroupId"], IpPermissions=[permission(words)]
    )
    return {"": "rule"}


def instance(cloud, words):
    check = words.pop("SourceDestCheck", True)
    words = {**words, **tagged("instance", words)}
    words.pop("Tags", None)
    made = cloud.ec2.run_instances(MinCount=1, MaxCount=1, **words)["Instances"][0]["InstanceId"]
    if not check:
        cloud.ec2.modify_network_interface_attribute(
            NetworkInterfaceId=cloud.interface_of(made), SourceDestCheck={"Value": False}
        )
    told = cloud.ec2.describe_instances(InstanceIds=[made])["Reservations"][0]["Instances"][0]
    return {"": made, "PublicIp": told.get("PublicIpAddress", "")}


def address(cloud, words):
    host = words.pop("InstanceId", None)
    made = cloud.ec2.allocate_address(**words)
    if host:
        cloud.ec2.associate_address(AllocationId=made["AllocationId"], InstanceId=host)
    return {"": made["PublicIp"], "AllocationId": made["AllocationId"]}


def nat_gateway(cloud, words):
    made = cloud.ec2.create_nat_gateway(**tagged("natgateway", words), **words)
    return {"": made["NatGateway"]["NatGatewayId"]}


def classic(cloud, words):
    check, hosts = words.pop("HealthCheck"), words.pop("Instances")
    for listener in words["Listeners"]:
        listener |= {key: int(listener[key]) for key in ("LoadBalancerPort", "InstancePort")}
    made = cloud.elb.create_load_balancer(LoadBalancerName="web", **words)
    numbers = {key: value if key == "Target" else int(value) for key, value in check.items()}
    cloud.elb.configure_health_check(LoadBalancerName="web", HealthCheck=numbers)
    cloud.elb.register_instances_with_load_balancer(
        LoadBalancerName="web", Instances=[{"InstanceId": host} for host in hosts]
    )
    return {"": "web", "DNSName": made["DNSName"]}


def balancer(cloud, words):
    made = cloud.elbv2.create_load_balancer(Name="web", **words)["LoadBalancers"][0]
    return {"": made["LoadBalancerArn"], "DNSName": made["DNSName"]}


def target_group(cloud, words):
    targets = words.pop("Targets")
    made = cloud.elbv2.create_target_group(Name="web", **words)["TargetGroups"][0]
    cloud.elbv2.register_targets(TargetGroupArn=made["TargetGroupArn"], Targets=targets)
    return {"": made["TargetGroupArn"]}


def listener(cloud, words):
    return {"": cloud.elbv2.create_listener(**words)["Listeners"][0]["ListenerArn"]}


MAKERS = {
    "AWS::EC2::VPC": vpc,
    "AWS::EC2::InternetGateway": internet_gateway,
    "AWS::EC2::VPCGatewayAttachment": attachment,
    "AWS::EC2::Subnet": subnet,
    "AWS::EC2::RouteTable": route_table,
    "AWS::EC2::Route": route,
    "AWS::EC2::SubnetRouteTableAssociation": association,
    "AWS::EC2::SecurityGroup": group,
    "AWS::EC2::SecurityGroupIngress": ingress,
    "AWS::EC2::Instance": instance,
    "AWS::EC2::EIP": address,
    "AWS::EC2::NatGateway": nat_gateway,
    "AWS::ElasticLoadBalancing::LoadBalancer": classic,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": balancer,
    "AWS::ElasticLoadBalancingV2::TargetGroup": target_group,
    "AWS::ElasticLoadBalancingV2::Listener": listener,
}
