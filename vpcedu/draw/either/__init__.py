"""Either: pictures that stand on the map of a visit or on the plan of a VPC, whichever fits."""
