"""The tests that need nothing but Python, pytest and Hypothesis: those of the model itself.

    python tests/core.py [pytest words]     run them, on any system
    python tests/core.py --list             their files

A file of tests is one of them where neither it nor what it imports from tests/ names another
package. Those of LARGER do without an import of their own what needs more.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
ENOUGH = {*sys.stdlib_module_names, "pytest", "hypothesis", "vpcedu"}
OURS = {path.stem for path in ROOT.glob("tests/*.py")} | {"tests", "rigs", "kernel", "on_aws"}
PACKAGES = ("vpcedu.pages", "vpcedu.widgets")  # what needs mistune, matplotlib, ipywidgets
LARGER = {
    "test_sweep": "Dask",
    "test_wheel": "hatchling",
    "test_aws_made": "botocore says which rows there can be",
    "test_binder": "repo2docker",
    "test_bench": "measures time",
    "test_every_field": "moto",
    "test_floors": "ruff says how long a module is",
    "test_mutants": "coverage",
    "test_kernel": "a Linux kernel, as root",
    "test_kernel_lab": "a Linux kernel, as root",
    "test_kernel_tools": "a Linux kernel, as root",
    "test_project": "git, ruff, mypy and the pinned environment",
}


def imported(path: Path) -> set[str]:
    """The modules that a file imports anywhere, with the names that it takes from them."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(path.relative_to(ROOT).parts[: -node.level]) if node.level else ""
            whole = ".".join(filter(None, (above, node.module)))
            found |= {whole} | {f"{whole}.{alias.name}" for alias in node.names}
    return found


def file_of(module: str) -> Path | None:
    """Where a module of the tests is; None for any other."""
    place = module.removeprefix("tests.").replace(".", "/")
    found = (ROOT / "tests" / f"{place}.py", ROOT / "tests" / place / "__init__.py")
    return next((path for path in found if path.exists()), None)


def needs(path: Path) -> set[str]:
    """What a file of tests needs beyond Python, pytest and Hypothesis."""
    seen, ahead, found = set(), [path], set()
    while ahead:
        file = ahead.pop()
        seen.add(file)
        for module in imported(file):
            if file_of(module):
                ahead += {file_of(module)} - seen
            elif module.startswith(PACKAGES) or module.split(".")[0] not in ENOUGH | OURS:
                found.add(module)
    return found


def files() -> list[Path]:
    """The files of the core's tests."""
    return [
        path
        for path in sorted((ROOT / "tests").glob("test_*.py"))
        if path.stem not in LARGER and not needs(path)
    ]


def main(words: list[str]) -> int:
    """Run them, or list them; returns pytest's exit code."""
    if words == ["--list"]:
        print("\n".join(path.name for path in files()))
        return 0
    import pytest

    sys.path.insert(0, str(ROOT))  # some files say `from tests import ...`
    return pytest.main([*map(str, files()), *words])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
