"""Handshake: a picture to scale, and a sentence that says what the client finds out.

You choose round trip, losses, server and kernel.
"""

from __future__ import annotations

from vpcedu import draw
from vpcedu.draw.time.handshake_words import sentence
from vpcedu.sites.two_hosts import KERNELS, SEGMENTS, SERVERS, handshake
from vpcedu.widgets.parts.controls import check, choice, slider
from vpcedu.widgets.parts.explorer import Explorer, Frame, tallest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.trace import Capture

LOSABLE = {
    "1st SYN": "first_syn",
    "2nd SYN": "second_syn",
    "1st SYN ACK": "first_syn_ack",
    "1st ACK": "first_ack",
}
ABOUT = (
    "Time runs down and is drawn to scale. Slanted arrows are segments; a cross is where "
    "one was lost. The margins show the states of each end, and the waits before a segment "
    "is sent again."
)
WORDS = {"up": "listening", "closed": "port closed", "silent": "silent"}


def frame(round_trip: int, server: str, kernel: str, **lost: bool) -> Frame:
    """Picture and sentence for one setting; `lost` has LOSABLE's names, like first_syn=True."""
    words = tuple(word for word, name in LOSABLE.items() if lost.get(name))
    visit = handshake(round_trip, words, server, kernel)
    idle = tuple(
        word for word, is_gone in zip(words, _met(words, visit.capture), strict=True) if not is_gone
    )
    note = f" ({', '.join(idle)}: never sent here, so not lost.)" if idle else ""
    return Frame(draw.handshake(visit), sentence(visit) + note)


def _met(words: tuple[str, ...], capture: Capture) -> list[bool]:
    """For each word whether such a segment was sent at all."""
    counts: dict[int, int] = {}
    for trace in capture:
        counts[trace.packet.flags] = counts.get(trace.packet.flags, 0) + 1
    return [counts.get(SEGMENTS[word][0], 0) >= SEGMENTS[word][1] for word in words]


class Handshake(Explorer):
    """The explorer of the handshake.

    Set `round_trip`, `server`, `kernel`, `first_syn` and so on, or move them.
    """

    page, lines = "02-a-tcp-connection", 2

    def __init__(
        self, round_trip: int = 200, server: str = "up", kernel: str = "since 6.5"
    ) -> None:
        self.round_trip = slider("Round trip, ms", round_trip, range(20, 501, 20))
        self.server = choice("Server", tuple((WORDS[word], word) for word in SERVERS), server)
        self.kernel = choice("Linux", tuple((name, name) for name in KERNELS), kernel)
        boxes = {name: check(f"{word} lost") for word, name in LOSABLE.items()}
        self.first_syn, self.second_syn, self.first_syn_ack, self.first_ack = boxes.values()
        height = tallest([frame(round_trip, server, kernel).picture])
        super().__init__(
            frame,
            height,
            ABOUT,
            round_trip=self.round_trip,
            **boxes,
            server=self.server,
            kernel=self.kernel,
        )

    def no_effect(self, **values: Any) -> dict[str, str]:
        """The boxes for segments that nobody sends, and the kernel where both wait alike."""
        words = [word for word, name in LOSABLE.items() if not values[name]]
        lost = tuple(word for word, name in LOSABLE.items() if values[name])
        reasons = {}
        visits = [handshake(values["round_trip"], lost, values["server"], name) for name in KERNELS]
        if len({tuple(trace.steps[0].now for trace in visit.capture) for visit in visits}) == 1:
            reasons["kernel"] = "both wait the same time here"
        for word in words:
            tried = (*lost, word)
            visit = handshake(values["round_trip"], tried, values["server"], values["kernel"])
            if not _met(tried, visit.capture)[-1]:
                reasons[LOSABLE[word]] = "nobody sends this segment here"
        return reasons
