"""Tables as pictures: what decided, headers, translations, both sides of a balancer."""
