"""Networks with n of something: what grows, by its name, as answers of the AWS CLI.

Each function of MANY gives the answers of a network that has n rows of the kind it is named for,
and as few as possible of all others.
"""

from vpcedu.address import text

VPC, SUBNET, TABLE = "vpc-1", "subnet-1", "rtb-1"


def base(vpc=VPC, block="10.0.0.0/16", subnet=SUBNET):
    """A VPC with a subnet, a route table, an ACL and a group."""
    return {
        "Vpcs": [{"VpcId": vpc, "CidrBlock": block}],
        "Subnets": [
            {"SubnetId": subnet, "VpcId": vpc, "CidrBlock": block, "AvailabilityZone": "a"}
        ],
        "RouteTables": [
            {
                "RouteTableId": f"rtb-{vpc}",
                "VpcId": vpc,
                "Associations": [{"Main": True}],
                "Routes": [{"DestinationCidrBlock": block, "GatewayId": "local"}],
            }
        ],
        "SecurityGroups": [{"GroupId": f"sg-{vpc}", "VpcId": vpc}],
        "NetworkAcls": [
            {
                "NetworkAclId": f"acl-{vpc}",
                "VpcId": vpc,
                "IsDefault": True,
                "Associations": [{"SubnetId": subnet}],
                "Entries": [],
            }
        ],
        "InternetGateways": [],
        "NetworkInterfaces": [],
        "Reservations": [{"Instances": []}],
    }


def joined(parts):
    """The rows of several networks in one."""
    found = {}
    for part in parts:
        for kind, rows in part.items():
            found.setdefault(kind, []).extend(rows)
    return found


def address(i):
    """The i-th address of 10.0.0.0/16 that AWS does not keep for itself."""
    return text((10 << 24) + 4 + i)


def interface(i, vpc=VPC, subnet=SUBNET, **more):
    """An instance's interface."""
    return {
        "NetworkInterfaceId": f"eni-{i}",
        "SubnetId": subnet,
        "VpcId": vpc,
        "Status": "in-use",
        "PrivateIpAddress": address(i),
        "Groups": [{"GroupId": f"sg-{vpc}"}],
        "Attachment": {"InstanceId": f"i-{i}", "DeviceIndex": 0},
    } | more


def instance(i, vpc=VPC, subnet=SUBNET):
    return {
        "InstanceId": f"i-{i}",
        "VpcId": vpc,
        "SubnetId": subnet,
        "State": {"Name": "running"},
        "PrivateIpAddress": address(i),
    }


def attached(i):
    """An instance that names its interface, which another answer describes."""
    return instance(i) | {"NetworkInterfaces": [{"NetworkInterfaceId": f"eni-{i}"}]}


