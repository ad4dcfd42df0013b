"""Check yourself: twelve symptoms with four answers each, in two parallel forms."""
