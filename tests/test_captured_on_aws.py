"""The kit's captures: capture.sh brings them, compare.py holds them to the model at every point.

AWS's side is a Linux kernel's here: its recordings, written as tcpdump on AWS would write them, at
AWS's addresses. The kernel's proxies and NAT do what the balancers and the NAT of the model do.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from fact_page import how_sure
from facts import FACTS, INFERRED, SEEN_ON_AWS
from test_captures import classic

from tests.kernel import compare as kernel_compare
from tests.kernel import stored
from tests.kernel.scenarios import SCENARIOS
from tests.on_aws import compare
from tests.on_aws.signs import SIGNS, Looked, Setting, table
from tests.on_aws.visits import PAGE, VISITS, told
from vpcedu.flow import Endpoint, FiveTuple
from vpcedu.packet import RST, SYN
from vpcedu.views.bytes.wire import decode, encode

HERE = Path(__file__).parent / "on_aws"
POINTS = ("client", "server", "web", "nat")
CLIENT, SERVER, NAT = "54.0.0.10", "54.0.0.20", "54.0.0.30"
NODE, PRIVATE = "54.0.0.40", "10.0.0.77"
REAL = {"203.0.113.10": CLIENT, "198.51.100.7": SERVER, "192.0.2.20": NAT, "192.0.2.11": NODE}
REAL |= {"192.0.2.10": NODE, "192.0.2.30": NODE, "10.0.0.10": PRIVATE, "10.0.0.30": PRIVATE}
INSIDE = {"client": {CLIENT: "10.9.0.10"}, "server": {SERVER: "10.9.0.20"}}
BEFORE = bytes(12) + b"\x08\x00"  # an Ethernet header
# a kernel's recording, and the visit on AWS that is the same
SAME = {
    "real-proxy-tcp": ("classic-tcp", "page"),
    "real-proxy-http": ("classic-http", "page"),
    "real-nlb": ("network", "page"),
    "real-nat": ("network", "out"),
}


def outputs(balancer, nat="instance", route="yes"):
    found = {"Balancer": balancer, "Nat": nat, "DefaultRoute": route, "Vpc": "vpc-1"}
    found |= {"Name": "web.elb.amazonaws.com", "Web": "i-web", "NatHost": "i-nat"}
    return found | {"ClientAddress": CLIENT, "ServerAddress": SERVER, "NatAddress": NAT}


def describe(folder, balancer, **words):
    """The JSON files of a state of the stack."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        {"OutputKey": key, "OutputValue": value}
        for key, value in outputs(balancer, **words).items()
    ]
    node = {
        "Description": "ELB web",
        "PrivateIpAddress": PRIVATE,
        "Association": {"PublicIp": NODE},
    }
    files = {
        "stack": {"Stacks": [{"Outputs": rows}]},
        "interfaces": {"NetworkInterfaces": [node, {"Description": "", "PrivateIpAddress": "a"}]},
        "subnets": {"Subnets": [{"CidrBlock": "10.0.3.0/28", "AvailableIpAddressCount": 11}]},
    }
    for name, answer in files.items():
        (folder / f"{name}.json").write_text(json.dumps(answer), encoding="utf-8")
    return folder


def write(folder, rows, points=POINTS):
    """Rows as the files of capture.sh, at AWS's addresses."""
    folder.mkdir(parents=True, exist_ok=True)
    for point in points:
        names = {old: INSIDE.get(point, {}).get(new, new) for old, new in REAL.items()}
        for way in compare.WAYS:
            frames = [
                BEFORE + renamed(row, names) for row in rows if (row.point, row.way) == (point, way)
            ]
            times = [row.at for row in rows if (row.point, row.way) == (point, way)]
            (folder / f"{point}-{way}.pcap").write_bytes(timed(classic(1, frames), frames, times))


def renamed(row, names):
    src, sport, dst, dport, protocol = row.packet.flow
    flow = FiveTuple(names.get(src, src), sport, names.get(dst, dst), dport, protocol)
    return encode(row.packet._replace(flow=flow), row.identification)


