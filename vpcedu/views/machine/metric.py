"""What `aws cloudwatch get-metric-statistics` prints of a NAT gateway's ErrorPortAllocation.

The metric counts how often the gateway found no source port for a connection; its useful statistic
is the sum (VPC user guide, "NAT gateway metrics and dimensions"). A capture tells it by the packets
that the gateway dropped for that reason, so a SYN that is sent again counts again: AWS does not say
whether it does. Here the time is that of the simulation, which begins at 2026-01-01, midnight UTC.
"""

from __future__ import annotations

from collections import Counter
from json import dumps

from vpcedu.clock import SECOND
from vpcedu.gateways.nat_gateway import NatGateway
from vpcedu.quoting import quoted
from vpcedu.reasons import NO_PORT
from vpcedu.views.machine.printed import Printed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.views.machine.printed import Seen

METRIC = "ErrorPortAllocation"
MINUTE = 60 * SECOND


def port_errors(seen: Seen, nat: str) -> Printed:
    """The sum of ErrorPortAllocation of a NAT gateway, a data point for each minute that has one.

    ValueError where no NAT gateway has that name.
    """
    names = [row.name for row in seen.vpc.devices if issubclass(row.kind, NatGateway)]
    if nat not in names:
        raise ValueError(f"nat {quoted(nat)}: expected a NAT gateway, one of {names or 'none'}")
    minutes = Counter(
        step.now // MINUTE
        for trace in seen.capture
        for step in trace.steps
        if step.at == nat and step.reason is NO_PORT
    )
    points = [
        {"Timestamp": _time(minute), "Sum": float(errors), "Unit": "Count"}
        for minute, errors in sorted(minutes.items())
    ]
    text = dumps({"Label": METRIC, "Datapoints": points}, indent=4)
    command = f"aws cloudwatch get-metric-statistics --metric-name {METRIC} --statistics Sum ..."
    return Printed("", command, tuple(text.splitlines()))


def _time(minute: int) -> str:
    days, rest = divmod(minute, 24 * 60)
    return f"2026-01-{days + 1:02}T{rest // 60:02}:{rest % 60:02}:00+00:00"
