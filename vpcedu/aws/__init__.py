"""AWS: your own network, read from files as the AWS CLI writes them.

Nothing is sent, no credentials are read.

    from vpcedu import aws
    account = aws.load("my-network")   # a folder of `aws ec2 describe-...` answers
    print(account)                     # what was understood, and what was not
    vpc = account.vpc()

The description is the one that the rest of the package takes.
"""

from __future__ import annotations

from vpcedu.aws.account import Account, example, load
from vpcedu.aws.located import LoadError
from vpcedu.aws.reader_notes import Note

__all__ = ["Account", "LoadError", "Note", "example", "load"]
