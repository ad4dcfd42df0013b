"""What the files do not tell is never an answer, in ask and in audit.

It is neither "works", nor "does not", nor a status.
"""

import ast
import json
import shutil
from pathlib import Path

import pytest
from rigs.aws_example import BASTION, DB, EXAMPLE, FILES, OTHER, WEB, answers, folder, rows

from vpcedu import aws, lab
from vpcedu.__main__ import main
from vpcedu.course.lesson_11 import EXAMPLE as EXAMPLE_NAMES
from vpcedu.course.lesson_11 import named

QUESTIONS = [
    ("internet", "shop", 80),
    ("internet", "shop", 443),
    ("internet", BASTION, 22),
    ("internet", "198.51.100.10", 22),
    ("internet", WEB, 8080),
    ("internet", DB, 5432),
    ("192.0.2.1", BASTION, 22),
    (BASTION, WEB, 22),
    (BASTION, WEB, 8080),
    (BASTION, DB, 5432),
    (WEB, DB, 5432),
    (WEB, OTHER, 8080),
    (DB, "10.99.0.5", 443),
    (WEB, "internet", 443),
    (DB, "internet", 443),
    (BASTION, "internet", 443),
    (BASTION, "shop", 80),
    ("internet", "52.1.2.3", 80),
    (WEB, "10.20.10.99", 80),
]


def asked(vpc, question):
    """Whether it works (None: it is unknown) and what is seen.

    None where an end is not known.
    """
    try:
        answer = lab.ask(vpc, *question)
    except ValueError:
        return None
    return answer.reachable, answer.symptom


@pytest.fixture(scope="module")
def whole():
    vpc = aws.load(EXAMPLE).vpc()
    return vpc, {question: asked(vpc, question) for question in QUESTIONS}, lab.audit(vpc)


def test_the_whole_example_leaves_nothing_open(whole):
    vpc, found, audit = whole
    assert vpc.unknown == audit.unknown == audit.untold == ()
    # None: beyond, and outside
    assert {works for works, _ in filter(None, found.values())} == {True, False, None}
    assert main(["audit", str(EXAMPLE)]) == 0


@pytest.mark.parametrize("missing", FILES)
def test_without_one_file_no_definite_answer_contradicts_the_whole_set(
    missing, tmp_path, whole, capsys
):
    _, found, audit = whole
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    (tmp_path / missing).unlink()
    try:
        vpc = aws.load(tmp_path).vpc()
    except aws.LoadError as error:
        assert missing in ("vpcs.json", "subnets.json"), error
        return
    for question, before in found.items():
        now = asked(vpc, question)
        if now is not None and now[0] is not None:
            assert now == before, question
    less = lab.audit(vpc)
    for source in less._index:
        for there in less.tables.places:
            if (
                there.interface
                and not {source, there.name} & set(less.untold)
                and source != there.name
            ):
                assert source in audit._index and there.name in audit._index
                for port in (22, 80, 443, 5432, 8080):
                    assert less.reaches(source, there.name, port) == audit.reaches(
                        source, there.name, port
                    )
    assert {
        row[:2]: row.outcome for row in less.balancers if row.outcome.verdict != "unknown"
    }.items() <= {row[:2]: row.outcome for row in audit.balancers}.items()
    code = main(["audit", str(tmp_path)])
    told = capsys.readouterr().out
    assert code == (3 if vpc.unknown else 0)
    assert all(row.words in told for row in vpc.unknown)


@pytest.mark.parametrize("missing", FILES)
def test_without_two_files_neither(missing, tmp_path, whole):
    _, found, _ = whole
    some = [
        question
        for question in QUESTIONS
        if question[:2]
        in {
            ("internet", "shop"),
            ("192.0.2.1", BASTION),
            (BASTION, WEB),
            (WEB, DB),
            (WEB, "internet"),
        }
    ]
    some.append(("internet", "198.51.100.30", 80))
    before = found | {some[-1]: (True, "works")}
    for other in FILES[FILES.index(missing) + 1 :]:
        place = tmp_path / other.partition(".")[0]
        shutil.copytree(EXAMPLE, place, ignore=shutil.ignore_patterns(missing, other))
        try:
            vpc = aws.load(place).vpc()
        except aws.LoadError:
            continue
        for question in some:
            now = asked(vpc, question)
            assert now is None or now[0] is None or now == before[question], (other, question)


