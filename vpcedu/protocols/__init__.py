"""Protocols: the rules between two ends of a connection. Segments in, segments out, no network."""
