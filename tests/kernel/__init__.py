"""The model held against a Linux kernel: both run the same scenarios.

Every header at every hop is compared.
"""