def vpcs(n):
    """VPCs next to each other, each with a gateway, a peering connection and an instance."""
    parts = []
    for i in range(n):
        part = base(f"vpc-{i}", f"10.{i >> 8 & 255}.{i & 255}.0/24", f"subnet-{i}")
        part["InternetGateways"] = [
            {"InternetGatewayId": f"igw-{i}", "Attachments": [{"VpcId": f"vpc-{i}"}]}
        ]
        part["RouteTables"][0]["Routes"].append(
            {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": f"igw-{i}"}
        )
        part["VpcPeeringConnections"] = [
            {
                "VpcPeeringConnectionId": f"pcx-{i}",
                "RequesterVpcInfo": {"VpcId": f"vpc-{i}"},
                "AccepterVpcInfo": {"VpcId": f"vpc-{(i + 1) % n}"},
                "Status": {"Code": "active"},
            }
        ]
        part["Reservations"] = [
            {
                "Instances": [
                    instance(i, f"vpc-{i}", f"subnet-{i}")
                    | {"PrivateIpAddress": f"10.{i >> 8 & 255}.{i & 255}.10"}
                ]
            }
        ]
        parts.append(part)
    return joined(parts)


def bare_vpcs(n):
    """VPCs of which nothing else is described, so that everything is unknown."""
    return {
        "Vpcs": [
            {"VpcId": f"vpc-{i}", "CidrBlock": f"10.{i >> 8 & 255}.{i & 255}.0/24"}
            for i in range(n)
        ]
    }


def interfaces(n):
    return base() | {
        "NetworkInterfaces": [interface(i) for i in range(n)],
        "Reservations": [{"Instances": [attached(i)]} for i in range(n)],
    }


def instances(n):
    """Instances whose interfaces no answer describes."""
    return base() | {"Reservations": [{"Instances": [instance(i) for i in range(n)]}]}


def secondary_addresses(n):
    own = [{"PrivateIpAddress": address(i)} for i in range(n)]
    return base() | {"NetworkInterfaces": [interface(0, PrivateIpAddresses=own)]}


def addresses(n):
    """Elastic IP addresses that nothing has."""
    return base() | {"Addresses": [{"PublicIp": text((198 << 24) + i)} for i in range(n)]}


def groups(n):
    """Groups that name each other, and an interface with all of them."""
    rows = [
        {
            "GroupId": f"sg-{i}",
            "VpcId": VPC,
            "IpPermissions": [
                {
                    "IpProtocol": "tcp",
                    "FromPort": 80,
                    "ToPort": 80,
                    "UserIdGroupPairs": [{"GroupId": f"sg-{(i + 1) % n}"}],
                }
            ],
        }
        for i in range(n)
    ]
    own = [{"GroupId": f"sg-{i}"} for i in range(n)]
    return base() | {"SecurityGroups": rows, "NetworkInterfaces": [interface(0, Groups=own)]}


def unknown_groups(n):
    """Interfaces whose groups no file has."""
    return base() | {
        "NetworkInterfaces": [interface(i, Groups=[{"GroupId": f"sg-{i}"}]) for i in range(n)]
    }


def rules(n):
    """Rules of one group, which all interfaces have."""
    found = base()
    found["SecurityGroups"][0]["IpPermissions"] = [
        {
            "IpProtocol": "tcp",
            "FromPort": i % 60_000,
            "ToPort": 65_535,
            "IpRanges": [{"CidrIp": f"{address(i)}/32"}],
        }
        for i in range(n)
    ]
    return found | {"NetworkInterfaces": [interface(i) for i in range(n)]}


def entries(n):
    """Entries of one ACL, the ACL of many subnets."""
    found = subnets(n)
    found["NetworkAcls"][0]["Entries"] = [
        {
            "RuleNumber": i + 1,
            "Egress": False,
            "Protocol": "-1",
            "RuleAction": "allow",
            "CidrBlock": f"{address(i)}/32",
        }
        for i in range(min(n, 32_000))
    ]
    return found


def acls(n):
    """ACLs, one for each subnet, with an entry each."""
    found = subnets(n)
    found["NetworkAcls"] = [
        {
            "NetworkAclId": f"acl-{i}",
            "VpcId": VPC,
            "Associations": [{"SubnetId": f"subnet-{i}"}],
            "Entries": [
                {
                    "RuleNumber": 100,
                    "Egress": False,
                    "Protocol": "-1",
                    "RuleAction": "allow",
                    "CidrBlock": "0.0.0.0/0",
                }
            ],
        }
        for i in range(n)
    ]
    return found


def subnets(n):
    found = base()
    found["Subnets"] = [
        {
            "SubnetId": f"subnet-{i}",
            "VpcId": VPC,
            "CidrBlock": f"{text((10 << 24) + 16 * i)}/28",
            "AvailabilityZone": "a",
        }
        for i in range(n)
    ]
    return found


def routes(n):
    """Routes of one table that lead to the subnets of a VPC, and elsewhere."""
    found = subnets(n)
    found["RouteTables"][0]["Routes"] += [
        {"DestinationCidrBlock": f"{text((10 << 24) + 16 * i)}/28", "NetworkInterfaceId": "eni-0"}
        for i in range(n)
    ]
    found["RouteTables"][0]["Routes"] += [
        {"DestinationCidrBlock": f"{text((11 << 24) + i)}/32", "TransitGatewayId": f"tgw-{i}"}
        for i in range(n)
    ]
    return found


def same_routes(n):
    """Routes for one destination, over and over, and as many for others."""
    found = base()
    found["RouteTables"][0]["Routes"] += [
        {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": f"vgw-{i}"} for i in range(n)
    ] + [
        {"DestinationCidrBlock": f"{text((11 << 24) + 2 * i)}/32", "GatewayId": "vgw-1"}
        for i in range(n)
    ]
    return found


def tables(n):
    """Route tables, one for each subnet."""
    found = subnets(n)
    found["RouteTables"] += [
        {
            "RouteTableId": f"rtb-{i}",
            "VpcId": VPC,
            "Associations": [{"SubnetId": f"subnet-{i}"}, {"GatewayId": "vgw-1"}],
            "Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local"}],
        }
        for i in range(n)
    ]
    return found


