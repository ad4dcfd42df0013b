"""No circle of imports in the core, those that only a type checker sees among them."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "vpcedu"
FOLDERS = ("protocols", "tables", "hosts", "gateways", "network")
CORE = [file for file in sorted(PACKAGE.rglob("*.py")) if file.parent.name in FOLDERS
        or (file.parent == PACKAGE and not file.name.startswith("__"))]  # fmt: skip


def imported(source, known):
    """The known modules that a source imports, wherever the import stands."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found & known


def circles(sources):
    """The modules that come back to themselves by imports."""
    near = {name: imported(source, sources.keys()) for name, source in sources.items()}
    found = []
    for name in near:
        reached, todo = set(), list(near[name])
        while todo:
            other = todo.pop()
            if other not in reached:
                reached.add(other)
                todo += near[other]
        if name in reached:
            found.append(name)
    return found


def test_no_module_of_the_core_comes_back_to_itself_by_imports():
    names = {file: ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts) for file in CORE}
    assert len(names) > 40
    assert circles({names[file]: file.read_text(encoding="utf-8") for file in CORE}) == []


@pytest.mark.parametrize("before", ["", "if TYPE_CHECKING:\n    ", "def f():\n    "])
def test_a_circle_is_found(before):
    sources = {"a": f"{before}from b import x", "b": "from c import y", "c": "from a import z", "d": "from a import z"}
    assert circles(sources) == ["a", "b", "c"]
