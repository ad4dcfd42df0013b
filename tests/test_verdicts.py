"""Four verdicts: it works, it does not, it works sometimes, or it is unknown; each with reasons.

All that the network may choose is tried; what is assumed is named; the first screen has it all.
"""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from vpcedu import aws, lab, reference_vpc
from vpcedu.__main__ import main
from vpcedu.analysis.assumptions import WHICH
from vpcedu.analysis.change import apply
from vpcedu.analysis.choosing.choices import MOST
from vpcedu.flow import Endpoint
from vpcedu.network.vpc import Assumption
from vpcedu.sites.reference import NAME
from vpcedu.tables.network_acl import DENY, OUT, AclEntry
from vpcedu.tables.security_group import IN, GroupRule
from vpcedu.tables.target_group import Listener, TargetGroup
from vpcedu.tables.traffic import ANYWHERE
from vpcedu.widgets import YourVpc
from vpcedu.widgets.parts.controls import short

ROOT = Path(__file__).parent.parent
CASES = Path(__file__).parent / "cases"
EXAMPLE = aws.example()
WEB, OTHER, DB, BASTION = (f"i-0e11f22a33b44000{n}" for n in (1, 2, 3, 4))
SCHEMA = json.loads((ROOT / "docs" / "answer.schema.json").read_text(encoding="utf-8"))
QUESTIONS = {
    "works": ("internet", "shop", 80),
    "does not": ("internet", BASTION, 443),
    "unknown": ("internet", "52.1.2.3", 80),
}


@pytest.fixture(scope="module")
def example():
    return aws.load(EXAMPLE).vpc()


def case(name):
    (folder,) = CASES.glob(f"{name}-*")
    return aws.load(folder / "files").vpc()


def several(targets, zones=1, **settings):
    """The reference site with a Network Load Balancer before several targets alike."""
    vpc = reference_vpc("network")
    node = next(row for row in vpc.devices if dict(row.settings).get("listeners"))
    web = next(row for row in vpc.interfaces if row.device == "web")
    names = ["web", *(f"web-{n}" for n in range(1, targets))]
    addresses = [web.address, *(f"10.0.1.{20 + n}" for n in range(1, targets))]
    rows = tuple(
        web._replace(device=name, address=address)
        for name, address in zip(names[1:], addresses[1:], strict=True)
    )
    kind = next(row for row in vpc.devices if row.name == "web")
    group = TargetGroup("several", tuple(Endpoint(address, 80) for address in addresses))
    balancer = node._replace(
        settings=(*dict(node.settings, listeners=(Listener("TCP", 80, group),)).items(),)
    )
    return vpc._replace(
        interfaces=(*vpc.interfaces, *rows),
        devices=(
            *(row for row in vpc.devices if row != node),
            balancer,
            *(kind._replace(name=name) for name in names[1:]),
        ),
    ), addresses


# --- one truth for the command and the explorer ------------------------------------------


@pytest.mark.parametrize(
    "name, asked",
    [("f1", ("a", "int", 80)), ("a2", ("internet", "web", 443)), ("f2", ("internet", "site", 80))],
)
def test_the_explorer_of_ones_own_vpc_says_what_the_command_says(name, asked):
    (folder,) = CASES.glob(f"{name}-*")
    account = aws.load(folder / "files")
    vpc = account.vpc()
    source, to, port = account.called(asked[0]), account.called(asked[1]), asked[2]
    answer = lab.ask(vpc, source, to, port)
    assert answer.outcome.verdict in ("sometimes", "unknown")
    explorer = YourVpc(vpc, source, to, port)
    assert explorer.sentence == short(answer.verdict)


# --- all choices ----------------------------------------------------------------------------------


def test_one_of_two_connections_hangs_where_the_balancer_chooses_the_caller_itself():
    answer = lab.ask(case("f1"), "i-0000000000000000b", "int", 80)
    assert answer.outcome.verdict == "sometimes" and answer.reachable is False
    assert answer.verdict.endswith("only sometimes: 1 of 2 connections works.")
    assert (
        "when the load balancer chooses the caller itself, 10.40.1.10:80"
        in answer.shares.rows[1].when
    )


def test_one_of_two_addresses_gives_503_where_its_zone_has_no_instance():
    answer = lab.ask(case("f2"), "internet", "site", 80)
    assert answer.addresses == {
        "198.51.100.50": "works",
        "198.51.100.51": "503 Service Unavailable",
    }
    assert answer.verdict.endswith("only sometimes: 1 of 2 addresses works.")
    assert answer.shares.rows[1].when.endswith(
        "has no target in its zone, and cross-zone load balancing is off"
    )


