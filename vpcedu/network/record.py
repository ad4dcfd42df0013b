"""Record: a call, how it ended, and what was seen of it.

All texts, pictures and answers are made from it. A record is of what has happened. Its
conversations are found once, when somebody first asks for them.
"""

from __future__ import annotations

from vpcedu.network.conversations import Conversation, conversations
from vpcedu.remembered import once
from vpcedu.row import NamedRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vpcedu.hosts.client import Result
    from vpcedu.network.vpc import Vpc
    from vpcedu.protocols.http import Message
    from vpcedu.protocols.tls import Client
    from vpcedu.trace import Capture


class Call(NamedRow):
    """A call: who opens a connection to which name (or address) and port.

    The HTTP request to send on it, if any, and the terms of TLS if it is https.
    """

    opener: str
    name: str
    port: int
    request: Message | None = None
    tls: Client | None = None

    @property
    def url(self) -> str:
        """The page that is asked for; "" where nothing is but a connection."""
        if self.request is None:
            return ""
        path = self.request.start.split(" ", 2)[1]
        scheme, usual = ("https", 443) if self.tls else ("http", 80)
        return f"{scheme}://{self.name}{'' if self.port == usual else f':{self.port}'}{path}"

    def __str__(self) -> str:
        if self.request is None:
            return f"connect to {self.name}:{self.port}"
        return f"{self.request.start.partition(' ')[0]} {self.url}"


class Record:
    """The call and its result, the capture, and the description and seed of the run.

    waited: how much time was simulated (microseconds).
    """

    pending = "no answer yet"  # what is said as long as there is no result

    def __init__(
        self,
        call: Call,
        result: Result | None,
        capture: Capture,
        vpc: Vpc,
        seed: int,
        waited: int = 0,
    ) -> None:
        self.waited = waited
        self.call, self.result, self.capture, self.vpc, self.seed = call, result, capture, vpc, seed

    @once
    def talks(self) -> tuple[Conversation, ...]:
        """The connections of the capture, in the order of their first packets."""
        return conversations(self.capture)

    @property
    def opener(self) -> str:
        """The host that opened the first connection."""
        return self.call.opener

    @property
    def title(self) -> str:
        """The call in words."""
        return str(self.call)
