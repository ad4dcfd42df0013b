"""vpcedu.aws: files as the AWS CLI writes them, whole and broken.

What happens to each part of them?
"""

import json
import re
from pathlib import Path

import pytest
from rigs.aws_shapes import SHAPES, classic, files, network, peering, tcp

from vpcedu import aws
from vpcedu.aws.fields import KNOWN
from vpcedu.aws.reading import MOST_BYTES
from vpcedu.clock import SECOND
from vpcedu.gateways.internet_gateway import Association
from vpcedu.network.interface import DownState
from vpcedu.sites.site import Site
from vpcedu.tables.route_table import Route
from vpcedu.tables.security_group import GroupRule


def load(tmp_path, answers):
    """The account that answers make, each in a file of its own, or one text in one file."""
    if isinstance(answers, str | bytes):
        (tmp_path / "all.json").write_bytes(
            answers if isinstance(answers, bytes) else answers.encode()
        )
        return aws.load(tmp_path / "all.json")
    for name, answer in files(answers).items():
        (tmp_path / name).write_text(json.dumps(answer), encoding="utf-8")
    return aws.load(tmp_path)


def changed(**kinds):
    """The network of the shapes with other rows for some kinds; None: no such file."""
    return {kind: rows for kind, rows in (network() | kinds).items() if rows is not None}


def words(account, kind):
    return [str(note) for note in account.report if note.kind == kind]


# --- what is read ---------------------------------------------------------------------------------


def test_every_kind_of_answer_becomes_rows_with_the_ids_of_aws(tmp_path):
    vpc = load(tmp_path, network()).vpc()
    assert {row.name for row in vpc.devices} == {
        "i-web",
        "nat-1",
        "internet",
        "shop/eni-alb",
        "wire/eni-nlb",
        "eni-db",
        "eni-vpce",
    }
    assert vpc.internet_gateway == "igw-1" and vpc.main == "rtb-main" and vpc.name == "vpc-1"
    assert Route("rtb-priv", "0.0.0.0/0", "nat-1") in vpc.routes
    assert GroupRule("sg-web", "in", (8_080, 8_080), "sg-front") in vpc.group_rules
    assert {row.acl for row in vpc.acl_entries} == {"acl-1"}
    assert Association("198.51.100.1", "10.0.0.20") in vpc.associations
    assert [row.id for row in vpc.interfaces if row.device == "i-web"] == ["eni-web"]
    assert {row.name for row in vpc.names} >= {"shop", "shop-1.elb.amazonaws.com", "wire"}


def test_the_loaded_balancers_deliver(tmp_path):
    site = Site(load(tmp_path, network()).vpc())
    assert site.get("http://shop/", "internet").symptom == "200 OK"
    # a rule's fixed response
    assert site.get("http://shop/gone", "internet").symptom == "404 Not Found"
    assert site.connect("internet", "wire", 443).symptom == "connected"
    assert site.connect("i-web", "203.0.113.10", 443).symptom == "connected"


def test_settings_come_from_attributes(tmp_path):
    devices = {row.name: dict(row.settings) for row in load(tmp_path, network()).vpc().devices}
    assert devices["shop/eni-alb"]["idle"] == 120 * SECOND
    assert devices["wire/eni-nlb"]["cross_zone"] is True
    listener = devices["wire/eni-nlb"]["listeners"][0]
    assert (listener.idle, listener.targets.preserves) == (600 * SECOND, False)
    assert listener.targets.proxy_protocol_v2


def test_a_classic_balancer_is_known_by_its_name_and_its_attributes(tmp_path):
    account = load(tmp_path, changed(**classic()))
    devices = {row.name: dict(row.settings) for row in account.vpc().devices}
    assert devices["old/subnet-pub"]["idle"] == 90 * SECOND and "zone" in devices["old/subnet-pub"]
    assert Site(account.vpc()).connect("internet", "old", 80).symptom == "connected"
    assert any(
        "a node of old in subnet-pub: 10.0.0.254" in word for word in words(account, "inferred")
    )


