"""Commands: the AWS CLI's lines that make a repair, and those that undo it. See `script`."""
