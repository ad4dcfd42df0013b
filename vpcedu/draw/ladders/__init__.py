"""Ladders: packets between lifelines, in the order of time."""
