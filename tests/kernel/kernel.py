"""The kernel's laboratory: runs a scenario on this machine's own TCP/IP.

It records every header at every point.
"""

from __future__ import annotations

import atexit
import errno
import os
import shutil
import signal
import socket
import struct
import sys
import threading
import time
from types import FrameType, TracebackType
from typing import Any, Self

from vpcedu.tables.security_group import GroupRule

from . import boxes, forged
from .capture import Capture
from .namespaces import LabError, Namespaces, sweep
from .programs import curl, send_raw, start_nginx, tcp_socket
from .proxies import start_proxies
from .records import Record
from .setting import ADDRESSES, NAP, Setting
from .wire import Wire

TOOLS = ("ip", "nft", "tcpdump", "ethtool", "haproxy", "nginx", "curl")
LIMIT = 60.0  # seconds after which a scenario is given up, whatever it does
FAILURES = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "reset",
    errno.EPIPE: "broken pipe",
    errno.ETIMEDOUT: "timed out",
    errno.ENETUNREACH: "unreachable",
    errno.EHOSTUNREACH: "unreachable",
}
SYN_SENT, SYN_RECEIVED = 2, 3  # of TCP_INFO
LONG = 60  # bytes that a fact shows as they are
Fact = tuple[str, str]


def missing_tools() -> list[str]:
    """The programs that the laboratory needs and that are not here."""
    return [tool for tool in TOOLS if shutil.which(tool) is None]


