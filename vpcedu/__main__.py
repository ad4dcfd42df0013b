"""`python3 -m vpcedu`: the question, answered in a terminal. Nothing needs to be installed."""

from __future__ import annotations

import sys

USAGE = """usage: python3 -m vpcedu [options]
       python3 -m vpcedu scenario [NAME]

A client asks a web server in a private subnet for a page, through a load balancer. How does the
answer get back? Prints it in words, then packet by packet. With `scenario` it plays a symptom
that people meet, names its cause and undoes it; without a NAME it lists them.

  --balancer NAME   classic-tcp (default), classic-http, application, network
  --nat NAME        instance (default, as in the question), gateway
  --seed N          whole number that decides the ports hosts choose (default 0)
  --all             the decisions about every packet, not only the telling ones
  --json            everything as JSON
  --help            this text

Of your own VPC: python3 -m vpcedu ask | audit FOLDER; to practise: python3 -m vpcedu puzzle. Each has --help.
"""
COMMANDS = ("ask", "audit", "puzzle")
TAKES, FLAGS = ("--balancer", "--nat", "--seed"), ("--all", "--json", "--help", "-h")


def parse(words: list[str]) -> dict[str, str]:
    """Options by name; ValueError names what is not understood."""
    options: dict[str, str] = {}
    rest = list(words)
    while rest:
        name, equals, value = rest.pop(0).partition("=")
        if name in FLAGS and not equals:
            options[name] = "yes"
        elif name in TAKES and (equals or rest):
            options[name] = value if equals else rest.pop(0)
        elif name in TAKES:
            raise ValueError(f"{name}: expected a value behind it")
        elif name in FLAGS:
            raise ValueError(f"{name} takes no value: expected {name} alone, not {name}={value}")
        else:
            raise ValueError(f"{name!r} is not an option: expected one of {', '.join((*TAKES, *FLAGS[:3]))}")
    return options


def seed(digits: str) -> int:
    """A seed as a whole number; ValueError otherwise."""
    if not (digits.removeprefix("-").isascii() and digits.removeprefix("-").isdigit() and len(digits) < 20):
        raise ValueError(f"seed {digits!r}: expected a whole number")
    return int(digits)


def main(words: list[str]) -> int:
    """Answer the question, or run a command; its exit code, 0, or 2 with one line on stderr for a wrong value."""
    try:
        if words[:1] and words[0] in COMMANDS:
            from vpcedu.lab import commands

            return commands.main(words)
        if words[:1] == ["scenario"]:
            from vpcedu.lab.scenarios import listing, scenario

            sys.stdout.write(f"{scenario(' '.join(words[1:])) if words[1:] else listing()}\n")
            return 0
        options = parse(words)
        if "--help" in options or "-h" in options:
            sys.stdout.write(USAGE)
            return 0
        from vpcedu.lab.reference import reference_architecture

        site = reference_architecture(options.get("--balancer", "classic-tcp"), options.get("--nat", "instance"),
                                      seed(options.get("--seed", "0")))
    except ValueError as error:
        sys.stderr.write(f"vpcedu: {error}\n")
        return 2
    visit = site.get("http://www.example.com/")
    if "--json" in options:
        import json

        from vpcedu.views.document import document

        sys.stdout.write(json.dumps(document(visit), indent=1) + "\n")
    else:
        from vpcedu.views.text import report

        sys.stdout.write(report(visit, every="--all" in options))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BrokenPipeError:  # `| head` closed the pipe: not an error worth a traceback
        sys.stderr.close()
        sys.exit(0)
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        sys.exit(130)