# --- the four examples ----------------------------------------------------------------------------


def test_block_public_access_stops_what_crosses_the_internet_gateway(tmp_path, capsys):
    told = answers()
    told["vpcs.json"]["Vpcs"][0]["BlockPublicAccessStates"] = {
        "InternetGatewayBlockMode": "block-bidirectional"
    }
    path = str(folder(tmp_path, told))
    assert main(["ask", path, "--from", "internet", "--to", "shop", "--port", "80"]) == 1
    out = " ".join(capsys.readouterr().out.split())
    assert "does not reach" in out and "VPC Block Public Access is on for this subnet" in out
    assert "exclude subnet-" in out
    # it stays inside
    assert main(["ask", path, "--from", BASTION, "--to", WEB, "--port", "22"]) == 0
    capsys.readouterr()
    assert main(["audit", path]) == 0
    out = capsys.readouterr().out
    assert "the Internet" not in out.partition("Who reaches what")[2].partition("Rows")[0]


def test_without_security_groups_nothing_is_said_to_be_allowed_or_refused(tmp_path, capsys):
    told = answers()
    del told["security-groups.json"]
    path = str(folder(tmp_path, told))
    assert main(["ask", path, "--from", "internet", "--to", "shop", "--port", "80", "--json"]) == 3
    shape = json.loads(capsys.readouterr().out)
    assert shape["NetworkPathFound"] is None and shape["Explanations"] == []
    assert shape["Answer"]["outcome"]["verdict"] == shape["Answer"]["symptom"] == "unknown"
    assert any(
        "security groups" in row["words"] and row["settle"] == "aws ec2 describe-security-groups"
        for row in shape["Answer"]["unknown"]
    )
    assert main(["ask", path, "--from", "internet", "--to", "shop", "--port", "80"]) == 3
    assert "allows nothing" not in capsys.readouterr().out
    assert main(["audit", path]) == 3
    out = capsys.readouterr().out
    assert "aws ec2 describe-security-groups" in out and "nobody" not in out


@pytest.mark.parametrize("address", ["52.1.2.3", "198.51.100.200"])
def test_nothing_is_said_of_an_address_that_nobody_described(address, capsys):
    assert main(["ask", str(EXAMPLE), "--from", "internet", "--to", address, "--port", "80"]) == 3
    out = capsys.readouterr().out
    assert f"{address} is not in the VPC" in out and "works" not in out


def test_where_an_inside_host_calls_the_internet_it_is_said_who_listens_there(capsys):
    assert main(["ask", str(EXAMPLE), "--from", WEB, "--to", "52.1.2.3", "--port", "443"]) == 0
    assert "52.1.2.3, outside the VPC, accepts connections on TCP port 443" in " ".join(
        capsys.readouterr().out.split()
    )


REDIRECT = {
    "Type": "redirect",
    "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"},
}
FIXED = {
    "Type": "fixed-response",
    "FixedResponseConfig": {"StatusCode": "404", "MessageBody": "no"},
}


