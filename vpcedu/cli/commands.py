"""Commands: `python3 -m vpcedu ask`, `audit` and the others of COMMANDS.

A description is a folder (or file) of what the AWS CLI prints, or the word `reference`, the
course's own site; `reference:network+gateway` is the site with that balancer and NAT. Exit codes: 0
reachable (or done), 1 not reachable, 2 a wrong value, which one line on stderr names, 3
unknown.
Nothing is sent anywhere.
"""

from __future__ import annotations

import sys

from vpcedu.cli.options import among, parse, port_asked, whole
from vpcedu.quoting import quoted
from vpcedu.views.outcome import DOES_NOT, SOMETIMES, UNKNOWN, WORKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vpcedu.aws.account import Account
    from vpcedu.network.vpc import Vpc
    from vpcedu.puzzles.puzzle import Puzzle

ASK = """usage: python3 -m vpcedu ask FOLDER --from END --to END --port N [--packets] [--cli] [--json | --link]

Does one end reach the other, and does the reply come back? Packets are sent in the model; nothing leaves this
computer. FOLDER holds JSON as the AWS CLI prints it, or is the word reference (reference:network+gateway).

  --from, --to END  an instance (its id or Name tag), an interface, an address, internet, a load balancer's name or ARN
  --port N          the port
  --protocol WORD   tcp, as without it, or udp: that is not modelled, so the answer is unknown
  --host, --path    what the HTTP request asks for, by which an Application Load Balancer's rules choose
  --vpc ID          which VPC, where the folder holds several
  --packets         also the path there and back, check by check
  --cli             also the commands of the AWS CLI that make the repair, and those that undo it; nothing runs them
  --json            in the shape of Reachability Analyzer's answer; docs/answer.schema.json describes it
  --link            the address of the page that shows this; of your own files it has the question alone

Exit codes: 0 it works, 1 it does not or not always, 2 a wrong value, 3 unknown.
Then a packet met something that no file describes, or that is not modelled (transit gateway, VPN, ...).
"""
AUDIT = """usage: python3 -m vpcedu audit FOLDER [--vpc ID] [--json | --link] [--map FILE.svg]
       python3 -m vpcedu audit FOLDER --against OLD [--vpc ID] [--json]

Who can reach what by TCP, from the Internet and inside; rules that do nothing; network ACLs that are too narrow for
replies. Where the folder holds several VPCs, each is audited, one after the other.

  --vpc ID          only this one
  --json            as JSON; for several VPCs a list under "vpcs"
  --link            the address of the page that does the same; nothing of your files is in it
  --map FILE.svg    also a picture: the VPC's map with what the Internet reaches
  --against OLD     what opened and what closed since the files of the folder OLD, each with the change that did it

Exit codes: 0 done, 2 a wrong value, 3 something is unknown. With --against also 1: something opened or closed.
What is unknown is named first: a file is missing, or holds what is not modelled.
"""
PUZZLE = """usage: python3 -m vpcedu puzzle [--seed N] [--faults N] [--rows | --hint | --try CHANGE | --answer | --link]

A working VPC in which something was broken. Prints what a person sees, and every rule, route and entry. Which one is
wrong, and what fixes it? In a terminal it then asks for your change, makes it and sends the packets again; type help
for how to type changes.

  --seed N          which puzzle (default 0)
  --faults N        how many things were broken (default 1)
  --rows            the numbered rows, for --try
  --hint            where the first packet is lost
  --try CHANGE      judge one change and end, such as --try "change 7 ports 443"; exit code 1 if it does not help
  --answer          the changes that fix it
  --link            the address of the page that shows this
"""


SCENARIO = """usage: python3 -m vpcedu scenario [NAME] [--link]

Simulates a symptom that people meet, names its cause and undoes it. Without a NAME: lists them all.

  --link            the address of the page that shows this
"""
COLLECT = """usage: python3 -m vpcedu collect [--policy | --link]

Prints a shell script that collects the files for ask and audit with the AWS CLI, by calls that only read:

  python3 -m vpcedu collect > collect.sh
  sh collect.sh my-network eu-west-1 us-east-1

  --policy          instead the IAM policy that allows these calls and nothing else
  --link            the address of the page that has the script, and takes the files
"""

ANONYMISE = """usage: python3 -m vpcedu anonymise FOLDER > network.json
       python3 -m vpcedu anonymise FOLDER --names

Prints the network of FOLDER under other ids, names and addresses. Every answer stays the same, but for the names. So
you can show it to others, with a report of a wrong answer.

  --names           instead: each old name next to its new one, to keep for yourself

It also says what is not hidden. Look at what it printed before you send it.
"""

