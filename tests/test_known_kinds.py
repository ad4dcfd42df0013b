"""What the engine knows, read from files: addresses, states, the Classic balancer's network ACL.

Each kind in networks of its own, made from the example's files.
"""

import pytest
from rigs.aws_example import BASTION, DB, OTHER, WEB, answers, folder, interface_of, rows

from vpcedu import aws, lab
from vpcedu.analysis.commands.script import aws_cli

SECOND, PREFIX, PUBLIC = "10.20.10.48", "10.20.10.64/28", "198.51.100.44"
NAT = "nat-0a33b44c55d660001"


def told_of(answer):
    return " ".join(str(answer).split())


def network(tmp_path, change):
    told = answers()
    change(told)
    return aws.load(folder(tmp_path, told)).vpc()


def secondary(told, instance=WEB, address=SECOND, public=""):
    row = interface_of(told, instance)
    more = {"Primary": False, "PrivateIpAddress": address}
    if public:
        more["Association"] = {"PublicIp": public, "IpOwnerId": "1"}
    row["PrivateIpAddresses"].append(more)


def prefix(told):
    interface_of(told, WEB)["Ipv4Prefixes"] = [{"Ipv4Prefix": PREFIX}]


# --- secondary addresses and prefixes -------------------------------------------------------------


def test_a_secondary_address_is_one_of_its_interface_and_the_group_decides(tmp_path):
    vpc = network(tmp_path, secondary)
    answer = lab.ask(vpc, BASTION, SECOND, 22)
    assert answer.reachable and answer.back[0].packet.flow.src == SECOND
    refused = lab.ask(vpc, BASTION, SECOND, 8080)
    assert refused.reachable is False and "group in" in {row.step.check for row in refused.blockers}


def test_a_host_opens_from_the_secondary_address_that_was_asked(tmp_path):
    answer = lab.ask(network(tmp_path, secondary), SECOND, "internet", 443)
    assert answer.reachable and answer.forward[0].packet.flow.src == SECOND
    primary = lab.ask(answer.vpc, WEB, "internet", 443)
    assert primary.forward[0].packet.flow.src == "10.20.10.10"


def test_an_elastic_ip_of_a_secondary_address_leads_to_that_address(tmp_path):
    vpc = network(tmp_path, lambda told: secondary(told, BASTION, "10.20.0.48", PUBLIC))
    answer = lab.ask(vpc, "203.0.113.130", PUBLIC, 22)
    assert answer.visit.connections[0].traces[0].last.before.flow.dst == "10.20.0.48"
    out = lab.ask(vpc, PUBLIC, "internet", 443)
    assert out.reachable and out.forward[0].steps[-1].before.flow.src == PUBLIC
    audit = lab.audit(vpc)
    assert audit.reaches("10.20.0.48", interface_id(vpc, WEB), 22)
    assert audit.confirm("10.20.0.48", interface_id(vpc, WEB), 22)


def interface_id(vpc, device):
    return next(row.id for row in vpc.interfaces if row.device == device)


def test_every_address_of_a_delegated_prefix_is_one_of_its_interface(tmp_path):
    vpc = network(tmp_path, prefix)
    assert lab.ask(vpc, BASTION, "10.20.10.79", 22).reachable
    assert lab.ask(vpc, BASTION, "10.20.10.80", 22).reachable is False  # behind its last one
    assumed = told_of(lab.ask(vpc, BASTION, "10.20.10.79", 22))
    assert "10.20.10.79, a secondary address of" in assumed


def test_a_target_may_be_a_secondary_address(tmp_path):
    def pods(told):
        prefix(told)
        rows(told, "target-groups", "TargetGroups")[0]["TargetType"] = "ip"
        for row in told["target-health.json"]:
            row["Output"]["TargetHealthDescriptions"] = [
                {
                    "Target": {"Id": "10.20.10.65", "Port": 8080},
                    "TargetHealth": {"State": "healthy"},
                }
            ]

    answer = lab.ask(network(tmp_path, pods), "internet", "shop", 80)
    assert answer.reachable
    assert answer.visit.connections[-1].traces[0].last.before.flow.dst == "10.20.10.65"


