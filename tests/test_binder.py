"""Binder: what it would build, and that the lessons show there what they show here.

A launch was not tried.
"""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from tests import binder_base
from tests.notebook_rules import NOTEBOOKS

pytestmark = pytest.mark.binder


@pytest.fixture(scope="module")
def dockerfile():
    return binder_base.dockerfile()


@pytest.fixture(scope="module")
def inside(request):
    """The environment, kept in pytest's cache folder.

    It is made once, then again only when what it holds changes.
    """
    return binder_base.make(request.config.cache.mkdir(binder_base.KERNEL) / "env")


def test_binder_takes_the_base_image_of_the_python_in_runtime_txt(dockerfile):
    assert dockerfile.startswith("FROM docker.io/library/buildpack-deps:")
    assert re.search(
        rf"environment-2epy-2d{binder_base.PYTHON.replace('.', '-2e')}-2dlinux-2d", dockerfile
    )


def test_binder_installs_our_list_and_nothing_else_and_only_once_the_package_is_there(dockerfile):
    installs = re.findall(r"pip install .*", dockerfile)
    assert installs == ['pip install --no-cache-dir -r "binder/requirements.txt"']
    copied = dockerfile.index("COPY --chown=0:0 src/ ${REPO_DIR}/")
    assert copied < dockerfile.index(installs[0])  # -e . needs the whole repository
    assert (
        "environment.yml" not in dockerfile
        and "postBuild" not in dockerfile
        and "apt.txt" not in dockerfile
    )


def test_the_base_image_holds_the_lab_and_the_widgets_that_the_lessons_need():
    base = binder_base.base_versions()
    assert set(base) == set(binder_base.SHARED)
    assert base["jupyterlab"].startswith("4.4.") and base["ipywidgets"] == "8.1.7"


def test_binders_list_changes_no_package_of_the_base_image(inside):
    ask = "import importlib.metadata as m, json, sys; print(json.dumps({n: m.version(n) for n in sys.argv[1:]}))"
    base = binder_base.base_versions()
    told = subprocess.run([inside, "-c", ask, *base], capture_output=True, text=True, check=True)
    assert json.loads(told.stdout) == base


def test_the_first_lesson_shows_under_binders_versions_what_is_stored(inside):
    """One lesson, for the time it takes; `python tests/binder_base.py` compares all."""
    told = binder_base.compare(inside, NOTEBOOKS[:1])
    assert told.returncode == 0, told.stdout + told.stderr
    assert re.search(r"^\d+ passed in", told.stdout, re.MULTILINE)
