"""Gateways: they REWRITE the addresses of one flow and pass it on; no connection ends here."""
