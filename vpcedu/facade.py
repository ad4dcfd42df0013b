"""Facade: the public names of a package, each loaded from its module when it is first used.

A package says once, in a table, which module each of its names is in; a stub (.pyi) next to it says
the same to type checkers, and tests/test_facades.py holds the two together.
"""

from __future__ import annotations

import sys

from vpcedu.quoting import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    # a module of the package, a whole name, or "" for the package itself -> names
    Table = dict[str, tuple[str, ...]]
    Hooks = tuple[list[str], Callable[[str], object], Callable[[], list[str]]]


def lazy(package: str, table: Table) -> Hooks:
    """`__all__`, `__getattr__` and `__dir__` of a package: its names are those in the table, and
    load their module.

    A name in the package itself ("") is a module. AttributeError, as of every module, for a name
    that is not there.
    """
    modules = {name: module for module, names in table.items() for name in names}

    def load(name: str) -> object:
        from importlib import import_module

        if name not in modules:
            raise AttributeError(f"module {quoted(package)} has no attribute {quoted(name)}")
        place = modules[name] or name
        module = import_module(place if place.startswith("vpcedu.") else f"{package}.{place}")
        return getattr(module, name) if modules[name] else module

    return sorted(modules), load, lambda: sorted({*vars(sys.modules[package]), *modules})
