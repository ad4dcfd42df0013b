"""Account: the VPCs that files describe, and what to know about the reading.

The VPCs of one account stand next to each other: `vpc(id)` gives one with all others as its peers,
so that a packet can cross a peering connection, or the Internet, into another. A host of the
Internet is added that serves every port.
"""

from __future__ import annotations

from pathlib import Path

from vpcedu.address import block
from vpcedu.aws import interfaces, routing
from vpcedu.aws.answers import Answers
from vpcedu.aws.balancers import Nodes
from vpcedu.aws.fields import ASIDE, COMMANDS, EVERYWHERE
from vpcedu.aws.groups_and_acls import acl_entries, group_rules, ipv6_rules, prefixes
from vpcedu.aws.homes import ends_of, linked, online, with_open_points
from vpcedu.aws.known_words import name_new_words
from vpcedu.aws.located import At, LoadError
from vpcedu.aws.misplaced import Placing
from vpcedu.aws.outward import endpoints
from vpcedu.aws.outward.other_ends import other_ends
from vpcedu.aws.outward.transit_gateways import transits
from vpcedu.aws.reader_notes import Note, Notes, instead
from vpcedu.aws.reading import read
from vpcedu.aws.target_groups import TargetGroups, free_address
from vpcedu.network import validity
from vpcedu.network.interface import Subnet
from vpcedu.network.names import PrefixList
from vpcedu.network.vpc import OutsideHost, Vpc
from vpcedu.quoting import plain, quoted
from vpcedu.row import NamedRow
from vpcedu.tables.network_acl import default_acl
from vpcedu.tables.route_table import LOCAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

INTERNET, OUTSIDE = "internet", "203.0.113.0/24"  # RFC 5737: for documentation


MOST_VPCS = 10_000
MOST_BLOCKS = 50  # of a VPC: AWS's quota at its largest ("Amazon VPC quotas")


class Account(NamedRow):
    """Descriptions, one for each VPC, and the notes.

    It also has (name, blocks) of each prefix list whose entries are known, and (Name tag, id) of
    each instance and interface that has one.
    """

    vpcs: tuple[Vpc, ...]
    report: tuple[Note, ...]
    prefix_lists: tuple[tuple[str, tuple[str, ...]], ...]
    tags: tuple[tuple[str, str], ...]

    def vpc(self, name: str = "") -> Vpc:
        """The VPC with this id, its peers around it, and a host of the Internet, "internet".

        The id may be left out where there is only one VPC; ValueError names the ids.
        """
        known = {one.name: one for one in self.vpcs}
        if not name and len(known) == 1:
            name = self.vpcs[0].name
        if name not in known:
            raise ValueError(f"VPC {quoted(name)}: expected one of {', '.join(known)}")
        one = known.pop(name)
        return online(one, tuple(known.values()), self._stranger())

    def audited(self) -> Iterator[Vpc]:
        """Each VPC as `vpc` gives it, but with the peers alone that it is linked to."""
        stranger = self._stranger()
        return (online(one, peers, stranger) for one, peers in linked(self.vpcs))

    def _stranger(self) -> OutsideHost:
        """The host of the Internet, at an address that no VPC has."""
        taken = {association.public for one in self.vpcs for association in one.associations}
        low, _, _ = block(OUTSIDE)
        return OutsideHost(INTERNET, free_address(low, low + 11, taken))

    def called(self, word: str) -> str:
        """The id of the instance or interface whose Name tag a word is, else the word.

        ValueError where several have the tag.
        """
        found = [name for tag, name in self.tags if tag == word]
        if len(found) > 1 and not any(word in ends_of(one) for one in self.vpcs):
            raise ValueError(
                f"{quoted(word)} is the Name tag of {', '.join(found)}: expected one of these ids"
            )
        return (
            found[0]
            if len(found) == 1 and not any(word in ends_of(one) for one in self.vpcs)
            else word
        )

    def home(self, *ends: str) -> str:
        """The id of the VPC that the first of these ends is in that any VPC has.

        An end is an instance, interface, address (private or public), balancer (node, name, ARN or
        DNS name) or endpoint. ValueError where no VPC has one, or several have.
        """
        homes = [[one.name for one in self.vpcs if end in ends_of(one)] for end in ends]
        end, found = next(
            (pair for pair in zip(ends, homes, strict=True) if pair[1]), (ends[0], [])
        )
        if len(found) != 1:
            raise ValueError(
                f"{quoted(end)} is in {', '.join(found) or 'no VPC'}: expected the id of an instance or"
                " interface, an address or the name of a load balancer that one VPC has"
            )
        return found[0]

    def __str__(self) -> str:
        lines = [
            f"{one.name} {', '.join(one.blocks)}: {len(one.subnets)} subnets, {len(one.interfaces)} interfaces,"
            f" {len(one.devices)} devices, {len(one.routes)} routes, {len(one.group_rules)} group rules"
            for one in self.vpcs
        ]
        return "\n".join([*lines, *map(str, self.report)])


