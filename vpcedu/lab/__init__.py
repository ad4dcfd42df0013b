"""Lab: what lessons and learners call."""
