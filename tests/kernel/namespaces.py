"""The place of one scenario, made of Linux network namespaces.

It has hosts, boxes, routers, and the links between them.

    client --- inet --- [wire] --- igw --- vpc --- bridge "public":  elb, nat, nlb, nlb2
    server --/                                 \\- bridge "private": web, web2

Each device is a namespace of its own. `vpc` is the implicit router: both bridges are its
interfaces, and a rule by the incoming one chooses the route table of the subnet. No namespace has a
link to the machine's own, so nothing can leave it. `wire` is there only where the link takes time
or loses packets.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .setting import ADDRESSES, BOXES, PRIVATE, PUBLIC, VPC_BLOCK, Setting

PREFIX = "vpcedu-"  # then the number of the process, a number within it, the name of the device
NAMED = Path("/run/netns")
CLONE_NEWNET = 0x40000000
INSIDE_VPC = tuple(name for name, address in ADDRESSES.items() if address.startswith("10."))
ROUTERS = ("inet", "igw", "vpc", "nat", "nlb", "nlb2")
ALWAYS = ("client", "server", "inet", "igw", "vpc", "web", "web2")
DEVICES = (*ADDRESSES, "inet", "igw", "vpc", "wire")
PUBLIC_TABLE, PRIVATE_TABLE = 100, 101
# the links inet-igw and igw-vpc: .1 towards the Internet, .2 towards the VPC
EDGE, CORE = ("100.64.0", "100.64.1")
OFFLOADS = ("tx", "sg", "tso", "gso", "gro", "rx")
QUIET = {  # nothing is sent that no scenario asked for; every source address is believed; no memory of earlier flows
    "ipv4/conf/{}/rp_filter": 0,
    "ipv4/conf/{}/send_redirects": 0,
    "ipv4/conf/{}/accept_redirects": 0,
    "ipv6/conf/{}/disable_ipv6": 1,
}
OF_TCP = {"tcp_no_metrics_save": "1", "tcp_congestion_control": "reno"}  # bbr would pace
_libc = ctypes.CDLL(None, use_errno=True)


class LabError(RuntimeError):
    """What the laboratory could not do."""


def run(*words: str, text: str = "") -> str:
    """What a command prints, in the namespace where this thread is.

    LabError with its own words where it fails.
    """
    done = subprocess.run(words, input=text, capture_output=True, text=True, timeout=20)
    if done.returncode:
        raise LabError(f"{' '.join(words)}: {done.stderr.strip() or done.stdout.strip()}\n{text}")
    return done.stdout


class Namespaces:
    """The namespaces of one scenario, by the device's name."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
        self.prefix = f"{self.folder.name}-"
        self.devices: tuple[str, ...] = ()
        self._programs: list[subprocess.Popen[str]] = []

    def build(self, setting: Setting) -> None:
        """Make all devices and links of a setting."""
        self.devices = _needed(setting)
        for name in self.devices:
            run("ip", "netns", "add", self.name(name))
            self._set_up(name, setting)
        for left, right in _links(self.devices):
            self._join(*left, *right)
        for name, lines in _addresses_and_routes(setting, self.devices).items():
            run("ip", "-n", self.name(name), "-batch", "-", text="\n".join(lines) + "\n")

    def name(self, device: str) -> str:
        """The namespace of a device, as the system knows it."""
        return self.prefix + device

    @contextmanager
    def inside(self, device: str) -> Iterator[None]:
        """Within the block this thread is in the namespace.

        Sockets and programs that it makes belong there.
        """
        with (
            open("/proc/thread-self/ns/net", "rb") as home,
            open(NAMED / self.name(device), "rb") as there,
        ):
            _enter(there.fileno())
            try:
                yield
            finally:
                _enter(home.fileno())

    def start(self, device: str, *words: str) -> subprocess.Popen[str]:
        """Start a program in a namespace."""
        with self.inside(device):
            program = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=self.folder,
            )
        self._programs.append(program)
        return program

    def rules(self, device: str, text: str) -> None:
        """Load nft rules in a namespace."""
        with self.inside(device):
            run("nft", "-f", "-", text=text)

    def listens(self, device: str, port: int) -> bool:
        """Whether a socket listens on a TCP port."""
        with self.inside(device):
            rows = Path("/proc/thread-self/net/tcp").read_text(encoding="ascii").splitlines()[1:]
        return any(
            row.split()[3] == "0A" and row.split()[1].endswith(f":{port:04X}") for row in rows
        )

    def close(self) -> None:
        """Take everything away; programs that still run in a namespace are ended."""
        remove([self.name(device) for device in self.devices])
        for program in self._programs:
            program.wait(10)
            for pipe in (program.stdout, program.stderr):
                if pipe is not None:
                    pipe.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _set_up(self, device: str, setting: Setting) -> None:
        tcp = setting.tcp
        values = {
            path.format(which): str(value)
            for path, value in QUIET.items()
            for which in ("all", "default")
        }
        values |= {f"ipv4/{name}": value for name, value in OF_TCP.items()}
        values["ipv4/tcp_syn_retries"], values["ipv4/tcp_synack_retries"] = (
            str(tcp.syn),
            str(tcp.synack),
        )
        values["ipv4/ip_local_port_range"] = f"{tcp.ports[0]} {tcp.ports[1]}"
        values["ipv4/tcp_syn_linear_timeouts"] = str(tcp.linear)
        if device in ROUTERS:
            values["ipv4/ip_forward"] = "1"
        with self.inside(device):
            if Path(
                "/proc/sys/net/bridge"
            ).exists():  # else bridged frames would pass the router's rules
                values["bridge/bridge-nf-call-iptables"] = "0"
            for path, value in values.items():
                file = Path("/proc/sys/net", path)
                # kernels before 6.5 know no linear phase; those without IPv6 need none of its
                # settings
                needless = path.startswith("ipv6/") or (
                    path.endswith("linear_timeouts") and value == "0"
                )
                if file.exists() or not needless:
                    file.write_text(value, encoding="ascii")

    def _join(self, left: str, port: str, right: str, other: str) -> None:
        run(
            "ip",
            "link",
            "add",
            port,
            "netns",
            self.name(left),
            "address",
            mac(left, port),
            "type",
            "veth",
            "peer",
            "name",
            other,
            "netns",
            self.name(right),
            "address",
            mac(right, other),
        )
        for device, interface in ((left, port), (right, other)):
            off = [word for name in OFFLOADS for word in (name, "off")]
            with self.inside(device):
                run("ethtool", "-K", interface, *off)