# --- states ---------------------------------------------------------------------------------------


def in_state(state, instance=WEB):
    def change(told):
        for reservation in rows(told, "instances", "Reservations"):
            for row in reservation["Instances"]:
                if row["InstanceId"] == instance:
                    row["State"]["Name"] = state

    return change


@pytest.mark.parametrize("word", [WEB, "10.20.10.10", "web-1"])
def test_a_stopped_instance_is_an_end_that_takes_nothing_and_is_started(tmp_path, word):
    told = answers()
    in_state("stopped")(told)
    account = aws.load(folder(tmp_path, told))
    word = account.called(word) if word != "web-1" else next(iter(account.tags))[1]
    answer = lab.ask(account.vpc(), BASTION, word, 22)
    assert (answer.reachable, answer.symptom) == (False, "timed out")
    assert f"{WEB} is stopped" in told_of(answer)
    assert [str(row) for row in answer.repairs] == [f"start {WEB}"]
    assert aws_cli(answer.repairs[0]) == f"aws ec2 start-instances --instance-ids {WEB}"


def test_a_stopped_instance_opens_nothing(tmp_path):
    vpc = network(tmp_path, in_state("stopped", BASTION))
    answer = lab.ask(vpc, BASTION, WEB, 22)
    assert answer.reachable is False
    assert [str(row) for row in answer.repairs] == [f"start {BASTION}"]
    with pytest.raises(ValueError, match="no place"):
        lab.audit(vpc).reaches(interface_id(vpc, BASTION), interface_id(vpc, WEB), 22)


def test_what_an_instance_still_does_while_it_stops_is_unknown(tmp_path):
    answer = lab.ask(network(tmp_path, in_state("stopping")), BASTION, WEB, 22)
    assert answer.reachable is None and "is stopping" in told_of(answer)


@pytest.mark.parametrize("state", ["failed", "deleted"])
@pytest.mark.parametrize("interface", [True, False], ids=["with interface", "without"])
def test_a_nat_gateway_that_is_over_carries_nothing(tmp_path, state, interface):
    def change(told):
        row = rows(told, "nat-gateways", "NatGateways")[0]
        row["State"] = state
        if not interface:
            row["NatGatewayAddresses"] = []
            found = rows(told, "network-interfaces", "NetworkInterfaces")
            found[:] = [row for row in found if "NAT Gateway" not in row["Description"]]

    answer = lab.ask(network(tmp_path, change), WEB, "internet", 443)
    assert answer.reachable is False and f"{NAT} is {state}" in told_of(answer)


def test_a_nat_gateway_that_is_being_deleted_is_not_judged(tmp_path):
    answer = lab.ask(
        network(
            tmp_path,
            lambda told: rows(told, "nat-gateways", "NatGateways")[0].update(State="deleting"),
        ),
        WEB,
        "internet",
        443,
    )
    assert answer.reachable is None and "is deleting" in told_of(answer)


def with_endpoint(state):
    def change(told):
        made = {
            "NetworkInterfaceId": "eni-0ab",
            "SubnetId": interface_of(told, DB)["SubnetId"],
            "VpcId": interface_of(told, DB)["VpcId"],
            "PrivateIpAddress": "10.20.20.77",
            "Groups": [],
            "InterfaceType": "vpc_endpoint",
            "RequesterManaged": True,
            "Description": "VPC Endpoint Interface vpce-0ab",
        }
        rows(told, "network-interfaces", "NetworkInterfaces").append(made)
        told["endpoints.json"] = {
            "VpcEndpoints": [
                {
                    "VpcEndpointId": "vpce-0ab",
                    "VpcEndpointType": "Interface",
                    "VpcId": made["VpcId"],
                    "ServiceName": "com.amazonaws.us-east-1.ecr.api",
                    "State": state,
                    "NetworkInterfaceIds": ["eni-0ab"],
                    "DnsEntries": [{"DnsName": "vpce-0ab.ecr.vpce.amazonaws.com"}],
                }
            ]
        }

    return change


