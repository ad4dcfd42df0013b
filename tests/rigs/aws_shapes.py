"""Answers written by hand in the shapes that the AWS CLI documents.

Also what moto does not write (nodes, ...).
"""

ARN = "arn:aws:elasticloadbalancing:us-east-1:1"
ANYWHERE = "0.0.0.0/0"
ALL = {
    "IpProtocol": "-1",
    "IpRanges": [{"CidrIp": ANYWHERE}],
    "Ipv6Ranges": [],
    "PrefixListIds": [],
    "UserIdGroupPairs": [],
}


def interface(name, subnet, address, groups=(), public="", instance="", **more):
    """A row of describe-network-interfaces."""
    found = {"PublicIp": public, "IpOwnerId": "amazon"}
    row = {
        "NetworkInterfaceId": name,
        "SubnetId": subnet,
        "VpcId": "vpc-1",
        "PrivateIpAddress": address,
        "Groups": [{"GroupName": group, "GroupId": group} for group in groups],
        "SourceDestCheck": True,
        "Status": "in-use",
        "InterfaceType": "interface",
        "Description": "",
        "Ipv6Addresses": [],
        "PrivateIpAddresses": [{"Primary": True, "PrivateIpAddress": address}],
        "TagSet": [],
    }
    if public:
        row["Association"] = row["PrivateIpAddresses"][0]["Association"] = found
    if instance:
        row["Attachment"] = {"InstanceId": instance, "DeviceIndex": 0, "Status": "attached"}
    return row | more


def entry(number, egress, action="allow", block=ANYWHERE, **more):
    """An entry of a network ACL."""
    return {
        "CidrBlock": block,
        "Egress": egress,
        "Protocol": "-1",
        "RuleAction": action,
        "RuleNumber": number,
    } | more


def tcp(port, **side):
    """A permission of a security group for a TCP port."""
    return {
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        "IpRanges": [],
        "Ipv6Ranges": [],
        "PrefixListIds": [],
        "UserIdGroupPairs": [],
    } | side


