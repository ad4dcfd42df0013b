"""Limits: loading takes work that grows with its input, and memory that is bounded.

Work is counted in bytecodes (`rigs/counted.py`), never timed. Memory is what tracemalloc saw.
"""

import json
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest
from rigs import every_field
from rigs.aws_many import MANY, bare_vpcs, base, joined, prefix_lists, unknown_groups
from rigs.counted import growth

from vpcedu import aws, lab
from vpcedu.__main__ import main
from vpcedu.aws import account as account_module
from vpcedu.aws import answers as answers_module
from vpcedu.aws import reader_notes, reading
from vpcedu.network.joined import together
from vpcedu.network.network import Network

CASES = Path(__file__).parent / "cases"
MIB = 1_024 * 1_024
MOST_MEMORY = 512 * MIB
# Bytes that the parts of the input, and what is made of them, may take; with all limits reached
# that is less than MOST_MEMORY, as the first test says.
A_PART, A_NOTE, AN_UNKNOWN, A_VPC, A_ROW = 100, 700, 600, 4_500, 110


def written(folder, network):
    path = folder / "network.json"
    path.write_text(json.dumps(network, separators=(",", ":")), encoding="utf-8")
    return path


def test_all_limits_together_keep_the_memory():
    assert (
        A_PART * reading.MOST_PARTS
        + A_NOTE * reader_notes.MOST_NOTES
        + AN_UNKNOWN * answers_module.MOST_UNKNOWN
        + A_VPC * account_module.MOST_VPCS
        + A_ROW * answers_module.MOST_ROWS
        <= MOST_MEMORY
    )
    assert reading.MOST_BYTES == 64 * MIB and 8 * reading.MOST_BYTES == MOST_MEMORY


@pytest.mark.parametrize("name", MANY)
def test_loading_grows_with_its_input(tmp_path, name):
    def load(n):
        aws.load(written(tmp_path, MANY[name](n))).called("web")

    assert growth(load, 8) < 2.1


def unlinked_vpcs(n):
    return joined(base(f"vpc-{i}", f"10.{i}.0.0/16", f"subnet-{i}") for i in range(n))


@pytest.mark.parametrize("network", [bare_vpcs, unlinked_vpcs])
def test_to_audit_many_vpcs_without_links_grows_with_them(tmp_path, capsys, network):
    def audit(n):
        main(["audit", str(written(tmp_path, network(n)))])

    assert growth(audit, 8) < 2.1 and capsys.readouterr().out


def test_an_audit_says_the_same_with_the_peers_alone_that_a_vpc_is_linked_to():
    apart = every_field.rich()
    del apart["vpc-peering-connections.json"]
    accounts, fewer = [every_field.load(told) for told in (every_field.rich(), apart)], 0
    for case in sorted(CASES.glob("*/files")):
        with suppress(aws.LoadError):
            accounts.append(aws.load(case))
    for account in accounts:
        for one in account.audited():
            whole = account.vpc(one.name)
            fewer += whole.peers != one.peers
            assert str(lab.audit(one, len(account.vpcs) > 1)) == str(lab.audit(whole))
    linked = [one for one in accounts[0].audited() if one.peers]
    assert len(linked) == 2 and fewer == 2


FIXED = {"addresses", "loose_answers", "secondary_addresses", "unknown_fields"}  # one small VPC


@pytest.mark.parametrize("name", sorted(MANY.keys() - FIXED))
def test_a_network_of_what_was_loaded_grows_with_it(tmp_path, name):
    made = {n: aws.load(written(tmp_path, MANY[name](n))) for n in (8, 16, 32)}

    def network(n):
        vpc = made[n].vpc(made[n].vpcs[0].name)
        Network(vpc)
        together(vpc)

    assert growth(network, 8) < 2.1


