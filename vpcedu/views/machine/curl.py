"""What `curl -v` prints: a visit as the client sees it.

The words are those of curl 7.88 (Debian 12) on a terminal. The request shows the lines that were
really sent: real curl adds User-Agent and Accept. Left out: the other addresses of a
name, which curl would try too, and what it prints about TLS.
"""

from __future__ import annotations

from vpcedu.clock import MILLISECOND
from vpcedu.quoting import quoted
from vpcedu.views.machine.printed import Printed
from vpcedu.views.outcome import stood

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.network.record import Record
    from vpcedu.protocols.http import Message

# what the system says where no connection comes to be, and curl's exit code
FAILED = {
    "refused": ("Connection refused", 7),
    "timed out": ("Connection timed out", 28),
    "unreachable": ("No route to host", 7),
}
# the same where one stood
ENDED = {
    "reset": ("Recv failure: Connection reset by peer", 56),
    "timed out": ("Recv failure: Connection timed out", 56),
    "closed": ("Empty reply from server", 52),
}


def curl(record: Record) -> Printed:
    """What `curl -v` prints about a visit; ValueError where it asked for no page."""
    call = record.call
    if call.request is None:
        raise ValueError(f"{quoted(str(call))} asks for no page: expected a visit made with get")
    sent = (trace.packet.flow for trace in record.capture if trace.sender == call.opener)
    address = next((flow.dst for flow in sent), call.name)
    lines = [f"*   Trying {address}:{call.port}..."]
    if stood(record):
        lines.append(f"* Connected to {call.name} ({address}) port {call.port} (#0)")
        lines += [*_head(">", call.request), *_answer(record)]
    elif record.result is not None:
        lines += _no_connection(record, address)
    return Printed(call.opener, f"curl -v {call.url}", tuple(lines))


def _no_connection(record: Record, address: str) -> list[str]:
    """The lines about a connection that did not come to be."""
    call, result = record.call, record.result
    assert result is not None
    why, code = FAILED.get(result.symptom, (result.symptom, 7))
    words = (
        f"Failed to connect to {call.name} port {call.port} after {result.after // MILLISECOND} ms:"
        " Couldn't connect to server"
    )
    return [
        f"* connect to {address} port {call.port} failed: {why}",
        f"* {words}",
        "* Closing connection 0",
        f"curl: ({code}) {words}",
    ]


def _answer(record: Record) -> list[str]:
    """The lines after the request."""
    result = record.result
    if result is None:
        return []
    if result.response is None:
        why, code = ENDED.get(result.symptom, (result.symptom, 56))
        return [f"* {why}", "* Closing connection 0", f"curl: ({code}) {why}"]
    last = "* Closing connection 0"
    if result.response.keeps_alive:
        last = f"* Connection #0 to host {record.call.name} left intact"
    *body, rest = result.response.body.decode("utf-8", "replace").split("\n")
    # curl keeps a line that does not end until it ends itself
    return [*_head("<", result.response), *body, last, *([rest] if rest else [])]


def _head(mark: str, message: Message) -> list[str]:
    headers = (f"{name}: {value}" for name, value in message.headers)
    return [f"{mark} {line}" for line in (message.start, *headers, "")]