def test_a_network_load_balancer_without_its_interfaces_is_inferred_and_said(tmp_path):
    interfaces = [
        row for row in network()["NetworkInterfaces"] if row["NetworkInterfaceId"] != "eni-nlb"
    ]
    account = load(tmp_path, changed(NetworkInterfaces=interfaces))
    assert any("a node of net/wire/1 in subnet-pub" in word for word in words(account, "inferred"))
    assert Site(account.vpc()).connect("internet", "wire", 443).symptom == "connected"


def test_prefix_lists_become_a_row_for_each_block_and_keep_their_names(tmp_path):
    account = load(tmp_path, network())
    assert GroupRule("sg-web", "in", (22, 22), "203.0.113.128/28") in account.vpc().group_rules
    assert account.prefix_lists == (("pl-office", ("203.0.113.128/28", "198.51.100.64/26")),)
    assert any(
        "sg-web names prefix list pl-office" in word for word in words(account, "simplified")
    )
    answers = {kind: rows for kind, rows in network().items() if kind != "entries"}
    (tmp_path / "two").mkdir()
    account = load(tmp_path / "two", answers)
    assert any("entries of prefix list pl-office" in word for word in words(account, "missing"))


def test_routes_beyond_the_model_end_there_and_are_named(tmp_path):
    account = load(tmp_path, network())
    assert account.vpcs[0].beyond == ("tgw-1",)
    assert any("rtb-priv, route 10.50.0.0/16 > tgw-1" in word for word in words(account, "beyond"))
    visit = Site(account.vpc()).connect("i-web", "10.50.0.1", 443)
    lost = visit.capture.traces[0].dropped
    assert (lost.check, lost.row.target, lost.reason.code) == ("route", "tgw-1", "beyond the model")
    assert account.vpcs[0].state(lost.row) == "active"


def test_an_interface_endpoint_is_a_host_and_what_it_accepts_is_said_to_be_inferred(tmp_path):
    account = load(tmp_path, network())
    assert Site(account.vpc()).connect("i-web", "10.0.1.40", 443).symptom == "connected"
    assert any(
        "eni-vpce (VPC Endpoint Interface vpce-1): its service accepts" in w
        for w in words(account, "inferred")
    )


@pytest.mark.parametrize("kind", ["gateway_load_balancer_endpoint", "transit_gateway"])
def test_an_interface_of_an_appliance_is_reached_and_not_guessed_about(tmp_path, kind):
    answers = network()
    answers["NetworkInterfaces"][5]["InterfaceType"] = kind
    lost = (
        Site(load(tmp_path, answers).vpc())
        .connect("i-web", "10.0.1.40", 443)
        .capture.traces[0]
        .dropped
    )
    assert (lost.at, lost.reason.code) == ("eni-vpce", "beyond the model")


def test_an_interface_that_a_route_leads_to_is_an_appliance_unless_it_is_an_instances(tmp_path):
    answers = network()
    answers["RouteTables"][1]["Routes"][1] = {
        "DestinationCidrBlock": "0.0.0.0/0",
        "NetworkInterfaceId": "eni-db",
    }
    lost = (
        Site(load(tmp_path, answers).vpc())
        .connect("i-web", "192.0.2.200", 443)
        .capture.traces[0]
        .dropped
    )
    assert (lost.at, lost.check) == ("eni-db", "group in")
    answers["SecurityGroups"][1]["IpPermissions"].append(
        tcp(443, IpRanges=[{"CidrIp": "0.0.0.0/0"}])
    )
    answers["NetworkInterfaces"][4]["SourceDestCheck"] = False
    lost = (
        Site(load(tmp_path, answers).vpc())
        .connect("i-web", "192.0.2.200", 443)
        .capture.traces[0]
        .dropped
    )
    assert (lost.at, lost.reason.code) == ("eni-db", "beyond the model")


def test_a_blackhole_stays_one(tmp_path):
    vpc = load(tmp_path, network()).vpc()
    row = next(route for route in vpc.routes if route.target == "nat-gone")
    assert vpc.state(row) == "blackhole"