def timed(data, frames, times):
    """A classic capture with these times (microseconds)."""
    parts, offset = [data[:24]], 24
    for frame, at in zip(frames, times, strict=True):
        size = 16 + len(frame)
        stamp = (at // 1_000_000).to_bytes(4, "little") + (at % 1_000_000).to_bytes(4, "little")
        parts.append(stamp + data[offset + 8 : offset + size])
        offset += size
    return b"".join(parts)


def kernels(name):
    """The recording of a scenario, from the port that capture.sh chooses."""
    _, visit = SAME[name]
    opener, port, _ = VISITS[visit]
    rows = [row for row in stored.load(name).seen if row.point in POINTS]
    chosen = next(row.packet.flow.sport for row in rows if row.point == opener)

    def again(row):
        flow = FiveTuple(
            *(port if word == chosen else word for word in row.packet.flow),
        )
        packet = row.packet._replace(flow=flow)
        if packet.data.startswith(b"GET / "):
            packet = packet._replace(data=asks_for(visit, packet.data))
        return row._replace(data=encode(packet, row.identification))

    return [again(row) for row in rows]


def asks_for(visit, data):
    """A request of curl for another path, with as many bytes."""
    path = data.replace(b"GET / ", f"GET /{visit} ".encode())
    return path.replace(b"User-Agent", b"User-Agent"[len(visit) :])


@pytest.fixture
def folder(tmp_path):
    """A folder as capture.sh leaves it, of each recording in SAME."""
    for name, (balancer, visit) in SAME.items():
        state = describe(tmp_path / f"{balancer}-instance-yes", balancer)
        write(state / visit, kernels(name))
    return tmp_path


def test_every_recording_of_the_kernel_is_the_model_s_at_every_host_by_itself():
    for scenario in SCENARIOS:
        kernel = stored.load(scenario.name)
        model = kernel_compare.of_model(scenario, kernel)
        found = compare.differences(kernel.seen, model.seen, scenario.ports, POINTS)
        assert not found, scenario.name


def test_captures_of_the_reference_architecture_made_by_a_kernel_are_equal(folder, capsys):
    assert compare.main([str(folder)]) == 0, capsys.readouterr()
    told = capsys.readouterr().out
    for balancer, visit in SAME.values():
        assert f"{balancer}-instance-yes, {visit}: equal" in told
    assert "subnet-usable: as the model says" in told
    assert "nlb-return: open: network-gateway-yes page not captured" in told
    assert "nat-overload: not shown by the kit" in told


def changed(rows, where, change):
    return [change(row) if where(row) else row for row in rows]


def to_the_nat(row):
    return row._replace(point="nat", way="in")


def other_port(row):
    src, sport, dst, dport, protocol = row.packet.flow
    flow = FiveTuple(src, sport, dst, dport + 1, protocol)
    return row._replace(data=encode(row.packet._replace(flow=flow), row.identification))


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("real-nlb", "at the NAT too"),
        ("real-nlb", "no answer at the client"),
        ("real-nlb", "another port at web"),
        ("real-proxy-tcp", "at the NAT too"),
        ("real-nat", "another port at server"),
        ("real-nat", "an ACK later"),
    ],
)
def test_a_planted_fault_is_found_and_so_is_the_fact_that_it_speaks_against(
    folder, name, fault, capsys
):
    balancer, visit = SAME[name]
    rows = kernels(name)
    if fault == "at the NAT too":  # web's answers follow the route table
        rows += [to_the_nat(row) for row in rows if (row.point, row.way) == ("web", "out")]
    elif fault == "no answer at the client":
        rows = [row for row in rows if (row.point, row.way) != ("client", "in")]
    elif fault == "an ACK later":
        rows = [row for row in rows if not (row.point == "server" and row.packet.flags & SYN)]
    else:
        point, way = fault.rpartition(" ")[2], "in"
        at = ("server", "out") if point == "server" else (point, way)
        rows = changed(rows, lambda row: (row.point, row.way) == at, other_port)
    write(folder / f"{balancer}-instance-yes" / visit, rows)
    assert compare.main([str(folder)]) == 1
    told = capsys.readouterr().out
    assert f"{balancer}-instance-yes, {visit}: AWS | model" in told
    assert f"DIFFERS in {balancer}-instance-yes {visit}" in told


@pytest.mark.parametrize("balancer", ["classic-tcp", "classic-http", "application", "network"])
@pytest.mark.parametrize("nat", ["instance", "gateway"])
def test_the_model_makes_every_visit_and_is_equal_to_itself_at_aws_s_addresses(
    tmp_path, balancer, nat
):
    setting = Setting(balancer, nat)
    state = describe(tmp_path, balancer, nat=nat)
    node = "192.0.2.30" if balancer == "network" else "192.0.2.10"
    for visit, (opener, _, _) in VISITS.items():
        if visit == "late" and balancer != "network":
            continue
        port = {"closed": 443, "dropped": 8080}.get(visit, 80)
        to = Endpoint(node if opener == "client" else "198.51.100.7", port)
        forged = "X-Forwarded-For: 198.51.100.99\r\n" if visit == "forged" else ""
        asked = f"GET /{visit} HTTP/1.1\r\nHost: web\r\n{forged}\r\n".encode()
        rows = told(setting, visit, to, (asked, PAGE))
        assert rows
        write(state / visit, rows)
        assert compare.compared(compare.state(state), visit) == [], visit


