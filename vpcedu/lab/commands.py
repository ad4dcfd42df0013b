"""Commands: `python3 -m vpcedu ask`, `audit` and `puzzle`: a description of one's own, asked in a terminal.

A description is a folder (or file) of what the AWS CLI prints, or the word `reference`, the course's own site;
`reference:network+gateway` is the site with that balancer and NAT. Exit codes: 0 reachable (or done), 1 not
reachable, 2 a wrong value, which is told in one line on stderr. Nothing is sent anywhere.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.network.vpc import Vpc

ASK = """usage: python3 -m vpcedu ask FOLDER --from END --to END --port N [--json]

Does one end reach the other, and does the answer come back? Packets are sent in the model, nothing leaves this
computer. FOLDER holds JSON as the AWS CLI prints it, or is the word reference (reference:network+gateway).

  --from, --to END  an instance or device, an interface, an address, internet, a balancer's name
  --port N          TCP port
  --vpc ID          which VPC, where the folder holds several
  --json            in the shape of Reachability Analyzer's answer
"""
AUDIT = """usage: python3 -m vpcedu audit FOLDER [--vpc ID] [--json] [--map FILE.svg]

Who can reach what, from the Internet and inside; rules that do nothing; network ACLs that are too narrow for answers.

  --map FILE.svg    the same as a picture too: the VPC's map with what the Internet reaches
"""
PUZZLE = """usage: python3 -m vpcedu puzzle [--seed N] [--faults N] [--answer]

A working VPC in which something was broken: prints what a person sees, and every row. Which row, and what mends it?

  --seed N          which puzzle (default 0)
  --faults N        how many rows were broken (default 1)
  --answer          the rows that mend it
"""


def main(words: list[str]) -> int:
    """Run one command; its exit code. ValueError for words that it does not understand."""
    command, rest = words[0], words[1:]
    usage, call, takes, flags, places = COMMANDS[command]
    if "--help" in rest or "-h" in rest:
        sys.stdout.write(usage)
        return 0
    options = parse(rest, takes, flags, places)
    code: int = call(options)
    return code


def parse(words: list[str], takes: tuple[str, ...], flags: tuple[str, ...], places: int) -> dict[str, str]:
    """Options by name, and the word that stands alone as ""; ValueError names what is not understood."""
    options: dict[str, str] = {}
    rest = list(words)
    while rest:
        name, equals, value = rest.pop(0).partition("=")
        if name in flags and not equals:
            options[name] = "yes"
        elif name in takes and (equals or rest):
            options[name] = value if equals else rest.pop(0)
        elif name in takes:
            raise ValueError(f"{name}: expected a value behind it")
        elif places and "" not in options and name and not name.startswith("-"):
            options[""] = name + equals + value
        else:
            raise ValueError(f"{name + equals + value!r}: expected {'one FOLDER and ' if places else ''}any of"
                             f" {', '.join((*takes, *flags))}")
    if places and "" not in options:
        raise ValueError("no FOLDER: expected a folder of the AWS CLI's JSON, or the word reference")
    return options


def whole(name: str, digits: str) -> int:
    """A whole number; ValueError names the option."""
    if not (digits.removeprefix("-").isascii() and digits.removeprefix("-").isdigit() and len(digits) < 20):
        raise ValueError(f"{name} {digits!r}: expected a whole number")
    return int(digits)


def load(options: dict[str, str]) -> Vpc:
    """The VPC that a folder describes, or the reference site; ValueError for what is none."""
    folder, wanted = options[""], options.get("--vpc", "")
    if folder == "reference" or folder.startswith("reference:"):
        from vpcedu.lab.reference import reference_vpc

        balancer, _, nat = folder.partition(":")[2].partition("+")
        return reference_vpc(balancer or "classic-tcp", nat or "instance")
    return _loaded(folder, wanted, [options[name] for name in ("--from", "--to") if name in options])


def _loaded(folder: str, wanted: str, ends: list[str]) -> Vpc:
    """Of several VPCs the one asked for, or the one that an end is in; notes about the files go to stderr."""
    from importlib import import_module

    try:
        account: Any = import_module("vpcedu.aws").load(folder)
    except ModuleNotFoundError as error:
        raise ValueError(f"{folder!r}: expected the word reference; this version loads no folders ({error})") from None
    except OSError as error:
        raise ValueError(f"{folder!r}: expected a folder that can be read ({error.strerror})") from None
    inside = [end for end in ends if end.lower() != "internet"]
    if not wanted and len(account.vpcs) > 1 and inside:
        wanted = account.home(inside[0])
    vpc: Vpc = account.vpc(wanted)
    for note in account.report:
        sys.stderr.write(f"vpcedu: note: {note}\n")
    return vpc


def ask(options: dict[str, str]) -> int:
    """Print an answer; 0 where it works, 1 where it does not."""
    from vpcedu.lab.asking import ask as answered

    for name in ("--from", "--to", "--port"):
        if name not in options:
            raise ValueError(f"no {name}: expected --from END --to END --port N")
    port = whole("--port", options["--port"])
    answer = answered(load(options), options["--from"], options["--to"], port)
    _print(answer, "--json" in options)
    return 0 if answer.reachable else 1


def audit(options: dict[str, str]) -> int:
    """Print who reaches what, and which rules do nothing."""
    from vpcedu.lab.auditing import audit as audited

    path = options.get("--map", "")
    if "--map" in options and not path.lower().endswith(".svg"):
        raise ValueError(f"--map {path!r}: expected the name of a file that ends in .svg")
    found = audited(load(options))
    if path:
        _save(found, path)
    _print(found, "--json" in options)
    return 0


def _save(found: Any, path: str) -> None:
    """Draw the map of an audit; the file is written whole or not at all."""
    from importlib import import_module

    picture: Any = import_module("vpcedu.draw").audit(found)  # a floor above: found here, drawn there
    try:
        picture.save(path)
    except OSError as error:
        raise ValueError(f"--map {path!r}: expected a file that can be written ({error.strerror})") from None


def puzzle(options: dict[str, str]) -> int:
    """Print a puzzle, or its answers."""
    from vpcedu.lab.puzzles import puzzle as made

    found = made(whole("--seed", options.get("--seed", "0")), whole("--faults", options.get("--faults", "1")))
    sys.stdout.write((found.solution if "--answer" in options else str(found)) + "\n")
    return 0


def _print(shown: Any, as_json: bool) -> None:
    if as_json:
        import json

        sys.stdout.write(json.dumps(shown.as_json(), indent=1) + "\n")
    else:
        sys.stdout.write(f"{shown}\n")


COMMANDS: dict[str, Any] = {  # usage, function, options with a value, options without, words that stand alone
    "ask": (ASK, ask, ("--from", "--to", "--port", "--vpc"), ("--json",), 1),
    "audit": (AUDIT, audit, ("--vpc", "--map"), ("--json",), 1),
    "puzzle": (PUZZLE, puzzle, ("--seed", "--faults"), ("--answer",), 0),
}
