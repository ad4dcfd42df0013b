"""What the tools of a real machine print, made from a capture: ss, curl -v, tcpdump, a metric."""
