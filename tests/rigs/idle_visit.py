"""A visit that falls silent: a connection is left alone, and then used again by one end."""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.network.record import Call
from vpcedu.sites.programs import Stay
from vpcedu.sites.visit import Visit


def silent(site, opener, name, port, idle, again=None):
    """The opener connects, and after `idle` seconds one end sends five bytes.

    The end is `again` (None: the opener).
    """
    network = site.network
    begun = site.begin(Call(opener, name, port), Stay(network.clock.now))
    mine = begun.connection
    site.wait(idle * SECOND)
    sender = again or opener
    connections = network.devices[sender].connections
    theirs = next((c for c in connections.values() if c.flow.sport == port), mine)
    if (mine if sender == opener else theirs).state != "CLOSED":
        network.do(sender, "send", mine if sender == opener else theirs, b"hello")
    site.wait(5 * SECOND)
    return Visit(begun.call, begun.program.result, network.capture, site.vpc, site.seed)
