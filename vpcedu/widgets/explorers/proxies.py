"""Proxies: what the client sends and what web gets, with a balancer between.

The balancer is a Classic, an Application or a Network Load Balancer.
"""

from __future__ import annotations

from functools import lru_cache

from vpcedu import draw
from vpcedu.hosts.web_server import requests_seen
from vpcedu.protocols.forwarded import MODES, chain_of
from vpcedu.sites.parts import PAGE
from vpcedu.sites.reference_proxies import FORGED, WEBS, proxy_site
from vpcedu.sites.visit import Visit
from vpcedu.widgets.parts.controls import check, choice
from vpcedu.widgets.parts.explorer import KEPT, Explorer, Frame, tallest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

WORDS = {
    "Classic TCP": "classic-tcp",
    "Classic HTTP": "classic-http",
    "Application": "application",
    "Network": "network",
}
ABOUT = (
    "On the left what the client sends, on the right what of it reaches web. A black wall "
    "between them is a proxy: one connection ends there and another begins. A dotted line "
    "is a gateway: the same connection goes through. Bold on the right is what differs "
    "from the left."
)


@lru_cache(KEPT)
def _visit(balancer: str, web: str, mode: str, proxy: bool, forged: bool) -> Visit:
    return proxy_site(balancer, web, mode, proxy).get(PAGE, headers=FORGED if forged else ())


def frame(
    balancer: str,
    web: str = WEBS[0],
    mode: str = "append",
    proxy: bool = False,
    forged: bool = False,
) -> Frame:
    """Picture and sentence for one setting.

    The sentence says so where this balancer has no such mode or PROXY line.
    """
    has_mode, has_line = balancer == "application", balancer == "classic-tcp"
    visit = _visit(balancer, web, mode if has_mode else "append", proxy and has_line, forged)
    idle = (
        [f"mode {mode}: only for Application Load Balancers"]
        if mode != "append" and not has_mode
        else []
    ) + (["PROXY line: only for Classic TCP listeners"] if proxy and not has_line else [])
    return Frame(draw.sides(visit), sentence(visit) + (f" ({'; '.join(idle)}.)" if idle else ""))


def sentence(visit: Visit) -> str:
    """Whom web sees, and what the bytes say about the client."""
    talks = visit.talks
    seen = next((row for _, row in requests_seen(visit.capture)), None)
    if seen is None:
        opened = "connected at once, by the ELB node" if len(talks) > 1 else "never connected"
        got = next(
            (t for t in talks[-1].traces if t.delivered and t.packet.data and t.last.at == "web"),
            None,
        )
        why = "web's server does not know what a PROXY line is" if got else "nothing listens at web"
        return f"The client is {opened}; {why}. In the end the client sees: {visit.symptom}."
    whose = "the ELB node's own address" if len(talks) > 1 else "the client's own address"
    chain, claim = (
        chain_of(seen.request),
        chain_of(visit.call.request) if visit.call.request else None,
    )
    if chain is None:
        tells = (
            "The bytes do not say who the client is." if len(talks) > 1 else "No header is needed."
        )
    elif chain == claim:
        tells = f"X-Forwarded-For, {chain}, is only the client's claim; nobody checked it."
    else:
        tells = f"X-Forwarded-For is {chain}: only the last entry comes from the balancer."
    return f"web sees {seen.peer}, {whose}. {tells}"


class Proxies(Explorer):
    """The explorer of proxies; set `balancer`, `web`, `forged`, `mode`, `proxy`, or move them.

    What a balancer has no use for is disabled: its words say which balancer has.
    """

    page = "06-proxies"

    def __init__(self, balancer: str = "classic-tcp", web: str = WEBS[0]) -> None:
        self.balancer = choice("Balancer", tuple(WORDS.items()), balancer)
        self.web = choice("web", tuple((word, word) for word in WEBS), web)
        self.proxy = check("PROXY line (Classic TCP only)")
        self.mode = choice(
            "Header mode (Application only)", tuple((word, word) for word in MODES), "append"
        )
        self.forged = check("client claims to be 127.0.0.1")
        height = tallest([frame(balancer, web).picture])
        super().__init__(
            frame,
            height,
            ABOUT,
            balancer=self.balancer,
            web=self.web,
            proxy=self.proxy,
            mode=self.mode,
            forged=self.forged,
        )

    def no_effect(self, **values: Any) -> dict[str, str]:
        """What this balancer has no use for."""
        balancer, web = values["balancer"], values["web"]
        reasons = {}
        if balancer != "classic-tcp":
            reasons["proxy"] = "only a Classic TCP listener writes it"
        if balancer != "application":
            reasons["mode"] = "only an Application Load Balancer has modes"
        if web != WEBS[0]:
            reasons |= dict.fromkeys(("proxy", "mode"), "nothing listens at web, nobody reads it")
        if web != WEBS[0] and balancer == "network":
            reasons["forged"] = "no request is ever sent"
        return reasons