COURSE = """usage: python3 -m vpcedu course [FOLDER] [--copy]

Copies the lessons into FOLDER (default: vpcedu-course) and opens the first one in JupyterLab, on this computer only. A
file that is in FOLDER already is left as it is, so that what you wrote into a lesson stays.

  --copy            only copy

JupyterLab and matplotlib belong to the course, not to the package: pip install 'vpcedu[course]' brings them. In a
checkout, and without a FOLDER, this is python3 start.py: it installs them, and opens the checkout's own lessons.
"""


MORE = "--packets shows the path there and back, check by check."
EXIT = {WORKS: 0, DOES_NOT: 1, SOMETIMES: 1, UNKNOWN: 3}


def main(words: list[str]) -> int:
    """Run one command; its exit code. ValueError for words that it does not understand."""
    command, rest = words[0], words[1:]
    usage, call, takes, flags, place = COMMANDS[command]
    if "--help" in rest or "-h" in rest:
        sys.stdout.write(usage)
        return 0
    options = parse(rest, takes, flags, place)
    if "--link" in options:
        from vpcedu.cli import page_links

        return page_links.show(page_links.ADDRESSES[command](options))
    code: int = call(options)
    return code


def load(options: dict[str, str]) -> tuple[Vpc, str, str]:
    """The VPC that the ends are in, and the ends.

    The VPC is one that a folder describes, or the reference site. The ends are named by their ids
    where Name tags were given; ValueError for what is none.
    """
    ends = options["--from"], options["--to"]
    if _is_reference(options[""]):
        return _reference(options[""]), *ends
    return among(_account(options[""]), *ends, options.get("--vpc", ""))


def load_all(options: dict[str, str]) -> tuple[Vpc, ...]:
    """Every VPC that a folder describes, or the one asked for; ValueError for what is none."""
    if _is_reference(options[""]):
        return (_reference(options[""]),)
    account = _account(options[""])
    name = options.get("--vpc", "")
    return (account.vpc(name),) if name else tuple(account.audited())


def _is_reference(folder: str) -> bool:
    return folder == "reference" or folder.startswith("reference:")


def _reference(folder: str) -> Vpc:
    from vpcedu.sites.reference import reference_vpc

    balancer, _, nat = folder.partition(":")[2].partition("+")
    return reference_vpc(balancer or "classic-tcp", nat or "instance")


def _account(folder: str) -> Account:
    """What the files describe; notes about them go to stderr."""
    from vpcedu import aws

    try:
        account = aws.load(folder)
    except OSError as error:
        raise ValueError(
            f"{quoted(folder)}: expected a folder that can be read ({error.strerror})"
        ) from None
    for note in account.report:
        sys.stderr.write(f"vpcedu: note: {note}\n")
    return account


def ask(options: dict[str, str]) -> int:
    """Print an answer.

    Returns 0 where it works, 1 where it does not or not always, 3 where it is unknown.
    """
    from vpcedu.analysis.answer import TCP
    from vpcedu.analysis.answer import ask as answered

    port = port_asked(options)
    answer = answered(
        *load(options),
        port,
        options.get("--host", ""),
        options.get("--path", "/"),
        protocol=options.get("--protocol", TCP).lower(),
    )
    _print(answer, "--json" in options)
    if "--json" not in options and not answer.unknown:
        print("\n" + answer.packets if "--packets" in options else MORE)
    if "--cli" in options and "--json" not in options:
        from vpcedu.analysis.commands.script import script

        print("\n" + script(answer.vpc, answer.repairs or ()))
    return EXIT[answer.outcome.verdict]


def audit(options: dict[str, str]) -> int:
    """Print who reaches what, and which rules do nothing, in each VPC."""
    from vpcedu.analysis.audit_report import audit as audited

    path = options.get("--map", "")
    if "--map" in options and not path.lower().endswith(".svg"):
        raise ValueError(f"--map {quoted(path)}: expected the name of a file that ends in .svg")
    if "--against" in options:
        return _against(options)
    every = load_all(options)
    found = [audited(vpc, len(every) > 1) for vpc in every]
    if path and len(found) > 1:
        raise ValueError(
            f"--map {quoted(path)}: expected --vpc ID too, because the folder holds {len(found)} VPCs"
        )
    if path:
        _save(found[0], path)
    if len(found) == 1:
        _print(found[0], "--json" in options)
    elif "--json" in options:
        _print_json({"vpcs": [one.as_json() for one in found]})
    else:
        sys.stdout.write("\n\n".join(map(str, found)) + "\n")
    return 3 if any(one.unknown for one in found) else 0


