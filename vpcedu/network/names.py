"""Names: what DNS answers for a load balancer or a host of the Internet.

A balancer's name leads to the addresses of its nodes, and the order turns from answer to answer. A look-up
is no packet of the model. Source: ELB user guide, "How Elastic Load Balancing works".
"""

from __future__ import annotations

from collections import namedtuple


class Name(namedtuple("Name", ("name", "addresses"))):
    """A DNS name and its addresses."""

    __slots__ = ()
    name: str
    addresses: tuple[str, ...]


class Names:
    """The names of one network and how often each was asked for."""

    def __init__(self, rows: tuple[Name, ...]) -> None:
        self._rows = {row.name: row.addresses for row in rows}
        self._asked = dict.fromkeys(self._rows, 0)

    def resolve(self, name: str) -> str:
        """The address that stands first in the answer this time; ValueError names the known names."""
        if name not in self._rows:
            raise ValueError(f"no such name {name!r}: expected one of {', '.join(sorted(self._rows)) or 'none'}")
        addresses = self._rows[name]
        self._asked[name] += 1
        return addresses[(self._asked[name] - 1) % len(addresses)]
