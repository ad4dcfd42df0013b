"""Row: what every record and table row is made of, fields that are written once.

A class with the base NamedRow is a named tuple: its annotations are the fields in order, a value
behind one is its default. To a type checker it is `typing.NamedTuple`, which checks every
constructor. At run time the package makes it, since importing `typing` takes longer than a visit,
and `collections.namedtuple` a tenth of a visit from a cold start.
"""

from __future__ import annotations

from vpcedu.quoting import quoted
from vpcedu.remembered import Remembered

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
    try:
        from _collections import _tuplegetter as getter  # CPython's, which namedtuple uses
    except ImportError:
        from operator import itemgetter

        def getter(place: int, words: str) -> property:
            """A field of a row by its place, in a Python without the quick one."""
            return property(itemgetter(place), doc=words)

    def _constructor(count: int) -> Any:
        """The code that makes a tuple of so many fields; each class puts in its fields' names."""
        names = ", ".join(f"field_{place}" for place in range(count))
        return eval(f"lambda cls, {names}: new(cls, ({names},))").__code__

    # compiled once for each number of fields, not once for each class: that takes ten times as long
    _of_so_many, _Function = Remembered(_constructor), type(_constructor)

    class _Fields(tuple):
        """What every record does with its fields; tuples compare, hash and unpack already."""

        __slots__ = ()

        def __repr__(self) -> str:
            """As the record would be written in Python."""
            fields = (f"{field}={value!r}" for field, value in zip(self._fields, self, strict=True))
            return f"{type(self).__name__}({', '.join(fields)})"

        def __getnewargs__(self) -> tuple[Any, ...]:
            """What copies and pickles are made from."""
            return tuple(self)

        def _asdict(self) -> dict[str, Any]:
            return dict(zip(self._fields, self, strict=True))

        def _replace(self, **changed: Any) -> _Fields:
            new = tuple.__new__(type(self), map(changed.pop, self._fields, self))
            if changed:
                raise ValueError(f"{type(self).__name__} has no fields {quoted([*changed])}")
            return new

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
            defaults = tuple(body[field] for field in fields if field in body)
            code = _of_so_many[len(fields)].replace(co_varnames=("cls", *fields))
            make = _Function(code, {"new": tuple.__new__}, "__new__", defaults)
            make.__qualname__ = f"{name}.__new__"  # an error about arguments says it
            body |= {field: getter(place, field) for place, field in enumerate(fields)}
            body |= {"__new__": make, "_fields": fields, "__match_args__": fields, "__slots__": ()}
            return type(name, (_Fields,), body)

    class NamedRow(metaclass=_Maker):
        """The base of every record."""
