"""Put the tests in order -- browser, kernel, node, core, notebooks, Binder -- and time each part.

With several workers (pytest-xdist, `-n 2`) each part runs on one of them, and the files of the core
are shared among all. The browser's part takes longest on one worker, so it begins first.
"""

import pytest

PARTS = ("browser", "kernel", "node", "core", "notebooks", "binder")
FILES = {
    "test_kernel": "kernel",
    "test_browser": "browser",
    "test_static_pages": "browser",
    "test_alive": "browser",
    "test_lite": "browser",
    "test_binder": "binder",
    "test_node": "node",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="play 10,000 puzzles instead of 300")


def part_of(file: str) -> str:
    """Which part of the suite the tests of a file belong to, by the file's name."""
    if file.endswith(".ipynb"):
        return "notebooks"
    return next((part for begins, part in FILES.items() if file.startswith(begins)), "core")


def unit_of(nodeid: str) -> str:
    """What of the tests stays together on one worker: a file of the core, or another part."""
    file = nodeid.partition("::")[0].rpartition("/")[2]
    part = part_of(file)
    return file if part == "core" else part


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.user_properties.append(("part", part_of(item.path.name)))
    items.sort(key=lambda item: PARTS.index(part_of(item.path.name)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """What pytest-xdist gives its workers, one unit after the other."""
    from xdist.scheduler import LoadScopeScheduling

    class Files(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return unit_of(nodeid)

    return Files(config, log)


def pytest_terminal_summary(terminalreporter) -> None:
    """One line a part, above pytest's own closing line, which counts everything.

    The time is what its tests took, added up; with several workers parts run at the same time.
    """
    took = dict.fromkeys(PARTS, 0.0)
    tests = {part: set() for part in PARTS}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                part = dict(report.user_properties)["part"]
                took[part] += report.stop - report.start
                tests[part].add(report.nodeid)
    for part in PARTS:
        if tests[part]:
            terminalreporter.write_line(
                f"time: {part} {took[part]:.1f} s ({len(tests[part])} tests)"
            )
