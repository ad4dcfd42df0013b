"""What a wheel holds beside the package: the lessons, for `vpcedu course`.

An editable installation has none of it, because the lessons stand beside the package there.
"""

import sys
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Lessons(BuildHookInterface):
    """Adds the lessons to a wheel."""

    def initialize(self, version, build_data):
        """Add them, unless the wheel is editable."""
        if version != "standard":
            return
        root = Path(self.root)
        sys.path.insert(0, self.root)
        from vpcedu.cli.course import LESSONS

        for pattern in LESSONS:
            for path in sorted(root.glob(pattern)):
                inside = path.relative_to(root).as_posix()
                build_data["force_include"][str(path)] = f"vpcedu/lessons/{inside}"
