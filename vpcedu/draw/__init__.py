"""Draw: a visit as a picture, made from its capture and from nothing else.

`ladder` shows every packet in the order of time, `map` where packets go or who opens connections, or a VPC alone,
`audit` what the Internet reaches in one, `filters` every check of a round trip, `table` the table that decided about a
packet, `header` what a gateway changes in it, `ledger` the two connections of a proxy beside the one flow of a Network
Load Balancer, `states` one end's way through TCP's states, `clocks` who forgets a silent connection when, `handshake`
a connection's opening to scale, `ports` how many ephemeral ports a load takes, `site` who is where before anything is
sent, `translations` a NAT's table as time goes by, `sides` what a balancer gets and what it sends on, `ways` the same
moment by several ways, `beside` what a kernel sent beside what the model sends. All give a Picture, which a notebook
shows by itself. A scene (pure data) is laid out first and painted by matplotlib when someone looks; importing this
package does not import matplotlib.
"""

from __future__ import annotations

from vpcedu.facade import lazy

__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        "audit_layout": ("audit",),
        "beside_layout": ("beside",),
        "clocks_layout": ("clocks",),
        "filters_layout": ("filters",),
        "handshake_layout": ("handshake",),
        "header_layout": ("header",),
        "ladder_layout": ("ladder",),
        "ledger_layout": ("ledger",),
        "map_layout": ("map",),
        "picture": ("Picture",),
        "ports_layout": ("ports",),
        "sides_layout": ("sides",),
        "site_layout": ("site",),
        "states_layout": ("states",),
        "table_layout": ("table",),
        "translations_layout": ("translations",),
        "ways_layout": ("ways",),
    },
)
