"""Files as people have them: folders in folders, .gz, wrappers, lists; all else is named."""

import gzip
import json
import shutil

import pytest
from rigs.aws_shapes import files, network

from vpcedu import aws
from vpcedu.aws import reading
from vpcedu.aws.fields import WHOLE


def answers():
    return {name: json.dumps(answer) for name, answer in files(network()).items()}


def written(folder, texts):
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        data = text.encode() if isinstance(text, str) else text
        (folder / name).write_bytes(data)
    return folder


def notes(account):
    return [str(note) for note in account.report if note.kind == "not read"]


@pytest.fixture
def whole(tmp_path):
    return aws.load(written(tmp_path / "whole", answers())).vpcs


def test_folders_of_accounts_and_regions_and_packed_files_are_read(tmp_path, whole):
    texts = {f"111122223333/eu-west-1/{name}": text for name, text in answers().items()}
    packed = {f"eu-west-1/{name}.gz": gzip.compress(t.encode()) for name, t in answers().items()}
    for number, folder in enumerate((texts, packed)):
        account = aws.load(written(tmp_path / str(number), folder))
        assert account.vpcs == whole and notes(account) == []
    texts["111122223333/eu-west-1/Subnets.json"] = '{"Subnets": 7}'
    with pytest.raises(
        aws.LoadError, match=r"111122223333/eu-west-1/Subnets\.json: \$\.Subnets: 7"
    ):
        aws.load(written(tmp_path / "0", texts))


def test_what_boto3_s_answers_are_recorded_in_is_taken_off(tmp_path, whole):
    time = {"__class__": "datetime", "year": 2026, "month": 1, "day": 1}
    texts = {}
    for name, answer in files(network()).items():
        rows = answer if isinstance(answer, list) else [answer]
        for number, row in enumerate(rows):
            inner = row.get("Output", row) | {"ResponseMetadata": {"HTTPHeaders": {"date": time}}}
            wrapped = {"status_code": 200, "data": inner}
            whole_row = row | {"Output": wrapped} if "Output" in row else wrapped
            texts[f"{name}.{number}.json"] = json.dumps(whole_row)
    assert aws.load(written(tmp_path / "boto3", texts)).vpcs == whole


def test_lists_that_query_prints_are_read_where_the_rows_are_whole(tmp_path, whole):
    texts = {}
    for name, answer in files(network()).items():
        kind = name.removesuffix(".json")
        texts[name] = json.dumps(answer[kind] if kind in WHOLE else answer)
    assert json.loads(texts["Vpcs.json"])[0]["VpcId"] == "vpc-1"
    account = aws.load(written(tmp_path / "lists", texts))
    rows = ("subnets", "interfaces", "group_rules", "acl_entries", "routes", "devices", "names")
    for row in rows:
        assert getattr(account.vpcs[0], row) == getattr(whole[0], row)
    texts["SecurityGroups.json"] = '[{"GroupId": "sg-web", "GroupName": "web"}]'
    texts["RouteTables.json"] = '[[{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}]]'
    account = aws.load(written(tmp_path / "lists", texts))
    assert (
        "make the call without --query (RouteTables.json: $[0][0] and 1 more" in notes(account)[0]
    )
    told = "\n".join(str(row) for row in account.vpcs[0].unknown)
    assert "no file has the security groups" in told and "no file has the route tables" in told


