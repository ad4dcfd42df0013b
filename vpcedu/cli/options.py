"""Options: the words of a command line, by name.

argparse would take longer to load than the answer takes.
"""

from __future__ import annotations

from vpcedu import address
from vpcedu.quoting import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.aws.account import Account
    from vpcedu.network.vpc import Vpc

LARGEST = 10**19 - 1


def parse(
    words: list[str], takes: tuple[str, ...], flags: tuple[str, ...], place: str = ""
) -> dict[str, str]:
    """Options by name, "yes" for those without a value, and the one word that stands alone as "".

    takes: options with a value, after it or after "=". flags: options without. place: what the
    word that stands alone is, like "FOLDER", "[NAME]" where it may be missing, "" where there is
    none. ValueError names what is wrong.
    """
    options: dict[str, str] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if name in takes and not equals and not rest:
            raise ValueError(f"{name}: expected a value after it")
        if name in takes:
            options[name] = value if equals else rest.pop(0)
        elif name in flags and equals:
            raise ValueError(f"{name} takes no value: expected {name} alone, not {quoted(word)}")
        elif name in flags:
            options[name] = "yes"
        elif place and "" not in options and word and not word.startswith("-"):
            options[""] = word
        else:
            known = ", ".join((*([place.strip("[]")] if place else []), *takes, *flags, "--help"))
            raise ValueError(f"{quoted(word)} is not understood: expected one of {known}")
    if place and not place.startswith("[") and "" not in options:
        raise ValueError(
            f"no {place}: expected a folder of the AWS CLI's JSON, or the word reference"
        )
    return options


def port_asked(options: dict[str, str]) -> int:
    """The port of a question; ValueError where one of its three parts is missing."""
    for name in ("--from", "--to", "--port"):
        if name not in options:
            raise ValueError(f"no {name}: expected --from END --to END --port N")
    return whole("--port", options["--port"])


def whole(name: str, digits: str) -> int:
    """A whole number; ValueError names the option."""
    found = address.whole(digits.removeprefix("-"), LARGEST)
    if found is None:
        raise ValueError(f"{name} {quoted(digits)}: expected a whole number of at most 19 digits")
    return -found if digits.startswith("-") else found


def among(account: Account, source: str, destination: str, vpc: str = "") -> tuple[Vpc, str, str]:
    """The VPC of an account that two ends are in, and the ends by their ids.

    vpc: its id, where it does not follow from the ends. ValueError for what is none.
    """
    source, destination = account.called(source), account.called(destination)
    inside = [end for end in (source, destination) if end.lower() != "internet"]
    home = vpc or (account.home(*inside) if len(account.vpcs) > 1 and inside else "")
    return account.vpc(home), source, destination
