"""What a listener does with a request: forward it to a target group, or answer itself.

It answers itself by a rule (tables/action.py).
"""

from __future__ import annotations

from vpcedu.protocols.http import Message, response
from vpcedu.tables.action import FixedResponse, Redirect
from vpcedu.tables.target_group import Listener, TargetGroup


def action(listener: Listener, message: Message) -> TargetGroup | FixedResponse | Redirect:
    """The action of the first rule that fits a request, else the listener's group."""
    host, path = asked(message)["host"], message.start.split(" ")[1].partition("?")[0]
    fitting = (
        rule.action
        for rule in sorted(listener.rules, key=lambda rule: rule.priority)
        if rule.fits(host, path)
    )
    return next(fitting, listener.targets)


def answer(listener: Listener, message: Message, own: FixedResponse | Redirect) -> Message:
    """The answer that the balancer gives itself."""
    if isinstance(own, FixedResponse):
        return response(own.status, own.body, own.kind)
    location = own.location(
        protocol=listener.protocol.lower(), port=str(listener.port), **asked(message)
    )
    return response(own.status).with_header("Location", location)


def asked(message: Message) -> dict[str, str]:
    """Host (without the port), path (without its first /) and query of a request."""
    path, _, query = message.start.split(" ")[1].partition("?")
    return {
        "host": (message.header("Host") or "").partition(":")[0],
        "path": path.removeprefix("/"),
        "query": query,
    }
