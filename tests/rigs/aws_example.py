"""The files of the example, to be changed and written anew."""

import json

from vpcedu import aws

EXAMPLE = aws.example()
FILES = sorted(file.name for file in EXAMPLE.glob("*.json"))
WEB, OTHER, DB, BASTION = (f"i-0e11f22a33b44000{n}" for n in (1, 2, 3, 4))
ADDRESSES = {WEB: "10.20.10.10", OTHER: "10.20.11.10", DB: "10.20.20.10", BASTION: "10.20.0.10"}


def answers():
    """What the files of the example hold, by name."""
    return {name: json.loads((EXAMPLE / name).read_text(encoding="utf-8")) for name in FILES}


def folder(tmp_path, told):
    for name, answer in told.items():
        (tmp_path / name).write_text(json.dumps(answer), encoding="utf-8")
    return tmp_path


def rows(told, file, kind):
    """The rows of a kind in a file."""
    return told[f"{file}.json"][kind]


def interface_of(told, instance):
    """The row of an instance's interface."""
    return next(
        row
        for row in rows(told, "network-interfaces", "NetworkInterfaces")
        if row.get("Attachment", {}).get("InstanceId") == instance
    )
