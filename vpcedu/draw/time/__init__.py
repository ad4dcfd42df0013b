"""Time: handshakes, states, ports in use, and clocks that run out."""
