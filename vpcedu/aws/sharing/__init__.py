"""Sharing: a network of one's own, so that it can be shown to others."""
