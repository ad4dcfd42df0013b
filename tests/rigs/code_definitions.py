"""What AWS's page says of each explanation code, as a question to the rows and the lost packet.

It is written from the page and asks the description itself, not the module that gives the codes.
HOLDS: by code a function of what was `Seen`: the description, the loss (None: there was none), the
code's row.
"""

from __future__ import annotations

from vpcedu.address import block, contains
from vpcedu.gateways.nat_gateway import NatGateway
from vpcedu.gateways.network_load_balancer import NetworkLoadBalancer
from vpcedu.hosts.classic_load_balancer import ClassicLoadBalancer
from vpcedu.network.vpc import ACTIVE, INTERNET
from vpcedu.reasons import BEYOND
from vpcedu.tables.network_acl import ALLOW, IN, OUT, NetworkAcl
from vpcedu.tables.route_table import LOCAL

PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")


class Seen:
    """A description, a loss and the code that it got."""

    def __init__(self, vpc, loss, code):
        self.vpc, self.loss, self.code, self.row = vpc, loss, code, code.row
        self.rows = [row for one in vpc.everyone for row in one.interfaces]
        self.owner = {a: row for row in self.rows for a in row.addresses}
        self.devices = {row.name: row for one in vpc.everyone for row in one.devices}
        if loss is not None:
            self.at, self.flow = loss.step.at, loss.step.before.flow
            self.sent = loss.trace.packet.flow
        self.node = self.devices.get(code.at)

    @property
    def home(self):
        """The VPC of the place."""
        own = (one for one in self.vpc.everyone if any(r.device == self.at for r in one.interfaces))
        return next(own, self.vpc)

    @property
    def here(self):
        """The interfaces of the place."""
        return [row for row in self.rows if row.device == self.at]

    @property
    def table(self):
        """The routes that the place's subnet follows."""
        subnets = {row.name: row for row in self.home.subnets}
        return self.home.routes_of(subnets[self.here[0].subnet])

    @property
    def rules(self):
        """The rules that were asked."""
        direction = IN if self.loss.step.check == "group in" else OUT
        groups = {group for row in self.here for group in row.groups}
        every = [rule for one in self.vpc.everyone for rule in one.group_rules]
        return [rule for rule in every if rule.group in groups and rule.direction == direction]

    @property
    def listeners(self):
        return dict(self.node.settings).get("listeners", ()) if self.node else ()

    @property
    def groups(self):
        """The target groups of the node's listeners."""
        return [group for row in self.listeners for group in row.groups]

    def kinds(self, kind):
        """The machines of a class that rewrote or sent the packet."""
        names = {self.loss.trace.sender, *(step.at for step in self.loss.trace.steps)}
        return [
            name
            for name in names
            if name in self.devices and issubclass(self.devices[name].kind, kind)
        ]

    def balances(self):
        nodes = (
            self.devices[n]
            for n in self.kinds(object)
            if "listeners" in dict(self.devices[n].settings)
        )
        targets = [
            t
            for n in nodes
            for r in dict(n.settings)["listeners"]
            for g in r.groups
            for t in g.targets
        ]
        return self.flow.destination in targets

    def winner(self):
        return [r for r in self.table if contains(r.destination, self.flow.dst) and r != self.row]

    def acl(self):
        subnets = {row.name: row.network_acl for row in self.home.subnets}
        name = subnets[self.here[0].subnet]
        direction = IN if self.loss.step.check.endswith("in") else OUT
        entries = tuple(row for row in self.home.acl_entries if row.acl == name)
        denies = NetworkAcl(name, entries).lookup(direction, self.flow).action != ALLOW
        return denies and name == self.code.at

    def zone_targets(self):
        zone = dict(self.node.settings).get("zone", ())
        targets = [target for group in self.groups for target in group.targets]
        return targets, [t for t in targets if any(contains(c, t.address) for c in zone)]

    def unused_elsewhere(self):
        zones = {row.name: row.zone for one in self.vpc.everyone for row in one.subnets}
        own = [
            r.subnet
            for r in self.rows
            if r.device.partition("/")[0] == self.node.name.partition("/")[0]
        ]
        idle = [row.target.address for group in self.groups for row in group.unused]
        return any(zones[self.owner[a].subnet] not in {zones[n] for n in own} for a in idle)


def _prefix(route):
    return block(route.destination)[2]


def _public(s):
    return {row.public for one in s.vpc.everyone for row in one.associations}


def _private(s):
    """The private addresses of the packet's ends, at the Internet gateway."""
    behind = {row.public: row.private for one in s.vpc.everyone for row in one.associations}
    return {behind.get(end, end) for end in (s.flow.src, s.flow.dst)}


def _addresses_in(s, subnet):
    return {address for row in s.rows if row.subnet == subnet for address in row.addresses}


def _mapped(s):
    return {row.private for one in s.vpc.everyone for row in one.associations}


def _is(kind):
    return lambda s: issubclass(s.node.kind, kind)


