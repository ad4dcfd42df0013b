"""Sites and transcripts for the tests of the walk."""

from vpcedu import Site, reference_vpc
from vpcedu.trace import DROP

BALANCERS = ("classic-tcp", "classic-http", "application", "network")
NATS = ("instance", "gateway")
PAGE = "http://www.example.com/"


def site(balancer="classic-tcp", nat="instance", seed=0, link=None, without=(), replace=()):
    """The reference architecture, less some rows, or with other rows in their place."""
    vpc = reference_vpc(balancer, nat)
    for row in without:
        vpc = vpc.without(row)
    for old, new in replace:
        vpc = vpc.replace(old, new)
    return Site(vpc, seed, link)


def transcript(capture):
    """Everything a capture holds, as text.

    Two captures are the same where their transcripts are.
    """
    lines = []
    for trace in capture:
        for step in trace.steps:
            sent = " ; ".join(map(str, step.sent))
            words = (
                step.at,
                step.check,
                step.action,
                step.before,
                step.after,
                step.row,
                step.reason,
                sent,
            )
            lines.append(f"{trace.number} {step.now} " + " | ".join(map(str, words)))
    lines += [
        f"event {event.at} {event.who} | {event.what} | {event.row}" for event in capture.events
    ]
    return "\n".join(lines)


def dropped(visit):
    """Where packets were lost, in order and each place once: (at, check, code of the reason)."""
    steps = [step for trace in visit.capture for step in trace.steps if step.action == DROP]
    return list(dict.fromkeys((step.at, step.check, step.reason.code) for step in steps))


def open_connections(network):
    """(host, state) of every connection that is still there."""
    return [
        (name, connection.state)
        for name, device in network.devices.items()
        for connection in getattr(device, "connections", {}).values()
    ]
