"""Other files: what people keep instead of the AWS CLI's answers, and what to do about it.

Each is known by how it begins, or by its keys. It is not read, only named: so a person sees which
file it was, and how to get the answer.
"""

from __future__ import annotations

from vpcedu.aws.fields import IDS, SUBJECTLESS
from vpcedu.quoting import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

COLLECT = "collect the network with the lines that python3 -m vpcedu collect prints"
AS_JSON = "make the same call with --output json"
AGAIN = "make the call again"
EMPTY = f"it is empty, as after a call that was refused: {AGAIN}"
ERROR = "it is an error message"
STATE = f"it is Terraform state: {COLLECT}"
PLAN = f"it is a Terraform plan: apply it, then {COLLECT}"
SOURCE = f"it is a Terraform configuration: apply it, then {COLLECT}"
TEMPLATE = f"it is a CloudFormation template: deploy it, then {COLLECT}"
SNAPSHOT = f"it is a snapshot of AWS Config: {COLLECT}"
PARTIAL = "it is no whole answer of the AWS CLI: make the call without --query"
SHOWN = 160  # letters of an error message
# how a line begins that the AWS CLI writes to standard error
REFUSALS = ("An error occurred (", "aws: error: ", "aws: [ERROR]", "usage: aws", "Unable to locate credentials",
            "Partial credentials found", "You must specify a region", "The config profile (",
            "Could not connect to the endpoint URL", "Connect timeout on endpoint URL", "Error loading SSO",
            "Error when retrieving token", "Token has expired", "Your session has expired")  # fmt: skip
LINES = {  # how a line begins, and what the file then is
    "AWSTemplateFormatVersion": TEMPLATE, '"AWSTemplateFormatVersion"': TEMPLATE,
    "Type: AWS::": TEMPLATE, '"Type": "AWS::': TEMPLATE,
    '"planned_values"': PLAN, '"resource_changes"': PLAN, '"terraform_version"': STATE,
    'resource "': SOURCE, 'provider "': SOURCE, 'module "': SOURCE, "terraform {": SOURCE,
    '"configurationItems"': SNAPSHOT,
}  # fmt: skip
KINDS = {*IDS, *SUBJECTLESS, "Reservations"} - {"Instances"}
WORDS = {kind.upper() for kind in KINDS}


def in_text(text: str) -> str:
    """What a text is that is no answer as JSON, in words; "" where it is nothing that is known.

    The text may be cut short.
    """
    lines = [line.strip("\ufeff \t\r") for line in text.split("\n")]
    lines = [line for line in lines if line]
    if not lines:
        return EMPTY
    first = lines[0]
    if first.startswith(REFUSALS):
        return f"{ERROR}, {plain(first[:SHOWN])!r}: {AGAIN}, with the permission that it needs"
    known = (what for line in lines for begins, what in LINES.items() if line.startswith(begins))
    if what := next(known, ""):
        return what
    form = ""
    if first.startswith("-----") and lines[1:] and lines[1].startswith("|"):
        form = "a table"
    elif first.endswith(":") and first[:-1] in KINDS:
        form = "YAML"
    elif first.split("\t")[0] in WORDS:
        form = "text"
    return f"it is an answer of the AWS CLI as {form}: {AS_JSON}" if form else ""


def in_value(value: dict[str, Any]) -> str:
    """What an object of JSON is that is no answer, in words; "" where it may be one."""
    if "AWSTemplateFormatVersion" in value or _is_stack(value.get("Resources")):
        return TEMPLATE
    if "planned_values" in value or "resource_changes" in value:
        return PLAN
    if "terraform_version" in value:
        return STATE
    if "configurationItems" in value:
        return SNAPSHOT
    error = value.get("Error")
    if isinstance(error, dict) and "Code" in error:
        return (
            f"{ERROR}, {str(error['Code'])[:SHOWN]!a}: {AGAIN}, with the permission that it needs"
        )
    return ""


def _is_stack(resources: Any) -> bool:
    """Whether these are the resources of a CloudFormation template."""
    first = next(iter(resources.values()), None) if isinstance(resources, dict) else None
    return isinstance(first, dict) and str(first.get("Type")).startswith("AWS::")
