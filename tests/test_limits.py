"""Limits: loading takes work that grows with its input, and memory that is bounded.

Work is counted in bytecodes (`rigs/counted.py`), never timed. Memory is what tracemalloc saw.
"""

import json
import tracemalloc

import pytest
from rigs.aws_many import MANY, base, joined, listeners
from rigs.counted import growth

from vpcedu import aws
from vpcedu.aws import account as account_module
from vpcedu.aws import answers as answers_module
from vpcedu.aws import reader_notes, reading
from vpcedu.network.joined import together
from vpcedu.network.network import Network

MIB = 1_024 * 1_024
MOST_MEMORY = 512 * MIB
# Bytes that the parts of the input, and what is made of them, may take; with all limits reached
# that is less than MOST_MEMORY, as the first test says.
A_PART, A_NOTE, AN_UNKNOWN, A_VPC, A_ROW = 100, 700, 600, 4_500, 110


def written(folder, network):
    path = folder / "network.json"
    path.write_text(json.dumps(network, separators=(",", ":")), encoding="utf-8")
    return path


def test_all_limits_together_keep_the_memory():
    assert (
        A_PART * reading.MOST_PARTS
        + A_NOTE * reader_notes.MOST_NOTES
        + AN_UNKNOWN * answers_module.MOST_UNKNOWN
        + A_VPC * account_module.MOST_VPCS
        + A_ROW * answers_module.MOST_ROWS
        <= MOST_MEMORY
    )
    assert reading.MOST_BYTES == 64 * MIB and 8 * reading.MOST_BYTES == MOST_MEMORY


@pytest.mark.parametrize("name", MANY)
def test_loading_grows_with_its_input(tmp_path, name):
    def load(n):
        account = aws.load(written(tmp_path, MANY[name](n)))
        account.called("web"), account.home("vpc-none", "i-0") if name == "vpcs" else None

    assert growth(load, 8) < 2.1


@pytest.mark.parametrize("name", MANY)
def test_a_network_of_what_was_loaded_grows_with_it(tmp_path, name):
    made = {n: aws.load(written(tmp_path, MANY[name](n))) for n in (8, 16, 32)}

    def network(n):
        vpc = made[n].vpc(made[n].vpcs[0].name)
        Network(vpc)
        together(vpc)

    known = {n: made[n].vpc(made[n].vpcs[0].name) for n in made}
    if (
        all(len(known[n].rows()) == len(known[8].rows()) for n in known)
        and len(made[32].vpcs) == 1
        and len(known[32].interfaces) == len(known[8].interfaces)
    ):
        return  # the description does not grow with it
    assert growth(network, 8) < 2.1


@pytest.mark.parametrize("name", MANY)
def test_what_is_loaded_takes_memory_as_its_parts_do(tmp_path, name):
    path = written(tmp_path, MANY[name](400))
    text = path.read_text()
    parts = sum(text.count(sign) for sign in "[{,:")
    aws.load(path)  # modules and tables are there
    tracemalloc.start()
    account = aws.load(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    unknown = sum(len(one.unknown) for one in account.vpcs)
    rows = (
        A_PART * parts
        + A_NOTE * len(account.report)
        + AN_UNKNOWN * unknown
        + A_VPC * len(account.vpcs)
        + 2 * len(text)
        + 50_000
    )
    print(name, peak, rows, round(peak / rows, 2), round((peak - 2 * len(text)) / parts))
    assert peak <= rows
