"""Ends that are no host: an answer, or what is unknown and why; a wrong word is refused."""

import json

import pytest
from rigs.aws_features import six_only, whole
from rigs.aws_shapes import files

from vpcedu import aws, lab
from vpcedu.__main__ import main
from vpcedu.cli.options import among

WEB, PORT = "i-web", 443


def network(answers):
    """The network with a route to each kind of gateway, and parts that nobody can ask."""
    six_only(answers)
    answers["RouteTables"][1]["Routes"] += [
        {"DestinationCidrBlock": f"10.{60 + i}.0.0/16", "State": "active", field: name}
        for i, (field, name) in enumerate(
            (
                ("GatewayId", "vgw-1"),
                ("VpcPeeringConnectionId", "pcx-1"),
                ("VpcPeeringConnectionId", "pcx-gone"),
                ("LocalGatewayId", "lgw-1"),
                ("CarrierGatewayId", "cagw-1"),
                ("NetworkInterfaceId", "eni-gone"),
            )
        )
    ] + [{"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1"}]
    answers["VpcPeeringConnections"] = [
        {
            "VpcPeeringConnectionId": "pcx-1",
            "Status": {"Code": "active"},
            "RequesterVpcInfo": {"VpcId": "vpc-1"},
            "AccepterVpcInfo": {"VpcId": "vpc-far"},
        }
    ]
    answers["Reservations"].append(
        {"Instances": [{"InstanceId": "i-over", "State": {"Name": "terminated"}, "VpcId": "vpc-1"}]}
    )


def listed(answers):
    """The entries of S3's prefix list, and a route for it to the endpoint."""
    answers["PrefixLists"].append(
        {"PrefixListId": "pl-s3", "PrefixListName": "com.amazonaws.us-east-1.s3"}
    )
    answers["entries"].append({"For": "pl-s3", "Output": {"Entries": [{"Cidr": "52.216.0.0/15"}]}})
    answers["RouteTables"][1]["Routes"].append(
        {"DestinationPrefixListId": "pl-s3", "GatewayId": "vpce-s3", "State": "active"}
    )


@pytest.fixture
def asked(tmp_path):
    def asked(source, destination, *changes):
        answers = whole()
        for change in (network, *changes):
            change(answers)
        for name, rows in files(answers).items():
            (tmp_path / name).write_text(json.dumps(rows), encoding="utf-8")
        return lab.ask(*among(aws.load(tmp_path), source, destination), PORT)

    return asked


REASONS = {
    "vgw-1": "a virtual private gateway",
    "tgw-1": "a transit gateway",
    "lgw-1": "a local gateway",
    "cagw-1": "a carrier gateway",
    "eigw-1": "an egress-only Internet gateway",
    "pcx-1": "packets pass it",
    "pcx-gone": "a peering connection",
    "eni-gone": "no file describes",
    "vpce-s3": "no file has the addresses of com.amazonaws.us-east-1.s3",
    "com.amazonaws.us-east-1.s3": "no file has the addresses",
    "s3": "no file has the addresses of s3",
    "dynamodb": "no file has the addresses of dynamodb",
    "i-six": "IPv6 is not modelled",
    "eni-six": "IPv6 is not modelled",
    "2001:db8::10": "an address of IPv6",
    "eni-loose": "attached to nothing",
    "i-over": "terminated",
}


@pytest.mark.parametrize("word", REASONS)
def test_what_is_no_host_leaves_the_answer_open_with_the_reason_as_either_end(asked, word):
    for ends in ((word, WEB), (WEB, word)):
        answer = asked(*ends)
        assert answer.reachable is None and REASONS[word] in " ".join(str(answer).split())
        assert word in answer.verdict and answer.as_json()["NetworkPathFound"] is None
        assert answer.forward == answer.back == () and not answer.is_bounded
        with pytest.raises(ValueError, match="expected packets"):
            answer.visit  # noqa: B018


@pytest.mark.parametrize(("address", "behind"), [("10.60.0.5", "vgw-1"), ("10.50.0.5", "tgw-1")])
def test_a_host_behind_a_gateway_leaves_the_answer_open_as_either_end(asked, address, behind):
    for ends in ((address, WEB), (WEB, address)):
        answer = asked(*ends)
        assert answer.reachable is None and behind in " ".join(str(answer).split())


@pytest.mark.parametrize("word", ["s3", "com.amazonaws.us-east-1.s3", "vpce-s3"])
def test_a_service_behind_a_gateway_endpoint_is_asked_at_one_of_its_addresses(asked, word):
    answer = asked(WEB, word, listed)
    assert answer.reachable and answer.forward[0].packet.flow.dst.startswith("52.21")
    assert any(f"every other address of {word}" in row.words for row in answer.assumptions)
    assert word in answer.verdict and "> vpce-s3" in answer.packets


def test_a_service_without_an_endpoint_is_reached_as_any_address_of_the_internet(asked):
    def by_nat(answers):
        listed(answers)
        answers["RouteTables"][1]["Routes"].pop()

    answer = asked(WEB, "s3", by_nat)
    assert answer.reachable and "nat-1" in answer.forward[0].devices


@pytest.mark.parametrize("word", ["nat-1", "s3", "eni-vpce"])
def test_what_opens_no_connections_is_refused_as_a_source(asked, word):
    with pytest.raises(ValueError, match=f"source '{word}' opens no connections"):
        asked(word, WEB, listed)


def test_a_nat_gateway_answers_nobody(asked):
    answer = asked(WEB, "nat-1")
    assert answer.reachable is False and answer.symptom == "timed out"


@pytest.mark.parametrize("word", ["tgw-nobody", "i-nobody", "subnet-pub", "vpc-1", "s33", "10.1"])
def test_a_word_that_nothing_has_is_refused(asked, word):
    for ends in ((word, WEB), (WEB, word)):
        with pytest.raises(ValueError, match="expected"):
            asked(*ends)


def test_an_interface_that_was_left_out_leaves_the_answer_open_as_either_end(asked):
    def stray(answers):
        row = next(r for r in answers["NetworkInterfaces"] if r["NetworkInterfaceId"] == "eni-db")
        row["SubnetId"] = "subnet-nowhere"

    for ends in (("eni-db", WEB), ("10.0.1.30", WEB), (WEB, "eni-db")):
        answer = asked(*ends, stray)
        assert answer.reachable is None and "subnet-nowhere" in " ".join(str(answer).split())


def test_an_address_that_no_route_leads_to_is_refused_as_a_source(asked):
    with pytest.raises(ValueError, match="no interface has this address"):
        asked("10.70.0.5", WEB)


def test_the_command_ends_with_3_for_such_an_end_and_with_2_for_a_wrong_word(
    asked, tmp_path, capsys
):
    asked(WEB, "vgw-1")
    words = ["ask", str(tmp_path), "--from", WEB, "--port", "443", "--to"]
    assert main([*words, "vgw-1", "--packets"]) == 3
    assert "what it leads to is not modelled" in " ".join(capsys.readouterr().out.split())
    assert main([*words, "vgw-2"]) == 2
    assert main([*words, "vgw-1", "--protocol", "udp"]) == 3
    assert main([*words, "vgw-1", "--protocol", "sctp"]) == 2
