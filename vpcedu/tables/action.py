"""Action: which requests they fit, and the answers that a balancer gives itself.

The rules of an Application Load Balancer's listener are asked in the order of their priority, the
lowest number first; the first whose conditions all hold decides, else the listener's default.
Conditions are patterns for the host (any case) and the path (as it is written, without the query),
in which * stands for any letters and ? for one. Sources: Application Load Balancers guide,
"Condition types", "Action types".

Left out: conditions on headers, methods, queries and source addresses, regular expressions,
weights, authentication.
"""

from __future__ import annotations

from itertools import accumulate

from vpcedu.row import NamedRow


class FixedResponse(NamedRow):
    """An answer of the balancer's own; status is like "404 Not Found"."""

    status: str
    body: str = ""
    kind: str = "text/plain"


class Redirect(NamedRow):
    """Another URL for the client, "301 Moved Permanently" or "302 Found".

    #{host} and so on keep what the client asked for.
    """

    status: str
    protocol: str = "#{protocol}"
    host: str = "#{host}"
    port: str = "#{port}"
    path: str = "/#{path}"
    query: str = "#{query}"

    def location(self, **asked: str) -> str:
        """The URL, from what was asked: protocol, host, port, path and query.

        The path comes without its first /.
        """
        url = f"{self.protocol.lower()}://{self.host}:{self.port}{self.path}?{self.query}"
        for word, value in asked.items():
            url = url.replace(f"#{{{word}}}", value)
        return url.removesuffix("?")


def fits(pattern: str, text: str) -> bool:
    """Whether a text fits a pattern with * and ?.

    >>> fits("*.example.com", "test.example.com"), fits("*.example.com", "example.com")
    (True, False)
    """
    # whether the pattern, as far as it was read, fits that many letters
    row = [True] + [False] * len(text)
    for sign in pattern:
        if sign == "*":
            row = list(accumulate(row, max))
        else:
            row = [False] + [
                fit and sign in ("?", letter) for fit, letter in zip(row, text, strict=False)
            ]
    return row[-1]