@pytest.mark.parametrize(
    ("state", "works"),
    [("available", True), ("pendingAcceptance", False), ("failed", False), ("deleting", None)],
)
def test_the_state_of_an_endpoint_decides(tmp_path, state, works):
    answer = lab.ask(network(tmp_path, with_endpoint(state)), DB, "vpce-0ab", 443)
    assert answer.reachable is works and (works or state in told_of(answer))


# --- a Classic Load Balancer within its subnet ----------------------------------------------------


def classic(told, ports=(1, 65_535), target=BASTION):
    """A Classic balancer in the bastion's subnet, whose ACL lets out only some ports."""
    home = interface_of(told, BASTION)
    told["classic.json"] = {
        "LoadBalancerDescriptions": [
            {
                "LoadBalancerName": "old",
                "DNSName": "old-1.elb.amazonaws.com",
                "VPCId": home["VpcId"],
                "Subnets": [home["SubnetId"]],
                "Instances": [{"InstanceId": target}],
                "SecurityGroups": ["sg-0c11d22e33f440001"],
                "Scheme": "internet-facing",
                "ListenerDescriptions": [
                    {
                        "Listener": {
                            "Protocol": "TCP",
                            "LoadBalancerPort": 80,
                            "InstanceProtocol": "TCP",
                            "InstancePort": 80,
                        }
                    }
                ],
            }
        ]
    }
    told["of-classic.json"] = {
        "For": "old",
        "Output": {"LoadBalancerAttributes": {"CrossZoneLoadBalancing": {"Enabled": True}}},
    }
    for group in rows(told, "security-groups", "SecurityGroups"):
        if group["GroupId"] == "sg-0c11d22e33f440004":
            group["IpPermissions"].append(
                {
                    "IpProtocol": "tcp",
                    "FromPort": 80,
                    "ToPort": 80,
                    "UserIdGroupPairs": [{"GroupId": "sg-0c11d22e33f440001"}],
                }
            )
    for acl in rows(told, "network-acls", "NetworkAcls"):
        for entry in acl["Entries"]:
            if entry["Egress"] and entry["RuleAction"] == "allow":
                entry |= {"Protocol": "6", "PortRange": {"From": ports[0], "To": ports[1]}}


@pytest.mark.fact("clb-acl-within")
@pytest.mark.parametrize(("ports", "works"), [((1, 65_535), True), ((1_024, 65_535), False)])
def test_the_acl_is_asked_about_what_a_classic_balancer_sends_within_its_subnet(
    tmp_path, ports, works
):
    vpc = network(tmp_path, lambda told: classic(told, ports))
    answer = lab.ask(vpc, "internet", "old", 80)
    assert answer.reachable is works
    node = next(row.id for row in vpc.interfaces if row.device.startswith("old/"))
    assert lab.audit(vpc).reaches(node, interface_id(vpc, BASTION), 80) is works
    assert lab.ask(vpc, OTHER, WEB, 22).reachable is False  # by its group, as before


# --- IPv6, which no packet of the model is --------------------------------------------------------


def over_ipv6(told, group, port, direction="IpPermissions", block="::/0"):
    for row in rows(told, "security-groups", "SecurityGroups"):
        if row["GroupId"] == group:
            row[direction].append(
                {
                    "IpProtocol": "tcp",
                    "FromPort": port,
                    "ToPort": port,
                    "IpRanges": [],
                    "Ipv6Ranges": [{"CidrIpv6": block}],
                }
            )


