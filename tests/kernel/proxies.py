"""Rows of `Proxy` as HAProxy's configuration.

What it does to bytes is what `forward` does, and no more.
"""

from __future__ import annotations

from vpcedu.protocols.forwarded import FOR, PORT, PROTO
from vpcedu.protocols.http import response

from .namespaces import Namespaces
from .programs import wait_for
from .setting import ADDRESSES, UNAVAILABLE, Proxy

# HAProxy writes header names in small letters unless it is told each one that is to be kept.
NAMES = (
    "Host",
    "User-Agent",
    "Accept",
    "Content-Length",
    "Content-Type",
    "Connection",
    "Server",
    "Date",
    "Last-Modified",
    "ETag",
    "Accept-Ranges",
    FOR,
    PROTO,
    PORT,
)
HEAD = """global
    nbthread 1
    maxconn 100
{names}
defaults
    retries 0
    timeout connect 3s
    timeout client 30s
    timeout server 30s
    timeout http-keep-alive 30s
"""
TCP = """listen p{port}
    mode tcp
    bind {own}:{port}
    server target {target} {header}
"""
HTTP = """listen p{port}
    mode http
    bind {own}:{port}
    option h1-case-adjust-bogus-client
    option h1-case-adjust-bogus-server
    http-reuse always
    errorfile 503 {folder}/503.http
    http-request set-var(txn.had) str(yes) if {{ req.hdr({name}) -m found }}
    http-request replace-header {name} (.*) "\\1, %[src]"
    http-request add-header {name} %[src] unless {{ var(txn.had) -m found }}
    http-request set-header {proto} http
    http-request set-header {port_name} %[dst_port]
    server target {target} {header}
"""
SECTIONS = {"tcp": TCP, "http": HTTP}
HEADERS = {0: "", 1: "send-proxy", 2: "send-proxy-v2"}


def start_proxies(namespaces: Namespaces, rows: tuple[Proxy, ...]) -> None:
    """HAProxy at "elb" with all rows."""
    said = bytes(response("503 Service Unavailable", UNAVAILABLE))
    (namespaces.folder / "503.http").write_bytes(said)
    file = namespaces.folder / "haproxy.cfg"
    file.write_text(configuration(rows, str(namespaces.folder)), encoding="ascii")
    program = namespaces.start("elb", "haproxy", "-db", "-q", "-f", str(file))
    for row in rows:
        wait_for(namespaces, program, "elb", row.port)


def configuration(rows: tuple[Proxy, ...], folder: str) -> str:
    """The text of HAProxy's configuration."""
    text = HEAD.format(
        names="\n".join(f"    h1-case-adjust {name.lower()} {name}" for name in NAMES)
    )
    for port, (address, target), protocol, version in rows:
        text += SECTIONS[protocol].format(
            port=port,
            own=ADDRESSES["elb"],
            target=f"{address}:{target}",
            header=HEADERS[version],
            folder=folder,
            name=FOR,
            proto=PROTO,
            port_name=PORT,
        )
    return text
