"""Try mutants: run tests against each until one fails, in children of a process that has pytest.

First each file of tests is run once without a fault, to know how long it takes and which lines of
the core it runs. This is stored in build/mutants/ and made again when the core or the file changes.
A mutant then meets the files that run its line, quick ones first, and sooner those that import its
module by name, until a test fails or the budget of seconds is used up.

A child has the fault in memory: the finder `Planted` gives the changed text when the module is
imported. Processes that a test starts itself do not have it. Examples of Hypothesis are the same
in every run, and few. Processor time is what counts as too slow, so a busy machine changes nothing.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import coverage
import pytest
from hypothesis import settings
from mutants import Mutant, Results

WARM = ("hypothesis.strategies", "matplotlib.backends.backend_agg", "matplotlib.figure")
EXAMPLES = 15  # of a property
SLOW = 10  # seconds of a test that is left out
LAST = ("test_golden",)  # what any change makes fail: it tells least, and comes last
FAR = 4  # how many times its own seconds a file counts that does not import the module by name
MEMORY = 4 << 30  # bytes of a child's address space
WAIT = 10  # times the processor time that a child may take in all
COPIED_NOT = (".git", ".venv", "build", "dist", "node_modules", "__pycache__", ".*_cache", "*.pyc")
# Files of tests that are not run, and why.
NOT_RUN = {
    **dict.fromkeys(
        ["test_start", "test_bench", "test_terminal", "test_readme", "test_tshark"],
        "what they try runs in processes of its own",
    ),
    **dict.fromkeys(
        ["test_project", "test_floors", "test_facts", "test_mutants"],
        "they read the project's text and do not run it",
    ),
    **dict.fromkeys(
        [
            "test_draw",
            "test_draw_kinds",
            "test_draw_lessons",
            "test_layout",
            "test_explorers",
            "test_forms",
            "test_widgets",
            "test_widgets_tcp",
            "test_aws_fuzz",
            "test_aws_hostile",
            "test_aws_made",
            "test_cli",
            "test_exercises",
            "test_fields",
            "test_puzzles",
            "test_sweep",
            "test_unknown",
        ],
        "slow, and about pictures, forms, files and puzzles rather than about the core",
    ),
    **dict.fromkeys(
        [
            "test_browser",
            "test_browser_lessons",
            "test_static_pages",
            "test_binder",
            "test_kernel",
            "test_kernel_lab",
            "test_notebooks",
        ],
        "not part of the core's tests",
    ),
}


# --- in the child ---------------------------------------------------------------------------------


class Planted(importlib.abc.MetaPathFinder):
    """Gives one module with a changed text."""

    def __init__(self, module: str, source: str) -> None:
        self.module, self.source = module, source

    def find_spec(self, name, path=None, target=None):
        if name != self.module:
            return None
        file = importlib.machinery.PathFinder.find_spec(name, path).origin
        source = self.source

        class Changed(importlib.machinery.SourceFileLoader):
            def get_code(self, fullname):
                return compile(source, file, "exec", dont_inherit=True)

        return importlib.util.spec_from_file_location(name, file, loader=Changed(name, file))


class Watch:
    """What pytest tells of a run: the first failure, and how long each test took."""

    def __init__(self, skipped: Sequence[str]) -> None:
        self.skipped = set(skipped)
        self.by = ""
        self.unfit: list[str] = []

    def pytest_collection_modifyitems(self, items):
        for item in items:
            # a property's own number of examples is for its own run
            asked = getattr(item.function, "_hypothesis_internal_use_settings", None)
            if asked is not None and asked.max_examples > EXAMPLES:
                few = settings(asked, max_examples=EXAMPLES)
                item.function._hypothesis_internal_use_settings = few
            machine = getattr(item.cls, "settings", None)
            if isinstance(machine, settings) and machine.max_examples > EXAMPLES:
                item.cls.settings = settings(machine, max_examples=EXAMPLES)
        items[:] = [item for item in items if item.nodeid not in self.skipped]

    def pytest_collectreport(self, report):
        if report.failed:
            self.by = self.by or report.nodeid

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.by = self.by or report.nodeid
        if report.failed or report.duration > SLOW:
            self.unfit.append(report.nodeid)


def _run_pytest(files: Sequence[str], watch: Watch, *words: str) -> int:
    names = [f"tests/{file}.py" for file in files]
    quiet = ("-q", "-p", "no:cacheprovider", "--no-header", "--tb=no", "-r", "")
    return int(pytest.main([*quiet, *words, *names], plugins=[watch]))


def _try(files: Sequence[str], skipped: Sequence[str], module: str, source: str) -> dict:
    sys.meta_path.insert(0, Planted(module, source))
    watch = Watch(skipped)
    code = _run_pytest(files, watch, "-x")
    return {"code": code, "by": watch.by}


def _measure(file: str, folder: str) -> dict:
    watch = Watch(())
    measure = coverage.Coverage(
        data_file=None, config_file=False, include=[f"{folder}/vpcedu/*"], messages=False
    )
    began = time.process_time()
    measure.start()
    code = _run_pytest([file], watch)
    measure.stop()
    data = measure.get_data()
    return {
        "code": code,
        "seconds": round(time.process_time() - began, 2),
        "lines": {
            name.removeprefix(f"{folder}/"): sorted(data.lines(name) or ())
            for name in data.measured_files()
        },
        "unfit": watch.unfit,
    }


def in_child(seconds: float, work, *given: object) -> dict:
    """What a function gives in a child: {"code": -1} and a signal where it did not end well."""
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.setsid()
            os.close(reads)
            silence = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(silence, stream)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            with suppress(ValueError, OSError):  # macOS has no such limit
                resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            whole = max(1, int(seconds))
            resource.setrlimit(resource.RLIMIT_CPU, (whole, whole + 5))
            try:
                answer = work(*given)
            except MemoryError:
                answer = {"code": -1, "signal": 0}
            except Exception:
                answer = {"code": -2, "error": traceback.format_exc()}
            with os.fdopen(writes, "wb") as pipe:
                pipe.write(json.dumps(answer).encode())
        finally:
            os._exit(0)
    os.close(writes)
    return _answer_of(child, reads, time.monotonic() + seconds * WAIT)


def _answer_of(child: int, reads: int, end: float) -> dict:
    os.set_blocking(reads, False)
    said, stopped = b"", 0
    while True:
        with suppress(BlockingIOError):
            said += os.read(reads, 1 << 20)
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        if time.monotonic() > end:
            os.kill(child, signal.SIGKILL)
            stopped = signal.SIGXCPU
        time.sleep(0.01)
    with suppress(BlockingIOError):
        while more := os.read(reads, 1 << 20):
            said += more
    os.close(reads)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)  # what the tests have started and left
    by_signal = stopped or (os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0)
    answer = json.loads(said) if said and not by_signal else {"code": -1, "signal": int(by_signal)}
    if answer["code"] == -2:
        raise SystemExit(f"the runner itself fails:\n{answer['error']}")
    return answer


# --- which tests ----------------------------------------------------------------------------------


def test_files(folder: Path) -> list[str]:
    return sorted(
        path.stem for path in (folder / "tests").glob("test_*.py") if path.stem not in NOT_RUN
    )


def measured(folder: Path, store: Path, sources: Mapping[str, str]) -> dict[str, dict]:
    """For each file of tests its seconds, the lines of the core that it runs, and the tests in it
    that are too slow or fail without a fault; those are left out.
    """
    known = json.loads(store.read_text(encoding="utf-8")) if store.exists() else {}
    core = hashlib.sha256(repr(sorted(sources.items())).encode()).hexdigest()
    rigs = "".join(
        path.read_text(encoding="utf-8")
        for path in sorted((folder / "tests").rglob("*.py"))
        if not path.name.startswith(("test_", "mutant"))
    )
    found = {}
    for file in test_files(folder):
        text = (folder / "tests" / f"{file}.py").read_text(encoding="utf-8")
        of = hashlib.sha256((core + rigs + text).encode()).hexdigest()[:16]
        row = known.get(file)
        if row is None or row["of"] != of:
            row = {**in_child(600, _measure, file, str(folder)), "of": of}
            if row["code"] == -1:
                print(f"{file} does not end well without a fault: not run", flush=True)
                continue
            print(f"{file}: {row['seconds']:.1f} s; {len(row['unfit'])} left out", flush=True)
        found[file] = row
        known[file] = row
        store.parent.mkdir(parents=True, exist_ok=True)
        store.write_text(json.dumps(known), encoding="utf-8")
    return found


def statement_lines(source: str, line: int) -> range:
    """The lines of the innermost statement that a line is in; of one with a body its head alone."""
    best = range(line, line + 1)
    size = len(source)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            end = body[0].lineno - 1 if isinstance(body, list) and body else node.end_lineno
            lines = range(node.lineno, max(end, node.lineno) + 1)
            if line in lines and len(lines) <= size:
                best, size = lines, len(lines)
    return best


def order(mutant: Mutant, source: str, folder: Path, tests: Mapping[str, dict]) -> list[str]:
    """The files of tests that run a mutant's line: quick ones and those that import it first."""
    name = mutant.module.replace(".", "/")
    lines = set(statement_lines(source, mutant.line))
    found = []
    for file, row in tests.items():
        ran = row["lines"].get(f"{name}.py") or row["lines"].get(f"{name}/__init__.py") or ()
        if lines & set(ran):
            text = (folder / "tests" / f"{file}.py").read_text(encoding="utf-8")
            near = f"from {mutant.module} import" in text
            found.append((file in LAST, row["seconds"] * (1 if near else FAR), file))
    return [file for *_, file in sorted(found)]


