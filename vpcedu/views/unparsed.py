"""Unparsed: bytes that reached a server which could make no request of them.

A PROXY header that it did not expect is one case.
"""

from __future__ import annotations

from vpcedu.hosts.web_server import WebServer
from vpcedu.views.stream import Said

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MOST = 240  # bytes shown


def unread(visit: Any) -> str:
    """What each server got that is no request it could read; "" where nothing arrived."""
    servers = {
        device.name
        for each_vpc in visit.vpc.everyone
        for device in each_vpc.devices
        if issubclass(device.kind, WebServer)
    }
    lines = []
    for talk in visit.talks:
        got = [
            t
            for t in talk.traces
            if t.sender == talk.opener and t.delivered and t.last.at in servers
        ]
        data = bytes(Said(got, at_end=True).data)
        if data:
            lines.append(
                f"What {got[0].last.at} received: a connection from {got[0].last.before.flow.source}, and bytes"
                " that are not an HTTP request:"
            )
            lines += [f"  {line}" for line in _shown(data) if line]
    return "\n".join(lines)


def _shown(data: bytes) -> list[str]:
    """Bytes as lines; what is no printable ASCII as \\x.., as in Python."""
    rest = [f"... and {len(data) - MOST} bytes more"] * (len(data) > MOST)
    return [ascii(line.decode("latin-1"))[1:-1] for line in data[:MOST].split(b"\r\n")] + rest
