"""Links: a state of a page as the last part of its address, and back.

    return-paths;way=Classic+TCP;moment=5;v=0.1.0-1c291c

What is shown, then each control with its value, the version that made the link, and a sum of the
sentence that was shown. A link holds all values, not only those that differ from a page's start: so
it keeps its meaning when the start changes. By version and sum a page can say that a link shows
another sentence now. What follows the # stays in the browser; nothing of it is ever run.
"""

from __future__ import annotations

from urllib.parse import quote_plus, unquote_plus
from zlib import crc32

from vpcedu.quoting import quoted
from vpcedu.row import NamedRow
from vpcedu.site_address import SITE
from vpcedu.version import VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 4_000  # letters after the #
AS_IT_IS = "-._~,:/@!()*$'"  # besides letters and digits of ASCII
MADE = "v"


class State(NamedRow):
    """What a link asks for: what is shown, its values by name, the version, the sentence's sum.

    The last two are "" where the link does not have them.
    """

    name: str
    values: dict[str, str]
    version: str = ""
    says: str = ""

    def changed(self, sentence: str) -> str:
        """What to tell a reader who sees this sentence; "" where it is the one of the link.

        A form that nobody has answered says nothing, in any version.
        """
        made = f"version {self.version}" if self.version else "an unknown version"
        if self.says and self.says != checksum(sentence):
            return f"This link was made with {made} of vpcedu, where the sentence was another one."
        if sentence and not self.says and self.version not in ("", VERSION):
            return f"This link was made with {made} of vpcedu; this is version {VERSION}."
        return ""


def checksum(sentence: str) -> str:
    """The sum of a sentence: six digits, whatever its line ends are."""
    return f"{crc32(' '.join(sentence.split()).encode()):08x}"[:6]


def fragment(name: str, values: Mapping[str, str], sentence: str = "") -> str:
    """The part of an address after the #; sentence: what is shown, "" where that is not known."""
    made = f"{VERSION}-{checksum(sentence)}" if sentence else VERSION
    parts = {**values, MADE: made}
    said = (f"{word.replace('_', '-')}={_escaped(text)}" for word, text in parts.items())
    return ";".join((name, *said))


def _escaped(text: str) -> str:
    return quote_plus(text, AS_IT_IS, errors="backslashreplace")


def link(page: str, after: str) -> str:
    """The whole address of a page (its name without .html) at a state."""
    return f"{SITE}{page}.html#{after}"


def read(text: str) -> State:
    """What the part after the # asks for; ValueError names what is wrong with it."""
    text = text.removeprefix("#")
    if len(text) > LONGEST or not text.isascii():
        raise ValueError(f"link {quoted(text)}: expected at most {LONGEST:,} letters of ASCII")
    name, *parts = text.split(";")
    values: dict[str, str] = {}
    for part in parts:
        word, equals, value = part.partition("=")
        word = word.replace("-", "_")
        if not equals or not word or word in values:
            raise ValueError(f"link's part {quoted(part)}: expected name=value, each name once")
        try:
            values[word] = unquote_plus(value, errors="strict")
        except ValueError:
            raise ValueError(f"link's part {quoted(part)}: expected UTF-8 after each %") from None
    version, _, says = values.pop(MADE, "").partition("-")
    return State(name, values, version, says)
