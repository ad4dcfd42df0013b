"""The model held against a Linux kernel: the same scenarios played by both, and every header at
every hop compared.
"""
