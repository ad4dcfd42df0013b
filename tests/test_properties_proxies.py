"""What holds for every proxy, whatever clients and targets do.

Bytes stay apart, every request ends, nothing leaks.
"""

from hypothesis import given, settings
from hypothesis import strategies as st
from rigs.one_wire import Lan, Talker
from rigs.proxy_rig import BACK, CLIENT, NODE, OTHER, WEB, call, get, lan_with, say

from vpcedu.clock import SECOND
from vpcedu.flow import Endpoint, spread
from vpcedu.hosts.application_load_balancer import ApplicationLoadBalancer
from vpcedu.hosts.classic_load_balancer import ClassicLoadBalancer
from vpcedu.hosts.host import Host
from vpcedu.protocols.http import request, response, take
from vpcedu.tables.target_group import Listener, TargetGroup

KINDS = st.sampled_from([ClassicLoadBalancer, ApplicationLoadBalancer])
LATE = 9_000 * SECOND
FAILURES = {
    "408 Request Timeout",
    "460",
    "502 Bad Gateway",
    "503 Service Unavailable",
    "504 Gateway Timeout",
}


def examples(number):
    return settings(max_examples=number, derandomize=True, deadline=None)


class Moody:
    """A server that answers each request with its body, or does what its next mood says."""

    def __init__(self, moods):
        self.moods, self.buffers, self.bodies = list(moods), {}, []

    def on(self, host, connection, event, data, now):
        if event == "end of data":
            host.close(connection, now)
        if event == "data":
            self.buffers.setdefault(connection, bytearray()).extend(data)
            try:
                self.read(host, connection, now)
            except ValueError:
                host.abort(connection, now)

    def read(self, host, connection, now):
        buffer = self.buffers[connection]
        while (
            not connection.closing
            and connection.state != "CLOSED"
            and (message := take(buffer)) is not None
        ):
            self.bodies.append(message.body)
            mood = self.moods.pop(0) if self.moods else "answer"
            answer = bytes(response("200 OK", message.body.decode()))
            if mood in ("abort", "close"):
                getattr(host, mood)(connection, now)
            elif mood != "nothing":
                host.send(
                    connection,
                    {
                        "answer": answer,
                        "too much": answer + b"more",
                        "half": answer[:-1],
                        "nonsense": b"nonsense\r\n\r\n",
                    }[mood],
                    now,
                )


MOODS = st.lists(
    st.sampled_from(
        ["answer", "answer", "abort", "close", "nothing", "too much", "half", "nonsense"]
    ),
    max_size=8,
)


def post(body):
    """A request with a body."""
    return bytes(
        request("POST", "/", "www.example.com", ("Content-Length", str(len(body))))._replace(
            body=body
        )
    )


def crowd(kind, moods, clients=4):
    """A balancer between several clients and a moody server."""
    node = kind("ELB node", NODE, 0, (Listener("HTTP", 80, TargetGroup("web", (BACK,))),))
    server = Moody(moods)
    lan = Lan(
        *(Host(f"client {i}", f"203.0.113.{i}") for i in range(clients)), node, Host("web", WEB)
    )
    lan.hosts[WEB].listen(8_080, server)
    return lan, server


@examples(60)
@given(
    KINDS,
    MOODS,
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 90)), min_size=1, max_size=30),
)
def test_no_byte_of_one_client_s_body_reaches_another(kind, moods, pieces):
    """Four clients send a request each, cut into pieces that arrive interleaved.

    No client's letter is in another's.
    """
    lan, server = crowd(kind, moods)
    rest = {i: bytearray(post(bytes((ord("A") + i,)) * (10 + 40 * i)) * 2) for i in range(4)}
    talkers = {i: call(lan, who=f"203.0.113.{i}") for i in rest}
    for i, size in pieces + [(i, 1_000) for i in rest]:
        if rest[i] and not talkers[i].connection.closing and "reset" not in talkers[i].heard:
            say(lan, talkers[i], bytes(rest[i][:size]), f"203.0.113.{i}")
            del rest[i][:size]
    lan.wait(LATE)
    assert all(len(set(body)) == 1 for body in server.bodies)
    for i, talker in talkers.items():
        buffer = bytearray(talker.got)
        while (answer := take(buffer)) is not None:
            assert answer.start != "HTTP/1.1 200 OK" or set(answer.body) == {ord("A") + i}
        assert buffer == b""