@pytest.mark.parametrize("seed", range(4))
def test_a_share_is_counted_from_the_tables_and_no_seed_changes_it(seed):
    vpc, addresses = several(3)
    one = vpc.with_row(AclEntry("acl-private", 40, IN, DENY, 6, (80, 80), ANYWHERE))
    assert lab.ask(one, "internet", NAME, 80, seed=seed).outcome.verdict == "does not"
    web = next(row for row in vpc.interfaces if row.device == "web-2")
    closed = vpc.replace(web, web._replace(groups=("sg-none",)))
    answer = lab.ask(closed, "internet", NAME, 80, seed=seed)
    assert answer.shares.words == "2 of 3 connections work"
    assert f"{addresses[2]}:80" in answer.shares.rows[1].when


def test_targets_between_which_no_row_tells_are_tried_once_and_counted():
    vpc, _ = several(40)
    answer = lab.ask(vpc, "internet", NAME, 80)
    assert answer.outcome.works and len(answer.cases) == 1 and not answer.is_bounded
    web = next(row for row in vpc.interfaces if row.device == "web-7")
    closed = vpc.replace(web, web._replace(groups=("sg-none",)))
    answer = lab.ask(closed, "internet", NAME, 80)
    assert answer.shares.words == "39 of 40 connections work" and len(answer.cases) == 2


def unlike(targets):
    """The site with targets of which no two are alike."""
    vpc, addresses = several(targets)
    rules = (GroupRule("sg-web", IN, (81, 81), f"{address}/32") for address in addresses)
    return vpc._replace(group_rules=(*vpc.group_rules, *rules))


def test_exactly_as_many_choices_as_are_tried_are_all():
    answer = lab.ask(unlike(MOST), "internet", NAME, 80)
    assert len(answer.cases) == MOST and not answer.is_bounded
    assert "were tried" not in str(answer)


def test_more_choices_than_are_tried_are_said():
    answer = lab.ask(unlike(MOST + 6), "internet", NAME, 80)
    assert answer.is_bounded and len(answer.cases) == MOST
    assert f"Only {MOST} of the ways in which the network may choose were tried." in str(answer)
    assert answer.as_json()["Answer"]["bounded"] is True


def test_a_network_acl_that_allows_a_part_of_the_clients_ports_works_for_that_part():
    vpc = reference_vpc("network").with_row(
        AclEntry("acl-private", 40, OUT, DENY, 6, (40_000, 60_999), ANYWHERE)
    )
    answer = lab.ask(vpc, "client", NAME, 80)
    assert answer.shares.unit == "source ports" and answer.outcome.verdict == "sometimes"
    assert [row.number for row in answer.shares.rows] == [40_000 - 32_768, 61_000 - 40_000]
    assert {
        case.visit.connections[0].traces[0].packet.flow.sport >= 40_000 for case in answer.cases
    } == {
        True,
        False,
    }


def test_a_repair_is_tried_on_every_choice():
    vpc, _ = several(3)
    changed = vpc
    for name in ("web-1", "web-2"):
        row = next(one for one in changed.interfaces if one.device == name)
        changed = changed.replace(row, row._replace(groups=(f"sg-{name}",)))
    answer = lab.ask(changed, "internet", NAME, 80)
    assert {row.new.group for row in answer.repairs} >= {"sg-web-1", "sg-web-2"}
    again = lab.ask(apply(changed, answer.repairs), "internet", NAME, 80)
    assert again.shares.words == "3 of 3 connections work"


# --- assumptions ----------------------------------------------------------------------------------


def words(answer):
    return [row.words for row in answer.assumptions]


def test_a_header_of_the_proxy_protocol_is_assumed_to_be_read():
    answer = lab.ask(case("d1"), "internet", "edge", 80)
    assert answer.reachable
    assert any(
        word.startswith("i-0000000000000000b reads the PROXY protocol header")
        for word in words(answer)
    )


def test_a_host_with_two_interfaces_is_assumed_to_answer_by_the_one_that_was_asked():
    vpc = case("j1")
    assert any(
        "the interface that was asked" in word
        for word in words(lab.ask(vpc, "internet", "198.51.100.11", 22))
    )


def test_an_acl_that_is_too_narrow_for_other_systems_is_said():
    answer = lab.ask(case("f5"), "internet", "i-0000000000000000a", 443)
    (told,) = [row for row in answer.assumptions if "source port" in row.words]
    assert (
        "32768-60999" in told.words
        and "1024-32767, 61000-65535" in told.words
        and "Windows" in told.words
    )


