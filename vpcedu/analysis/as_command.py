"""As command: the AWS CLI's line that makes a repair in the account.

The options are those of AWS CLI 2. Only what one command does has a line: routes, network ACL
entries, security group rules, the attachment of an Internet gateway, and the route table of a
subnet that named none. The commands change the account; nothing here runs them.
"""

from __future__ import annotations

from string import ascii_letters, digits

from vpcedu.analysis.change import Attachment
from vpcedu.network.interface import DownState, Subnet
from vpcedu.quoting import quoted
from vpcedu.tables.network_acl import AclEntry
from vpcedu.tables.route_table import Route
from vpcedu.tables.security_group import GroupRule
from vpcedu.tables.traffic import ANY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from vpcedu.analysis.change import Repair

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
WAYS = {"in": "ingress", "out": "egress"}
PLAIN = frozenset(
    f"{ascii_letters}{digits}-_.:/"
)  # of ids and blocks; a shell does nothing with it


def aws_cli(repair: Repair, names: Mapping[str, str] | None = None) -> str:
    """The AWS CLI's line for a repair; it changes the account of whoever runs it.

    names: ids and the short names that stand for them, as `lab.named` takes them. ValueError where
    no single command does it, and where a file calls something as AWS never would: in a shell the
    name might be a command.
    """
    ids = {name: known for known, name in (names or {}).items()}
    row = repair.row or repair.new
    write = COMMANDS.get(type(row))
    words = write(repair.row, repair.new, ids) if write else ""
    if not words:
        raise ValueError(
            f"{quoted(repair)}: expected a repair that one command of the AWS CLI makes"
        )
    rows = [known for known in (repair.row, repair.new) if known is not None]
    for value in (value for known in rows for value in known._asdict().values()):
        if isinstance(value, str) and not PLAIN.issuperset(ids.get(value, value)):
            raise ValueError(f"{quoted(value)}: expected an id or a block as AWS writes it")
    return f"aws ec2 {words}"


def _route(old: Route | None, new: Route | None, ids: Mapping[str, str]) -> str:
    row = new or old
    assert row is not None
    where = f"--route-table-id {row.table} --destination-cidr-block {row.destination}"
    if new is None:
        return f"delete-route {where}"
    target = ids.get(row.target, row.target)
    option = next((words for begins, words in TARGETS.items() if target.startswith(begins)), None)
    verb = "create" if old is None else "replace"
    return f"{verb}-route {where} --{option} {target}" if option else ""


def _entry(old: AclEntry | None, new: AclEntry | None, ids: Mapping[str, str]) -> str:
    row = new or old
    assert row is not None
    where = f"--network-acl-id {row.acl} --{WAYS[row.direction]} --rule-number {row.number}"
    if new is None:
        return f"delete-network-acl-entry {where}"
    verb = "create" if old is None else "replace"
    first, last = row.ports
    ports = "" if row.protocol == ANY else f" --port-range From={first},To={last}"
    return (
        f"{verb}-network-acl-entry {where} --protocol {row.protocol}{ports}"
        f" --cidr-block {row.cidr} --rule-action {row.action}"
    )


def _rule(old: GroupRule | None, new: GroupRule | None, ids: Mapping[str, str]) -> str:
    row = new or old
    if row is None or (old and new):  # two commands, and a moment without either rule
        return ""
    verb = "revoke" if new is None else "authorize"
    first, last = row.ports
    ports = "" if row.protocol == ANY else f",FromPort={first},ToPort={last}"
    peer = f"UserIdGroupPairs=[{{GroupId={row.peer}}}]"
    if "/" in row.peer:
        peer = f"IpRanges=[{{CidrIp={row.peer}}}]"
    protocol = "-1" if row.protocol == ANY else "tcp"
    return (
        f"{verb}-security-group-{WAYS[row.direction]} --group-id {row.group}"
        f" --ip-permissions 'IpProtocol={protocol}{ports},{peer}'"
    )


def _attach(old: Attachment | None, new: Attachment | None, ids: Mapping[str, str]) -> str:
    if new is None:
        return ""
    gateway = ids.get(new.gateway, new.gateway)
    return f"attach-internet-gateway --internet-gateway-id {gateway} --vpc-id {new.vpc}"


def _associate(old: Subnet | None, new: Subnet | None, ids: Mapping[str, str]) -> str:
    if old is None or new is None or old.route_table or not new.route_table:
        return ""
    return f"associate-route-table --subnet-id {new.name} --route-table-id {new.route_table}"


def _start(old: DownState | None, new: DownState | None, ids: Mapping[str, str]) -> str:
    name = ids.get(old.name, old.name) if old and not new else ""
    return f"start-instances --instance-ids {name}" if name.startswith("i-") else ""


COMMANDS: dict[type, Callable[..., str]] = {
    Route: _route,
    AclEntry: _entry,
    GroupRule: _rule,
    Attachment: _attach,
    Subnet: _associate,
    DownState: _start,
}
