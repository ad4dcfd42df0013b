"""Field: what a person types into a field or hands to a function.

One parser reads each kind of value.

Each parser takes the field's name and its value, and returns what the value means. ValueError names
the field, the value and what was expected. Spaces around a text make no difference; True and
False are not numbers.
"""

from __future__ import annotations

from vpcedu import address
from vpcedu.clock import SECOND
from vpcedu.quoting import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SECONDS = "seconds"  # the unit that a text may carry: "350 s"
LONGEST = 999_999  # seconds
DECIMALS = 10**18 - 1  # of a second, as Python writes them; those after the sixth are dropped


def whole(name: str, value: object, least: int, most: int, unit: str = "") -> int:
    """A whole number from `least` to `most`.

    Text may have commas between thousands, and seconds their unit.
    """
    text = str(value).strip()
    if unit == SECONDS:
        text = text.removesuffix("s").rstrip()
    found = address.whole(text.replace(",", ""), most)
    if found is None or found < least or ("," in text and text != f"{found:,}"):
        raise ValueError(f"{name} {quoted(value)}: expected {_numbers(least, most, unit)}")
    return found


def count(name: str, value: object, least: int, most: int, unit: str = "") -> int:
    """A whole number that a function is called with: as `whole`, but text is refused."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"{name} {quoted(value)}: expected {_numbers(least, most, unit)}")
    return value


def _numbers(least: int, most: int, unit: str) -> str:
    return f"{f'whole {unit},' if unit else 'a whole number'} from {least} to {most}"


def port(name: str, value: object) -> int:
    """A TCP port."""
    return whole(f"{name} port", value, 1, 65_535)


def seconds(name: str, value: object) -> int:
    """A time that is given in seconds, like 3, "0.5" or "127 s", as whole microseconds."""
    text = str(value).strip().removesuffix("s").rstrip()
    before, point, after = text.partition(".")
    full = address.whole(before, LONGEST)
    part = address.whole(after.lstrip("0") or after[:1], DECIMALS) if point else 0
    if full is None or part is None:
        raise ValueError(f"{name} {quoted(value)}: expected seconds, like 3 or 0.5")
    return full * SECOND + int(f"{after:0<6}"[:6])


def ipv4(name: str, value: object) -> str:
    """An IPv4 address, as its text."""
    text = value.strip() if isinstance(value, str) else str(value)
    try:
        address.number(text)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    return text


def is_numeric(words: str) -> bool:
    """Whether a text can only be meant as an address: it has digits and dots, and nothing else."""
    return words.replace(".", "0").isdigit()


def one_of(
    name: str, value: object, words: Iterable[str], also: Mapping[str, str] | None = None
) -> str:
    """One of a set of words, whatever its capitals.

    also: other words that mean one of them, in small letters.
    """
    known = tuple(words)
    text = " ".join(value.split()).lower() if isinstance(value, str) else ""
    text = (also or {}).get(text, text).lower()
    for word in known:
        if word.lower() == text and word:
            return word
    raise ValueError(f"{name} {quoted(value)}: expected one of {', '.join(filter(None, known))}")