def batches(files: Sequence[str], tests: Mapping[str, dict], budget: float) -> Iterator[list[str]]:
    """Files in groups, each twice as large as the one before, within the budget."""
    groups, spent, number = [[]], 0.0, 1
    for file in files:
        if spent and spent + tests[file]["seconds"] > budget:
            continue
        spent += tests[file]["seconds"]
        if len(groups[-1]) == number:
            groups.append([])
            number *= 2
        groups[-1].append(file)
    return (group for group in groups if group)


def outcome(
    mutant: Mutant,
    source: str,
    folder: Path,
    tests: Mapping[str, dict],
    budget: float,
    limit: float,
) -> dict:
    """Whether a mutant was noticed, and by which test."""
    began, tried = time.monotonic(), 0
    for group in batches(order(mutant, source, folder, tests), tests, budget):
        skipped = [unfit for file in group for unfit in tests[file]["unfit"]]
        seconds = limit + 3 * sum(tests[file]["seconds"] for file in group)
        answer = in_child(seconds, _try, group, skipped, mutant.module, mutant.apply(source))
        tried += len(group)
        found, by = "", answer.get("by", "")
        if answer["code"] == -1:
            found = (
                "too slow" if answer["signal"] in (signal.SIGXCPU, signal.SIGKILL) else "crashed"
            )
        elif answer["code"] == pytest.ExitCode.USAGE_ERROR and not by:
            raise SystemExit(f"pytest cannot be run on {group}")
        elif answer["code"] not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            found = "noticed"
        if found:
            took = round(time.monotonic() - began, 1)
            return {"outcome": found, "by": by, "files": tried, "seconds": took}
    took = round(time.monotonic() - began, 1)
    return {"outcome": "survived", "by": "", "files": tried, "seconds": took}


