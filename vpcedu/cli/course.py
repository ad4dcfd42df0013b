"""Course: `vpcedu course` copies the lessons out of the installed package and opens JupyterLab.

A file that is there already stays as it is: it may hold somebody's work. Nothing is deleted. In a
checkout, and without a FOLDER, it is `start.py`, which opens the checkout's own lessons.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from vpcedu import files
from vpcedu.quoting import quoted

FOLDER, FIRST = "vpcedu-course", "notebooks/00-the-question.ipynb"
# from the top of the project: the lessons, and the kernel's laboratory, which lesson 12 reads
LESSONS = ("notebooks/*.ipynb", "notebooks/*.md", "tests/kernel/*.py", "tests/kernel/recorded/*.*")
_PACKAGE = Path(__file__).resolve().parent.parent


def lessons() -> Path:
    """The folder that holds the lessons: in an installed package, or beside it in a checkout.

    ValueError where neither does.
    """
    for folder in (_PACKAGE / "lessons", _PACKAGE.parent):
        if (folder / FIRST).is_file():
            return folder
    raise ValueError(
        f"no lessons in {quoted(str(_PACKAGE / 'lessons'))}: expected an installed vpcedu, or a checkout"
    )


def copy(folder: Path) -> tuple[int, int]:
    """Copy the lessons into a folder; how many files were copied, and how many were there.

    ValueError names what cannot be written; the files before it stay.
    """
    source = lessons()
    copied = kept = 0
    for path in (path for pattern in LESSONS for path in sorted(source.glob(pattern))):
        target = folder / path.relative_to(source)
        if target.exists():
            kept += 1
            continue
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            files.write(target, [path.read_bytes()])
        except OSError as error:
            raise ValueError(
                f"{quoted(str(target))}: expected a place that can be written ({error.strerror})"
            ) from None
        copied += 1
    return copied, kept


def course(options: dict[str, str]) -> int:
    """Copy the lessons and open them; JupyterLab's exit code, or 2 where it is not installed."""
    starter = _PACKAGE.parent / "start.py"
    if not options and starter.is_file():
        return subprocess.call([sys.executable, str(starter)])
    folder = Path(options.get("", FOLDER))
    copied, kept = copy(folder)
    there = f"; {kept} were there and are left as they are" if kept else ""
    sys.stdout.write(f"{copied} files copied into {folder}{there}.\n")
    sys.stdout.flush()
    if "--copy" in options:
        return 0
    if importlib.util.find_spec("jupyterlab") is None:
        raise ValueError(
            "JupyterLab is not installed: expected what pip install 'vpcedu[course]' brings; "
            f"the lessons are in {quoted(str(folder))}"
        )
    return _opened(folder)


def _opened(folder: Path) -> int:
    """JupyterLab with the first lesson; it ends when the person ends it."""
    notebooks, lesson = FIRST.split("/")
    command = [sys.executable, "-m", "jupyterlab", f"--LabApp.default_url=/lab/tree/{lesson}"]
    command.append(f"--ServerApp.root_dir={(folder / notebooks).resolve()}")
    if sys.platform != "win32" and os.geteuid() == 0:
        command.append("--allow-root")  # in a container; JupyterLab would refuse to start
    try:
        return subprocess.call(command)
    except KeyboardInterrupt:  # JupyterLab got it too, and has ended
        return 0