@examples(60)
@given(
    KINDS,
    MOODS,
    st.lists(st.sampled_from(["wait", "stay", "close", "abort"]), min_size=1, max_size=8),
)
def test_every_request_gets_exactly_one_answer_or_one_named_failure(kind, moods, habits):
    lan, _ = crowd(kind, moods, 1)
    sent = [
        call(lan, post(f"number {number}".encode()), "203.0.113.0") for number in range(len(habits))
    ]
    for talker, habit in zip(sent, habits, strict=True):
        if habit in ("close", "abort"):
            lan.do(lan.hosts["203.0.113.0"], habit, talker.connection)
        elif habit == "wait":
            lan.wait(lan.now + 61 * SECOND)
    lan.wait(LATE)
    rows = {row.client.port: [] for row in lan.told("answered")}
    for row in lan.told("answered"):
        rows[row.client.port].append(row)
    assert len(rows) == len(sent)
    for talker in sent:
        (row,) = rows[talker.connection.flow.sport]
        assert row.request == "POST / HTTP/1.1"
        assert row.status == row.came == "200 OK" or (row.came == "" and row.status in FAILURES)
        gone = row.status == "460" or (row.status[:3] == "408")
        assert talker.got.count(b"HTTP/1.1 ") == (not gone)
        assert gone or talker.got.startswith(f"HTTP/1.1 {row.status}\r\n".encode())


# What a client of the long run does: the bytes it sends, and what it does then.
VISITS = (
    (get(), "close"),
    (get(), "stay"),
    (get(), "abort"),
    (get() + get(path="/two"), "close"),
    (b"", "close"),
    (get(("Connection", "close")), "close"),
    (b"nonsense\r\n\r\n", "close"),
    (get()[:20], "abort"),
    (b"", "stay"),
    (post(b"body"), "close"),
)
MANY = 3_334  # visits to each of three balancers


def idle_watches(node):
    """Everything that the programs of a node still remember of connections."""
    program = node.listeners[80]
    words = ("_other", "_buffers", "_asked", "_waiting", "_last", "_kept")
    return [getattr(program, word) for word in words if getattr(program, word, None)] + list(
        program._idle._last
    )


def long_run(kind, protocol):
    lan = lan_with(kind, protocol)
    lan.hosts[WEB].listen(8_080, Moody(()))
    most = 0
    for number in range(MANY):
        data, habit = VISITS[spread("visit", number) % len(VISITS)]
        if number % 7 == 0:
            lan.hosts[WEB].listeners[8_080].moods.append(
                ("abort", "close", "nothing", "nonsense")[number // 7 % 4]
            )
        talker = Talker(data)
        who = lan.hosts[(CLIENT, OTHER)[number % 2]]
        lan.do(who, "connect", Endpoint(NODE, 80), talker)
        if habit != "stay" and talker.connection.state != "CLOSED":
            lan.do(who, habit, talker.connection)
        lan.seen.clear(), lan.steps.clear(), lan.events.clear()
        if number % 10 == 0:
            lan.wait(lan.now + 10 * SECOND)
        most = max(most, len(lan.hosts[NODE].connections))
    lan.wait(lan.now + LATE)
    return lan, most


def test_connections_never_leak_over_10_000_visits():
    for kind, protocol in (
        (ClassicLoadBalancer, "TCP"),
        (ClassicLoadBalancer, "HTTP"),
        (ApplicationLoadBalancer, "HTTP"),
    ):
        lan, most = long_run(kind, protocol)
        node = lan.hosts[NODE]
        # what 60 s of TIME-WAIT and 120 s of clients that never close make, and no more
        assert most < 250
        assert node.connections == {}
        assert idle_watches(node) == []
        assert node.deadline is None
    assert 3 * MANY >= 10_000


@examples(60)
@given(
    st.lists(
        st.tuples(st.booleans(), st.binary(min_size=1, max_size=3_000)), min_size=1, max_size=10
    )
)
def test_a_tcp_listener_changes_no_byte_in_either_direction(words):
    lan, server = lan_with(ClassicLoadBalancer, "TCP"), Talker()
    lan.hosts[WEB].listen(8_080, server)
    client = call(lan)
    for up, data in words:
        if up:
            say(lan, client, data)
        else:
            lan.do(lan.hosts[WEB], "send", server.connection, data)
    assert server.got == b"".join(data for up, data in words if up)
    assert client.got == b"".join(data for up, data in words if not up)
