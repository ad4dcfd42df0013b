"""Analysis: questions about your own VPC, answered by packets.

Each answer names everything in the way, and what repairs it.
"""
