"""Broken files: loading ends with a network or with one LoadError, never with a traceback."""

import json
import tracemalloc

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rigs.aws_shapes import classic, files, network

from vpcedu import aws
from vpcedu.sites.site import Site

WHOLE = files(network() | classic())
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.sampled_from(
        [
            "10.0.0.0/16",
            "10.0.1.0/24",
            "10.0.1.10",
            "0.0.0.0/0",
            "local",
            "vpc-1",
            "subnet-pub",
            "i-web",
            "eni-web",
            "nat-1",
            "igw-1",
            "sg-web",
            "network",
            "application",
            "TLS",
            "HTTPS",
            "UDP",
            "ip",
            "-1",
            "6",
            "icmp",
            "blackhole",
            "65536",
            "\ud800",
            "é",
            "",
            [],
            {},
            [[]],
            [{}],
            {"a": {}},
            "2001:db8::/32",
        ]
    ),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


def places(value, path=()):
    """Every path in a value."""
    yield path
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, one in inner:
        yield from places(one, (*path, key))


PLACES = [path for path in places(WHOLE) if len(path) > 1]


def attempt(folder):
    """Load; where that works, print the account and make its networks."""
    try:
        account = aws.load(folder)
    except aws.LoadError as error:
        assert ": $" in str(error) and "expected" in str(error) and len(str(error)) < 6_000
        str(error).encode()
        return None
    str(account).encode()
    for one in account.vpcs:
        str(Site(account.vpc(one.name)))
    return account


def write(folder, answers):
    for name, answer in answers.items():
        (folder / name).write_text(json.dumps(answer), encoding="utf-8")
    return folder


QUIET = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@QUIET
@given(
    st.lists(
        st.tuples(st.sampled_from(PLACES), st.sampled_from(["put", "drop", "twice"]), ODD),
        min_size=1,
        max_size=3,
    )
)
def test_rows_with_wrong_values_fields_that_are_gone_and_rows_that_are_twice(tmp_path, changes):
    answers = json.loads(json.dumps(WHOLE))
    for path, what, value in changes:
        at = answers
        try:
            for step in path[:-1]:
                at = at[step]
            if what == "put":
                at[path[-1]] = value
            elif what == "drop":
                del at[path[-1]]
            else:
                at.append(json.loads(json.dumps(at[path[-1]])))
        except (KeyError, IndexError, TypeError, AttributeError):
            continue  # an earlier change took the place away
    attempt(write(tmp_path, answers))


@QUIET
@given(st.integers(0, 30_000), st.binary(max_size=6), st.integers(0, 40))
@example(5, b"", 0)
def test_files_that_are_cut_or_overwritten(tmp_path, place, put, gone):
    data = "\n".join(map(json.dumps, WHOLE.values())).encode()
    place %= len(data)
    (tmp_path / "all.json").write_bytes(data[:place] + put + data[place + gone :])
    attempt(tmp_path)
    (tmp_path / "all.json").write_bytes(data[:place])
    attempt(tmp_path)


@QUIET
@given(
    st.recursive(
        ODD,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        *network(),
                        "Reservations",
                        "For",
                        "Output",
                        "Attributes",
                        "VpcId",
                        "CidrBlock",
                    ]
                ),
                inner,
                max_size=3,
            )
        ),
        max_leaves=8,
    )
)
def test_any_json_at_all(tmp_path, value):
    (tmp_path / "any.json").write_text(json.dumps(value), encoding="utf-8")
    attempt(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 1_000_000,
        '{"a":' * 300_000,
        "9" * 1_000_000,
        "[" + "9" * 1_000_000 + "]",
        '{"Vpcs": ' + "[" * 100_000 + "]" * 100_000 + "}",
        "[NaN]" * 1_000,
    ],
)
def test_memory_stays_bounded(tmp_path, text):
    (tmp_path / "big.json").write_text(text)
    tracemalloc.start()
    with pytest.raises(aws.LoadError):
        aws.load(tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 * len(text) + 2**20
