"""The networks that the tests of vpcedu.aws ask, made by boto3 calls.

Each comes with what was planted, by name.

Names ending in _eni, _public and _dns are the interface, the public address and the DNS name of
what comes before.
"""

from collections import namedtuple

ANYWHERE, BLOCK, PUBLIC, PRIVATE = "0.0.0.0/0", "10.0.0.0/16", "10.0.0.0/24", "10.0.1.0/24"
Made = namedtuple("Made", "vpc public private igw public_table private_table")


def ground(cloud, *private_routes):
    """A VPC with a public and a private subnet, and routes of the private one's table."""
    vpc = cloud.vpc(BLOCK)
    public, private, igw = cloud.subnet(vpc, PUBLIC), cloud.subnet(vpc, PRIVATE), cloud.gateway(vpc)
    public_table = cloud.table(vpc, public, (ANYWHERE, "GatewayId", igw))
    return Made(vpc, public, private, igw, public_table, cloud.table(vpc, private, *private_routes))


def reference(cloud):
    """A Classic balancer in front of a web server in a private subnet.

    The web server goes out by a NAT gateway.
    """
    made = ground(cloud)
    nat = cloud.nat_gateway(made.public)
    cloud.ec2.create_route(
        RouteTableId=made.private_table, DestinationCidrBlock=ANYWHERE, NatGatewayId=nat
    )
    front = cloud.group(made.vpc, "front", (80, ANYWHERE))
    back = cloud.group(made.vpc, "back", (8080, front))
    web = cloud.instance(made.private, back, "10.0.1.10")
    bastion = cloud.instance(made.public, front, "10.0.0.10", public=True)
    shop = cloud.elb.create_load_balancer(
        LoadBalancerName="shop",
        Subnets=[made.public],
        SecurityGroups=[front],
        Listeners=[
            {
                "Protocol": "TCP",
                "LoadBalancerPort": 80,
                "InstanceProtocol": "TCP",
                "InstancePort": 8080,
            }
        ],
    )
    cloud.elb.register_instances_with_load_balancer(
        LoadBalancerName="shop", Instances=[{"InstanceId": web}]
    )
    return made._asdict() | {
        "web": web,
        "bastion": bastion,
        "front": front,
        "back": back,
        "nat": nat,
        "web_eni": cloud.interface_of(web),
        "shop_dns": shop["DNSName"],
        "bastion_public": cloud.public_of(bastion),
    }


def private_targets(cloud):
    """A Network Load Balancer whose target has no route to the Internet at all.

    Its security group is open to the client.
    """
    made = ground(cloud)
    back = cloud.group(made.vpc, "back", (80, ANYWHERE))
    web = cloud.instance(made.private, back, "10.0.1.10")
    other = cloud.instance(made.public, back, "10.0.0.10", public=True)
    arn = cloud.balancer(made.vpc, "network", [made.public], [web])
    return made._asdict() | {
        "web": web,
        "back": back,
        "arn": arn,
        "other": other,
        "dns": cloud.dns_of(arn),
        "web_eni": cloud.interface_of(web),
    }


def no_ephemeral_ports(cloud):
    """A public web server whose network ACL answers on port 80 alone.

    The ACL of its subnet lets requests in on port 80, and answers out on port 80 alone.
    """
    made = ground(cloud)
    group = cloud.group(made.vpc, "web", (80, ANYWHERE))
    web = cloud.instance(made.public, group, "10.0.0.10", public=True)
    beside = cloud.instance(made.public, group, "10.0.0.11")
    inner = cloud.instance(made.private, group, "10.0.1.10")
    acl = cloud.ec2.create_network_acl(VpcId=made.vpc)["NetworkAcl"]["NetworkAclId"]
    for egress in (False, True):
        cloud.ec2.create_network_acl_entry(
            NetworkAclId=acl,
            RuleNumber=100,
            Protocol="6",
            RuleAction="allow",
            Egress=egress,
            CidrBlock=ANYWHERE,
            PortRange={"From": 80, "To": 80},
        )
    for row in cloud.ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [made.vpc]}])[
        "NetworkAcls"
    ]:
        for at in row["Associations"]:
            if at["SubnetId"] == made.public:
                cloud.ec2.replace_network_acl_association(
                    AssociationId=at["NetworkAclAssociationId"], NetworkAclId=acl
                )
    return made._asdict() | {
        "web": web,
        "acl": acl,
        "beside": beside,
        "inner": inner,
        "group": group,
        "web_eni": cloud.interface_of(web),
        "web_public": cloud.public_of(web),
    }


