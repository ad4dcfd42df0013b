"""AWS JSON: an answer in the shape of Reachability Analyzer's.

That shape is what DescribeNetworkInsightsAnalyses returns.

NetworkPathFound, ForwardPathComponents, ReturnPathComponents and Explanations have the fields and
the codes of the EC2 API (NetworkInsightsAnalysis, PathComponent, AnalysisComponent, Explanation).
Differences: NetworkPathFound is null where the model ends on the way, and the explanation names the
row that leads there; a return path is what packets really took, and is there also where the answer
was lost; reasons that the analyzer has no code for, since it does not model them, have the code
OTHER. Left out: ARNs, ids of analyses, additional details.
"""

from __future__ import annotations

from vpcedu.analysis.codes import Code, codes
from vpcedu.analysis.path import Loss, once_round, table_of
from vpcedu.analysis.question import home_of
from vpcedu.gateways.nat_gateway import NatGateway
from vpcedu.tables.network_acl import AclEntry
from vpcedu.tables.route_table import LOCAL, Route
from vpcedu.tables.security_group import OUT, GroupRule
from vpcedu.tables.target_group import Listener
from vpcedu.tables.traffic import NAMES
from vpcedu.trace import DELIVER, SEND
from vpcedu.views.decided import (
    entry_of,
    interface_of,
    is_nobodys,
    refused_by,
    route_of,
    rule_of,
    tracked_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.network.vpc import Vpc
    from vpcedu.packet import Packet
    from vpcedu.trace import Step, Trace


TARGETS = {
    "igw-": "GatewayId",
    "vgw-": "GatewayId",
    "vpce-": "GatewayId",
    "nat-": "NatGatewayId",
    "eni-": "NetworkInterfaceId",
    "i-": "InstanceId",
    "pcx-": "VpcPeeringConnectionId",
    "tgw-": "TransitGatewayId",
    "lgw-": "LocalGatewayId",
    "cagw-": "CarrierGatewayId",
    "eigw-": "EgressOnlyInternetGatewayId",
    "arn:": "CoreNetworkArn",
}


def analysis(
    vpc: Vpc,
    reachable: bool | None,
    forward: tuple[Trace, ...],
    back: tuple[Trace, ...],
    blockers: tuple[Loss, ...],
    alone: tuple[Code, ...] = (),
) -> dict[str, Any]:
    """What was found, the path there and back, and what is in the way, as plain dicts and lists.

    alone: codes of load balancers that answered without asking a target.
    """
    return {
        "NetworkPathFound": reachable,
        "Status": "succeeded",
        "ForwardPathComponents": _components(vpc, forward),
        "ReturnPathComponents": _components(vpc, back),
        "Explanations": [
            part
            for loss in blockers
            for part in (
                _explanation(vpc, loss),
                *(_more(vpc, row) for row in codes(vpc, loss)[1:]),
            )
        ]
        + [_more(vpc, row) for row in alone],
    }


def _components(vpc: Vpc, traces: tuple[Trace, ...]) -> list[dict[str, Any]]:
    found = [
        part
        for trace in traces
        for step in once_round(trace)
        for part in _component(vpc, step, trace)
    ]
    merged = [part for place, part in enumerate(found) if not place or part != found[place - 1]]
    return [{"SequenceNumber": number} | part for number, part in enumerate(merged, 1)]


def _component(vpc: Vpc, step: Step, trace: Trace) -> list[dict[str, Any]]:
    """What a step is in the analyzer's words; a check without a row of its own is none."""
    if step.action in (SEND, DELIVER) or step.check == "deliver":
        own = [
            {"Component": {"Id": step.at}}
            | (
                {"OutboundHeader": _header(step.before)}
                if step.action == SEND
                else {"InboundHeader": _header(step.before)}
            )
        ]
        attached = _interface(vpc, step)
        return own + attached if step.action == SEND else attached + own
    entry, rule, route = entry_of(step), rule_of(step), route_of(step)
    if is_nobodys(step):
        return []
    if entry is not None:
        return [{"AclRule": _entry(entry), "Component": {"Id": entry.acl}}]
    if rule is not None:
        tracked = {"TrackedFlow": True} if tracked_of(step) is not None else {}
        return [{"Component": {"Id": rule.group}, "SecurityGroupRule": _rule(rule), **tracked}]
    if route is not None:
        found = {"Component": {"Id": route.table}, "RouteTableRoute": _route(vpc, route)}
        link = any(
            route.target == other.name for each_vpc in vpc.everyone for other in each_vpc.peerings
        )
        return (
            [found, {"Component": {"Id": route.target}}]
            if link and step.reason is None
            else [found]
        )
    if (
        step.check in ("address map", "translation")
        and step.row is not None
        and step.after is not None
    ):
        return [
            {
                "Component": {"Id": step.at},
                "InboundHeader": _header(step.before),
                "OutboundHeader": _header(step.after),
            }
        ]
    return []


def _interface(vpc: Vpc, step: Step) -> list[dict[str, Any]]:
    flow = step.before.flow
    own = [
        interface
        for each_vpc in vpc.everyone
        for interface in each_vpc.interfaces
        if interface.device == step.at
    ]
    row = next(
        (row for row in own if {flow.src, flow.dst} & {row.address, *row.secondary}),
        own[0] if own else None,
    )
    if row is None:
        return []
    return [
        {
            "Component": {"Id": row.id},
            "AttachedTo": {"Id": row.device},
            "Subnet": {"Id": row.subnet},
            "Vpc": {"Id": home_of(vpc, row.device).name},
        }
    ]


def _header(packet: Packet) -> dict[str, Any]:
    flow = packet.flow
    return {
        "Protocol": str(flow.protocol),
        "SourceAddresses": [f"{flow.src}/32"],
        "SourcePortRanges": [_range((flow.sport, flow.sport))],
        "DestinationAddresses": [f"{flow.dst}/32"],
        "DestinationPortRanges": [_range((flow.dport, flow.dport))],
    }


def _range(ports: tuple[int, int]) -> dict[str, int]:
    return {"From": ports[0], "To": ports[1]}


def _entry(row: AclEntry) -> dict[str, Any]:
    return {
        "Cidr": row.cidr,
        "Egress": row.direction == OUT,
        "PortRange": _range(row.ports),
        "Protocol": NAMES.get(row.protocol, str(row.protocol)),
        "RuleAction": row.action,
        "RuleNumber": row.number,
    }


def _rule(row: GroupRule) -> dict[str, Any]:
    peer = {"SecurityGroupId": row.peer} if row.peer.startswith("sg-") else {"Cidr": row.peer}
    return {
        **peer,
        "Direction": _direction(row.direction),
        "PortRange": _range(row.ports),
        "Protocol": NAMES.get(row.protocol, str(row.protocol)),
    }


def _direction(direction: str) -> str:
    return "egress" if direction == OUT else "ingress"


def _route(vpc: Vpc, row: Route) -> dict[str, Any]:
    home = next((each_vpc for each_vpc in vpc.everyone if row in each_vpc.routes), vpc)
    origin = "EnableVgwRoutePropagation" if row.propagated else "CreateRoute"
    return {
        "DestinationCidr": row.destination,
        _field(home, row.target): row.target,
        "State": home.state(row),
        "Origin": "CreateRouteTable" if row.target == LOCAL else origin,
    }


def _field(vpc: Vpc, target: str) -> str:
    """The field that names a route's target.

    It is decided by the beginning of AWS's id, else by what the device is.
    """
    known = next((field for begin, field in TARGETS.items() if target.startswith(begin)), None)
    if known or target in (LOCAL, vpc.internet_gateway):
        return known or "GatewayId"
    kind = next((device.kind for device in vpc.devices if device.name == target), None)
    if kind is None:
        return "NetworkInterfaceId"
    return "NatGatewayId" if issubclass(kind, NatGateway) else "InstanceId"


def _explanation(vpc: Vpc, loss: Loss) -> dict[str, Any]:
    """One explanation.

    Its direction is that of the check at its interface, as the analyzer means it.
    """
    step = loss.step
    refused, entry, route, card = (
        refused_by(step),
        entry_of(step),
        route_of(step),
        interface_of(step),
    )
    named = codes(vpc, loss)
    found: dict[str, Any] = {
        "ExplanationCode": named[0].code if named else "OTHER",
        "Direction": "ingress" if step.check.endswith("in") else "egress",
        "Destination": {"Id": step.before.flow.dst},
        "Port": step.before.flow.dport,
        "Protocols": ["tcp"],
        "Component": {"Id": step.at},
    }
    own = next(
        (
            interface
            for each_vpc in vpc.everyone
            for interface in each_vpc.interfaces
            if interface.device == step.at
        ),
        None,
    )
    if own is not None:
        found |= {
            "NetworkInterface": {"Id": own.id},
            "Subnet": {"Id": own.subnet},
            "Vpc": {"Id": home_of(vpc, step.at).name},
        }
    if refused is not None:
        found["SecurityGroups"] = [{"Id": group} for group in refused.groups]
    elif entry is not None:
        found |= {"Acl": {"Id": entry.acl}, "AclRule": _entry(entry)}
    elif route is not None:
        found |= {"RouteTable": {"Id": route.table}, "RouteTableRoute": _route(vpc, route)}
    elif card is not None:
        found["NetworkInterface"] = {"Id": card.id}
    elif step.check == "route" and own is not None:
        found["RouteTable"] = {"Id": table_of(vpc, step.at)}
    return found


def _more(vpc: Vpc, code: Code) -> dict[str, Any]:
    """An explanation of a row that could not be used instead, or of a balancer without targets."""
    found: dict[str, Any] = {"ExplanationCode": code.code, "Component": {"Id": code.at}}
    if isinstance(code.row, Route):
        found |= {"RouteTable": {"Id": code.at}, "RouteTableRoute": _route(vpc, code.row)}
    elif isinstance(code.row, Listener):
        found["LoadBalancerListenerPort"] = code.row.port
    return found
