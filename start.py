#!/usr/bin/env python3
"""Start the course, or its tests, with one command and nothing but Python.

    python3 start.py                        install into .venv if need be, open the course
    python3 start.py --no-browser           the same, but only print the address
    python3 start.py -- --port 8899         words after -- go to JupyterLab
    python3 start.py test [pytest words]    run all tests, or those that the words choose
    python3 start.py refresh [words]        run the notebooks again and store their outputs; ends
                                            with 1 where one breaks a rule, or had to be mended
    python3 start.py site                   the course as pages, in build/site/ and build/site.zip;
                                            alive, and with JupyterLite, where npm and pip have them

Everything is installed into the folder .venv beside this file; delete it to start afresh.
Tried on Linux only. macOS should work alike; the Windows parts are tested as functions
but were never run on Windows.
"""

import sys

# This file keeps to words that Python 2.7 can read, so that an old Python can say this
# instead of a syntax error.
if sys.version_info < (3, 11):
    sys.stderr.write(
        "start.py: vpcedu needs Python 3.11 or newer, and this is Python %d.%d.\n"
        % sys.version_info[:2]
    )
    sys.exit(2)

import hashlib
import importlib.util
import ntpath
import os
import posixpath
import shutil
import signal
import subprocess
import time

ROOT = os.path.dirname(os.path.realpath(__file__))
FIRST_LESSON = "notebooks/00-the-question.ipynb"
PYTHON = "%d.%d" % sys.version_info[:2]

# the plugin of JupyterLab that asks, in a pop-up over the lesson, whether to show news
NEWS = "@jupyterlab/apputils-extension:announcements"


class Problem(Exception):
    """Something the user has to know, in one line; start.py then ends with code 2."""


# --- where things are -------------------------------------------------------------------


def tool_in(venv, name, system):
    """Where the environment `venv` keeps "python" or "pip"; `system` is a value of sys.platform."""
    if system == "win32":
        return ntpath.join(venv, "Scripts", name + ".exe")
    return posixpath.join(venv, "bin", name)  # Linux and macOS


def lab_command(python, root, words):
    """The command that opens JupyterLab at the first lesson."""
    folder, lesson = FIRST_LESSON.split("/")
    command = [python, "-m", "jupyterlab", "--ServerApp.root_dir=" + os.path.join(root, folder)]
    command.append("--LabApp.default_url=/lab/tree/" + lesson)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # in a container; JupyterLab would refuse to start
    return command + words


def pytest_command(python, words):
    """The command that runs the chosen tests, or all; tests/conftest.py shares them out."""
    if words:
        return [python, "-m", "pytest"] + words
    workers = ["-n", str(min(4, os.cpu_count() or 1)), "--no-loadscope-reorder"]
    notebooks = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout", "120"]
    return (
        [python, "-m", "pytest", "--continue-on-collection-errors"]
        + workers
        + notebooks
        + ["tests", "notebooks"]
    )


# --- the environment in .venv -----------------------------------------------------------


def fingerprint(root):
    """Changes when an installed environment no longer fits: other Python, place or packages."""
    told = hashlib.sha256((PYTHON + "\n" + root + "\n").encode())
    for name in ("pyproject.toml", "constraints.txt"):
        with open(os.path.join(root, name), "rb") as file:
            told.update(file.read())
    return told.hexdigest()


def is_installed(root, extra):
    """Whether .venv/vpcedu-installed says that `extra` is there ("test" holds "course")."""
    try:
        with open(os.path.join(root, ".venv", "vpcedu-installed")) as file:
            stamp = file.read().split()
    except OSError:
        return False
    return stamp in ([extra, fingerprint(root)], ["test", fingerprint(root)])


