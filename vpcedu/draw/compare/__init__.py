"""Compare: all balancers under each other, and the kernel next to the model."""
