"""Either: pictures that use the map of a visit or on the plan of a VPC, whichever fits."""
