"""start.py: what it says to an old Python, what it installs when, and what it starts."""

import ast
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from jupyter_server.serverapp import ServerApp
from jupyterlab.labapp import LabApp

ROOT = Path(__file__).parent.parent
START = ROOT / "start.py"
sys.path.insert(0, str(ROOT))
import start  # noqa: E402

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


# --- an old Python ----------------------------------------------------------------------


def old_pythons() -> list[str]:
    """Pythons below 3.11 on this machine: on the PATH, or beside pyenv's other versions."""
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    folders += pyenv.glob("*/bin")
    names = ["python2", "python2.7", *(f"python3.{minor}" for minor in range(4, 11))]
    ask = "import sys; sys.stdout.write('%d.%d' % sys.version_info[:2])"
    found = {}
    for candidate in (folder / name for folder in folders for name in names):
        if os.access(candidate, os.X_OK):
            told = subprocess.run([candidate, "-c", ask], capture_output=True, text=True)
            if told.returncode == 0 and told.stdout not in ("", *found):
                found[told.stdout] = str(candidate)
    return sorted(found.values())


def test_an_old_python_is_told_the_version_it_needs_in_one_line():
    for python in old_pythons():
        told = subprocess.run([python, START], capture_output=True, text=True)
        assert told.returncode == 2, python
        assert told.stdout == "", python
        assert told.stderr.startswith(
            "start.py: vpcedu needs Python 3.11 or newer, and this is "
        ), python
        assert told.stderr.count("\n") == 1, python


def test_start_is_written_in_words_that_old_pythons_can_read():
    """What can be known with no old Python at hand; the test above asks real ones."""
    source = START.read_text(encoding="ascii")
    new = (
        ast.JoinedStr,
        ast.AnnAssign,
        ast.NamedExpr,
        ast.Nonlocal,
        ast.YieldFrom,
        ast.Match,
        ast.Await,
    )
    for node in ast.walk(ast.parse(source, feature_version=(3, 4))):
        assert not isinstance(node, new), node.lineno
        if isinstance(node, ast.arguments):
            assert not node.kwonlyargs and not node.posonlyargs
            assert all(argument.annotation is None for argument in node.args)
        if isinstance(node, ast.FunctionDef):
            assert node.returns is None, node.lineno
        if isinstance(node, ast.Raise):
            assert node.cause is None, node.lineno
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print":
            assert len(node.args) == 1 and not node.keywords, node.lineno


def test_the_version_is_checked_before_anything_new_is_imported():
    """Python 2.7 has no importlib.util, so this order matters."""
    body = ast.parse(START.read_text()).body
    assert isinstance(body[1], ast.Import) and body[1].names[0].name == "sys"
    assert isinstance(body[2], ast.If) and "version_info" in ast.unparse(body[2].test)


# --- paths and commands of the three systems --------------------------------------------


def test_where_the_environment_keeps_its_tools():
    assert start.tool_in("/Users/ada/.venv", "python", "darwin") == "/Users/ada/.venv/bin/python"
    assert start.tool_in("/srv/vpcedu/.venv", "pip", "linux") == "/srv/vpcedu/.venv/bin/pip"
    assert (
        start.tool_in(r"C:\vpcedu\.venv", "python", "win32")
        == r"C:\vpcedu\.venv\Scripts\python.exe"
    )


def test_the_first_lesson_is_there():
    assert (ROOT / start.FIRST_LESSON).is_file()


def test_lab_opens_the_first_lesson_and_gets_the_words_meant_for_it():
    command = start.lab_command("py", "/tree", ["--no-browser", "--port", "9"])
    assert command[:3] == ["py", "-m", "jupyterlab"]
    assert "--ServerApp.root_dir=" + os.path.join("/tree", "notebooks") in command
    assert "--LabApp.default_url=/lab/tree/00-the-question.ipynb" in command
    assert command[-3:] == ["--no-browser", "--port", "9"]


@pytest.mark.parametrize("user, allowed", [(0, True), (1000, False)])
def test_only_root_needs_leave_to_be_root(monkeypatch, user, allowed):
    monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)
    assert ("--allow-root" in start.lab_command("py", "/tree", [])) is allowed


