"""Assumptions: what no file can tell, and what an answer therefore takes for granted.

An answer names those that its own packets met, and stands; what a complete collection of files
would have told is unknown instead, and leaves the answer open. WHICH says which is which.
"""

from __future__ import annotations

from collections import Counter

from vpcedu.analysis.choosing import reply_ports
from vpcedu.analysis.endpoint_services import endpoint, service_addresses
from vpcedu.analysis.ends import find, silent_about
from vpcedu.analysis.unknown import assumed, each
from vpcedu.hosts.host import Host
from vpcedu.network.open_points import Assumption
from vpcedu.protocols.ports import LINUX
from vpcedu.tables.source_ports import EPHEMERAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from vpcedu.analysis.choosing.choices import Possibility
    from vpcedu.analysis.ends import Question
    from vpcedu.network.vpc import Vpc

UNKNOWN, ASSUMPTION = "unknown", "assumption"
# what the files may leave open, which of the two it is, and what tells it; REFERENCE prints it
WHICH = (
    ("a file of the collection is missing, or its last page", UNKNOWN, "the AWS CLI call that writes it"),
    ("a file names something that no file describes", UNKNOWN, "the AWS CLI call that describes it"),
    ("a file describes something that the model does not have", UNKNOWN, "nothing here: ask AWS"),
    ("a part is in a state in which AWS does not say what packets meet", UNKNOWN, "the same call, later"),
    ("whether a program listens on a port, and whether the host's own firewall lets packets in",
     ASSUMPTION, "ss and nft on the host"),
    ("whether a host outside the VPC, or a service, accepts the connection", ASSUMPTION, "nc from the source"),
    ("by which interface a host with several of them sends", ASSUMPTION, "ip rule on the host"),
    ("whether a host or a container on it has a secondary address of its interface",
     ASSUMPTION, "ip address on the host"),
    ("whether a program reads the header of the PROXY protocol", ASSUMPTION, "its configuration"),
    ("whether a target is still as healthy as when the files were written",
     ASSUMPTION, "aws elbv2 describe-target-health"),
    ("which of its addresses a service of AWS answers from", ASSUMPTION, "dig on the source"),
    ("from which range a client takes its source port", ASSUMPTION, "its operating system"),
)  # fmt: skip

# what is assumed of one host (singular, plural) or of several, and what tells whether it is so
LISTENS = (
    "{who} listens on TCP port {what}, and no firewall of its own drops the packets",
    "{who} listen on TCP port {what}, and no firewalls of their own drop the packets",
    "run ss -tln and nft list ruleset on {first}",
)
OUTSIDE = (
    "{who}, outside the VPC, accepts connections on TCP port {what}",
    "{who}, outside the VPC, accept connections on TCP port {what}",
    "run nc -vz {first} {what}",
)
SERVICE = (
    "{who} accepts connections on TCP port {what}, and no policy refuses the request",
    "{who} accept connections on TCP port {what}, and no policy refuses the request",
    "run aws ec2 describe-vpc-endpoints",
)
ADDRESS = (
    "every other address of {what} is met like {who}",
    "every other address of {what} is met like {who}",
    "run dig {what} on the source",
)
HEALTHY = (
    "the target {who} of {what} is still as healthy as the files say",
    "the targets {who} of {what} are still as healthy as the files say",
    "run aws elbv2 describe-target-health",
)
PROXY = (
    "{who} reads the PROXY protocol header that comes first; if it does not, it answers 400 Bad Request",
    "{who} read the PROXY protocol header that comes first; if not, they answer 400 Bad Request",
    "read the configuration of the program on {first}",
)
INTERFACE = (
    "{who} sends through {what}, the interface that was asked; with Linux' default routes it may use another one",
    "{who} send through {what}, the interface that was asked; with Linux' default routes they may use another one",
    "run ip rule on {first}",
)
SECONDARY = (
    "{what}, a secondary address of {who}, is configured there or on a container",
    "{what}, a secondary address of each of {who}, is configured there or on a container",
    "run ip address on {first}",
)
CLIENT_PORTS = (
    "{who} takes its source port from {what}",
    "{who} take their source ports from {what}",
    "look up the ephemeral ports of its operating system",
)
ASSUMED = "Assumed, because no file can tell it:"
Kind = tuple[str, str, str]
Met = tuple[Kind, str, str, str]  # kind, of whom, what, and where a packet met it
NAMED = 3


