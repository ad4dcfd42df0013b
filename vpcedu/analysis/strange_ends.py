"""Strange ends: what somebody asks about and no packet can be sent from or to, with the reason.

Such are a gateway's id, an IPv6 address, the address of a host behind a VPN or a transit gateway as
the source, a service of AWS whose addresses no file has. The answer to a question with one is that
it is unknown, and why. A word that nothing has is refused: see `ends.find`.
"""

from __future__ import annotations

from vpcedu.analysis.endpoint_services import service_addresses
from vpcedu.analysis.ends import find, is_inside
from vpcedu.analysis.question import TCP, checked
from vpcedu.network.vpc import Unknown
from vpcedu.quoting import quoted
from vpcedu.sites.field import is_numeric
from vpcedu.tables.route_table import RouteTable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from vpcedu.analysis.ends import Question
    from vpcedu.network.vpc import Vpc

SERVICES = ("s3", "dynamodb")  # those that have gateway endpoints
ENTRIES = "aws ec2 get-managed-prefix-list-entries"


def strange(vpc: Vpc, question: Question) -> tuple[Unknown, ...]:
    """What is unknown of a question before any packet is sent; () where packets can be.

    ValueError for a port, a protocol or an end that cannot be.
    """
    checked(question)
    if service_addresses(vpc, question.source):
        raise ValueError(
            f"source {quoted(question.source)} opens no connections: expected a host, not a service"
        )
    found = {}
    for word in (question.source, question.destination):
        found[word] = tuple(_reasons(vpc, word))
        if not found[word]:
            find(vpc, word)
    reasons = (
        *found[question.source],
        *found[question.destination],
        *(() if found[question.source] else _behind(vpc, question.source)),
    )
    return (*reasons, *_datagrams(vpc, question, bool(found[question.destination])))


def _reasons(vpc: Vpc, word: str) -> Iterator[Unknown]:
    """Why nobody can send packets to or from a word; nothing where one can."""
    known = {row.about: row for one in vpc.everyone for row in one.other_ends}
    here = {name for one in vpc.everyone for row in one.interfaces for name in (row.device, row.id)}
    if word in known and word not in here:
        yield known[word]
    elif word.count(":") > 1 and {*word.lower()} <= {*"0123456789abcdef:."}:
        yield Unknown(word, f"{word} is an address of IPv6, which is not modelled")
    elif not service_addresses(vpc, word):
        service = next((row.vpc for one in vpc.everyone for row in one.peerings
                        if word in (row.name, row.vpc) and row.name.startswith("vpce-")), "")  # fmt: skip
        if service or word in SERVICES:
            yield Unknown(word, f"no file has the addresses of {service or word}", ENTRIES)


def _behind(vpc: Vpc, word: str) -> Iterator[Unknown]:
    """A source that was left out, or one outside to which a route leads out of the model."""
    there = find(vpc, word)
    address = there.address
    if there.device:
        return
    yield from (row for one in vpc.everyone for row in one.unknown if row.about == address)
    if not is_numeric(word) or is_inside(vpc, address):
        return
    for one in vpc.everyone:
        for rows in one.route_tables.values():
            route = RouteTable(rows).lookup(address)
            if route is not None and route.target in one.beyond:
                words = f"{word} is behind {route.target} ({route.table}: {route})"
                yield Unknown(word, f"{words}, and what comes from there is not modelled")
                return


def _datagrams(vpc: Vpc, question: Question, is_strange: bool) -> Iterator[Unknown]:
    """What is unknown of a question of UDP: everything; a listener of its port is named."""
    if question.protocol == TCP:
        return
    words = f"{question.protocol.upper()} is not modelled: a question of TCP alone is simulated"
    yield Unknown(question.destination, words)
    there = "" if is_strange else find(vpc, question.destination).address
    names = [row.name for one in vpc.everyone for row in one.names if there in row.addresses]
    listeners = {f"{name}:{question.port}" for name in (question.destination, *names)}
    yield from (row for one in vpc.everyone for row in one.unknown if row.about in listeners)