def test_a_stopped_instance_is_known_with_its_state(tmp_path):
    answers = network()
    answers["Reservations"][0]["Instances"][0]["State"]["Name"] = "stopped"
    account = load(tmp_path, answers)
    assert account.vpc().states == (DownState("i-web", "stopped"),)
    assert any("i-web is stopped" in word for word in words(account, "left out"))


def test_a_vpc_of_several_blocks(tmp_path):
    answers = network()
    answers["Vpcs"][0]["CidrBlockAssociationSet"] = [
        {"CidrBlock": cidr, "CidrBlockState": {"State": "associated"}}
        for cidr in ("10.0.0.0/16", "100.64.0.0/16")
    ]
    answers["Subnets"].append(
        {
            "SubnetId": "subnet-pod",
            "VpcId": "vpc-1",
            "CidrBlock": "100.64.1.0/24",
            "AvailabilityZone": "us-east-1a",
        }
    )
    answers["RouteTables"][0]["Routes"].append(
        {"DestinationCidrBlock": "100.64.0.0/16", "GatewayId": "local"}
    )
    answers["NetworkInterfaces"][0]["SubnetId"] = "subnet-pod"
    answers["NetworkInterfaces"][0]["PrivateIpAddress"] = "100.64.1.10"
    answers["NetworkInterfaces"][0]["PrivateIpAddresses"] = []
    del answers["Reservations"][0]["Instances"][0]["NetworkInterfaces"]
    account = load(tmp_path, answers)
    assert account.vpcs[0].blocks == ("10.0.0.0/16", "100.64.0.0/16")
    assert Site(account.vpc()).connect("shop/eni-alb", "100.64.1.10", 8_443).symptom == "connected"


# --- nothing is dropped silently ------------------------------------------------------------------


def test_unknown_answers_fields_and_files_are_reported(tmp_path):
    answers = network()
    answers["Vpcs"][0]["Weather"] = "fine"
    answers["TransitGateways"] = [{"TransitGatewayId": "tgw-1"}]
    (tmp_path / "notes.txt").write_text("hello")
    account = load(tmp_path, answers)
    told = "\n".join(words(account, "unknown"))
    assert "field 'Weather' of Vpcs: not used (Vpcs.json: $.Vpcs[0].Weather)" in told
    assert (
        "answers called 'TransitGateways': kept aside (TransitGateways.json: $.TransitGateways)"
        in told
    )
    assert "notes.txt" in "\n".join(words(account, "not read"))


def test_the_mode_of_a_subnet_goes_before_that_of_its_vpc(tmp_path):
    answers = network()
    answers["Vpcs"][0]["BlockPublicAccessStates"] = {"InternetGatewayBlockMode": "off"}
    answers["Subnets"][1]["BlockPublicAccessStates"] = {"InternetGatewayBlockMode": "block-ingress"}
    (row,) = load(tmp_path, answers).vpc().blocked
    assert row == (answers["Subnets"][1]["SubnetId"], "block-ingress")


# --- what the service models of the AWS SDK document ----------------------------------------------