def test_a_rule_for_ipv6_is_told_where_ipv4_is_refused(tmp_path):
    group = "sg-0c11d22e33f440004"  # the bastion's
    vpc = network(tmp_path, lambda told: over_ipv6(told, group, 2222))
    refused = str(lab.ask(vpc, "internet", BASTION, 2222))
    assert "; over IPv6 also tcp 2222 from ::/0" in " ".join(refused.split())


def test_a_group_with_rules_for_ipv6_alone_does_not_allow_nothing(tmp_path):
    group = "sg-0c11d22e33f440003"  # the database's

    def alone(told):
        for row in rows(told, "security-groups", "SecurityGroups"):
            if row["GroupId"] == group:
                row["IpPermissions"] = []
        over_ipv6(told, group, 5432, block="2001:db8::/56")

    refused = told_of(lab.ask(network(tmp_path, alone), WEB, DB, 5432))
    assert "allows IPv6 only: tcp 5432 from 2001:db8::/56" in refused
    assert "allows nothing" not in refused


@pytest.mark.parametrize(
    ("direction", "words"),
    [("IpPermissions", "::/0 may open"), ("IpPermissionsEgress", "so they time out")],
)
def test_what_clients_of_a_dualstack_balancer_see_over_ipv6_is_said(tmp_path, direction, words):
    def both(told):
        rows(told, "load-balancers", "LoadBalancers")[0]["IpAddressType"] = "dualstack"
        over_ipv6(told, "sg-0c11d22e33f440001", 80, direction)

    answer = lab.ask(network(tmp_path, both), "internet", "shop", 80)
    assert answer.reachable and words in " ".join(row.words for row in answer.assumptions)


def test_a_balancer_without_public_ipv4_has_no_public_address(tmp_path):
    def only_ipv6(told):
        rows(told, "load-balancers", "LoadBalancers")[0]["IpAddressType"] = (
            "dualstack-without-public-ipv4"
        )
        found = rows(told, "network-interfaces", "NetworkInterfaces")
        found[:] = [row for row in found if not row["Description"].startswith("ELB ")]

    answer = lab.ask(network(tmp_path, only_ipv6), "internet", "shop", 80)
    assert answer.reachable is False


# --- targets --------------------------------------------------------------------------------------


def health(told, state, **more):
    """Every target of the shop is in a state."""
    for row in told["target-health.json"]:
        for target in row["Output"]["TargetHealthDescriptions"]:
            target["TargetHealth"] = {"State": state} | more


def enabled_zones(told, *kept):
    row = rows(told, "load-balancers", "LoadBalancers")[0]
    row["AvailabilityZones"] = [z for z in row["AvailabilityZones"] if z["ZoneName"] in kept]


def test_a_target_in_a_zone_that_is_not_enabled_is_the_cause_of_503(tmp_path):
    def change(told):
        zones = {row["AvailabilityZone"] for row in rows(told, "subnets", "Subnets")}
        enabled_zones(told, *(zone for zone in zones if not zone.endswith("a")))
        health(told, "unused", Reason="Target.NotInUse")

    answer = lab.ask(network(tmp_path, change), "internet", "shop", 80)
    if answer.reachable is None:  # the target in the other zone contradicts its health answer
        assert "does not use its targets" in told_of(answer)
        return
    assert answer.symptom == "503 Service Unavailable"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("Target.InvalidState", "its instance is stopped"),
        ("Target.DeregistrationInProgress", "it is being deregistered"),
        ("Target.Strange", "it is unused (Target.Strange)"),
    ],
)
def test_the_reason_why_a_registered_target_gets_nothing_is_told(tmp_path, reason, words):
    vpc = network(tmp_path, lambda told: health(told, "unused", Reason=reason))
    answer = lab.ask(vpc, "internet", "shop", 80)
    assert answer.symptom == "503 Service Unavailable" and words in told_of(answer)
    assert not answer.repairs  # it is registered already


