"""Puzzles: working VPCs in which something was broken, and how a change is written down."""
