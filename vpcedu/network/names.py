"""Names: what DNS answers for a load balancer or a host of the Internet.

A balancer's name leads to the addresses of its nodes, and the order turns from answer to answer.
The node of a zone without a healthy target is left out; if that leaves nobody, all stay. A look-up
is no packet of the model, and nobody remembers an answer (AWS says: for 60 s). Sources: ELB user
guide, "How Elastic Load Balancing works"; Application Load Balancers guide, "Target group health";
Route 53 guide, "How Amazon Route 53 chooses records" (all unhealthy: all).
"""

from __future__ import annotations

from vpcedu.quoting import quoted
from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Name(NamedRow):
    """A DNS name and its addresses."""

    name: str
    addresses: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name} > {', '.join(self.addresses)}"


class PrefixList(NamedRow):
    """A prefix list: its id, its name (for AWS's own com.amazonaws.region.service), its blocks."""

    name: str
    service: str
    blocks: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name} ({self.service})"


class Names:
    """The names of one network and how often each was asked for."""

    def __init__(self, rows: tuple[Name, ...]) -> None:
        self._rows = {row.name: row.addresses for row in rows if row.addresses}
        self._asked = dict.fromkeys(self._rows, 0)

    def resolve(self, name: str, in_service: Callable[[str], bool] | None = None) -> str:
        """The address that stands first in the answer this time; ValueError names the known names.

        in_service: says whether an address may be answered; None: all may.
        """
        if name not in self._rows:
            raise ValueError(
                f"no such name {quoted(name)}: expected one of {', '.join(sorted(self._rows)) or 'none'}"
            )
        addresses = tuple(filter(in_service, self._rows[name])) or self._rows[name]
        self._asked[name] += 1
        return addresses[(self._asked[name] - 1) % len(addresses)]