def assumptions(
    vpc: Vpc, question: Question, cases: tuple[Possibility, ...]
) -> tuple[Assumption, ...]:
    """What the packets of an answer met and no file can tell, each thing once."""
    found = [row for case in cases for row in assumed(vpc, case.visit)]
    alike: dict[tuple[Kind, str], dict[str, str]] = {}
    for case in cases:
        for kind, who, what, place in _met(vpc, question, case):
            alike.setdefault((kind, what), {}).setdefault(who, place)
    for ((one, several, settle), what), places in alike.items():
        names, first = list(places), next(iter(places))
        who = names.pop() if len(names) <= NAMED else f"{len(names) - NAMED + 1} more"
        who = f"{', '.join(names[: NAMED - 1])} and {who}" if names else who
        words = (one if len(places) == 1 else several).format(who=who, what=what)
        found.append(Assumption(first, words, settle.format(first=first, what=what), places[first]))
    return each(found)


def _met(vpc: Vpc, question: Question, case: Possibility) -> Iterator[Met]:
    """What the packets of one visit met."""
    owner = {
        address: row
        for one in vpc.everyone
        for row in one.interfaces
        for address in (row.address, *row.secondary)
    }
    devices = {row.name: row for one in vpc.everyone for row in one.devices}
    several = Counter(row.device for one in vpc.everyone for row in one.interfaces)
    for talk in case.visit.connections:
        arrived = (trace for trace in talk.traces if trace.sender == talk.opener)
        step = next((t.last for t in arrived if t.last.check == "deliver"), None)
        if step is None or step.reason is not None:
            continue
        flow, place = (
            step.before.flow,
            f"packet to {step.before.flow.destination} at {step.at}, deliver",
        )
        here, port = owner.get(flow.dst), str(flow.dport)
        if service_addresses(vpc, question.destination) and here is None:
            yield ADDRESS, flow.dst, question.destination, place
        if step.at not in devices:
            link = endpoint(vpc, find(vpc, question.source).interface, flow.dst)
            yield (SERVICE, link.vpc, port, place) if link else (OUTSIDE, flow.dst, port, place)
        elif here is None:
            yield OUTSIDE, flow.dst, port, place
        elif silent_about(vpc, step.at):
            yield LISTENS, step.at, port, place
        for address in (flow.dst, flow.src):
            row = owner.get(address)
            if (
                row is not None
                and address in row.secondary
                and not devices[row.device].kind.managed
            ):
                yield SECONDARY, row.device, address, place
            if row is None or several[row.device] < 2:
                continue
            kind = devices[row.device].kind
            if issubclass(kind, Host) and not kind.managed:
                yield INTERFACE, row.device, row.id or row.address, place
    for node, group, _, chosen in case.targets:
        place = f"at {node}, which chose it"
        yield HEALTHY, str(chosen), group.name, place
        if group.proxy_protocol_v2 or chosen.port in dict(devices[node].settings).get(
            "proxy_protocol", ()
        ):
            row = owner.get(chosen.address)
            yield PROXY, row.device if row else chosen.address, "", place
    yield from _client_ports(vpc, case)


def _client_ports(vpc: Vpc, case: Possibility) -> Iterator[Met]:
    """Whose source ports decide, where a network ACL is narrower than what all clients use."""
    if not case.outcome.works:
        return
    kinds = {row.name: row.kind for row in case.visit.vpc.devices}
    usual = {
        name: EPHEMERAL
        for name, ports in case.ranges
        if ports == LINUX and not kinds.get(name, Host).managed
    }
    for name, found in reply_ports.parts(vpc, case.visit, usual).items():
        dropped = [f"{first}-{last}" for first, last, acl in found if acl]
        acl = next(acl for *_, acl in found if acl)
        yield (
            CLIENT_PORTS,
            name,
            f"{LINUX[0]}-{LINUX[1]}, as Linux does; {acl} drops the replies to"
            f" {', '.join(dropped)}, which Windows, macOS, NAT gateways and load balancers use too",
            f"replies at {acl}",
        )