def load(path: str | Path, reader: Callable[[str | Path, Notes], Iterator[At]] = read) -> Account:
    """The network that a file, or the *.json files of a folder, describe as the AWS CLI writes it.

    Nothing is sent anywhere and no credentials are read. LoadError (a ValueError) names file, JSON
    path and what was expected; what is not used is in the account's report. reader: reads them.
    """
    notes = Notes()
    answers = Answers(reader(path, notes), notes)
    if not answers.rows("Vpcs"):
        raise LoadError(
            f"{plain(str(path))}: $.Vpcs: nothing: expected at least one VPC, as aws ec2 describe-vpcs"
            f" writes it{instead(notes)}"
        )
    if len(answers.rows("Vpcs")) > MOST_VPCS:
        raise LoadError(
            f"{path}: $.Vpcs: {len(answers.rows('Vpcs')):,} VPCs: expected at most {MOST_VPCS:,}"
        )
    _complete(answers)
    name_new_words(answers)
    strays = Placing(answers).names
    own = interfaces.of_instances(answers)
    found = {
        name: _Ground(answers, name, row, own.get(name, []))
        for name, row in answers.rows("Vpcs").items()
    }
    addresses: dict[str, str] = {}
    idle: set[str] = set()
    for ground in found.values():
        idle |= {row.name for row in ground.states}
        for row in ground.interfaces:
            addresses.setdefault(row.device, row.address)
    nodes: dict[str, list[str]] = {}
    for leg in (leg for ground in found.values() for leg in ground.legs):
        nodes.setdefault(leg.description.removeprefix("ELB "), []).append(leg.interface.address)
    targets = TargetGroups(answers, addresses, nodes, idle)
    vpcs = tuple(_checked(ground, ground.build(targets)) for ground in found.values())
    vpcs = tuple(one._replace(names=(*one.names, *strays.get(one.name, ()))) for one in vpcs)
    _together(vpcs, found[vpcs[0].name].at)
    shown = {association.public for one in vpcs for association in one.associations}
    for address in sorted(answers.rows("Addresses").keys() - shown):
        answers.lacks(
            address,
            f"{address} is an Elastic IP address that no network interface has",
            "ec2 describe-addresses",
        )
    vpcs = with_open_points(vpcs, answers.unknown, answers.assumed)
    lists = tuple(
        PrefixList(name, row.text("PrefixListName", ""), blocks)
        for name, row in answers.rows("PrefixLists").items()
        if (blocks := prefixes(answers, name))
    )
    vpcs = tuple(one._replace(prefix_lists=lists) for one in vpcs)
    pairs = tuple((row.name, row.blocks) for row in lists)
    return Account(vpcs, notes.rows(), pairs, tuple(_tags(answers, vpcs)))


def _tags(answers: Answers, vpcs: tuple[Vpc, ...]) -> Iterator[tuple[str, str]]:
    """The Name tags of what one may ask about; people may write them in any letters."""
    known = {word for one in vpcs for word in ends_of(one)}
    for kind, field in (("Instances", "Tags"), ("NetworkInterfaces", "TagSet")):
        for name, row in answers.rows(kind).items():
            for tag in row.rows(field):
                value = tag.get("Value").value
                if (
                    tag.get("Key").value == "Name"
                    and isinstance(value, str)
                    and value
                    and name in known
                ):
                    yield value, name


