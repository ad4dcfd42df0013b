"""The core in Pyodide under node: the Python of the pages, CPython 3.14, without a browser.

The files of CORE pass there. What they need is the standard library and pytest; files that need
more (hypothesis has compiled modules, moto and botocore need them) are left to other Pythons.
"""

from __future__ import annotations

import json
import site
from pathlib import Path

import pytest
from rigs import node

from tests import digests
from vpcedu.pages.alive import runtime

FILES = """row quoting
    tcp tcp_states tcp_features tcp_data tcp_script ports
    tables acls
    hosts programs application classic health network_checks
    gateways devices reasons peering vpc
    symptom outcome the_answer golden recall
    answer ask known_kinds loaded misplaced repeated"""
CORE = FILES.split()
# what these tests need, and no page has
OTHER_PROGRAMS, OPENSSL = "another process", "Python's module ssl"
ELSEWHERE = {
    "test_row.py::test_without_the_quick_way_to_a_field_records_are_the_same": OTHER_PROGRAMS,
    "test_classic.py::test_an_https_listener_uses_a_connection_opened_in_advance_too": OPENSSL,
    "test_classic.py::test_a_client_inside_tls_is_closed_by_close_notify_after_the_idle_timeout": (
        OPENSSL
    ),
    "test_classic.py::test_behind_an_ssl_listener_the_proxy_line_comes_in_the_clear": OPENSSL,
}
CODE = Path(__file__).parent.joinpath("rigs/pytest_in_pyodide.py").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pyodide(tmp_path_factory):
    try:
        return node.unpacked(tmp_path_factory.mktemp("pyodide"))
    except runtime.Missing as missing:
        pytest.skip(f"no Pyodide: {missing}")


def ran(pyodide, words, **mounts):
    """What became of the tests that some words of pytest choose."""
    packages = next(Path(place) for place in site.getsitepackages() if "-packages" in place)
    told = node.run(
        pyodide,
        CODE,
        {"/here": node.ROOT, "/site": packages, **mounts},
        {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "WORDS": json.dumps(words)},
    )
    return json.loads(told.splitlines()[-1]), told


def test_the_core_passes_its_tests_there(pyodide):
    files = [f"tests/test_{name}.py" for name in CORE]
    left = [word for name in ELSEWHERE for word in ("--deselect", f"tests/{name}")]
    found, told = ran(pyodide, [*files, *left])
    assert (found["code"], found["others"]) == (0, []), told[-3_000:]
    assert found["version"].startswith("3.14.") and found["passed"] > 2_000
    assert f"{len(ELSEWHERE)} deselected" in told


def test_what_is_printed_there_is_what_is_printed_here(pyodide):
    here, there = digests.mine(), digests.in_pyodide(pyodide, "1")
    different = {name for name in digests.OUTPUTS if here[name] != there[name]}
    assert different == {"a symptom by https"} and there[different.pop()] == digests.NO_SSL


def test_a_test_that_fails_there_is_found(pyodide, tmp_path):
    (tmp_path / "test_planted.py").write_text(
        "import sys\n\n"
        "def test_good(): pass\n\n"
        "def test_bad(): assert sys.platform != 'emscripten'\n"
    )
    found, told = ran(pyodide, ["/planted/test_planted.py"], **{"/planted": tmp_path})
    assert (found["code"], found["passed"]) == (1, 1), told
    (other,) = found["others"]
    assert "test_bad: failed" in other and "emscripten" in other
    (tmp_path / "test_planted.py").write_text("import numpy.core\n")
    found, _ = ran(pyodide, ["/planted/test_planted.py"], **{"/planted": tmp_path})
    assert found["code"] == 2 and found["others"]


def test_a_program_that_fails_there_is_an_error_with_its_last_words(pyodide):
    with pytest.raises(OSError, match="ZeroDivisionError"):
        node.run(pyodide, "1 / 0", {})