ROWS = {
    "Vpcs": "ec2 DescribeVpcs",
    "Subnets": "ec2 DescribeSubnets",
    "RouteTables": "ec2 DescribeRouteTables",
    "SecurityGroups": "ec2 DescribeSecurityGroups",
    "NetworkAcls": "ec2 DescribeNetworkAcls",
    "InternetGateways": "ec2 DescribeInternetGateways",
    "NatGateways": "ec2 DescribeNatGateways",
    "Reservations": "ec2 DescribeInstances",
    "NetworkInterfaces": "ec2 DescribeNetworkInterfaces",
    "Addresses": "ec2 DescribeAddresses",
    "VpcPeeringConnections": "ec2 DescribeVpcPeeringConnections",
    "VpcEndpoints": "ec2 DescribeVpcEndpoints",
    "PrefixLists": "ec2 DescribeManagedPrefixLists",
    "LoadBalancers": "elbv2 DescribeLoadBalancers",
    "TargetGroups": "elbv2 DescribeTargetGroups",
    "Listeners": "elbv2 DescribeListeners",
    "Rules": "elbv2 DescribeRules",
    "LoadBalancerDescriptions": "elb DescribeLoadBalancers",
    "VpcBlockPublicAccessOptions": "ec2 DescribeVpcBlockPublicAccessOptions",
    "VpcBlockPublicAccessExclusions": "ec2 DescribeVpcBlockPublicAccessExclusions",
    "TransitGatewayRouteTables": "ec2 DescribeTransitGatewayRouteTables",
    "TransitGatewayVpcAttachments": "ec2 DescribeTransitGatewayVpcAttachments",
    "TransitGatewayAttachments": "ec2 DescribeTransitGatewayAttachments",
}
INSIDE = {
    "Instances": ("Reservations", "Instances"),
    "Routes": ("RouteTables", "Routes"),
    "IpPermissions": ("SecurityGroups", "IpPermissions"),
    "ACL entries": ("NetworkAcls", "Entries"),
}


def documented(kind):
    """The shape of a row by botocore's service models, which are made from AWS's own."""
    import botocore.session

    outer, field = INSIDE.get(kind, (kind, ""))
    service, operation = ROWS[outer].split()
    model = botocore.session.get_session().get_service_model(service)
    row = model.operation_model(operation).output_shape.members[outer]
    row = row.member if row.type_name == "list" else row  # one object for each Region
    return row.members[field].member if field else row


def sample(shape, depth=0):
    """A value of a documented shape."""
    if shape.type_name == "structure":
        return (
            {name: sample(member, depth + 1) for name, member in shape.members.items()}
            if depth < 4
            else {}
        )
    if shape.type_name == "list":
        return [sample(shape.member, depth + 1)]
    plain = {
        "string": (getattr(shape, "enum", None) or ["é \n x"])[-1],
        "boolean": True,
        "map": {},
        "timestamp": "2026-01-01T00:00:00+00:00",
    }
    return plain.get(shape.type_name, 7)


@pytest.mark.parametrize("kind", KNOWN)
def test_every_field_that_the_sdk_documents_is_known_here(kind):
    assert set(documented(kind).members) - KNOWN[kind] == set()


def test_documented_fields_that_say_nothing_about_packets_change_nothing_whatever_they_hold(
    tmp_path,
):
    source = "".join(
        file.read_text()
        for file in Path(aws.__file__).parent.rglob("*.py")
        if file.name != "fields.py"
    )
    answers = changed(**classic())
    before = load(tmp_path, answers)
    filled = 0
    rows = {kind: answers[kind] for kind in ROWS if kind in answers}
    rows["Instances"] = [row for one in answers["Reservations"] for row in one["Instances"]]
    for kind, found in rows.items():
        more = {
            name: sample(shape)
            for name, shape in documented(kind).members.items()
            if not re.search(rf'[".]{name}[".]', source)
        }
        for row in found:
            filled += len(more.keys() - row.keys())
            row |= {name: value for name, value in more.items() if name not in row}
    after = load(tmp_path, answers)
    assert filled > 200
    assert after.vpcs == before.vpcs and words(after, "unknown") == words(before, "unknown")


def test_ipv6_is_left_out_and_said(tmp_path):
    account = load(tmp_path, network())
    assert any(
        note.kind == "beyond" and note.words.startswith("IPv6") and note.times >= 3
        for note in account.report
    )


def test_missing_files_are_named_by_their_command(tmp_path):
    account = load(tmp_path, {"Vpcs": network()["Vpcs"], "Subnets": network()["Subnets"]})
    told = "\n".join(words(account, "missing"))
    for command in (
        "route-tables",
        "security-groups",
        "network-acls",
        "internet-gateways",
        "network-interfaces",
    ):
        assert f"aws ec2 describe-{command}" in told
    assert account.vpcs[0].routes_of(account.vpcs[0].subnets[0])[0].target == "local"


