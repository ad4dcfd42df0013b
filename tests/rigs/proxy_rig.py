"""A client, another one, a balancer and web servers on one wire, for the tests of balancers."""

from rigs.one_wire import Lan, Talker
from vpcedu.flow import Endpoint
from vpcedu.hosts.host import Host
from vpcedu.hosts.web_server import WebServer
from vpcedu.packet import SYN
from vpcedu.protocols.http import request
from vpcedu.tables.target_group import Listener, TargetGroup

CLIENT, OTHER, NODE, WEB, SECOND_WEB = (
    "203.0.113.10",
    "203.0.113.66",
    "10.0.0.10",
    "10.0.1.10",
    "10.0.2.10",
)
BACK, SECOND_BACK = Endpoint(WEB, 8_080), Endpoint(SECOND_WEB, 8_080)
ONE, TWO = TargetGroup("web", (BACK,)), TargetGroup("web", (BACK, SECOND_BACK))


def lan_with(kind, protocol="HTTP", group=ONE, rules=(), **settings):
    """The wire; more settings go to the balancer's node."""
    node = kind("ELB node", NODE, 0, (Listener(protocol, 80, group, None, rules),), **settings)
    return Lan(
        Host("client", CLIENT),
        Host("other", OTHER),
        node,
        WebServer("web", WEB, listens=(8_080,)),
        WebServer("web 2", SECOND_WEB, listens=(8_080,)),
    )


def call(lan, data=b"", who=CLIENT, port=80):
    """A client connects to the balancer and sends; returns what it hears."""
    talker = Talker(data)
    lan.do(lan.hosts[who], "connect", Endpoint(NODE, port), talker)
    return talker


def say(lan, talker, data, who=CLIENT):
    lan.do(lan.hosts[who], "send", talker.connection, data)


def get(*headers, path="/", host="www.example.com"):
    return bytes(request("GET", path, host, *headers))


def statuses(talker):
    """The status of every answer a talker got."""
    return [part.split(b"\r\n")[0].decode() for part in talker.got.split(b"HTTP/1.1 ")[1:]]


def opened(lan, to=BACK):
    """How many connections were opened to an endpoint."""
    return sum(packet.flags == SYN and packet.flow.destination == to for packet in lan.seen)


class Says:
    """A server that answers every piece of data with the same bytes; or only listens."""

    def __init__(self, data=b"", close=False):
        self.data, self.close, self.got, self.heard = data, close, b"", []

    def on(self, host, connection, event, data, now):
        self.heard.append(event)
        if event == "data":
            self.got += data
            if self.data:
                host.send(connection, self.data, now)
            if self.close:
                host.close(connection, now)
