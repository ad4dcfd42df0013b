"""Plans: a VPC without a visit, and what an audit found in it."""