def test_every_note_has_a_kind_and_a_place_or_a_subject(tmp_path):
    for note in load(tmp_path, network()).report:
        assert note.kind in (
            "unknown",
            "beyond",
            "missing",
            "inferred",
            "simplified",
            "left out",
            "inconsistent",
        )
        assert note.times >= 1 and (note.where == "" or ": $" in note.where)


def test_the_example_is_read_whole_and_has_the_two_faults_of_its_lesson():
    account = aws.load(aws.example())
    assert {note.kind for note in account.report} == {"inferred", "simplified", "beyond"}
    vpc = account.vpc()
    assert Site(vpc).get("http://shop/", "internet").symptom == "200 OK"
    web_1, web_2 = (f"i-0e11f22a33b44000{n}" for n in (1, 2))
    assert Site(vpc).connect(web_1, "203.0.113.10", 443).symptom == "connected"
    lost = Site(vpc).connect(web_2, "203.0.113.10", 443).capture.traces[0].dropped
    assert lost.reason.code == "no route"  # its subnet has the main table
    answer = Site(vpc).connect(web_1, "10.20.20.10", 5_432).capture.traces[1]
    # 1024-32767 is half of the ephemeral ports
    assert answer.dropped.reason.code == "network ACL out"
    assert str(answer.dropped.row).startswith("acl-0d11e22f33a440002 out *")


# --- forms of files -------------------------------------------------------------------------------


def test_one_file_may_hold_everything_in_any_form(tmp_path):
    parts = list(files(network()).values())
    whole = load(tmp_path, network()).vpc()
    for text in (
        "".join(map(json.dumps, parts)),
        json.dumps(parts),
        "\n".join(json.dumps(p, indent=2) for p in parts),
        ("\ufeff" + "\n".join(map(json.dumps, parts))).encode("utf-16-le"),
        b"\xef\xbb\xbf" + "\n".join(map(json.dumps, parts)).encode(),
    ):
        folder = tmp_path / "again"
        folder.mkdir(exist_ok=True)
        assert set(load(folder, text).vpc().interfaces) == set(whole.interfaces)


def test_pages_are_joined_and_a_missing_last_one_is_said(tmp_path):
    answers = network()
    first, second = answers["Subnets"][:1], answers["Subnets"][1:]
    rest = [answer for name, answer in files(answers).items() if name != "Subnets.json"]
    pages = [{"Subnets": first, "NextToken": "more"}, {"Subnets": second}]
    account = load(tmp_path, json.dumps([*pages, *rest]))
    assert len(account.vpc().subnets) == 2 and not any(
        "last page" in word for word in words(account, "missing")
    )
    pages[1]["NextToken"] = "still more"
    account = load(tmp_path, json.dumps([*pages, *rest]))
    assert any("last page of Subnets" in word for word in words(account, "missing"))


def test_an_answer_without_a_subject_is_taken_where_one_thing_can_be_meant(tmp_path):
    answers = changed(
        LoadBalancers=None,
        Listeners=None,
        Rules=None,
        TargetGroups=None,
        wrapped=None,
        entries=None,
        NetworkInterfaces=[],
    )
    loose = {"Entries": [{"Cidr": "203.0.113.128/28"}]}
    account = load(tmp_path, answers | {"loose": loose})
    assert any(
        "Entries is about pl-office, the only candidate" in word
        for word in words(account, "inferred")
    )
    assert GroupRule("sg-web", "in", (22, 22), "203.0.113.128/28") in account.vpc().group_rules
    two = answers | {
        "loose": loose,
        "PrefixLists": [*answers["PrefixLists"], {"PrefixListId": "pl-2"}],
    }
    account = load(tmp_path, two)
    assert any(
        "Entries does not say what it is about, and 2 could be meant" in w
        for w in words(account, "unknown")
    )


