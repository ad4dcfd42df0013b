"""A kit for somebody with an AWS account: README.md says what it costs and how it is used."""
