"""Scenarios: symptoms that people meet, each with its cause planted and undone."""
