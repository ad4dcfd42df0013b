"""Ladder: every packet of a visit as an arrow between lifelines, in the order of time from top to bottom.

An arrow ends at a host and goes through a gateway, which marks it with a diamond where it rewrites. The thick
bars above say who opened each connection and where it ends. Places come from the whole capture, never from the
packet that is lit: under a slider nothing jumps.
"""

from __future__ import annotations

from vpcedu.draw.frame import TOP, footing, heading
from vpcedu.draw.ladder_arrows import STATE, Arrows
from vpcedu.draw.ladder_bars import bars
from vpcedu.draw.ladder_heads import HEAD, grounds, heads, posts
from vpcedu.draw.ladder_ink import row_items
from vpcedu.draw.ladder_rows import ends_of, rows_of, since, states_of
from vpcedu.draw.lifelines import lifelines
from vpcedu.draw.scene import Scene, Text
from vpcedu.draw.style import NOTE, WIDTH
from vpcedu.draw.fonts import width_of
from vpcedu.draw.words import alternative, finding, loss_words, losses, packet_words, subtitle
from vpcedu.views.conversations import conversations
from vpcedu.views.explain import answer_legs, blocker, label, verdict
