"""Transit: where a transit gateway takes a VPC's packets, as far as its tables tell.

A packet that a route sends to the gateway is looked up once more, in the gateway's route table that
the VPC's attachment is associated with. It leads to an attachment, and in that VPC the route table
of the attachment's subnet leads on. The gateway keeps a packet in its zone where it can. Source:
AWS Transit Gateway guide, "How AWS Transit Gateway works". Left out: network ACLs of attachments'
subnets, appliance mode, VPNs, peerings. So a packet that is lost behind the gateway is lost; of one
that gets through nobody can tell here: see `analysis.unknown`.
"""

from __future__ import annotations

from vpcedu.row import NamedRow
from vpcedu.tables.route_table import Route

MOST_TRANSITS = 4  # gateways that a packet may pass between two interfaces


class TransitAttachment(NamedRow):
    """An attachment of a transit gateway: its name, its VPC, and the subnets that it is in."""

    name: str
    vpc: str
    subnets: tuple[str, ...]


class Transit(NamedRow):
    """What a VPC's packets meet at a transit gateway.

    own: the VPC's attachment. routes: of the gateway's table that it is associated with; their
    targets are attachments. attachments: those that are known.
    """

    gateway: str
    own: TransitAttachment
    routes: tuple[Route, ...]
    attachments: tuple[TransitAttachment, ...]

    def into(self, target: str) -> TransitAttachment | None:
        """The attachment that a route leads to, if it is known."""
        return next((row for row in self.attachments if row.name == target), None)