def test_a_health_answer_that_contradicts_a_listener_leaves_the_answer_open(tmp_path):
    vpc = network(tmp_path, lambda told: health(told, "unused", Reason="Target.NotInUse"))
    answer = lab.ask(vpc, "internet", "shop", 80)
    assert answer.reachable is None and "does not use its targets" in told_of(answer)


def in_front(told, described=True):
    """A Network Load Balancer whose target is the shop's Application Load Balancer."""
    shop = rows(told, "load-balancers", "LoadBalancers")[0]
    arn = shop["LoadBalancerArn"].replace("app/shop", "net/edge")
    group = shop["LoadBalancerArn"].split(":loadbalancer/")[0] + ":targetgroup/to-shop/1"
    edge = {"LoadBalancerArn": arn, "LoadBalancerName": "edge", "DNSName": "edge.example"}
    rows(told, "load-balancers", "LoadBalancers").append(
        shop | edge | {"Type": "network", "SecurityGroups": []}
    )
    rows(told, "listeners", "Listeners").append(
        {
            "ListenerArn": arn.replace(":loadbalancer/", ":listener/") + "/1",
            "LoadBalancerArn": arn,
            "Port": 80,
            "Protocol": "TCP",
            "DefaultActions": [{"Type": "forward", "TargetGroupArn": group}],
        }
    )
    rows(told, "target-groups", "TargetGroups").append(
        {
            "TargetGroupArn": group,
            "TargetGroupName": "to-shop",
            "Protocol": "TCP",
            "Port": 80,
            "VpcId": shop["VpcId"],
            "TargetType": "alb",
        }
    )
    told["of-edge.json"] = [
        {
            "For": group,
            "Output": {
                "TargetHealthDescriptions": [
                    {
                        "Target": {"Id": shop["LoadBalancerArn"], "Port": 80},
                        "TargetHealth": {"State": "healthy"},
                    }
                ]
            },
        },
        {"For": group, "Output": {"Attributes": []}},
        {"For": arn, "Output": {"Attributes": [{"Key": "x", "Value": "y"}]}},
    ]
    if not described:
        found = rows(told, "network-interfaces", "NetworkInterfaces")
        found[:] = [row for row in found if not row["Description"].startswith("ELB ")]


def test_a_network_balancer_in_front_of_an_application_balancer_keeps_the_clients_address(tmp_path):
    answer = lab.ask(network(tmp_path, in_front), "internet", "edge", 80)
    assert answer.reachable
    first = answer.forward[0]
    assert first.last.before.flow.src == first.packet.flow.src  # at the node of the second one
    assert first.last.at.startswith("shop/") and len(answer.forward) == 2


def test_without_the_inner_balancers_interfaces_it_is_unknown(tmp_path):
    answer = lab.ask(network(tmp_path, lambda told: in_front(told, False)), "internet", "edge", 80)
    assert answer.reachable is None and "no file has the network interfaces of" in told_of(answer)


# --- weights, policies, ends, ids -----------------------------------------------------------------


def two_groups(told, weights, other=()):
    """The shop's listener forwards to two groups; the second one has targets of its own."""
    group = rows(told, "target-groups", "TargetGroups")[0]
    arn = group["TargetGroupArn"].replace("targetgroup/", "targetgroup/green-")
    rows(told, "target-groups", "TargetGroups").append(
        group | {"TargetGroupArn": arn, "TargetGroupName": "green"}
    )
    listener = rows(told, "listeners", "Listeners")[0]
    parts = zip((group["TargetGroupArn"], arn), weights, strict=True)
    listener["DefaultActions"] = [
        {
            "Type": "forward",
            "ForwardConfig": {
                "TargetGroups": [{"TargetGroupArn": one, "Weight": weight} for one, weight in parts]
            },
        }
    ]
    told["green.json"] = [
        {
            "For": arn,
            "Output": {
                "TargetHealthDescriptions": [
                    {"Target": {"Id": name, "Port": 8080}, "TargetHealth": {"State": "healthy"}}
                    for name in other
                ]
            },
        },
        {"For": arn, "Output": {"Attributes": []}},
    ]


