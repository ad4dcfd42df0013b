"""Each explorer through a number of settings, as a digest of each picture and sentence.

`python explorer_settings.py FOLDER` takes ipywidgets from that folder, where the stand-in is.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import sys

SETTINGS = 20

if __name__ == "__main__" and sys.argv[1:]:
    sys.path.insert(0, sys.argv[1])


def set_somehow(control, choose):
    """Another value for a control, whatever its kind; text stays."""
    if isinstance(control.value, bool):
        control.value = choose.random() < 0.5
    elif hasattr(control, "_options_values"):
        control.value = choose.choice(control._options_values)
    elif isinstance(control.value, tuple):
        ends = [choose.randint(control.min, control.max) for _ in control.value]
        control.value = tuple(sorted(ends))
    elif isinstance(control.value, int):
        control.value = choose.randint(control.min, control.max)


def digests():
    """By name of an explorer: a digest for each setting."""
    os.environ["VPCEDU_PAINTER"] = "svg"
    from test_explorers import EXPLORERS

    found = {}
    for name, make in EXPLORERS.items():
        choose, explorer, found[name] = random.Random(7), make(), []
        for _ in range(SETTINGS):
            for control in explorer.controls.values():
                set_somehow(control, choose)
            told = explorer.image.value + explorer.sentence
            found[name].append(hashlib.sha256(told.encode()).hexdigest()[:16])
    return found


if __name__ == "__main__":
    print(json.dumps(digests()))
