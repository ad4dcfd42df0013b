"""Bytes: packets as they stand in capture files."""
