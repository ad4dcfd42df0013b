"""Hosts: connections END here; a balancer that proxies opens new ones of its own."""
