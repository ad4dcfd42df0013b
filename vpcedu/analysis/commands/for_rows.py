"""For rows: the commands that add, change or remove one row of a description, and that undo it.

Sources: EC2's API reference, CreateRoute, CreateNetworkAclEntry, AuthorizeSecurityGroupIngress,
AssociateAddress, ModifyNetworkInterfaceAttribute, StartInstances; VPC user guide, "Block public
access". Left out: a route and a rule that name a prefix list are several rows of a description, so
only a rule that is new can name one.
"""

from __future__ import annotations

from vpcedu.address import contains
from vpcedu.analysis.commands.lines import Commands, NoCommand, Place, ec2, kept
from vpcedu.analysis.ends import OWN
from vpcedu.flow import TCP
from vpcedu.gateways.internet_gateway import Association
from vpcedu.network.interface import BlockedAccess, DownState, Interface, Subnet
from vpcedu.tables.network_acl import AclEntry
from vpcedu.tables.route_table import LOCAL, Route
from vpcedu.tables.security_group import GroupRule
from vpcedu.tables.traffic import ANY, UDP

# the beginning of a target's id -> the option of create-route that takes it
TARGETS = {
    "igw-": "gateway-id",
    "vgw-": "gateway-id",
    "nat-": "nat-gateway-id",
    "eni-": "network-interface-id",
    "i-": "instance-id",
    "pcx-": "vpc-peering-connection-id",
    "tgw-": "transit-gateway-id",
    "vpce-": "vpc-endpoint-id",
}
OF_VARIABLES = {'"$IGW"': "igw-", '"$NAT"': "nat-", '"$PCX"': "pcx-", '"$VPCE"': "vpce-"}
WAYS = {"in": "ingress", "out": "egress"}
PROTOCOLS = {ANY: "-1", TCP: "tcp", UDP: "udp"}
FREE = "bidirectional"


def route(old: Route | None, new: Route | None, place: Place) -> Commands:
    """A route: created, replaced or deleted."""
    return Commands((_route(old, new, place),), (_route(new, old, place),))


def _route(old: Route | None, new: Route | None, place: Place) -> str:
    row = new or old
    assert row is not None
    table, block = place.id(row.table), place.id(row.destination)
    where = f"--route-table-id {table} --destination-cidr-block {block}"
    if row.target == LOCAL:
        raise NoCommand("AWS makes local routes itself")
    if new is None:
        return ec2(f"delete-route {where}")
    target = place.id(row.target)
    begins = OF_VARIABLES.get(target, target)
    option = next((words for word, words in TARGETS.items() if begins.startswith(word)), None)
    if option is None:
        raise NoCommand(f"a route to {target} is made by no option that is known here")
    verb = "create" if old is None else "replace"
    return ec2(f"{verb}-route {where} --{option} {target}")


def entry(old: AclEntry | None, new: AclEntry | None, place: Place) -> Commands:
    """An entry of a network ACL: created, replaced or deleted."""
    return Commands((_entry(old, new, place),), (_entry(new, old, place),))


def _entry(old: AclEntry | None, new: AclEntry | None, place: Place) -> str:
    row = new or old
    assert row is not None
    acl = place.id(row.acl)
    where = f"--network-acl-id {acl} --{WAYS[row.direction]} --rule-number {row.number}"
    if new is None:
        return ec2(f"delete-network-acl-entry {where}")
    if row.protocol not in PROTOCOLS:
        raise NoCommand(f"an entry for protocol {row.protocol} needs more than its ports")
    verb = "create" if old is None else "replace"
    first, last = row.ports
    ports = "" if row.protocol == ANY else f" --port-range From={first},To={last}"
    return ec2(
        f"{verb}-network-acl-entry {where} --protocol {row.protocol}{ports}"
        f" --cidr-block {place.id(row.cidr)} --rule-action {row.action}"
    )


def rule(old: GroupRule | None, new: GroupRule | None, place: Place) -> Commands:
    """A rule of a security group: authorized, revoked, or first the one and then the other."""
    do = [_rule("authorize", row, place) for row in (new,) if row]
    do += [_rule("revoke", row, place) for row in (old,) if row]
    undo = [_rule("authorize", row, place) for row in (old,) if row]
    undo += [_rule("revoke", row, place) for row in (new,) if row]
    return Commands(tuple(do), tuple(undo))


def _rule(verb: str, row: GroupRule, place: Place) -> str:
    if row.protocol not in PROTOCOLS:
        raise NoCommand(f"a rule for protocol {row.protocol} needs more than its ports")
    first, last = row.ports
    ports = "" if row.protocol == ANY else f",FromPort={first},ToPort={last}"
    named = place.id(row.peer)
    peer = f"UserIdGroupPairs=[{{GroupId={named}}}]"
    if "/" in named:
        peer = f"IpRanges=[{{CidrIp={named}}}]"
    elif named.startswith("pl-"):
        peer = f"PrefixListIds=[{{PrefixListId={named}}}]"
    return ec2(
        f"{verb}-security-group-{WAYS[row.direction]} --group-id {place.id(row.group)}"
        f" --ip-permissions 'IpProtocol={PROTOCOLS[row.protocol]}{ports},{peer}'"
    )


