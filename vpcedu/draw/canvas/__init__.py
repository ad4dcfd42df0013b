"""Canvas: what every picture is made of, and the two painters."""
