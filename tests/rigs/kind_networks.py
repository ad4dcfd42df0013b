"""Networks of each kind in which an answer once claimed more than its files knew.

NETWORKS: the kind, what its files hold, how the network of `whole` is changed, the question (its
host and path last), the verdicts that are honest, and what the answer says and never says. FOLDERS:
of files (H) and of audits (I), which are no question to one network of that shape.
"""

import gzip
import json
from collections import namedtuple
from copy import deepcopy

from rigs.aws_features import DOES_NOT, OUT, SHOP, SOMETIMES, UNKNOWN, WIRE, WORKS, whole
from rigs.aws_shapes import ANYWHERE, ARN, files, interface, tcp

Network = namedtuple("Network", "kind holds change question honest says never", defaults=((), ()))
Folder = namedtuple("Folder", "kind holds write words codes says never", defaults=((), ()))
KINDS = ("A", "A2", "A3", *"BCDEFGHIJKL")
TO_SHOP, TO_WIRE = (f"{ARN}:targetgroup/{name}/1" for name in ("shop", "wire"))
PLAIN = ("preserve_client_ip.enabled", "proxy_protocol_v2.enabled")


def row(answers, kind, field, name):
    return next(one for one in answers[kind] if one[field] == name)


def eni(answers, name):
    return row(answers, "NetworkInterfaces", "NetworkInterfaceId", name)


def outputs(answers, arn, key):
    return [
        one["Output"][key]
        for one in answers["wrapped"]
        if one["For"] == arn and key in one["Output"]
    ]


def targets(answers, arn, *rows, kind="ip"):
    """The targets of a group: (id, port, state and reason)."""
    row(answers, "TargetGroups", "TargetGroupArn", arn)["TargetType"] = kind
    for found in outputs(answers, arn, "TargetHealthDescriptions"):
        found[:] = [
            {"Target": {"Id": name, "Port": port}, "TargetHealth": health}
            for name, port, health in rows
        ]


def quiet(answers):
    """The group of wire passes packets on with nothing in front of them."""
    for found in outputs(answers, TO_WIRE, "Attributes"):
        found[:] = [{"Key": key, "Value": "false"} for key in PLAIN]


HEALTHY = {"State": "healthy"}


def instance(answers):
    return answers["Reservations"][0]["Instances"][0]


# A: set aside, then asserted


def signs_in(answers):
    answers["Listeners"][0]["DefaultActions"] = [
        {"Type": "authenticate-oidc", "Order": 1},
        {"Type": "forward", "Order": 2, "TargetGroupArn": TO_SHOP},
    ]


