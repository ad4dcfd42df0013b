"""Open points: what a description does not know of its network, and what it takes for granted.

A complete collection of files would have told what is unknown: an answer whose packets met it is
neither yes nor no. No file can tell what is assumed: an answer names it, and stands. Both have the
same fields. `about` is the name of the part of the network that it is about: packets meet it there.
"""

from __future__ import annotations

from vpcedu.row import NamedRow


class Unknown(NamedRow):
    """Something that the files should have told of the network, and did not.

    about: the name of the part. words: what is not known, as a clause. settle: what would tell, an
    AWS CLI call or "". met: where a packet of the question met it, or "".
    """

    about: str
    words: str
    settle: str = ""
    met: str = ""

    def __str__(self) -> str:
        return self.words + (f"; to find out, run {self.settle}" if self.settle else "")


class Assumption(NamedRow):
    """Something that no file can tell, and that an answer takes for granted.

    about: the name of the part. words: what is assumed, as a clause. settle: what would tell, a
    command or "". met: where a packet of the question met it, or "".
    """

    about: str
    words: str
    settle: str = ""
    met: str = ""

    def __str__(self) -> str:
        return self.words + (f"; to check, {self.settle}" if self.settle else "")
