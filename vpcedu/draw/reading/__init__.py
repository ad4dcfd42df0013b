"""Reading: what pictures read from a visit: its legs, connections and subnets, in words and under
short names.
"""
