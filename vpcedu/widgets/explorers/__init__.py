"""Explorers: one for each thing that a learner can move."""
