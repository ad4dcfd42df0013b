"""A row that does not fit the others is left out and named; all other rows answer."""

import json

import pytest
from rigs.aws_shapes import classic, files, network

from vpcedu import aws
from vpcedu.analysis.answer import ask
from vpcedu.views.outcome import UNKNOWN


def load(folder, answers):
    for name, answer in files(answers).items():
        (folder / name).write_text(json.dumps(answer), encoding="utf-8")
    return aws.load(folder)


def odd(kind, path, value):
    """The network of the shapes with another value in one row."""
    answers = network() | classic()
    at = answers[kind]
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return answers


def again(kind, number, **fields):
    """The network of the shapes with one row more, like another one but for its id and fields."""
    answers = network() | classic()
    answers[kind].append({**answers[kind][number], **fields})
    return answers


def elsewhere():
    """The network of the shapes with a second VPC; an interface of the first is in its subnet."""
    answers = again("Vpcs", 0, VpcId="vpc-2", CidrBlock="10.2.0.0/16", CidrBlockAssociationSet=[])
    subnet = answers["Subnets"][1]
    answers["Subnets"].append(
        {**subnet, "SubnetId": "subnet-two", "VpcId": "vpc-2", "CidrBlock": "10.2.0.0/24"}
    )
    answers["NetworkInterfaces"][4] |= {"SubnetId": "subnet-two", "PrivateIpAddress": "10.2.0.30"}
    return answers


