"""The script that collects a network's files: calls that only read, and the rights it needs.

It is run by `sh`, with a program in the AWS CLI's place that asks moto in this process.
"""

import json
import os
import re
import shutil
import socketserver
import subprocess
import sys
import threading
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from vpcedu import aws
from vpcedu.__main__ import main

SCRIPT = aws.example().parent / "collect.sh"
POLICY = aws.example().parent / "collect-policy.json"
TEXT = SCRIPT.read_text(encoding="utf-8")
PREFIX = {
    "ec2": "ec2",
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancing",
    "sts": "sts",
}
FAKE = """#!{python} -SE
import json, socket, sys
asked = socket.socket(socket.AF_UNIX)
asked.connect({socket!r})
asked.sendall(json.dumps(sys.argv[1:]).encode() + b"\\n")
code, out = json.loads(asked.makefile().readline())
sys.stdout.write(out)
sys.exit(code)
"""
pytestmark = pytest.mark.skipif(not shutil.which("sh"), reason="no POSIX shell here")


def calls():
    """The calls of the script, as (service, operation)."""
    what = re.search(r"for what in ([^;]+); do", TEXT)
    found = {("ec2", f"describe-{one}") for one in what[1].replace("\\", " ").split()}
    plain = re.findall(r"\b(ec2|elbv2|elb|sts) ((?:describe|get|search)-[a-z-]*[a-z])\b", TEXT)
    return found | {*plain}


def operation(service, words):
    """The API's own name of a call of the AWS CLI; botocore knows all of them."""
    import botocore.session
    from botocore import xform_name

    names = botocore.session.get_session().get_service_model(service).operation_names
    return next(name for name in names if xform_name(name, "-") == words)


def test_the_policy_has_each_call_of_the_script_and_no_other():
    (statement,) = json.loads(POLICY.read_text(encoding="utf-8"))["Statement"]
    wanted = {f"{PREFIX[service]}:{operation(service, words)}" for service, words in calls()}
    assert sorted(wanted) == statement["Action"]
    assert (statement["Effect"], statement["Resource"]) == ("Allow", "*") and len(wanted) > 20


def test_every_call_only_reads():
    assert all(words.startswith(("describe-", "get-", "search-")) for _, words in calls())
    asked = re.findall(r"\baws (?!--region \"\$region\" \"\$@\"|\$\*)(.*)", TEXT.split("set -u")[1])
    assert len(asked) == 2 and all(
        line.startswith(("configure get ", "sts get-")) for line in asked
    )


def test_the_command_prints_both(capsys):
    assert main(["collect"]) == 0
    assert capsys.readouterr().out == TEXT
    assert main(["collect", "--policy"]) == 0
    assert capsys.readouterr().out == POLICY.read_text(encoding="utf-8")


UNPLAYED = {
    "describe-vpc-block-public-access-options": {
        "VpcBlockPublicAccessOptions": {
            "AwsAccountId": "123456789012",
            "AwsRegion": "us-east-1",
            "State": "default-state",
            "InternetGatewayBlockMode": "off",
        }
    },
    "describe-vpc-block-public-access-exclusions": {"VpcBlockPublicAccessExclusions": []},
}


def answered(words, refused, client):
    """What a call of the AWS CLI prints, by moto, and its exit code."""
    import jmespath

    options = {}
    while words[0].startswith("--"):
        options[words[0]], words = words[1], words[2:]
    service, call, *more = words
    options |= dict(zip(more[::2], more[1::2], strict=True))
    if call in refused:
        return 254, ""
    own = {
        "".join(part.title() for part in name[2:].split("-")): value
        for name, value in options.items()
        if name not in ("--region", "--output", "--query")
    }
    if "Filters" in own:  # Name=state,Values=active,blackhole
        name, values = own["Filters"].removeprefix("Name=").split(",Values=")
        own["Filters"] = [{"Name": name, "Values": values.split(",")}]
    if call in UNPLAYED:  # moto does not have them
        return 0, json.dumps(UNPLAYED[call])
    answer = getattr(client(service, options.get("--region", "us-east-1")), call.replace("-", "_"))(
        **own
    )
    answer.pop("ResponseMetadata")
    if "--query" not in options:
        return 0, json.dumps(answer, default=plain)
    found = jmespath.search(options["--query"], answer)
    return 0, "\t".join(found) + "\n" if isinstance(found, list) else f"{found}\n"


