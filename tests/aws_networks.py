"""The networks that the tests of vpcedu.aws ask: each made by boto3 calls, with what was planted by name."""

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
    """A Classic balancer in front of a web server in a private subnet, which goes out by a NAT gateway."""
    made = ground(cloud)
    nat = cloud.nat_gateway(made.public)
    cloud.ec2.create_route(RouteTableId=made.private_table, DestinationCidrBlock=ANYWHERE, NatGatewayId=nat)
    front = cloud.group(made.vpc, "front", (80, ANYWHERE))
    back = cloud.group(made.vpc, "back", (8080, front))
    web = cloud.instance(made.private, back, "10.0.1.10")
    bastion = cloud.instance(made.public, front, "10.0.0.10", public=True)
    cloud.elb.create_load_balancer(LoadBalancerName="shop", Subnets=[made.public], SecurityGroups=[front], Listeners=[
        {"Protocol": "TCP", "LoadBalancerPort": 80, "InstanceProtocol": "TCP", "InstancePort": 8080}])
    cloud.elb.register_instances_with_load_balancer(LoadBalancerName="shop", Instances=[{"InstanceId": web}])
    return made._asdict() | {"web": web, "bastion": bastion, "front": front, "back": back, "nat": nat}


def private_targets(cloud):
    """A Network Load Balancer whose target has no route to the Internet at all, and a group open to the client."""
    made = ground(cloud)
    back = cloud.group(made.vpc, "back", (80, ANYWHERE))
    web = cloud.instance(made.private, back, "10.0.1.10")
    arn = cloud.balancer(made.vpc, "network", [made.public], [web])
    return made._asdict() | {"web": web, "back": back, "arn": arn}


def no_ephemeral_ports(cloud):
    """A public web server whose subnet's network ACL lets requests in on port 80, and answers out on port 80 alone."""
    made = ground(cloud)
    web = cloud.instance(made.public, cloud.group(made.vpc, "web", (80, ANYWHERE)), "10.0.0.10", public=True)
    acl = cloud.ec2.create_network_acl(VpcId=made.vpc)["NetworkAcl"]["NetworkAclId"]
    for egress in (False, True):
        cloud.ec2.create_network_acl_entry(NetworkAclId=acl, RuleNumber=100, Protocol="6", RuleAction="allow",
                                           Egress=egress, CidrBlock=ANYWHERE, PortRange={"From": 80, "To": 80})
    for row in cloud.ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [made.vpc]}])["NetworkAcls"]:
        for at in row["Associations"]:
            if at["SubnetId"] == made.public:
                cloud.ec2.replace_network_acl_association(AssociationId=at["NetworkAclAssociationId"], NetworkAclId=acl)
    return made._asdict() | {"web": web, "acl": acl}


def peered(cloud):
    """Three VPCs, a - b - c, peered in a row; a has a route to c's block over its connection with b."""
    vpcs = [cloud.vpc(f"10.{n}.0.0/16") for n in (1, 2, 3)]
    subnets = [cloud.subnet(vpc, f"10.{n}.0.0/24") for n, vpc in enumerate(vpcs, 1)]
    links = []
    for one, other in ((0, 1), (1, 2)):
        row = cloud.ec2.create_vpc_peering_connection(VpcId=vpcs[one], PeerVpcId=vpcs[other])["VpcPeeringConnection"]
        cloud.ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=row["VpcPeeringConnectionId"])
        links.append(row["VpcPeeringConnectionId"])
    routes = [((2, 0), (3, 0)), ((1, 0), (3, 1)), ((2, 1),)]
    tables = [cloud.table(vpc, subnet, *((f"10.{n}.0.0/16", "VpcPeeringConnectionId", links[i]) for n, i in own))
              for vpc, subnet, own in zip(vpcs, subnets, routes, strict=True)]
    open_a = cloud.group(vpcs[0], "a", (80, ANYWHERE))
    by_group = cloud.group(vpcs[1], "b", (80, open_a), (81, "10.3.0.0/16"))
    open_c = cloud.group(vpcs[2], "c", (80, ANYWHERE))
    hosts = [cloud.instance(subnet, group, f"10.{n}.0.10")
             for n, (subnet, group) in enumerate(zip(subnets, (open_a, by_group, open_c), strict=True), 1)]
    return {"vpcs": vpcs, "links": links, "tables": tables, "groups": (open_a, by_group, open_c), "hosts": hosts}


def hairpin(cloud):
    """A Network Load Balancer's only target asks its own balancer."""
    made = ground(cloud)
    web = cloud.instance(made.public, cloud.group(made.vpc, "web", (80, ANYWHERE)), "10.0.0.10", public=True)
    arn = cloud.balancer(made.vpc, "network", [made.public], [web], scheme="internal")
    return made._asdict() | {"web": web, "arn": arn}


def in_private_subnets(cloud):
    """An Application Load Balancer that faces the Internet, in subnets without a route there."""
    made = ground(cloud)
    front = cloud.group(made.vpc, "front", (80, ANYWHERE))
    web = cloud.instance(made.private, cloud.group(made.vpc, "back", (80, front)), "10.0.1.10")
    other = cloud.subnet(made.vpc, "10.0.2.0/24", "b")
    arn = cloud.balancer(made.vpc, "application", [made.private, other], [web], groups=[front])
    return made._asdict() | {"web": web, "front": front, "arn": arn}


def nat_with_check(cloud):
    """A NAT instance whose source/destination check is still on."""
    made = ground(cloud)
    group = cloud.group(made.vpc, "nat", (443, PRIVATE))
    nat = cloud.instance(made.public, group, "10.0.0.20", public=True)
    web = cloud.instance(made.private, group, "10.0.1.10")
    cloud.ec2.create_route(RouteTableId=made.private_table, DestinationCidrBlock=ANYWHERE, InstanceId=nat)
    return made._asdict() | {"nat": nat, "web": web}


def nat_without_check(cloud):
    """The same with the check off."""
    made = nat_with_check(cloud)
    eni = cloud.ec2.describe_instances(InstanceIds=[made["nat"]])["Reservations"][0]["Instances"][0][
        "NetworkInterfaces"][0]["NetworkInterfaceId"]  # fmt: skip
    cloud.ec2.modify_network_interface_attribute(NetworkInterfaceId=eni, SourceDestCheck={"Value": False})
    return made | {"eni": eni}
