"""Reading: what pictures read from a visit: its legs, its words, and short names."""