SHOP, WEB, DB = ("internet", "shop", 80), ("i-web", "internet", 443), ("i-web", "10.0.1.30", 5432)
ROUTE = {"DestinationCidrBlock": "10.0.0.0/26", "NetworkInterfaceId": "eni-db"}
DIRECT = {"DestinationCidrBlock": "10.0.1.0/24", "GatewayId": "igw-1"}
ODD = {  # answers, what is said, a question that meets the row, and one that does not
    "an address outside": (
        odd("NetworkInterfaces", (4, "PrivateIpAddress"), "10.0.7.1"),
        "eni-db is left out, because its address 10.0.7.1 is not in its subnet subnet-priv, 10.0.1.0/24",
        ("i-web", "10.0.7.1", 5432), SHOP),
    "an address that AWS keeps": (
        odd("NetworkInterfaces", (4, "PrivateIpAddress"), "10.0.1.1"),
        "eni-db is left out, because its address 10.0.1.1 is one that AWS keeps in subnet-priv, for the",
        ("i-web", "10.0.1.1", 5432), SHOP),
    "a subnet that no file has": (
        odd("NetworkInterfaces", (4, "SubnetId"), "subnet-x"),
        "eni-db is left out, because no file describes its subnet subnet-x", DB, SHOP),
    "a subnet of another VPC": (
        elsewhere(),
        "eni-db is left out, because its subnet subnet-two is in vpc-2, not in vpc-1",
        ("i-web", "eni-db", 5432), SHOP),
    "an address twice": (
        again("NetworkInterfaces", 4, NetworkInterfaceId="eni-more"),
        "eni-more is left out, because its address 10.0.1.30 is that of eni-db", DB, SHOP),
    "a public address twice": (
        again("NetworkInterfaces", 4, NetworkInterfaceId="eni-more", PrivateIpAddress="10.0.1.31",
              Association={"PublicIp": "198.51.100.1"}, PrivateIpAddresses=[]),
        "eni-more is left out, because its public address 198.51.100.1 is that of eni-",
        ("i-web", "10.0.1.31", 443), DB),
    "an instance that says otherwise": (
        odd("Reservations", (0, "Instances", 0, "NetworkInterfaces", 0, "PrivateIpAddress"), "10.0.1.11"),
        "its address is 10.0.1.11 here, and 10.0.1.10 in NetworkInterfaces.json",
        ("internet", "10.0.1.11", 80), ("10.0.1.30", "internet", 443)),
    "a subnet outside its VPC": (
        again("Subnets", 0, SubnetId="subnet-more", CidrBlock="10.9.0.0/24"),
        "subnet-more is left out, because 10.9.0.0/24 is not in the blocks of vpc-1, 10.0.0.0/16",
        ("i-web", "10.9.0.9", 80), SHOP),
    "subnets that overlap": (
        again("Subnets", 1, SubnetId="subnet-z", CidrBlock="10.0.1.128/25"),
        "subnet-z is left out, because 10.0.1.128/25 overlaps with subnet-priv, 10.0.1.0/24",
        ("i-web", "10.0.1.200", 80), SHOP),
    "a block that is no subnet's": (
        again("Subnets", 1, SubnetId="subnet-z", CidrBlock="10.0.9.0/30"),
        "subnet-z is left out, because 10.0.9.0/30 is no block from /16 to /28",
        ("i-web", "10.0.9.1", 80), SHOP),
    "a node in a subnet that no file has": (
        odd("LoadBalancers", (0, "AvailabilityZones", 0, "SubnetId"), "subnet-x"),
        "has a node in subnet-x, which no file describes", SHOP, WEB),
    "a Classic node in a subnet that no file has": (
        odd("LoadBalancerDescriptions", (0, "Subnets"), ["subnet-pub", "subnet-x"]),
        "old has a node in subnet-x, which no file describes", ("internet", "old", 80), WEB),
    "a route for a part of a subnet": (
        odd("RouteTables", (1, "Routes", 1), ROUTE),
        "a route of rtb-priv for 10.0.0.0/26 is left out: inside vpc-1 AWS takes routes", WEB, None),
    "a route inside to an Internet gateway": (
        odd("RouteTables", (1, "Routes", 1), DIRECT),
        "a route of rtb-priv for 10.0.1.0/24 is left out", WEB, None),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_a_row_out_of_place_is_named_and_what_it_decides_is_unknown(tmp_path, name):
    answers, said, met, other = ODD[name]
    account = load(tmp_path, answers)
    (note,) = (note for note in account.report if said in note.words)
    assert note.kind == "left out" and ".json: $" in note.where
    vpc = account.vpc("vpc-1")
    answer = ask(vpc, *met)
    assert answer.outcome.verdict == UNKNOWN
    assert said in "\n".join(map(str, answer.unknown))
    if other:
        assert said not in "\n".join(map(str, ask(vpc, *other).unknown))


def test_one_can_ask_about_what_was_left_out_by_its_id(tmp_path):
    vpc = load(tmp_path, odd("NetworkInterfaces", (4, "PrivateIpAddress"), "10.0.7.1")).vpc()
    assert ask(vpc, "i-web", "eni-db", 5432).outcome.verdict == UNKNOWN
    answer = ask(vpc, "eni-db", "i-web", 8_080)
    assert answer.outcome.verdict == UNKNOWN
    assert "eni-db is left out, because its address" in answer.unknown[0].words


def test_a_network_without_subnets_leaves_all_open(tmp_path):
    answers = network()
    del answers["Subnets"]
    vpc = load(tmp_path, answers).vpc()
    assert "no file has the subnets of vpc-1" in str(vpc.unknown)
    assert ask(vpc, "internet", "10.0.1.10", 80).outcome.verdict == UNKNOWN


def test_a_nat_gateway_out_of_place_is_unknown(tmp_path):
    answers = network()
    answers["NetworkInterfaces"] = [
        row for row in answers["NetworkInterfaces"] if "nat" not in row["NetworkInterfaceId"]
    ]
    answers["NatGateways"][0]["NatGatewayAddresses"][0]["PrivateIp"] = "10.0.9.9"
    account = load(tmp_path, answers)
    assert "nat-1 is left out, because its address 10.0.9.9 is not in its subnet" in str(account)
    assert ask(account.vpc(), *WEB).outcome.verdict == UNKNOWN


def test_an_instance_without_a_place_is_unknown_to_the_balancer_that_has_it_as_a_target(tmp_path):
    answers = odd("NetworkInterfaces", (0, "PrivateIpAddress"), "10.0.7.1")
    account = load(tmp_path, answers)
    assert "i-web is left out, because none of its network interfaces is used" in str(account)
    answer = ask(account.vpc(), *SHOP)
    assert answer.outcome.verdict == UNKNOWN and "i-web" in str(answer.unknown)
