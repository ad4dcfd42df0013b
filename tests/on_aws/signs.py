"""What shows each inferred fact on AWS, if it is true and if it is false.

tests/test_on_aws.py holds the ids to tests/facts.py: every inferred fact stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from .visits import Setting

CLASSIC, APPLICATION = Setting("classic-tcp", "instance"), Setting("application", "instance")
NETWORK, GATEWAY = Setting("network", "instance"), Setting("network", "gateway")
NO_ROUTE = NETWORK._replace(routed=False)
Looked = tuple[Setting, str]


class Sign(NamedTuple):
    """The visits (or calls) that show a fact, and what is to be seen; none: no capture can."""

    visits: tuple[Looked, ...]
    true: str
    false: str
    beyond: str = ""  # what the kit does not show

    def verdict(self, found: Mapping[Looked, bool]) -> str:
        """What the comparisons made so far say of the fact."""
        if not self.visits:
            return "not shown by the kit"
        if wrong := [one for one in self.visits if found.get(one) is False]:
            return f"DIFFERS in {', '.join(map(name, wrong))}: look at the packets"
        if missing := [one for one in self.visits if one not in found]:
            return f"open: {', '.join(map(name, missing))} not captured"
        return "as the model says" + (f"; not shown: {self.beyond}" if self.beyond else "")


def name(looked: Looked) -> str:
    """A state and a visit as text, such as "network-instance-yes page"."""
    (balancer, nat, routed), visit = looked
    return f"{balancer}-{nat}-{'yes' if routed else 'no'} {visit}"


SIGNS = {
    "subnet-usable": Sign(
        ((NETWORK, "subnets"),),
        "`describe-subnets`: 11 free addresses in the empty subnet 10.0.3.0/28",
        "another number",
    ),
    "route-state": Sign(
        ((NETWORK, "routes"), (NETWORK, "gone")),
        "the NAT instance terminated: its route stays, with the state `blackhole`; web's SYNs leave"
        " web and arrive nowhere",
        "the route is gone or `active`, or server sees a SYN",
    ),
    "igw-1to1-nat": Sign(
        ((NETWORK, "page"), (NETWORK, "out")),
        "the client sends from its private address and port 50000: web sees its public address and"
        " port 50000; server sees the NAT's Elastic IP and the port with which the packet left the NAT",
        "another port, or a private address on the far side",
    ),
    "nacl-vs-sg-order": Sign(
        (),
        "nothing: what both refuse is lost in either order, before a capture or behind it",
        "nothing. Reachability Analyzer lists components in an order, which is AWS's word, not a packet",
    ),
    "clb-return": Sign(
        ((CLASSIC, "page"), (CLASSIC._replace(routed=False), "page")),
        "web answers the node's private address; the NAT sees nothing; the same without a default route",
        "packets at the NAT, or no page without the default route",
    ),
    "alb-xff-trust": Sign(
        ((APPLICATION, "forged"),),
        "the client sends X-Forwarded-For: 198.51.100.99; web reads that and, to its right, the client",
        "the forged entry is the rightmost, or the only one",
    ),
    "nlb-return": Sign(
        ((NETWORK, "page"), (GATEWAY, "page")),
        "web's packets go to the client's public address; the client gets them from the balancer's"
        " address; the NAT, to which web's route leads, sees none",
        "web's packets at the NAT, or the client gets them from another address, or not at all",
    ),
    "nlb-return-noroute": Sign(
        ((NO_ROUTE, "page"),),
        "the same page without a default route in web's table",
        "SYN,ACKs leave web and the client gets none",
    ),
    "nlb-return-late": Sign(
        ((NETWORK, "late"),),
        "web answers after 400 s of silence and nobody gets it, neither the client nor the NAT; when"
        " the client closes after 430 s it gets RST",
        "the answer at the client or at the NAT, or no RST at the client",
        "RST to web, which the security group of this balancer hides; other protocols than TCP",
    ),
    "nlb-return-outside": Sign(
        (),
        "nothing: it needs a target beyond a VPN, Direct Connect or a peering, which the kit does not"
        " build",
        "nothing",
    ),
    "tcp-closed-vs-dropped": Sign(
        ((NETWORK, "closed"), (NETWORK, "dropped")),
        "to server's port 443, where nobody listens: one SYN, one RST; to port 8080, which the NAT's"
        " group refuses: SYNs after 0, 1, 3 and 7 s, and silence",
        "silence from the closed port, or RST from the filter",
    ),
    "nat-basic-napt": Sign(
        ((NETWORK, "page"), (GATEWAY, "out")),
        "the Internet gateway keeps port 50000; server sees another port than web's 50003 from the NAT"
        " gateway",
        "the Internet gateway changes a port; or the NAT gateway keeps 50003, which once can be chance",
    ),
    "nat-overload": Sign(
        (),
        "nothing: it needs several hosts and more connections than one address has ports",
        "nothing",
    ),
}


def table() -> list[str]:
    """The table of README.md, as lines of Markdown."""
    lines = ["| fact | state and visit | if it is true | if it is false |", "|---|---|---|---|"]
    for fact, sign in SIGNS.items():
        where = "; ".join(map(name, sign.visits)) or "none"
        true = sign.true + (f" (not shown: {sign.beyond})" if sign.beyond else "")
        lines.append(f"| {fact} | {where} | {true} | {sign.false} |")
    return lines
