"""Outward: what leads out of a VPC and belongs to none: endpoints, transit gateways."""
