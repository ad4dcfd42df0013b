"""A visit that falls silent: a connection is opened, left alone for some time, and then used again by one end."""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.flow import Endpoint
from vpcedu.lab.opening import Stay
from vpcedu.lab.visit import Visit
from vpcedu.network.record import Call


def silent(site, opener, name, port, idle, again=None):
    """The opener connects; after `idle` seconds the end `again` (None: the opener) sends five bytes."""
    network = site.network
    address = name if name[0].isdigit() else network.names.resolve(name)
    program = Stay(None, network.clock.now)
    mine = network.do(opener, "connect", Endpoint(address, port), program)
    network.run(network.clock.now + idle * SECOND)
    sender = again or opener
    connections = network.devices[sender].connections
    theirs = next((c for c in connections.values() if c.flow.sport == port), mine)
    if (mine if sender == opener else theirs).state != "CLOSED":
        network.do(sender, "send", mine if sender == opener else theirs, b"hello")
    network.run(network.clock.now + 5 * SECOND)
    return Visit(Call(opener, name, port), program.result, network.capture, site.vpc, site.seed)
