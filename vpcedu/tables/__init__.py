"""Tables: each answers one question about a packet, and no table knows another."""
