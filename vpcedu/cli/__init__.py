"""Command line: `python3 -m vpcedu ask`, `audit`, `puzzle` and `scenario`."""
