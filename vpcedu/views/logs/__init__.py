"""Logs: flow logs and access logs as AWS writes them."""
