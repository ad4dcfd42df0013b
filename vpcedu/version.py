"""Version: which one of the package this is."""

from __future__ import annotations

VERSION = "0.2.0"
