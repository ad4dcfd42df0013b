"""Put the tests in order -- core, kernel, notebooks, browser, Binder -- and time each part.

With several workers (pytest-xdist, `-n 2`) the files of the core are shared among them; all the
rest, which measures time or fills the machine, runs alone at the end, in order.
"""

import pytest

PARTS = ("core", "kernel", "notebooks", "browser", "binder")
FILES = {
    "test_kernel": "kernel",
    "test_browser": "browser",
    "test_static_pages": "browser",
    "test_alive": "browser",
    "test_lite": "browser",
    "test_binder": "binder",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="play 10,000 puzzles instead of 300")


def part_of(file: str) -> str:
    """Which part of the suite the tests of a file belong to, by the file's name."""
    if file.endswith(".ipynb"):
        return "notebooks"
    return next((part for begins, part in FILES.items() if file.startswith(begins)), "core")


def unit_of(nodeid: str) -> str:
    """What of the tests stays together on one worker.

    A file of the core, or all that is not core.
    """
    file = nodeid.partition("::")[0].rpartition("/")[2]
    return file if part_of(file) == "core" else "alone"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.user_properties.append(("part", part_of(item.path.name)))
    items.sort(key=lambda item: PARTS.index(part_of(item.path.name)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """What pytest-xdist gives its workers one after the other.

    A file of the core, at the end all the rest at once.
    """
    from xdist.scheduler import LoadScopeScheduling

    class Files(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return unit_of(nodeid)

    return Files(config, log)


def pytest_terminal_summary(terminalreporter) -> None:
    """One line a part, above pytest's own closing line, which counts everything."""
    began, ended = dict.fromkeys(PARTS, float("inf")), dict.fromkeys(PARTS, 0.0)
    tests = {part: set() for part in PARTS}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                part = dict(report.user_properties)["part"]
                began[part], ended[part] = (
                    min(began[part], report.start),
                    max(ended[part], report.stop),
                )
                tests[part].add(report.nodeid)
    for part in PARTS:
        if tests[part]:
            terminalreporter.write_line(
                f"time: {part} {ended[part] - began[part]:.1f} s ({len(tests[part])} tests)"
            )
