"""Checks: a packet at the filters that it is asked by."""
