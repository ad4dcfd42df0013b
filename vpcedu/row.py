"""Row: what every record and table row is made of, fields that are written once.

A class with the base NamedRow is a named tuple: its annotations are the fields in order, a value
behind one is its default. To a type checker it is `typing.NamedTuple`, which checks every
constructor; at run time it is made by `collections.namedtuple`, since importing `typing` takes
longer than a visit.
"""

from __future__ import annotations

from collections import namedtuple

__all__ = ["NamedRow"]
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol
    from typing import NamedTuple as NamedRow

    class Row(Protocol):
        """What every record answers: its fields by name, and itself in words (`str`).

        Whoever wants more asks for a kind of row, by the functions next to the kinds or in
        views/decided.py.
        """

        @property
        def _fields(self) -> tuple[str, ...]: ...

        def _asdict(self) -> dict[str, Any]: ...

        @property
        def _replace(self) -> Callable[..., Any]: ...

else:

    class _Maker(type):
        """Makes a named tuple of a class's annotations."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            """The class: a named tuple, with what the body says apart from its fields."""
            if not bases:
                return super().__new__(cls, name, bases, body)
            fields = tuple(body.get("__annotations__", ()))
            if not fields:
                raise TypeError(
                    f"{name} has no fields: expected annotations, in a module with annotations as text"
                )
            defaults = [body.pop(field) for field in fields if field in body]
            made = namedtuple(name, fields, defaults=defaults, module=body["__module__"])
            for word, value in body.items():
                setattr(made, word, value)
            return made

    class NamedRow(metaclass=_Maker):
        """The base of every record."""
