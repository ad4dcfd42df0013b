"""Networks that each lack something, made by API calls: one for each kind of command.

CASES: by the kind, how the network is made, and a question to it as (from, to, port), where a word
names what was made. The commands of the repair are run by `test_commands.py`.
"""

from collections import namedtuple

from rigs import aws_networks
from rigs.aws_networks import ANYWHERE, PRIVATE, connection, ground

Case = namedtuple("Case", "make ends port lines")
OPEN = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": ANYWHERE}]}


def _web(cloud, made, port=80, **where):
    group = cloud.group(made.vpc, "web", (port, ANYWHERE))
    place = {"subnet": made.public, "address": "10.0.0.10", "public": True} | where
    return cloud.instance(place["subnet"], group, place["address"], place["public"])


def closed_group(cloud):
    """A security group that lets only port 22 in."""
    made = ground(cloud)
    return made._asdict() | {"web": _web(cloud, made, 22)}


def group_by_group(cloud):
    """Two instances, and the group of the one allows nothing from the other's."""
    made = ground(cloud)
    app = cloud.instance(made.public, cloud.group(made.vpc, "app"), "10.0.0.20")
    db = cloud.instance(made.private, cloud.group(made.vpc, "db", (22, PRIVATE)), "10.0.1.10")
    return {"app": app, "db": db}


def closed_outbound(cloud):
    """A group that lets nothing out."""
    made = ground(cloud)
    group = cloud.group(made.vpc, "app")
    cloud.ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[OPEN])
    app = cloud.instance(made.public, group, "10.0.0.20", public=True)
    return {"app": app}


def outbound_to_s3(cloud):
    """A group that lets nothing out, of a host that asks for S3 by a gateway endpoint."""
    made = ground(cloud)
    group = cloud.group(made.vpc, "app")
    cloud.ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[OPEN])
    cloud.ec2.create_vpc_endpoint(
        VpcId=made.vpc,
        ServiceName="com.amazonaws.us-east-1.s3",
        RouteTableIds=[made.private_table],
    )
    return {"app": cloud.instance(made.private, group, "10.0.1.10"), "s3": _address_of_s3(cloud)}


def _address_of_s3(cloud):
    """An address of S3's prefix list."""
    for row in cloud.ec2.describe_managed_prefix_lists()["PrefixLists"]:
        if row["PrefixListName"].endswith(".s3"):
            found = cloud.ec2.get_managed_prefix_list_entries(PrefixListId=row["PrefixListId"])
            return found["Entries"][0]["Cidr"].partition("/")[0].removesuffix(".0") + ".10"
    raise AssertionError("moto has no prefix list of S3")


def s3_without_endpoint(cloud):
    """A host in a private subnet without a way out that asks for S3."""
    made = ground(cloud)
    app = cloud.instance(made.private, cloud.group(made.vpc, "app"), "10.0.1.10")
    return {"app": app, "s3": _address_of_s3(cloud)}


def acl_denies(cloud):
    """A network ACL that denies port 443 before it allows the rest."""
    made = ground(cloud)
    acl = cloud.ec2.describe_network_acls(
        Filters=[{"Name": "association.subnet-id", "Values": [made.public]}]
    )["NetworkAcls"][0]["NetworkAclId"]
    cloud.ec2.create_network_acl_entry(
        NetworkAclId=acl,
        RuleNumber=1,
        Protocol="6",
        RuleAction="deny",
        Egress=False,
        CidrBlock=ANYWHERE,
        PortRange={"From": 443, "To": 443},
    )
    return {"web": _web(cloud, made, 443)}


def no_route_out(cloud):
    """A public subnet's table without its route to the Internet gateway."""
    made = ground(cloud)
    web = _web(cloud, made, 443)
    cloud.ec2.delete_route(RouteTableId=made.public_table, DestinationCidrBlock=ANYWHERE)
    return {"web": web}


def route_past_nat(cloud):
    """A private subnet whose route leads to the Internet gateway; a NAT gateway stands by."""
    made = ground(cloud)
    nat = cloud.nat_gateway(made.public)
    cloud.ec2.create_route(
        RouteTableId=made.private_table, DestinationCidrBlock=ANYWHERE, GatewayId=made.igw
    )
    app = cloud.instance(made.private, cloud.group(made.vpc, "app"), "10.0.1.10")
    return {"app": app, "nat": nat}


def no_nat(cloud):
    """A private subnet without a way out, and no NAT gateway."""
    made = ground(cloud)
    app = cloud.instance(made.private, cloud.group(made.vpc, "app"), "10.0.1.10")
    return {"app": app}


def no_gateway(cloud):
    """A VPC without an Internet gateway."""
    vpc = cloud.vpc("10.0.0.0/16")
    subnet = cloud.subnet(vpc, "10.0.0.0/24")
    cloud.table(vpc, subnet)
    gateway = cloud.gateway(vpc)  # moto associates an address only where there is one
    app = cloud.instance(subnet, cloud.group(vpc, "app"), "10.0.0.10", public=True)
    cloud.ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    cloud.ec2.delete_internet_gateway(InternetGatewayId=gateway)
    return {"app": app}


