"""Which lines and branches of the core no test runs: `python tests/covered.py`, some minutes.

Measured with coverage.py in one process, by the files of tests that also try mutants. A line that
no test in one process can run has `# pragma: no cover: REASON`, or is `raise AssertionError(WHY)`
where nothing comes; pyproject.toml leaves out what only type checkers read. Ends with 1 where
anything else is not run.
"""

from __future__ import annotations

import os
import re
import sys
from collections import namedtuple
from collections.abc import Mapping
from pathlib import Path

import mutants

ROOT = Path(__file__).resolve().parent.parent
MOST = 20  # lines that may be left out
LEFT_OUT = re.compile(
    r"#\s*pragma:\s*no\s*(?:cover|branch)(.*)|raise AssertionError(.*)", re.IGNORECASE
)

Exclusion = namedtuple("Exclusion", "module line reason")


def exclusions(sources: Mapping[str, str]) -> list[Exclusion]:
    """The lines that are left out, and the reason that each gives: "" for none."""
    return [
        Exclusion(module, number, (found[1] or found[2] or "").strip(" :,.()\"'"))
        for module, source in sources.items()
        for number, line in enumerate(source.splitlines(), 1)
        if (found := LEFT_OUT.search(line))
    ]


def main() -> int:
    """Run the tests and print what they leave out."""
    import coverage
    import mutant_runner
    import pytest

    sources = mutants.core_sources(ROOT)
    files = [
        str(path)
        for module in sources
        for path in (ROOT / module.replace(".", "/")).parent.glob("*.py")
        if path.stem == module.rpartition(".")[2]
    ]
    files += [str(ROOT / module.replace(".", "/") / "__init__.py") for module in sources]
    sys.path[:0] = [str(ROOT)]
    os.chdir(ROOT)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    measure = coverage.Coverage(
        data_file=None, config_file=str(ROOT / "pyproject.toml"), include=files, messages=False
    )
    measure.start()
    tests = [f"tests/{file}.py" for file in mutant_runner.test_files(ROOT)]
    code = pytest.main(["-q", "-p", "no:cacheprovider", *tests])
    measure.stop()
    print()
    share = measure.report(show_missing=True, skip_covered=True)
    print()
    left_out = exclusions(sources)
    for row in left_out:
        print(f"left out: {row.module}:{row.line}: {row.reason}")
    print(f"{share:.2f} % of the core's lines and branches; {len(left_out)} lines are left out")
    return int(code != 0 or share < 100)


if __name__ == "__main__":
    sys.exit(main())
