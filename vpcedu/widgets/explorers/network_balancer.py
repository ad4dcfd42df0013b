"""Network balancer: which target, whose address it sees, its PROXY header, when a flow is gone."""

from __future__ import annotations

from functools import lru_cache

from vpcedu import draw
from vpcedu.reasons import IDLE_TIMEOUT, OWN_SOURCE
from vpcedu.sites.two_targets import Tries, in_a_row, nlb_site, source_at_target, target_of
from vpcedu.sites.visit import Visit
from vpcedu.widgets.parts.controls import check, choice, menu, slider
from vpcedu.widgets.parts.explorer import KEPT, Explorer, Frame, tallest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PRESERVE = {"default": None, "on": True, "off": False}
SILENT = (0, 30, 50, 70, 120, 200, 300, 340, 360, 400, 1_000, 5_900, 6_100)  # seconds
IDLE = (60, 350, 6_000)
MOST = 8  # connections
ABOUT = (
    "The node of the Network Load Balancer and its two targets. Each new connection has a port and "
    "a first number of its own; a hash of them and of the addresses chooses the target. In the "
    "middle: the addresses of its first packet, as sent, at the node, and at the target; what "
    "was rewritten is boxed. Below: which target each of the connections so far got."
)


@lru_cache(KEPT)
def _visits(
    target_type: str,
    preserve: str,
    proxy: bool,
    opener: str,
    connection: int,
    silent: int,
    idle: int,
) -> Tries:
    site = nlb_site(target_type, PRESERVE[preserve], proxy, idle)
    return in_a_row(site, connection, opener, silent)


def frame(
    target_type: str = "instance",
    preserve: str = "default",
    proxy: bool = False,
    opener: str = "client",
    connection: int = 1,
    silent: int = 0,
    idle: int = 350,
) -> Frame:
    """Picture and sentence for one setting."""
    visits = _visits(target_type, preserve, proxy, opener, connection, silent, idle)
    return Frame(draw.chosen(visits), sentence(visits[-1], connection, proxy, silent, idle))


def sentence(visit: Visit, connection: int, proxy: bool, silent: int, idle: int) -> str:
    """What happened to this connection, and why."""
    target, source = target_of(visit), source_at_target(visit)
    own = visit.capture.traces[0].packet.flow.src == source
    parts = [
        (
            f"Connection {connection} of {visit.opener} goes to {target}, which sees {source}: "
            f"{f'the address of {visit.opener} itself' if own else 'the NLB node'}."
        )
    ]
    lost = {trace.dropped.reason for trace in visit.capture if trace.dropped}
    if OWN_SOURCE in lost:
        parts.append(
            f"That is its own address, so it drops the packet; {visit.opener} sees: {visit.symptom}."
        )
        return " ".join(parts)
    if IDLE_TIMEOUT in lost:
        parts.append(
            f"After {silent} s of silence its flow entry was gone (idle timeout {idle} s): "
            f"the NLB node answers RST{_fate_of_rst(visit)}."
        )
    elif silent:
        parts.append(
            f"After {silent} s of silence its flow entry was still there (idle timeout {idle} s)."
        )
    if proxy and IDLE_TIMEOUT not in lost:
        parts.append("28 bytes come before the request; this server does not read them.")
    return " ".join([*parts, f"{visit.opener} sees: {visit.symptom}."])


def _fate_of_rst(visit: Visit) -> str:
    """Where the RST of the NLB node was lost, if it was."""
    lost = next((t.dropped for t in visit.capture if t.sender == "NLB node" and t.dropped), None)
    return (
        f", which is lost at {lost.at}: {lost.check}, because that forgot the flow as well"
        if lost
        else ""
    )


class NetworkBalancer(Explorer):
    """The explorer of a Network Load Balancer.

    Set `target_type`, `preserve`, `proxy`, `opener`, `connection`, `silent`, `idle`, or move them.
    """

    page = "07-network-load-balancer"

    def __init__(
        self, target_type: str = "instance", opener: str = "client", connection: int = 1
    ) -> None:
        self.target_type = choice(
            "Registered by", (("instance", "instance"), ("address (ip)", "ip")), target_type
        )
        self.preserve = menu("Address kept", tuple((word, word) for word in PRESERVE), "default")
        self.proxy = check("PROXY header v2")
        self.connection = slider("Connection", connection, range(1, MOST + 1), 335, 90)
        self.silent = slider("Then silent, s", 0, SILENT, 335)
        self.opener = choice("Who calls", (("client", "client"), ("web 1", "web 1")), opener)
        self.idle = menu("Idle timeout, s", tuple((f"{limit:,}", limit) for limit in IDLE), 350)
        height = tallest([frame(target_type, opener=opener, connection=connection).picture])
        super().__init__(
            frame,
            height,
            ABOUT,
            target_type=self.target_type,
            preserve=self.preserve,
            proxy=self.proxy,
            connection=self.connection,
            silent=self.silent,
            opener=self.opener,
            idle=self.idle,
        )

    def no_effect(self, **values: Any) -> dict[str, str]:
        """What cannot matter: a default that is not asked for, and what comes after a lost SYN."""
        found = {}
        if values["preserve"] != "default":
            found["target_type"] = (
                f"decides only the default, and the address is kept: {values['preserve']}"
            )
        if not any(trace.packet.data for trace in _visits(**values)[-1].capture):
            found |= dict.fromkeys(("silent", "proxy"), "the connection is never established")
        return found