def test_lab_knows_the_options():
    """A name that JupyterLab does not know would only be a warning in its log."""
    classes = {"LabApp": LabApp, "ServerApp": ServerApp}
    options = [word for word in start.lab_command("py", "/tree", []) if "." in word]
    assert len(options) == 2
    for option in options:
        owner, name = option.removeprefix("--").split("=")[0].split(".")
        assert name in classes[owner].class_trait_names(), option


def test_all_tests_compare_the_notebooks_strictly():
    command = start.pytest_command("py", [])
    assert "--nbval" in command and "--nbval-lax" not in command
    assert command[-2:] == ["tests", "notebooks"]


def test_all_tests_are_shared_by_a_few_workers_in_order():
    command = start.pytest_command("py", [])
    assert command[command.index("-n") + 1] in "1234"
    assert "--no-loadscope-reorder" in command


def test_files_of_the_core_are_shared_and_another_part_stays_on_one_worker():
    from tests.conftest import PARTS, unit_of

    assert unit_of("tests/test_tcp.py::test_a") == "test_tcp.py"
    units = {
        "tests/test_kernel_lab.py::test_a": "kernel",
        "tests/test_kernel.py::test_b": "kernel",
        "tests/test_browser.py::test_a": "browser",
        "tests/test_alive.py::test_a": "browser",
        "tests/test_binder.py::test_a[x/y]": "binder",
        "tests/test_node.py::test_a": "node",
        "notebooks/00-the-question.ipynb::Cell 1": "notebooks",
    }
    assert {name: unit_of(name) for name in units} == units
    assert {*units.values()} == {*PARTS} - {"core"}


def test_words_choose_tests():
    assert start.pytest_command("py", ["-k", "nat"]) == ["py", "-m", "pytest", "-k", "nat"]


def test_on_windows_the_exit_code_comes_back():
    assert start.hand_over([sys.executable, "-c", "import sys; sys.exit(7)"], system="win32") == 7


# --- the environment: made once, made anew, never half ----------------------------------


class FakeTools:
    """Stands for `venv` and `pip`: notes what is run, makes what venv makes, fails on demand."""

    def __init__(self, root: Path, failing: str = "", error: type[BaseException] | None = None):
        self.root, self.failing, self.error = root, failing, error
        self.ran: list[str] = []

    def __call__(self, command: list[str]) -> int:
        name = command[2].replace("jupyterlab.labextensions", "news")
        self.ran.append(name)
        assert not (self.root / ".venv" / "vpcedu-installed").exists(), (
            "a stamp during an installation"
        )
        if name == self.failing:
            if self.error:
                raise self.error
            return 1
        if name == "venv":
            for program in ("python", "pip"):
                file = Path(tool(self.root, program))
                file.parent.mkdir(parents=True, exist_ok=True)
                file.touch()
            settings = f"version = {PYTHON}.0\ncommand = {' '.join(command)}\n"
            (self.root / ".venv" / "pyvenv.cfg").write_text(settings)
        return 0


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[project]")
    (tmp_path / "constraints.txt").write_text("a==1")
    return tmp_path.resolve()


def prepared(tree: Path, extra: str = "course", **fake) -> list[str]:
    """Prepare `tree` with fake tools; return the tools that were run."""
    tools = FakeTools(tree, **fake)
    assert start.prepare(str(tree), extra, tools) == tool(tree, "python")
    return tools.ran


def tool(tree: Path, name: str) -> str:
    return start.tool_in(str(tree / ".venv"), name, sys.platform)


def test_the_second_start_installs_nothing(tree):
    assert prepared(tree) == ["venv", "pip", "news"]
    assert prepared(tree) == []


def test_the_tests_bring_more_than_the_course(tree):
    prepared(tree, "course")
    assert prepared(tree, "test") == ["pip", "news"]
    assert prepared(tree, "course") == []
    assert prepared(tree, "test") == []


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_changed_packages_are_installed_into_the_same_environment(tree, name):
    prepared(tree)
    (tree / ".venv" / "kept").touch()
    (tree / name).write_text("changed")
    assert prepared(tree) == ["pip", "news"]
    assert (tree / ".venv" / "kept").exists()


