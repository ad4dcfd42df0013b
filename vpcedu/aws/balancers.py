"""Balancers: Application, Network and Classic Load Balancers, as a node for each interface.

A node is known by the description of its interface, "ELB net/name/id" ("ELB name" of a Classic
one), which AWS writes. Where no file tells of it, a node is put into each subnet of the balancer:
with the addresses that the balancer's own answer says or, noted as inferred, with the subnet's
highest free one and a public stand-in of RFC 5737's 192.0.2.0/24.
"""

from __future__ import annotations

from vpcedu.address import block, number, whole
from vpcedu.aws.answers import Answers
from vpcedu.aws.groups_and_acls import ipv6_rules
from vpcedu.aws.leg import InterfaceLeg
from vpcedu.aws.located import At
from vpcedu.aws.target_groups import CERTIFICATE, TargetGroups, free_address
from vpcedu.aws.target_health import STOPPED
from vpcedu.clock import SECOND
from vpcedu.flow import Endpoint, FiveTuple
from vpcedu.gateways.internet_gateway import Association
from vpcedu.gateways.undescribed import Beyond
from vpcedu.network.interface import Interface, Subnet
from vpcedu.network.names import Name
from vpcedu.network.vpc import Device
from vpcedu.row import NamedRow
from vpcedu.tables.security_group import IN
from vpcedu.tables.target_group import Listener, TargetGroup, Unused
from vpcedu.tables.traffic import ANYWHERE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

NOBODY, WITHOUT_IPV4 = "0.0.0.0", "dualstack-without-public-ipv4"
STAND_IN = "192.0.2.0/24"


class Balancer(NamedRow):
    """A balancer before it has nodes.

    Name and ARN, class, settings (zone aside), whether the Internet is its client, and (subnet,
    private address, public address) of each place where the answer says one.
    """

    name: str
    kind: type
    settings: tuple[tuple[str, Any], ...]
    names: tuple[str, ...]
    groups: tuple[str, ...]
    faces: bool
    places: tuple[tuple[str, str, str], ...]
    at: At


