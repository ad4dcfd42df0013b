"""pytest in Pyodide: runs the files that its arguments name, and tells as JSON what became of them.

It is given to Pyodide as text, and its arguments as JSON in the environment: the checkout is /here,
and /site has pytest, which needs no compiled module.
"""

import json
import os
import sys

os.chdir("/here")
sys.path[:0] = ["/here", "/here/tests", "/site"]

import pytest  # noqa: E402


class Seen:
    """What became of each test."""

    def __init__(self) -> None:
        self.passed, self.others, self.seconds = 0, [], 0.0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test that passed, and keep the name of one that did not."""
        self.seconds += report.duration
        if report.outcome != "passed":
            self.others.append(f"{report.nodeid}: {report.outcome}: {str(report.longrepr)[-600:]}")
        elif report.when == "call":
            self.passed += 1

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep a file that cannot be read."""
        if report.outcome != "passed":
            self.others.append(f"{report.nodeid}: {report.outcome}: {str(report.longrepr)[-600:]}")


seen = Seen()
code = pytest.main(
    ["-q", "-p", "no:cacheprovider", "--tb=short", *json.loads(os.environ["WORDS"])], plugins=[seen]
)
json.dumps({"version": sys.version, "code": int(code), **vars(seen)})
