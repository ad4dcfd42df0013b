"""Rigs: networks, wires and readers that several tests share; none of them is a test."""
