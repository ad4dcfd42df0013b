"""Programs at the ends: sockets made inside a namespace, nginx, curl, and packets as they are."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

from vpcedu.packet import Packet
from vpcedu.views.bytes.wire import encode

from .namespaces import LabError, Namespaces, wait_until

PAGE = 2_000  # bytes
RAW_IDENTIFICATION = 1  # in the IPv4 header; 0 would have the kernel choose
CHANGED = 1_700_000_000  # when the page was changed last, so that its headers are always the same
NGINX = """daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    server_tokens off;
    default_type text/plain;
    keepalive_timeout 65;
    {places}
    server {{
        listen {address}:{port};
        root {folder}/page;
    }}
}}
"""
PLACES = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def tcp_socket(namespaces: Namespaces, device: str) -> socket.socket:
    """A TCP socket of a device; no call on it waits."""
    with namespaces.inside(device):
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setblocking(False)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return made


def send_raw(namespaces: Namespaces, device: str, packet: Packet) -> None:
    """Put a packet out of a device as it is."""
    with (
        namespaces.inside(device),
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as made,
    ):
        made.sendto(encode(packet, RAW_IDENTIFICATION), (packet.flow.dst, 0))


def start_nginx(namespaces: Namespaces, device: str, address: str, port: int) -> None:
    """A web server with one page."""
    page = namespaces.folder / "page" / "index.html"
    page.parent.mkdir(exist_ok=True)
    page.write_text(("a page of two thousand bytes\n" * PAGE)[:PAGE], encoding="ascii")
    os.utime(page, (CHANGED, CHANGED))
    for path in (namespaces.folder, page.parent):
        path.chmod(0o755)  # nginx reads it as nobody where it is started by root
    places = " ".join(f"{name}_temp_path {namespaces.folder}/{name};" for name in PLACES)
    text = NGINX.format(folder=namespaces.folder, address=address, port=port, places=places)
    file = _written(namespaces.folder / "nginx.conf", text)
    program = namespaces.start(
        device, "nginx", "-c", str(file), "-e", str(namespaces.folder / "nginx.log")
    )
    wait_for(namespaces, program, device, port)


def curl(namespaces: Namespaces, device: str, url: str) -> str:
    """The status code and the size of what was fetched; code 000 where nothing was."""
    said = "%{http_code} %{size_download}"
    words = [
        "curl",
        "-q",
        "--silent",
        "--noproxy",
        "*",
        "--max-time",
        "5",
        "--user-agent",
        "curl",
        "--output",
        os.devnull,
        "--write-out",
        said,
        url,
    ]
    return namespaces.start(device, *words).communicate(timeout=10)[0]


def wait_for(
    namespaces: Namespaces, program: subprocess.Popen[str], device: str, port: int
) -> None:
    """Wait until a program listens; LabError with its own words where it does not."""

    def ready() -> bool:
        if program.poll() is not None:
            raise LabError(f"{program.args!r} ended: {program.communicate()}")
        return namespaces.listens(device, port)

    wait_until(ready, 5, f"{program.args!r} does not listen on port {port}")


def _written(file: Path, text: str) -> Path:
    file.write_text(text, encoding="ascii")
    return file
