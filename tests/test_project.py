"""The project as a whole: one version, one address, links that lead somewhere, clean files."""

import importlib
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import vpcedu

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REPOSITORY = PROJECT["urls"]["Repository"]
FIRST_LESSON = "notebooks/00-the-question.ipynb"


def project_files() -> list[Path]:
    """The files of the project: those that git knows or would take; without git, all but caches."""
    git = ["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(git, capture_output=True, check=True).stdout.decode().split("\0")
        paths = [ROOT / name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        made = re.compile(
            r"^\.(git|venv|.*_cache|hypothesis|ipynb_checkpoints)$|^__pycache__$|\.pyc$"
        )
        paths = [
            path
            for path in ROOT.rglob("*")
            if not any(made.search(part) for part in path.relative_to(ROOT).parts)
        ]
    return [path for path in paths if path.is_file()]


FILES = project_files()


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_there_are_files_to_look_at():
    assert {ROOT / "start.py", ROOT / "vpcedu" / "__init__.py", ROOT / FIRST_LESSON} <= set(FILES)


# --- one version, one address -----------------------------------------------------------


def test_one_version():
    citation = re.search(r"^version: (.+)$", read("CITATION.cff"), re.MULTILINE)
    assert citation
    assert (
        PROJECT["version"]
        == citation[1]
        == vpcedu.__version__
        == importlib.metadata.version("vpcedu")
    )


def test_one_address():
    citation = re.search(r'^repository-code: "(.+)"$', read("CITATION.cff"), re.MULTILINE)
    assert citation and citation[1] == REPOSITORY
    assert list(PROJECT["urls"]) == ["Repository"]


def test_every_mention_of_the_repository_is_the_same_address():
    host, owner_and_name = REPOSITORY.split("/", 3)[2:]
    name = owner_and_name.split("/")[1]
    for path in FILES:
        if path.suffix in (".md", ".toml", ".cff", ".py", ".ipynb"):
            text = path.read_text(encoding="utf-8")
            assert set(re.findall(rf"{re.escape(host)}/([\w.-]+/{name})\b", text)) <= {
                owner_and_name
            }, path


def test_the_readme_leads_to_the_repository_and_to_binder():
    readme = read("README.md")
    owner_and_name = REPOSITORY.removeprefix("https://github.com/")
    assert REPOSITORY in readme
    link = f"https://mybinder.org/v2/gh/{owner_and_name}/HEAD?urlpath=lab/tree/{FIRST_LESSON}"
    assert f"[![Binder](https://mybinder.org/badge_logo.svg)]({link})" in readme


def test_start_and_binder_open_the_same_lesson():
    assert f'FIRST_LESSON = "{FIRST_LESSON}"' in read("start.py")


# --- links ------------------------------------------------------------------------------

PAGES = [path for path in FILES if path.suffix == ".md"]


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_relative_links_lead_to_files_and_headings(page):
    text = re.sub(
        r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    text = re.sub(r"`[^`\n]*`", "", text)
    for target in re.findall(r"\]\(<?([^)\s>]+)>?(?: \"[^\"]*\")?\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        assert file.exists(), f"{page.name} links to {target}"
        assert file.is_relative_to(ROOT), f"{page.name} links out of the project: {target}"
        if anchor and file.suffix == ".md":
            assert anchor in headings(file), f"{page.name} links to {target}"


# Pages that say where things are; what their commands make is no file of the project.
GUIDES = ("README.md", "CONTRIBUTING.md", "docs/DESIGN.md", "docs/TEACHING.md")
MADE = {"build/site/"}


def named(text: str) -> set[str]:
    """The files and folders that a page names: words in backticks with a slash or an ending. An N
    or a word in <> stands for any: `tests/test_lesson_NN.py`.
    """
    inline = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    words = {word for code in re.findall(r"`([^`\n]+)`", inline) for word in code.split()}
    path = re.compile(r"[\w.<>*-]+(/[\w.<>*-]+)*(/|\.(py|md|ipynb|json))")
    return {word for word in words if path.fullmatch(word) or re.fullmatch(r"\w+(/\w+)+", word)}


def stands(word: str, names: set[str]) -> bool:
    """Whether files are called so: from the root, or within the folder that a page speaks of."""
    inside = r"(.*/)?" if not word.startswith(("vpcedu/", "tests/", "docs/")) else ""
    known = re.escape(word).replace(r"\*", "[^/]*").replace("NN", r"\d\d")
    known = re.sub(r"<\w+>|\bname\b", "[^/]+", known)
    ending = "" if re.search(r"\.\w+$", word) else ".*" if word.endswith("/") else "/.*"
    return any(re.fullmatch(inside + known + ending, name) for name in names)


@pytest.mark.parametrize("page", GUIDES)
def test_files_and_folders_that_a_guide_names_are_there(page):
    names = {path.relative_to(ROOT).as_posix() for path in FILES}
    words = named(read(page)) - MADE
    assert words
    assert {word for word in words if not stands(word, names)} == set()


def test_files_that_the_package_s_own_text_names_are_there():
    names = {path.relative_to(ROOT).as_posix() for path in FILES}
    words = {
        (path.name, word)
        for path in FILES
        if path.is_relative_to(ROOT / "vpcedu") and path.suffix == ".py"
        for word in re.findall(r"[\w/]+\.py\b", path.read_text(encoding="utf-8"))
    }
    assert len(words) > 10
    assert {word for word in words if not stands(word[1], names)} == set()


@pytest.mark.parametrize("page", GUIDES)
def test_what_a_guide_calls_is_there(page):
    for package, name in re.findall(r"`(lab|draw|widgets)\.(\w+)", read(page)):
        assert hasattr(importlib.import_module(f"vpcedu.{package}"), name), f"{package}.{name}"


@pytest.mark.parametrize(
    ("word", "there"),
    [
        ("vpcedu/reasons.py", True),
        ("reasons.py", True),
        ("vpcedu/lab/reasons.py", False),
        ("lab/asking.py", False),
        ("draw/ladder.py", False),
        ("canvas/", True),
        ("tests/kernel", True),
        ("tests/kernels", False),
        ("tests/kernel/scenarios*.py", True),
        ("vpcedu/course/lesson_NN.py", True),
        ("tests/test_<device>.py", True),
        ("project.py", False),
    ],
)
def test_a_name_that_leads_nowhere_is_found(word, there):
    assert word in named(f"Read `{word}`, and `http.get(x)`.")
    assert stands(word, {path.relative_to(ROOT).as_posix() for path in FILES}) is there


def test_the_picture_of_the_floors_has_every_folder_of_the_package():
    picture = read("docs/DESIGN.md").split("```text\n")[1].split("```")[0]
    folders = {path.parent.name for path in (ROOT / "vpcedu").rglob("__init__.py")} - {"vpcedu"}
    assert set(re.findall(r"(\w+)/", picture)) | {"lab"} == folders


def headings(file: Path) -> set[str]:
    """The anchors that GitHub gives a page's headings."""
    found = re.findall(r"^#+ +(.+?) *$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


# --- clean files ------------------------------------------------------------------------

# written in two pieces, so that this file does not hold what it looks for
PLACES = ["/" + folder + "/" for folder in ("work", "root", "home", "Users")]
REGISTRIES = ["pypi.org" + "/simple", "files.python" + "hosted.org", "registry" + " = "]


@pytest.mark.parametrize("banned", PLACES + REGISTRIES)
def test_no_file_holds_a_place_on_one_machine_or_a_registry_address(banned):
    start_of_path = rb"(?<![\w.}>~-])" if banned in PLACES else b""
    pattern = re.compile(start_of_path + re.escape(banned.encode()))
    holders = {str(path.relative_to(ROOT)) for path in FILES if pattern.search(path.read_bytes())}
    assert holders <= MAY_HOLD_PLACES if banned in PLACES else not holders


# one looks for such places too, the other tries path logic on a made-up one
MAY_HOLD_PLACES = {"tests/notebook_rules.py", "tests/test_start.py"}


PERMITTED = """
    .ci .github .gitattributes .git-blame-ignore-revs .gitignore .pre-commit-config.yaml
    CHANGELOG.md CITATION.cff CODE_OF_CONDUCT.md CONTRIBUTING.md LICENSE LICENSE-TEXT README.md SECURITY.md SUPPORT.md
    bench binder constraints.txt docs hatch_build.py notebooks pyproject.toml start.py tests vpcedu
"""


def test_the_top_level_stays_tidy():
    unpacked = {"PKG-INFO"}  # what an sdist has besides
    found = {path.relative_to(ROOT).parts[0] for path in FILES}
    assert found - set(PERMITTED.split()) - unpacked == set()


# --- packages ---------------------------------------------------------------------------


def names(requirements: list[str]) -> set[str]:
    """The packages' names alone, without versions, extras and markers."""
    return {re.split(r"[\[<>=;~! ]", requirement)[0].lower() for requirement in requirements}


def test_the_package_needs_nothing():
    assert PROJECT["dependencies"] == []


def test_constraints_pin_the_packages_of_every_extra_and_hold_no_address():
    text = read("constraints.txt")
    assert "://" not in text
    lines = text.splitlines()
    assert all(re.match(r"[\w.-]+==[\w.]+( ; .+)?$", line) for line in lines)
    assert direct() <= names(lines)


def direct() -> set[str]:
    """The packages that the extras name."""
    extras = PROJECT["optional-dependencies"].values()
    return names([requirement for extra in extras for requirement in extra]) - {"vpcedu"}


def test_each_package_has_its_reason_on_the_page_for_those_who_take_part():
    table = read("CONTRIBUTING.md").split("## What it depends on")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([\w, -]+) \| (\w+) \| (.+) \|$", table, re.MULTILINE)
    rows.remove(("Package", "Extra", "Why"))
    assert all(len(reason) > 20 for _, _, reason in rows)
    extras = PROJECT["optional-dependencies"]
    said = {(name, extra) for packages, extra, _ in rows for name in packages.split(", ")}
    wanted = {(name, extra) for extra, needs in extras.items() for name in names(needs)}
    assert said == {(name, extra) for name, extra in wanted if name != "vpcedu"}


ELSEWHERE = {"appnope", "colorama", "pywinpty", "tomli"}  # on other systems or Pythons


def test_nothing_is_pinned_that_nothing_needs():
    needed = direct()
    rest = list(needed)
    while rest:
        try:
            more = names(importlib.metadata.requires(rest.pop()) or [])
        except importlib.metadata.PackageNotFoundError:
            continue  # of bench/, or of another system
        rest += more - needed
        needed |= more
    pinned = names(read("constraints.txt").splitlines())
    flat = {re.sub("[-_.]+", "-", name) for name in needed}
    assert {re.sub("[-_.]+", "-", name) for name in pinned} - flat - ELSEWHERE == set()


def test_this_environment_is_the_pinned_one():
    """Else the notebooks would be compared under other versions than a learner gets."""
    for line in read("constraints.txt").splitlines():
        name, version = line.split(" ; ")[0].split("==")
        if name in ("ipywidgets", "jupyterlab", "nbval", "pytest") and " ; " not in line:
            assert importlib.metadata.version(name) == version


def test_binder_installs_only_what_its_base_lacks():
    lines = [
        line for line in read("binder/requirements.txt").splitlines() if not line.startswith("#")
    ]
    course = PROJECT["optional-dependencies"]["course"]
    assert lines == [
        requirement for requirement in course if requirement.startswith("matplotlib")
    ] + ["-e ."]


def test_binders_python_is_one_that_the_package_takes():
    found = re.fullmatch(r"python-3\.(\d+)\n", read("binder/runtime.txt"))
    assert found and int(found[1]) >= int(PROJECT["requires-python"].removeprefix(">=3."))


# --- the code reads well ----------------------------------------------------------------


@pytest.mark.parametrize(
    "tool",
    [["ruff", "check", "--output-format=concise"], ["ruff", "format", "--check"], ["mypy"]],
    ids=["ruff", "format", "mypy"],
)
def test_the_checkers_are_content(tool):
    told = subprocess.run([sys.executable, "-m", *tool], cwd=ROOT, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout + told.stderr
