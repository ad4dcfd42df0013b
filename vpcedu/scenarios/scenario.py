"""Scenario: a site with a planted fault, the visit that suffers, and what people see.

It also has the cause, and how it is undone.
"""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.network.record import Call
from vpcedu.network.vpc import Device
from vpcedu.packet import FIN, SYN
from vpcedu.protocols.http import request
from vpcedu.quoting import quoted
from vpcedu.row import NamedRow
from vpcedu.sites.parts import PAGE
from vpcedu.sites.programs import Later
from vpcedu.sites.site import Site
from vpcedu.sites.visit import Visit
from vpcedu.trace import DROP
from vpcedu.views.decided import tracked_of
from vpcedu.views.outcome import WORKS
from vpcedu.views.text import fold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

LONG = 240  # letters: of a longer line only the part that matters is shown


class Scenario(NamedRow):
    """A symptom that people meet.

    name, entry: its name, and the number of the symptom it belongs to. says: one sentence. build:
    makes the site with the fault in it. play: has the visit happen there. sees, logs: what
    `client_sees` and `balancer_logs` then are. cause: words of `evidence` that name it. undo,
    undoing: takes the fault out of a site, and that in words; None where nothing is wrong and the
    behaviour only surprises.
    """

    name: str
    entry: int
    says: str
    build: Callable[[], Site]
    play: Callable[[Site], Visit]
    sees: str
    cause: str
    logs: tuple[str, ...] = ()
    undo: Callable[[Site], Site] | None = None
    undoing: str = ""

    def visit(self) -> Visit:
        """The visit with the fault."""
        return self.play(self.build())

    def undone(self) -> Visit:
        """The same visit with the fault undone; ValueError where nothing is wrong."""
        if self.undo is None:
            raise ValueError(
                f"scenario {quoted(self.name)} shows correct behaviour: expected one with a fault to undo"
            )
        return self.play(self.undo(self.build()))

    def __repr__(self) -> str:
        return f"<Scenario {self.name}: {self.says}>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """In a notebook: the story."""
        printer.text(str(self))

    def __str__(self) -> str:
        """The story, run."""
        visit = self.visit()
        lines = [
            f"{self.name} (symptom {self.entry}): {self.says}",
            f"{visit.opener} sees: {visit.client_sees}.",
        ]
        if visit.balancer_logs:
            lines.append(f"The balancer's log: {', '.join(visit.balancer_logs)}.")
        line = next(line for line in evidence(visit) if self.cause in line)
        lines.append(f"What the capture shows: {line if len(line) < LONG else self.cause}")
        if self.undo is not None:
            lines.append(
                f"Undone ({self.undoing}), {visit.opener} sees: {self.undone().client_sees}."
            )
        return "\n".join(fold(line) for line in lines)


def evidence(visit: Visit) -> list[str]:
    """What a capture shows of a cause, as lines.

    Each loss with its row, what ends and applications noted, and the answer.
    """
    lines = [
        f"{step.at}, {step.check}: {step.reason.code}"
        + (f" ({step.row})" if step.row is not None else "")
        for trace in visit.capture
        for step in trace.steps
        if step.action == DROP and step.reason is not None
    ]
    for trace in visit.capture:
        change = trace.last.change
        if (
            trace.packet.flags == SYN
            and change is not None
            and change.before == change.after != "SYN-RECEIVED"
        ):
            lines.append(
                f"{trace.last.at}, deliver: SYN for a connection that is {change.after} already"
                f" ({trace.last.before.flow})"
            )
    lines += [
        f"{trace.sender}: {trace.cause}: FIN to {trace.packet.flow.destination}"
        for trace in visit.capture
        if trace.cause.what == "idle timeout" and trace.packet.flags & FIN
    ]
    lines += [
        f"{event.who}: {event.what}: {event.row}"
        for event in visit.capture.events
        if event.what != "state"
    ]
    lines += [
        f"{step.at}, {step.check}: {step.row}"
        for trace in visit.capture
        for step in trace.steps
        if tracked_of(step) is not None and step.check == "group in"
    ]
    return [*dict.fromkeys(lines), visit.answer.replace("\n", " ")]


# What scenarios are built with.


def device(site: Site, name: str) -> Device:
    """A device's row."""
    return next(device for device in site.vpc.devices if device.name == name)


def with_settings(site: Site, name: str, kind: type | None = None, **settings: Any) -> Site:
    """The same site with a device that is made with other settings, or of another class."""
    row = device(site, name)
    both = tuple((dict(row.settings) | settings).items())
    new = Device(name, kind or row.kind, both)
    return site if new == row else site.replace(row, new)


def fetched(
    url: str = PAGE, opener: str = "client", headers: tuple[tuple[str, str], ...] = ()
) -> Callable[[Site], Visit]:
    """Run: fetch a page."""
    return lambda site: site.get(url, opener, headers)


def first_failure(visits: Iterable[Visit]) -> Visit:
    """The first of some visits that does not work, else the last."""
    last = None
    for visit in visits:
        last = visit
        if visit.client_sees != WORKS:
            break
    if last is None:
        raise ValueError("no visits: expected one or more")
    return last


def patient(
    site: Site,
    opener: str,
    name: str,
    port: int,
    seconds: int,
    silent: int = 0,
    changes: Iterable[tuple[Any, Any]] = (),
) -> Visit:
    """Connect, ask for a page, and wait that many seconds in all, whatever happens.

    silent: seconds before it asks. changes: rows of the description, and what replaces them
    after a second.
    """
    message = request("GET", "/", name)
    begun = site.begin(
        Call(opener, name, port, message), Later(message, site.network.clock.now, silent * SECOND)
    )
    end = begun.at + seconds * SECOND
    if changes:
        site.wait(SECOND)
    for row, new in changes:
        site.network.replace(row, new)
    site.network.run(end)
    return begun.visit()


def whole(site: Site, visit: Visit) -> Visit:
    """The same visit with all that its site has ever seen.

    What went before is therefore in its capture.
    """
    return Visit(
        visit.call,
        visit.result,
        site.network.capture.since(0, 0),
        visit.vpc,
        visit.seed,
        visit.waited,
    )
