"""W7c 'files': the network of W7 as the AWS CLI would print it, read back, and audited in whole.

    python3 bench/files.py                1,000 instances
    python3 bench/files.py --subnets 4    80 instances

The work: `reachability.vpc` is written as the JSON of seven describe-calls (vpcs, subnets,
route-tables, security-groups, network-acls, instances, network-interfaces); `vpcedu.aws.load` reads
the folder, `vpcedu.lab.audit` answers for all pairs and all ports, looks for rows that do nothing,
and is printed. Count and digest of W7's four ports must be those of the network that was written.
Process CPU time, the median of the rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from reachability import compiled, vpc

from vpcedu.aws import load
from vpcedu.lab import audit

VPC = "vpc-1"
PROTOCOLS = {-1: "-1", 6: "tcp"}  # as security groups write them; network ACLs write numbers


def answers(network):
    """The CLI's answers, by the name of the call."""
    main = {
        "RouteTableId": "rtb-main",
        "VpcId": VPC,
        "Associations": [{"Main": True}],
        "Routes": [
            {"DestinationCidrBlock": row.destination, "GatewayId": row.target, "State": "active"}
            for row in network.routes
        ],
    }
    return {
        "vpcs": {"Vpcs": [{"VpcId": VPC, "CidrBlock": network.cidr}]},
        "subnets": {
            "Subnets": [
                {
                    "SubnetId": row.name,
                    "VpcId": VPC,
                    "CidrBlock": row.cidr,
                    "AvailabilityZone": "us-east-1a",
                }
                for row in network.subnets
            ]
        },
        "route-tables": {"RouteTables": [main]},
        "security-groups": {"SecurityGroups": list(groups(network))},
        "network-acls": {"NetworkAcls": list(acls(network))},
        "instances": {
            "Reservations": [
                {
                    "Instances": [
                        {
                            "InstanceId": row.device,
                            "VpcId": VPC,
                            "SubnetId": row.subnet,
                            "State": {"Name": "running"},
                            "PrivateIpAddress": row.address,
                            "NetworkInterfaces": [{"NetworkInterfaceId": f"eni-{row.id}"}],
                        }
                        for row in network.interfaces
                    ]
                }
            ]
        },
        "network-interfaces": {
            "NetworkInterfaces": [
                {
                    "NetworkInterfaceId": f"eni-{row.id}",
                    "SubnetId": row.subnet,
                    "VpcId": VPC,
                    "Status": "in-use",
                    "PrivateIpAddress": row.address,
                    "InterfaceType": "interface",
                    "SourceDestCheck": row.check,
                    "PrivateIpAddresses": [{"Primary": True, "PrivateIpAddress": row.address}],
                    "Groups": [{"GroupId": group, "GroupName": group} for group in row.groups],
                    "Attachment": {
                        "InstanceId": row.device,
                        "DeviceIndex": 0,
                        "Status": "attached",
                    },
                }
                for row in network.interfaces
            ]
        },
    }


def groups(network):
    """A row of describe-security-groups for each group."""
    rules = {}
    for rule in network.group_rules:
        rules.setdefault(rule.group, {"in": [], "out": []})[rule.direction].append(permission(rule))
    for group, ways in rules.items():
        yield {
            "GroupId": group,
            "GroupName": group,
            "VpcId": VPC,
            "IpPermissions": ways["in"],
            "IpPermissionsEgress": ways["out"],
        }


def permission(rule):
    """A rule as a permission; one for all protocols has no ports."""
    ports = {} if rule.protocol == -1 else {"FromPort": rule.ports[0], "ToPort": rule.ports[1]}
    peer = (
        {"IpRanges": [{"CidrIp": rule.peer}]}
        if "/" in rule.peer
        else {"UserIdGroupPairs": [{"GroupId": rule.peer, "UserId": "1"}]}
    )
    return {
        "IpProtocol": PROTOCOLS[rule.protocol],
        **ports,
        "IpRanges": [],
        "UserIdGroupPairs": [],
        **peer,
    }


def acls(network):
    """A row of describe-network-acls for each ACL.

    With the two entries that nobody can take out.
    """
    for acl in dict.fromkeys(row.acl for row in network.acl_entries):
        entries = [
            {
                "Egress": row.direction == "out",
                "RuleNumber": row.number,
                "RuleAction": row.action,
                "Protocol": str(row.protocol),
                "CidrBlock": row.cidr,
                **(
                    {}
                    if row.protocol == -1
                    else {"PortRange": {"From": row.ports[0], "To": row.ports[1]}}
                ),
            }
            for row in network.acl_entries
            if row.acl == acl
        ]
        entries += [
            {
                "Egress": out,
                "RuleNumber": 32_767,
                "RuleAction": "deny",
                "Protocol": "-1",
                "CidrBlock": "0.0.0.0/0",
            }
            for out in (False, True)
        ]
        yield {
            "NetworkAclId": acl,
            "VpcId": VPC,
            "IsDefault": False,
            "Entries": entries,
            "Associations": [
                {"NetworkAclId": acl, "SubnetId": row.name}
                for row in network.subnets
                if row.network_acl == acl
            ],
        }


def write(folder, network):
    """One file for each answer; how many bytes they have."""
    size = 0
    for name, answer in answers(network).items():
        with open(os.path.join(folder, f"{name}.json"), "w", encoding="utf-8") as file:
            size += file.write(json.dumps(answer, indent=4))
    return size


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subnets", type=int, default=50, choices=range(2, 51), metavar="2-50")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    written = vpc(options.subnets)
    times = {"load": [], "audit": [], "print": []}
    with tempfile.TemporaryDirectory() as folder:
        size = write(folder, written)
        for _ in range(options.rounds):
            began = time.process_time()
            account = load(folder)
            network = account.vpc()
            loaded = time.process_time()
            found = audit(network)
            audited = time.process_time()
            text = str(found)
            for name, seconds in (
                ("load", loaded - began),
                ("audit", audited - loaded),
                ("print", time.process_time() - audited),
            ):
                times[name].append(seconds)
    print(
        f"{len(network.interfaces)} instances, {size} bytes of JSON, {len(account.report)} notes,"
        f" {len(found.findings)} findings, {len(text)} letters printed"
    )
    for name, seconds in times.items():
        print(f"{name:<8}{statistics.median(seconds):8.3f} s")
    count, digest = compiled(network)
    if (count, digest) != compiled(written):
        sys.exit(f"{count} reached, digest {digest}: expected {compiled(written)}")
    print(f"{count} reached, digest {digest}")


if __name__ == "__main__":
    main()
