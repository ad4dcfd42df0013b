"""Target groups: what health checks last said of targets, and listeners with their rules.

All are made into rows of the model.

Which targets get traffic follows the health answer: the healthy ones; where none is healthy, all
that are not draining or unused (both kinds of balancer fail open). Without an answer a group has no
targets, which is noted. A target of type alb is an Application Load Balancer, each node of which
gets connections with the client's address (Network Load Balancers guide, "Use an Application Load
Balancer as a target"). Simplified, and noted: TLS behind a balancer, a Network Load Balancer's TLS
listener (as TCP).
"""

from __future__ import annotations

from math import gcd, lcm

from vpcedu.address import text, whole
from vpcedu.aws.answers import Answers
from vpcedu.aws.located import At
from vpcedu.aws.target_health import STOPPED, why_unused
from vpcedu.clock import SECOND
from vpcedu.flow import Endpoint
from vpcedu.tables.action import FixedResponse, Redirect
from vpcedu.tables.target_group import Listener, Rule, TargetGroup, Unused

TYPE_CHECKING = False
if TYPE_CHECKING:
    Action = TargetGroup | FixedResponse | Redirect

CERTIFICATE = "demonstration"
MOST_SHARES = 1_000  # how often a target may stand in a group of groups
LAST = 50_001  # after every rule: AWS's priorities end at 50,000
HEALTHY, NEVER = ("healthy", "unavailable"), ("unused", "draining", "unhealthy.draining")
SPOKEN = {"application": ("HTTP", "HTTPS"), "network": ("TCP",)}
STATUS = {"HTTP_301": "301 Moved Permanently", "HTTP_302": "302 Found"}
PHRASES = {
    "200": "200 OK",
    "403": "403 Forbidden",
    "404": "404 Not Found",
    "503": "503 Service Unavailable",
}