CLASSIC = _is(ClassicLoadBalancer)
HOLDS = {
    "BAD_STATE": lambda s: s.at in {row.name for one in s.vpc.everyone for row in one.states},
    "BAD_STATE_ROUTE": lambda s: s.home.state(s.row) != ACTIVE,
    "CANNOT_ROUTE": lambda s: not contains(s.row.destination, s.flow.dst) and s.row in s.table,
    "HIGHER_PRIORITY_ROUTE": lambda s: any(r.destination == s.row.destination for r in s.winner()),
    "MORE_SPECIFIC_ROUTE": lambda s: (
        contains(s.row.destination, s.flow.dst)
        and any(_prefix(r) > _prefix(s.row) for r in s.winner())
    ),
    "NO_ROUTE_TO_DESTINATION": lambda s: (
        not any(contains(r.destination, s.flow.dst) for r in s.table)
    ),
    "VPC_LOCAL_ROUTE_CIDR_RESTRICTION": lambda s: (
        s.row.target == LOCAL and not contains(s.row.destination, s.flow.dst)
    ),
    "NO_POSSIBLE_DESTINATION": lambda s: s.flow.dst not in s.owner and s.flow.dst not in _public(s),
    "UNKNOWN_DESTINATION": lambda s: s.loss.step.reason is BEYOND,
    "ENI_ADDRESS_RESTRICTION": lambda s: s.flow.dst not in s.here[0].addresses,
    "ENI_SOURCE_DEST_CHECK_RESTRICTION": lambda s: (
        any(r.check for r in s.here)
        and not {s.flow.src, s.flow.dst} & {a for r in s.here for a in r.addresses}
    ),
    "ENI_SG_RULES_MISMATCH": lambda s: (
        s.rules and not any(r.fits(s.flow, frozenset()) for r in s.rules)
    ),
    "SG_HAS_NO_RULES": lambda s: not s.rules,
    "SG_REFERENCES_NOT_PRESERVED": lambda s: (
        s.flow.src != s.sent.src and any(r.peer in s.owner[s.sent.src].groups for r in s.rules)
    ),
    "SUBNET_ACL_RESTRICTION": lambda s: s.acl(),
    "ELB_ACL_RESTRICTION": lambda s: (
        s.acl()
        and issubclass(s.devices[s.at].kind, ClassicLoadBalancer)
        and s.owner[s.flow.dst].subnet == s.here[0].subnet
    ),
    "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS": lambda s: s.flow.src not in _mapped(s),
    "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS": lambda s: (
        s.at == INTERNET and s.flow.dst not in _public(s)
    ),
    "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS": lambda s: (
        any(contains(c, s.flow.dst) for c in PRIVATE)
        and s.at in {one.internet_gateway for one in s.vpc.everyone}
    ),
    "IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS": lambda s: (
        contains("100.64.0.0/10", s.flow.dst)
        and s.at in {one.internet_gateway for one in s.vpc.everyone}
    ),
    "VPC_BLOCK_PUBLIC_ACCESS_ENABLED": lambda s: (
        s.at == s.home.internet_gateway and _private(s) & _addresses_in(s, s.row.subnet)
    ),
    "NGW_REQUIRES_SOURCE_IN_VPC": lambda s: (
        issubclass(s.node.kind, NatGateway) and s.flow.src not in s.owner
    ),
    "NGW_SOURCE_ADDRESS_REASSIGN": lambda s: s.kinds(NatGateway) and s.flow.src != s.sent.src,
    "REMAP_EPHEMERAL_PORT": lambda s: (
        s.loss.back
        and 1_024 <= s.flow.dport <= 65_535
        and (issubclass(s.node.kind, NatGateway) or s.listeners)
    ),
    "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR": lambda s: (
        not any(
            one.has(s.flow.dst)
            for one in s.vpc.everyone
            for p in s.home.peerings
            if p.name == s.row.target and one.name == p.vpc
        )
    ),
    "ELB_LISTENERS_MISMATCH": lambda s: (
        CLASSIC(s) and s.flow.dport not in {r.port for r in s.listeners}
    ),
    "ELB_LISTENER_PORT_RESTRICTION": lambda s: CLASSIC(s) and s.row.port != s.flow.dport,
    "ELBV2_LISTENERS_MISMATCH": lambda s: (
        not CLASSIC(s) and s.flow.dport not in {r.port for r in s.listeners}
    ),
    "ELBV2_LISTENER_PORT_RESTRICTION": lambda s: not CLASSIC(s) and s.row.port != s.flow.dport,
    "ELBV2_LISTENER_HAS_NO_TG": lambda s: not any(g.targets or g.unused for g in s.row.groups),
    "ELBV2_LISTENER_REQUIRES_TG_ACCEPT": lambda s: not any(g.targets for g in s.row.groups),
    "ELBV2_NO_TARGETS_IN_AZ": lambda s: not s.zone_targets()[1],
    "ELB_INSTALLED_AZ_RESTRICTION": lambda s: s.unused_elsewhere(),
    "ELB_NOT_CROSSZONE": lambda s: (
        s.zone_targets()[0] and not dict(s.node.settings).get("cross_zone")
    ),
    "ELBV2_SOURCE_ADDRESS_PRESERVATION": lambda s: (
        s.flow.src == s.sent.src and s.kinds(NetworkLoadBalancer)
    ),
    "TARGET_ADDRESS_RESTRICTION": lambda s: s.balances() and s.flow.dst not in s.owner,
    "TARGET_PORT_RESTRICTION": lambda s: s.balances(),
}