def example() -> Path:
    """The folder of an example network that comes with the package."""
    return Path(__file__).parent / "example"


def _complete(answers: Answers) -> None:
    """Note which answers are missing that every network has.

    Note too which rows belong to VPCs that no file describes.
    """
    for kind, command in COMMANDS.items():
        if kind not in answers.kinds:
            answers.notes.add("missing", None, f"{kind}: no file has the answer of aws {command}")
        if kind in EVERYWHERE and kind not in answers.kinds:
            for name in answers.rows("Vpcs"):
                answers.lacks(name, f"no file has the {EVERYWHERE[kind]} of {name}", command)
    for name in answers.rows("Vpcs"):
        for kind in sorted(answers.aside & ASIDE.keys()):
            answers.lacks(name, f"{kind} describes {ASIDE[kind]}, which is not modelled")
        for kind in answers.cut:
            answers.lacks(name, f"the last page of {kind} is missing: every part names a next one")
    for kind, field in (
        *((kind, "VpcId") for kind in (*COMMANDS, "NatGateways", "LoadBalancers")),
        ("LoadBalancerDescriptions", "VPCId"),
    ):
        for name, row in answers.rows(kind).items():
            if row.has(field) and row.text(field) not in answers.rows("Vpcs"):
                answers.notes.add(
                    "left out", row, f"{name} is in {row.text(field)}, which no file describes"
                )


