"""Features of 2024 to 2026 that files already hold, each in a small network that works without it.

FEATURES: what the files hold, what AWS does, a question, the verdicts that are honest, and how the
network of `whole` is changed. REFERENCE prints all but the last.
"""

from collections import namedtuple
from copy import deepcopy

from rigs.aws_shapes import ARN, group, interface, listener, network

Feature = namedtuple("Feature", "holds aws question honest change")
WORKS, DOES_NOT, SOMETIMES, UNKNOWN = "works", "does not", "sometimes", "unknown"
SHOP, WIRE, OUT = ("internet", "shop", 80), ("internet", "wire", 443), ("i-web", "internet", 443)
OPEN, LOST = (UNKNOWN,), (UNKNOWN, DOES_NOT)
RIGHT = (UNKNOWN, WORKS)


def whole():
    """A network of which nothing is unknown: the three questions above work."""
    answers = network()
    answers["wrapped"] += [
        {"For": row["TargetGroupArn"], "Output": {"Attributes": [{"Key": "slow_start.x", "Value": "0"}]}}
        for row in answers["TargetGroups"]
        if row["TargetGroupName"] == "shop"
    ]  # fmt: skip
    for row in answers["SecurityGroups"]:
        row["IpPermissions"] = [one for one in row["IpPermissions"] if not one.get("PrefixListIds")]
    return answers


def blocked(mode):
    def change(answers):
        states = {"BlockPublicAccessStates": {"InternetGatewayBlockMode": mode}}
        for row in (*answers["Vpcs"], *answers["Subnets"]):
            row |= states

    return change


def excluded(answers):
    blocked("block-bidirectional")(answers)
    answers["Subnets"][0]["BlockPublicAccessStates"] = {"InternetGatewayBlockMode": "off"}
    answers["VpcBlockPublicAccessExclusions"] = [
        {
            "ExclusionId": "vpcbpa-exclude-1",
            "InternetGatewayExclusionMode": "allow-bidirectional",
            "ResourceArn": "arn:aws:ec2:us-east-1:1:subnet/subnet-pub",
            "State": "create-complete",
        }
    ]


def encrypted(answers):
    answers["Vpcs"][0]["EncryptionControl"] = {"Mode": "enforce", "State": "available"}


def regional(table):
    def change(answers):
        row = answers["NatGateways"][0]
        del row["SubnetId"]
        row |= {"AvailabilityMode": "regional", **({"RouteTableId": "rtb-main"} if table else {})}
        answers["NetworkInterfaces"] = [
            one for one in answers["NetworkInterfaces"] if one["NetworkInterfaceId"] != "eni-nat"
        ]

    return change


def second_address(answers):
    answers["NatGateways"][0]["NatGatewayAddresses"].append(
        {"AllocationId": "eipalloc-2", "NetworkInterfaceId": "eni-nat", "PrivateIp": "10.0.0.21",
         "PublicIp": "198.51.100.21", "IsPrimary": False, "Status": "succeeded"}
    )  # fmt: skip


def node_addresses(answers):
    row = next(r for r in answers["NetworkInterfaces"] if r["NetworkInterfaceId"] == "eni-nlb")
    row["PrivateIpAddresses"].append({"Primary": False, "PrivateIpAddress": "10.0.0.41"})


def default(**action):
    def change(answers):
        answers["Listeners"][0]["DefaultActions"] = [action]

    return change


def transformed(answers):
    answers["Rules"][0] |= {
        "Actions": [{"Type": "forward", "TargetGroupArn": f"{ARN}:targetgroup/shop/1"}],
        "Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}}],
        "Transforms": [{"Type": "url-rewrite", "UrlRewriteConfig": {"Rewrites": []}}],
    }


def weighted(answers):
    arns = [f"{ARN}:targetgroup/{name}/1" for name in ("shop", "empty")]
    answers["TargetGroups"].append(
        group(arns[1], "empty", "HTTP", 80, answers["LoadBalancers"][0]["LoadBalancerArn"])
    )
    answers["wrapped"] += [
        {"For": arns[1], "Output": {"TargetHealthDescriptions": []}},
        {"For": arns[1], "Output": {"Attributes": [{"Key": "slow_start.x", "Value": "0"}]}},
    ]
    both = [{"TargetGroupArn": arn, "Weight": 1} for arn in arns]
    default(Type="forward", ForwardConfig={"TargetGroups": both})(answers)


def of_type(number, kind, target):
    def change(answers):
        row = answers["TargetGroups"][number]
        row["TargetType"] = kind
        for one in answers["wrapped"]:
            if one["For"] == row["TargetGroupArn"] and "TargetHealthDescriptions" in one["Output"]:
                for health in one["Output"]["TargetHealthDescriptions"]:
                    health["Target"]["Id"] = target

    return change


def of_envoy(answers):
    row = interface("eni-envoy", "subnet-pub", "10.0.0.60", ["sg-front"], "198.51.100.60",
                    Description="ELB envoy/mesh/1", RequesterManaged=True)  # fmt: skip
    answers["NetworkInterfaces"].append(row)


def inspected(answers):
    row = interface("eni-gwlbe", "subnet-pub", "10.0.0.61", (), InterfaceType="gateway_load_balancer_endpoint",
                    Description="VPC Endpoint Interface vpce-fw")  # fmt: skip
    answers["NetworkInterfaces"].append(row)
    answers["VpcEndpoints"].append(
        {"VpcEndpointId": "vpce-fw", "VpcEndpointType": "GatewayLoadBalancer", "VpcId": "vpc-1",
         "ServiceName": "com.amazonaws.vpce.us-east-1.vpce-svc-1", "State": "available",
         "NetworkInterfaceIds": ["eni-gwlbe"]}
    )  # fmt: skip
    route = {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "vpce-fw", "State": "active"}
    answers["RouteTables"][1]["Routes"][1] = route


