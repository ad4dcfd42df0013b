"""For balancers: the commands that change a load balancer or its target groups, and that undo it.

A description has the ARN of a load balancer, of a Classic one its name, and of a target group the
name: a first line asks for its ARN. Sources: Elastic Load Balancing's API references (2015-12-01,
and 2012-06-01 for Classic), CreateListener, SetSubnets, RegisterTargets,
ModifyTargetGroupAttributes.
"""

from __future__ import annotations

from vpcedu.analysis.commands.lines import Commands, NoCommand, Place, kept
from vpcedu.analysis.ends import target_groups
from vpcedu.analysis.question import home_of
from vpcedu.analysis.repairs.idle_targets import balancer_of
from vpcedu.analysis.repairs.new_parts import CrossZone, EnabledSubnet
from vpcedu.analysis.repairs.ways_out import owner_of
from vpcedu.network.vpc import Device
from vpcedu.tables.target_group import Listener, TargetGroup

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.flow import Endpoint

CROSS_ZONE = "load_balancing.cross_zone.enabled"
CERTIFIED = ("HTTPS", "SSL", "TLS")
GROUP = '--target-group-arn "$TARGETS"'


def _find(group: TargetGroup, place: Place) -> str:
    """The line that asks for the ARN of a target group: a description has its name."""
    name = place.id(group.name.partition("/")[0])
    asked = f"aws elbv2 describe-target-groups --names {name}"
    return kept("TARGETS", asked, "TargetGroups[0].TargetGroupArn")


def _is_classic(balancer: str) -> bool:
    return not balancer.startswith("arn:")


def cross_zone(old: None, new: CrossZone, place: Place) -> Commands:
    """Cross-zone load balancing of a Network or a Classic Load Balancer."""
    on, off = (_cross_zone(new, word, place) for word in ("true", "false"))
    return Commands(on, off)


def _cross_zone(row: CrossZone, value: str, place: Place) -> tuple[str, ...]:
    name = place.id(row.balancer)
    if _is_classic(row.balancer):
        words = f"--load-balancer-attributes 'CrossZoneLoadBalancing={{Enabled={value}}}'"
        return (f"aws elb modify-load-balancer-attributes --load-balancer-name {name} {words}",)
    where = f"modify-load-balancer-attributes --load-balancer-arn {name}"
    return (f"aws elbv2 {where} --attributes Key={CROSS_ZONE},Value={value}",)


def enabled(old: None, new: EnabledSubnet, place: Place) -> Commands:
    """A subnet, and with it a zone, that is enabled for a load balancer."""
    name, subnet = place.id(new.balancer), place.id(new.subnet)
    if _is_classic(new.balancer):
        attach, detach = (
            f"aws elb {verb}-subnets --load-balancer-name {name} --subnets {subnet}"
            for verb in ("attach-load-balancer-to", "detach-load-balancer-from")
        )
        return Commands((attach,), (detach,))
    before = " ".join(map(place.id, dict.fromkeys(new.enabled)))
    where = f"aws elbv2 set-subnets --load-balancer-arn {name} --subnets"
    return Commands((f"{where} {before} {subnet}",), (f"{where} {before}",))


def device(old: Device | None, new: Device | None, place: Place) -> Commands:
    """A listener that a load balancer gets."""
    if old is None or new is None:
        raise NoCommand("a device is more than a command")
    before, after = (dict(row.settings).get("listeners", ()) for row in (old, new))
    added = [row for row in after if row not in before]
    name, _ = balancer_of(home_of(place.vpc, old.name), old.name)
    if len(added) != 1 or not name:
        raise NoCommand(
            f"on {old.name} a program has to listen: no command of the AWS CLI starts it"
        )
    if added[0].protocol in CERTIFIED:
        raise NoCommand("such a listener needs a certificate, which no file of the network has")
    if added[0].rules:
        raise NoCommand("such a listener needs its rules, each by a command of its own")
    return _listener(added[0], name, place)


def _listener(row: Listener, balancer: str, place: Place) -> Commands:
    name, group = place.id(balancer), row.targets
    if _is_classic(balancer):
        ports = {target.port for target in group.targets}
        if len(ports) != 1:
            raise NoCommand("the port of its instances is not known")
        own = f"Protocol={row.protocol},LoadBalancerPort={row.port}"
        its = f"InstanceProtocol={row.protocol},InstancePort={ports.pop()}"
        where = f"load-balancer-listeners --load-balancer-name {name}"
        return Commands(
            (f"aws elb create-{where} --listeners {own},{its}",),
            (f"aws elb delete-{where} --load-balancer-ports {row.port}",),
        )
    make = (
        f"aws elbv2 create-listener --load-balancer-arn {name} --protocol {row.protocol} --port"
        f' {row.port} --default-actions Type=forward,TargetGroupArn="$TARGETS"'
    )
    return Commands(
        (_find(group, place), kept("LISTENER", make, "Listeners[0].ListenerArn")),
        ('aws elbv2 delete-listener --listener-arn "$LISTENER"',),
    )


def group(old: TargetGroup | None, new: TargetGroup | None, place: Place) -> Commands:
    """The targets of a group, or whether they see the client's address."""
    if old is None or new is None:
        raise NoCommand("a target group is more than a command")
    if old._replace(targets=new.targets) == new:
        come = [row for row in new.targets if row not in old.targets]
        gone = [row for row in old.targets if row not in new.targets]
        return Commands(_moved(old, come, gone, place), _moved(old, gone, come, place))
    words, values = [], []
    if old.preserves != new.preserves:
        words.append("preserve_client_ip.enabled")
        values.append((new.preserves, old.preserves))
    if not words:
        raise NoCommand("no command for this attribute is known here")
    lines = [
        (_find(old, place), _attributes(words, [pair[which] for pair in values]))
        for which in (0, 1)
    ]
    return Commands(lines[0], lines[1])


def _attributes(words: list[str], values: list[bool]) -> str:
    set_to = " ".join(
        f"Key={word},Value={str(value).lower()}" for word, value in zip(words, values, strict=True)
    )
    return f"aws elbv2 modify-target-group-attributes {GROUP} --attributes {set_to}"


def _moved(
    group: TargetGroup, come: list[Endpoint], gone: list[Endpoint], place: Place
) -> tuple[str, ...]:
    """The lines that register some targets and deregister others."""
    users = {
        balancer_of(home_of(place.vpc, row.name), row.name)[0]
        for one in place.vpc.everyone
        for row in one.devices
        if group in target_groups(dict(row.settings).get("listeners", ()))
    }
    pairs = (("register", come), ("deregister", gone))
    if any(users) and all(map(_is_classic, users)):
        name = place.id(users.pop())
        return tuple(
            f"aws elb {verb}-instances-{word}-load-balancer --load-balancer-name {name} --instances"
            f" {' '.join(_target(row, place) for row in rows)}"
            for (verb, rows), word in zip(pairs, ("with", "from"), strict=True)
            if rows
        )
    lines = [
        f"aws elbv2 {verb}-targets {GROUP} --targets "
        + " ".join(f"Id={_target(row, place, group)},Port={row.port}" for row in rows)
        for verb, rows in pairs
        if rows
    ]
    return (_find(group, place), *lines)


def _target(row: Endpoint, place: Place, group: TargetGroup | None = None) -> str:
    """What a target group knows a target by: its instance, or its address."""
    if group is not None and group.target_type == "ip":
        return place.id(row.address)
    owner = owner_of(place.vpc, row.address)
    name = place.id(owner.device) if owner else ""
    if not name.startswith("i-"):
        raise NoCommand(
            f"{row.address} is no instance's address, and the target group takes instances"
        )
    return name
