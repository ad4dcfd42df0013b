"""Located: a JSON value and where it was found.

Every complaint can therefore name file, path and what was expected.

A value that is missing, or null, has the default a caller names; without a default it is refused.
"""

from __future__ import annotations

from vpcedu.address import block, number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

LONGEST_ID = 2_048  # letters of an ARN, the longest of ids


class LoadError(ValueError):
    """Input that cannot be read as descriptions of a network.

    The message says file, JSON path and what was expected.
    """


class At:
    """A JSON value and where it was found.

    `up` is the object or list around it, `key` its place there, or the file's name at the top.
    """

    __slots__ = ("value", "key", "up")

    def __init__(self, value: Any, key: str | int, up: At | None = None) -> None:
        self.value, self.key, self.up = value, key, up

    @property
    def file(self) -> str:
        """The file that it stands in."""
        at = self
        while at.up is not None:
            at = at.up
        return str(at.key)

    @property
    def where(self) -> str:
        """File and JSON path: "vpcs.json: $.Vpcs[0].CidrBlock"."""
        words, at = "", self
        while at.up is not None:
            plain = (
                isinstance(at.key, str)
                and at.key.isascii()
                and at.key.isidentifier()
                and len(at.key) <= 60
            )
            words = (f".{at.key}" if plain else f"[{shown(at.key)}]") + words
            at = at.up
        return f"{at.key}: ${words}"

    def refusal(self, expected: str) -> LoadError:
        """The complaint about this value."""
        return LoadError(f"{self.where}: {shown(self.value)}: expected {expected}")

    def get(self, key: str) -> At:
        """A field of an object; its value is None where it is missing."""
        if not isinstance(self.value, dict):
            raise self.refusal("an object")
        return At(self.value.get(key), key, self)

    def has(self, key: str) -> bool:
        """Whether an object has a field that is not null and not empty."""
        return self.get(key).value not in (None, "", [], {})

    def rows(self, key: str) -> Iterator[At]:
        """The objects of a list; none where it is missing."""
        found = self.get(key)
        if found.value is None:
            return
        if not isinstance(found.value, list):
            raise found.refusal("a list")
        for i, value in enumerate(found.value):
            if not isinstance(value, dict):
                raise At(value, i, found).refusal("an object")
            yield At(value, i, found)

    def texts(self, key: str) -> tuple[str, ...]:
        """The texts of a list; none where it is missing."""
        found = self.get(key)
        if not isinstance(found.value, list | None):
            raise found.refusal("a list")
        return tuple(At(value, i, found).as_text() for i, value in enumerate(found.value or ()))

    def as_text(self, default: str | None = None) -> str:
        """A short text of printable ASCII letters, as ids, names and addresses are."""
        if self.value is None and default is not None:
            return default
        if not (
            isinstance(self.value, str)
            and self.value.isascii()
            and self.value.isprintable()
            and len(self.value) <= LONGEST_ID
        ):
            raise self.refusal("a text of ASCII letters")
        return self.value

    def text(self, key: str, default: str | None = None) -> str:
        """A field that is a text."""
        return self.get(key).as_text(default)

    def id(self, key: str) -> str:
        """A field that is a text and not empty."""
        found = self.text(key)
        if not found:
            raise self.get(key).refusal("an id")
        return found

    def flag(self, key: str, default: bool) -> bool:
        """A field that is true or false."""
        found = self.get(key)
        if not isinstance(found.value, bool | None):
            raise found.refusal("true or false")
        return default if found.value is None else found.value

    def number(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """A field that is a whole number from `low` to `high`; a text of digits is one too."""
        found = self.get(key)
        value = found.value
        if value is None and default is not None:
            return default
        if (
            isinstance(value, str)
            and value.removeprefix("-").isdecimal()
            and value.isascii()
            and len(value) < 12
            and value == str(int(value))
        ):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise found.refusal(f"a whole number from {low} to {high}")
        return value

    def address(self, key: str) -> str:
        """A field that is an IPv4 address."""
        try:
            number(self.text(key))
        except ValueError as error:
            raise self._plainly(key, error, "an IPv4 address") from None
        return self.text(key)

    def block(self, key: str) -> str:
        """A field that is an IPv4 CIDR block in canonical form."""
        try:
            block(self.text(key))
        except ValueError as error:
            raise self._plainly(key, error, "an IPv4 CIDR block") from None
        return self.text(key)

    def _plainly(self, key: str, error: ValueError, expected: str) -> LoadError:
        if isinstance(error, LoadError):
            return error
        return self.get(key).refusal(f"{expected}, {str(error).partition(': expected ')[2]}")


def shown(value: Any) -> str:
    """A value in a few letters: containers and long texts are not written out."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    words = ascii(value)
    return words if len(words) <= 80 else words[:60] + "..." + words[-1]