class TargetGroups:
    """Target groups, resolved.

    addresses: the primary private address of each instance. nodes: the private addresses of each
    load balancer whose interfaces are described, by its name as in its ARN.
    """

    def __init__(
        self,
        answers: Answers,
        addresses: dict[str, str],
        nodes: dict[str, list[str]],
        idle: set[str],
    ) -> None:
        self.answers, self.addresses, self.nodes, self.idle = answers, addresses, nodes, idle
        self._groups: dict[tuple[str, str], TargetGroup] = {}  # by listener and ARN
        self._listener = ""  # the one that is being made: its balancer and port

    def listeners(self, balancer: str, kind: str) -> tuple[Listener, ...]:
        """The listeners of an Application or Network Load Balancer (its ARN) that the model has."""
        made = []
        found = self.answers.of_vpc("Listeners", balancer, "LoadBalancerArn")
        if not found:
            self.answers.notes.add(
                "missing", None, f"listeners of {balancer}: it takes no connection"
            )
            self.answers.lacks(
                balancer,
                f"no file has listeners of {balancer}",
                f"elbv2 describe-listeners --load-balancer-arn {balancer}",
            )
        if found and kind == "application" and "Rules" not in self.answers.kinds:
            self.answers.notes.add(
                "missing",
                None,
                f"rules of {balancer}'s listeners: only their default actions are used",
            )
            self.answers.lacks(
                balancer, f"no file has the rules of {balancer}'s listeners", "elbv2 describe-rules"
            )
        for arn, row in found.items():
            protocol, port = row.text("Protocol", "TCP"), row.number("Port", 1, 65_535)
            self._listener = f"{balancer}:{port}"
            if (
                row.has("MutualAuthentication")
                and row.get("MutualAuthentication").text("Mode", "off") == "verify"
            ):
                self.lacks(
                    f"the listener {protocol} {port} of {balancer} verifies its clients, which is not modelled"
                )
            if kind == "application" and "Rules" in self.answers.kinds and not self._own_rules(arn):
                self.lacks(
                    f"no file has the rules of the listener {protocol} {port} of {balancer}",
                    f"elbv2 describe-rules --listener-arn {arn}",
                )
            if kind == "network" and protocol in ("TLS", "TCP_UDP"):
                self.note(
                    "simplified", row, f"{protocol} listeners of Network Load Balancers: as TCP"
                )
                protocol = "TCP"
            if protocol not in SPOKEN[kind]:
                self.note("beyond", row, f"listener {protocol} {port} of {balancer}: left out")
                self.lacks(f"the listener {protocol} {port} of {balancer} is not modelled")
                continue
            default = self._action(row, "DefaultActions")
            rules = self._rules(arn) if kind == "application" else ()
            targets = TargetGroup("no target group", ())
            if isinstance(default, TargetGroup):
                targets = default
            elif default is not None:  # answered by the balancer itself, after all its rules
                rules += (Rule(LAST, (), (), default),)
            else:
                self.lacks(
                    f"the default action of the listener {protocol} {port} of {balancer} is not modelled"
                )
            made.append(
                Listener(
                    protocol,
                    port,
                    targets,
                    CERTIFICATE if protocol == "HTTPS" else None,
                    rules,
                    self._idle(arn),
                )
            )
            if protocol == "HTTPS":
                self.note(
                    "simplified",
                    row,
                    "certificates: each HTTPS and SSL listener uses a demonstration certificate",
                )
        return tuple(made)

    def note(self, kind: str, at: At, words: str) -> None:
        """Note something."""
        self.answers.notes.add(kind, at, words)

    def lacks(self, words: str, collect: str = "") -> None:
        """Say that something is not known of the listener that is being made."""
        self.answers.lacks(self._listener, words, collect)

    def lacks_instance(self, name: str, about: str) -> None:
        """Say that nobody knows whether a target runs, where no file has its instance."""
        if name.startswith("i-") and name not in self.answers.rows("Instances"):
            self.answers.lacks(
                about, f"no file has the target {name} of {about}", "ec2 describe-instances"
            )

    def _idle(self, arn: str) -> int | None:
        seconds = whole(self.answers.attributes(arn).get("tcp.idle_timeout.seconds", ""), 6_000)
        return seconds * SECOND if seconds and seconds >= 60 else None

    def _own_rules(self, listener: str) -> list[At]:
        """The rules of a listener, its default one among them."""
        return list(self.answers.of_vpc("Rules", listener, _listener).values())

    def _rules(self, listener: str) -> tuple[Rule, ...]:
        made = []
        for row in self._own_rules(listener):
            if row.flag("IsDefault", False):
                continue
            hosts: tuple[str, ...] = ()
            paths: tuple[str, ...] = ()
            other = row.has("Transforms")
            for at in row.rows("Conditions"):
                field = at.text("Field", "")
                if field not in ("host-header", "path-pattern"):
                    other = True
                    continue
                config = at.get(
                    "HostHeaderConfig" if field == "host-header" else "PathPatternConfig"
                )
                values = at.texts("Values") or config.texts("Values")
                other = other or not values or bool(config.texts("RegexValues"))
                hosts, paths = (values, paths) if field == "host-header" else (hosts, values)
            action = self._action(row, "Actions")
            if other or action is None:
                self.note(
                    "beyond",
                    row,
                    f"rule {row.text('Priority', '?')} of {listener}: left out, because of its conditions"
                    " or its action",
                )
                self.lacks(
                    f"rule {row.text('Priority', '?')} of {listener} has conditions or an action that are not"
                    " modelled"
                )
                continue
            made.append(Rule(row.number("Priority", 1, 50_000), hosts, paths, action))
        return tuple(made)

    def _action(self, row: At, field: str) -> Action | None:
        """What a listener or rule does in the end; None: what the model has not."""
        for at in sorted(row.rows(field), key=lambda at: at.number("Order", 1, 50_000, 1)):
            kind = at.text("Type")
            if kind == "forward":
                return self._forward(at)
            if kind == "fixed-response" and at.has("FixedResponseConfig"):
                own = at.get("FixedResponseConfig")
                code = str(own.number("StatusCode", 200, 599))
                return FixedResponse(
                    PHRASES.get(code, f"{code} Fixed"), own.text("MessageBody", "")
                )
            if kind == "redirect" and at.has("RedirectConfig"):
                own, keep = at.get("RedirectConfig"), Redirect("")
                words = {
                    word: own.text(word.title(), getattr(keep, word)) for word in keep._fields[1:]
                }
                return Redirect(STATUS.get(own.text("StatusCode"), STATUS["HTTP_302"]), **words)
            self.note(
                "beyond", at, f"actions of type {kind}: treated as if they let everything through"
            )
            self.lacks(f"an action of type {kind} comes before the others, and is not modelled")
        return None

    def _forward(self, at: At) -> TargetGroup:
        weights = {at.id("TargetGroupArn"): 1} if at.has("TargetGroupArn") else {}
        if at.has("ForwardConfig"):
            weights |= {
                row.id("TargetGroupArn"): row.number("Weight", 0, 999, 1)
                for row in at.get("ForwardConfig").rows("TargetGroups")
            }
        groups = {self._known_group(arn, at): weight for arn, weight in weights.items() if weight}
        if len(groups) == 1:
            return next(iter(groups))
        return self._weighted(at, groups) if groups else TargetGroup("no target group", ())

    def _weighted(self, at: At, groups: dict[TargetGroup, int]) -> TargetGroup:
        """Several groups as one: each target is there as often as its group's weight demands.

        A group without a target gets its share all the same, and nobody answers it: that is open.
        """
        words = ", ".join(f"{group.name} (weight {weight})" for group, weight in groups.items())
        first, sizes = next(iter(groups)), [len(group.targets) for group in groups]
        shared = lcm(*sizes)
        times = {
            group: weight * shared // (len(group.targets) or 1) for group, weight in groups.items()
        }
        fewest = gcd(*times.values()) or 1
        kinds = {(group.preserves, group.proxy_protocol_v2) for group in groups}
        self.answers.spend(sum(sizes), at)
        if any(sizes) and (
            not all(sizes) or len(kinds) > 1 or max(times.values()) > MOST_SHARES * fewest
        ):
            self.note("beyond", at, f"weights of {words}: all their targets are used equally")
            self.lacks(f"what the weights of {words} lead to is not modelled")
            times = dict.fromkeys(groups, fewest)
        targets = [
            target
            for group, often in times.items()
            for target in group.targets * min(often // fewest, MOST_SHARES)
        ]
        self.answers.spend(len(targets), at)
        unused = tuple(row for group in groups for row in group.unused)
        return first._replace(name=words, targets=tuple(targets), unused=unused)

    def _known_group(self, arn: str, at: At) -> TargetGroup:
        """A target group; all rules of a listener that name one share it."""
        if (self._listener, arn) not in self._groups:
            self._groups[self._listener, arn] = self.group(arn, at)
        return self._groups[self._listener, arn]

    def group(self, arn: str, at: At) -> TargetGroup:
        """A target group by its ARN, with the targets that get traffic."""
        row = self.answers.rows("TargetGroups").get(arn)
        if row is None:
            self.note(
                "missing",
                at,
                f"target group {arn}: no file describes it, so it is treated as empty",
            )
            self.lacks(f"no file has the target group {arn}", "elbv2 describe-target-groups")
            return TargetGroup(arn.rpartition("targetgroup/")[2], ())
        kind, own = row.text("TargetType", "instance"), self.answers.attributes(arn)
        if row.text("Protocol", "HTTP") in ("HTTPS", "TLS"):
            self.note(
                "simplified", row, "TLS from a load balancer to its targets: sent unencrypted"
            )
        preserve = own.get("preserve_client_ip.enabled")
        if self.answers.about("Attributes", arn) is None:
            self.lacks(
                f"no file has the attributes of {arn}",
                f"elbv2 describe-target-group-attributes --target-group-arn {arn}",
            )
        if own.get("load_balancing.cross_zone.enabled") in ("true", "false"):
            self.lacks(f"{arn} has a cross-zone setting of its own, which is not modelled")
        targets, unused = self._endpoints(arn, row, kind, at)
        kept = None if preserve is None else preserve == "true"
        if kind == "alb":  # it is never off there
            kept = True
        return TargetGroup(
            row.text("TargetGroupName", arn),
            targets,
            "instance" if kind == "instance" else "ip",
            kept,
            own.get("proxy_protocol_v2.enabled") == "true",
            unused,
        )

    def _endpoints(
        self, arn: str, row: At, kind: str, named: At
    ) -> tuple[tuple[Endpoint, ...], tuple[Unused, ...]]:
        answer = self.answers.about("TargetHealthDescriptions", arn)
        if kind not in ("instance", "ip", "alb"):
            self.note("beyond", row, f"target type {kind} of {arn}: no targets")
            self.lacks(f"targets of type {kind}, as {arn} has them, are not modelled")
            return (), ()
        if answer is None:
            self.note(
                "missing",
                row,
                f"health of {arn}: no file says what its targets are, so it is treated as empty",
            )
            self.lacks(
                f"no file has the targets of {arn}",
                f"elbv2 describe-target-health --target-group-arn {arn}",
            )
            return (), ()
        self.answers.spend(len(answer.get("TargetHealthDescriptions").value or ()), named)
        states: dict[Endpoint, str] = {}
        unused = []
        for at in answer.rows("TargetHealthDescriptions"):
            target = at.get("Target")
            name, port = (
                target.id("Id"),
                target.number("Port", 1, 65_535, row.number("Port", 1, 65_535, 80)),
            )
            if kind == "alb":
                found = self.nodes.get(name.rpartition(":loadbalancer/")[2], [])
            elif kind == "instance":
                found = [self.addresses[name]] if name in self.addresses else []
            else:
                found = [target.address("Id")] if ":" not in name else []
            if not found:
                self.note(
                    "left out",
                    at,
                    f"target {name} of {arn}: no such instance runs, or it has no IPv4 address",
                )
                self.lacks_instance(name, self._listener)
                if kind == "alb":
                    self.lacks(
                        f"no file has the network interfaces of {name}, a target of {arn}",
                        "ec2 describe-network-interfaces",
                    )
                elif ":" in name:
                    self.lacks(
                        f"the target {name} of {arn} has an IPv6 address, and those are not modelled"
                    )
                continue
            health = (
                at.get("TargetHealth").text("State", "healthy")
                if at.has("TargetHealth")
                else "healthy"
            )
            stopped = kind == "instance" and name in self.idle
            if stopped:
                health = "unused"  # whatever it was when somebody asked
            states |= {Endpoint(address, port): health for address in found}
            if health in NEVER:
                unused += [
                    Unused(
                        Endpoint(address, port),
                        STOPPED
                        if stopped
                        else why_unused(self.answers, self._listener, row, at, address),
                    )
                    for address in found
                ]
            if health not in HEALTHY:
                self.note(
                    "left out" if health in NEVER else "simplified",
                    at,
                    f"target {name} of {arn} is {health}",
                )
        healthy = tuple(target for target, state in states.items() if state in HEALTHY)
        used = healthy or tuple(target for target, state in states.items() if state not in NEVER)
        return used, tuple(unused)


def _listener(rule: At) -> list[str]:
    """The ARN of a rule's listener, as the rule's own ARN has it."""
    arn = rule.id("RuleArn")
    return [arn.replace(":listener-rule/", ":listener/").rpartition("/")[0]]


def free_address(first: int, last: int, taken: set[str]) -> str:
    """The highest address of a subnet that nobody has; "" where all are taken."""
    return next((text(n) for n in range(last - 1, first + 3, -1) if text(n) not in taken), "")
