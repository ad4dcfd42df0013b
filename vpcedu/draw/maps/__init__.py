"""Maps: a visit on the map of its VPC."""
