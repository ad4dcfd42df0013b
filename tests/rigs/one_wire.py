"""Hosts on one wire without a network between them, for the tests of hosts.

Every packet arrives at once.
"""

from collections import deque

from vpcedu.trace import DELIVER


class Lan:
    """Hosts by address; `seen` is every packet in order; the hosts in `silent` get none."""

    def __init__(self, *hosts):
        self.hosts = {host.address: host for host in hosts}
        self.seen, self.events, self.steps = [], [], []
        self.silent = set()
        self.now = 0
        self.way = deque()

    def do(self, host, call, *arguments):
        result = getattr(host, call)(*arguments, self.now)
        self.way += host.flush(self.now)
        self.settle()
        return result

    def settle(self):
        """Let everything that is on the way arrive."""
        while self.way:
            assert len(self.seen) < 2_000, "the hosts never stop talking"
            packet = self.way.popleft()
            self.seen.append(packet)
            host = self.hosts.get(packet.flow.dst)
            if host is not None and host.name not in self.silent:
                step = host.handle(packet, self.now)
                self.steps.append(step)
                assert step.action == DELIVER or step.reason is not None
                self.way += step.sent
        for host in self.hosts.values():
            self.events += host.take_events()

    def wait(self, until):
        """Let alarms ring up to an instant, and what they cause arrive."""
        while deadlines := [
            h.deadline
            for h in self.hosts.values()
            if h.deadline is not None and h.deadline <= until
        ]:
            self.now = min(deadlines)
            for host in self.hosts.values():
                self.way += (step.before for step in host.wake(self.now))
            self.settle()
        self.now = until

    def told(self, what):
        """The rows of the events of one kind."""
        return [event.row for event in self.events if event.what == what]

    @property
    def idle(self):
        """Whether no host has a connection left that is open (TIME-WAIT is none)."""
        return all(
            c.state == "TIME-WAIT"
            for host in self.hosts.values()
            for c in host.connections.values()
        )


class Talker:
    """A program that writes down what it hears and does what it is told when."""

    def __init__(self, says=b""):
        self.says, self.heard, self.got, self.connection = says, [], b"", None

    def on(self, host, connection, event, data, now):
        self.connection = connection
        self.heard.append(event)
        if event == "connected" and self.says:
            host.send(connection, self.says, now)
        elif event == "data":
            self.got += data