def test_attributes_without_a_subject_are_told_apart_by_their_keys(tmp_path):
    answers = changed(wrapped=None, TargetGroups=network()["TargetGroups"][:1], Rules=None)
    loose = {
        "Attributes": [
            {"Key": "deregistration_delay.timeout_seconds", "Value": "300"},
            {"Key": "preserve_client_ip.enabled", "Value": "false"},
        ]
    }
    account = load(tmp_path, answers | {"loose": loose})
    assert any(
        "Attributes is about arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/shop/1" in word
        for word in words(account, "inferred")
    )


# --- several VPCs ---------------------------------------------------------------------------------


def test_an_account_names_the_vpc_of_an_end(tmp_path):
    answers = network()
    answers["Vpcs"].append({"VpcId": "vpc-2", "CidrBlock": "10.2.0.0/16"})
    account = load(tmp_path, answers)
    assert [one.name for one in account.vpcs] == ["vpc-1", "vpc-2"]
    assert account.vpc("vpc-2").peers == (account.vpcs[0],)
    for end in (
        "i-web",
        "eni-web",
        "10.0.1.10",
        "198.51.100.1",
        "shop",
        "wire-1.elb.amazonaws.com",
    ):
        assert account.home(end) == "vpc-1"
    with pytest.raises(ValueError, match=r"VPC '': expected one of vpc-1, vpc-2"):
        account.vpc()
    with pytest.raises(ValueError, match=r"'i-none' is in no VPC: expected the id of an instance"):
        account.home("i-none")


def test_a_name_tag_stands_for_the_one_thing_that_has_it(tmp_path):
    answers = network()
    answers["Reservations"][0]["Instances"][0]["Tags"] = [{"Key": "Name", "Value": "Wéb 1"}]
    answers["NetworkInterfaces"][4]["TagSet"] = [
        {"Key": "Name", "Value": "db"},
        {"Key": "Owner", "Value": 7},
    ]
    account = load(tmp_path, answers)
    assert [account.called(word) for word in ("Wéb 1", "db", "shop", "i-web", "nobody")] == [
        "i-web",
        "eni-db",
        "shop",
        "i-web",
        "nobody",
    ]
    answers["NetworkInterfaces"][4]["TagSet"][0]["Value"] = "Wéb 1"
    with pytest.raises(
        ValueError, match="'Wéb 1' is the Name tag of i-web, eni-db: expected one of these ids"
    ):
        load(tmp_path, answers).called("Wéb 1")


def test_a_peer_that_no_file_describes_is_beyond_the_model(tmp_path):
    answers = network()
    answers["VpcPeeringConnections"] = [peering("vpc-x")]
    answers["RouteTables"][1]["Routes"].append(
        {
            "DestinationCidrBlock": "10.60.0.0/16",
            "VpcPeeringConnectionId": "pcx-1",
            "State": "active",
        }
    )
    lost = (
        Site(load(tmp_path, answers).vpc())
        .connect("i-web", "10.60.0.1", 443)
        .capture.traces[0]
        .dropped
    )
    assert (lost.row.target, lost.reason.code) == ("pcx-1", "beyond the model")


def test_overlapping_peers_are_refused(tmp_path):
    answers = network()
    answers["Vpcs"].append({"VpcId": "vpc-2", "CidrBlock": "10.0.0.0/17"})
    answers["VpcPeeringConnections"] = [peering("vpc-2")]
    with pytest.raises(
        aws.LoadError, match=r"pcx-1 between 10.0.0.0/16 and 10.0.0.0/17: expected no overlap"
    ):
        load(tmp_path, answers)


# --- bad input ------------------------------------------------------------------------------------