def test_a_stamp_counts_only_where_it_was_made(tree):
    prepared(tree)
    shutil.copytree(tree, tree / "copy")
    assert start.is_installed(str(tree), "course")
    assert not start.is_installed(str(tree / "copy"), "course")


def test_what_pip_is_asked_for(tree):
    commands = []
    tools = FakeTools(tree)
    start.prepare(str(tree), "course", lambda command: commands.append(command) or tools(command))
    maker, pip, news = commands
    assert maker[1:] == ["-m", "venv", str(tree / ".venv")]
    assert pip[0] == tool(tree, "python")
    assert pip[-4:] == ["-c", str(tree / "constraints.txt"), "-e", f"{tree}[course]"]
    assert news[:4] == [tool(tree, "python"), "-m", "jupyterlab.labextensions", "disable"]


@pytest.mark.parametrize("failing", ["venv", "pip", "news"])
@pytest.mark.parametrize("error", [None, KeyboardInterrupt], ids=["failed", "interrupted"])
def test_half_an_installation_leaves_no_stamp_and_the_next_start_mends_it(tree, failing, error):
    with pytest.raises(error or start.Problem):
        prepared(tree, failing=failing, error=error)
    assert not start.is_installed(str(tree), "course")
    assert prepared(tree)[-2:] == ["pip", "news"]
    assert prepared(tree) == []


@pytest.mark.parametrize("error", [None, KeyboardInterrupt], ids=["failed", "interrupted"])
def test_half_an_upgrade_takes_the_old_stamp_away(tree, error):
    prepared(tree)
    old = (tree / "constraints.txt").read_text()
    (tree / "constraints.txt").write_text("a==2")
    with pytest.raises(error or start.Problem):
        prepared(tree, failing="pip", error=error)
    (tree / "constraints.txt").write_text(old)
    assert prepared(tree) == ["pip", "news"]


def test_an_environment_interrupted_before_it_got_pip_is_made_anew(tree):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tree / ".venv"], check=True)
    assert prepared(tree) == ["venv", "pip", "news"]


def change(tree: Path, old: str, new: str) -> None:
    file = tree / ".venv" / "pyvenv.cfg"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def moved(tree: Path) -> None:
    change(tree, str(tree), "/somewhere/else")


def other_python(tree: Path) -> None:
    change(tree, f"version = {PYTHON}", "version = 3.1")


def pip_gone(tree: Path) -> None:
    os.remove(tool(tree, "pip"))


def python_gone(tree: Path) -> None:
    os.remove(tool(tree, "python"))


@pytest.mark.parametrize(
    "harm, reason",
    [
        (moved, "its folder was moved or copied"),
        (other_python, f"it was made by Python 3.1.0, and this is Python {PYTHON}"),
        (python_gone, "it has no working python"),
        (pip_gone, "it has no working pip"),
    ],
)
def test_an_environment_that_does_not_fit_is_made_anew_and_why(tree, capsys, harm, reason):
    prepared(tree)
    (tree / ".venv" / "old").touch()
    (tree / "beside").touch()
    harm(tree)
    assert prepared(tree) == ["venv", "pip", "news"]
    assert f"Making .venv anew: {reason}.\n" in capsys.readouterr().out
    assert not (tree / ".venv" / "old").exists()
    assert (tree / "beside").exists()
    assert prepared(tree) == []


def test_a_folder_that_is_no_environment_is_never_deleted(tree):
    (tree / ".venv").mkdir()
    (tree / ".venv" / "thesis.txt").touch()
    with pytest.raises(start.Problem, match="is not a Python environment"):
        prepared(tree)
    assert (tree / ".venv" / "thesis.txt").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need rights on Windows")
def test_a_link_is_never_followed_and_deleted(tree):
    prepared(tree)
    shutil.move(tree / ".venv", tree / "elsewhere")
    (tree / ".venv").symlink_to(tree / "elsewhere")
    with pytest.raises(start.Problem, match="is not a Python environment"):
        prepared(tree)
    assert (tree / "elsewhere" / "pyvenv.cfg").exists()