def test_a_late_answer_arrives_nowhere_and_the_client_that_closes_gets_rst():
    setting, to = Setting("network", "instance"), Endpoint("192.0.2.30", 80)
    rows = told(setting, "late", to, (b"GET /late HTTP/1.1\r\n\r\n", PAGE))
    late = [row for row in rows if row.at > 400_000_000]
    at_web = [(row.point, row.way) for row in late if row.at < 430_000_000]
    assert set(at_web) == {("web", "out")} and len(at_web) == 8  # sent again, 0.2 s and doubling
    last, answer = late[-2:]
    assert (last.point, last.way, answer.point, answer.way) == ("client", "out", "client", "in")
    assert answer.packet.flags & RST


@pytest.mark.parametrize(("visit", "routed"), [("out", False), ("gone", True)])
def test_without_a_route_or_a_nat_what_web_sends_out_is_seen_at_web_alone(visit, routed):
    to = Endpoint("198.51.100.7", 80)
    rows = told(Setting("network", "instance", routed), visit, to, (b"", b""))
    assert {(row.point, row.way, row.packet.flags) for row in rows} == {("web", "out", SYN)}


def test_a_forged_entry_that_is_last_is_found(tmp_path):
    state = describe(tmp_path, "application")
    asked = b"GET /forged HTTP/1.1\r\nHost: web\r\nX-Forwarded-For: 198.51.100.99\r\n\r\n"
    setting, to = Setting("application", "instance"), Endpoint("192.0.2.10", 80)
    rows = told(setting, "forged", to, (asked, PAGE))
    true, false = (b"198.51.100.99, 203.0.113.10", b"203.0.113.10, 198.51.100.99")
    assert any(true in row.data for row in rows)

    def swapped(row):
        packet = row.packet._replace(data=row.packet.data.replace(true, false))
        return row._replace(data=encode(packet, row.identification))

    write(state / "forged", changed(rows, lambda row: true in row.data, swapped))
    (word,) = compare.compared(compare.state(state), "forged")
    assert "x-forwarded-for" in word and word.startswith("web")


def test_what_is_missing_is_an_error_and_not_an_agreement(folder, capsys):
    (folder / "network-instance-yes" / "page" / "nat-in.pcap").unlink()
    assert compare.main([str(folder)]) == 2
    assert "nat-in.pcap" in capsys.readouterr().err
    write(folder / "network-instance-yes" / "page", [])
    assert compare.main([str(folder)]) == 2
    assert "no SYN from client's port 50000" in capsys.readouterr().err


def test_a_balancer_s_checks_of_web_are_left_out(tmp_path):
    state = describe(tmp_path, "classic-tcp")
    rows = kernels("real-proxy-tcp")
    check = [row for row in rows if row.point == "web" and row.packet.flags & SYN]
    write(state / "page", rows + [from_port(row, 7_777) for row in check])
    assert compare.compared(compare.state(state), "page") == []


def from_port(row, port):
    flow = FiveTuple(
        *(
            port if word not in (80, 6) and isinstance(word, int) else word
            for word in row.packet.flow
        )
    )
    return row._replace(data=encode(row.packet._replace(flow=flow), row.identification))


# --- the script -------------------------------------------------------------------------