BAD = {
    "nothing": ("", r"all.json: \$.Vpcs: nothing: expected at least one VPC"),
    "no JSON": (
        "hello",
        r"all.json: \$: line 1, column 1: Expecting value: expected JSON as the AWS CLI writes it",
    ),
    "truncated": (
        '{"Vpcs": [{"VpcId": "vpc-1", "Cidr',
        r"all.json: \$: line 1, column \d+: .*: expected JSON",
    ),
    "a text": ('"Vpcs"', r"all.json: \$: 'Vpcs': expected an object"),
    "no list": ('{"Vpcs": {}}', r"all.json: \$.Vpcs: an object: expected a list"),
    "no object": ('{"Vpcs": [7]}', r"all.json: \$.Vpcs\[0\]: 7: expected an object"),
    "no id": ('{"Vpcs": [{}]}', r"all.json: \$.Vpcs\[0\].VpcId: nothing: expected a text"),
    "wrong id": (
        '{"Vpcs": [{"VpcId": ["x"]}]}',
        r"\$.Vpcs\[0\].VpcId: a list: expected a text of ASCII letters",
    ),
    "half a surrogate": (
        '{"Vpcs": [{"VpcId": "\\ud800"}]}',
        r"\$.Vpcs\[0\].VpcId: '.ud800': expected a text",
    ),
    "no block": (
        '{"Vpcs": [{"VpcId": "v", "CidrBlock": "10/8"}]}',
        r"\$.Vpcs\[0\].CidrBlock: '10/8': expected an IPv4 CIDR block",
    ),
    "a block too wide": (
        '{"Vpcs": [{"VpcId": "v", "CidrBlock": "10.0.0.0/8"}]}',
        r"expected a block from /16 to /28",
    ),
    "deep": (
        '{"Vpcs": ' + "[" * 100_000 + "]" * 100_000 + "}",
        r"all.json: \$: nested too deep: expected at most 64",
    ),
    "less deep": (
        '{"Vpcs": ' + "[" * 100 + "]" * 100 + "}",
        r"nested too deep: expected at most 64 levels",
    ),
    "deep objects": ('{"a":' * 100_000, r"nested too deep"),
    "NaN": (
        '{"Vpcs": [{"VpcId": NaN}]}',
        r"all.json: \$.Vpcs\[0\].VpcId: NaN: expected plain JSON",
    ),
    "infinity": ('{"Vpcs": -Infinity}', r"all.json: \$.Vpcs: -Infinity: expected plain JSON"),
    "a long number": (
        '{"Vpcs": [' + "9" * 1_000_000 + "]}",
        r"all.json: \$.Vpcs\[0\]: a number of 1000000 digits: expected plain JSON",
    ),
    "a long fraction": (
        '{"Vpcs": [0.' + "9" * 1_000_000 + "]}",
        r"a number of 1000002 digits: expected plain JSON",
    ),
    "a name twice": (
        '{"Vpcs": [], "Vpcs": []}',
        r"all.json: \$: an object with the name 'Vpcs' twice",
    ),
    "bytes": (b"\xff\xff\xff{}", r"all.json: \$: .* at byte 0: expected JSON in UTF-8 or UTF-16"),
    "second value": ('{"Vpcs": []} {"Vpcs": 7}', r"all.json, value 2: \$.Vpcs: 7: expected a list"),
    "no output": ('{"For": "x", "Output": [1]}', r"\$.Output: a list: expected an object"),
    "no subject": ('{"Output": {"Entries": []}}', r"\$.For: nothing: expected a text"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_error_with_file_path_and_what_was_expected(tmp_path, name):
    text, told = BAD[name]
    with pytest.raises(aws.LoadError, match=told) as found:
        load(tmp_path, text)
    assert len(str(found.value)) < 400 and "\n" not in str(found.value)
    assert found.value.__cause__ is None


def test_what_is_not_there_or_too_long_is_refused(tmp_path):
    with pytest.raises(
        aws.LoadError, match=r"nowhere: \$: no such file or folder: expected answers of the AWS CLI"
    ):
        aws.load(tmp_path / "nowhere")
    with (tmp_path / "long.json").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(aws.LoadError, match=r"long.json: \$: too long: expected at most \d+ bytes"):
        aws.load(tmp_path)


@pytest.mark.parametrize(("kind", "path", "value", "told"), SHAPES, ids=lambda x: str(x)[:40])
def test_rows_that_do_not_fit_are_refused_at_their_place(tmp_path, kind, path, value, told):
    answers = network()
    at = answers[kind]
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    with pytest.raises(aws.LoadError, match=told):
        load(tmp_path, answers)
