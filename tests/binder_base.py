"""What Binder builds of this repository, as far as it can be tried without Docker.

`dockerfile()` asks repo2docker what it would build. `make(folder)` makes an environment as Binder's
will be: the Jupyter packages that repo2docker's own base image holds, at its versions, and exactly
what binder/requirements.txt lists; it needs the package index, once. `python tests/binder_base.py`
makes it in build/ and compares all lessons in it.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "binder" / "requirements.txt"
PYTHON = (
    (ROOT / "binder" / "runtime.txt").read_text(encoding="utf-8").strip().removeprefix("python-")
)
# what a lesson meets of the base image
SHARED = ("jupyterlab", "notebook", "ipywidgets", "ipykernel", "ipython")
KERNEL = "binder-base"


def dockerfile() -> str:
    """The Dockerfile that repo2docker makes of this repository, without its comments.

    Nothing is built.
    """
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(ROOT)]
    told = subprocess.run(command, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    return re.sub(r"^ *#.*\n", "", told.stdout.lstrip(), flags=re.MULTILINE)


def base_versions() -> dict[str, str]:
    """The versions of the SHARED packages in repo2docker's base image for this Python."""
    package = importlib.util.find_spec("repo2docker")
    assert package and package.origin, "jupyter-repo2docker is not installed"
    lock = (
        Path(package.origin).parent
        / "buildpacks"
        / "conda"
        / f"environment.py-{PYTHON}-linux-64.lock"
    )
    found = re.findall(r"/([\w-]+?)-(\d[\w.]*)-[\w.]+\.conda", lock.read_text(encoding="utf-8"))
    return {name: version for name, version in found if name in SHARED}


def python() -> str:
    """An interpreter of Binder's Python version where there is one, else the one that runs this."""
    other = shutil.which(f"python{PYTHON}")
    ask = [other or "", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    if other and subprocess.run(ask, capture_output=True, text=True).stdout.strip() == PYTHON:
        return other
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def make(folder: Path) -> Path:
    """The environment in `folder`; returns its Python.

    It is made if it is not there or no longer fits.
    """
    wanted = json.dumps([base_versions(), REQUIREMENTS.read_text(encoding="utf-8"), str(ROOT)])
    stamp, inside = (
        folder / "made-for.json",
        folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python"),
    )
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted and inside.exists():
        return inside
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([python(), "-m", "venv", "--without-pip", folder], check=True)
    pins = [f"{name}=={version}" for name, version in base_versions().items()]
    command = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(inside),
        "install",
        "--quiet",
        "--no-compile",
        "--disable-pip-version-check",
        *pins,
        "-r",
        str(REQUIREMENTS),
    ]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert told.returncode == 0, (
        f"Binder's packages could not be installed; this needs the internet:\n{told.stderr}"
    )
    stamp.write_text(wanted, encoding="utf-8")
    return inside


def compare(inside: Path, notebooks: list[Path]) -> subprocess.CompletedProcess[str]:
    """Strict nbval of these notebooks.

    It is run by this environment's pytest with a kernel of the other environment.
    """
    with tempfile.TemporaryDirectory() as share:
        kernel = Path(share) / "kernels" / KERNEL
        kernel.mkdir(parents=True)
        argv = [str(inside), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        told = {"argv": argv, "display_name": KERNEL, "language": "python"}
        (kernel / "kernel.json").write_text(json.dumps(told), encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "--nbval",
            "--nbval-kernel-name",
            KERNEL,
            "--nbval-cell-timeout",
            "120",
            *map(str, notebooks),
        ]
        env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        return subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, env={**env, "JUPYTER_PATH": share}
        )


def main() -> int:
    """Make the environment in build/, compare all lessons in it, say what pytest said."""
    told = compare(make(ROOT / "build" / KERNEL), sorted((ROOT / "notebooks").glob("*.ipynb")))
    print(told.stdout + told.stderr)
    return told.returncode


if __name__ == "__main__":
    sys.exit(main())
