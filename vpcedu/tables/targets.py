"""Targets: what a balancer's node remembers of a target group: whose turn it is, who is healthy.

Before checks begin every target is used. Then a target is `initial`, the first check it passes
makes it `healthy`, and from there on a number of checks in a row turn it `unhealthy` or back.
Without a healthy target Application and Network Load Balancers fail open and use all of them, a
Classic one uses none. Sources: Application Load Balancers guide, "Health checks"; Network Load
Balancers guide, "Target groups" (routing failover); Classic guide, "Health checks" (that at both
the first pass is enough too: inferred). A target that drains gets nothing new. Left out: slow
start, stickiness, weights.
"""

from __future__ import annotations

from vpcedu.clock import SECOND
from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from vpcedu.flow import Endpoint
    from vpcedu.tables.target_group import TargetGroup

INITIAL, HEALTHY, UNHEALTHY = "initial", "healthy", "unhealthy"


class HealthCheck(NamedRow):
    """How targets are checked: TCP or HTTP, how often, and what counts as a failure.

    How many passes or failures in a row count, how often and how long to wait (microseconds); for
    HTTP the path, the codes of success and the user agent; port: None is the target's.
    """

    protocol: str
    healthy: int = 5
    unhealthy: int = 2
    interval: int = 30 * SECOND
    timeout: int = 5 * SECOND
    path: str = "/"
    port: int | None = None
    success: tuple[str, ...] = ("200",)
    agent: str = ""


class Targets:
    """One group at one node."""

    def __init__(self, group: TargetGroup, fails_open: bool) -> None:
        self.group, self.fails_open = group, fails_open
        self.states: dict[Endpoint, str] = {}  # empty until checks begin
        self.draining: set[Endpoint] = set()
        self._against: dict[Endpoint, int] = {}  # checks in a row that spoke against the state
        self._turn = 0
        self.chosen: Endpoint | None = None  # the first one that got something

    def begin(self) -> None:
        """From now on checks decide."""
        self.states = dict.fromkeys(self.group.targets, INITIAL)

    def note(self, target: Endpoint, passed: bool, check: HealthCheck) -> bool:
        """Count a check of a target; whether it changed the target's state."""
        before, now = self.states[target], HEALTHY if passed else UNHEALTHY
        self._against[target] = 0 if now == before else self._against.get(target, 0) + 1
        passes = 1 if before == INITIAL else check.healthy
        needed = passes if passed else check.unhealthy
        if self._against[target] < needed:
            return False
        self.states[target], self._against[target] = now, 0
        return True

    @property
    def healthy(self) -> tuple[Endpoint, ...]:
        """Who may be used because nothing speaks against it."""
        return tuple(
            t
            for t in self.group.targets
            if t not in self.draining and self.states.get(t, HEALTHY) == HEALTHY
        )

    @property
    def usable(self) -> tuple[Endpoint, ...]:
        """Who may be used: the healthy ones, or all where there are none and it fails open."""
        stay = tuple(t for t in self.group.targets if t not in self.draining)
        return self.healthy or (stay if self.fails_open else ())

    def gave_up(self, target: Endpoint) -> bool:
        """Whether a target is unhealthy and others are in its place."""
        return self.states.get(target) == UNHEALTHY and bool(self.healthy)

    def pick(self, busy: Sequence[Endpoint] = ()) -> Endpoint | None:
        """Whose turn it is, of the targets that appear least often in `busy`.

        None where no target may be used.
        """
        usable = self.usable
        turn, self._turn = self._turn, self._turn + 1
        order = [usable[(turn + i) % len(usable)] for i in range(len(usable))]
        return self._chose(min(order, key=busy.count, default=None))

    def hashed(self, number: int) -> Endpoint | None:
        """The target that a flow hash selects; None where no target may be used."""
        return self._chose(self.group._replace(targets=self.usable).pick(number))

    def _chose(self, target: Endpoint | None) -> Endpoint | None:
        self.chosen = self.chosen or target
        return target