def test_a_real_environment_is_recognised(tree):
    """The fake above writes pyvenv.cfg; this is what venv really writes there."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tree / ".venv"], check=True)
    Path(tool(tree, "pip")).touch()
    assert start.why_anew(str(tree), sys.platform) is None
    os.rename(tree / ".venv", tree / "aside")
    (tree / "moved").mkdir()
    os.rename(tree / "aside", tree / "moved" / ".venv")
    assert start.why_anew(str(tree / "moved"), sys.platform) == "its folder was moved or copied"


# --- the command line, as a user meets it -----------------------------------------------


def run_start(*words: str, folder: Path = ROOT, env: dict[str, str] | None = None):
    command = [sys.executable, folder / "start.py", *words]
    return subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **(env or {})}
    )


def test_without_ensurepip_debians_package_is_named(tree, tmp_path):
    """As on Debian without python3-venv: there is no module ensurepip."""
    shutil.copy(START, tree)
    hide = tmp_path / "hide"
    hide.mkdir()
    (hide / "sitecustomize.py").write_text(
        "import importlib.util\n"
        "found = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name: None if name == 'ensurepip' else found(name)\n"
    )
    told = run_start(folder=tree, env={"PYTHONPATH": str(hide)})
    assert told.returncode == 2
    assert told.stderr.count("\n") == 1
    assert f"apt install python{PYTHON}-venv" in told.stderr and "python3-venv" in told.stderr
    assert not (tree / ".venv").exists()


@pytest.mark.parametrize(
    "words", [["tets"], ["--nobrowser"], ["--no-browser", "test"], ["--no-browser", "site"]]
)
def test_a_wrong_word_is_named_in_one_line(tree, words):
    shutil.copy(START, tree)
    told = run_start(*words, folder=tree)
    assert told.returncode == 2
    assert told.stdout == ""
    assert told.stderr.count("\n") == 1
    assert f"unknown word '{words[-1]}'" in told.stderr
    assert not (tree / ".venv").exists()


def test_help_is_short_and_installs_nothing(tree):
    shutil.copy(START, tree)
    told = run_start("--help", folder=tree)
    assert told.returncode == 0
    assert "start.py test" in told.stdout
    assert told.stdout.count("\n") < 20
    assert not (tree / ".venv").exists()


def handed_over(tree: Path, *words: str) -> tuple[str, list[str]]:
    """Which extra main() asks for, and the words after the Python of the command it starts."""
    asked, started = [], []
    here = os.getcwd()
    try:
        start.main(
            list(words),
            root=str(tree),
            prepare=lambda root, extra: asked.append(extra) or "py",
            hand_over=lambda command: started.extend(command) or 0,
        )
    finally:
        os.chdir(here)
    return asked[0], started[1:]


def test_what_each_command_installs_and_starts(tree):
    extra, words = handed_over(tree, "--no-browser", "--", "--port", "9")
    assert (extra, words[1], words[-3:]) == (
        "course",
        "jupyterlab",
        ["--no-browser", "--port", "9"],
    )
    extra, words = handed_over(tree, "test", "-k", "nat")
    assert (extra, words) == ("test", ["-m", "pytest", "-k", "nat"])
    extra, words = handed_over(tree, "refresh", "08")
    assert (extra, words) == ("test", [os.path.join("tests", "refresh.py"), "08"])
    extra, words = handed_over(tree, "site")
    assert (extra, words) == ("course", ["-m", "vpcedu.pages.alive.build"])


@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
def test_ctrl_c_during_the_installation_shows_no_traceback(tree):
    """A real start.py is interrupted while the real venv runs, as by Ctrl-C in a terminal."""
    shutil.copy(START, tree)
    process = subprocess.Popen(
        [sys.executable, tree / "start.py"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert "Installing" in process.stdout.readline()
    settings = tree / ".venv" / "pyvenv.cfg"
    while not settings.exists():  # from here on venv works for seconds: it installs pip
        assert process.poll() is None
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert errors == "\nstart.py: stopped.\n"
    assert process.returncode == 130
    assert not (tree / ".venv" / "vpcedu-installed").exists()
