"""Assumptions: what no file can tell, and what an answer therefore takes for granted.

An answer names those that its own packets met, and stands; what a complete collection of files
would have told is unknown instead, and leaves the answer open. WHICH says which is which.
"""

from __future__ import annotations

UNKNOWN, ASSUMPTION = "unknown", "assumption"
# what the files may leave open, which of the two it is, and what tells it; REFERENCE prints it
WHICH = (
    ("a file of the collection is missing, or its last page", UNKNOWN, "the AWS CLI call that writes it"),
    ("a file names something that no file describes", UNKNOWN, "the AWS CLI call that describes it"),
    ("a file describes something that the model does not have", UNKNOWN, "nothing here: ask AWS"),
    ("a part is in a state in which AWS does not say what packets meet", UNKNOWN, "the same call, later"),
    ("whether a program listens on a port, and whether the host's own firewall lets packets in",
     ASSUMPTION, "ss and nft on the host"),
    ("whether a host outside the VPC, or a service, accepts the connection", ASSUMPTION, "nc from the source"),
    ("by which interface a host with several of them sends", ASSUMPTION, "ip rule on the host"),
    ("whether a program reads the header of the PROXY protocol", ASSUMPTION, "its configuration"),
    ("whether a target is still as healthy as when the files were written",
     ASSUMPTION, "aws elbv2 describe-target-health"),
    ("from which range a client takes its source port", ASSUMPTION, "its operating system"),
)  # fmt: skip