def network():
    """One VPC with each kind of thing: rows by top-level key.

    `wrapped` and `entries` are wrapped answers.
    """
    shop, wire = f"{ARN}:loadbalancer/app/shop/1", f"{ARN}:loadbalancer/net/wire/1"
    to_shop, to_wire = f"{ARN}:targetgroup/shop/1", f"{ARN}:targetgroup/wire/1"
    web = interface("eni-web", "subnet-priv", "10.0.1.10", ["sg-web"], instance="i-web")
    return {
        "Vpcs": [
            {
                "VpcId": "vpc-1",
                "CidrBlock": "10.0.0.0/16",
                "IsDefault": False,
                "State": "available",
                "Ipv6CidrBlockAssociationSet": [{"Ipv6CidrBlock": "2001:db8::/56"}],
            }
        ],
        "Subnets": [
            {
                "SubnetId": "subnet-pub",
                "VpcId": "vpc-1",
                "CidrBlock": "10.0.0.0/24",
                "AvailabilityZone": "us-east-1a",
            },
            {
                "SubnetId": "subnet-priv",
                "VpcId": "vpc-1",
                "CidrBlock": "10.0.1.0/24",
                "AvailabilityZone": "us-east-1a",
            },
        ],
        "RouteTables": [
            {
                "RouteTableId": "rtb-main",
                "VpcId": "vpc-1",
                "Associations": [{"Main": True}],
                "Routes": [
                    {
                        "DestinationCidrBlock": "10.0.0.0/16",
                        "GatewayId": "local",
                        "State": "active",
                    },
                    {"DestinationCidrBlock": ANYWHERE, "GatewayId": "igw-1", "State": "active"},
                    {"DestinationIpv6CidrBlock": "::/0", "GatewayId": "igw-1", "State": "active"},
                ],
            },
            {
                "RouteTableId": "rtb-priv",
                "VpcId": "vpc-1",
                "Associations": [
                    {"Main": False, "SubnetId": "subnet-priv", "RouteTableId": "rtb-priv"}
                ],
                "Routes": [
                    {
                        "DestinationCidrBlock": "10.0.0.0/16",
                        "GatewayId": "local",
                        "State": "active",
                    },
                    {"DestinationCidrBlock": ANYWHERE, "NatGatewayId": "nat-1", "State": "active"},
                    {
                        "DestinationCidrBlock": "10.50.0.0/16",
                        "TransitGatewayId": "tgw-1",
                        "State": "active",
                        "Origin": "CreateRoute",
                    },
                    {
                        "DestinationCidrBlock": "10.51.0.0/16",
                        "NatGatewayId": "nat-gone",
                        "State": "blackhole",
                    },
                    {
                        "DestinationPrefixListId": "pl-office",
                        "GatewayId": "vpce-s3",
                        "State": "active",
                    },
                ],
            },
        ],
        "SecurityGroups": [
            {
                "GroupId": "sg-front",
                "GroupName": "front",
                "VpcId": "vpc-1",
                "IpPermissionsEgress": [ALL],
                "IpPermissions": [
                    tcp(80, IpRanges=[{"CidrIp": ANYWHERE}], Ipv6Ranges=[{"CidrIpv6": "::/0"}])
                ],
            },
            {
                "GroupId": "sg-web",
                "GroupName": "web",
                "VpcId": "vpc-1",
                "IpPermissionsEgress": [ALL],
                "IpPermissions": [
                    tcp(8_080, UserIdGroupPairs=[{"GroupId": "sg-front", "UserId": "1"}]),
                    tcp(8_443, IpRanges=[{"CidrIp": ANYWHERE}]),
                    tcp(22, PrefixListIds=[{"PrefixListId": "pl-office"}]),
                    {
                        "IpProtocol": "icmp",
                        "FromPort": 3,
                        "ToPort": 4,
                        "IpRanges": [{"CidrIp": ANYWHERE}],
                    },
                    {"IpProtocol": "icmpv6", "FromPort": -1, "ToPort": -1, "IpRanges": []},
                ],
            },
        ],
        "NetworkAcls": [
            {
                "NetworkAclId": "acl-1",
                "VpcId": "vpc-1",
                "IsDefault": True,
                "Associations": [
                    {"NetworkAclId": "acl-1", "SubnetId": name}
                    for name in ("subnet-pub", "subnet-priv")
                ],
                "Entries": [
                    *(entry(100, way) for way in (True, False)),
                    *(entry(32_767, way, "deny") for way in (True, False)),
                    entry(
                        90,
                        False,
                        "deny",
                        "198.51.100.128/25",
                        Protocol="6",
                        PortRange={"From": 22, "To": 22},
                    ),
                    entry(80, False, Protocol="1", IcmpTypeCode={"Type": 3, "Code": -1}),
                    {
                        "Ipv6CidrBlock": "::/0",
                        "Egress": True,
                        "Protocol": "-1",
                        "RuleAction": "deny",
                        "RuleNumber": 32_768,
                    },
                ],
            }
        ],
        "InternetGateways": [
            {
                "InternetGatewayId": "igw-1",
                "Attachments": [{"State": "available", "VpcId": "vpc-1"}],
            }
        ],
        "NatGateways": [
            {
                "NatGatewayId": "nat-1",
                "VpcId": "vpc-1",
                "SubnetId": "subnet-pub",
                "State": "available",
                "ConnectivityType": "public",
                "NatGatewayAddresses": [
                    {
                        "AllocationId": "eipalloc-1",
                        "NetworkInterfaceId": "eni-nat",
                        "PrivateIp": "10.0.0.20",
                        "PublicIp": "198.51.100.1",
                        "IsPrimary": True,
                        "Status": "succeeded",
                    }
                ],
            }
        ],
        "Reservations": [
            {
                "ReservationId": "r-1",
                "OwnerId": "1",
                "Instances": [
                    {
                        "InstanceId": "i-web",
                        "VpcId": "vpc-1",
                        "SubnetId": "subnet-priv",
                        "PrivateIpAddress": "10.0.1.10",
                        "State": {"Code": 16, "Name": "running"},
                        "SourceDestCheck": True,
                        "NetworkInterfaces": [{**web, "Attachment": {"DeviceIndex": 0}}],
                    }
                ],
            }
        ],
        "NetworkInterfaces": [
            web,
            interface(
                "eni-nat",
                "subnet-pub",
                "10.0.0.20",
                public="198.51.100.1",
                InterfaceType="nat_gateway",
                Description="Interface for NAT Gateway nat-1",
                SourceDestCheck=False,
            ),
            interface(
                "eni-alb",
                "subnet-pub",
                "10.0.0.30",
                ["sg-front"],
                "198.51.100.2",
                Description="ELB app/shop/1",
                RequesterManaged=True,
            ),
            interface(
                "eni-nlb",
                "subnet-pub",
                "10.0.0.40",
                (),
                "198.51.100.3",
                InterfaceType="network_load_balancer",
                Description="ELB net/wire/1",
                SourceDestCheck=False,
            ),
            interface(
                "eni-db", "subnet-priv", "10.0.1.30", ["sg-web"], Description="RDSNetworkInterface"
            ),
            interface(
                "eni-vpce",
                "subnet-priv",
                "10.0.1.40",
                InterfaceType="vpc_endpoint",
                Description="VPC Endpoint Interface vpce-1",
            ),
            interface("eni-loose", "subnet-priv", "10.0.1.50", ["sg-web"], Status="available"),
        ],
        "Addresses": [{"PublicIp": "198.51.100.1", "AllocationId": "eipalloc-1", "Domain": "vpc"}],
        "VpcEndpoints": [
            {
                "VpcEndpointId": "vpce-s3",
                "VpcEndpointType": "Gateway",
                "VpcId": "vpc-1",
                "ServiceName": "com.amazonaws.us-east-1.s3",
                "State": "available",
            }
        ],
        "PrefixLists": [
            {
                "PrefixListId": "pl-office",
                "PrefixListName": "office",
                "AddressFamily": "IPv4",
                "MaxEntries": 5,
                "Version": 1,
                "OwnerId": "1",
            }
        ],
        "LoadBalancers": [
            balancer(shop, "application", "shop", ["sg-front"]),
            balancer(wire, "network", "wire", []),
        ],
        "TargetGroups": [
            group(to_shop, "shop", "HTTP", 8_080, shop),
            group(to_wire, "wire", "TCP", 8_443, wire),
        ],
        "Listeners": [listener(shop, "HTTP", 80, to_shop), listener(wire, "TCP", 443, to_wire)],
        "Rules": [
            {
                "RuleArn": f"{ARN}:listener-rule/app/shop/1/80/5",
                "Priority": "5",
                "IsDefault": False,
                "Conditions": [
                    {
                        "Field": "path-pattern",
                        "Values": ["/gone"],
                        "PathPatternConfig": {"Values": ["/gone"]},
                    }
                ],
                "Actions": [
                    {
                        "Type": "fixed-response",
                        "Order": 1,
                        "FixedResponseConfig": {
                            "StatusCode": "404",
                            "ContentType": "text/plain",
                            "MessageBody": "gone",
                        },
                    }
                ],
            },
            {
                "RuleArn": f"{ARN}:listener-rule/app/shop/1/80/9",
                "Priority": "default",
                "IsDefault": True,
                "Conditions": [],
                "Actions": [{"Type": "forward", "TargetGroupArn": to_shop}],
            },
        ],
        "wrapped": [
            *(
                {
                    "For": arn,
                    "Output": {
                        "TargetHealthDescriptions": [
                            {
                                "Target": {"Id": "i-web", "Port": port},
                                "HealthCheckPort": str(port),
                                "TargetHealth": {"State": "healthy"},
                            }
                        ]
                    },
                }
                for arn, port in ((to_shop, 8_080), (to_wire, 8_443))
            ),
            attributes(
                shop,
                **{"idle_timeout.timeout_seconds": "120", "deletion_protection.enabled": "false"},
            ),
            attributes(wire, **{"load_balancing.cross_zone.enabled": "true"}),
            attributes(
                to_wire,
                **{"preserve_client_ip.enabled": "false", "proxy_protocol_v2.enabled": "true"},
            ),
            attributes(f"{ARN}:listener/net/wire/1/443", **{"tcp.idle_timeout.seconds": "600"}),
        ],
        "entries": [
            {
                "For": "pl-office",
                "Output": {
                    "Entries": [
                        {"Cidr": "203.0.113.128/28", "Description": "here"},
                        {"Cidr": "198.51.100.64/26"},
                    ]
                },
            }
        ],
    }