def from_the_edge(answers):
    local = {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}
    route = {
        "DestinationCidrBlock": "10.0.0.0/24",
        "NetworkInterfaceId": "eni-db",
        "State": "active",
    }
    answers["RouteTables"].append(
        {"RouteTableId": "rtb-edge", "VpcId": "vpc-1", "Associations": [{"GatewayId": "igw-1"}],
         "Routes": [local, route]}
    )  # fmt: skip


def origin(answers):
    row = interface("eni-origin", "subnet-priv", "10.0.1.60", ["sg-web"], RequesterManaged=True,
                    InterfaceType="interface", Description="CloudFront managed ENI for VPC origin vo_1")  # fmt: skip
    answers["NetworkInterfaces"].append(row)


def lattice(answers):
    row = interface("eni-lattice", "subnet-priv", "10.0.1.61", [], InterfaceType="vpc_endpoint",
                    Description="VPC Endpoint Interface vpce-lattice")  # fmt: skip
    answers["NetworkInterfaces"].append(row)
    answers["VpcEndpoints"].append(
        {"VpcEndpointId": "vpce-lattice", "VpcEndpointType": "ServiceNetwork", "VpcId": "vpc-1",
         "ServiceNetworkArn": "arn:aws:vpc-lattice:us-east-1:1:servicenetwork/sn-1",
         "State": "available", "NetworkInterfaceIds": ["eni-lattice"]}
    )  # fmt: skip


def six_only(answers):
    answers["Subnets"].append(
        {"SubnetId": "subnet-six", "VpcId": "vpc-1", "Ipv6Native": True, "AvailabilityZone": "us-east-1a",
         "Ipv6CidrBlockAssociationSet": [{"Ipv6CidrBlock": "2001:db8::/64"}]}
    )  # fmt: skip
    six = interface("eni-six", "subnet-six", "", ["sg-web"], instance="i-six",
                    Ipv6Addresses=[{"Ipv6Address": "2001:db8::10"}])  # fmt: skip
    del six["PrivateIpAddress"]
    answers["NetworkInterfaces"].append(six | {"PrivateIpAddresses": []})


def datagrams(answers):
    arn = answers["LoadBalancers"][1]["LoadBalancerArn"]
    answers["Listeners"].append(listener(arn, "UDP", 5_514, f"{ARN}:targetgroup/wire/1"))


REDIRECT = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
FEATURES = (
    Feature("VPC Block Public Access, both directions", "drops what passes an Internet gateway", SHOP, (DOES_NOT,),
            blocked("block-bidirectional")),
    Feature("VPC Block Public Access, inbound", "drops connections from the Internet", SHOP, (DOES_NOT,),
            blocked("block-ingress")),
    Feature("an exclusion from Block Public Access", "lets the excluded subnet pass", SHOP, (WORKS,), excluded),
    Feature("encryption control, enforced", "refuses what is not encrypted in transit", SHOP, OPEN, encrypted),
    Feature("a regional NAT gateway", "translates as a zonal one does", OUT, (WORKS,), regional(False)),
    Feature("a regional NAT gateway with a route table of its own", "routes by that table", OUT, (WORKS,),
            regional(True)),
    Feature("more addresses of a NAT gateway", "spreads connections over them", OUT, RIGHT, second_address),
    Feature("more addresses of a Network Load Balancer's node", "uses them towards targets", WIRE, RIGHT,
            node_addresses),
    Feature("a rule that rewrites the URL", "passes the request on, with another URL", SHOP, RIGHT, transformed),
    Feature("a default action that redirects", "answers 301 itself", SHOP, (UNKNOWN, WORKS, DOES_NOT),
            default(Type="redirect", RedirectConfig=REDIRECT)),
    Feature("a default action with a fixed response", "answers 403 itself", SHOP, (UNKNOWN, WORKS, DOES_NOT),
            default(Type="fixed-response", FixedResponseConfig={"StatusCode": "403"})),
    Feature("weights, one of them for a group without targets", "answers half of all requests with 503", SHOP,
            (UNKNOWN, SOMETIMES), weighted),
    Feature("a target of type alb", "passes packets on to an Application Load Balancer", WIRE, LOST,
            of_type(1, "alb", f"{ARN}:loadbalancer/app/gone/1")),
    Feature("a target of type lambda", "calls a function, which no packet reaches", SHOP, OPEN,
            of_type(0, "lambda", "arn:aws:lambda:us-east-1:1:function:shop")),
    Feature("an interface of a load balancer of another kind", "does what no file tells",
            ("internet", "198.51.100.60", 80), LOST, of_envoy),
    Feature("a Gateway Load Balancer endpoint", "takes packets to an appliance", OUT, OPEN, inspected),
    Feature("a route table of the Internet gateway", "takes what enters to an appliance", SHOP, LOST,
            from_the_edge),
    Feature("an interface of a CloudFront VPC origin", "opens connections, and takes none",
            ("i-web", "eni-origin", 443), LOST, origin),
    Feature("an endpoint of VPC Lattice", "asks services that no file describes", ("i-web", "eni-lattice", 443),
            OPEN, lattice),
    Feature("a subnet with IPv6 alone", "has no address of IPv4", ("i-web", "i-six", 8_443), LOST, six_only),
    Feature("a UDP listener", "takes no TCP connection on this port", ("internet", "wire", 5_514), LOST, datagrams),
)  # fmt: skip


def made(feature):
    """The answers of the network with a feature."""
    answers = deepcopy(whole())
    feature.change(answers)
    return answers