OTHERS = {  # a file, and what is said about it
    "terraform.tfstate": ('{"version": 4,\n"terraform_version": "1.9.0"}', "Terraform state: collect"),
    "state.json": ('{"version": 4, "terraform_version": "1.9.0"}', "Terraform state: collect"),
    "tfplan.json": ('{"terraform_version": "1.9.0", "planned_values": {}}', "a Terraform plan"),
    "main.tf": ('resource "aws_vpc" "main" {\n}\n', "a Terraform configuration"),
    "template.json": ('{"Resources": {"Vpc": {"Type": "AWS::EC2::VPC"}}}', "a CloudFormation template"),
    "stack.json": ('{"AWSTemplateFormatVersion": "2010-09-09"}', "a CloudFormation template"),
    "template.yaml": ("Resources:\n  Vpc:\n    Type: AWS::EC2::VPC\n", "a CloudFormation template"),
    "template.yml": ("AWSTemplateFormatVersion: '2010-09-09'\n", "a CloudFormation template"),
    "config.json": ('{"fileVersion": "1.0", "configurationItems": []}', "a snapshot of AWS Config"),
    "vpcs.yaml": ("Vpcs:\n- CidrBlock: 10.0.0.0/16\n", "as YAML: make the same call with --output json"),
    "yaml.json": ("Vpcs:\n- CidrBlock: 10.0.0.0/16\n", "as YAML: make the same call with --output json"),
    "vpcs.txt": ("VPCS\t10.0.0.0/16\tdopt-1\n", "as text: make the same call with --output json"),
    "table.json": ("-----------\n|  DescribeVpcs  |\n", "as a table: make the same call with --output"),
    "empty.json": ("", "it is empty, as after a call that was refused: make the call again"),
    "blank.json": (" \n\n", "it is empty"),
    "denied.json": (
        "\nAn error occurred (UnauthorizedOperation) when calling the DescribeVpcs operation: no\n",
        "it is an error message, 'An error occurred (UnauthorizedOperation) when",
    ),
    "login.json": ("Unable to locate credentials. Run aws configure\n", "an error message, 'Unable"),
    "boto3.json": ('{"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {}}', "'AccessDenied'"),
    "notes.txt": ("hello\n", "its name does not end in .json"),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_answer_is_named_with_what_was_seen_and_the_rest_is_read(tmp_path, whole, name):
    text, said = OTHERS[name]
    account = aws.load(written(tmp_path / "more", answers() | {name: text}))
    assert account.vpcs == whole
    (told,) = notes(account)
    assert said in told and f"({name}: $)" in told
    with pytest.raises(aws.LoadError, match=r"expected at least one VPC") as error:
        aws.load(written(tmp_path / "alone", {name: text}))
    assert said in str(error.value) and name in str(error.value)
    if not name.endswith((".txt", ".tf")):
        with pytest.raises(aws.LoadError, match=r"expected at least one VPC") as error:
            aws.load(tmp_path / "alone" / name)
        assert said in str(error.value)


def test_an_error_message_behind_an_answer_hides_nothing(tmp_path, whole):
    texts = answers()
    refusal = "\nAn error occurred (Throttling) when calling the DescribeRules operation: slowly\n"
    texts["all.json"] = refusal.join(texts.pop(name) for name in list(texts)) + refusal
    account = aws.load(written(tmp_path / "loop", texts))
    assert {*account.vpcs[0].interfaces} == {*whole[0].interfaces}
    assert len(account.vpcs[0].names) == len(whole[0].names)
    assert "it is an error message" in notes(account)[0] and "more like it" in notes(account)[0]


def test_an_answer_that_was_refused_is_missing(tmp_path):
    texts = answers() | {"NetworkAcls.json": ""}
    account = aws.load(written(tmp_path / "some", texts))
    told = "\n".join(str(row) for row in account.vpcs[0].unknown)
    assert "no file has the network ACLs of vpc-1" in told and "describe-network-acls" in told


def test_a_packed_file_that_is_broken_or_too_long_is_refused(tmp_path, monkeypatch):
    data = gzip.compress(b'{"Vpcs": []}' * 100)
    for broken in (data[:-9], b"no gzip", data[:20] + b"\x00" * 20 + data[40:]):
        with pytest.raises(aws.LoadError, match=r"vpcs\.json\.gz: \$: .*expected a file that can"):
            aws.load(written(tmp_path / "packed", {"vpcs.json.gz": broken}))
    monkeypatch.setattr(reading, "MOST_BYTES", 1_000)
    with pytest.raises(aws.LoadError, match=r"vpcs\.json\.gz: \$: too long"):
        aws.load(written(tmp_path / "packed", {"vpcs.json.gz": data}))


def test_a_folder_that_holds_a_whole_disk_is_refused_and_links_and_hidden_folders_are_not_followed(
    tmp_path, whole, monkeypatch
):
    folder = written(tmp_path / "more", answers())
    shutil.copytree(folder, tmp_path / "other")
    (folder / "again").symlink_to(folder)
    (folder / ".git").mkdir()
    account = aws.load(folder)
    assert account.vpcs == whole and len(notes(account)) == 1
    assert "it is a folder (.git: $ and 1 more like it)" in notes(account)[0]
    monkeypatch.setattr(reading, "MOST_FILES", 5)
    with pytest.raises(aws.LoadError, match="more than 5 files: expected a folder of answers"):
        aws.load(folder)
