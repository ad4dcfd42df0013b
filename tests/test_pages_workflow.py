"""The workflow that publishes the pages, as far as it can be checked without GitHub.

It was looked at with actionlint 1.7 and with GitHub's schema; it was never run.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import yaml

from vpcedu import site_address
from vpcedu.pages import static_pages
from vpcedu.pages.alive import lesson_pages, runtime

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / ".github" / "workflows" / "pages.yml").read_text(encoding="utf-8")
JOBS = yaml.safe_load(TEXT)["jobs"]
STEPS = [step for job in JOBS.values() for step in job["steps"]]


def test_every_action_is_github_s_own_and_pinned_to_a_commit():
    used = [step["uses"] for step in STEPS if "uses" in step]
    assert len(used) == 4 and len(re.findall(r"uses: .*@\w+ # v\d+\.\d+\.\d+\n", TEXT)) == 4
    assert all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", one) for one in used)


def test_it_may_write_nothing_but_the_pages():
    assert yaml.safe_load(TEXT)["permissions"] == {"contents": "read"}
    assert "permissions" not in JOBS["build"]
    assert JOBS["deploy"]["permissions"] == {"pages": "write", "id-token": "write"}
    assert STEPS[0]["with"]["persist-credentials"] is False


def test_nothing_is_built_until_the_switch_is_set():
    """The step that reads the switch says what the switch is, as the others compare it."""
    switch = next(step for step in STEPS if step.get("id") == "switch")
    code = re.search(r"python3 -c '(.*)'", switch["run"])[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == f"published={site_address.PUBLISHED}\n"
    after = JOBS["build"]["steps"][JOBS["build"]["steps"].index(switch) + 1 :]
    assert {step["if"] for step in after} == {"steps.switch.outputs.published == 'True'"}
    assert JOBS["deploy"]["if"] == "needs.build.outputs.published == 'True'"


def test_it_uploads_what_the_command_builds_and_only_if_it_is_alive():
    build = next(step["run"] for step in STEPS if "start.py" in step.get("run", ""))
    out = static_pages.OUT.relative_to(ROOT).as_posix()
    assert "python3 start.py site\n" in build
    assert f"test -s {out}/{lesson_pages.FOLDER}/pyodide.asm.wasm" in build
    assert "pyodide.asm.wasm" in runtime.FILES
    upload = next(step for step in STEPS if "upload-pages" in step.get("uses", ""))
    assert upload["with"] == {"path": out}


def test_the_address_is_that_of_github_s_pages_for_the_repository():
    owner, name = static_pages.front.SOURCE.split("/")[-2:]
    assert f"https://{owner}.github.io/{name}/" == site_address.ADDRESS
