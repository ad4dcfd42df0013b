"""What real tools print in the laboratory, and what the package's views print of the same play.

A play is a scenario whose script also looks at a machine: with `ss`, with `curl -v`, and at the end
with `tcpdump` at both ends. `Looking` is the kernel's laboratory with these verbs, `ModelLooking`
the model. What was printed is kept in recorded/tools, a JSON file for each play, with the bytes
that curl and nginx sent, which the model repeats. `fields` says what is compared of it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

from vpcedu.flow import Endpoint
from vpcedu.hosts.client import Fetch
from vpcedu.network.record import Call, Record
from vpcedu.protocols.http import Message, take
from vpcedu.views.machine.curl import curl
from vpcedu.views.machine.ss import ss
from vpcedu.views.machine.tcpdump import tcpdump

from .kernel import KernelLab
from .model import ModelLab, Replies
from .play import Scenario
from .recorder import versions
from .scenarios_tcp import DENIED_FIRST, OPEN, PAGE
from .setting import WEB_PUBLIC, Tcp
from .stored import Recording, replay

FOLDER = Path(__file__).parent / "recorded" / "tools"
ENDS = ("client", "web")
SECOND = 1_000_000
URL = f"http://{WEB_PUBLIC}/"
TOOLS = ("ip", "curl", "tcpdump")


class Said(NamedTuple):
    """What a command printed on a machine."""

    machine: str
    command: str
    lines: tuple[str, ...]


class Looked(NamedTuple):
    """All that was printed in one play, and the bytes of curl and of the server."""

    said: tuple[Said, ...]
    asked: bytes = b""
    answered: bytes = b""
    kernel: str = ""
    tools: dict[str, str] = {}  # noqa: RUF012 - never changed


class Looking(KernelLab):
    """The kernel's laboratory, with the tools of its machines."""

    def __init__(self, scenario: Scenario) -> None:
        super().__init__(scenario.setting, scenario.ports)
        self.said: list[Said] = []
        self._curl: subprocess.Popen[str] | None = None

    def look(self, host: str, options: str) -> None:
        """Note what ss prints."""
        self._print(host, f"ss {options}", ["ss", *options.split()])
        self._nap()

    def curl(self, host: str, url: str) -> None:
        """Start curl -v; `done` notes what it printed."""
        command = f"stty -onlcr && exec curl -q -v --noproxy '*' {url}"
        # a terminal: elsewhere curl prints a progress meter, and counts bytes instead of the body
        self._curl = self._place.start(host, "script", "-qec", command, "/dev/null")
        self._nap()
        self._nap()

    def done(self, host: str, url: str) -> None:
        """Wait until curl has ended."""
        assert self._curl is not None
        text = self._curl.communicate(timeout=20)[0]
        self.said.append(Said(host, f"curl -v {url}", _lines(text)))
        self._nap()

    def captured(self) -> None:
        """Note what tcpdump prints of the packets at both ends."""
        self._capture.so_far()
        for host in ENDS:
            file = str(self._capture._file(host, "eth0"))
            self._print(host, "tcpdump -n", ["tcpdump", "-n", "-r", file])

    def _print(self, host: str, command: str, words: list[str]) -> None:
        text = self._place.start(host, *words).communicate(timeout=10)[0]
        self.said.append(Said(host, command, _lines(text)))


class ModelLooking(ModelLab):
    """The model, with the package's views instead of the tools."""

    def __init__(self, scenario: Scenario, asked: bytes, answered: bytes) -> None:
        super().__init__(scenario, (asked, answered))
        self.looks: list[tuple[str, str, float]] = []  # machine, command, moment
        self._call: Call | None = None
        self._fetch: Fetch | None = None

    def look(self, host: str, options: str) -> None:
        """Remember the moment: the view is made when the play is over."""
        self.looks.append((host, f"ss {options}", self.network.clock.now / SECOND))
        self._nap(True)

    def curl(self, host: str, url: str) -> None:
        """Ask with the bytes of the real curl."""
        name, _, port = url.split("/")[2].partition(":")
        request = take(bytearray(self.replay[0])) or Message("GET / HTTP/1.1")
        remote = Endpoint(name, int(port or 80))
        self._call = Call(host, *remote, request)
        self._fetch = Fetch(request, self.network.clock.now)
        self._do(host, "connect", remote, self._fetch)
        self._nap(True)
        self._nap(True)

    def done(self, host: str, url: str) -> None:
        """Let the fetch come to its end."""
        assert self._fetch is not None
        while self._fetch.result is None:
            self.wait(0.1)
        self.looks.append((host, f"curl -v {url}", 0))
        self._nap(True)

    def captured(self) -> None:
        """Remember to print packets."""
        self.looks += [(host, "tcpdump -n", 0) for host in ENDS]

    def serve(self, host: str, port: int) -> None:
        """A server that answers with the bytes of nginx."""
        self._do(host, "listen", port, Replies(*self.replay))
        self._nap(True)

    def printed(self) -> tuple[Said, ...]:
        """What the views print."""
        return tuple(Said(*self._printed(*look)) for look in self.looks)

    def _printed(self, host: str, command: str, at: float) -> Any:
        network = self.network
        if command.startswith("ss"):
            return ss(network, host, command.removeprefix("ss "), at)
        if command.startswith("tcpdump"):
            return tcpdump(network, host)
        assert self._call is not None and self._fetch is not None
        return curl(Record(self._call, self._fetch.result, network.capture, network.vpc, 0))