def _against(options: dict[str, str]) -> int:
    """Print what opened and closed in each VPC; 1: something did, 3: something is unknown."""
    from vpcedu.analysis.against import Against
    from vpcedu.analysis.audit_report import audit as audited

    if "--map" in options:
        raise ValueError("--map with --against: expected one of them")
    now = {vpc.name: vpc for vpc in load_all(options)}
    old = {vpc.name: vpc for vpc in load_all({"": options["--against"]})}
    alone = sorted(now.keys() - old if "--vpc" in options else now.keys() ^ old)
    both = [Against(audited(old[name]), audited(now[name])) for name in now if name in old]
    for name in alone:
        sys.stderr.write(f"vpcedu: note: only one of the folders has {name}: it is not compared\n")
    if "--json" in options:
        _print_json({"vpcs": [one.as_json() for one in both], "alone": alone})
    else:
        sys.stdout.write("\n\n".join(map(str, both)) + "\n")
    if alone or any(one.untold for one in both):
        return 3
    return int(any(one.opened or one.closed or one.entrances for one in both))


def _save(found: Any, path: str) -> None:
    """Draw the map of an audit; the file is written whole or not at all."""
    from vpcedu import draw

    try:
        draw.audit(found).save(path)
    except OSError as error:
        raise ValueError(
            f"--map {quoted(path)}: expected a file that can be written ({error.strerror})"
        ) from None


def puzzle(options: dict[str, str]) -> int:
    """Print a puzzle and, where somebody types, let them play it.

    With an option that asks about it, print that instead. Returns 1 where --try is wrong.
    """
    from vpcedu.cli import terminal
    from vpcedu.puzzles.notation import listing
    from vpcedu.puzzles.puzzle import puzzle as made

    found = made(
        whole("--seed", options.get("--seed", "0")), whole("--faults", options.get("--faults", "1"))
    )
    if "--try" in options:
        right, verdict = terminal.judged(found, options["--try"])
        print(verdict)
        return 0 if right else 1
    asked = [listing(found.vpc)] if "--rows" in options else []
    asked += found.hints if "--hint" in options else ()
    asked += [found.solution] if "--answer" in options else []
    if not asked:
        return _played(found)
    print(*asked, sep="\n")
    return 0


def _played(found: Puzzle) -> int:
    from vpcedu.cli.terminal import play

    print(found, end="\n\n")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print("To judge a change: --rows, then --try CHANGE. Also: --hint, --answer.")
    elif play(found, lambda: input("> "), print):
        print(f"The next one: python3 -m vpcedu puzzle --seed {found.seed + 1}")
    return 0


def _print(shown: Any, as_json: bool) -> None:
    if as_json:
        _print_json(shown.as_json())
    else:
        sys.stdout.write(f"{shown}\n")


def _print_json(value: Any) -> None:
    import json

    sys.stdout.write(json.dumps(value, indent=1) + "\n")


def scenario(options: dict[str, str]) -> int:
    """Play a symptom and print its story, or list them all."""
    from vpcedu.scenarios import catalogue

    print(catalogue.scenario(options[""]) if "" in options else catalogue.listing())
    return 0


def collect(options: dict[str, str]) -> int:
    """Print the script that collects a network's files, or the rights that it needs."""
    from vpcedu import aws

    name = "collect-policy.json" if "--policy" in options else "collect.sh"
    sys.stdout.write((aws.example().parent / name).read_text(encoding="utf-8"))
    return 0


def anonymise(options: dict[str, str]) -> int:
    """Print a network under other names, or the old and new names."""
    from vpcedu.aws.sharing.anonymise import HIDDEN, anonymised

    values, renaming = anonymised(options[""])
    if "--names" in options:
        sys.stdout.write("".join(f"{old}  {new}\n" for old, new in renaming.names))
        return 0
    for value in values:
        _print_json(value)
    sys.stderr.write(f"vpcedu: note: {HIDDEN}\n")
    return 0


def course(options: dict[str, str]) -> int:
    """Copy the lessons and open them."""
    from vpcedu.cli.course import course as opened

    return opened(options)


COMMANDS: dict[
    str, Any
] = {  # usage, function, options with a value, options without, the word that stands alone
    "ask": (
        ASK,
        ask,
        ("--from", "--to", "--port", "--protocol", "--vpc", "--host", "--path"),
        ("--packets", "--cli", "--json", "--link"),
        "FOLDER",
    ),
    "audit": (AUDIT, audit, ("--vpc", "--map", "--against"), ("--json", "--link"), "FOLDER"),
    "puzzle": (
        PUZZLE,
        puzzle,
        ("--seed", "--faults", "--try"),
        ("--rows", "--hint", "--answer", "--link"),
        "",
    ),
    "scenario": (SCENARIO, scenario, (), ("--link",), "[NAME]"),
    "collect": (COLLECT, collect, (), ("--policy", "--link"), ""),
    "anonymise": (ANONYMISE, anonymise, (), ("--names",), "FOLDER"),
    "course": (COURSE, course, (), ("--copy",), "[FOLDER]"),
}