def gateway_associations(n):
    """A table that routes what enters by many gateways."""
    found = base()
    table = found["RouteTables"][0]
    table["Associations"] += [{"GatewayId": f"vgw-{i}"} for i in range(n)]
    table["Routes"] += [
        {"DestinationCidrBlock": f"{text((11 << 24) + i)}/32", "NatGatewayId": "nat-1"}
        for i in range(n)
    ]
    return found


def nat_routes(n):
    """An instance with many interfaces, to which many routes lead."""
    found = base()
    found["NetworkInterfaces"] = [
        interface(i, Attachment={"InstanceId": "i-0", "DeviceIndex": 0}) for i in range(n)
    ]
    found["RouteTables"][0]["Routes"] += [
        {"DestinationCidrBlock": f"{text((172 << 24) + (16 << 16) + i)}/32", "InstanceId": "i-0"}
        for i in range(n)
    ]
    return found


def prefix_lists(n):
    """A list with many entries that one rule names, and many lists that no rule names."""
    found = base()
    found["PrefixLists"] = [
        {"PrefixListId": f"pl-{i}", "Cidrs": ["198.51.100.0/24"]} for i in range(n)
    ]
    found["PrefixLists"][0]["Cidrs"] = [f"{address(i)}/32" for i in range(n)]
    found["SecurityGroups"][0]["IpPermissions"] = [
        {"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": "pl-0"}]}
    ]
    return found


def nat_gateways(n):
    return base() | {
        "NatGateways": [
            {
                "NatGatewayId": f"nat-{i}",
                "VpcId": VPC,
                "SubnetId": SUBNET,
                "State": "available" if i % 2 else "failed",
                "NatGatewayAddresses": [
                    {"PrivateIp": address(i), "NetworkInterfaceId": f"eni-{i}", "IsPrimary": True}
                ],
            }
            for i in range(n)
        ]
    }


def endpoints(n):
    return interfaces(n) | {
        "VpcEndpoints": [
            {
                "VpcEndpointId": f"vpce-{i}",
                "VpcId": VPC,
                "VpcEndpointType": "Interface",
                "NetworkInterfaceIds": [f"eni-{i}"],
                "DnsEntries": [{"DnsName": f"a{i}.example.com"}],
            }
            for i in range(n)
        ]
    }


def balancer(i, **more):
    return {
        "LoadBalancerArn": f"arn:aws:loadbalancer/app/lb{i}/{i}",
        "VpcId": VPC,
        "Type": "application",
        "Scheme": "internal",
        "AvailabilityZones": [{"SubnetId": SUBNET}],
    } | more


def balancers(n):
    """Balancers without interfaces: each gets a free address; with a listener and a rule."""
    return base() | {
        "LoadBalancers": [balancer(i) for i in range(n)],
        "Listeners": [listener(i, i, i) for i in range(n)],
        "Rules": [rule(i, i, i) for i in range(n)],
        "TargetGroups": [{"TargetGroupArn": f"arn:targetgroup/{i}"} for i in range(n)],
    }


def described_balancers(n):
    """Balancers with interfaces, and their attributes."""
    found = balancers(n)
    found["NetworkInterfaces"] = [
        interface(i, Description=f"ELB app/lb{i}/{i}", Attachment={}) for i in range(n)
    ]
    return found


