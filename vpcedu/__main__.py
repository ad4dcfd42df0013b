"""`python3 -m vpcedu`: the question, answered in a terminal. Nothing needs to be installed."""

from __future__ import annotations

import atexit
import gc
import sys

from vpcedu.cli.options import parse, whole

USAGE = """usage: python3 -m vpcedu [options]

A client asks a web server in a private subnet for a page, through a load balancer. Does the reply
go back through the load balancer? Prints the answer in words, then packet by packet.

  --balancer NAME   classic-tcp (default), classic-http, application, network
  --nat NAME        instance (default, as in the question), gateway
  --seed N          whole number that decides the ports hosts choose (default 0)
  --all             the decisions about every packet, not only the important ones
  --json            everything as JSON
  --help            this text

Your own VPC: python3 -m vpcedu ask | audit FOLDER. Simulated symptoms: scenario [NAME]. Practice: puzzle.
Each has --help.
"""
# known here, so that the question alone loads none of them
COMMANDS = ("ask", "audit", "puzzle", "scenario")
TAKES, FLAGS = ("--balancer", "--nat", "--seed"), ("--all", "--json")


def main(words: list[str]) -> int:
    """Answer the question or run a command; return its exit code.

    0, or 2 with one line on stderr for a wrong value.
    """
    try:
        if words[:1] and words[0] in COMMANDS:
            from vpcedu.cli import commands

            return commands.main(words)
        if "--help" in words or "-h" in words:
            sys.stdout.write(USAGE)
            return 0
        return answer(parse(words, TAKES, FLAGS))
    except ValueError as error:
        sys.stderr.write(f"vpcedu: {error}\n")
        return 2


def answer(options: dict[str, str]) -> int:
    """Play the question's visit and print what the packets did. ValueError for a wrong value."""
    from vpcedu.sites.reference import reference_architecture

    site = reference_architecture(
        options.get("--balancer", "classic-tcp"),
        options.get("--nat", "instance"),
        whole("--seed", options.get("--seed", "0")),
    )
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
    # What a command makes lives until its end: Python need not look for garbage among it then.
    atexit.register(gc.freeze)
    try:
        sys.exit(main(sys.argv[1:]))
    except BrokenPipeError:  # `| head` closed the pipe: not an error worth a traceback
        sys.stderr.close()
        sys.exit(0)
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        sys.exit(130)
