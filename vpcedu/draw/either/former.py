"""Former: names that this package had once. Each warns, and says what took its place."""

from __future__ import annotations

from warnings import warn

from vpcedu.draw.either.any_map import map as any_map
from vpcedu.draw.ladders.scene_of import ladder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.draw.canvas.scene import Scene
    from vpcedu.sites.visit import Visit


def ladder_scene(visit: Visit, packet: int | None = None, every: bool | None = None) -> Scene:
    """The scene of `draw.ladder`; DeprecationWarning."""
    warn("draw.ladder_scene: use draw.ladder(...).scene", DeprecationWarning, stacklevel=2)
    return ladder(visit, packet, every).scene


def map_scene(visit: Visit, packet: int | None = None, arrows: str = "packets") -> Scene:
    """The scene of `draw.map`; DeprecationWarning."""
    warn("draw.map_scene: use draw.map(...).scene", DeprecationWarning, stacklevel=2)
    return any_map(visit, packet, arrows).scene
