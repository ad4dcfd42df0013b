"""As a picture: a function that lays out a scene becomes one that returns a picture.

It gets its visits under short names.
"""

from __future__ import annotations

from functools import wraps

from vpcedu.draw.canvas.picture import Picture
from vpcedu.draw.reading.short_names import drawn, in_full, renamed, short_names
from vpcedu.network.record import Record
from vpcedu.trace import Trace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ParamSpec

    from vpcedu.draw.canvas.scene import Scene
    from vpcedu.draw.reading.short_names import Names

    P = ParamSpec("P")

PAINTED = "theme: light or dark. ax: matplotlib Axes to paint on."


def picture(make: Callable[P, Scene]) -> Callable[P, Picture]:
    """Have a function that lays out a scene give the picture of it.

    The function takes no notice of its arguments `theme` and `ax`: they are for the picture, and
    are explained here.
    """
    scene = as_drawn(make)

    @wraps(make)
    def drawing(*given: P.args, **more: P.kwargs) -> Picture:
        return Picture(scene(*given, **more), str(more.get("theme", "light")), more.get("ax"))

    drawing.__doc__ = f"{(make.__doc__ or '').rstrip()}\n\n    {PAINTED}\n"
    make.__annotations__["return"] = (
        "Picture"  # what help() shows is the signature of what was wrapped
    )
    return drawing


def as_drawn(make: Callable[P, Scene]) -> Callable[P, Scene]:
    """Have a function that makes a scene get its visits, and names, under their short names."""

    @wraps(make)
    def scene(*given: P.args, **more: P.kwargs) -> Scene:
        visits = [value for value in (*given, *more.values()) if isinstance(value, Record)]
        names = {name: short for visit in visits for name, short in short_names(visit.vpc).items()}
        made = make(
            *(_taken(value, names) for value in given),
            **{word: _taken(value, names) for word, value in more.items()},
        )
        return in_full(made, names)

    return scene


def _taken(value: Any, names: Names) -> Any:
    if isinstance(value, Record):
        return drawn(value, names)
    if isinstance(value, Trace):
        return renamed(value, names)
    return names.get(value, value) if isinstance(value, str) else value
