"""Scenarios of proxies, and of real programs at both ends.

A proxy ends one connection and opens another.
"""

from __future__ import annotations

from .play import Driver, Scenario
from .scenarios_tcp import ask_and_answer
from .setting import ADDRESSES, BOXES, WEB_PUBLIC, Forward, Proxy, Setting

TARGET = (ADDRESSES["web"], 80)
TCP, HTTP = (
    Setting(private_default="nat", proxies=(Proxy(80, TARGET),)),
    Setting(private_default="nat", proxies=(Proxy(80, TARGET, "http"),)),
)
ELB = f"{BOXES['elb']}:80"
GET = b"GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n"
FORGED = b"GET / HTTP/1.1\r\nHost: www.example.com\r\nX-Forwarded-For: 192.0.2.99\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\npage\n"


def opened(lab: Driver, port: int = 50_001) -> tuple[str, str]:
    """Connected through a TCP proxy: the client's handle and the server's."""
    client = lab.connect("client", ELB, port)
    server = lab.accept("web", 80)
    lab.outcome(client)
    return client, server


def relayed(lab: Driver) -> None:
    """The second connection is opened before the client has said a word."""
    lab.listen("web", 80)
    client, server = opened(lab)
    ask_and_answer(lab, client, server)
    lab.close(client)
    lab.read(server)
    lab.close(server)


def relayed_server_first(lab: Driver) -> None:
    """The server speaks first and closes first."""
    lab.listen("web", 80)
    client, server = opened(lab)
    lab.send(server, b"welcome\n")
    lab.read(client)
    lab.close(server)
    lab.read(client)
    lab.close(client)


def relayed_half_close(lab: Driver) -> None:
    """A half close goes through the proxy."""
    lab.listen("web", 80)
    client, server = opened(lab)
    lab.send(client, b"request\n")
    lab.shut(client)
    lab.read(server)
    lab.send(server, b"page\n")
    lab.close(server)
    lab.read(client)
    lab.close(client)


def target_refuses(lab: Driver) -> None:
    """The target refuses: the client was connected already, and hears the end, not a refusal."""
    client = lab.connect("client", ELB, 50_001)
    lab.outcome(client)
    lab.read(client)
    lab.close(client)


def asked(lab: Driver) -> None:
    """One request; the target hears of it only when it is whole."""
    lab.listen("web", 80)
    client = lab.connect("client", ELB, 50_001)
    lab.outcome(client)
    lab.send(client, GET[:20])
    lab.accept("web", 80)
    lab.send(client, GET[20:])
    server = lab.accept("web", 80)
    lab.read(server)
    lab.send(server, OK)
    lab.read(client)


def asked_forged(lab: Driver) -> None:
    """A request that brings an X-Forwarded-For of its own."""
    lab.listen("web", 80)
    client = lab.connect("client", ELB, 50_001)
    lab.send(client, FORGED)
    server = lab.accept("web", 80)
    lab.read(server)
    lab.send(server, OK)
    lab.read(client)


def two_clients_one_connection(lab: Driver) -> None:
    """Two clients, one after the other: their requests share one connection to the target."""
    lab.listen("web", 80)
    first = lab.connect("client", ELB, 50_001)
    lab.send(first, GET)
    server = lab.accept("web", 80)
    lab.read(server)
    lab.send(server, OK)
    lab.read(first)
    second = lab.connect("server", ELB, 50_002)
    lab.send(second, GET)
    lab.read(server)
    lab.send(server, OK)
    lab.read(second)


def unavailable(lab: Driver) -> None:
    """The target refuses: the proxy answers itself."""
    client = lab.connect("client", ELB, 50_001)
    lab.send(client, GET)
    lab.read(client)


def real_direct(lab: Driver) -> None:
    """curl and nginx through the 1:1 NAT."""
    lab.serve("web", 80)
    lab.fetch("client", f"http://{WEB_PUBLIC}/")


def real_through_elb(lab: Driver) -> None:
    """curl and nginx, a proxy between them."""
    lab.serve("web", 80)
    lab.fetch("client", f"http://{BOXES['elb']}/")


def real_through_nlb(lab: Driver) -> None:
    """curl and nginx, a destination NAT between them."""
    lab.serve("web", 80)
    lab.fetch("client", f"http://{BOXES['nlb']}/")


def real_out(lab: Driver) -> None:
    """curl in the private subnet, through the NAT."""
    lab.serve("server", 80)
    lab.fetch("web", "http://198.51.100.7/")


def _row(name: str, sentence: str, kinds: str, setting: Setting, script, *ports: int) -> Scenario:  # type: ignore[no-untyped-def]
    return Scenario(
        name, sentence, tuple(kinds.split()), setting, script, frozenset((80, 50_001, *ports))
    )


PROXY_SCENARIOS: tuple[Scenario, ...] = (
    _row(
        "proxy-tcp",
        "Two connections, joined by their bytes only.",
        "tcp proxy one-to-one",
        TCP,
        relayed,
    ),
    _row(
        "proxy-tcp-server-first",
        "The server speaks and closes first.",
        "tcp proxy one-to-one",
        TCP,
        relayed_server_first,
    ),
    _row(
        "proxy-tcp-half-close",
        "A half close passes.",
        "tcp proxy one-to-one",
        TCP,
        relayed_half_close,
    ),
    _row(
        "proxy-tcp-refused",
        "The target refuses after the client was connected.",
        "tcp proxy one-to-one",
        TCP,
        target_refuses,
    ),
    _row(
        "proxy-http",
        "The request is read, then sent on with three headers more.",
        "tcp proxy one-to-one",
        HTTP,
        asked,
    ),
    _row(
        "proxy-http-forged",
        "A forged X-Forwarded-For is appended to.",
        "tcp proxy one-to-one",
        HTTP,
        asked_forged,
    ),
    _row(
        "proxy-http-reuse",
        "Two clients share one connection to the target.",
        "tcp proxy one-to-one",
        HTTP,
        two_clients_one_connection,
        50_002,
    ),
    _row(
        "proxy-http-refused",
        "The target refuses: 503 by the proxy.",
        "tcp proxy one-to-one",
        HTTP,
        unavailable,
    ),
    _row(
        "proxy-protocol-1",
        "PROXY version 1 in front of the client's bytes.",
        "tcp proxy one-to-one",
        Setting(private_default="nat", proxies=(Proxy(80, TARGET, proxy_protocol=1),)),
        relayed,
    ),
    _row(
        "proxy-protocol-2",
        "PROXY version 2 in front of the client's bytes.",
        "tcp proxy one-to-one",
        Setting(private_default="nat", proxies=(Proxy(80, TARGET, proxy_protocol=2),)),
        relayed,
    ),
    _row(
        "real-direct",
        "curl and nginx through the 1:1 NAT.",
        "tcp one-to-one",
        Setting(web_public=True),
        real_direct,
    ),
    _row(
        "real-proxy-tcp",
        "curl and nginx through a TCP proxy.",
        "tcp proxy one-to-one",
        TCP,
        real_through_elb,
    ),
    _row(
        "real-proxy-http",
        "curl and nginx through an HTTP proxy.",
        "tcp proxy one-to-one",
        HTTP,
        real_through_elb,
    ),
    _row(
        "real-nlb",
        "curl and nginx through a destination NAT.",
        "tcp nlb one-to-one",
        Setting(private_default="nlb", forwards=(Forward("nlb", 80, TARGET),)),
        real_through_nlb,
    ),
    _row(
        "real-nat",
        "curl in the private subnet through the NAT.",
        "tcp nat one-to-one",
        Setting(private_default="nat"),
        real_out,
    ),
)
