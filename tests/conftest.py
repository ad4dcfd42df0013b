"""Put the tests in order -- core, kernel, notebooks, browser, Binder -- and say how long each part took."""

import pytest

PARTS = ("core", "kernel", "notebooks", "browser", "binder")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="play 10,000 puzzles instead of 300")


def part_of(item: pytest.Item) -> str:
    """Which part of the suite a test belongs to."""
    if item.path.suffix == ".ipynb":
        return "notebooks"
    for part in ("browser", "binder"):
        if item.get_closest_marker(part):
            return part
    return "kernel" if item.path.stem.startswith("test_kernel") else "core"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.user_properties.append(("part", part_of(item)))
    items.sort(key=lambda item: PARTS.index(part_of(item)))


def pytest_terminal_summary(terminalreporter) -> None:
    """One line a part, above pytest's own closing line, which counts everything."""
    seconds = dict.fromkeys(PARTS, 0.0)
    tests = {part: set() for part in PARTS}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                part = dict(report.user_properties)["part"]
                seconds[part] += report.duration
                tests[part].add(report.nodeid)
    for part in PARTS:
        if tests[part]:
            terminalreporter.write_line(f"time: {part} {seconds[part]:.1f} s ({len(tests[part])} tests)")