def balancer(arn, kind, name, groups):
    return {
        "LoadBalancerArn": arn,
        "DNSName": f"{name}-1.elb.amazonaws.com",
        "LoadBalancerName": name,
        "Scheme": "internet-facing",
        "VpcId": "vpc-1",
        "State": {"Code": "active"},
        "Type": kind,
        "AvailabilityZones": [
            {"ZoneName": "us-east-1a", "SubnetId": "subnet-pub", "LoadBalancerAddresses": []}
        ],
        "SecurityGroups": groups,
        "IpAddressType": "ipv4",
    }


def group(arn, name, protocol, port, of):
    return {
        "TargetGroupArn": arn,
        "TargetGroupName": name,
        "Protocol": protocol,
        "Port": port,
        "VpcId": "vpc-1",
        "TargetType": "instance",
        "LoadBalancerArns": [of],
    }


def listener(arn, protocol, port, target):
    return {
        "ListenerArn": f"{arn.replace(':loadbalancer/', ':listener/')}/{port}",
        "LoadBalancerArn": arn,
        "Port": port,
        "Protocol": protocol,
        "DefaultActions": [
            {
                "Type": "forward",
                "TargetGroupArn": target,
                "Order": 1,
                "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": target, "Weight": 1}]},
            }
        ],
    }


