"""Repairs: which rows could help, and the smallest set of them that does, found by trying."""