def connection(cloud, one, other, accepted=True):
    """A peering connection between two VPCs."""
    row = cloud.ec2.create_vpc_peering_connection(VpcId=one, PeerVpcId=other)[
        "VpcPeeringConnection"
    ]
    if accepted:
        cloud.ec2.accept_vpc_peering_connection(
            VpcPeeringConnectionId=row["VpcPeeringConnectionId"]
        )
    return row["VpcPeeringConnectionId"]


def peered(cloud):
    """Three VPCs, a - b - c, peered in a row.

    a has a route to c's block over its connection with b.
    """
    vpcs = [cloud.vpc(f"10.{n}.0.0/16") for n in (1, 2, 3)]
    subnets = [cloud.subnet(vpc, f"10.{n}.0.0/24") for n, vpc in enumerate(vpcs, 1)]
    links = [connection(cloud, vpcs[one], vpcs[one + 1]) for one in (0, 1)]
    routes = [((2, 0), (3, 0)), ((1, 0), (3, 1)), ((2, 1),)]
    tables = [
        cloud.table(
            vpc, subnet, *((f"10.{n}.0.0/16", "VpcPeeringConnectionId", links[i]) for n, i in own)
        )
        for vpc, subnet, own in zip(vpcs, subnets, routes, strict=True)
    ]
    open_a = cloud.group(vpcs[0], "a", (80, ANYWHERE))
    by_group = cloud.group(vpcs[1], "b", (80, open_a), (81, "10.3.0.0/16"))
    open_c = cloud.group(vpcs[2], "c", (80, ANYWHERE))
    hosts = [
        cloud.instance(subnet, group, f"10.{n}.0.10")
        for n, (subnet, group) in enumerate(
            zip(subnets, (open_a, by_group, open_c), strict=True), 1
        )
    ]
    return {
        "vpcs": vpcs,
        "links": links,
        "tables": tables,
        "groups": (open_a, by_group, open_c),
        "hosts": hosts,
        "b_eni": cloud.interface_of(hosts[1]),
    }


def pending(cloud):
    """Two VPCs whose peering connection nobody has accepted; a has a route over it, b has none."""
    vpcs = [cloud.vpc(f"10.{n}.0.0/16") for n in (1, 2)]
    subnets = [cloud.subnet(vpc, f"10.{n}.0.0/24") for n, vpc in enumerate(vpcs, 1)]
    link = connection(cloud, *vpcs, accepted=False)
    tables = [
        cloud.table(vpcs[0], subnets[0], ("10.2.0.0/16", "VpcPeeringConnectionId", link)),
        cloud.table(vpcs[1], subnets[1]),
    ]
    groups = [cloud.group(vpc, "open", (80, ANYWHERE)) for vpc in vpcs]
    hosts = [
        cloud.instance(subnet, group, f"10.{n}.0.10")
        for n, (subnet, group) in enumerate(zip(subnets, groups, strict=True), 1)
    ]
    return {"vpcs": vpcs, "link": link, "tables": tables, "hosts": hosts, "groups": groups}


def hairpin(cloud):
    """A Network Load Balancer's only target asks its own balancer."""
    made = ground(cloud)
    group = cloud.group(made.vpc, "web", (80, ANYWHERE))
    web = cloud.instance(made.public, group, "10.0.0.10", public=True)
    other = cloud.instance(made.private, group, "10.0.1.10")
    arn = cloud.balancer(made.vpc, "network", [made.public], [web], scheme="internal")
    return made._asdict() | {
        "web": web,
        "arn": arn,
        "other": other,
        "group": group,
        "dns": cloud.dns_of(arn),
        "web_public": cloud.public_of(web),
        "web_eni": cloud.interface_of(web),
    }


