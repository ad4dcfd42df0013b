"""Views: one capture, read in many ways. A view never asks the network anything."""