def plain(value):
    return value.isoformat() if isinstance(value, datetime) else str(value)


@pytest.fixture
def collected(tmp_path, monkeypatch):
    """Run the script against moto; the folder, and what the run returned."""
    import boto3
    from moto import mock_aws
    from rigs.aws_made import Cloud

    for word in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"):
        monkeypatch.setenv(f"AWS_{word}", "testing")
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    refused = set()
    client = cache(lambda service, region: boto3.client(service, region_name=region))

    class Asked(socketserver.StreamRequestHandler):
        def handle(self):
            said = answered(json.loads(self.rfile.readline()), refused, client)
            self.wfile.write(json.dumps(said).encode() + b"\n")

    place = tmp_path / "bin" / "aws"
    place.parent.mkdir()
    here = os.getcwd()
    os.chdir(tmp_path)  # a socket's path has at most 108 bytes
    with mock_aws(config={"core": {"reset_boto3_session": True}}):
        cloud = Cloud()
        vpc = cloud.vpc("10.0.0.0/16")
        subnets = [cloud.subnet(vpc, f"10.0.{n}.0/24", "ab"[n]) for n in range(2)]
        cloud.gateway(vpc)
        group = cloud.group(vpc, "web", (80, "0.0.0.0/0"))
        web = cloud.instance(subnets[0], group, "10.0.0.10", public=True)
        cloud.balancer(vpc, "application", subnets, [web], groups=[group])
        cloud.elb.create_load_balancer(
            LoadBalancerName="old",
            Subnets=subnets[:1],
            Listeners=[{"Protocol": "TCP", "LoadBalancerPort": 80, "InstancePort": 80}],
        )
        gateway = cloud.ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
        cloud.ec2.create_transit_gateway_vpc_attachment(
            TransitGatewayId=gateway, VpcId=vpc, SubnetIds=subnets[:1]
        )
        with socketserver.UnixStreamServer("asked", Asked) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            fake = FAKE.format(python=sys.executable, socket=str(Path("asked").resolve()))
            place.write_text(fake, encoding="utf-8")
            place.chmod(0o755)

            def run(*words, refuse=()):
                refused.clear()
                refused.update(refuse)
                path = f"{place.parent}{os.pathsep}{os.environ['PATH']}"
                done = subprocess.run(
                    ["sh", SCRIPT, *words],
                    env=os.environ | {"PATH": path, "AWS_REGION": "us-east-1"},
                    capture_output=True,
                    text=True,
                )
                return done, web

            yield run
            server.shutdown()
    os.chdir(here)


def test_what_it_collects_is_the_network(collected):
    done, web = collected()
    assert done.returncode == 0, done.stderr
    folder = Path("my-network/123456789012/us-east-1")
    assert len(list(folder.glob("*.json"))) == 26
    account = aws.load("my-network")
    assert not [note for note in account.report if note.kind in ("missing", "not read", "unknown")]
    names = {row.name for one in account.vpcs for row in one.names}
    assert {"web", "old"} <= names
    tables = [row for one in account.vpcs for row in one.transits]
    assert [row.own.subnets for row in tables] and len(tables) == 1
    assert web in {row.name for one in account.vpcs for row in one.devices}


def test_a_call_that_is_refused_is_named_and_the_others_go_on(collected):
    done, _ = collected("net", "us-east-1", refuse=("describe-network-acls", "describe-rules"))
    assert done.returncode == 1
    assert "collect: refused in us-east-1: aws ec2 describe-network-acls\n" in done.stderr
    assert done.stderr.endswith("the files are in net; calls that were refused: 2\n")
    account = aws.load("net")
    told = "\n".join(map(str, account.report))
    assert "not read: it is empty" in told and "network-acls.json" in told
    for one in account.vpcs:
        assert f"no file has the network ACLs of {one.name}" in "\n".join(map(str, one.unknown))


def test_a_folder_for_each_region_is_one_account(collected):
    done, _ = collected("net", "us-east-1", "eu-west-1")
    assert done.returncode == 0, done.stderr
    assert sorted(p.name for p in Path("net/123456789012").iterdir()) == ["eu-west-1", "us-east-1"]
    assert len(aws.load("net").vpcs) == 3  # two default ones, and the one that was made
