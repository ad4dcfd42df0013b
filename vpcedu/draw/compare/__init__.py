"""Compare: all balancers under each other, and the kernel beside the model."""
