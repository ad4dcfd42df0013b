"""Lines: what a repair's commands are made of.

The options are those of AWS CLI 2. An id that a command makes is kept in a variable of the shell,
where later lines find it: `NAT=$(aws ec2 create-nat-gateway ...)`. The commands change the account;
nothing here runs them.
"""

from __future__ import annotations

from vpcedu.quoting import quoted
from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from vpcedu.network.vpc import Vpc

# of ids, ARNs and blocks; a shell does nothing with it
PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/")
# what a repair calls something that is not there yet -> the variable that keeps its id
VARIABLES = {"igw-new": "IGW", "nat-new": "NAT", "pcx-new": "PCX", "vpce-new": "VPCE"}


class Commands(NamedRow):
    """The lines that make a repair, and those that undo it, later in the same shell."""

    do: tuple[str, ...]
    undo: tuple[str, ...]


class NoCommand(ValueError):
    """Why no command of the AWS CLI makes a repair, as a clause."""


class Place:
    """The description that a repair is for, and its ids.

    vpc: None where only the repair is known. names: ids and the short names that stand for them.
    """

    def __init__(self, vpc: Vpc | None, names: Mapping[str, str] | None = None) -> None:
        self._vpc, self._ids = vpc, {name: known for known, name in (names or {}).items()}

    @property
    def vpc(self) -> Vpc:
        """The description; NoCommand where it is not known."""
        if self._vpc is None:
            raise NoCommand("its commands depend on the network, which was not given")
        return self._vpc

    def id(self, name: str) -> str:
        """An id as it stands in a line: as AWS writes it, or as the variable that keeps it.

        NoCommand for what AWS would never call anything: in a shell it might be a command.
        """
        known = self._ids.get(name, name)
        if known in VARIABLES:
            return f'"${VARIABLES[known]}"'
        if not known or not PLAIN.issuperset(known):
            raise NoCommand(f"{quoted(known)}: expected an id or a block as AWS writes it")
        return known


def ec2(words: str) -> str:
    """A command about EC2 or VPC."""
    return f"aws ec2 {words}"


def kept(variable: str, command: str, answer: str) -> str:
    """A command, and a part of its answer (in JMESPath) that a variable keeps."""
    return f'{variable}=$({command} --query "{answer}" --output text)'