def why_not() -> str:
    """Why the laboratory cannot work here; empty where it can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "the laboratory needs root on Linux"
    if missing := missing_tools():
        return f"the laboratory needs {', '.join(missing)}"
    tried = Namespaces()
    try:
        tried.build(Setting())
        boxes.set_up(tried, Setting())
    except (LabError, OSError) as failed:
        return f"the laboratory may not make network namespaces here: {failed}"
    finally:
        tried.close()
    return ""


class KernelLab:
    """A `Driver` made of namespaces, sockets and programs.

    `records` and `facts` are whole once the block is left.
    """

    def __init__(self, setting: Setting, fixed: frozenset[int] = frozenset()) -> None:
        self.setting, self.fixed = setting, fixed
        self.facts: list[Fact] = []
        self.records: list[Record] = []
        self._groups = setting.groups
        self._listeners: dict[tuple[str, int], socket.socket] = {}
        self._sockets: dict[str, socket.socket] = {}  # kept alive: one that is forgotten sends FIN
        self._errors: dict[str, int] = {}
        self._opened = self._accepted = 0
        self._end = 0.0
        self._wire: Wire | None = None
        self._namespaces: Namespaces | None = None

    def __enter__(self) -> Self:
        sweep()
        self._old = _catch_sigterm()
        self._processors = os.sched_getaffinity(0)
        # one processor for all: what is due at one moment happens in one order
        os.sched_setaffinity(0, {sorted(self._processors)[os.getpid() % len(self._processors)]})
        atexit.register(self._tear_down)
        try:
            self._build()
        except BaseException:
            self._tear_down()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self.records = self._capture.stop()
        finally:
            self._tear_down()

    def _build(self) -> None:
        self._end = time.monotonic() + LIMIT
        self._namespaces = place = Namespaces()
        place.build(self.setting)
        boxes.set_up(place, self.setting)
        if "wire" in place.devices:
            self._wire = Wire(place, self.setting.delay, self.setting.lose)
            self._wire.start()
        if self.setting.proxies:
            start_proxies(place, self.setting.proxies)
        self._capture = Capture(place)
        self._capture.start()

    def _tear_down(self) -> None:
        atexit.unregister(self._tear_down)
        os.sched_setaffinity(0, self._processors)
        place, self._namespaces = self._namespaces, None
        if self._wire is not None:
            self._wire.stop()
        if place is not None:
            place.close()
        for end in (*self._sockets.values(), *self._listeners.values()):
            end.close()
        if self._old is not None:
            signal.signal(signal.SIGTERM, self._old)
            self._old = None

    # --- the verbs, as play.py has them ---------------------------------------------------

    def listen(self, host: str, port: int, backlog: int = 128) -> None:
        self._listeners[host, port] = end = self._socket(host)
        end.bind(("", port))
        end.listen(backlog)
        self._nap()

    def connect(self, host: str, to: str, port: int | None = None, nap: bool = True) -> str:
        self._opened += 1
        handle = f"c{self._opened}"
        self._sockets[handle] = end = self._socket(host)
        if port is not None:
            end.bind(("", port))
        address, _, number = to.partition(":")
        failed = end.connect_ex((address, int(number)))
        if failed == errno.EADDRNOTAVAIL:
            self._note(handle, "connect", "no port left")
        elif port is None:
            self._note(handle, "port", "odd" if end.getsockname()[1] % 2 else "even")
        if failed not in (0, errno.EINPROGRESS):
            self._errors[handle] = failed
        self._nap(nap)
        return handle

    def outcome(self, handle: str) -> None:
        self._note(handle, "outcome", self._standing(handle))

    def accept(self, host: str, port: int) -> str:
        handle = f"a{self._accepted + 1}"
        try:
            end, (address, peer) = self._listeners[host, port].accept()
        except BlockingIOError:
            self._note(handle, "accept", "nobody")
        else:
            end.setblocking(False)
            self._accepted += 1
            self._sockets[handle] = end
            self._note(handle, "accept", f"{address}:{peer if peer in self.fixed else 'eph'}")
        self._nap()
        return handle

    def send(self, handle: str, data: bytes, nap: bool = True) -> None:
        try:
            sent = self._sockets[handle].send(data)
        except OSError as failed:
            self._note(handle, "send", _words(failed))
        else:
            if sent < len(data):
                raise LabError(f"{handle} took {sent} of {len(data)} bytes")
        self._nap(nap)

    def read(self, handle: str) -> None:
        data, after = b"", ""
        try:
            while part := self._sockets[handle].recv(65_536):
                data += part
            after = " end"
        except BlockingIOError:
            pass
        except OSError as failed:
            after = f" {_words(failed)}" if data else _words(failed)
        text = data.decode("latin-1") if len(data) <= LONG else f"{len(data)} bytes"
        self._note(handle, "read", text + after or "nothing")
        self._nap()

    def shut(self, handle: str, nap: bool = True) -> None:
        self._sockets[handle].shutdown(socket.SHUT_WR)
        self._nap(nap)

    def close(self, handle: str, nap: bool = True) -> None:
        self._sockets[handle].close()
        self._nap(nap)

    def abort(self, handle: str) -> None:
        self._sockets[handle].setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        self.close(handle)

    def wait(self, seconds: float) -> None:
        if time.monotonic() + seconds > self._end:
            raise LabError(f"the scenario takes longer than {LIMIT} s")
        time.sleep(seconds)

    def remove(self, rule: GroupRule) -> None:
        self._groups = tuple(kept for kept in self._groups if kept != rule)
        self._place.rules("web", boxes.group_rules(self._groups))
        self._nap()

    def forge(
        self, host: str, flow: str, flags: str, seq: int, ack: int = 0, data: bytes = b""
    ) -> None:
        rows = self._capture.so_far()
        before = len(forged.heard(rows, host, flow))
        send_raw(self._place, host, forged.segment(rows, flow, flags, seq, ack, data))
        self._nap()
        answers = forged.heard(self._capture.so_far(), host, flow)[before:]
        self._note(host, "forge", ", ".join(answers) or "nothing")

    def forge_error(self, host: str, flow: str, seq: int) -> None:
        rows = self._capture.so_far()
        send_raw(self._place, host, forged.error(rows, ADDRESSES[host], flow, seq))
        self._nap()

    def serve(self, host: str, port: int) -> None:
        start_nginx(self._place, host, ADDRESSES[host], port)
        self._nap()

    def fetch(self, host: str, url: str) -> None:
        self._note(host, "fetch", curl(self._place, host, url))
        self._nap()

    # --------------------------------------------------------------------------------------

    @property
    def _place(self) -> Namespaces:
        if self._namespaces is None:
            raise LabError("the laboratory is not open")
        return self._namespaces

    def _socket(self, host: str) -> socket.socket:
        made = tcp_socket(self._place, host)
        if self.setting.tcp.keepalive is not None:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            names = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
            for name, value in zip(names, self.setting.tcp.keepalive, strict=True):
                made.setsockopt(socket.IPPROTO_TCP, name, value)
        return made

    def _note(self, handle: str, verb: str, value: str) -> None:
        self.facts.append((f"{handle} {verb}", value))

    def _nap(self, nap: bool = True) -> None:
        if nap:
            self.wait(NAP + 3 * self.setting.delay)

    def _standing(self, handle: str) -> str:
        end = self._sockets[handle]
        failed = self._errors.get(handle, 0) or end.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if failed:
            self._errors[handle] = failed  # the system tells it once only
            return FAILURES[failed]
        state = end.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
        return "pending" if state in (SYN_SENT, SYN_RECEIVED) else "connected"


def _words(failed: OSError) -> str:
    return FAILURES[failed.errno or 0]


def _catch_sigterm() -> Any:
    """Let SIGTERM end the process through its `finally` blocks.

    Returns the handler before it, None where it stays.
    """
    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL
    ):
        return None
    return signal.signal(signal.SIGTERM, _leave)


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