def by_header(answers):
    answers["Rules"][0]["Conditions"] = [
        {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X", "Values": ["y"]}}
    ]


def verifies(answers):
    answers["Listeners"][0] |= {"Protocol": "HTTPS", "MutualAuthentication": {"Mode": "verify"}}


def by_carrier(answers):
    answers["RouteTables"][1]["Routes"][1] = {
        "DestinationCidrBlock": ANYWHERE,
        "CarrierGatewayId": "cagw-1",
        "State": "active",
    }


def without(*kinds):
    def change(answers):
        for kind in kinds:
            del answers[kind]

    return change


def without_health(answers):
    answers["wrapped"] = [
        one for one in answers["wrapped"] if "TargetHealthDescriptions" not in one["Output"]
    ]


# A3: an address nobody described


def lone_address(answers):
    answers["Addresses"].append(
        {"PublicIp": "198.51.100.77", "AllocationId": "eipalloc-7", "Domain": "vpc"}
    )


# B: secondary addresses, delegated prefixes


def pods(answers):
    eni(answers, "eni-web")["Ipv4Prefixes"] = [{"Ipv4Prefix": "10.0.1.64/28"}]
    targets(answers, TO_WIRE, ("10.0.1.70", 8_443, HEALTHY))
    quiet(answers)


def second(answers):
    eni(answers, "eni-web")["PrivateIpAddresses"].append(
        {"Primary": False, "PrivateIpAddress": "10.0.1.48"}
    )


# C: states


def failed(answers):
    answers["NatGateways"][0] |= {"State": "failed", "FailureCode": "InsufficientFreeAddresses"}


def stopped(answers):
    instance(answers)["State"] = {"Code": 80, "Name": "stopped"}
    for arn, port in ((TO_SHOP, 8_080), (TO_WIRE, 8_443)):
        unused = {"State": "unused", "Reason": "Target.InvalidState"}
        targets(answers, arn, ("i-web", port, unused), kind="instance")


def stopping(answers):
    instance(answers)["State"] = {"Code": 64, "Name": "stopping"}


# D and E: the PROXY protocol, and the Classic balancer's network ACL


def classic(answers, policy="", acl_ports=(), protocol="TCP"):
    """A Classic balancer "old" in the private subnet, with its target in the same one."""
    answers["LoadBalancerDescriptions"] = [
        {
            "LoadBalancerName": "old",
            "DNSName": "old.elb.amazonaws.com",
            "VPCId": "vpc-1",
            "Scheme": "internal",
            "Subnets": ["subnet-priv"],
            "Instances": [{"InstanceId": "i-web"}],
            "SecurityGroups": ["sg-front"],
            "BackendServerDescriptions": [{"InstancePort": 8_080, "PolicyNames": [policy]}] * bool(policy),
            "ListenerDescriptions": [
                {"Listener": {"Protocol": protocol, "LoadBalancerPort": 80, "InstanceProtocol": protocol,
                              "InstancePort": 8_080}}
            ],
        }
    ]  # fmt: skip
    answers["wrapped"].append(
        {"For": "old", "Output": {"LoadBalancerAttributes": {"CrossZoneLoadBalancing": {"Enabled": True}}}}
    )  # fmt: skip
    if policy:
        told = {"AttributeName": "ProxyProtocol", "AttributeValue": "true"}
        answers["wrapped"].append(
            {"For": "old", "Output": {"PolicyDescriptions": [
                {"PolicyName": policy, "PolicyTypeName": "ProxyProtocolPolicyType",
                 "PolicyAttributeDescriptions": [told]}]}}
        )  # fmt: skip
    answers["NetworkInterfaces"].append(
        interface("eni-asker", "subnet-pub", "10.0.0.70", ["sg-front"], Description="a service")
    )
    if acl_ports:
        first, last = acl_ports
        answers["NetworkAcls"][0]["Entries"].append(
            {"CidrBlock": "10.0.1.0/24", "Egress": True, "Protocol": "6", "RuleAction": "deny",
             "RuleNumber": 10, "PortRange": {"From": first, "To": last}}
        )  # fmt: skip


OLD = ("eni-asker", "old", 80)


# F: one of several outcomes


def one_port_closed(answers):
    targets(answers, TO_SHOP, ("10.0.1.10", 8_080, HEALTHY), ("10.0.1.30", 9_999, HEALTHY))


def one_of_four(answers):
    rows = [("10.0.1.10", port, HEALTHY) for port in (8_443, 9_001, 9_002, 9_003)]
    targets(answers, TO_WIRE, *rows)
    quiet(answers)


# G: repairs


def no_way_out(answers):
    del answers["RouteTables"][1]["Routes"][1]


def nat_in_private(answers):
    answers["NatGateways"][0]["SubnetId"] = "subnet-priv"
    answers["NatGateways"][0]["NatGatewayAddresses"][0]["PrivateIp"] = "10.0.1.20"
    own = eni(answers, "eni-nat")
    own |= {"SubnetId": "subnet-priv", "PrivateIpAddress": "10.0.1.20"}
    own["PrivateIpAddresses"][0]["PrivateIpAddress"] = "10.0.1.20"


# J: two interfaces


def two_interfaces(answers):
    more = interface("eni-second", "subnet-pub", "10.0.0.90", ["sg-web"], instance="i-web")
    more["Attachment"]["DeviceIndex"] = 1
    answers["NetworkInterfaces"].append(more)


def second_as_target(answers):
    two_interfaces(answers)
    targets(answers, TO_WIRE, ("10.0.0.90", 8_443, HEALTHY))
    quiet(answers)


# K: what cannot be expressed, and other ends


def datagrams(answers):
    arn = row(answers, "LoadBalancers", "LoadBalancerName", "wire")["LoadBalancerArn"]
    one = deepcopy(row(answers, "Listeners", "LoadBalancerArn", arn))
    answers["Listeners"].append(one | {"ListenerArn": f"{arn}/53", "Protocol": "UDP", "Port": 53})


def only_ipv6(answers):
    own = row(answers, "SecurityGroups", "GroupId", "sg-front")
    own["IpPermissions"] = [tcp(80, Ipv6Ranges=[{"CidrIpv6": "::/0"}])]


UDP = {"protocol": "udp"}
NETWORKS = (
    Network("A", "an action that signs users in, before the one that forwards", signs_in, SHOP, (UNKNOWN,),
            ("authenticate-oidc",), ("503",)),
    Network("A", "a rule that asks for a header", by_header, SHOP, (UNKNOWN,), ("conditions or an action",), ("503",)),
    Network("A", "a listener that verifies its clients", verifies, SHOP, (UNKNOWN,), ("verifies its clients",)),
    Network("A", "a route to a carrier gateway", by_carrier, OUT, (UNKNOWN,), ("cagw-1",)),
    Network("A2", "no security groups", without("SecurityGroups"), SHOP, (UNKNOWN,),
            ("describe-security-groups",), ("allows nothing",)),
    Network("A2", "no health of targets", without_health, SHOP, (UNKNOWN,), ("describe-target-health",), ("503",)),
    Network("A2", "no network ACLs", without("NetworkAcls"), OUT, (UNKNOWN,), ("describe-network-acls",)),
    Network("A2", "no NAT gateways", without("NatGateways"), OUT, (UNKNOWN,), ("describe-nat-gateways",)),
    Network("A3", "an address of nobody", lambda a: None, ("internet", "52.1.2.3", 80), (UNKNOWN,),
            ("52.1.2.3 is not in the VPC",)),
    Network("A3", "an Elastic IP address of nothing", lone_address, ("internet", "198.51.100.77", 80),
            (UNKNOWN, DOES_NOT), ("198.51.100.77 is an Elastic IP address that no network interface has",)),
    Network("A3", "two ends outside", lambda a: None, ("203.0.113.9", "52.1.2.3", 443), (UNKNOWN,)),
    Network("B", "a target in a delegated prefix", pods, WIRE, (WORKS,), ("10.0.1.70",), ("no network interface",)),
    Network("B", "a secondary address that opens", second, ("10.0.1.48", "internet", 443), (WORKS,), ("10.0.1.48",)),
    Network("B", "a secondary address that is asked", second, ("eni-db", "10.0.1.48", 8_443), (WORKS,),
            ("secondary address",)),
    Network("C", "a NAT gateway that failed", failed, OUT, (DOES_NOT,), ("nat-1 is failed",)),
    Network("C", "a target that is stopped", stopped, SHOP, (DOES_NOT,), ("stopped",)),
    Network("C", "a stopped instance that opens", stopped, OUT, (DOES_NOT,), ("i-web is stopped", "start i-web")),
    Network("C", "an instance that stops", stopping, OUT, (UNKNOWN,), ("i-web is stopping",)),
    Network("D", "PROXY protocol version 2", lambda a: None, WIRE, (WORKS,), ("PROXY protocol",)),
    Network("D", "the policy of a Classic balancer", lambda a: classic(a, "proxy"), OLD, (WORKS,), ("PROXY protocol",)),
    Network("D", "no PROXY protocol", quiet, WIRE, (WORKS,), (), ("PROXY",)),
    Network("E", "an ACL that denies the target's port", lambda a: classic(a, "", (8_080, 8_080)), OLD, (DOES_NOT,),
            ("network ACL",)),
    Network("E", "the same for a listener of HTTP", lambda a: classic(a, "", (8_000, 8_100), "HTTP"), OLD,
            (DOES_NOT,), ("network ACL",)),
    Network("E", "an ACL that denies another port", lambda a: classic(a, "", (9_000, 9_100)), OLD, (WORKS,)),
    Network("F", "one of two targets is refused by its group", one_port_closed, SHOP, (SOMETIMES,), ("1 of 2",)),
    Network("F", "one of four ports is open", one_of_four, WIRE, (SOMETIMES,), ("1 of 4",)),
    Network("F", "a path with a fixed response", lambda a: None, (*SHOP, "", "/gone"), (DOES_NOT,), ("404",)),
    Network("G", "no route to the NAT gateway", no_way_out, OUT, (DOES_NOT,), ("0.0.0.0/0 > nat-1",),
            ("> igw-1", "add public address")),
    Network("G", "the NAT gateway in its own private subnet", nat_in_private, OUT, (DOES_NOT,), ("nat-",),
            ("becomes igw-1", "add public address")),
    Network("J", "two interfaces, the second one is asked", two_interfaces, ("eni-db", "10.0.0.90", 8_443), (WORKS,),
            ("ip rule", "eni-second")),
    Network("J", "two interfaces, the second one is a target", second_as_target, WIRE, (WORKS,),
            ("ip rule", "eni-second")),
    Network("J", "two interfaces, the first one is asked", two_interfaces, ("eni-db", "10.0.1.10", 8_443), (WORKS,),
            ("ip rule", "eni-web")),
    Network("K", "a question of UDP to a UDP listener", datagrams, ("internet", "wire", 53, "", "/", "udp"),
            (UNKNOWN,), ("the listener UDP 53",)),
    Network("K", "a question of UDP to a host", lambda a: None, ("eni-db", "i-web", 53, "", "/", "udp"), (UNKNOWN,),
            ("UDP is not modelled",)),
    Network("K", "a host behind a transit gateway that opens", lambda a: None, ("10.50.0.9", "i-web", 443),
            (UNKNOWN,), ("10.50.0.9 is behind tgw-1",)),
    Network("K", "a group with IPv6 alone", only_ipv6, SHOP, (DOES_NOT,), ("IPv6",), ("allows nothing",)),
)  # fmt: skip


def answers_of(network):
    """The answers of a network of NETWORKS."""
    answers = deepcopy(whole())
    network.change(answers)
    return answers


# H: files as people have them; I: audits of too little


def write(folder, kept=None, name=lambda word: word):
    for word, rows in files(whole()).items():
        if kept is None or word.removesuffix(".json") in kept:
            (folder / name(word)).write_text(json.dumps(rows), encoding="utf-8")


def packed(folder):
    """A folder for each account and region, each file compressed."""
    inner = folder / "123456789012" / "us-east-1"
    inner.mkdir(parents=True)
    for word, rows in files(whole()).items():
        with gzip.open(inner / f"{word}.gz", "wt") as file:
            json.dump(rows, file)


def recorded(folder):
    """As boto3's answers are recorded; and a text that is no answer."""
    for word, rows in files(whole()).items():
        every = rows if isinstance(rows, list) else [rows]
        told = [{"status_code": 200, "data": one} if "For" not in one else one for one in every]
        (folder / word).write_text(json.dumps(told), encoding="utf-8")
    (folder / "error.json").write_text("Unable to locate credentials", encoding="utf-8")


def planned(folder):
    (folder / "tfplan.json").write_text(
        json.dumps({"format_version": "1.2", "planned_values": {"root_module": {}}}),
        encoding="utf-8",
    )


ASK = ("ask", "--from", "internet", "--to", "shop", "--port", "80")
FOLDERS = (
    Folder("H", "folders of an account and a region, compressed", packed, ASK, (0,), ("internet reaches shop",)),
    Folder("H", "recorded answers, and an error message", recorded, ASK, (0,), ("internet reaches shop",)),
    Folder("H", "a plan of Terraform", planned, ASK, (2,), ("Terraform",), ("nobody", "works")),
    Folder("I", "VPCs and subnets alone", lambda d: write(d, ("Vpcs", "Subnets")), ("audit",), (3,),
           ("describe-network-interfaces",)),
    Folder("I", "no route tables", lambda d: write(d, {*files(whole())} and [
        w.removesuffix(".json") for w in files(whole()) if w != "RouteTables.json"]), ("audit",), (3,),
        ("describe-route-tables",)),
    Folder("I", "no network ACLs", lambda d: write(d, [
        w.removesuffix(".json") for w in files(whole()) if w != "NetworkAcls.json"]), ("audit",), (3,),
        ("describe-network-acls",)),
)  # fmt: skip
