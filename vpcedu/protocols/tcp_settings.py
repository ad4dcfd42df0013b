"""TCP's settings: how often and when a segment is sent again, and what a SYN offers.

They also say how long TIME-WAIT lasts.

Linux counts tries, the RFC seconds. LINUX is a kernel since 6.5, whose first five SYNs are one
second apart (tcp_syn_linear_timeouts). Sources: ip-sysctl; tcp(7); Linux' include/net/tcp.h; RFC
6298 sections 2.1, 2.4 and 2.5 (first, least and most); RFC 9293 sections 3.4.2 (MSL: 2 minutes) and
3.8.3 (SYN: at least 3 minutes); for the options of a SYN RFC 7323 (timestamps, window scale) and
RFC 2018 (SACK).

A Linux SYN offers SACK, timestamps and window scale besides the MSS, and so does one here, in the
same order. Nothing is selectively acknowledged all the same. And windows are at most 65,535 bytes:
the scale offered is 0, which changes none (RFC 7323 section 2.2), where Linux mostly offers 7.
"""

from __future__ import annotations

from vpcedu.clock import MILLISECOND, SECOND
from vpcedu.row import NamedRow

FIRST_RTO = SECOND  # RFC 6298 section 2.1
# RFC 6298 section 5.7: the time-out for data where the SYN had to be sent again
AFTER_LOST_SYN = 3 * SECOND


class KeepAlive(NamedRow):
    """When a connection that is silent is probed.

    Silence before the first probe, time between probes (both microseconds), and how many may go
    unanswered.
    """

    idle: int
    interval: int
    probes: int


class Settings(NamedRow):
    """How often and when segments are sent again, and what a SYN offers.

    How often SYN, SYN,ACK and data are sent again (`linear`: SYNs one second apart before the
    doubling); least and most RTO and the length of TIME-WAIT (microseconds); the MSS offered
    (bytes); whether Linux' other options are offered, of which timestamps alone have an effect;
    keep-alive or None.
    """

    syn: int
    linear: int
    synack: int
    data: int
    least: int
    most: int
    time_wait: int
    mss: int
    timestamps: bool
    keepalive: KeepAlive | None


# Linux' defaults, where a program asks for keep-alive
KEEP_ALIVE = KeepAlive(7_200 * SECOND, 75 * SECOND, 9)
LINUX = Settings(6, 4, 5, 15, 200 * MILLISECOND, 120 * SECOND, 60 * SECOND, 1_460, True, None)
# a SYN with an MSS alone, as tcp_timestamps, tcp_sack and tcp_window_scaling of 0 make it
PLAIN = LINUX._replace(timestamps=False)
LINUX_BEFORE_6_5 = LINUX._replace(linear=0)  # SYNs at 0, 1, 3, 7, 15, 31, 63 s; given up at 127 s
RFC_9293 = Settings(7, 0, 7, 15, SECOND, 120 * SECOND, 240 * SECOND, 1_460, False, None)