def mac(device: str, interface: str) -> str:
    """The Ethernet address of an interface, always the same."""
    names = {"inside": 1, "eth0": 0, "outside": 2}
    last = names.get(interface, 16 + DEVICES.index(interface) if interface in DEVICES else 8)
    return f"02:00:00:00:{DEVICES.index(device):02x}:{last:02x}"


def set_conntrack(namespaces: Namespaces, device: str, values: dict[str, int]) -> None:
    """Set nf_conntrack_ values in a namespace."""
    with namespaces.inside(device):
        for name, value in values.items():
            Path(f"/proc/sys/net/netfilter/nf_conntrack_{name}").write_text(
                str(value), encoding="ascii"
            )


def remove(names: Iterable[str]) -> None:
    """Delete namespaces, and end what runs in them."""
    names = [name for name in names if (NAMED / name).exists()]
    programs: list[str] = []
    for name in names:
        with suppress(LabError):
            programs += run("ip", "netns", "pids", name).split()
    for pid in programs:
        with suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
    wait_until(lambda: not any(map(runs, programs)), 10, f"processes {programs} do not end")
    for name in names:
        with suppress(LabError):
            run("ip", "netns", "delete", name)


def runs(pid: str) -> bool:
    """Whether a process is there and is more than a name that waits for its parent."""
    try:
        return (
            Path("/proc", pid, "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
            != "Z"
        )
    except (FileNotFoundError, ProcessLookupError):
        return False


def sweep() -> list[str]:
    """Take away what laboratories left whose process is dead; their namespaces' names."""
    left = [path.name for path in NAMED.glob(f"{PREFIX}*") if _is_dead(path.name)]
    remove(left)
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if _is_dead(folder.name):
            shutil.rmtree(folder, ignore_errors=True)
    return left


def wait_until(true: Callable[[], bool], seconds: float, words: str) -> None:
    """Ask again until it is true; LabError with the words where it never is."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise LabError(words)
        time.sleep(0.005)


def _is_dead(name: str) -> bool:
    pid = name.removeprefix(PREFIX).split("-")[0]
    return pid.isdigit() and not Path("/proc", pid).exists()


def _enter(descriptor: int) -> None:
    if _libc.setns(descriptor, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _needed(setting: Setting) -> tuple[str, ...]:
    """The devices of a setting; a box that it does not mention is left out."""
    boxes = {setting.private_default, *(row.box for row in setting.forwards)} & set(BOXES)
    if setting.proxies:
        boxes.add("elb")
    if setting.delay or setting.lose:
        boxes.add("wire")
    return tuple(name for name in DEVICES if name in boxes or name in ALWAYS)


def _links(devices: tuple[str, ...]) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    links = [(("client", "eth0"), ("inet", "client")), (("server", "eth0"), ("inet", "server"))]
    if "wire" in devices:
        links += [(("inet", "igw"), ("wire", "inet")), (("wire", "igw"), ("igw", "outside"))]
    else:
        links += [(("inet", "igw"), ("igw", "outside"))]
    return [
        *links,
        (("igw", "inside"), ("vpc", "igw")),
        *((("vpc", name), (name, "eth0")) for name in devices if name in INSIDE_VPC),
    ]


def _addresses_and_routes(setting: Setting, devices: tuple[str, ...]) -> dict[str, list[str]]:
    """Lines for `ip -batch` by device."""
    lines = {name: ["link set lo up"] for name in devices}
    gateways = {
        name: ADDRESSES[name].rpartition(".")[0] + ".1" for name in devices if name in ADDRESSES
    }
    for name in gateways:
        address = ADDRESSES[name]
        lines[name] += [*_up("eth0", f"{address}/24"), f"route add default via {gateways[name]}"]
    lines["inet"] += [
        line for name in ("client", "server") for line in _up(name, f"{gateways[name]}/24")
    ]
    lines["inet"] += [*_up("igw", f"{EDGE}.1/30"), f"route add 192.0.2.0/24 via {EDGE}.2"]
    lines["igw"] += [
        *_up("outside", f"{EDGE}.2/30"),
        *_up("inside", f"{CORE}.1/30"),
        f"route add default via {EDGE}.1",
        f"route add {VPC_BLOCK} via {CORE}.2",
    ]
    if "wire" in devices:
        lines["wire"] += ["link set inet up", "link set igw up"]
    lines["vpc"] += _up("igw", f"{CORE}.2/30")
    rules: list[str] = []
    default = (
        f"{CORE}.1" if setting.private_default == "igw" else ADDRESSES[setting.private_default]
    )
    for bridge, block, table, way in (
        ("public", PUBLIC, PUBLIC_TABLE, f"{CORE}.1"),
        ("private", PRIVATE, PRIVATE_TABLE, default),
    ):
        first = block.removesuffix("0/24") + "1"
        lines["vpc"] += [
            f"link add {bridge} type bridge mcast_snooping 0",
            *_up(bridge, f"{first}/24"),
        ]
        for name, gateway in gateways.items():
            if gateway == first:
                lines["vpc"] += [f"link set {name} master {bridge}", f"link set {name} up"]
        rules += [
            f"rule add iif {bridge} lookup {table}",
            f"route add {PUBLIC} dev public table {table}",
            f"route add {PRIVATE} dev private table {table}",
            f"route add default via {way} table {table}",
        ]
    lines["vpc"] += rules  # once both bridges are there
    return lines


def _up(interface: str, address: str) -> list[str]:
    return [f"addr add {address} dev {interface}", f"link set {interface} up"]