class _Ground:
    """A VPC on its way to a description: all but its load balancers."""

    def __init__(self, answers: Answers, name: str, at: At, more: list[At]) -> None:
        self.answers, self.name, self.at = answers, name, at
        self.cidr = at.block("CidrBlock")
        others = [
            row.block("CidrBlock")
            for row in at.rows("CidrBlockAssociationSet")
            if not row.has("CidrBlockState")
            or row.get("CidrBlockState").text("State", "") == "associated"
        ]
        self.more = tuple(cidr for cidr in dict.fromkeys(others) if cidr != self.cidr)
        if len(self.more) >= MOST_BLOCKS:
            raise at.get("CidrBlockAssociationSet").refusal(f"at most {MOST_BLOCKS} blocks")
        self.gateway = routing.internet_gateway(answers, name)
        if (
            at.has("EncryptionControl")
            and at.get("EncryptionControl").text("Mode", "") == "enforce"
        ):
            answers.lacks(
                name, f"encryption is enforced in {name}, and what it refuses is not modelled"
            )
        if at.has("Ipv6CidrBlockAssociationSet"):
            answers.notes.add("beyond", at, "IPv6: its rules, routes and addresses are left out")
        self.main, tables = routing.associations(answers, name)
        self.acls: dict[str, None] = {}  # default ones that no file has
        self.subnets = tuple(self._subnets(tables))
        self.routes = list(routing.routes(answers, name, (self.cidr, *self.more)))
        cidrs = {subnet.name: subnet.cidr for subnet in self.subnets}
        wanted: dict[str, list[str]] = {}
        for route, _ in self.routes:
            wanted.setdefault(route.target, []).append(route.destination)
        legs = interfaces.legs(answers, name, cidrs, more)
        blocks = (self.cidr, *self.more)
        for place in interfaces.regional_gateways(answers, name, self.gateway, blocks):
            self.subnets += (place.subnet,)
            self.more += (place.subnet.cidr,)
            self.acls[place.subnet.network_acl] = None
            self.routes += [(route, place.leg.at) for route in place.routes]
            legs.append(place.leg)
        found = interfaces.devices(answers, name, legs, wanted)
        self.devices, self.interfaces, self.associations, self.legs, self.states = found

    def _subnets(self, tables: dict[str, str]) -> list[Subnet]:
        acls = {
            at.id("SubnetId"): acl
            for acl, row in self.answers.of_vpc("NetworkAcls", self.name).items()
            for at in row.rows("Associations")
            if at.has("SubnetId")
        }
        default = next(
            (
                acl
                for acl, row in self.answers.of_vpc("NetworkAcls", self.name).items()
                if row.flag("IsDefault", False)
            ),
            "",
        )
        made = []
        for name, row in self.answers.of_vpc("Subnets", self.name).items():
            if not row.has("CidrBlock"):
                self.answers.notes.add(
                    "beyond", row, "IPv6: its rules, routes and addresses are left out"
                )
                continue
            acl = acls.get(name) or default or f"default ACL of {self.name}"
            if name not in acls:
                self.answers.notes.add("inferred", row, f"the network ACL of {name}: {acl}")
                self.answers.lacks(
                    name, f"no file says which network ACL {name} has", COMMANDS["NetworkAcls"]
                )
            if acl.startswith("default ACL"):
                self.acls[acl] = None
            made.append(
                Subnet(
                    name,
                    row.block("CidrBlock"),
                    tables.get(name),
                    acl,
                    row.text("AvailabilityZone", ""),
                )
            )
        return made

    def build(self, targets: TargetGroups) -> Vpc:
        """The description."""
        answers, name = self.answers, self.name
        taken = {a for row in self.interfaces for a in (row.address, *row.secondary)}
        taken |= {leg.interface.address for leg in self.legs} | {
            association.public for association in self.associations
        }
        nodes = Nodes(answers, targets, self.subnets, self.legs, taken)
        nodes.build(name)
        interfaces = (*self.interfaces, *nodes.interfaces)
        gateway, peerings = self.gateway, tuple(routing.peerings(answers, name))
        useless = routing.useless(answers, name, gateway, peerings, self.routes)
        there = {row.device for row in interfaces}
        useless |= {row.name: str(row) for row in self.states if row.name not in there}
        publics = [row.public for row in (*self.associations, *nodes.associations)]
        if "InternetGateways" not in answers.kinds:
            for about in [gateway] if gateway else dict.fromkeys(publics):
                answers.lacks(
                    about,
                    f"no file says which Internet gateway is attached to {name}",
                    COMMANDS["InternetGateways"],
                )
        known = {
            LOCAL,
            gateway,
            *(row.name for row in peerings),
            *(word for row in interfaces for word in (row.device, row.id)),
        }
        known_groups = answers.rows("SecurityGroups")
        groups = {group for row in interfaces for group in row.groups if group not in known_groups}
        for group in sorted(groups):
            answers.notes.add(
                "missing", None, f"the rules of {group}: it is treated as if it had none"
            )
            answers.lacks(group, f"no file has the rules of {group}", COMMANDS["SecurityGroups"])
        names = (*nodes.names, *endpoints.names(answers, name, interfaces))
        defaults = tuple(row for acl in self.acls for row in default_acl(acl))
        rules = (*acl_entries(answers, name), *defaults), tuple(group_rules(answers, name))
        beyond = routing.beyond(answers, self.routes, known, useless)
        return Vpc(
            self.cidr,
            self.subnets,
            interfaces,
            tuple(route for route, _ in self.routes),
            *rules,
            gateway,
            tuple(dict.fromkeys((*self.associations, *nodes.associations))),
            devices=(*self.devices, *nodes.devices),
            names=names,
            main=self.main,
            name=name,
            more=self.more,
            beyond=beyond,
            peerings=peerings,
            ipv6_rules=tuple(ipv6_rules(answers, name)),
            other_ends=tuple(other_ends(answers, name, beyond, peerings)),
            transits=tuple(transits(answers, name, tuple(route for route, _ in self.routes))),
            blocked=routing.blocked_access(answers, name, gateway, self.subnets),
            states=tuple(
                dict.fromkeys((*self.states, *endpoints.states(answers, name, interfaces)))
            ),
        )


def _checked(ground: _Ground, vpc: Vpc) -> Vpc:
    """The description, if it is one that AWS would accept."""
    try:
        validity.check(vpc)
    except ValueError as error:
        raise LoadError(
            f"{ground.at.where}: the parts of {vpc.name} do not fit together: {error}"
        ) from None
    return vpc


def _together(vpcs: tuple[Vpc, ...], at: At) -> None:
    """Check the VPCs next to each other, which is the same whichever comes first."""
    try:
        validity.check(vpcs[0]._replace(peers=vpcs[1:]))
    except ValueError as error:
        raise LoadError(f"{at.where}: the VPCs do not fit together: {error}") from None
