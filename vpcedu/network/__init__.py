"""Network: the description of a VPC, and the one loop that walks packets through it."""