# --- all of it ------------------------------------------------------------------------------------


@contextmanager
def copied(root: Path) -> Iterator[Path]:
    """A copy of the tree, from which this process and its children import."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as made:
        folder = Path(made).resolve() / "tree"
        shutil.copytree(root, folder, ignore=shutil.ignore_patterns(*COPIED_NOT))
        os.chdir(folder)
        sys.path[:0] = [str(folder), str(folder / "tests")]
        os.environ["PYTHONPATH"] = os.pathsep.join(sys.path[:2])
        yield folder


def run(
    wanted: Sequence[Mutant],
    sources: Mapping[str, str],
    results: Results,
    root: Path,
    asked: argparse.Namespace,
) -> None:
    """Try mutants, and store what comes of each as soon as it is known."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    settings.register_profile(
        "mutants", database=None, derandomize=True, deadline=None, max_examples=EXAMPLES
    )
    settings.load_profile("mutants")
    with copied(root) as folder:
        for name in WARM if (folder / "vpcedu" / "draw").exists() else ():
            with suppress(ImportError):
                importlib.import_module(name)
        tests = measured(folder, results.path.parent / "tests.json", sources)
        workers = []
        for job in range(asked.jobs):
            worker = os.fork() if asked.jobs > 1 else 0
            if worker:
                workers.append(worker)
                continue
            mine = wanted[job :: asked.jobs]
            for number, mutant in enumerate(mine, 1):
                source = sources[mutant.module]
                came = outcome(mutant, source, folder, tests, asked.budget, asked.limit)
                results.add(mutant, came)
                print(
                    f"{number}/{len(mine)} {came['outcome']}, {came['seconds']} s:"
                    f" {mutant.place} {came['by']}",
                    flush=True,
                )
            if asked.jobs > 1:
                os._exit(0)
        for worker in workers:
            os.waitpid(worker, 0)
    if asked.jobs > 1:
        results.read()