class Nodes:
    """The nodes of a VPC's balancers, as rows of the model."""

    def __init__(
        self,
        answers: Answers,
        targets: TargetGroups,
        subnets: tuple[Subnet, ...],
        legs: list[InterfaceLeg],
        taken: set[str],
    ) -> None:
        self.answers, self.targets, self.legs, self.taken = answers, targets, legs, taken
        self.subnets = {row.name: row for row in subnets}
        self._free: dict[int, int] = {}  # by first address: where a search for free ones goes on
        zones: dict[str, list[str]] = {}
        for row in subnets:
            zones.setdefault(row.zone, []).append(row.cidr)
        self._zones = {zone: tuple(cidrs) for zone, cidrs in zones.items()}
        self.devices: list[Device] = []
        self.interfaces: list[Interface] = []
        self.associations: list[Association] = []
        self.names: list[Name] = []

    def build(self, vpc: str) -> None:
        """Make the nodes of every balancer of a VPC."""
        found = [*self._second_generation(vpc), *self._classic(vpc)]
        described: dict[str, list[InterfaceLeg]] = {}
        for leg in self.legs:
            described.setdefault(leg.description, []).append(leg)
        for one in found:
            own = described.get(f"ELB {one.name}", [])
            nodes = [self._known(one, leg) for leg in own]
            there = {leg.interface.subnet for leg in own}
            nodes += [self._inferred(one, *place) for place in one.places if place[0] not in there]
            if one.faces and not any(node.public for node in nodes):
                self.answers.notes.add(
                    "inconsistent",
                    one.at,
                    f"{one.name} faces the Internet, but none of its nodes has a public address",
                )
            addresses = tuple(
                node.public if one.faces and node.public else node.private for node in nodes
            )
            self.names += [
                Name(word, addresses) for word in dict.fromkeys(one.names) if word and addresses
            ]
        known = {f"ELB {one.name}" for one in found}
        for leg in (leg for leg in self.legs if leg.description not in known):
            self.answers.notes.add(
                "missing",
                leg.at,
                f"the load balancer of interface {leg.interface.name}"
                f" ({leg.description}): what it does is unknown",
            )
            self.answers.lacks(
                leg.interface.name,
                f"no file describes the load balancer of interface {leg.interface.name}"
                f" ({leg.description})",
                "elbv2 describe-load-balancers",
            )
            self.devices.append(Device(leg.interface.name, Beyond))
            self.interfaces.append(leg.interface._replace(device=leg.interface.name))
            self.associations += leg.associations

    def _known(self, one: Balancer, leg: InterfaceLeg) -> Association:
        public = {association.private: association.public for association in leg.associations}.get(
            leg.interface.address, ""
        )
        return self._node(
            one,
            leg.interface.name,
            leg.interface.subnet,
            leg.interface.address,
            public,
            leg.interface.groups or one.groups,
        )

    def _inferred(self, one: Balancer, subnet: str, private: str, public: str) -> Association:
        if subnet not in self.subnets:
            raise one.at.refusal(f"a load balancer in subnets of its VPC, not in {subnet}")
        private = private or self._free_address(self.subnets[subnet].cidr)
        if one.faces and not public:
            public = self._free_address(STAND_IN)
        self.taken |= {private, public}
        self.answers.notes.add(
            "inferred",
            one.at,
            f"a node of {one.name} in {subnet}: {private}"
            + f", to the Internet {public}" * bool(public),
        )
        return self._node(one, "", subnet, private, public, one.groups)

    def _free_address(self, cidr: str) -> str:
        """The highest address that nobody has; what is taken once stays so."""
        first, last, _ = block(cidr)
        found = free_address(first, self._free.get(first, last), self.taken)
        self._free[first] = number(found) if found else first
        return found

    def _node(
        self,
        one: Balancer,
        interface: str,
        subnet: str,
        private: str,
        public: str,
        groups: tuple[str, ...],
    ) -> Association:
        device = f"{one.name.split('/')[1] if '/' in one.name else one.name}/{interface or subnet}"
        zone = self._zones[self.subnets[subnet].zone]
        settings = tuple((word, zone if value is ZONE else value) for word, value in one.settings)
        self.devices.append(Device(device, one.kind, settings))
        # a Network Load Balancer passes packets on
        passes = any(word == "cross_zone" for word, _ in one.settings)
        self.interfaces.append(Interface(device, subnet, private, groups, not passes, interface))
        if public:
            self.associations.append(Association(public, private))
        return Association(public, private)

    def _second_generation(self, vpc: str) -> Iterator[Balancer]:
        for arn, row in self.answers.of_vpc("LoadBalancers", vpc).items():
            kind, own = row.text("Type", "application"), self.answers.attributes(arn)
            name = arn.rpartition(":loadbalancer/")[2]
            if kind not in ("application", "network"):
                self.answers.notes.add(
                    "beyond", row, f"load balancer {name} of type {kind}: left out"
                )
                continue
            state = row.get("State").text("Code", "active") if row.has("State") else "active"
            if state not in ("active", "active_impaired"):
                self.answers.lacks(
                    arn, f"{name} is {state}, and what is not active is not modelled"
                )
            settings: tuple[tuple[str, Any], ...] = (
                ("listeners", self.targets.listeners(arn, kind)),
            )
            if kind == "network":
                from vpcedu.gateways.network_load_balancer import NetworkLoadBalancer as Kind

                cross = own.get("load_balancing.cross_zone.enabled") == "true"
                settings += (("zone", ZONE), ("cross_zone", cross))
            else:
                from vpcedu.hosts.application_load_balancer import ApplicationLoadBalancer as Kind  # type: ignore

                settings += tuple(self._application(own))
            if not own:
                self.answers.notes.add("missing", row, f"attributes of {name}: the defaults")
                self.answers.lacks(
                    arn,
                    f"no file has the attributes of {name}",
                    f"elbv2 describe-load-balancer-attributes --load-balancer-arn {arn}",
                )
            self._ipv6(row, arn, settings[0][1])
            yield Balancer(
                name,
                Kind,
                settings,
                (row.text("DNSName", ""), row.text("LoadBalancerName", ""), arn),
                row.texts("SecurityGroups"),
                row.text("Scheme", "") == "internet-facing"
                and row.text("IpAddressType", "") != WITHOUT_IPV4,
                tuple(_places(row)),
                row,
            )

    def _ipv6(self, row: At, arn: str, listeners: tuple[Listener, ...]) -> None:
        """Say what clients over IPv6 meet at a balancer that has addresses of both families."""
        if not row.text("IpAddressType", "").startswith("dualstack"):
            return
        groups = row.texts("SecurityGroups")
        rules = [
            rule
            for rule in ipv6_rules(self.answers, row.text("VpcId", ""))
            if (rule.direction, rule.group in groups) == (IN, True)
        ]
        for listener in listeners:
            flow = FiveTuple(NOBODY, 1, NOBODY, listener.port)
            named = [r.peer for r in rules if r._replace(peer=ANYWHERE).fits(flow, frozenset())]
            seen = "their packets are not modelled"
            if named:
                seen = f"{', '.join(named)} may open connections"
            elif groups:
                seen = f"no rule of {', '.join(groups)} allows ::/0 or less, so they time out"
            self.answers.assumes(
                f"{arn}:{listener.port}",
                f"clients use IPv4; the load balancer is dualstack, and over IPv6 {seen}",
                "run curl -6",
            )

    def _application(self, own: dict[str, str]) -> Iterator[tuple[str, Any]]:
        seconds = whole(own.get("idle_timeout.timeout_seconds", ""), 4_000)
        mode = own.get("routing.http.xff_header_processing.mode")
        if seconds:
            yield "idle", seconds * SECOND
        if mode in ("append", "preserve", "remove"):
            yield "xff", mode
        if own.get("routing.http.xff_client_port.enabled") == "true":
            yield "client_port", True

    def _classic(self, vpc: str) -> Iterator[Balancer]:
        from vpcedu.hosts.classic_load_balancer import ClassicLoadBalancer

        for row in self.answers.of_vpc("LoadBalancerDescriptions", vpc, "VPCId").values():
            name = row.id("LoadBalancerName")
            own = self.answers.about("LoadBalancerAttributes", name)
            settings: tuple[tuple[str, Any], ...] = (
                ("listeners", tuple(self._classic_listeners(name, row))),
                ("proxy_protocol", tuple(self._proxied(name, row))),
            )
            if own is None:
                self.answers.notes.add("missing", row, f"attributes of {name}: the defaults")
                self.answers.lacks(
                    name,
                    f"no file has the attributes of {name}",
                    f"elb describe-load-balancer-attributes --load-balancer-name {name}",
                )
            elif own.has("CrossZoneLoadBalancing") and not own.get("CrossZoneLoadBalancing").flag(
                "Enabled", False
            ):
                settings += (("zone", ZONE),)
            if own is not None and own.has("ConnectionSettings"):
                settings += (
                    (
                        "idle",
                        own.get("ConnectionSettings").number("IdleTimeout", 1, 4_000, 60) * SECOND,
                    ),
                )
            yield Balancer(
                name,
                ClassicLoadBalancer,
                settings,
                (row.text("DNSName", ""), name),
                row.texts("SecurityGroups"),
                row.text("Scheme", "internet-facing") == "internet-facing",
                tuple((subnet, "", "") for subnet in row.texts("Subnets")),
                row,
            )

    def _proxied(self, name: str, row: At) -> Iterator[int]:
        """The ports of a Classic balancer's instances that get a PROXY line, by their policies."""
        answer = self.answers.about("PolicyDescriptions", name)
        policies = answer.rows("PolicyDescriptions") if answer else ()
        kinds = {at.id("PolicyName"): at for at in policies}
        for at in row.rows("BackendServerDescriptions"):
            for policy in at.texts("PolicyNames"):
                own = kinds.get(policy)
                if own is None:
                    self.answers.lacks(
                        name,
                        f"no file has the policy {policy} for the targets of {name}",
                        f"elb describe-load-balancer-policies --load-balancer-name {name}",
                    )
                elif own.text("PolicyTypeName", "") == "ProxyProtocolPolicyType":
                    told = own.rows("PolicyAttributeDescriptions")
                    if any(one.text("AttributeValue", "").lower() == "true" for one in told):
                        yield at.number("InstancePort", 1, 65_535)

    def _classic_listeners(self, name: str, row: At) -> Iterator[Listener]:
        instances = [at.id("InstanceId") for at in row.rows("Instances")]
        for at in (at.get("Listener") for at in row.rows("ListenerDescriptions")):
            protocol, port = at.text("Protocol").upper(), at.number("InstancePort", 1, 65_535)
            if protocol not in ("TCP", "SSL", "HTTP", "HTTPS"):
                raise at.get("Protocol").refusal("TCP, SSL, HTTP or HTTPS")
            if at.text("InstanceProtocol", protocol).upper() in ("HTTPS", "SSL"):
                self.targets.note(
                    "simplified", at, "TLS from a load balancer to its targets: sent unencrypted"
                )
            secured = CERTIFICATE if protocol in ("HTTPS", "SSL") else None
            if secured:
                self.targets.note(
                    "simplified",
                    at,
                    "certificates: each HTTPS and SSL listener uses a demonstration certificate",
                )
            self.answers.spend(len(instances), at)
            there = {
                name: Endpoint(self.targets.addresses[name], port)
                for name in instances
                if name in self.targets.addresses
            }
            idle = self.targets.idle & there.keys()
            targets = tuple(row for i, row in there.items() if i not in idle)
            unused = tuple(Unused(there[i], STOPPED) for i in sorted(idle))
            for gone in (i for i in instances if i not in there):
                self.targets.note(
                    "left out", row, f"target {gone} of {name}: no such instance runs"
                )
                self.targets.lacks_instance(gone, name)
            group = TargetGroup(f"instances of {name}, port {port}", targets, unused=unused)
            yield Listener(protocol, at.number("LoadBalancerPort", 1, 65_535), group, secured)


ZONE = ("the blocks of the node's zone",)


def _places(row: At) -> Iterator[tuple[str, str, str]]:
    """Subnet, private and public address of each zone of a balancer, as its answer says them."""
    for zone in row.rows("AvailabilityZones"):
        said = next(iter(zone.rows("LoadBalancerAddresses")), None)
        private = (
            said.address("PrivateIPv4Address") if said and said.has("PrivateIPv4Address") else ""
        )
        public = said.address("IpAddress") if said and said.has("IpAddress") else ""
        yield zone.id("SubnetId"), private, public
