"""Row: what every record and table row is made of, fields that are written once, and what each row answers.

A class with the base NamedRow is a named tuple: its annotations are the fields in order, a value behind one is its
default. To a type checker it is `typing.NamedTuple`, which checks every constructor; at run time it is made by
`collections.namedtuple`, since importing `typing` takes longer than a visit.
"""

from __future__ import annotations

from collections import namedtuple

__all__ = ["NamedRow"]
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol
    from typing import NamedTuple as NamedRow

    class Fields(Protocol):
        """What every record answers: its fields by name, and itself in words (`str`)."""

        @property
        def _fields(self) -> tuple[str, ...]: ...

        def _asdict(self) -> dict[str, Any]: ...

    class Row(Fields, Protocol):
        """What decides a step answers too: the name of the table it stands in, such as a route table's or a group's,
        or else what keeps it, such as "translations"; "" in a table that nobody has."""

        @property
        def place(self) -> str: ...

else:

    class _Maker(type):
        """Makes a named tuple of a class's annotations."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            """The class, on a tuple of its own."""
            if not bases:
                return super().__new__(cls, name, bases, body)
            fields = tuple(body.get("__annotations__", ()))
            defaults = [body.pop(field) for field in fields if field in body]
            made = namedtuple(name, fields, defaults=defaults, module=body["__module__"])
            return type(name, (made,), {"__slots__": (), **body})

    class NamedRow(metaclass=_Maker):
        """The base of every record."""