# The plays.


def visit(lab: Any) -> None:
    """A connection from its first packet to TIME-WAIT."""
    lab.listen("web", 80)
    client = lab.connect("client", PAGE, 50_001)
    server = lab.accept("web", 80)
    _both(lab, "-tn")
    lab.send(client, b"request\n")
    lab.read(server)
    lab.send(server, b"page\n")
    lab.read(client)
    lab.close(client)
    lab.read(server)
    _both(lab, "-tn")
    lab.close(server)
    lab.wait(0.2)
    _both(lab, "-tn")
    _both(lab, "-tano")
    _both(lab, "-s")
    lab.captured()


def keep_alive(lab: Any) -> None:
    """A silent connection whose ends probe after 3 s, then each second."""
    lab.listen("web", 80)
    client = lab.connect("client", PAGE, 50_001)
    server = lab.accept("web", 80)
    _both(lab, "-ton")
    lab.wait(0.8)
    lab.send(client, b"request\n")
    lab.read(server)
    _both(lab, "-ton")
    lab.wait(4)
    _both(lab, "-ton")
    _both(lab, "-s")


def silent(lab: Any) -> None:
    """SYNs that nobody answers: the timer, then what curl says."""
    lab.listen("web", 80)
    lab.connect("client", PAGE, 50_001)
    lab.look("client", "-tn")
    lab.wait(0.2)
    lab.look("client", "-ton")
    lab.wait(1)
    lab.look("client", "-ton")
    lab.wait(2)
    lab.look("client", "-tano")
    lab.captured()


def curl_timed_out(lab: Any) -> None:
    """curl, and a network ACL that drops its SYNs."""
    _fetch(lab)


def curl_refused(lab: Any) -> None:
    """curl, and nobody listens."""
    _fetch(lab)


def curl_page(lab: Any) -> None:
    """curl and nginx."""
    lab.serve("web", 80)
    _fetch(lab)


def curl_reset(lab: Any) -> None:
    """The server reads the request and ends with RST."""
    _fetch_in_vain(lab, lab.abort)


def curl_empty(lab: Any) -> None:
    """The server reads the request and closes."""
    _fetch_in_vain(lab, lab.close)


def _fetch_in_vain(lab: Any, end: Callable[[Any], Any]) -> None:
    lab.listen("web", 80)
    lab.curl("client", URL)
    server = lab.accept("web", 80)
    lab.read(server)
    end(server)
    lab.done("client", URL)
    lab.captured()


def _fetch(lab: Any) -> None:
    lab.curl("client", URL)
    lab.done("client", URL)
    lab.captured()


def _both(lab: Any, options: str) -> None:
    for host in ENDS:
        lab.look(host, options)


def _play(script: Any, setting: Any) -> Scenario:
    name, sentence = script.__name__.replace("_", "-"), script.__doc__
    return Scenario(name, sentence, ("tcp", "one-to-one"), setting, script, frozenset((80, 50_001)))


DENIED = OPEN._replace(acl=DENIED_FIRST, tcp=Tcp(syn=1))
PLAYS = {
    play.name: play
    for play in (
        _play(visit, OPEN),
        _play(keep_alive, OPEN._replace(tcp=Tcp(keepalive=(3, 1, 5)))),
        _play(silent, DENIED),
        _play(curl_timed_out, DENIED),
        _play(curl_refused, OPEN),
        _play(curl_page, OPEN),
        _play(curl_reset, OPEN),
        _play(curl_empty, OPEN),
    )
}


def record(play: Scenario) -> Looked:
    """Run a play on this machine's kernel."""
    with Looking(play) as lab:
        play.script(lab)
    asked, answered = replay(Recording(lab.records, lab.facts))
    known = versions()
    tools = {name: known[name] for name in TOOLS}
    return Looked(tuple(lab.said), asked, answered, os.uname().release, tools)


def model(play: Scenario, kernel: Looked) -> Looked:
    """Run a play in the model, with the bytes of the recording's programs."""
    lab = ModelLooking(play, kernel.asked, kernel.answered)
    play.script(lab)
    return Looked(lab.printed())


def load(name: str) -> Looked:
    """A stored recording."""
    words = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    said = tuple(Said(row["machine"], row["command"], tuple(row["lines"])) for row in words["said"])
    asked, answered = (words[key].encode("latin-1") for key in ("asked", "answered"))
    return Looked(said, asked, answered, words["kernel"], words["tools"])