def no_address(cloud):
    """A web server in a public subnet without a public address."""
    made = ground(cloud)
    return {"web": _web(cloud, made, 443, public=False), "other": _other(cloud, made)}


def _other(cloud, made):
    """Another instance there, with a public address: the subnet is meant to be public."""
    return cloud.instance(made.public, cloud.group(made.vpc, "other"), "10.0.0.30", public=True)


def unpeered(cloud):
    """Two VPCs with nothing between them."""
    vpcs = [cloud.vpc(f"10.{n}.0.0/16") for n in (1, 2)]
    subnets = [cloud.subnet(vpc, f"10.{n}.0.0/24") for n, vpc in enumerate(vpcs, 1)]
    for vpc, subnet in zip(vpcs, subnets, strict=True):
        cloud.table(vpc, subnet)
    groups = [cloud.group(vpc, "open", (80, ANYWHERE)) for vpc in vpcs]
    one, two = (
        cloud.instance(subnet, group, f"10.{n}.0.10")
        for n, (subnet, group) in enumerate(zip(subnets, groups, strict=True), 1)
    )
    return {"one": one, "two": two}


def unaccepted(cloud):
    """Two VPCs whose peering connection waits; both have their routes."""
    vpcs = [cloud.vpc(f"10.{n}.0.0/16") for n in (1, 2)]
    subnets = [cloud.subnet(vpc, f"10.{n}.0.0/24") for n, vpc in enumerate(vpcs, 1)]
    link = connection(cloud, *vpcs, accepted=False)
    for far, vpc, subnet in zip((2, 1), vpcs, subnets, strict=True):
        cloud.table(vpc, subnet, (f"10.{far}.0.0/16", "VpcPeeringConnectionId", link))
    groups = [cloud.group(vpc, "open", (80, ANYWHERE)) for vpc in vpcs]
    one, two = (
        cloud.instance(subnet, group, f"10.{n}.0.10")
        for n, (subnet, group) in enumerate(zip(subnets, groups, strict=True), 1)
    )
    return {"one": one, "two": two}


def checked_nat(cloud):
    """A NAT instance whose source/destination check is on."""
    return aws_networks.nat_with_check(cloud)


def stopped(cloud):
    """A web server that is stopped."""
    made = ground(cloud)
    web = _web(cloud, made, 443)
    cloud.ec2.stop_instances(InstanceIds=[web])
    return {"web": web, "other": _other(cloud, made)}


def _zones(cloud, kind, enabled):
    """A load balancer with nodes in some zones, and a target in zone b."""
    made = ground(cloud)
    public_b = cloud.subnet(made.vpc, "10.0.2.0/24", "b")
    private_b = cloud.subnet(made.vpc, "10.0.3.0/24", "b")
    cloud.table(made.vpc, public_b, (ANYWHERE, "GatewayId", made.igw))
    cloud.table(made.vpc, private_b)
    group = cloud.group(made.vpc, "web", (80, ANYWHERE))
    web = cloud.instance(private_b, group, "10.0.3.10")
    public_c = cloud.subnet(made.vpc, "10.0.4.0/24", "c")
    cloud.table(made.vpc, public_c, (ANYWHERE, "GatewayId", made.igw))
    by_zone = {"a": made.public, "b": public_b, "c": public_c}
    places = [by_zone[zone] for zone in enabled]
    arn = cloud.balancer(made.vpc, kind, places, [web])
    return {"web": web, "arn": arn, "dns": cloud.dns_of(arn)}


def zone_not_enabled(cloud):
    """A Network Load Balancer that is not enabled in its target's zone."""
    return _zones(cloud, "network", "ac")


def not_across_zones(cloud):
    """A Network Load Balancer with a node in each zone, a target in one, cross-zone off."""
    return _zones(cloud, "network", "ab")


def wrong_port(cloud):
    """A load balancer that is asked on a port it does not listen on."""
    made = ground(cloud)
    group = cloud.group(made.vpc, "web", (80, ANYWHERE))
    web = cloud.instance(made.public, group, "10.0.0.10")
    arn = cloud.balancer(made.vpc, "network", [made.public], [web])
    return {"web": web, "arn": arn, "dns": cloud.dns_of(arn)}


def _classic(cloud, *targets, zones=1):
    """A Classic Load Balancer shop on port 80, and an instance in the zone of its first node."""
    made = ground(cloud)
    public_b = cloud.subnet(made.vpc, "10.0.2.0/24", "b")
    cloud.table(made.vpc, public_b, (ANYWHERE, "GatewayId", made.igw))
    front = cloud.group(made.vpc, "front", (80, ANYWHERE), (8080, ANYWHERE))
    web = cloud.instance(made.private, cloud.group(made.vpc, "back", (80, front)), "10.0.1.10")
    port = {"Protocol": "TCP", "LoadBalancerPort": 80, "InstancePort": 80}
    shop = cloud.elb.create_load_balancer(
        LoadBalancerName="shop",
        Subnets=[made.public, public_b][:zones],
        SecurityGroups=[front],
        Listeners=[port | {"InstanceProtocol": "TCP"}],
    )
    if targets:
        cloud.elb.register_instances_with_load_balancer(
            LoadBalancerName="shop", Instances=[{"InstanceId": web}]
        )
    return {"web": web, "dns": shop["DNSName"]}


