"""`python3 -m vpcedu`: the question, answered in a terminal. Nothing needs to be installed."""

from __future__ import annotations

import atexit
import gc
import sys

from vpcedu import __version__
from vpcedu.cli.options import parse, whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.sites.visit import Visit

USAGE = """usage: python3 -m vpcedu [options]

A client asks a web server in a private subnet for a page, through a load balancer. Does the reply
go back through the load balancer? Prints a map and the answer on one screen.

  --balancer NAME   classic-tcp (default), classic-http, application, network
  --nat NAME        instance (default, as in the question), gateway
  --seed N          whole number that decides the ports hosts choose (default 0)
  --packets         every packet, a line for each, and what the server saw
  --why             the whole answer, and what decided about the packets that matter
  --all             both, and what decided about every packet
  --json            everything as JSON
  --link            the address of the page that shows this
  --version         which version this is
  --help            this text

Your own VPC: python3 -m vpcedu ask | audit FOLDER; collect prints a script that makes such a folder.
To show it to others: anonymise FOLDER prints it under other names.
Simulated symptoms: scenario [NAME]. Practice: puzzle. The lessons, in JupyterLab: course [FOLDER].
Each has --help. Where vpcedu is installed, `vpcedu` is the same as `python3 -m vpcedu`.
"""
# known here, so that the question alone loads none of them
COMMANDS = ("ask", "audit", "puzzle", "scenario", "collect", "anonymise", "course")
TAKES, FLAGS = (
    ("--balancer", "--nat", "--seed"),
    ("--packets", "--why", "--all", "--json", "--link", "--version"),
)


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
        if "--version" in words:
            sys.stdout.write(f"vpcedu {__version__}\n")
            return 0
        return answer(parse(words, TAKES, FLAGS))
    except (ValueError, ImportError) as error:
        if isinstance(error, ImportError) and not _is_lacking(error):
            raise
        sys.stderr.write(f"vpcedu: {error}\n")
        return 2


def _is_lacking(error: ImportError) -> bool:
    """Whether this Python was built without what was asked for, which the error says."""
    from vpcedu.lacking import Lacking

    return isinstance(error, Lacking)


def answer(options: dict[str, str]) -> int:
    """Simulate the question's visit and print the answer. ValueError for a wrong value."""
    if "--link" in options:
        from vpcedu.cli import page_links

        return page_links.show(page_links.answer(options))
    from vpcedu.sites.reference import reference_architecture

    site = reference_architecture(
        options.get("--balancer", "classic-tcp"),
        options.get("--nat", "instance"),
        whole("--seed", options.get("--seed", "0")),
    )
    visit = site.get("http://www.example.com/")
    sys.stdout.write(_printed(visit, options))
    return 0


def _printed(visit: Visit, options: dict[str, str]) -> str:
    """The visit as it was asked for; the first of --json, --all, --packets and --why counts."""
    if "--json" in options:
        import json

        from vpcedu.views.document import document

        return json.dumps(document(visit), indent=1) + "\n"
    from vpcedu.views import text

    if "--all" in options:
        return text.report(visit, every=True)
    if "--packets" in options or "--why" in options:
        return text.packets(visit) if "--packets" in options else text.why(visit)
    from vpcedu.views.first_screen import first_screen

    return first_screen(visit)


def run() -> int:
    """Do what the command line says, as the program `vpcedu`; return its exit code."""
    # What a command makes lives until its end: Python need look for garbage seldom, and not then.
    gc.set_threshold(100_000)
    atexit.register(gc.freeze)
    try:
        return main(sys.argv[1:])
    except BrokenPipeError:  # `| head` closed the pipe: not an error worth a traceback
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return 130


if __name__ == "__main__":
    sys.exit(run())
