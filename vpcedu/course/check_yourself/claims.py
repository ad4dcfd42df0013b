"""Claims: a symptom, and four answers that each say what would change it.

No key is stored. Each answer is a change of the network in which the symptom was seen; the network
with this change is built, and the same thing happens there. The answer is right if what people see
is then what was asked for. A wrong answer is a belief that people have, with a name.
"""

from __future__ import annotations

from vpcedu.row import NamedRow
from vpcedu.views.outcome import WORKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from vpcedu.row import Row
    from vpcedu.sites.site import Site
    from vpcedu.sites.visit import Visit

FORMS = ("A", "B")


class Claim(NamedRow):
    """An answer.

    belief: what somebody believes who gives it; of the right one, what one has to know. words: how
    it reads, in form A and form B. change: the same site with it done, in each form. play: what
    happens there, in each form, where the change is made while a connection is open.
    """

    belief: str
    words: tuple[str, str]
    change: tuple[Callable[[Site], Site], ...]
    play: tuple[Callable[[Site], Visit], Callable[[Site], Visit]] | None = None


class Symptom(NamedRow):
    """A symptom in two networks, and four answers.

    name; entry: the number of the story it belongs to; lesson: the one that shows it. asks: the
    question, in form A and form B. build, play: the network and what happens there. works: whether
    the question is what makes it work, or what stops it.
    """

    name: str
    entry: int
    lesson: str
    asks: tuple[str, str]
    build: tuple[Callable[[], Site], Callable[[], Site]]
    play: tuple[Callable[[Site], Visit], Callable[[Site], Visit]]
    claims: tuple[Claim, ...]
    works: bool = True

    def seen(self, form: str) -> str:
        """What people see in the network of a form, run now."""
        number = FORMS.index(form)
        return self.play[number](self.build[number]()).client_sees

    def tried(self, form: str, claim: Claim) -> str:
        """What they see where an answer was done, run now."""
        number = FORMS.index(form)
        play = (claim.play or self.play)[number]
        return play(claim.change[number](self.build[number]())).client_sees

    def holds(self, form: str, claim: Claim) -> bool:
        """Whether an answer is right: it changes the symptom as was asked."""
        return (self.tried(form, claim) == WORKS) == self.works


def claim(
    belief: str,
    words: str | tuple[str, str],
    change: Callable[[Site], Site] | tuple[Callable[[Site], Site], ...],
) -> Claim:
    """An answer; words or a change alone are the same in both forms."""
    both = (words, words) if isinstance(words, str) else words
    return Claim(belief, both, change if isinstance(change, tuple) else (change, change))


def added(row: Row) -> Callable[[Site], Site]:
    """The change that adds a row."""
    return lambda site: site.with_row(row)


def removed(row: Row) -> Callable[[Site], Site]:
    """The change that takes a row away."""
    return lambda site: site.without(row)


def replaced(row: Row, new: Row) -> Callable[[Site], Site]:
    """The change of one row."""
    return lambda site: site.replace(row, new)


def unchanged(site: Site) -> Site:
    """The site as it is."""
    return site