def in_private_subnets(cloud):
    """An Application Load Balancer that faces the Internet, in subnets without a route there."""
    made = ground(cloud)
    front = cloud.group(made.vpc, "front", (80, ANYWHERE))
    back = cloud.group(made.vpc, "back", (80, front))
    web = cloud.instance(made.private, back, "10.0.1.10")
    client = cloud.instance(made.public, back, "10.0.0.10", public=True)
    other = cloud.subnet(made.vpc, "10.0.2.0/24", "b")
    arn = cloud.balancer(made.vpc, "application", [made.private, other], [web], groups=[front])
    return made._asdict() | {
        "web": web,
        "front": front,
        "arn": arn,
        "back": back,
        "client": client,
        "other": other,
        "dns": cloud.dns_of(arn),
        "web_eni": cloud.interface_of(web),
    }


def nat_with_check(cloud):
    """A NAT instance whose source/destination check is still on.

    A route to another network leads there too.
    """
    made = ground(cloud)
    group = cloud.group(made.vpc, "nat", (443, PRIVATE))
    nat = cloud.instance(made.public, group, "10.0.0.20", public=True)
    web = cloud.instance(made.private, group, "10.0.1.10")
    for block in (ANYWHERE, "172.16.0.0/12"):
        cloud.ec2.create_route(
            RouteTableId=made.private_table, DestinationCidrBlock=block, InstanceId=nat
        )
    return made._asdict() | {
        "nat": nat,
        "web": web,
        "group": group,
        "nat_eni": cloud.interface_of(nat),
        "nat_public": cloud.public_of(nat),
        "web_eni": cloud.interface_of(web),
    }


def nat_without_check(cloud):
    """The same with the check off."""
    made = nat_with_check(cloud)
    cloud.ec2.modify_network_interface_attribute(
        NetworkInterfaceId=made["nat_eni"], SourceDestCheck={"Value": False}
    )
    return made


def endpoints(cloud):
    """A host with routes to three gateways, and an interface endpoint.

    They are a transit gateway, a virtual private gateway and a gateway endpoint. The security group
    of the interface endpoint lets in a neighbour alone.
    """
    made = ground(cloud)
    group = cloud.group(made.vpc, "app", (80, BLOCK))
    app = cloud.instance(made.private, group, "10.0.1.10")
    doors = cloud.group(made.vpc, "doors", (443, "10.0.0.10/32"))
    bastion = cloud.instance(made.public, group, "10.0.0.10", public=True)
    tgw = cloud.ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
    vgw = cloud.ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
    cloud.ec2.attach_vpn_gateway(VpcId=made.vpc, VpnGatewayId=vgw)
    for block, field, target in (
        ("10.50.0.0/16", "TransitGatewayId", tgw),
        ("192.168.0.0/16", "GatewayId", vgw),
    ):
        cloud.ec2.create_route(
            RouteTableId=made.private_table, DestinationCidrBlock=block, **{field: target}
        )
    s3 = cloud.ec2.create_vpc_endpoint(
        VpcId=made.vpc,
        ServiceName="com.amazonaws.us-east-1.s3",
        VpcEndpointType="Gateway",
        RouteTableIds=[made.private_table],
    )
    sqs = cloud.ec2.create_vpc_endpoint(
        VpcId=made.vpc,
        ServiceName="com.amazonaws.us-east-1.sqs",
        VpcEndpointType="Interface",
        SubnetIds=[made.private],
        SecurityGroupIds=[doors],
    )["VpcEndpoint"]
    return made._asdict() | {
        "app": app,
        "bastion": bastion,
        "group": group,
        "doors": doors,
        "tgw": tgw,
        "vgw": vgw,
        "s3": s3["VpcEndpoint"]["VpcEndpointId"],
        "sqs": sqs["VpcEndpointId"],
        "sqs_eni": sqs["NetworkInterfaceIds"][0],
        "sqs_dns": sqs["DnsEntries"][0]["DnsName"],
        "app_eni": cloud.interface_of(app),
    }


def detached(cloud):
    """A host with a route to an Internet gateway that is attached to nothing."""
    made = ground(cloud)
    web = cloud.instance(made.public, cloud.group(made.vpc, "web", (80, ANYWHERE)), "10.0.0.10")
    cloud.ec2.detach_internet_gateway(InternetGatewayId=made.igw, VpcId=made.vpc)
    return made._asdict() | {"web": web}
