"""Bundled: what JupyterLite brings, with its licences, read from the wheels that it was made of.

A Python package has its texts in its wheel. JupyterLab's own bundles, and those of its extensions,
list what was packed into them; where such a list has no text, the licence that it names is here.
"""

from __future__ import annotations

import io
import json
import re
import tarfile
import zipfile
from email import message_from_string
from pathlib import Path

from vpcedu.pages.alive import licences, runtime
from vpcedu.pages.lite import jupyterlite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from vpcedu.pages.alive.licences import Brought

LITE, KERNEL, WIDGETS = jupyterlite.TOOLS[0], *jupyterlite.EXTENSIONS
TEXT = re.compile(r"\.dist-info/(licenses/)?(LICEN[CS]E|COPYING|NOTICE)[^/]*$", re.IGNORECASE)
LISTS = "third-party-licenses.json"
EXTENSION = ".data/data/share/jupyter/labextensions/"
# what JupyterLite writes itself, besides what its archive holds
WRITTEN = re.compile(
    r"(api|files)/.+|build/schemas/all(_federated)?\.json"
    r"|(lab/)?jupyter-lite\.(json|ipynb)|(lab|doc)/(tree|workspaces)/.+"
)


def brought(found: Mapping[str, Path]) -> list[Brought]:
    """What is in `lab`, with source and text; found: the wheels by package."""
    wheels = {name: path for name, path in found.items() if name not in jupyterlite.TOOLS[2:]}
    entries = [_package(name, path) for name, path in wheels.items()]
    texts: dict[tuple[str, str], set[str]] = {}
    for packages in _bundles(found):
        for one in packages:
            words = one["extractedText"] or _known(one["licenseId"])
            key = (one["licenseId"], words.strip())
            texts.setdefault(key, set()).add(f"{one['name']} {one['versionInfo']}")
    for (licence, words), names in sorted(texts.items(), key=lambda item: sorted(item[1])):
        told = f"In JupyterLite, {licence}: {', '.join(sorted(names))}"
        entries.append((told, "", words))
    return entries


def _package(name: str, path: Path) -> Brought:
    with zipfile.ZipFile(path) as wheel:
        files = wheel.namelist()
        about = next(file for file in files if file.endswith(".dist-info/METADATA"))
        metadata = message_from_string(wheel.read(about).decode())
        texts = [wheel.read(file).decode() for file in files if TEXT.search(file)]
    assert texts, f"{path.name} has no licence"
    return f"{name} {metadata['Version']}", f"https://pypi.org/project/{name}/", "\n\n".join(texts)


def _known(licence: str) -> str:
    """The text of a licence that a list names and does not have."""
    return (licences.PLACE / f"bundled-{licence.lower()}.txt").read_text(encoding="utf-8")


def _bundles(found: Mapping[str, Path]) -> Iterator[list[dict[str, Any]]]:
    """The lists of what was packed into JupyterLab's bundles."""
    data = archived(found)[f"build/{LISTS}"]
    yield json.loads(data)["packages"]
    for name in jupyterlite.EXTENSIONS:
        with zipfile.ZipFile(found[name]) as wheel:
            for file in wheel.namelist():
                if file.endswith(LISTS):
                    yield json.loads(wheel.read(file))["packages"]


def archived(found: Mapping[str, Path]) -> dict[str, bytes]:
    """The files of JupyterLite's own archive, in its wheel."""
    with zipfile.ZipFile(found[LITE]) as wheel:
        name = next(file for file in wheel.namelist() if file.endswith(".tgz"))
        packed = io.BytesIO(wheel.read(name))
    with tarfile.open(fileobj=packed, mode="r:gz") as tar:
        files = {member.name: tar.extractfile(member) for member in tar if member.isfile()}
        return {
            name.removeprefix("package/"): file.read()
            for name, file in files.items()
            if file is not None
        }


def owners(found: Mapping[str, Path]) -> dict[str, str]:
    """What each file of `lab` belongs to, by its path there, but for what JupyterLite writes."""
    whose = dict.fromkeys(archived(found), LITE)
    for name in jupyterlite.EXTENSIONS:
        with zipfile.ZipFile(found[name]) as wheel:
            paths = [file.partition(EXTENSION)[2] for file in wheel.namelist()]
        whose |= {f"extensions/{path}": name for path in paths if path}
    for name, path in found.items():
        whose[f"{jupyterlite.PACKAGES}/{path.name}"] = name
    whose[f"{jupyterlite.PACKAGES}/{jupyterlite.own_name()}"] = licences.OWN
    whose[f"{jupyterlite.PACKAGES}/{runtime.LOCK}"] = licences.PYODIDE
    return whose


def owner(name: str, whose: Mapping[str, str]) -> str | None:
    """Whose a file of the site's folder `lab` is, by its path there; None: nobody's."""
    if name.startswith("files/"):
        return licences.COURSE
    return whose.get(name) or (LITE if WRITTEN.fullmatch(name) else None)
