"""Parts: what several sites have in common is written in one place.

A description is not copied.
"""

import ast
from pathlib import Path

import pytest

from vpcedu.network.network import Network
from vpcedu.network.vpc import Vpc
from vpcedu.sites import parts

PACKAGE = Path(__file__).parent.parent / "vpcedu"
COMMON = {
    name: getattr(parts, name)
    for name in ("PAGE", "NAME", "API", "IGW", "CLIENT", "UPDATES", "EPHEMERAL")
}
FILES = [
    file
    for room in ("lab", "widgets")
    for file in sorted((PACKAGE / room).glob("*.py"))
    if file.stem != "parts"
]


def literals(source):
    """Every text, and every tuple of numbers or texts, that a module writes down."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Tuple) and all(
            isinstance(part, ast.Constant) for part in node.elts
        ):
            yield tuple(part.value for part in node.elts)


def described(source):
    """The arguments of each description that a module writes down, as text."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Vpc":
            yield [
                ast.unparse(value)
                for value in (*node.args, *(word.value for word in node.keywords))
            ]


@pytest.mark.parametrize("name", COMMON)
def test_what_sites_have_in_common_is_written_once(name):
    assert [
        file.name for file in FILES if COMMON[name] in literals(file.read_text(encoding="utf-8"))
    ] == []


def test_a_description_does_not_say_what_it_has_not():
    written = [
        words
        for file in PACKAGE.rglob("*.py")
        for words in described(file.read_text(encoding="utf-8"))
    ]
    assert len(written) > 8
    assert [words for words in written if "()" in words] == []


def test_a_copy_would_be_found():
    planted = f"x = Vpc('10.0.0.0/16', ())\ny = '{parts.PAGE}'\nz = (1_024, 65_535)\n"
    assert {parts.PAGE, parts.EPHEMERAL} <= set(literals(planted))
    assert list(described(planted)) == [["'10.0.0.0/16'", "()"]]


def test_of_a_description_only_its_block_is_required():
    network = Network(Vpc("10.0.0.0/16"))
    assert network.vpc.rows() == () and network.devices == {}
    assert Vpc("10.0.0.0/16") == Vpc("10.0.0.0/16", (), (), (), (), (), "", (), (), (), ())
