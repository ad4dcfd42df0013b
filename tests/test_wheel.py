"""The wheel: what somebody gets who installs vpcedu without this repository and a network."""

import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from vpcedu.cli.course import FIRST, LESSONS
from vpcedu.version import VERSION

ROOT = Path(__file__).parent.parent
CHANGED = '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}'


def clean() -> dict[str, str]:
    """The environment without Python's own settings: this checkout must not be found."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def ran(*words, cwd):
    return subprocess.run(
        [str(word) for word in words], cwd=cwd, env=clean(), capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder with wheel and sdist; the wheel is made from the unpacked sdist, as PyPI's are."""
    folder = tmp_path_factory.mktemp("dist")
    make = (
        "import sys, hatchling.build as b; print(getattr(b, 'build_' + sys.argv[1])(sys.argv[2]))"
    )
    sdist = ran(sys.executable, "-c", make, "sdist", folder, cwd=ROOT)
    assert sdist.returncode == 0, sdist.stderr
    with tarfile.open(folder / sdist.stdout.split()[-1]) as packed:
        packed.extractall(folder, filter="data")
    unpacked = folder / f"vpcedu-{VERSION}"
    wheel = ran(sys.executable, "-c", make, "wheel", folder, cwd=unpacked)
    assert wheel.returncode == 0, wheel.stderr
    return folder


@pytest.fixture(scope="module")
def installed(built):
    """An empty environment that has the wheel and nothing else; its folder of programs."""
    place = built / "environment"
    assert ran(sys.executable, "-m", "venv", "--without-pip", place, cwd=built).returncode == 0
    programs = place / ("Scripts" if sys.platform == "win32" else "bin")
    (wheel,) = built.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "--python", programs / "python", "install", "--quiet"]
    done = ran(*pip, "--no-index", "--no-deps", "--disable-pip-version-check", wheel, cwd=built)
    assert done.returncode == 0, done.stderr
    return programs


def test_the_wheel_needs_nothing_and_says_which_pythons_it_was_tried_on(built):
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        (name,) = (name for name in packed.namelist() if name.endswith("/METADATA"))
        lines = packed.read(name).decode().split("\n\n")[0].splitlines()
    assert not [
        line for line in lines if line.startswith("Requires-Dist:") and "extra ==" not in line
    ]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {line[12:] for line in lines if line.startswith("Classifier: ")} == set(
        project["classifiers"]
    )


def test_the_wheel_holds_the_package_and_every_lesson_and_nothing_else(built):
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = {name for name in packed.namelist() if ".dist-info/" not in name}
    git = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "vpcedu"]
    wanted = ran(*git, *(f":(glob){pattern}" for pattern in LESSONS), cwd=ROOT).stdout.split("\0")
    lessons = {name for name in wanted if name and not name.startswith("vpcedu/")}
    assert FIRST in lessons and len(lessons) > 100
    assert {
        name.removeprefix("vpcedu/lessons/") for name in names if "/lessons/" in name
    } == lessons
    assert {name for name in names if "/lessons/" not in name} == set(wanted) - lessons - {""}


def test_the_installed_program_answers(installed, tmp_path):
    answer = ran(installed / "vpcedu", cwd=tmp_path)
    assert answer.returncode == 0 and "Yes, the reply goes back through" in answer.stdout
    assert answer.stdout == ran(sys.executable, "-m", "vpcedu", cwd=ROOT).stdout
    example = "import vpcedu.aws; print(vpcedu.aws.example())"
    folder = ran(installed / "python", "-c", example, cwd=tmp_path).stdout.strip()
    assert Path(folder).is_relative_to(installed.parent)
    asked = ["--from", "internet", "--to", "shop", "--port", "80"]
    told = ran(installed / "vpcedu", "ask", folder, *asked, cwd=tmp_path)
    assert told.returncode == 0 and "reaches shop on TCP port 80" in told.stdout


def test_the_lessons_are_copied_and_what_somebody_wrote_stays(installed, tmp_path):
    done = ran(installed / "vpcedu", "course", "mine", "--copy", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for pattern in LESSONS:
        for path in ROOT.glob(pattern):
            copied = tmp_path / "mine" / path.relative_to(ROOT)
            assert copied.read_bytes() == path.read_bytes(), path
    (tmp_path / "mine" / FIRST).write_text(CHANGED)
    (tmp_path / "mine" / "notebooks" / "GLOSSARY.md").unlink()
    again = ran(installed / "vpcedu", "course", "mine", "--copy", cwd=tmp_path)
    assert again.stdout.startswith("1 files copied into mine; ")
    assert (tmp_path / "mine" / FIRST).read_text() == CHANGED


def test_without_jupyterlab_one_line_says_what_to_install_and_the_lessons_are_there(
    installed, tmp_path
):
    done = ran(installed / "vpcedu", "course", cwd=tmp_path)
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert "pip install 'vpcedu[course]'" in done.stderr
    assert (tmp_path / "vpcedu-course" / FIRST).is_file()


def test_a_place_that_cannot_be_written_is_named(installed, tmp_path):
    (tmp_path / "taken").write_text("a file")
    done = ran(installed / "vpcedu", "course", "taken", "--copy", cwd=tmp_path)
    assert done.returncode == 2 and "taken" in done.stderr and done.stderr.count("\n") == 1
    assert (tmp_path / "taken").read_text() == "a file"


def test_a_lesson_runs_from_the_copied_folder_as_it_is_stored(installed, tmp_path):
    """Lesson 12 reads recordings; the course's packages are of here, vpcedu is the wheel's."""
    (site,) = {path.parent for path in installed.parent.rglob("vpcedu/__init__.py")}
    (packages,) = {path for path in map(Path, sys.path) if (path / "nbval").is_dir()}
    assert ran(installed / "vpcedu", "course", "mine", "--copy", cwd=tmp_path).returncode == 0
    lesson = tmp_path / "mine" / "notebooks" / "12-is-it-true.ipynb"
    run = "import sys; sys.path[:0] = sys.argv[1:3]; del sys.argv[1:3]; import pytest; sys.exit(pytest.main())"
    words = ["--nbval", "--nbval-current-env", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    environment = clean() | {"PYTHONPATH": os.pathsep.join([str(site.parent), str(packages)])}
    done = subprocess.run(
        [sys.executable, "-c", run, site.parent, packages, *words, str(lesson)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and " passed" in done.stdout, done.stdout[-6_000:]


def test_core_tests_run_from_the_unpacked_sdist(built):
    unpacked = built / f"vpcedu-{VERSION}"
    words = ["tests/test_tables.py", "tests/test_project.py", "-q", "-p", "no:cacheprovider"]
    words += ["-k", "not test_the_checkers_are_content", "-p", "no:xdist"]
    done = ran(sys.executable, "-m", "pytest", *words, cwd=unpacked)
    assert done.returncode == 0 and " passed" in done.stdout, done.stdout[-6_000:]
