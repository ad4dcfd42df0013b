"""Leg: a network interface as the files tell of it."""

from __future__ import annotations

from vpcedu.aws.located import At
from vpcedu.gateways.internet_gateway import Association
from vpcedu.network.interface import Interface
from vpcedu.row import NamedRow


class InterfaceLeg(NamedRow):
    """An interface row, its public addresses, and AWS's type and description.

    It also has its place among its device's interfaces, and its source.
    """

    interface: Interface
    associations: tuple[Association, ...]
    kind: str
    description: str
    order: int
    at: At
