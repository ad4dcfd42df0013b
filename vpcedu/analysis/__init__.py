"""Analysis: questions to somebody's own VPC, answered by packets, with everything in the way and
what repairs it.
"""