def save(name: str, looked: Looked) -> None:
    """Store a recording."""
    FOLDER.mkdir(exist_ok=True)
    words = looked._asdict() | {
        "play": name,
        "asked": looked.asked.decode("latin-1"),
        "answered": looked.answered.decode("latin-1"),
        "said": [said._asdict() for said in looked.said],
    }
    text = json.dumps(words, indent=1, sort_keys=True, ensure_ascii=False)
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def _lines(text: str) -> tuple[str, ...]:
    """Lines without the spaces at their end, which are ss's; those of curl's headers stay."""
    lines = text.replace("\r", "").splitlines()
    return tuple(line if line.startswith(("<", ">")) else line.rstrip() for line in lines)


# What is compared.

CHOSEN = {"80", "50001"}  # ports; every other is its host's own choice
SLACK = 0.4  # seconds by which a busy machine may be late


def differences(kernel: Looked, other: Looked) -> list[str]:
    """What differs between what was printed in two runs of a play, in words."""
    found = []
    for one, two in zip_longest(kernel.said, other.said):
        if one is None or two is None or one[:2] != two[:2]:
            found.append(f"{one} | {two}")
            continue
        for here, there in zip_longest(fields(one), fields(two)):
            if not _equal(here, there):
                found.append(f"{one.machine}$ {one.command}: {here} | {there}")
    return found


def fields(said: Said) -> list[Field]:
    """What is compared of an output: a tuple for each line. Numbers of seconds may differ a bit.

    ss: every column and timer, and the lines character by character where a host has no listener
    and no timer; sockets that listen are left out. ss -s: estab and timewait, since the sums count
    the sockets of the whole laboratory. curl: every line. tcpdump: addresses, ports, flags, numbers
    (those of a SYN are random), a SYN's options but for their values, lengths, the line of HTTP;
    neither time nor window, and no pure acknowledgment but the third packet of a handshake, since
    two right implementations differ there.
    """
    if said.command.startswith("tcpdump"):
        return [found for line in said.lines if (found := _packet(line))]
    if said.command == "ss -s":
        words = next(line for line in said.lines if line.startswith("TCP: "))
        numbers = re.findall(r"(estab|timewait) (\d+)", words)
        return [*numbers, ("form", re.sub(r"\d+", "n", words))]
    if said.command.startswith("ss"):
        rows = [_socket(line) for line in said.lines[1:] if not line.startswith("LISTEN")]
        plain = "o" not in said.command and len(rows) == len(said.lines) - 1
        return rows + [(line,) for line in said.lines if plain]
    return [_curl(line) for line in said.lines]


Field = tuple[str | float, ...]


def _equal(one: Field | None, two: Field | None) -> bool:
    if one is None or two is None or len(one) != len(two):
        return one == two
    return all(
        abs(a - b) <= SLACK if isinstance(a, float) and isinstance(b, float) else a == b
        for a, b in zip(one, two, strict=True)
    )


def _socket(line: str) -> Field:
    state, received, sent, local, peer, *timer = line.split()
    ends = (_end(local, ":"), _end(peer, ":"))
    if not timer or not timer[0].startswith("timer:("):
        return (*timer, state, received, sent, *ends)
    name, left, tries = timer[0].removeprefix("timer:(").removesuffix(")").split(",")
    return (state, received, sent, *ends, name, _seconds(left), tries)


def _seconds(words: str) -> float:
    """A duration of ss: "9.123ms" is 9.123 s, "250ms" a quarter of a second."""
    minutes, seconds, part = re.fullmatch(
        r"(?:(\d+)min)?(?:(\d+)(?:sec|\.(?=\d)))?(?:(\d+)ms)?", words
    ).groups("0")  # type: ignore[union-attr]
    return int(minutes) * 60 + int(seconds) + int(part) / 1_000


def _curl(line: str) -> Field:
    head, after, tail = line.partition(" after ")
    if not after:
        return (line,)
    number, rest = tail.split(" ", 1)
    return (head, int(number) / 1_000, rest)


def _packet(line: str) -> Field | None:
    """What is compared of a line of tcpdump, None for a pure acknowledgment."""
    _, ip, src, arrow, dst, rest = line.split(" ", 5)
    flags = rest.removeprefix("Flags [").partition("]")[0]
    found = dict(re.findall(r"(seq|ack|length) ([\d:]+)", rest))
    length, http = (
        found["length"],
        rest.partition(f"length {found['length']}")[2] if "length" in found else "",
    )
    if flags == "." and length == "0" and found.get("ack") != "1":
        return None
    found = {name: "random" if len(number) > 6 else number for name, number in found.items()}
    options = re.search(r"options \[(.*)\]", rest) if "S" in flags else None
    names = "-".join(option.split()[0] for option in options[1].split(",")) if options else ""
    order = "-".join(re.findall(r"(Flags|seq|ack|win|options|length)", rest.partition(": HTTP")[0]))
    order = order if "S" in flags else order.replace("-options", "")
    return (
        ip,
        _end(src, "."),
        arrow,
        _end(dst.rstrip(":"), "."),
        flags,
        found.get("seq", ""),
        found.get("ack", ""),
        names,
        length,
        http,
        order,
    )


def _end(words: str, mark: str) -> str:
    address, _, port = words.rpartition(mark)
    return f"{address}{mark}{port if port in CHOSEN else 'eph'}"
