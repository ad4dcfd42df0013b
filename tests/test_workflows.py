"""The workflows of GitHub, as far as they can be checked without GitHub.

Their form by GitHub's own schema, their habits by zizmor, what they may do by the tests below, and
their shell by running it. What was run by hand, and what was never run, is in CONTRIBUTING.md.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import core
import jsonschema
import pins
import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema
from kernel.kernel import why_not

import vpcedu

ROOT = Path(__file__).parent.parent
GITHUB = ROOT / ".github"
TEXTS = {
    path.name: path.read_text(encoding="utf-8")
    for path in sorted((GITHUB / "workflows").glob("*.yml"))
}
FLOWS = {name: yaml.safe_load(text) for name, text in TEXTS.items()}
JOBS = {(file, name): job for file, flow in FLOWS.items() for name, job in flow["jobs"].items()}
STEPS = [(place, step) for place, job in JOBS.items() for step in job.get("steps", ())]
EVENTS = {"push", "pull_request", "schedule", "workflow_call", "workflow_dispatch"}
MAY_WRITE = {  # job -> what it may do besides reading the sources
    ("pages.yml", "deploy"): {"pages": "write", "id-token": "write"},
    ("pins.yml", "propose"): {"contents": "write", "pull-requests": "write"},
    ("release.yml", "publish"): {"id-token": "write"},
}
# Which commit an action's version is. Those of `actions/` were read in its own repository.
ACTIONS = {
    "actions/checkout": "3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
    "actions/setup-python": "5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0",
    "actions/upload-artifact": "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0",
    "actions/download-artifact": "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1",
    "actions/upload-pages-artifact": "fc324d3547104276b827a68afc52ff2a11cc49c9 # v5.0.0",
    "actions/deploy-pages": "cd2ce8fcbc39b97be8ca5fce6e763baed58fa128 # v5.0.0",
    "pypa/gh-action-pypi-publish": "ed0c53931b1dc9bd32cbe73a98c7f6766f8a527e # v1.13.0",
}
# How each shell part of a workflow is tried: by tests in this folder, or by hand.
TRIED = {
    ("kernel.yml", "kernel", "able"): "test_workflows.py",
    ("kernel.yml", "kernel", "kernel"): "by hand",
    ("kernel.yml", "kernel", "tools"): "never",
    ("notebooks.yml", "compare", "compare"): "by hand",
    ("pages.yml", "build", "build"): "by hand",
    ("pages.yml", "build", "switch"): "test_pages_workflow.py",
    ("pins.yml", "propose", "propose"): "test_workflows.py",
    ("pins.yml", "rebuild", "install"): "by hand",
    ("pins.yml", "rebuild", "pins"): "test_workflows.py",
    ("pins.yml", "try", "everything"): "never",
    ("pins.yml", "try", "git"): "never",
    ("release.yml", "build", "build"): "by hand",
    ("release.yml", "build", "try"): "by hand",
    ("release.yml", "build", "version"): "test_workflows.py",
    ("tests.yml", "core", "core"): "by hand",
    ("tests.yml", "core", "install"): "by hand",
    ("tests.yml", "everything", "everything"): "by hand",
    ("tests.yml", "everything", "git"): "never",
    ("tests.yml", "everything", "owner"): "never",
}


def shell(flow: str, job: str, name: str) -> str:
    """The text of a shell part."""
    steps = FLOWS[flow]["jobs"][job]["steps"]
    return next(step["run"] for step in steps if step.get("name", step.get("id")) == name)


def run(text: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run it as GitHub runs a step; settings: variables of the environment."""
    bash = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text]
    told = {**os.environ, **settings}
    return subprocess.run(bash, cwd=folder, env=told, capture_output=True, text=True)


# --- their form -------------------------------------------------------------------------

FORMS = {
    path.name: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted((GITHUB / "ISSUE_TEMPLATE").glob("*.yml"))
}
CONFIG = {"config.yml": FORMS.pop("config.yml")}
KINDS = {  # the schema of check-jsonschema -> the files that it is for
    "github-workflows": FLOWS,
    "dependabot": {"dependabot.yml": yaml.safe_load((GITHUB / "dependabot.yml").read_text())},
    "github-issue-forms": FORMS,
    "github-issue-config": CONFIG,
}


def wrong(kind: str, document: dict) -> list[str]:
    """What GitHub's schema says against a document; YAML 1.1 reads the key `on` as true."""
    schema = get_builtin_schema(f"vendor.{kind}")
    named = {"on" if key is True else key: value for key, value in document.items()}
    check = jsonschema.validators.validator_for(schema)(schema)
    return [error.message for error in check.iter_errors(named)]


@pytest.mark.parametrize("kind", KINDS)
def test_they_have_the_form_that_github_s_schema_asks_for(kind):
    assert KINDS[kind]
    for name, document in KINDS[kind].items():
        assert wrong(kind, document) == [], name


