"""JupyterLite: the site's folder `lab`, with the lessons as notebooks and a kernel that has vpcedu.

JupyterLite's own command builds it, from a folder that is made anew each time. The kernel's Python
is the Pyodide of the other pages; its packages are listed in a file of our own, so `import vpcedu`
loads it and nothing is asked of any other host. Same input, same bytes: JupyterLite sets all times
to EPOCH.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path

from vpcedu import files
from vpcedu.pages.alive import pack, runtime
from vpcedu.pages.alive.runtime import ROOT, Missing
from vpcedu.pages.lite import wheels

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

FOLDER = "lab"  # of the site
PACKAGES = "packages"  # of the folder: what the kernel can import
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
EPOCH = 315_532_800  # seconds: the first day that a zip archive knows
TOOLS = ("jupyterlite-core", "jupyterlite-pyodide-kernel", "doit", "pkginfo")
EXTENSIONS = ("jupyterlite-pyodide-kernel", "jupyterlab-widgets")
# what Pyodide's list does not have: what is imported, and what that needs
MORE = {
    "comm": (["comm"], ["traitlets"]),
    "ipywidgets": (["ipywidgets"], ["comm", "traitlets", "ipython"]),
    "vpcedu": (["vpcedu"], ["ipywidgets"]),
}
KERNEL = {
    "pyodideUrl": "./../alive/pyodide.mjs",
    "disablePyPIFallback": True,
    "loadPyodideOptions": {"lockFileURL": f"{PACKAGES}/{runtime.LOCK}"},
}


def add(folder: Path, npm: bytes) -> None:
    """Write JupyterLite into a site's folder; npm: the package of Pyodide.

    Missing where PyPI cannot be asked, or JupyterLite is not built.
    """
    found = wheels.fetched()
    with tempfile.TemporaryDirectory() as place:
        _build(Path(place), found, folder / FOLDER)
    for name, data in packages(found, runtime.lock(npm)).items():
        path = folder / FOLDER / PACKAGES / name
        path.parent.mkdir(exist_ok=True)
        files.write(path, [data])


def _build(place: Path, found: Mapping[str, Path], out: Path) -> None:
    """Have JupyterLite's command build into a folder; place: one that is empty."""
    for name in TOOLS:
        with zipfile.ZipFile(found[name]) as wheel:
            wheel.extractall(place / "tools")
    contents = place / "contents"
    kernel = Path("tests", "kernel")  # lesson 12 looks for it above its folder
    no = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / kernel, contents / kernel, ignore=no)
    (contents / "notebooks").mkdir()
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        shutil.copy(path, contents / "notebooks")
    settings = {"@jupyterlite/pyodide-kernel-extension:kernel": KERNEL}
    shown = {"exposeAppInBrowser": True, "litePluginSettings": settings}
    site = {"jupyter-lite-schema-version": 0, "jupyter-config-data": shown}
    build = {
        "apps": ["lab"],
        "contents": ["contents"],
        "federated_extensions": [str(found[name]) for name in EXTENSIONS],
        "ignore_sys_prefix": True,  # only what is named here
        "no_libarchive": True,
        "no_sourcemaps": True,
        "no_unused_shared_packages": True,
        "output_dir": str(out),
        "source_date_epoch": EPOCH,
    }
    files.write(place / "jupyter-lite.json", [json.dumps(site).encode()])
    config = json.dumps({"LiteBuildConfig": build})
    files.write(place / "jupyter_lite_config.json", [config.encode()])
    words = [sys.executable, "-m", "jupyterlite_core", "build"]
    around = {**os.environ, "PYTHONPATH": str(place / "tools"), "JUPYTER_CONFIG_DIR": str(place)}
    done = subprocess.run(words, cwd=place, env=around, capture_output=True, text=True)
    if done.returncode != 0:
        why = " ".join(done.stderr.strip().splitlines()[-1:])
        raise Missing(f"JupyterLite is not built: {why[:80] or 'no reason'}")


def packages(found: Mapping[str, Path], lock: dict[str, Any]) -> dict[str, bytes]:
    """The wheels that the kernel can import, and the list of them, by file name."""
    listed = {wheels.normal(name): (name, entry) for name, entry in lock["packages"].items()}
    made = {
        path.name: path.read_bytes()
        for name, path in found.items()
        if name not in TOOLS and name not in EXTENSIONS
    }
    made[own_name()] = own_wheel()
    known = {}
    for file, data in sorted(made.items()):
        name, version = file.split("-")[:2]
        name = wheels.normal(name)
        key, entry = listed.get(name) or (name, more(name))
        digest = hashlib.sha256(data).hexdigest()
        known[key] = entry | {"version": version, "file_name": file, "sha256": digest}
    return made | {runtime.LOCK: json.dumps(lock | {"packages": known}).encode()}


def more(name: str) -> dict[str, Any]:
    """What Pyodide's list would say of a package that it does not have."""
    imports, depends = MORE[name]
    return {
        "name": name,
        "imports": imports,
        "depends": depends,
        "install_dir": "site",
        "package_type": "package",
        "unvendored_tests": False,
    }


def own_name() -> str:
    """The file name of the package's wheel."""
    return f"vpcedu-{VERSION}-py3-none-any.whl"


def own_wheel() -> bytes:
    """The package as a wheel: the same bytes every time."""
    info = f"vpcedu-{VERSION}.dist-info"
    wheel = "Wheel-Version: 1.0\nGenerator: vpcedu\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    about = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: vpcedu\nVersion: {VERSION}\n",
        f"{info}/WHEEL": wheel,
        f"{info}/RECORD": "",
    }
    return pack.archive(pack.sources() | {name: text.encode() for name, text in about.items()})