AWS = """#!/bin/sh
echo "$*" >> "$KIT/aws.log"
case "$*" in
  *describe-stacks*) cat "$KIT/state/stack.json" ;;
  *describe-network-interfaces*) cat "$KIT/state/interfaces.json" ;;
  *describe-subnets*) cat "$KIT/state/subnets.json" ;;
  *describe-route-tables*) echo '{"RouteTables": [{"Routes": [{"InstanceId": "i-nat", "State": "blackhole"}]}]}' ;;
esac
"""
SSH = """#!/bin/sh
for word in "$@"; do before=$host host=${command:-} command=$word; done
echo "$host: $command" >> "$KIT/ssh.log"
case $host in
  *54.0.0.10) point=client ;; *54.0.0.20) point=server ;; *i-web) point=web ;; *i-nat) point=nat ;;
esac
case $command in
  "cat /tmp/"*) file=${command#cat /tmp/}; cat "$KIT/kernel/$point-$file" ;;
esac
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs sh")
def test_the_script_brings_what_the_comparator_reads(tmp_path, capsys):
    tools = tmp_path / "bin"
    tools.mkdir()
    for name, text in (("aws", AWS), ("ssh", SSH), ("sleep", "#!/bin/sh\n")):
        (tools / name).write_text(text, encoding="utf-8")
        (tools / name).chmod(0o755)
    state = describe(tmp_path / "state", "network")
    text = (state / "stack.json").read_text(encoding="utf-8")
    (state / "stack.json").write_text(json.dumps(json.loads(text), indent=4), encoding="utf-8")
    write(tmp_path / "kernel", kernels("real-nlb"))
    env = os.environ | {"PATH": f"{tools}:{os.environ['PATH']}", "KIT": str(tmp_path)}
    command = ["sh", str(HERE / "capture.sh"), "kit", str(tmp_path / "got"), "page"]
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert compare.main([str(tmp_path / "got")]) == 0, capsys.readouterr()
    assert "network-instance-yes, page: equal" in capsys.readouterr().out
    told = (tmp_path / "ssh.log").read_text(encoding="utf-8")
    assert "ec2-user@54.0.0.10: curl " in told
    assert "--local-port 50000 http://web.elb.amazonaws.com/page" in told
    assert not any(
        word in (tmp_path / "aws.log").read_text(encoding="utf-8")
        for word in ("terminate", "delete")
    )


@pytest.mark.skipif(sys.platform == "win32", reason="needs sh")
def test_the_script_says_how_it_is_used_and_ends_nothing():
    done = subprocess.run(["sh", str(HERE / "capture.sh")], capture_output=True, text=True)
    assert done.returncode == 2 and "STACK FOLDER VISIT" in done.stderr


def test_script_and_comparator_know_the_same_visits_and_ports():
    text = (HERE / "capture.sh").read_text(encoding="utf-8")
    for visit, (opener, port, _) in VISITS.items():
        assert f"capture {visit} {opener} " in text
        line = next(row for row in text.splitlines() if f"capture {visit} {opener} " in row)
        assert f"--local-port {port} " in line and f"/{visit}" in line


# --- the table --------------------------------------------------------------------------


def test_the_table_has_every_inferred_fact_and_no_other():
    assert list(SIGNS) == [fact.id for fact in FACTS if fact.sure == INFERRED]
    assert all(sign.true and sign.false for sign in SIGNS.values())
    assert {visit for sign in SIGNS.values() for _, visit in sign.visits} <= {
        *VISITS,
        "subnets",
        "routes",
    }


def test_what_was_seen_on_aws_was_inferred_and_has_its_date(monkeypatch):
    inferred = [fact for fact in FACTS if fact.sure == INFERRED]
    assert SEEN_ON_AWS.keys() <= {fact.id for fact in inferred}
    assert all(re.fullmatch(r"20\d\d-\d\d-\d\d, [a-z0-9-]+", when) for when in SEEN_ON_AWS.values())
    monkeypatch.setitem(SEEN_ON_AWS, inferred[0].id, "2027-01-05, eu-west-1")
    assert how_sure(inferred[0]) == "seen on AWS, 2027-01-05, eu-west-1"
    assert how_sure(inferred[1]) == INFERRED


def test_the_readme_has_the_table():
    text = (HERE / "README.md").read_text(encoding="utf-8")
    assert "\n".join(table()) in text
    assert len(SIGNS) == 13 and text.count("Thirteen facts") == 1


def test_a_fact_is_only_as_said_when_all_its_visits_agree():
    sign = SIGNS["nlb-return"]
    agreed: dict[Looked, bool] = dict.fromkeys(sign.visits, True)
    assert sign.verdict(agreed) == "as the model says"
    assert "not captured" in sign.verdict({sign.visits[0]: True})
    assert sign.verdict(agreed | {sign.visits[1]: False}).startswith("DIFFERS")


def test_the_bytes_that_are_read_are_those_that_were_captured(folder):
    one = compare.state(folder / "network-instance-yes")
    kept = compare.seen(one, "page")
    assert {row.point for row in kept} == {"client", "web"}
    assert all(decode(row.data).checksums for row in kept)