@pytest.mark.parametrize(
    ("weights", "symptom", "share"),
    [((9, 1), "sometimes", (9, 10)), ((1, 0), "works", (1, 1)), ((0, 1), "504", (0, 1))],
)
def test_the_weights_of_target_groups_are_the_shares(tmp_path, weights, symptom, share):
    vpc = network(tmp_path, lambda told: two_groups(told, weights, [DB]))  # DB refuses the port
    answer = lab.ask(vpc, "internet", "shop", 80)
    assert answer.symptom.startswith(symptom)
    working = sum(row.number for row in answer.shares.rows if row.works)
    assert working * share[1] == share[0] * answer.shares.total


def test_a_weighted_group_without_targets_leaves_the_answer_open(tmp_path):
    answer = lab.ask(
        network(tmp_path, lambda told: two_groups(told, (9, 1))), "internet", "shop", 80
    )
    assert answer.reachable is None and "weights of" in told_of(answer)


def with_policy(told, value="true", described=True):
    classic(told)
    own = told["classic.json"]["LoadBalancerDescriptions"][0]
    own["BackendServerDescriptions"] = [{"InstancePort": 80, "PolicyNames": ["proxy"]}]
    if described:
        told["policies.json"] = {
            "For": "old",
            "Output": {
                "PolicyDescriptions": [
                    {
                        "PolicyName": "proxy",
                        "PolicyTypeName": "ProxyProtocolPolicyType",
                        "PolicyAttributeDescriptions": [
                            {"AttributeName": "ProxyProtocol", "AttributeValue": value}
                        ],
                    }
                ]
            },
        }


@pytest.mark.parametrize(("value", "said"), [("true", True), ("false", False)])
def test_a_classic_policy_sends_a_proxy_line_and_who_reads_it_is_assumed(tmp_path, value, said):
    vpc = network(tmp_path, lambda told: with_policy(told, value))
    answer = lab.ask(vpc, "internet", "old", 80)
    assert answer.reachable and ("PROXY protocol" in told_of(answer)) is said


def test_a_policy_that_no_file_has_leaves_the_answer_open(tmp_path):
    vpc = network(tmp_path, lambda told: with_policy(told, described=False))
    answer = lab.ask(vpc, "internet", "old", 80)
    assert answer.reachable is None and "describe-load-balancer-policies" in told_of(answer)


@pytest.mark.parametrize("word", ["ecr.api", "com.amazonaws.us-east-1.ecr.api", "vpce-0ab"])
def test_a_service_with_an_endpoint_is_an_end(tmp_path, word):
    assert lab.ask(network(tmp_path, with_endpoint("available")), DB, word, 443).reachable


def test_an_endpoint_opens_no_connection_in_ask_and_in_audit(tmp_path):
    vpc = network(tmp_path, with_endpoint("available"))
    with pytest.raises(ValueError, match="opens no connections"):
        lab.ask(vpc, "eni-0ab", DB, 5432)
    audit, db = lab.audit(vpc), interface_id(vpc, DB)
    assert not any(audit.reaches("eni-0ab", db, port) for port in (22, 443, 5432))
    assert audit.reaches(db, "eni-0ab", 443)