def classic_wrong_port(cloud):
    """A Classic Load Balancer that is asked on a port it does not listen on."""
    return _classic(cloud, "web")


def classic_without_instances(cloud):
    """A Classic Load Balancer without an instance."""
    return _classic(cloud)


def classic_not_across_zones(cloud):
    """A Classic Load Balancer with two nodes, an instance in one zone, cross-zone off."""
    made = _classic(cloud, "web", zones=2)
    cloud.elb.modify_load_balancer_attributes(
        LoadBalancerName="shop",
        LoadBalancerAttributes={"CrossZoneLoadBalancing": {"Enabled": False}},
    )
    return made


def own_balancer(cloud):
    """An instance that asks the Network Load Balancer whose only target it is."""
    return aws_networks.hairpin(cloud)


def no_targets(cloud):
    """A load balancer whose target group is empty."""
    made = ground(cloud)
    group = cloud.group(made.vpc, "web", (80, ANYWHERE))
    web = cloud.instance(made.public, group, "10.0.0.10")
    arn = cloud.balancer(made.vpc, "network", [made.public], [])
    return {"web": web, "arn": arn, "dns": cloud.dns_of(arn)}


CASES = {
    "a group's rule for anyone": Case(
        closed_group, ("internet", "web"), 80, ("authorize-security-group-ingress", "CidrIp")
    ),
    "a group's rule for a group": Case(
        group_by_group,
        ("app", "db"),
        5432,
        ("authorize-security-group-ingress", "UserIdGroupPairs"),
    ),
    "a group's outbound rule": Case(
        closed_outbound, ("app", "internet"), 443, ("authorize-security-group-egress", "CidrIp")
    ),
    "a group's rule for a prefix list": Case(
        outbound_to_s3, ("app", "s3"), 443, ("authorize-security-group-egress", "PrefixListIds")
    ),
    "an entry of a network ACL": Case(
        acl_denies, ("internet", "web"), 443, ("-network-acl-entry",)
    ),
    "a route that is missing": Case(no_route_out, ("web", "internet"), 443, ("create-route",)),
    "a route to something else": Case(
        route_past_nat, ("app", "internet"), 443, ("replace-route", "--nat-gateway-id")
    ),
    "a NAT gateway": Case(
        no_nat, ("app", "internet"), 443, ("create-nat-gateway", "create-route", "allocate-address")
    ),
    "an Internet gateway": Case(
        no_gateway, ("app", "internet"), 443, ("create-internet-gateway", "attach-internet-gateway")
    ),
    "an Internet gateway that is there": Case(
        aws_networks.detached, ("web", "internet"), 80, ("attach-internet-gateway",)
    ),
    "an Elastic IP address": Case(no_address, ("internet", "web"), 443, ("associate-address",)),
    "a peering connection": Case(
        unpeered, ("one", "two"), 80, ("create-vpc-peering-connection", "create-route")
    ),
    "a connection that waits": Case(
        unaccepted, ("one", "two"), 80, ("accept-vpc-peering-connection",)
    ),
    "a gateway endpoint": Case(s3_without_endpoint, ("app", "s3"), 443, ("create-vpc-endpoint",)),
    "a source/destination check": Case(
        checked_nat, ("web", "internet"), 443, ("--no-source-dest-check",)
    ),
    "an instance that is stopped": Case(stopped, ("internet", "web"), 443, ("start-instances",)),
    "a zone of a load balancer": Case(zone_not_enabled, ("internet", "dns"), 80, ("set-subnets",)),
    "cross-zone load balancing": Case(
        not_across_zones, ("internet", "dns"), 80, ("modify-load-balancer-attributes",)
    ),
    "a listener": Case(wrong_port, ("internet", "dns"), 8080, ("create-listener",)),
    "the client's address": Case(
        own_balancer, ("web", "dns"), 80, ("modify-target-group-attributes",)
    ),
    "a target": Case(no_targets, ("internet", "dns"), 80, ("register-targets",)),
    "an instance of a Classic balancer": Case(
        classic_without_instances, ("internet", "dns"), 80, ("register-instances-with",)
    ),
    "a Classic balancer's listener": Case(
        classic_wrong_port, ("internet", "dns"), 8080, ("create-load-balancer-listeners",)
    ),
    "a Classic balancer across zones": Case(
        classic_not_across_zones, ("internet", "dns"), 80, ("CrossZoneLoadBalancing",)
    ),
}