def attributes(subject, **pairs):
    return {
        "For": subject,
        "Output": {"Attributes": [{"Key": key, "Value": value} for key, value in pairs.items()]},
    }


def peering(other):
    return {
        "VpcPeeringConnectionId": "pcx-1",
        "Status": {"Code": "active"},
        "RequesterVpcInfo": {"VpcId": "vpc-1"},
        "AccepterVpcInfo": {"VpcId": other},
    }


def classic():
    """A Classic Load Balancer and its attributes, to be added to the network."""
    return {
        "LoadBalancerDescriptions": [
            {
                "LoadBalancerName": "old",
                "DNSName": "old-1.elb.amazonaws.com",
                "VPCId": "vpc-1",
                "Subnets": ["subnet-pub"],
                "Instances": [{"InstanceId": "i-web"}, {"InstanceId": "i-gone"}],
                "SecurityGroups": ["sg-front"],
                "Scheme": "internet-facing",
                "AvailabilityZones": ["us-east-1a"],
                "ListenerDescriptions": [
                    {
                        "PolicyNames": [],
                        "Listener": {
                            "Protocol": "TCP",
                            "LoadBalancerPort": 80,
                            "InstanceProtocol": "TCP",
                            "InstancePort": 8_080,
                        },
                    }
                ],
            }
        ],
        "of classic": [
            {
                "For": "old",
                "Output": {
                    "LoadBalancerAttributes": {
                        "CrossZoneLoadBalancing": {"Enabled": False},
                        "AccessLog": {"Enabled": False},
                        "ConnectionSettings": {"IdleTimeout": 90},
                    }
                },
            }
        ],
    }


def files(answers):
    """The text of each file: a row list under its key, or answers as they are."""
    return {
        f"{name}.json": {name: rows} if name[0].isupper() else rows
        for name, rows in answers.items()
    }


SHAPES = [  # kind, path in its rows, another value there, what is said
    (
        "Subnets",
        (0, "CidrBlock"),
        "10.0.0.1/24",
        r"CidrBlock: '10.0.0.1/24': expected an IPv4 CIDR block,",
    ),
    ("Subnets", (0, "AvailabilityZone"), 7, r"Subnets\[0\].AvailabilityZone: 7: expected a text"),
    (
        "NetworkInterfaces",
        (0, "SourceDestCheck"),
        "no",
        r"SourceDestCheck: 'no': expected true or false",
    ),
    (
        "RouteTables",
        (0, "Routes", 1),
        {"GatewayId": "igw-1"},
        r"Routes\[1\]: an object: expected a route with D",
    ),
    (
        "RouteTables",
        (0, "Routes", 1, "DestinationCidrBlock"),
        "any",
        r"'any': expected an IPv4 CIDR block",
    ),
    (
        "SecurityGroups",
        (0, "IpPermissions", 0, "FromPort"),
        70_000,
        r"FromPort: 70000: expected a whole number",
    ),
    (
        "SecurityGroups",
        (0, "IpPermissions", 0, "ToPort"),
        79,
        r"ToPort: 79: expected a whole number from 80 to 65535",
    ),
    (
        "SecurityGroups",
        (0, "IpPermissions", 0, "IpProtocol"),
        "tpc",
        r"IpProtocol: 'tpc': expected a whole number",
    ),
    (
        "SecurityGroups",
        (1, "IpPermissions", 0, "UserIdGroupPairs"),
        [{"GroupId": "web"}],
        "expected a security group's id, sg-",
    ),
    (
        "NetworkAcls",
        (0, "Entries", 0, "RuleAction"),
        "maybe",
        r"RuleAction: 'maybe': expected allow or deny",
    ),
    (
        "NetworkAcls",
        (0, "Entries", 0, "RuleNumber"),
        0,
        r"RuleNumber: 0: expected a whole number from 1 to 32768",
    ),
    (
        "NetworkAcls",
        (0, "Entries", 4, "RuleNumber"),
        100,
        r"RuleNumber: 100: expected a number that no other",
    ),
    ("NetworkAcls", (0, "Entries", 0, "Egress"), 1, r"Egress: 1: expected true or false"),
    ("NatGateways", (0, "NatGatewayAddresses"), "x", r"NatGatewayAddresses: 'x': expected a list"),
    (
        "Listeners",
        (0, "Port"),
        0,
        r"Listeners\[0\].Port: 0: expected a whole number from 1 to 65535",
    ),
    (
        "Rules",
        (0, "Priority"),
        "first",
        r"Rules\[0\].Priority: 'first': expected a whole number from 1 to 50000",
    ),
    ("Reservations", (0, "Instances", 0, "State"), "on", r"State: 'on': expected an object"),
]
