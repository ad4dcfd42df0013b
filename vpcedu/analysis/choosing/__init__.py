"""Choosing: what a network may choose for itself in one question, and what each choice leads to."""