@pytest.mark.parametrize("name", MANY)
def test_what_is_loaded_takes_memory_as_its_parts_do(tmp_path, name):
    path = written(tmp_path, MANY[name](400))
    text = path.read_text()
    parts = sum(text.count(sign) for sign in "[{,:")
    aws.load(path)  # modules and tables are there
    tracemalloc.start()
    account = aws.load(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    unknown = sum(len(one.unknown) for one in account.vpcs)
    rows = (
        A_PART * parts
        + A_NOTE * len(account.report)
        + AN_UNKNOWN * unknown
        + A_VPC * len(account.vpcs)
        + 2 * len(text)
        + 50_000
    )
    print(name, peak, rows, round(peak / rows, 2), round((peak - 2 * len(text)) / parts))
    assert peak <= rows


DENSE = {
    "empty lists": lambda n: "[" + "[]," * n + "[]]",
    "empty objects": lambda n: "[" + "{}," * n + "{}]",
    "lists in lists": lambda n: "[" + ("[" * 30 + "]" * 30 + ",") * (n // 30) + "[]]",
    "short names": lambda n: "{" + ",".join(f'"{i:x}":0' for i in range(n)) + "}",
    "objects with a name": lambda n: "[" + ",".join(f'{{"{i:x}":0}}' for i in range(n)) + "]",
    "one name over and over": lambda n: "{" + ",".join('"a":0' for _ in range(n)) + "}",
    "short texts": lambda n: "[" + ",".join(f'"{i:x}"' for i in range(n)) + "]",
    "short texts beyond Latin-1": lambda n: "[" + ",".join(f'"Ā{i:x}"' for i in range(n)) + "]",
    "numbers": lambda n: "[" + ",".join(str(i + 300) for i in range(n)) + "]",
    "fractions": lambda n: "[" + ",".join(f"{i % 10}.5" for i in range(n)) + "]",
    "values": lambda n: "{}" * n,
    "a long text": lambda n: '{"a":"' + "x" * 10 * n + '"}',
    "a long text beyond Latin-1": lambda n: '{"a":"' + "x" * 10 * n + '\u20ac"}',
    "a long text with an emoji": lambda n: '{"a":"' + "x" * 10 * n + '\U0001f600"}',
    "spaces": lambda n: "{}" + " \t\r\n" * n,
}


@pytest.mark.parametrize("name", DENSE)
def test_reading_takes_memory_as_the_limits_allow(tmp_path, name):
    path = tmp_path / "dense.json"
    path.write_text(DENSE[name](60_000), encoding="utf-8")
    text = path.read_text(encoding="utf-8")
    parts, size = sum(text.count(sign) for sign in "[{,:"), path.stat().st_size
    most = max(size, len(text) * (4 if max(text) > "\uffff" else 1) // 2)  # as MOST_BYTES counts it
    tracemalloc.start()
    try:
        for _ in reading.read(path, reader_notes.Notes()):
            pass
    except aws.LoadError:
        assert name == "one name over and over"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    per_part = (MOST_MEMORY - 4 * reading.MOST_BYTES) / reading.MOST_PARTS
    assert peak <= 4 * most + (per_part + 20) * parts + 20_000


def test_a_name_that_stands_twice_among_many_is_found_by_looking_once(tmp_path):
    def read(n):
        path = tmp_path / "twice.json"
        path.write_text("{" + "".join(f'"{i}":0,' for i in range(n)) + f'"{n - 1}":1}}')
        with pytest.raises(aws.LoadError, match=f"with the name '{n - 1}' twice"):
            list(reading.read(path, reader_notes.Notes()))

    assert growth(read, 50) < 2.1


def test_to_find_a_name_that_stands_twice_takes_no_memory_of_its_own(tmp_path):
    def peak(last):
        path = tmp_path / "names.json"
        path.write_text("{" + "".join(f'"{i}":0,' for i in range(20_000)) + f'"{last}":1}}')
        tracemalloc.start()
        with suppress(aws.LoadError):
            list(reading.read(path, reader_notes.Notes()))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak("0") < 1.05 * peak("another")


def refused(monkeypatch, tmp_path, module, limit, most, network):
    """What loading says with another limit; what is allowed by one more is not refused."""
    path = written(tmp_path, network)
    monkeypatch.setattr(module, limit, most + 1)
    aws.load(path)
    monkeypatch.setattr(module, limit, most)
    with pytest.raises(aws.LoadError, match="expected") as error:
        aws.load(path)
    return str(error.value)


def test_more_parts_than_the_limit_are_refused_before_they_are_made(monkeypatch, tmp_path):
    text = json.dumps(base())
    parts = sum(text.count(sign) for sign in "[{,:")
    said = refused(monkeypatch, tmp_path, reading, "MOST_PARTS", parts - 1, base())
    assert said == (
        f"network.json: $: with it {parts} brackets, commas and colons: expected at most {parts - 1}"
        " in all files together"
    )
    (tmp_path / "more.json").write_text("[" + "[]," * (parts // 2) + "[]]")
    monkeypatch.setattr(reading, "MOST_PARTS", 2 * parts)
    with pytest.raises(aws.LoadError, match=r"network\.json: \$: with it"):
        aws.load(tmp_path)


def test_more_vpcs_than_the_limit_are_refused(monkeypatch, tmp_path):
    said = refused(monkeypatch, tmp_path, account_module, "MOST_VPCS", 8, bare_vpcs(9))
    assert said.endswith("$.Vpcs: 9 VPCs: expected at most 8")


def test_more_rows_of_prefix_lists_than_the_limit_are_refused(monkeypatch, tmp_path):
    said = refused(monkeypatch, tmp_path, answers_module, "MOST_ROWS", 8, prefix_lists(9))
    assert said.startswith("network.json: $.SecurityGroups[0].IpPermissions[0].PrefixListIds[0]")


def test_more_that_is_unknown_or_noted_than_the_limit_is_refused(monkeypatch, tmp_path):
    network = unknown_groups(20)
    account = aws.load(written(tmp_path, network))
    unknown = len({row for one in account.vpcs for row in one.unknown})
    said = refused(monkeypatch, tmp_path, answers_module, "MOST_UNKNOWN", unknown - 1, network)
    assert f"more than {unknown - 1} things are unknown" in said
    monkeypatch.setattr(answers_module, "MOST_UNKNOWN", unknown)
    most = len(account.report) - 1
    said = refused(monkeypatch, tmp_path, reader_notes, "MOST_NOTES", most, network)
    assert f"more than {most} different notes" in said


def test_a_vpc_has_fifty_blocks_and_no_more(tmp_path):
    """Amazon VPC quotas: IPv4 CIDR blocks per VPC, up to 50."""
    network = base(block="10.0.0.0/24")
    rows = [{"CidrBlock": f"10.0.{i}.0/24"} for i in range(50)]
    network["Vpcs"][0]["CidrBlockAssociationSet"] = rows
    assert len(aws.load(written(tmp_path, network)).vpcs[0].blocks) == 50
    rows.append({"CidrBlock": "10.0.50.0/24"})
    with pytest.raises(aws.LoadError, match="CidrBlockAssociationSet: a list: expected at most 50"):
        aws.load(written(tmp_path, network))