def subnet(old: Subnet | None, new: Subnet | None, place: Place) -> Commands:
    """The route table of a subnet; one that names none follows the VPC's main table."""
    if old is None or new is None or old._replace(route_table=new.route_table) != new:
        raise NoCommand("only the route table of a subnet has a command here")
    return Commands(_associated(old, new, place), _associated(new, old, place))


def _associated(old: Subnet, new: Subnet, place: Place) -> tuple[str, ...]:
    name = place.id(new.name)
    if not old.route_table:
        table = place.id(new.route_table or "")
        return (ec2(f"associate-route-table --subnet-id {name} --route-table-id {table}"),)
    known = kept(
        "ASSOCIATION",
        ec2(f"describe-route-tables --filters Name=association.subnet-id,Values={name}"),
        f"RouteTables[].Associations[] | [?SubnetId=='{name}'] | [0].RouteTableAssociationId",
    )
    which = '--association-id "$ASSOCIATION"'
    if not new.route_table:
        return known, ec2(f"disassociate-route-table {which}")
    table = place.id(new.route_table)
    return known, ec2(f"replace-route-table-association {which} --route-table-id {table}")


def interface(old: Interface | None, new: Interface | None, place: Place) -> Commands:
    """The source/destination check of an interface, or its security groups."""
    if old is None or new is None or old._replace(check=new.check, groups=new.groups) != new:
        raise NoCommand("an instance's type decides how many connections its interfaces track")
    words, undo = [], []
    if old.check != new.check:
        words.append(_CHECKS[new.check])
        undo.append(_CHECKS[old.check])
    if old.groups != new.groups:
        words.append(f"--groups {' '.join(map(place.id, new.groups))}")
        undo.append(f"--groups {' '.join(map(place.id, old.groups))}")
    return Commands(_modified(new, words, place), _modified(new, undo, place))


_CHECKS = {True: "--source-dest-check", False: "--no-source-dest-check"}


def _modified(row: Interface, options: list[str], place: Place) -> tuple[str, ...]:
    """A command for each option, since AWS changes one attribute at a time."""
    name = place.id(row.id)
    where = f"modify-network-interface-attribute --network-interface-id {name}"
    if name.startswith("i-"):  # no file has the interface: an instance with one has its attributes
        where = f"modify-instance-attribute --instance-id {name}"
    return tuple(ec2(f"{where} {option}") for option in options)


def association(old: Association | None, new: Association | None, place: Place) -> Commands:
    """An Elastic IP address for a private address: a new one, or one that the account has."""
    if old is not None or new is None:
        raise NoCommand("only an address that is added has a command here")
    row = next(
        one
        for each in place.vpc.everyone
        for one in each.interfaces
        if new.private in one.addresses
    )
    name = place.id(row.id)
    option = "instance-id" if name.startswith("i-") else "network-interface-id"
    public, private = place.id(new.public), place.id(new.private)
    is_new = contains(OWN, public)  # a place-holder: AWS chooses the address
    allocate, release = (
        ec2("allocate-address --domain vpc"),
        ec2('release-address --allocation-id "$EIP"'),
    )
    find = ec2(f"describe-addresses --public-ips {public}")
    allocation = (
        kept("EIP", allocate, "AllocationId")
        if is_new
        else kept("EIP", find, "Addresses[0].AllocationId")
    )
    do = (
        allocation,
        kept(
            "ASSOCIATED",
            ec2(
                f'associate-address --allocation-id "$EIP" --{option} {name} --private-ip-address {private}'
            ),
            "AssociationId",
        ),
    )
    undo = (
        ec2('disassociate-address --association-id "$ASSOCIATED"'),
        *([release] if is_new else []),
    )
    return Commands(do, undo)


def state(old: DownState | None, new: DownState | None, place: Place) -> Commands:
    """A stopped instance that is started."""
    if old is None or new is not None:
        raise NoCommand("no command brings something into such a state")
    name = place.id(old.name)
    if not name.startswith("i-"):
        raise NoCommand(f"{name} is {old.state}: something else has to take its place")
    each = f"--instance-ids {name}"
    return Commands(
        (ec2(f"start-instances {each}"), ec2(f"wait instance-running {each}")),
        (ec2(f"stop-instances {each}"), ec2(f"wait instance-stopped {each}")),
    )


def blocked(old: BlockedAccess | None, new: BlockedAccess | None, place: Place) -> Commands:
    """A subnet that is excluded from VPC Block Public Access."""
    if old is None or new is not None:
        raise NoCommand("only an exclusion has a command here")
    made = ec2(
        f"create-vpc-block-public-access-exclusion --subnet-id {place.id(old.subnet)}"
        f" --internet-gateway-exclusion-mode allow-{FREE}"
    )
    return Commands(
        (kept("EXCLUSION", made, "VpcBlockPublicAccessExclusion.ExclusionId"),),
        (ec2('delete-vpc-block-public-access-exclusion --exclusion-id "$EXCLUSION"'),),
    )
