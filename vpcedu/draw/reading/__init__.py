"""Reading: what pictures read from a visit: its legs, connections and subnets.

They are said in words and under short names.
"""