def regional(addresses=1, table="", routes=True, state="available"):
    """The NAT gateway is a regional one: no subnet, no interface, addresses by zone."""

    def change(told):
        row = rows(told, "nat-gateways", "NatGateways")[0]
        del row["SubnetId"]
        row |= {
            "AvailabilityMode": "regional",
            "State": state,
            "NatGatewayAddresses": [
                {"PublicIp": f"198.51.100.{90 + i}", "AvailabilityZone": f"eu-west-1{'ab'[i]}"}
                for i in range(addresses)
            ],
        } | ({"RouteTableId": table} if table else {})
        found = rows(told, "network-interfaces", "NetworkInterfaces")
        found[:] = [row for row in found if "NAT Gateway" not in row["Description"]]
        if table and routes:
            home = rows(told, "vpcs", "Vpcs")[0]
            own = {"DestinationCidrBlock": home["CidrBlock"], "GatewayId": "local"}
            rows(told, "route-tables", "RouteTables").append(
                {"RouteTableId": table, "VpcId": home["VpcId"], "Associations": [], "Routes": [own]}
            )

    return change


@pytest.mark.parametrize(
    ("change", "works", "words"),
    [
        (regional(), True, ""),
        (regional(2), True, "one of the sender's zone"),
        (regional(1, "rtb-own"), False, "no route"),  # its own table lacks the route
        (regional(1, "rtb-own", routes=False), None, "no file has rtb-own"),
        (regional(0), None, "no file has a public address"),
        (regional(state="failed"), False, "is failed"),
        (regional(state="deleting"), None, "is deleting"),
    ],
    ids=lambda value: None if callable(value) else str(value),
)
def test_a_regional_nat_gateway_translates_as_a_zonal_one_does(tmp_path, change, works, words):
    told = answers()
    change(told)
    account = aws.load(folder(tmp_path, told))
    assert not any("no file describes it" in str(note) for note in account.report)
    answer = lab.ask(account.vpc(), WEB, "internet", 443)
    assert answer.reachable is works and words in told_of(answer)
    if works:
        arrived = answer.visit.connections[0].traces[0].last.before.flow
        assert arrived.src == "198.51.100.90" and NAT in answer.forward[0].devices
    lab.audit(account.vpc())


def test_a_flow_log_of_a_loaded_network_has_the_ids_of_its_files(tmp_path):
    vpc = network(tmp_path, lambda told: None)
    answer = lab.ask(vpc, BASTION, WEB, 22)
    fields = "interface-id instance-id vpc-id subnet-id"
    log = str(answer.visit.flow_log(WEB, fields))
    row = next(row for row in vpc.interfaces if row.device == WEB)
    assert f"{row.name} {WEB} {vpc.name} {row.subnet}" in log


# --- VPC Block Public Access ----------------------------------------------------------------------

EXCLUSION = {"ExclusionId": "vpcbpa-exclude-1", "State": "create-complete"}


def public_access(mode, exclusion="", vpc=False, states=""):
    """The options, an exclusion of the bastion's subnet or of the VPC, a subnet's own mode."""

    def change(told):
        home = interface_of(told, BASTION)
        told["options.json"] = {
            "VpcBlockPublicAccessOptions": {
                "AwsAccountId": home["OwnerId"],
                "AwsRegion": home["AvailabilityZone"][:-1],
                "State": "update-complete",
                "InternetGatewayBlockMode": mode,
            }
        }
        arn = f"vpc/{home['VpcId']}" if vpc else f"subnet/{home['SubnetId']}"
        row = {"InternetGatewayExclusionMode": exclusion, "ResourceArn": f"arn:aws:ec2:r:1:{arn}"}
        told["exclusions.json"] = {
            "VpcBlockPublicAccessExclusions": [EXCLUSION | row] if exclusion else []
        }
        for each in rows(told, "subnets", "Subnets"):
            if states and each["SubnetId"] == home["SubnetId"]:
                each["BlockPublicAccessStates"] = {"InternetGatewayBlockMode": states}

    return change


IN, OUT, BY_NAT = ("192.0.2.1", BASTION, 22), (BASTION, "internet", 443), (WEB, "internet", 443)


