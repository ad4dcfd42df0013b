"""The benchmarks do the work they say they do; none is timed here."""

import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).parent.parent / "bench"


def run(*words):
    return subprocess.run(
        [sys.executable, *words], cwd=BENCH, capture_output=True, text=True, check=True
    ).stdout


def test_every_contender_of_translate_comes_to_the_same_digest():
    program = (
        "import translate as t; print(*(t.digest(kind(), 1100) for kind in t.CONTENDERS.values()))"
    )
    digests = run("-c", program).split()
    assert len(digests) == 4
    assert len(set(digests)) == 1


def test_translate_prints_a_line_for_each_contender():
    printed = run("translate.py", "--n", "50", "--rounds", "1")
    for name in ("bare dict of tuples", "Translations", "NatGateway.handle", "whole hop"):
        assert sum(line.startswith(name) for line in printed.splitlines()) == 1


def test_first_answer_visits_a_site_with_two_zones():
    answer = run("two_zones.py")
    assert answer.startswith("GET http://www.example.com/, by client: 200 OK")
    assert "ALB node a" in answer
    assert len(answer.splitlines()) >= 20


def test_first_answer_prints_a_line_for_each_process():
    printed = run("first_answer.py", "--rounds", "1")
    for name in ("bare start ", "python3 -m vpcedu ", "two zones, an ALB "):
        assert name in printed


def test_every_contender_of_handshake_comes_to_the_same_result():
    program = """import handshake as h
print(*(sum(i * at for i, at in enumerate(play(300)[2])) for name, play in h.CONTENDERS.items() if "SimPy" not in name))
"""
    bare, clock = run("-c", program).split()
    assert bare == clock


def test_handshake_counts_the_events_of_its_work():
    """7 arrivals a connection, less the last ACKs that are lost.

    Each loss adds an arrival or an expiry.
    """
    program = "import handshake as h; print(*h.on_the_clock(2000)[:2], h.whole_tcp(200)[1])"
    events, again, stuck = map(int, run("-c", program).split())
    lost = run("-c", "import handshake as h; print(sum(h.lost(i, 6, 0) for i in range(2000)))")
    assert events == 7 * 2_000 - int(lost) + again
    assert stuck == 0


def test_pcap_contenders_write_the_same_file_and_read_the_same_list():
    printed = run("pcap.py", "--n", "200", "--rounds", "1")
    for name in ("struct limit", "vpcedu"):
        assert sum(line.startswith(name) for line in printed.splitlines()) == 1


def test_handshake_prints_a_line_for_each_contender():
    printed = run("handshake.py", "--n", "50", "--rounds", "1")
    for name in ("bare heap of tuples", "vpcedu's Clock", "whole TCP"):
        assert sum(line.startswith(name) for line in printed.splitlines()) == 1


def test_every_contender_of_growth_finds_what_it_put_in():
    program = (
        "import growth as g; print(*(g.play(kind, 1100)[2] for kind in g.CONTENDERS.values()))"
    )
    slots, translations, tracking = map(int, run("-c", program).split())
    client, nat = (
        sum(32_768 + i // 1_000 for i in range(1100)),
        sum(1_024 + i // 4 for i in range(1100)),
    )
    assert slots == translations == 2 * (client + nat)
    assert tracking == 4 * client


def test_growth_prints_a_line_for_each_contender():
    printed = run("growth.py", "--n", "500", "--rounds", "1")
    for name in ("slots class", "Translations", "Tracking"):
        assert sum(line.startswith(name) for line in printed.splitlines()) == 1


def test_both_contenders_of_reachability_come_to_the_same_count_and_digest():
    program = "import reachability as r; n = r.vpc(8); print(*(work(n) for work in r.CONTENDERS.values()), sep='\\n')"
    first, second = run("-c", program).splitlines()
    assert first == second
    # as computed elsewhere
    assert run("-c", "import reachability as r; print(r.compiled(r.vpc())[0])") == "774539\n"


def test_a_thousand_of_a_thousand_instances_answers_are_what_packets_do():
    program = """
from random import Random
import reachability as r
from vpcedu.lab import audit
found, chance = audit(r.vpc()), Random(7)
names = [place.name for place in found.tables.places if place.interface]
triples = [(*chance.sample(names, 2), chance.choice(r.PORTS)) for _ in range(1_000)]
said = [found.reaches(*triple) for triple in triples]
print(len(names), said == [found.confirm(*triple) for triple in triples], said.count(True), found.undecided)
"""
    instances, same, reached, undecided = run("-c", program).split()
    assert (instances, same, undecided) == ("1000", "True", "0")
    assert 100 < int(reached) < 900


def test_a_thousand_instances_are_loaded_from_files_and_audited_with_the_same_count_and_digest():
    program = """
import tempfile, reachability as r, files as f
from vpcedu.aws import load
from vpcedu.lab import audit
with tempfile.TemporaryDirectory() as folder:
    f.write(folder, r.vpc())
    network = load(folder).vpc()
print(len(network.interfaces), r.compiled(network) == r.compiled(r.vpc()), audit(network).undecided)
"""
    assert run("-c", program) == "1000 True 0\n"


def test_files_prints_a_line_for_each_part():
    printed = run("files.py", "--subnets", "3", "--rounds", "1")
    for name in ("60 instances", "load", "audit", "print", "reached"):
        assert name in printed


def test_every_contender_of_routes_finds_the_same_winners():
    program = """
import routes as r
for size in r.SIZES:
    table, sums = r.blocks(size), set()
    for make, form in (kind for name, kind in r.CONTENDERS.items() if "pytricia" not in name):
        sums.add(make(table)([form(address) for address in r.addresses(table)]))
    print(len(sums), sums.pop() > 0)
"""
    assert run("-c", program) == "1 True\n1 True\n"


def test_routes_prints_a_line_for_each_contender():
    printed = run("routes.py", "--n", "200", "--rounds", "1")
    for name in ("bare bisect", "dictionary per length", "RouteTable.lookup"):
        assert sum(line.startswith(name) for line in printed.splitlines()) == 2


def test_reachability_prints_a_line_for_each_contender():
    printed = run("reachability.py", "--subnets", "3", "--rounds", "1")
    for name in ("pair by pair", "compiled"):
        assert sum(line.startswith(name) for line in printed.splitlines()) == 1