@pytest.mark.parametrize(
    ("old", "new"), [("runs-on:", "run-on:"), ("matrix:", "matrices:"), ("workflow_call:", "call:")]
)
def test_a_workflow_of_another_form_is_found(old, new):
    assert old in TEXTS["tests.yml"]
    assert wrong("github-workflows", yaml.safe_load(TEXTS["tests.yml"].replace(old, new)))


def zizmor(folder: Path) -> subprocess.CompletedProcess[str]:
    """What it says, without asking the network."""
    program = shutil.which(
        "zizmor", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    )
    words = [program, "--offline", "--no-config", "--min-severity", "medium", folder]
    return subprocess.run(words, capture_output=True, text=True)


def test_zizmor_finds_no_weakness():
    told = zizmor(GITHUB)
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.parametrize(
    ("old", "new", "weakness"),
    [
        ("  pull_request:", "  pull_request_target:", "dangerous-triggers"),
        ("bash .ci/run", "bash .ci/run ${{ github.event.head_commit.message }}", "template-inj"),
        ("@3d3c42e5aac5ba805825da76410c181273ba90b1 #", "@v7 #", "unpinned-uses"),
        ("permissions:\n  contents: read", "permissions: write-all", "excessive-permissions"),
    ],
)
def test_a_planted_weakness_is_found(old, new, weakness, tmp_path):
    flows = tmp_path / ".github" / "workflows"
    flows.mkdir(parents=True)
    assert old in TEXTS["tests.yml"]
    (flows / "tests.yml").write_text(TEXTS["tests.yml"].replace(old, new))
    told = zizmor(tmp_path)
    assert told.returncode != 0 and weakness in told.stdout


# --- the forms of issues ----------------------------------------------------------------


def test_the_form_for_a_wrong_sentence_asks_for_it_its_page_and_the_source():
    """Pages of the site fill in `page` by its id."""
    asked = {part["id"]: part for part in FORMS["wrong-sentence.yml"]["body"]}
    needed = {name for name, part in asked.items() if part.get("validations", {}).get("required")}
    assert {"sentence", "page", "source"} <= needed


def test_every_form_that_a_page_leads_to_is_there():
    pages = [
        *ROOT.glob("*.md"),
        *ROOT.glob("notebooks/*.md"),
        ROOT / "vpcedu/pages/static_pages.py",
    ]
    texts = {path.name: path.read_text(encoding="utf-8") for path in pages}
    led = {
        name: set(re.findall(r"issues/new\?template=([\w.-]+)", text))
        for name, text in texts.items()
    }
    assert set().union(*led.values()) == set(FORMS) and led["SUPPORT.md"] == set(FORMS)
    assert led["static_pages.py"] == {"wrong-sentence.yml"} <= led["README.md"]