@pytest.mark.parametrize(
    ("change", "works"),
    [
        (public_access("off"), (True, True, True)),
        (public_access("block-bidirectional"), (False, False, False)),
        (public_access("block-ingress"), (False, False, True)),
        (public_access("block-bidirectional", "allow-bidirectional"), (True, True, True)),
        (public_access("block-bidirectional", "allow-bidirectional", True), (True, True, True)),
        (public_access("block-bidirectional", "allow-egress"), (None, None, None)),
        (public_access("block-bidirectional", states="off"), (None, None, None)),
        (public_access("block-ingress", states="block-ingress"), (False, False, True)),
    ],
    ids=lambda value: None if callable(value) else str(value),
)
def test_block_public_access_decides_at_the_internet_gateway(tmp_path, change, works):
    vpc = network(tmp_path, change)
    found = [lab.ask(vpc, *question) for question in (IN, OUT, BY_NAT)]
    assert tuple(answer.reachable for answer in found) == works
    for answer in found:
        if answer.reachable is False:
            code = answer.as_json()["Explanations"][0]["ExplanationCode"]
            assert code == "VPC_BLOCK_PUBLIC_ACCESS_ENABLED"
            assert "VPC Block Public Access is on for this subnet" in told_of(answer)
            assert f"({vpc.blocked[0]})" in told_of(answer)
            assert [str(row) for row in answer.repairs] == [
                f"exclude {vpc.blocked[0].subnet} from VPC Block Public Access"
            ]
    assert lab.ask(vpc, BASTION, WEB, 22).reachable  # it stays inside
    if None not in works:
        reached = lab.audit(vpc).reaches("192.0.2.0/26", interface_id(vpc, BASTION), 22)
        assert reached is works[0]


@pytest.mark.parametrize(
    ("state", "works"),
    [
        ("create-complete", True),
        ("update-failed", True),
        ("create-failed", False),
        ("delete-complete", False),
        ("disable-complete", False),
        ("create-in-progress", None),
        ("delete-in-progress", None),
    ],
)
def test_an_exclusion_lets_pass_only_while_it_is_there(tmp_path, state, works):
    def change(told):
        public_access("block-bidirectional", "allow-bidirectional")(told)
        told["exclusions.json"]["VpcBlockPublicAccessExclusions"][0]["State"] = state

    assert lab.ask(network(tmp_path, change), *IN).reachable is works


# --- gateways -------------------------------------------------------------------------------------


def test_an_internet_gateway_as_an_end_is_anyone_on_the_internet(tmp_path):
    account = aws.load(aws.example())
    vpc = account.vpc()
    gateway = vpc.internet_gateway
    for question in ((gateway, "shop", 80), (WEB, gateway, 443), (gateway, BASTION, 22)):
        plain = [("internet" if word == gateway else word) for word in question]
        assert lab.ask(vpc, *question).symptom == lab.ask(vpc, *plain).symptom
    assert account.home(gateway) == vpc.name


@pytest.mark.parametrize("straight", [True, False])
def test_replies_that_leave_past_the_target_of_a_gateways_route_table_are_named(tmp_path, straight):
    def change(told):
        home = interface_of(told, BASTION if straight else WEB)
        block = next(
            row["CidrBlock"]
            for row in rows(told, "subnets", "Subnets")
            if row["SubnetId"] == home["SubnetId"]
        )
        gateway = rows(told, "internet-gateways", "InternetGateways")[0]["InternetGatewayId"]
        rows(told, "route-tables", "RouteTables").append(
            {
                "RouteTableId": "rtb-edge",
                "VpcId": home["VpcId"],
                "Associations": [{"GatewayId": gateway}],
                "Routes": [{"DestinationCidrBlock": block, "GatewayId": "vpce-0f"}],
            }
        )

    vpc = network(tmp_path, change)
    told = told_of(lab.ask(vpc, "192.0.2.1", BASTION, 22))
    assert "rtb-edge routes what enters by igw-" in told and "vpce-0f" in told
    assert ("leave directly by igw-" in told) is straight
