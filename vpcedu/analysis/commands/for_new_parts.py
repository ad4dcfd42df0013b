"""For new parts: the commands that make what is more than a row, and that delete it again.

A NAT gateway with its Elastic IP address, a gateway endpoint, a peering connection, the attachment
of an Internet gateway. Sources: EC2's API reference, CreateNatGateway, CreateVpcEndpoint,
ModifyVpcEndpoint, AcceptVpcPeeringConnection, AttachInternetGateway.
"""

from __future__ import annotations

from vpcedu.analysis.change import Attachment, PeeringConnection
from vpcedu.analysis.commands.lines import VARIABLES, Commands, NoCommand, Place, ec2, kept
from vpcedu.analysis.repairs.new_parts import EndpointRoutes, NewNatGateway, ServicePlacement

DELETES = "# an accepted connection cannot go back to what it was: this deletes it"


def attachment(old: Attachment | None, new: Attachment | None, place: Place) -> Commands:
    """An Internet gateway, made if need be, and its attachment to a VPC."""
    if new is None or old is not None:
        raise NoCommand("only an attachment that is added has a command here")
    gateway = place.id(new.gateway)
    each = f"--internet-gateway-id {gateway}"
    where = f"{each} --vpc-id {place.id(new.vpc)}"
    make, delete = [], []
    if new.gateway in VARIABLES:
        make = [kept("IGW", ec2("create-internet-gateway"), "InternetGateway.InternetGatewayId")]
        delete = [ec2(f"delete-internet-gateway {each}")]
    return Commands(
        (*make, ec2(f"attach-internet-gateway {where}")),
        (ec2(f"detach-internet-gateway {where}"), *delete),
    )


def peering(old: PeeringConnection | None, new: PeeringConnection | None, place: Place) -> Commands:
    """A peering connection of two VPCs, made if need be, and accepted."""
    if new is None:
        raise NoCommand("only a connection that is made or accepted has a command here")
    name = place.id(new.name)
    each = f"--vpc-peering-connection-id {name}"
    accept, delete = (ec2(f"{verb}-vpc-peering-connection {each}") for verb in ("accept", "delete"))
    if new.name not in VARIABLES:
        return Commands((accept,), (DELETES, delete))
    one, other = map(place.id, new.ends)
    make = ec2(f"create-vpc-peering-connection --vpc-id {one} --peer-vpc-id {other}")
    wait = ec2(f"wait vpc-peering-connection-exists --vpc-peering-connection-ids {name}")
    made = kept("PCX", make, "VpcPeeringConnection.VpcPeeringConnectionId")
    return Commands((made, wait, accept), (delete,))


def nat_gateway(old: None, new: NewNatGateway, place: Place) -> Commands:
    """A public NAT gateway, with an Elastic IP address of its own."""
    make = ec2(f'create-nat-gateway --subnet-id {place.id(new.subnet)} --allocation-id "$NAT_EIP"')
    each = '--nat-gateway-ids "$NAT"'
    return Commands(
        (
            kept("NAT_EIP", ec2("allocate-address --domain vpc"), "AllocationId"),
            kept("NAT", make, "NatGateway.NatGatewayId"),
            ec2(f"wait nat-gateway-available {each}"),
        ),
        (
            ec2('delete-nat-gateway --nat-gateway-id "$NAT"'),
            ec2(f"wait nat-gateway-deleted {each}"),
            ec2('release-address --allocation-id "$NAT_EIP"'),
        ),
    )


def endpoint(old: None, new: EndpointRoutes, place: Place) -> Commands:
    """A gateway endpoint's route in a table: a new endpoint, or one that gets the table."""
    table = place.id(new.table)
    if new.name in VARIABLES:
        make = ec2(
            f"create-vpc-endpoint --vpc-id {place.id(new.vpc)} --service-name"
            f" {place.id(new.service)} --vpc-endpoint-type Gateway --route-table-ids {table}"
        )
        return Commands(
            (kept("VPCE", make, "VpcEndpoint.VpcEndpointId"),),
            (ec2('delete-vpc-endpoints --vpc-endpoint-ids "$VPCE"'),),
        )
    where = f"modify-vpc-endpoint --vpc-endpoint-id {place.id(new.name)}"
    return Commands(
        (ec2(f"{where} --add-route-table-ids {table}"),),
        (ec2(f"{where} --remove-route-table-ids {table}"),),
    )


def placement(old: None, new: ServicePlacement, place: Place) -> Commands:
    """A service's interface: only the service's own settings move it."""
    raise NoCommand("the service's own settings name its subnets; no file names the service")
