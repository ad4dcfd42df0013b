"""Exchange: what each connection carried, turn by turn, in a text that is the same for every run.

TLS is the one exception to "same seed, same bytes": OpenSSL draws its own random numbers, and the
sizes of its messages change with its version, and with them the number of segments and
acknowledgments. So segments of TLS that follow each other in one direction are joined and named by
their records only; bare acknowledgments and what is sent again are left out; no number of a packet,
no length and no sequence number is shown.
"""

from __future__ import annotations

from itertools import groupby

from vpcedu.network.conversations import Conversation
from vpcedu.packet import FIN, RST, SYN
from vpcedu.views.bytes.tls_records import is_tls, records
from vpcedu.views.explain import label

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.network.record import Record
    from vpcedu.trace import Trace


def exchange(visit: Record) -> str:
    """The connections of a visit, and under each what its ends said to each other."""
    lines: list[str] = []
    for talk in visit.talks:
        lines.append(f"Connection {talk.number}: {' > '.join(talk.path)}")
        turns = _turns(talk)
        wide = max((len(sender) for sender, _ in turns), default=0)
        lines += [f"  {sender:<{wide}}  {words}" for sender, words in turns]
    return "\n".join(lines) + "\n"


def _turns(talk: Conversation) -> list[tuple[str, str]]:
    """Who says what, in order."""
    telling = _telling(talk)
    first: dict[str, bytes] = {}
    for trace in telling:
        if trace.packet.data:
            first.setdefault(trace.sender, trace.packet.data)
    secret = {sender for sender, data in first.items() if is_tls(data)}
    waiting: dict[str, bytes] = {}  # by sender: the beginning of a record whose rest comes later
    turns: list[tuple[str, str]] = []
    for (sender, joined), traces in groupby(
        telling, lambda t: (t.sender, bool(t.packet.data) and t.sender in secret)
    ):
        if not joined:
            turns += [(sender, label(trace.packet)) for trace in traces]
            continue
        data = waiting.get(sender, b"") + b"".join(trace.packet.data for trace in traces)
        names, waiting[sender] = records(data)
        turns.append((sender, "TLS " + ", ".join(name for name, _ in groupby(names))))
    return turns


def _telling(talk: Conversation) -> list[Trace]:
    """The packets that carry bytes or flags, each once."""
    seen, telling = set(), []
    for trace in talk.traces:
        packet = trace.packet
        what = (trace.sender, packet.seq, packet.flags & (SYN | FIN | RST), bool(packet.data))
        if (packet.data or packet.flags & (SYN | FIN | RST)) and what not in seen:
            seen.add(what)
            telling.append(trace)
    return telling