def why_anew(root, system):
    """Why an existing .venv must be made anew, or None; Problem if it is not ours to delete."""
    venv = os.path.join(root, ".venv")
    if not os.path.lexists(venv):
        return None
    settings = {}
    try:
        with open(os.path.join(venv, "pyvenv.cfg"), encoding="utf-8") as file:
            for line in file:
                key, _, value = line.partition("=")
                settings[key.strip()] = value.strip()
    except OSError:
        settings = None
    if settings is None or os.path.islink(venv):
        raise Problem("%s is not a Python environment; move it away and start again." % venv)
    version = settings.get("version") or settings.get("version_info") or "unknown"
    if version.split(".")[:2] != PYTHON.split("."):
        return "it was made by Python %s, and this is Python %s" % (version, PYTHON)
    if not settings.get("command", venv).endswith(venv):
        return "its folder was moved or copied"
    for tool in ("python", "pip"):
        if not os.path.exists(tool_in(venv, tool, system)):
            return "it has no working " + tool
    return None


def run_step(command):
    """Run one step of an installation and return its code; Ctrl-C ends it without its traceback."""
    child = subprocess.Popen(command, start_new_session=True)
    try:
        return child.wait()
    except KeyboardInterrupt:
        try:
            os.killpg(child.pid, signal.SIGTERM)  # the step and what it has started
        except (AttributeError, OSError):  # Windows has no groups; or the step has just ended
            child.terminate()
        child.wait()
        raise


def prepare(root, extra, run=run_step, system=sys.platform):
    """Make .venv and install vpcedu[extra] into it, unless that is done; return its Python."""
    venv = os.path.join(root, ".venv")
    stamp = os.path.join(venv, "vpcedu-installed")
    python = tool_in(venv, "python", system)
    reason = why_anew(root, system)
    if reason is None and is_installed(root, extra):
        return python
    if importlib.util.find_spec("ensurepip") is None:
        raise Problem(
            "this Python cannot make environments; on Debian or Ubuntu run "
            "'apt install python%s-venv' (or python3-venv), then start again." % PYTHON
        )
    if reason:
        say("Making .venv anew: %s." % reason)
        shutil.rmtree(venv)
    if os.path.exists(stamp):
        os.remove(stamp)
    say("Installing into .venv, once; this may take some minutes ...")
    began = time.time()
    maker = getattr(sys, "_base_executable", None) or sys.executable  # not the one in .venv
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    install += ["-c", os.path.join(root, "constraints.txt"), "-e", "%s[%s]" % (root, extra)]
    no_news = [python, "-m", "jupyterlab.labextensions", "disable", "--level=sys_prefix", NEWS]
    make = [] if os.path.exists(venv) else [[maker, "-m", "venv", venv]]
    for command in make + [install, no_news]:
        if run(command) != 0:
            raise Problem(
                "the installation failed, see above; it needs the internet. Start again to go on."
            )
    with open(stamp, "w") as file:  # only now: an interrupted installation leaves no stamp
        file.write("%s %s\n" % (extra, fingerprint(root)))
    say("time: install Python packages %.0f s" % (time.time() - began))
    return python


# --- the command line -------------------------------------------------------------------


def say(line):
    """Print a line now, before anything that another program prints."""
    print(line)
    sys.stdout.flush()


def hand_over(command, system=sys.platform):
    """Become `command`; on Windows, which cannot, wait for it and return its code."""
    if system != "win32":
        os.execv(command[0], command)
    child = subprocess.Popen(command)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            pass  # the child has got Ctrl-C too, and ends or asks by itself


def main(words, root=ROOT, prepare=prepare, hand_over=hand_over):
    """Do what the command line says; return the exit code."""
    first = words[0] if words else ""
    if first in ("-h", "--help"):
        say(__doc__)
        return 0
    try:
        if first == "test":
            command = pytest_command(prepare(root, "test"), words[1:])
        elif first == "refresh":
            command = [prepare(root, "test"), os.path.join("tests", "refresh.py")] + words[1:]
        elif words == ["site"]:
            command = [prepare(root, "course"), "-m", "vpcedu.pages.alive.build"]
        else:
            cut = words.index("--") if "--" in words else len(words)
            for word in words[:cut]:
                if word != "--no-browser":
                    raise Problem(
                        "unknown word '%s'; 'python3 start.py --help' shows what there is." % word
                    )
            command = lab_command(prepare(root, "course"), root, words[:cut] + words[cut + 1 :])
        os.chdir(root)
        return hand_over(command)
    except Problem as problem:
        sys.stderr.write("start.py: %s\n" % problem)
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("\nstart.py: stopped.\n")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