def listener(i, of, to, port=80):
    return {
        "ListenerArn": f"arn:aws:listener/app/lb{of}/{of}/{i}",
        "LoadBalancerArn": f"arn:aws:loadbalancer/app/lb{of}/{of}",
        "Protocol": "HTTP",
        "Port": port,
        "DefaultActions": [{"Type": "forward", "TargetGroupArn": f"arn:targetgroup/{to}"}],
    }


def rule(i, of, to):
    return {
        "RuleArn": f"arn:aws:listener-rule/app/lb{of}/{of}/{of}/{i}",
        "Priority": "1",
        "Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/x"]}}],
        "Actions": [{"Type": "forward", "TargetGroupArn": f"arn:targetgroup/{to}"}],
    }


def listeners(n):
    """Listeners and rules of one balancer, each for the same group."""
    return base() | {
        "LoadBalancers": [balancer(0)],
        "Listeners": [listener(i, 0, 0, i % 60_000 + 1) for i in range(n)],
        "Rules": [rule(i, 0, 0) for i in range(n)],
        "TargetGroups": [{"TargetGroupArn": "arn:targetgroup/0"}],
    }


def targets(n):
    """A group with many targets, which many rules of one listener name."""
    found = listeners(1) | interfaces(n)
    found["Rules"] = [rule(i, 0, 0) for i in range(n)]
    health = [{"Target": {"Id": f"i-{i}", "Port": 80}} for i in range(n)]
    return [
        found,
        {"For": "arn:targetgroup/0", "Output": {"TargetHealthDescriptions": health}},
    ]


def classic(n):
    """Classic balancers, each with an instance."""
    return interfaces(n) | {
        "LoadBalancerDescriptions": [
            {
                "LoadBalancerName": f"c{i}",
                "VPCId": VPC,
                "Scheme": "internal",
                "Subnets": [SUBNET],
                "Instances": [{"InstanceId": f"i-{i}"}],
                "ListenerDescriptions": [
                    {"Listener": {"Protocol": "TCP", "LoadBalancerPort": 80, "InstancePort": 80}}
                ],
            }
            for i in range(n)
        ]
    }


def loose_answers(n):
    """Answers that do not say what they are about, and as many things they could be about."""
    rows = [{"TargetGroupArn": f"arn:targetgroup/{i}"} for i in range(n)]
    loose = [{"Attributes": [{"Key": "stickiness.enabled", "Value": "true"}]} for _ in range(n)]
    return [base() | {"TargetGroups": rows}, *loose]


def unknown_fields(n):
    found = base()
    found["Vpcs"][0] |= {f"New{i}": i for i in range(n)}
    return found | {f"Kind{i}": [] for i in range(n)}


def pages(n):
    """Parts of collections, each of which names a next one."""
    return [*({f"Kind{i}": [], "NextToken": "x"} for i in range(n)), vpcs(n)]


def no_main_tables(n):
    found = vpcs(n)
    found["RouteTables"] = []
    return found


def public_access(n):
    """Subnets with Block Public Access, beside gateways of other VPCs."""
    found = subnets(n)
    for row in found["Subnets"]:
        row["BlockPublicAccessStates"] = {"InternetGatewayBlockMode": "block-ingress"}
    found["InternetGateways"] = [
        {"InternetGatewayId": f"igw-{i}", "Attachments": [{"VpcId": f"vpc-{i + 1}"}]}
        for i in range(n)
    ]
    return found


MANY = {
    word.__name__: word
    for word in (
        vpcs, bare_vpcs, interfaces, instances, secondary_addresses, addresses, groups, unknown_groups,
        rules, entries, acls, subnets, routes, same_routes, tables, gateway_associations, nat_routes,
        prefix_lists, nat_gateways, endpoints, balancers, described_balancers, listeners, targets,
        classic, loose_answers, unknown_fields, pages, no_main_tables, public_access,
    )
}  # fmt: skip
