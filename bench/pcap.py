"""W3 'pcap': write N Ethernet/IPv4/TCP packets to a file and read them back, with right checksums.

    python3 bench/pcap.py             N = 100,000, as the goals are meant; dpkt and scapy play 3,000
    python3 bench/pcap.py --n 2000    quicker
    pip install "vpcedu[bench]"       brings dpkt and scapy; without them they are left out

The work: a classic little-endian pcap, LINKTYPE_ETHERNET, microseconds. Packet j: time
1,700,000,000 s + j * 100 us; MACs 02:00:00:00:00:01 > 02:00:00:00:00:02; TTL 64, identification j &
0xffff, Don't Fragment; from 10.0.16.0 + j % 1000, port 32768 + j // 1000, to 203.0.113.(1 + j % 4),
port 443; seq 1000 + j, ack 2000 + j, PSH and ACK, window 8192, 100 bytes of data: (j + k) & 255.
WRITE is from these numbers to the closed file; READ from the file to a list of (microseconds, src,
sport, dst, dport, flags, length of the data), both checksums verified. Every file must be the same
byte for byte (scapy's behind the file header: it writes another snapshot length), every list the
same. scapy verifies a checksum by building the packet anew, which is how it is done with it.

Contenders run in turn; the medians of their process CPU times are printed.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import sys
import tempfile
import time
from struct import Struct

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from vpcedu.files import write
from vpcedu.flow import FiveTuple
from vpcedu.packet import ACK, PSH, Packet
from vpcedu.views.bytes.pcap_read import read
from vpcedu.views.bytes.pcap_write import dump
from vpcedu.views.bytes.wire import text

START, SOURCE, TARGET = 1_700_000_000, 0x0A001000, 0xCB007101
FRAME = bytes.fromhex("0200000000020200000000010800")
FLAGS, WINDOW, SNAPSHOT = PSH | ACK, 8_192, 262_144
PAYLOADS = [bytes((j + k) & 255 for k in range(100)) for j in range(256)]
PEERS_N = 3_000


def packets(n):
    """The eight numbers of each packet.

    Microseconds, identification, src, sport, dst, dport, seq, ack.
    """
    return [
        (
            START * 1_000_000 + j * 100,
            j & 0xFFFF,
            SOURCE + j % 1_000,
            32_768 + j // 1_000,
            TARGET + j % 4,
            443,
            1_000 + j,
            2_000 + j,
        )
        for j in range(n)
    ]


class Limit:
    """The limit: one struct for everything in front of the data.

    Sums are taken of numbers, and the data is looked up once.
    """

    goal = peer = None
    WHOLE = Struct("<IIII14s")
    HEADERS = Struct("!HHHHHHIIHHIIHHHH")

    def write(self, path, rows):
        record, headers = self.WHOLE.pack, self.HEADERS.pack
        with open(path, "wb", 1 << 20) as file:
            file.write(Struct("<IHHiIII").pack(0xA1B2C3D4, 2, 4, 0, 0, SNAPSHOT, 1))
            for j, (at, ident, src, sport, dst, dport, seq, ack) in enumerate(rows):
                data = PAYLOADS[j & 255]
                both = src + dst
                ip = 0x4500 + 140 + ident + 0x4000 + 0x4006 + both
                tcp = (
                    both
                    + 6
                    + 120
                    + sport
                    + dport
                    + seq
                    + ack
                    + 0x5018
                    + WINDOW
                    + int.from_bytes(data, "big")
                )
                file.write(
                    record(at // 1_000_000, at % 1_000_000, 154, 154, FRAME)
                    + headers(
                        0x4500,
                        140,
                        ident,
                        0x4000,
                        0x4006,
                        -ip % 0xFFFF,
                        src,
                        dst,
                        sport,
                        dport,
                        seq,
                        ack,
                        0x5018,
                        WINDOW,
                        -tcp % 0xFFFF,
                        0,
                    )
                    + data
                )

    def read(self, path):
        found = []
        head, fields = Struct("<IIII").unpack, Struct("!HIIHHIIH").unpack_from
        with open(path, "rb", 1 << 20) as file:
            file.read(24)
            while record := file.read(16):
                whole, part, size, _ = head(record)
                data = file.read(size)
                total = data[16] << 8 | data[17]
                _, src, dst, sport, dport, _, _, about = fields(data, 24)
                ip = int.from_bytes(data[14:34], "big") % 0xFFFF
                tcp = (int.from_bytes(data[26 : 14 + total], "big") + 6 + total - 20) % 0xFFFF
                if ip or tcp:
                    raise ValueError("a wrong checksum")
                found.append(
                    (
                        whole * 1_000_000 + part,
                        src,
                        sport,
                        dst,
                        dport,
                        about & 63,
                        total - 20 - (about >> 12 << 2),
                    )
                )
        return found

    def plain(self, rows):
        return rows


class Ours:
    """vpcedu: packets as the package has them, its writer and its reader."""

    goal, peer = 2, None

    def write(self, path, rows):
        write(path, dump(self.rows(rows), 1, FRAME))

    def rows(self, rows):
        for j, (at, ident, src, sport, dst, dport, seq, ack) in enumerate(rows):
            flow = FiveTuple(text(src), sport, text(dst), dport)
            yield at, ident, Packet(flow, FLAGS, seq, ack, WINDOW, (), PAYLOADS[j & 255])

    def read(self, path):
        found = []
        for at, (packet, _, _, checksums, _) in read(path):
            if not checksums:
                raise ValueError("a wrong checksum")
            (src, sport, dst, dport, _), flags, _, _, _, _, data, _ = packet
            found.append((at, src, sport, dst, dport, flags, len(data)))
        return found

    def plain(self, rows):
        return [(at, text(src), sport, text(dst), *rest) for at, src, sport, dst, *rest in rows]


class Dpkt:
    """dpkt, with its own writer, reader and checksums."""

    goal, peer = None, 5

    def __init__(self):
        import dpkt

        self.dpkt = dpkt

    def write(self, path, rows):
        dpkt = self.dpkt
        with open(path, "wb", 1 << 20) as file:
            writer = dpkt.pcap.Writer(file, SNAPSHOT, 1)
            for j, (at, ident, src, sport, dst, dport, seq, ack) in enumerate(rows):
                tcp = dpkt.tcp.TCP(
                    sport=sport,
                    dport=dport,
                    seq=seq,
                    ack=ack,
                    flags=FLAGS,
                    win=WINDOW,
                    data=PAYLOADS[j & 255],
                )
                ip = dpkt.ip.IP(
                    src=src.to_bytes(4, "big"),
                    dst=dst.to_bytes(4, "big"),
                    p=6,
                    id=ident,
                    ttl=64,
                    df=1,
                    data=tcp,
                )
                ip.len = len(ip)
                frame = dpkt.ethernet.Ethernet(src=FRAME[6:12], dst=FRAME[:6], type=0x0800, data=ip)
                writer.writepkt_time(bytes(frame), at / 1_000_000)

    def read(self, path):
        dpkt, found = self.dpkt, []
        with open(path, "rb", 1 << 20) as file:
            for at, data in dpkt.pcap.Reader(file):
                ip = dpkt.ethernet.Ethernet(data).data
                tcp, said, said_too = ip.data, ip.sum, ip.data.sum
                ip.sum = tcp.sum = 0
                bytes(ip)  # fills in both sums
                again = ip.data
                if (ip.sum, again.sum) != (said, said_too):
                    raise ValueError("a wrong checksum")
                found.append(
                    (
                        round(at * 1_000_000),
                        int.from_bytes(ip.src, "big"),
                        tcp.sport,
                        int.from_bytes(ip.dst, "big"),
                        tcp.dport,
                        tcp.flags,
                        len(tcp.data),
                    )
                )
        return found

    def plain(self, rows):
        return rows


class Scapy:
    """scapy, with PcapWriter and PcapReader."""

    goal, peer = None, 100

    def __init__(self):
        import logging

        logging.getLogger("scapy").setLevel(logging.ERROR)
        from scapy.layers.inet import IP, TCP
        from scapy.layers.l2 import Ether
        from scapy.utils import PcapReader, PcapWriter

        self.ether, self.ip, self.tcp, self.reader, self.writer = (
            Ether,
            IP,
            TCP,
            PcapReader,
            PcapWriter,
        )

    def write(self, path, rows):
        mac = FRAME.hex(":")
        with self.writer(path, linktype=1, endianness="<", append=False, sync=False) as writer:
            writer.write_header(None)
            for j, (at, ident, src, sport, dst, dport, seq, ack) in enumerate(rows):
                packet = (
                    self.ether(src=mac[18:35], dst=mac[:17])
                    / self.ip(src=text(src), dst=text(dst), id=ident, flags="DF", ttl=64)
                    / self.tcp(
                        sport=sport, dport=dport, seq=seq, ack=ack, flags="PA", window=WINDOW
                    )
                    / PAYLOADS[j & 255]
                )
                writer.write_packet(bytes(packet), sec=at // 1_000_000, usec=at % 1_000_000)

    def read(self, path):
        found = []
        with self.reader(path) as reader:
            for packet in reader:
                ip, tcp = packet[self.ip], packet[self.tcp]
                said = ip.chksum, tcp.chksum
                length = len(tcp.payload)
                del ip.chksum, tcp.chksum
                again = self.ip(bytes(ip))
                if (again.chksum, again[self.tcp].chksum) != said:
                    raise ValueError("a wrong checksum")
                found.append(
                    (
                        round(packet.time * 1_000_000),
                        ip.src,
                        tcp.sport,
                        ip.dst,
                        tcp.dport,
                        int(tcp.flags),
                        length,
                    )
                )
        return found

    def plain(self, rows):
        return Ours.plain(self, rows)


CONTENDERS = {"struct limit": Limit, "vpcedu": Ours, "dpkt": Dpkt, "scapy": Scapy}


def installed():
    """The contenders that can be imported here: {name: contender}."""
    found = {}
    for name, kind in CONTENDERS.items():
        try:
            found[name] = kind()
        except ImportError:
            print(f"{name} is not installed: left out")
    return found


def check(contenders, n, folder):
    """SystemExit where not every file and every list is the same."""
    rows, files = packets(n), {}
    wanted = [
        (
            START * 1_000_000 + j * 100,
            SOURCE + j % 1_000,
            32_768 + j // 1_000,
            TARGET + j % 4,
            443,
            FLAGS,
            100,
        )
        for j in range(n)
    ]
    for name, contender in contenders.items():
        path = os.path.join(folder, f"{name}.pcap")
        contender.write(path, rows)
        if contender.read(path) != contender.plain(wanted):
            raise SystemExit(f"{name} reads something else")
        with open(path, "rb") as file:
            files[name] = file.read()
    whole = files["struct limit"]
    for name, data in files.items():
        if data[24:] != whole[24:] or (name != "scapy" and data != whole):
            raise SystemExit(f"{name} writes other bytes")


def measure(contenders, n, rounds, folder):
    """Medians in microseconds a packet: {name: (write, read)}."""
    times = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, contender in contenders.items():
            many = min(n, PEERS_N) if contender.peer else n
            rows, path = packets(many), os.path.join(folder, f"{name}.pcap")
            gc.collect()
            gc.disable()
            begun = time.process_time()
            contender.write(path, rows)
            written = time.process_time()
            contender.read(path)
            done = time.process_time()
            gc.enable()
            times[name].append(((written - begun) / many * 1e6, (done - written) / many * 1e6))
    return {
        name: [statistics.median(column) for column in zip(*found, strict=True)]
        for name, found in times.items()
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=100_000, help="packets (default 100,000)")
    parser.add_argument(
        "--rounds", type=int, default=5, help="runs of each contender, in turn (default 5)"
    )
    options = parser.parse_args()
    contenders = installed()
    with tempfile.TemporaryDirectory() as folder:
        checked = min(options.n, PEERS_N)
        check(contenders, checked, folder)
        medians = measure(contenders, options.n, options.rounds, folder)
    print(
        f"W3, {options.n:,} packets, medians of {options.rounds}; files and lists of {checked:,} are equal"
    )
    print(f"{'us/packet':<14}{'write':>9}{'x limit':>9}{'read':>9}{'x limit':>9}  goal of vpcedu")
    limit, ours = medians["struct limit"], medians["vpcedu"]
    for name, (wrote, has_read) in medians.items():
        kind, words = CONTENDERS[name], ""
        if kind.goal:
            words = f"<= {kind.goal} x limit"
        if kind.peer:
            words = f">= {kind.peer} x quicker: {wrote / ours[0]:.1f} and {has_read / ours[1]:.1f}"
        print(
            f"{name:<14}{wrote:>9.2f}{wrote / limit[0]:>9.1f}{has_read:>9.2f}{has_read / limit[1]:>9.1f}  {words}"
        )


if __name__ == "__main__":
    main()
