"""Misplaced: rows that do not fit the others, as AWS would never have made them.

An interface whose address is outside its subnet, a subnet outside its VPC, a load balancer in a
subnet that no file has: such rows come from answers of two moments, or from files that somebody has
edited. Each is left out and named, and what packets would meet there is unknown; all other rows are
used.
"""

from __future__ import annotations

from vpcedu.address import block, contains, within
from vpcedu.aws.fields import CALLS
from vpcedu.aws.located import At
from vpcedu.network.names import Name
from vpcedu.network.validity import LARGEST, SMALLEST, reserved
from vpcedu.tables.route_table import LOCAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.aws.answers import Answers


class Placing:
    """Looks at the rows of an account against each other; what does not fit is taken out.

    names: of what was left out and has an address, by VPC, so that one can still ask about it.
    """

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.names: dict[str, list[Name]] = {}
        self.used: set[str] = set()  # instances with an interface in the answer about interfaces
        self.gone: set[str] = set()  # interfaces that were left out
        self.blocks = {name: _blocks(row) for name, row in answers.rows("Vpcs").items()}
        self._subnets()
        self.subnets = answers.rows("Subnets")
        self._interfaces()
        self._instances()
        self._gateways()
        self._balancers()
        self._routes()

    def _out(self, kind: str, name: str, at: At, why: str, *about: str) -> None:
        """Take a row out, name it, and say what is unknown then."""
        self.answers.rows(kind).pop(name, None)
        self._said(kind, name, at, why, *about)

    def _said(self, kind: str, name: str, at: At, why: str, *about: str) -> None:
        words = f"{name} is left out, because {why}"
        self.answers.notes.add("left out", at, words)
        for part in dict.fromkeys((name, *filter(None, about))):
            self.answers.lacks(part, f"{words} ({at.file})", CALLS[kind])

    def _changed(self, kind: str, name: str, at: At, **fields: Any) -> None:
        """Use a row with other values of some fields."""
        self.answers.rows(kind)[name] = At({**at.value, **fields}, at.key, at.up)

    def _subnets(self) -> None:
        last: dict[str, tuple[str, str]] = {}
        rows = [(name, row) for name, row in self.answers.rows("Subnets").items()]
        rows = [(name, row) for name, row in rows if row.has("CidrBlock") and row.has("VpcId")]
        for name, row in sorted(rows, key=lambda each: block(each[1].block("CidrBlock"))):
            cidr, vpc = row.block("CidrBlock"), row.text("VpcId")
            if vpc not in self.blocks:
                continue
            before, other = last.get(vpc, ("", ""))
            why = ""
            if not any(within(cidr, whole) for whole in self.blocks[vpc]):
                why = f"{cidr} is not in the blocks of {vpc}, {', '.join(self.blocks[vpc])}"
            elif not LARGEST <= block(cidr)[2] <= SMALLEST:
                why = f"{cidr} is no block from /{LARGEST} to /{SMALLEST}"
            elif other and block(cidr)[0] <= block(other)[1]:
                why = f"{cidr} overlaps with {before}, {other}"
            if why:
                self._out("Subnets", name, row, why, cidr)
            else:
                last[vpc] = name, cidr

    def _why(self, at: At, field: str) -> str:
        """Why an address cannot be in the subnet that a row names; "": it can."""
        subnet, address = at.text("SubnetId", ""), at.address(field)
        if subnet not in self.subnets or not self.subnets[subnet].has("CidrBlock"):
            return f"no file describes its subnet {subnet or '(none)'}"
        home = self.subnets[subnet].text("VpcId", "")
        if at.text("VpcId", home) != home:
            return f"its subnet {subnet} is in {home}, not in {at.text('VpcId')}"
        cidr = self.subnets[subnet].block("CidrBlock")
        if not contains(cidr, address):
            return f"its address {address} is not in its subnet {subnet}, {cidr}"
        kept = reserved(cidr, address)
        return (
            f"its address {address} is one that AWS keeps in {subnet}, for {kept}" if kept else ""
        )

    def _interfaces(self) -> None:
        private: dict[tuple[str, str], str] = {}
        public: dict[str, str] = {}
        zones: dict[str, tuple[str, str]] = {}
        for name, row in list(self.answers.rows("NetworkInterfaces").items()):
            if not row.has("PrivateIpAddress") or row.text("VpcId", "") not in self.blocks:
                continue
            address = row.address("PrivateIpAddress")
            shown = row.get("Association").text("PublicIp", "") if row.has("Association") else ""
            why, vpc = self._why(row, "PrivateIpAddress"), row.text("VpcId")
            holder = private.setdefault((vpc, address), name)
            owner = public.setdefault(shown, name)
            if not why and holder != name:
                why = f"its address {address} is that of {holder}"
            elif not why and shown and owner != name:
                why = f"its public address {shown} is that of {owner}"
            device = row.get("Attachment").text("InstanceId", "") if row.has("Attachment") else ""
            if device and not why:
                zone = self.subnets[row.text("SubnetId")].text("AvailabilityZone", "")
                other, first = zones.setdefault(device, (zone, name))
                if zone != other:
                    why = f"it is in zone {zone}, and {first} of the same instance is in {other}"
            if why:
                self._stray(vpc, address, name, device, shown)
                self.gone.add(name)
                self._out("NetworkInterfaces", name, row, why, address, shown)
            else:
                self.used.add(device)

    def _stray(self, vpc: str, address: str, *names: str) -> None:
        """Keep the names of an address whose interface was left out."""
        found = self.names.setdefault(vpc, [])
        found += (Name(name, (address,)) for name in names if name)

    def _instances(self) -> None:
        """Take out what instances say of their interfaces and does not fit."""
        for name, row in list(self.answers.rows("Instances").items()):
            own = list(row.rows("NetworkInterfaces"))
            kept = [at for at in own if self._fits(name, row, at)]
            alone = not own and row.has("PrivateIpAddress") and row.has("SubnetId")
            if row.text("VpcId", "") not in self.blocks:
                continue
            if alone and (why := self._why(row, "PrivateIpAddress")):
                self._stray(row.text("VpcId"), row.address("PrivateIpAddress"), name)
                self._out("Instances", name, row, why, row.address("PrivateIpAddress"))
            elif own and not kept and name not in self.used:
                self._out("Instances", name, row, "none of its network interfaces is used")
            elif len(kept) < len(own):
                rest: dict[str, Any] = {"NetworkInterfaces": [at.value for at in kept]}
                if not kept:  # its interface is known from the answer about interfaces
                    rest["PrivateIpAddress"] = None
                self._changed("Instances", name, row, **rest)

    def _fits(self, name: str, row: At, at: At) -> bool:
        """Whether an interface in an instance's own list may stay there; else it is named."""
        one = at.text("NetworkInterfaceId", "")
        known = self.answers.rows("NetworkInterfaces").get(one)
        if not at.has("PrivateIpAddress") or row.text("VpcId", "") not in self.blocks:
            return True
        address, why = at.address("PrivateIpAddress"), ""
        if known:
            said = known.text("PrivateIpAddress", "")
            if address != said:
                why = f"its address is {address} here, and {said} in {known.file}"
        elif one not in self.gone and at.has("SubnetId"):
            why = self._why(at, "PrivateIpAddress")
        if why:
            self._stray(row.text("VpcId"), address, one, name)
            self._said("Instances", one or name, at, why, address)
        return not why and one not in self.gone

    def _gateways(self) -> None:
        """The addresses of NAT gateways whose interfaces no other answer has."""
        for name, row in list(self.answers.rows("NatGateways").items()):
            if not row.has("SubnetId") or row.text("VpcId", "") not in self.blocks:
                continue
            for at in row.rows("NatGatewayAddresses"):
                one = At({**at.value, "SubnetId": row.text("SubnetId")}, at.key, at.up)
                known = at.text("NetworkInterfaceId", "") in self.answers.rows("NetworkInterfaces")
                if at.has("PrivateIp") and not known and (why := self._why(one, "PrivateIp")):
                    self._out("NatGateways", name, row, why)

    def _balancers(self) -> None:
        """The subnets that balancers name."""
        for name, row in self.answers.rows("LoadBalancers").items():
            zones = list(row.rows("AvailabilityZones"))
            kept = [at.value for at in zones if at.text("SubnetId", "") in self.subnets]
            if len(kept) < len(zones) and row.text("VpcId", "") in self.blocks:
                self._changed("LoadBalancers", name, row, AvailabilityZones=kept)
                self._zone(name, row, [at.text("SubnetId", "") for at in zones])
        for name, row in self.answers.rows("LoadBalancerDescriptions").items():
            subnets = row.texts("Subnets")
            if {*subnets} - self.subnets.keys() and row.text("VPCId", "") in self.blocks:
                own = [one for one in subnets if one in self.subnets]
                self._changed("LoadBalancerDescriptions", name, row, Subnets=own)
                self._zone(row.id("LoadBalancerName"), row, list(subnets))

    def _zone(self, name: str, row: At, subnets: list[str]) -> None:
        gone = ", ".join(one for one in subnets if one not in self.subnets)
        words = f"{name} has a node in {gone}, which no file describes: this node is left out"
        self.answers.notes.add("left out", row, words)
        self.answers.lacks(name, words, CALLS["Subnets"])

    def _routes(self) -> None:
        """Routes inside a VPC that AWS refuses, as one for a part of a subnet."""
        wholes = {one: {*cidrs} for one, cidrs in self.blocks.items()}
        for row in self.subnets.values():
            if row.has("CidrBlock") and row.text("VpcId", "") in wholes:
                wholes[row.text("VpcId")].add(row.block("CidrBlock"))
        for name, row in list(self.answers.rows("RouteTables").items()):
            vpc, routes = row.text("VpcId", ""), list(row.rows("Routes"))
            inside = [at for at in routes if self._is_inside(at, vpc)]
            odd = [
                at
                for at in inside
                if at.block("DestinationCidrBlock") not in wholes[vpc]
                or at.text("GatewayId", "").startswith("igw-")
            ]
            for at in odd:
                cidr = at.block("DestinationCidrBlock")
                words = (
                    f"a route of {name} for {cidr} is left out: inside {vpc} AWS takes routes for a"
                    " whole subnet, and none to an Internet gateway"
                )
                self.answers.notes.add("left out", at, words)
                self.answers.lacks(name, words, CALLS["RouteTables"])
            if odd:
                gone = {id(at.value) for at in odd}
                kept = [at.value for at in routes if id(at.value) not in gone]
                self._changed("RouteTables", name, row, Routes=kept)

    def _is_inside(self, at: At, vpc: str) -> bool:
        """Whether a route is for a part of its VPC, and not the local one."""
        return (
            at.has("DestinationCidrBlock")
            and at.text("GatewayId", "") != LOCAL
            and any(
                within(at.block("DestinationCidrBlock"), own) for own in self.blocks.get(vpc, ())
            )
        )


def _blocks(vpc: At) -> list[str]:
    """The IPv4 blocks of a VPC's row."""
    more = [
        row.block("CidrBlock")
        for row in vpc.rows("CidrBlockAssociationSet")
        if not row.has("CidrBlockState")
        or row.get("CidrBlockState").text("State", "") == "associated"
    ]
    return [vpc.block("CidrBlock"), *more]
