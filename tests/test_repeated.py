"""The same row in several files: one row where what decides agrees, else unknown."""

import copy
import json

import pytest
from rigs.aws_shapes import classic, files, interface, network, tcp
from rigs.counted import growth

from vpcedu import aws
from vpcedu.analysis.answer import ask
from vpcedu.aws.fields import IDS, KNOWN, SILENT
from vpcedu.sites.site import Site

CHANGING = {  # what differs from moment to moment, and between two calls
    "Subnets": {"AvailableIpAddressCount": 7, "Tags": [{"Key": "Name", "Value": "new"}]},
    "NetworkInterfaces": {"OwnerId": "2", "Attachment": "AttachTime"},
    "SecurityGroups": {"Description": "new", "OwnerId": "2"},
    "NatGateways": {"CreateTime": "2026-12-01T00:00:00+00:00", "ProvisionedBandwidth": None},
    "LoadBalancers": {"CreatedTime": "2026-12-01T00:00:00+00:00"},
    "TargetGroups": {"HealthCheckIntervalSeconds": 5},
}


def load(folder, *collections):
    """The account that collections of answers make, each in a folder of its own."""
    for number, answers in enumerate(collections, 1):
        (folder / f"day-{number}").mkdir(exist_ok=True)
        for name, answer in files(answers).items():
            (folder / f"day-{number}" / name).write_text(json.dumps(answer), encoding="utf-8")
    return aws.load(folder)


def test_rows_that_differ_in_what_says_nothing_about_packets_are_one(tmp_path):
    later = network()
    for kind, fields in CHANGING.items():
        for row in later[kind]:
            for field, value in fields.items():
                if value == "AttachTime":
                    row[field] = row.get(field, {}) | {"AttachTime": "2026-12-01T00:00:00+00:00"}
                else:
                    row[field] = value
    for rows in (later["RouteTables"], later["SecurityGroups"]):
        for row in rows:
            for field in {"Routes", "IpPermissions", "IpPermissionsEgress"} & row.keys():
                row[field] = row[field][::-1]  # AWS promises no order
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    once = load(tmp_path / "one", network())
    twice = load(tmp_path / "two", network(), later)
    assert twice.vpcs == once.vpcs
    assert {note.kind for note in twice.report} == {note.kind for note in once.report}


def test_a_health_that_changed_is_the_better_one_and_settings_of_logs_say_nothing(tmp_path):
    later = network()
    for wrapped in later["wrapped"]:
        for row in wrapped["Output"].get("TargetHealthDescriptions", ()):
            row["TargetHealth"] = {"State": "unhealthy"}
        if "Attributes" in wrapped["Output"]:
            wrapped["Output"]["Attributes"].append({"Key": "access_logs.s3.enabled", "Value": "x"})
    for order in ((later, network()), (network(), later)):
        folder = tmp_path / str(order[0] is later)
        folder.mkdir()
        account = load(folder, *order)
        assert Site(account.vpc()).get("http://shop/", "internet").symptom == "200 OK"
        assert not any("is there twice" in str(note) for note in account.report)


DECIDES = {  # kind, row, field and its other value; a question that meets it
    "Subnets": (0, "AvailabilityZone", "us-east-1f", ("internet", "shop", 80)),
    "RouteTables": (0, "Routes", [], ("internet", "shop", 80)),
    "SecurityGroups": (0, "IpPermissions", [], ("internet", "shop", 80)),
    "NetworkAcls": (0, "Entries", [], ("internet", "shop", 80)),
    "NetworkInterfaces": (0, "SourceDestCheck", False, ("i-web", "internet", 443)),
    "NatGateways": (0, "State", "failed", ("i-web", "internet", 443)),
    "InternetGateways": (0, "Attachments", [], ("internet", "shop", 80)),
    "LoadBalancers": (0, "Scheme", "internal", ("internet", "shop", 80)),
    "TargetGroups": (0, "Port", 81, ("internet", "shop", 80)),
    "Listeners": (0, "DefaultActions", [], ("internet", "shop", 80)),
    "Rules": (0, "Actions", [], ("internet", "shop", 80)),
    "Vpcs": (0, "CidrBlock", "10.0.0.0/15", ("internet", "shop", 80)),
    "PrefixLists": (0, "Cidrs", ["192.0.2.0/24"], ("internet", "shop", 80)),
}


