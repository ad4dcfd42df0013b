"""Parts: what explorers are made of."""