def test_the_checks_before_a_commit_are_programs_of_the_environment():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    (repo,) = config["repos"]
    assert repo["repo"] == "local" and len(repo["hooks"]) == 3
    for hook in repo["hooks"]:
        program, *words = hook["entry"].split()
        assert hook["language"] == "system" and program.startswith(".venv/bin/")
        told = subprocess.run(
            [Path(sys.executable).parent / Path(program).name, *words, *HOOKED[hook["id"]]],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert told.returncode == 0, told.stdout + told.stderr


HOOKED = {  # what a hook gets to look at, here
    "ruff": ["start.py", "notebooks/00-the-question.ipynb"],
    "form": ["start.py", "vpcedu/__init__.pyi"],
    "notebooks": ["notebooks/00-the-question.ipynb"],
}


# --- what they may do -------------------------------------------------------------------


@pytest.mark.parametrize("name", TEXTS)
def test_they_start_by_known_events_hold_no_secret_and_may_only_read(name):
    flow, text = FLOWS[name], TEXTS[name]
    assert set(flow[True]) <= EVENTS  # YAML 1.1 reads the key `on` as true
    assert flow["permissions"] == {"contents": "read"}
    assert "secrets" not in text and "password" not in re.sub("#.*", "", text)
    assert "concurrency" in flow


@pytest.mark.parametrize("place", JOBS, ids=" ".join)
def test_a_job_may_write_only_what_it_is_for_and_ends_in_time(place):
    job = JOBS[place]
    assert job.get("permissions", {}) == MAY_WRITE.get(place, {})
    assert "uses" in job or 0 < job["timeout-minutes"] <= 60


def test_every_action_is_pinned_to_the_commit_of_its_version():
    used = re.findall(r"uses: ([\w./-]+)(?:@(.*))?$", "\n".join(TEXTS.values()), re.MULTILINE)
    assert {(action, pin) for action, pin in used if action[0] != "."} == set(ACTIONS.items())
    assert {action for action, _ in used if action[0] == "."} == {"./.github/workflows/tests.yml"}


def test_no_sources_are_taken_with_the_right_to_push():
    taken = [step for _, step in STEPS if step.get("uses", "").startswith("actions/checkout@")]
    assert taken and all(step["with"] == {"persist-credentials": False} for step in taken)


def test_where_a_job_may_write_nothing_new_is_installed():
    for place in MAY_WRITE:
        for step in JOBS[place]["steps"]:
            assert not re.search(r"(?m)^\s*(python|pip|apt|bash|npm|\.)", step.get("run", ""))


def test_every_python_that_the_package_names_is_tried():
    named = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for file, job in (("tests.yml", "core"), ("notebooks.yml", "compare")):
        assert set(named) <= set(JOBS[file, job]["strategy"]["matrix"]["python"])


def test_a_release_is_published_only_after_all_tests():
    jobs = FLOWS["release.yml"]["jobs"]
    assert FLOWS["release.yml"][True] == {"push": {"tags": ["v*"]}}
    assert jobs["tests"]["uses"] == "./.github/workflows/tests.yml"
    assert (jobs["build"]["needs"], jobs["publish"]["needs"]) == ("tests", "build")
    assert shell("tests.yml", "everything", "everything") == "bash .ci/run"


# --- their shell ------------------------------------------------------------------------


def test_every_shell_part_is_tried_or_named_as_never_run():
    there = {
        (*place, step.get("name", step.get("id", "build")))
        for place, step in STEPS
        if "run" in step
    }
    assert there == set(TRIED)
    untried = {f"{file}: {name}" for (file, _, name), how in TRIED.items() if how == "never"}
    told = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = told.split("## What GitHub runs\n")[1].split("\n## ")[0]
    assert {
        f"{file}: {name}" for file, name in re.findall(r"`(\w+\.yml): (\w+)`", section)
    } == untried


def test_a_job_in_a_container_uses_no_word_that_only_bash_knows():
    """A container's default shell is sh, without pipefail: there a pipe would hide a failure."""
    for place, step in STEPS:
        if "container" in JOBS[place] and "run" in step:
            assert "|" not in step["run"].replace("||", "")
            told = subprocess.run(["sh", "-n", "-c", step["run"]], capture_output=True, text=True)
            assert told.returncode == 0, told.stderr


@pytest.mark.parametrize(("tag", "code"), [(f"v{vpcedu.__version__}", 0), ("v99.0.0", 1)])
def test_a_tag_that_is_not_the_version_is_refused(tag, code):
    assert (
        run(shell("release.yml", "build", "version"), ROOT, GITHUB_REF_NAME=tag).returncode == code
    )


def test_the_laboratory_s_workflow_fails_where_the_laboratory_cannot_work():
    told = run(shell("kernel.yml", "kernel", "able"), ROOT)
    assert (told.returncode == 0) is (why_not() == "")


def stand_in(folder: Path, name: str, text: str) -> None:
    """A program that stands in for another one."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


@pytest.fixture
def clone(tmp_path):
    """A repository with constraints.txt, its remote, and an environment for git and programs."""
    told = {
        f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    told |= {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "GIT_CONFIG_GLOBAL": os.devnull}
    here = tmp_path / "here"
    here.mkdir()
    (here / "constraints.txt").write_text("a==1\n")
    begin = (
        "git init -q -b main . && git add . && git commit -qm first && git init -q --bare ../there"
    )
    done = run(
        f"{begin} && git remote add origin ../there && git push -q origin main", here, **told
    )
    assert done.returncode == 0, done.stderr
    return here, told


@pytest.mark.parametrize(("new", "changed"), [("a==1", "no"), ("a==2", "yes")])
def test_the_pins_job_says_whether_a_version_has_changed(new, changed, clone, tmp_path):
    here, told = clone
    stand_in(tmp_path / "bin", "python", f"echo '{new}' > constraints.txt; echo '- a: 1 -> 2'")
    out = tmp_path / "output"
    done = run(shell("pins.yml", "rebuild", "pins"), here, **told, GITHUB_OUTPUT=str(out))
    assert (done.returncode, out.read_text()) == (0, f"changed={changed}\n")
    assert (here / "changes.txt").read_text() == "- a: 1 -> 2\n"


@pytest.mark.parametrize("open_already", [False, True])
def test_new_pins_are_pushed_and_proposed_with_what_the_tests_said(open_already, clone, tmp_path):
    here, told = clone
    (here / "constraints.txt").write_text("a==2\n")
    (here / "changes.txt").write_text("- a: 1 -> 2\n")
    said = tmp_path / "said"
    refuse = 'if [ "$2" = create ]; then exit 1; fi' if open_already else ":"
    stand_in(tmp_path / "bin", "gh", f'echo "$@" >> {said}; cat body.md >> {said}; {refuse}')
    done = run(shell("pins.yml", "propose", "propose"), here, **told, TESTS="failure")
    assert done.returncode == 0, done.stderr
    words = said.read_text()
    assert "this run of the workflow: failure." in words and "- a: 1 -> 2" in words
    assert ("pr edit pins" in words) is open_already
    pushed = run(
        "git -C ../there show --stat --format=%s pins; git -C ../there show pins:constraints.txt",
        here,
    )
    assert "constraints.txt | 2 +-" in pushed.stdout and pushed.stdout.endswith("a==2\n")
    assert "1 file changed" in pushed.stdout


# --- what they call ---------------------------------------------------------------------


def test_the_core_s_tests_are_found_and_need_no_other_package():
    """Each file is imported where nothing but pytest, Hypothesis and what they need can be."""
    names = [path.stem for path in core.files()]
    assert len(names) > 70 and {"test_tcp", "test_vpc", "test_nat_gateway", "test_ask"} <= set(
        names
    )
    code = """
import importlib, importlib.abc, sys
class No(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name in {"boto3", "botocore", "matplotlib", "IPython", "mistune", "moto", "nbformat", "numpy",
                    "ipywidgets", "playwright", "selenium", "yaml", "requests"}:
            raise ImportError(name)
sys.meta_path.insert(0, No())
for name in sys.argv[1:]:
    importlib.import_module(name)
"""
    paths = os.pathsep.join(map(str, (ROOT, ROOT / "tests")))
    command = [sys.executable, "-c", code, *names]
    told = {**os.environ, "PYTHONPATH": paths}
    done = subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import json\nfrom rigs import one_wire", set()),
        ("def test():\n    import matplotlib.pyplot", {"matplotlib.pyplot"}),
        ("from tests import stored_pictures", {"PIL"}),
        ("from vpcedu import widgets", {"vpcedu.widgets"}),
    ],
)
def test_what_a_file_of_tests_needs_is_found_in_what_it_imports_too(source, found, tmp_path):
    file = tmp_path / "test_made.py"
    file.write_text(source)
    assert {
        name for name in core.needs(file) if name in {"PIL", "matplotlib.pyplot", "vpcedu.widgets"}
    } == found


def scripts():
    """Every shell script of the project, and the shell parts of the workflows, by name."""
    for path in (ROOT / ".ci" / "run", *ROOT.glob("vpcedu/**/*.sh"), *ROOT.glob("tests/**/*.sh")):
        yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
    for place, step in STEPS:
        if "run" in step:
            yield f"{'/'.join(place)}: {step.get('name')}", f"#!/bin/bash -e\n{step['run']}"


@pytest.mark.parametrize(("name", "text"), [pytest.param(*one, id=one[0]) for one in scripts()])
def test_shellcheck_finds_nothing(name, text):
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not installed")
    done = subprocess.run(["shellcheck", "-"], input=text, capture_output=True, text=True)
    assert done.returncode == 0, f"{name}\n{done.stdout}"


def test_new_pins_replace_the_old_ones_and_the_difference_is_told(tmp_path):
    old = tmp_path / "constraints.txt"
    old.write_text("a==1\nb==1 ; sys_platform == 'win32'\nc==3\n")
    new = "a==2\nb==1 ; sys_platform == 'win32'\nd==1\n"

    def uv(words, **_):
        assert words[:5] == [sys.executable, "-m", "uv", "pip", "compile"]
        Path(words[-1]).write_text(new)

    assert pins.renew(old, uv) == ["- a: 1 -> 2", "- c: 3 -> none", "- d: none -> 1"]
    assert old.read_text() == new


@pytest.mark.parametrize("text", ["", "--index-url https://example.org\na==1\n"])
def test_what_is_no_list_of_versions_is_not_stored(text, tmp_path):
    old = tmp_path / "constraints.txt"
    old.write_text("a==1\n")
    with pytest.raises(ValueError, match="expected lines name==version"):
        pins.renew(old, lambda words, **_: Path(words[-1]).write_text(text))
    assert old.read_text() == "a==1\n"


def test_the_pins_are_for_every_extra_and_the_oldest_python():
    project = core.ROOT.joinpath("pyproject.toml").read_text(encoding="utf-8")
    assert f'requires-python = ">={pins.OLDEST}"' in project
    extras = tomllib.loads(project)["project"]["optional-dependencies"]
    held = re.search(r"vpcedu\[(.*)\]", extras["test"][0])[1].split(",")
    assert set(extras) == {*held, *pins.EXTRAS}


def test_uv_knows_every_word_of_the_command(tmp_path):
    command = [*pins.command(tmp_path / "out"), "--offline", "--help"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True).returncode == 0