def test_a_default_action_that_redirects_works_and_says_where_it_leads(tmp_path, capsys):
    told = answers()
    told["listeners.json"]["Listeners"][0]["DefaultActions"] = [REDIRECT]
    path = str(folder(tmp_path, told))
    assert main(["ask", path, "--from", "internet", "--to", "shop", "--port", "80"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert (
        "301 Moved Permanently, on to https://shop:443/" in out
        and "503" not in out
        and "repair" not in out
    )
    assert main(["audit", path]) == 0
    assert "port 80: works: 301 Moved Permanently, on to https://" in capsys.readouterr().out


def test_a_default_action_that_answers_is_the_balancers_own_answer(tmp_path):
    told = answers()
    told["listeners.json"]["Listeners"][0]["DefaultActions"] = [FIXED]
    answer = lab.ask(aws.load(folder(tmp_path, told)).vpc(), "internet", "shop", 80)
    assert (answer.reachable, answer.symptom) == (False, "404 Not Found")


# --- everything that the loader sets aside --------------------------------------------------------

ARN = "arn:aws:elasticloadbalancing:eu-west-1:123456789012"
NLB = f"{ARN}:loadbalancer/net/inner/0123456789abcdef"


def cut(file, kind):
    """The answer says that it has a next page, which is not there."""
    return lambda told: told[f"{file}.json"].update({"NextToken": kind})


def gateway_route_table(told):
    table = next(row for row in rows(told, "route-tables", "RouteTables") if len(row["Routes"]) > 1)
    table["Associations"].append(
        {
            "GatewayId": rows(told, "internet-gateways", "InternetGateways")[0][
                "InternetGatewayId"
            ],
            "RouteTableId": table["RouteTableId"],
            "Main": False,
        }
    )


def network_balancer(told, protocol="TCP", kind="instance", attributes=True):
    """A Network Load Balancer in front of the first instance, beside the shop's."""
    group = f"{ARN}:targetgroup/inner/0123456789abcdef"
    rows(told, "load-balancers", "LoadBalancers").append(
        {
            "LoadBalancerArn": NLB,
            "LoadBalancerName": "inner",
            "Type": "network",
            "Scheme": "internal",
            "VpcId": rows(told, "vpcs", "Vpcs")[0]["VpcId"],
            "DNSName": "inner.example.com",
            "SecurityGroups": [],
            "AvailabilityZones": [{"SubnetId": rows(told, "subnets", "Subnets")[2]["SubnetId"]}],
        }
    )
    rows(told, "listeners", "Listeners").append(
        {
            "ListenerArn": NLB.replace(":loadbalancer/", ":listener/") + "/1",
            "LoadBalancerArn": NLB,
            "Port": 8080,
            "Protocol": protocol,
            "DefaultActions": [{"Type": "forward", "TargetGroupArn": group}],
        }
    )
    rows(told, "target-groups", "TargetGroups").append(
        {
            "TargetGroupArn": group,
            "TargetGroupName": "inner",
            "Protocol": protocol,
            "Port": 8080,
            "TargetType": kind,
        }
    )
    told["target-health.json"].append(
        {
            "For": group,
            "Output": {
                "TargetHealthDescriptions": [
                    {"Target": {"Id": WEB, "Port": 8080}, "TargetHealth": {"State": "healthy"}}
                ]
            },
        }
    )
    if attributes:
        told["attributes.json"].append(
            {
                "For": NLB,
                "Output": {
                    "Attributes": [{"Key": "deletion_protection.enabled", "Value": "false"}]
                },
            }
        )


def classic_balancer(told, target=WEB, policies=(), attributes=True):
    told["classic.json"] = {
        "LoadBalancerDescriptions": [
            {
                "LoadBalancerName": "old",
                "DNSName": "old.example.com",
                "VPCId": rows(told, "vpcs", "Vpcs")[0]["VpcId"],
                "Scheme": "internal",
                "Subnets": [rows(told, "subnets", "Subnets")[2]["SubnetId"]],
                "SecurityGroups": ["sg-0c11d22e33f440001"],
                "Instances": [{"InstanceId": target}],
                "BackendServerDescriptions": [
                    {"InstancePort": 8080, "PolicyNames": list(policies)}
                ],
                "ListenerDescriptions": [
                    {
                        "Listener": {
                            "Protocol": "TCP",
                            "LoadBalancerPort": 8080,
                            "InstanceProtocol": "TCP",
                            "InstancePort": 8080,
                        }
                    }
                ],
            }
        ]
    }
    if attributes:
        told["classic-attributes.json"] = {
            "For": "old",
            "Output": {"LoadBalancerAttributes": {"CrossZoneLoadBalancing": {"Enabled": True}}},
        }


def no_acl(told):
    """Neither an association nor a default network ACL."""
    told["network-acls.json"]["NetworkAcls"] = []


def unlisted(told):
    del rows(told, "instances", "Reservations")[0]["Instances"][0]


def without(file, kind):
    return lambda told: told[f"{file}.json"].update({kind: []})


def shop(change):
    return lambda told: change(rows(told, "listeners", "Listeners")[0])


def conditional(told):
    rows(told, "rules", "Rules").append(
        {
            "RuleArn": rows(told, "listeners", "Listeners")[0]["ListenerArn"].replace(
                ":listener/", ":listener-rule/"
            )
            + "/1",
            "Priority": "5",
            "IsDefault": False,
            "Conditions": [{"Field": "http-header", "Values": ["x"]}],
            "Actions": [FIXED],
        }
    )


SHOP, OWN = ("internet", "shop", 80), (BASTION, WEB, 22)
ASIDE = {
    "a mode of Block Public Access that is new": (
        lambda told: rows(told, "vpcs", "Vpcs")[0].update(
            BlockPublicAccessStates={"InternetGatewayBlockMode": "block-everything"}
        ),
        SHOP,
        "block-everything",
    ),
    "ingress routing": (gateway_route_table, SHOP, "routes what enters by igw-"),
    "entries of a prefix list": (
        lambda told: told.pop("prefix-list-entries.json"),
        ("192.0.2.1", BASTION, 22),
        "pl-0a44b55c66d770001",
    ),
    "an instance of which only the interface is known": (unlisted, OWN, f"whether {WEB} runs"),
    "a NAT gateway of which only the interface is known": (
        without("nat-gateways", "NatGateways"),
        (WEB, "internet", 443),
        "in which state NAT gateway",
    ),
    "a network ACL": (no_acl, OWN, "which network ACL subnet-"),
    "pages of security groups": (
        cut("security-groups", "x"),
        OWN,
        "the last page of SecurityGroups",
    ),
    "pages of route tables": (cut("route-tables", "x"), OWN, "the last page of RouteTables"),
    "the balancer of an interface": (
        without("load-balancers", "LoadBalancers"),
        ("internet", "198.51.100.30", 80),
        "ELB app/shop",
    ),
    "attributes of a balancer": (
        lambda told: told["attributes.json"].pop(0),
        SHOP,
        "attributes of app/shop",
    ),
    "attributes of a Network Load Balancer": (
        lambda told: network_balancer(told, attributes=False),
        (BASTION, "inner", 8080),
        "attributes of net/inner",
    ),
    "listeners": (without("listeners", "Listeners"), SHOP, "no file has listeners of"),
    "rules": (lambda told: told.pop("rules.json"), SHOP, "no file has the rules of"),
    "a rule's conditions": (conditional, SHOP, "rule 5 of"),
    "a rule's transforms": (
        lambda told: [
            conditional(told),
            rows(told, "rules", "Rules")[-1].update(
                Conditions=[], Transforms=[{"Type": "url-rewrite"}]
            ),
        ],
        SHOP,
        "rule 5 of",
    ),
    "a listener of another protocol": (
        lambda told: network_balancer(told, "UDP"),
        (BASTION, "inner", 8080),
        "listener UDP 8080",
    ),
    "authentication before an action": (
        shop(
            lambda row: row["DefaultActions"].insert(0, {"Type": "authenticate-oidc", "Order": 1})
        ),
        SHOP,
        "authenticate-oidc",
    ),
    "a default action of an unknown type": (
        shop(lambda row: row.update(DefaultActions=[{"Type": "jwt"}])),
        SHOP,
        "default action",
    ),
    "a target group": (
        without("target-groups", "TargetGroups"),
        SHOP,
        "no file has the target group",
    ),
    "targets of another type": (
        lambda told: network_balancer(told, kind="lambda"),
        (BASTION, "inner", 8080),
        "targets of type lambda",
    ),
    "the health of targets": (
        lambda told: told.pop("target-health.json"),
        SHOP,
        "no file has the targets of",
    ),
    "a target that no file has": (
        lambda told: told["target-health.json"][0]["Output"]["TargetHealthDescriptions"].append(
            {
                "Target": {"Id": "i-00000000000000077", "Port": 8080},
                "TargetHealth": {"State": "healthy"},
            }
        ),
        SHOP,
        "no file has the target i-00000000000000077",
    ),
    "an instance of a Classic balancer": (
        lambda told: classic_balancer(told, "i-00000000000000077"),
        (BASTION, "old", 8080),
        "no file has the target i-00000000000000077",
    ),
    "policies of a Classic balancer": (
        lambda told: classic_balancer(told, policies=["proxy"]),
        (BASTION, "old", 8080),
        "no file has the policy",
    ),
    "attributes of a Classic balancer": (
        lambda told: classic_balancer(told, attributes=False),
        (BASTION, "old", 8080),
        "attributes of old",
    ),
    "one network ACL of two": (
        lambda told: told["network-acls.json"]["NetworkAcls"].pop(1),
        (WEB, DB, 5432),
        "which network ACL subnet-",
    ),
    "pages of entries": (
        lambda told: told["prefix-list-entries.json"][0]["Output"].update(NextToken="x"),
        (BASTION, WEB, 22),
        "the last page of Entries",
    ),
    "pages of listeners": (
        lambda told: told["listeners.json"].update(NextMarker="x"),
        SHOP,
        "the last page of",
    ),
    "encryption control in an answer of its own": (
        lambda told: told.update(
            {"encryption.json": {"VpcEncryptionControls": [{"VpcId": "vpc-1"}]}}
        ),
        SHOP,
        "encryption control",
    ),
    "an IPv6 target": (
        lambda told: told["target-health.json"][0]["Output"]["TargetHealthDescriptions"].append(
            {"Target": {"Id": "2001:db8::5", "Port": 8080}}
        ),
        SHOP,
        "2001:db8::5",
    ),
    "a pattern of a rule that is a regular expression": (
        lambda told: [
            conditional(told),
            rows(told, "rules", "Rules")[-1].update(
                Conditions=[
                    {"Field": "path-pattern", "PathPatternConfig": {"RegexValues": ["^/x"]}}
                ]
            ),
        ],
        SHOP,
        "rule 5 of",
    ),
    "an Elastic IP of nobody": (
        lambda told: told.update(
            {
                "addresses.json": {
                    "Addresses": [
                        {"PublicIp": "198.51.100.99", "AllocationId": "eipalloc-1", "Domain": "vpc"}
                    ]
                }
            }
        ),
        (WEB, "198.51.100.99", 443),
        "198.51.100.99 is an Elastic IP address",
    ),
    "the rules of one listener": (without("rules", "Rules"), SHOP, "no file has the rules of"),
    "attributes of a target group": (
        lambda told: told["attributes.json"].pop(1),
        SHOP,
        "attributes of arn:",
    ),
    "mutual TLS": (
        shop(lambda row: row.update(MutualAuthentication={"Mode": "verify"})),
        SHOP,
        "verifies its clients",
    ),
    "the order of actions": (
        shop(
            lambda row: [
                row["DefaultActions"][0].update(Order=2),
                row["DefaultActions"].append({"Type": "authenticate-oidc", "Order": 1}),
            ]
        ),
        SHOP,
        "authenticate-oidc",
    ),
    "a balancer that failed": (
        lambda told: rows(told, "load-balancers", "LoadBalancers")[0]["State"].update(
            Code="failed"
        ),
        SHOP,
        "is failed",
    ),
    "an interface that denies Internet gateways": (
        lambda told: rows(told, "network-interfaces", "NetworkInterfaces")[0].update(
            DenyAllIgwTraffic=True
        ),
        OWN,
        "denies all traffic",
    ),
    "enforced encryption": (
        lambda told: rows(told, "vpcs", "Vpcs")[0].update(EncryptionControl={"Mode": "enforce"}),
        OWN,
        "encryption is enforced",
    ),
    "an interface without groups": (
        lambda told: rows(told, "network-interfaces", "NetworkInterfaces")[0].update(Groups=[]),
        OWN,
        "which security groups",
    ),
    "weights": (
        shop(
            lambda row: row.update(
                DefaultActions=[
                    {
                        "Type": "forward",
                        "ForwardConfig": {
                            "TargetGroups": [
                                {"TargetGroupArn": rows_of_shop, "Weight": 1}
                                for rows_of_shop in (
                                    row["DefaultActions"][0]["TargetGroupArn"],
                                    f"{ARN}:targetgroup/other/0123456789abcdef",
                                )
                            ]
                        },
                    }
                ]
            )
        ),
        SHOP,
        "what the weights of shop",
    ),
    "which Internet gateway": (
        lambda told: told.pop("internet-gateways.json"),
        SHOP,
        "which Internet gateway",
    ),
}


ELSEWHERE = ("an Elastic IP of nobody",)


@pytest.mark.parametrize("what", ASIDE)
def test_what_was_set_aside_is_named_where_a_packet_met_it(what, tmp_path, capsys):
    change, question, words = ASIDE[what]
    told = answers()
    change(told)
    path = str(folder(tmp_path, told))
    source, destination, port = question
    code = main(["ask", path, "--from", source, "--to", destination, "--port", str(port)])
    out = " ".join(capsys.readouterr().out.split())
    assert code == 3, out
    assert words in out and "It is unknown whether" in out and "repair" not in out
    answer = lab.ask(aws.load(path).vpc(), *question)
    assert (answer.reachable, answer.repairs, answer.symptom) == (None, None, "unknown")
    if what in ELSEWHERE:  # an address that no place of the audit has
        return
    assert main(["audit", path]) == 3
    out = " ".join(capsys.readouterr().out.split())
    assert words in out
    assert out.index(words) < out.index("From the Internet, through load balancers")


@pytest.mark.parametrize(
    "what",
    [
        "a rule's conditions",
        "the health of targets",
        "policies of a Classic balancer",
        "a listener of another protocol",
    ],
)
def test_what_was_set_aside_elsewhere_leaves_an_answer_alone(what, tmp_path, whole):
    _, found, _ = whole
    told = answers()
    ASIDE[what][0](told)
    vpc = aws.load(folder(tmp_path, told)).vpc()
    for question in ((BASTION, OTHER, 22), ("internet", DB, 5432), (OTHER, DB, 5432)):
        assert asked(vpc, question) == found.get(question, asked(aws.load(EXAMPLE).vpc(), question))


def test_what_is_unknown_of_a_device_is_unknown_of_it_under_another_name(tmp_path):
    told = answers()
    unlisted(told)
    vpc = named(aws.load(folder(tmp_path, told)).vpc(), EXAMPLE_NAMES)
    assert lab.ask(vpc, "bastion", "web-1", 22).reachable is None
    assert lab.ask(vpc, "bastion", "web-2", 22).reachable is True


@pytest.mark.parametrize(
    ("source", "destination", "words"),
    [
        (WEB, "169.254.169.254", "link-local address"),
        (WEB, "10.20.0.2", "kept by AWS for"),
        (WEB, "100.64.0.1", "RFC 6598"),
        ("203.0.113.5", "internet", "is not in the VPC"),
        ("169.254.169.254", "internet", "is not in the VPC"),
    ],
)
def test_nothing_is_said_of_what_answers_at_addresses_of_aws_itself(source, destination, words):
    answer = lab.ask(aws.load(EXAMPLE).vpc(), source, destination, 80)
    assert answer.reachable is None and words in answer.verdict


@pytest.mark.parametrize("address", ["224.0.0.1", "255.255.255.255", "0.0.0.0", "127.0.0.1"])
def test_an_address_that_no_host_can_have_is_no_end(address):
    with pytest.raises(ValueError, match="expected an address that one host can have"):
        lab.ask(aws.load(EXAMPLE).vpc(), WEB, address, 80)


def test_audit_and_ask_agree_about_a_name_with_two_addresses(tmp_path):
    told = answers()
    own = rows(told, "subnets", "Subnets")[1]["SubnetId"]
    for table in rows(told, "route-tables", "RouteTables"):
        table["Associations"] = [row for row in table["Associations"] if row.get("SubnetId") != own]
    vpc = aws.load(folder(tmp_path, told)).vpc()
    answer, audit = lab.ask(vpc, "internet", "shop", 80), lab.audit(vpc)
    assert answer.outcome.verdict == audit.balancers[0].outcome.verdict == "sometimes"
    assert answer.verdict.count("of 2 addresses") == 1 and "sometimes" in str(audit)


def test_the_address_that_leaves_the_answer_open_decides_and_is_shown(tmp_path):
    told = answers()
    table = next(
        row
        for row in rows(told, "route-tables", "RouteTables")
        for own in row["Associations"]
        if own.get("SubnetId") == "subnet-0a11b22c33d440003"
    )
    table["Routes"].append(
        {
            "DestinationCidrBlock": "198.51.100.31/32",
            "TransitGatewayId": "tgw-9",
            "State": "active",
            "Origin": "CreateRoute",
        }
    )
    vpc = aws.load(folder(tmp_path, told)).vpc()
    answer = lab.ask(vpc, WEB, "shop", 80)
    assert answer.reachable is None and "tgw-9" in answer.verdict and "works" not in answer.verdict
    assert answer.forward[0].packet.flow.dst == "198.51.100.31"
    assert answer.as_json()["Answer"]["addresses"]["198.51.100.31"] == "unknown"


def test_a_diagnosis_of_what_cannot_be_told_blames_no_row(tmp_path):
    told = answers()
    told["vpcs.json"]["Vpcs"][0]["BlockPublicAccessStates"] = {
        "InternetGatewayBlockMode": "block-everything"
    }
    vpc = aws.load(folder(tmp_path, told)).vpc()
    for symptom in ("", "timed out"):
        (cause,) = lab.diagnose(vpc, "internet", "shop", 80, symptom)
        assert (
            cause.row is None and cause.repair is None and "VPC Block Public Access" in cause.words
        )


@pytest.mark.parametrize("missing", ["listeners.json", "load-balancers.json", "target-groups.json"])
def test_where_balancers_are_not_known_audit_does_not_say_that_there_are_none(missing, tmp_path):
    told = answers()
    del told[missing]
    lines = str(lab.audit(aws.load(folder(tmp_path, told)).vpc())).partition(
        "through load balancers\n"
    )[2]
    assert "unknown" in lines.partition("\n")[0]


# Notes of the loader that leave no question open, each by its first words, with the reason.
HARMLESS = {
    "{name} is in {row.text(field)}, which no file describes": "a VPC that no file has: routes there end the model",
    "IPv6: its rules, routes and addresses are left out": "no packet of IPv4 meets them",
    "{kind}: no file has the answer of aws {command}": "without one of those that every packet meets the VPC is"
    " unknown, right below; without Internet gateways the one that a route leads to",
    "the last page of {kind}: every part names a next one": "kept in `cut`: every VPC is then unknown",
    "answers called {shown(kind)}: kept aside": "those that decide are in fields.ASIDE; a route to what"
    " others describe ends the model",
    "field {shown(field)} of {kind}: not used": "what AWS means by it is not known here",
    '{kind} does not say what it is about, and {len(free)} could be meant: wrap it as {"For": "<arn, name or id>",'
    ' "Output": ...}': "then its subject is without it, which is said there",
    "{kind} is about {subject}, which no file describes": "nothing in the description has that name",
    "load balancer {name} of type {kind}: left out": "its interfaces are known, and end the model",
    "the network interfaces of endpoint {name}: nothing leads to it": "its name is no end that one can ask about",
    "{own.device} gets what is for {cidr}: what it does then is unknown": "the device ends the model for that block",
    "{name} ({words}): what lies beyond it is unknown": "the device ends the model",
    "NAT gateway {name}: {row.text('State', 'available')}, without a subnet or an address of the"
    " model": "a route to it ends the model",
    "interfaces that are attached to nothing": "nobody answers at such an address",
    "a local route of {table} for {destination}, no block of {vpc}": "no address of the VPC is in it",
    "a route of {table} into {UNROUTABLE}": "AWS does not follow such a route either",
    "{name} routes what enters by {at.id('GatewayId')}: left out": "where it leads elsewhere, the loop behind says so",
    "peering connection {name} is {status}: it carries nothing": "so do its routes here",
    "{route.table}, {route}: a blackhole, because {useless[route.target]}": "so is the route here",
    "target {name} of {arn} is {health}": "the balancer does not use it",
    "{instance} is {state}": "so is its device, which takes and sends nothing",
}


def test_every_note_about_something_set_aside_leaves_the_answer_open_or_says_why_not():
    """A note alone is a remark that a reader of the answer does not see.

    Each kind is on one of two lists. Files that are not read have a kind of note of their own: what
    they would have told is missing, which is said.
    """
    found, open_ones = set(), 0
    for file in sorted(Path(aws.__file__).parent.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            open_lines = {
                note.lineno
                for body in bodies(function)
                for note, *after in (body[i : i + 5] for i in range(len(body)))
                if any(map(_lacks, after))
            }
            for node in ast.walk(function):
                if not isinstance(node, ast.Call) or getattr(node.func, "attr", "") not in (
                    "add",
                    "note",
                ):
                    continue
                if not {
                    word.value for word in ast.walk(node.args[0]) if isinstance(word, ast.Constant)
                } & {"missing", "beyond", "unknown", "left out"}:
                    continue
                if node.lineno in open_lines:
                    open_ones += 1
                else:
                    found.add(_text(node.args[2]))
    assert open_ones > 15
    assert found == set(HARMLESS)


def bodies(function):
    """Every list of statements inside a function."""
    return [
        part
        for node in ast.walk(function)
        for part in (getattr(node, "body", None), getattr(node, "orelse", None))
        if isinstance(part, list)
    ]


def _lacks(statement):
    return any(
        isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("lacks", "lacks_instance")
        for node in ast.walk(statement)
    )


def _text(node):
    """The words of an f-string as they are written."""
    if not isinstance(node, ast.JoinedStr):
        return ast.literal_eval(node)
    return ast.unparse(node)[2:-1].replace("\\'", "'").replace("{{", "{").replace("}}", "}")