def test_only_what_the_packets_met_is_assumed(example):
    lost = lab.ask(example, "internet", BASTION, 443)
    assert lost.reachable is False and lost.assumptions == ()  # nothing arrived
    there = lab.ask(example, BASTION, WEB, 22)
    assert words(there) == [
        f"{WEB} listens on TCP port 22, and no firewall of its own drops the packets"
    ]
    shop = lab.ask(example, "internet", "shop", 80)
    assert (
        f"{WEB} and {OTHER} listen on TCP port 8080, and no firewalls of their own drop the packets"
        in words(shop)
    )
    assert all(
        row.settle and row.met and row.about for row in (*there.assumptions, *shop.assumptions)
    )
    assert not any("PROXY" in word or "interface" in word for word in words(shop))


def test_what_a_description_assumes_is_told_where_packets_meet_it(example):
    one = Assumption(WEB, "web-1 is awake", "look at it")
    vpc = example._replace(assumed=(one,))
    (told,) = [row for row in lab.ask(vpc, BASTION, WEB, 22).assumptions if row.words == one.words]
    assert told.met.startswith("packet ") and str(told) == "web-1 is awake; to check, look at it"
    assert one.words not in words(lab.ask(vpc, BASTION, OTHER, 22))


def test_the_table_says_of_each_thing_which_it_is():
    assert {kind for _, kind, _ in WHICH} == {"unknown", "assumption"}
    assert len({what for what, *_ in WHICH}) == len(WHICH)


# --- the first screen, and JSON -------------------------------------------------------------------


@pytest.mark.parametrize(("verdict", "code"), [("works", 0), ("does not", 1), ("unknown", 3)])
def test_each_verdict_has_its_exit_code_and_fits_twenty_lines(verdict, code, capsys):
    source, destination, port = QUESTIONS[verdict]
    asked = ["ask", str(EXAMPLE), "--from", source, "--to", destination, "--port", str(port)]
    assert main(asked) == code
    first = capsys.readouterr().out
    assert len(first.splitlines()) <= 20 and "The forward path" not in first
    assert main([*asked, "--packets"]) == code
    assert capsys.readouterr().out.startswith(first.rpartition("--packets shows")[0])
    assert main([*asked, "--json"]) == code
    shape = json.loads(capsys.readouterr().out)
    Draft202012Validator(SCHEMA).validate(shape)
    assert shape["Answer"]["outcome"]["verdict"] == verdict
    assert bool(shape["Answer"]["unknown"]) is (verdict == "unknown")


def test_sometimes_has_the_exit_code_of_what_does_not_work(capsys):
    (folder,) = CASES.glob("f1-*")
    asked = ["ask", str(folder / "files"), "--from", "a", "--to", "int", "--port", "80"]
    assert main(asked) == 1
    assert "1 of 2 connections works" in " ".join(capsys.readouterr().out.split())
    assert main([*asked, "--json"]) == 1
    shape = json.loads(capsys.readouterr().out)
    Draft202012Validator(SCHEMA).validate(shape)
    assert [row["number"] for row in shape["Answer"]["outcomes"]["shares"]] == [1, 1]


@pytest.mark.parametrize("folder", [EXAMPLE, CASES / "i1-only-vpcs" / "files"])
def test_an_audit_has_a_schema_too_and_says_first_what_is_unknown(folder, capsys):
    main(["audit", str(folder), "--json"])
    Draft202012Validator(SCHEMA).validate(json.loads(capsys.readouterr().out))
    code = main(["audit", str(folder)])
    lines = capsys.readouterr().out.splitlines()
    assert ("What is missing for an answer" in lines[:3]) is (code == 3)


def test_the_schema_refuses_what_it_does_not_describe(example):
    shape = lab.ask(example, *QUESTIONS["works"]).as_json()
    for change in ({"version": 2}, {"notes": []}, {"reachable": "yes"}):
        odd = shape | {"Answer": shape["Answer"] | change}
        assert not Draft202012Validator(SCHEMA).is_valid(json.loads(json.dumps(odd)))


def test_a_circle_is_told_once():
    answer = lab.ask(case("g1"), "i-00000000000000010", "internet", 443)
    lines = answer.packets.splitlines()
    assert len(lines) < 15 and any("more steps of the same circle" in line for line in lines)
    assert len(str(answer).splitlines()) <= 20
    assert len(answer.as_json()["ForwardPathComponents"]) < 10


def test_host_and_path_choose_a_rule(capsys):
    (folder,) = CASES.glob("f3-*")
    asked = ["ask", str(folder / "files"), "--from", "internet", "--to", "web", "--port", "80"]
    assert main(asked) == 0
    assert main([*asked, "--host", "shop.example.com", "--path", "/api/x"]) == 1
    assert "504" in capsys.readouterr().out
    assert main([*asked, "--path", "api"]) == 2
    assert "expected one that begins with /" in capsys.readouterr().err