@pytest.mark.parametrize("kind", DECIDES)
def test_rows_that_differ_in_what_decides_leave_what_they_decide_unknown(tmp_path, kind):
    number, field, value, question = DECIDES[kind]
    first = network()
    if kind == "PrefixLists":
        first[kind][number][field] = ["198.51.100.0/24"]
    for row in first["TargetGroups"]:
        row["LoadBalancerArns"] = [one["LoadBalancerArn"] for one in first["LoadBalancers"]]
    later = {kind: copy.deepcopy(first[kind])}
    later[kind][number][field] = value
    account = load(tmp_path, first, later)
    name = later[kind][number][IDS[kind]]
    said = f"{name} is there twice, with another {field} (day-1/{kind}.json and day-2/{kind}.json)"
    assert said in str(account)
    assert said in "\n".join(map(str, ask(account.vpc(), *question).unknown))


def test_a_question_that_does_not_meet_them_is_answered(tmp_path):
    later = {"NatGateways": copy.deepcopy(network()["NatGateways"])}
    later["NatGateways"][0]["State"] = "failed"
    vpc = load(tmp_path, network(), later).vpc()
    assert "is there twice" not in str(ask(vpc, "internet", "shop", 80).unknown)
    assert "is there twice" in str(ask(vpc, "i-web", "internet", 443).unknown)


def test_one_zone_that_two_accounts_call_by_different_names_is_one(tmp_path):
    first, later = network(), network()
    for number, row in enumerate(first["Subnets"]):
        row["AvailabilityZoneId"] = later["Subnets"][number]["AvailabilityZoneId"] = "use1-az1"
        later["Subnets"][number]["AvailabilityZone"] = "us-east-1d"
    assert "is there twice" not in str(load(tmp_path, first, later))


def test_two_calls_about_prefix_lists_make_one_row(tmp_path):
    first = network() | {"entries": []}
    by_service = {"PrefixLists": [{"PrefixListId": "pl-office", "Cidrs": ["203.0.113.128/28"]}]}
    account = load(tmp_path, first, by_service)
    assert account.prefix_lists == (("pl-office", ("203.0.113.128/28",)),)
    assert "is there twice" not in str(account)


def test_two_classic_load_balancers_of_one_name_in_two_regions_are_two(tmp_path):
    first = network() | classic()
    text = json.dumps(first)
    for word in ("vpc-1", "subnet-pub", "subnet-priv", "rtb-", "acl-1"):
        text = text.replace(word, word + "x")
    second = json.loads(text)
    keep = ("Vpcs", "Subnets", "RouteTables", "NetworkAcls", "LoadBalancerDescriptions")
    second = {kind: rows for kind, rows in second.items() if kind in keep}
    second["LoadBalancerDescriptions"][0]["DNSName"] = "old-2.elb.amazonaws.com"
    account = load(tmp_path, first, second)
    assert "is there twice" not in str(account)
    homes = {one.name: [row.name for row in one.names] for one in account.vpcs}
    assert "old" in homes["vpc-1"] and "old" in homes["vpc-1x"]
    assert account.home("old-2.elb.amazonaws.com") == "vpc-1x"
    with pytest.raises(ValueError, match="'old' is in vpc-1, vpc-1x"):
        account.home("old")


def test_rows_that_disagree_take_work_that_grows_with_them(tmp_path):
    def groups(n, permissions):
        own = {"VpcId": "vpc-1", "IpPermissions": permissions, "IpPermissionsEgress": []}
        return [{"GroupId": f"sg-{i}"} | own for i in range(n)]

    def disagree(n):
        cards = [interface(f"eni-{i}", "subnet-1", f"10.0.1.{i}", [f"sg-{i}"]) for i in range(n)]
        first = {
            "Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}],
            "Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}],
            "SecurityGroups": groups(n, []),
            "NetworkInterfaces": cards,
        }
        account = load(tmp_path, first, {"SecurityGroups": groups(n, [tcp(22)])})
        assert str(account).count("is there twice") == n

    assert growth(disagree, 16) < 2.1


def test_fields_that_say_nothing_are_read_nowhere():
    """But three.

    Name tags are words for an end, names of prefix lists are for repairs, and the owner of a VPC
    tells whose options of Block Public Access hold: it is one in all calls that see the VPC.
    """
    source = "".join(
        file.read_text(encoding="utf-8")
        for file in aws.example().parent.glob("*.py")
        if file.name != "fields.py"
    )
    assert {field for field in SILENT if f'"{field}"' in source} == {
        "OwnerId",
        "PrefixListName",
        "Tags",
        "TagSet",
    }
    assert len(SILENT) > 100 and not SILENT & {*IDS.values()}
    assert {field for kind in KNOWN.values() for field in kind} > {"Tags", "LaunchTime"}
