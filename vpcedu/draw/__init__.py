"""Draw: a visit as a picture, made from its capture and from nothing else.

`ladder` shows every packet in the order of time, `map` where packets go or who opens connections,
or a VPC alone, `audit` what the Internet reaches in one, `filters` every check of a round trip,
`table` the table that decided about a packet, `header` what a gateway changes in it, `ledger` the
two connections of a proxy next to the one flow of a Network Load Balancer, `states` one end's path
through TCP's states, `clocks` who forgets a silent connection when, `handshake` a connection's
opening to scale, `ports` how many ephemeral ports a load takes, `site` who is where before anything
is sent, `translations` a NAT's table as time goes by, `sides` what a balancer gets and what it
sends on, `chosen` which target a Network Load Balancer chose for each connection, `ways` the same
moment in several setups, `side_by_side` two visits as narrow maps, `beside` what a kernel sent next
to what the model sends. All give a Picture, which a notebook shows by itself. A scene (pure data)
is laid out first and painted by matplotlib when someone looks; importing this package does not
import matplotlib.
"""

from __future__ import annotations

from vpcedu.facade import lazy

__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        "plan.audit": ("audit",),
        "compare.kernel_beside_model": ("beside",),
        "time.clocks": ("clocks",),
        "checks.scene_of": ("filters",),
        "time.handshake": ("handshake",),
        "tables.header": ("header",),
        "ladders.scene_of": ("ladder",),
        "tables.ledger": ("ledger",),
        "either.any_map": ("map",),
        "either.former": ("ladder_scene", "map_scene"),
        "canvas.picture": ("Picture",),
        "maps.chosen_targets": ("chosen",),
        "time.ephemeral_ports": ("ports",),
        "maps.side_by_side": ("side_by_side",),
        "tables.both_sides": ("sides",),
        "either.described": ("site",),
        "time.states": ("states",),
        "tables.deciding_table": ("table",),
        "tables.translations": ("translations",),
        "compare.all_balancers": ("ways",),
    },
)
