"""Target health: why a target that is registered gets nothing, by the reason in its health answer.

Sources: ELB API, TargetHealth; Reachability Analyzer guide, "Explanation codes",
ELB_INSTALLED_AZ_RESTRICTION.
"""

from __future__ import annotations

from vpcedu.address import contains

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.aws.answers import Answers
    from vpcedu.aws.located import At

STOPPED = "its instance is stopped or terminated (start it)"
REASONS = {  # of a target that gets nothing (ELB API, TargetHealth)
    "Target.InvalidState": STOPPED,
    "Target.IpUnusable": "a load balancer has its address, so it cannot be a target",
    "Target.DeregistrationInProgress": "it is being deregistered (register it again)",
    "Target.NotRegistered": "it is not registered (register it)",
}


def why_unused(answers: Answers, listener: str, group: At, at: At, address: str) -> str:
    """Why a target gets nothing, as a clause.

    listener: its balancer and port, of which something is unknown where the files contradict each
    other.
    """
    own = at.get("TargetHealth")
    state, reason = own.text("State", ""), own.text("Reason", "")
    if reason == "Target.NotInUse":
        balancer = answers.rows("LoadBalancers").get(listener.rpartition(":")[0])
        enabled = {
            zone.text("ZoneName", "")
            for zone in (balancer.rows("AvailabilityZones") if balancer else ())
        }
        zone = _zone(answers, group.text("VpcId", ""), address)
        if zone and zone not in enabled:
            return (
                f"it is in {zone}, a zone that is not enabled for the load balancer"
                f" (enable a subnet of {zone} there)"
            )
        arn = group.id("TargetGroupArn")
        answers.lacks(
            listener,
            f"the health answer of {arn} says that the load balancer does not use its targets",
            f"elbv2 describe-target-health --target-group-arn {arn}",
        )
    return REASONS.get(reason, f"it is {state}" + f" ({reason})" * bool(reason))


def _zone(answers: Answers, vpc: str, address: str) -> str:
    """The Availability Zone of the subnet that an address is in; "" where no file has it."""
    subnets = (row for row in answers.of_vpc("Subnets", vpc).values() if row.has("CidrBlock"))
    inside = (row for row in subnets if contains(row.block("CidrBlock"), address))
    return next((row.text("AvailabilityZone", "") for row in inside), "")
