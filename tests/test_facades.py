"""Facades: a package's table of names, its stub, and the names themselves say the same.

A name loads what it needs.

A facade is a package whose `__init__.pyi` stands beside its `__init__.py`.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from vpcedu import draw, reference_architecture

ROOT = Path(__file__).parent.parent
STUBS = {
    ".".join(stub.parent.relative_to(ROOT).parts): stub
    for stub in sorted((ROOT / "vpcedu").rglob("*.pyi"))
}
FORMER = ("ladder_scene", "map_scene")  # names of draw that warn
PRIVATE = {"vpcedu": {"__version__"}}  # names of a stub that are no part of the table


def told(stub):
    """(module, name) of each name in a stub.

    A name that has another one there would be missing here.
    """
    return [
        (node.module, alias.name)
        for node in ast.parse(stub.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname == alias.name
    ]


def fresh(program):
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def test_the_four_packages_that_are_called_by_name_have_a_stub():
    assert list(STUBS) == ["vpcedu", "vpcedu.draw", "vpcedu.lab", "vpcedu.widgets"]


@pytest.mark.parametrize("package", STUBS)
def test_a_stub_and_its_table_name_the_same_names_in_the_same_modules(package):
    if package == "vpcedu.widgets":
        pytest.importorskip("ipywidgets")
    facade, names = import_module(package), told(STUBS[package])
    assert sorted(name for _, name in names) == facade.__all__ == sorted(set(facade.__all__))
    assert set(facade.__all__) <= set(dir(facade))
    for module, name in names:
        value = getattr(facade, name)
        assert value is (
            import_module(f"{package}.{name}")
            if module == package
            else getattr(import_module(module), name)
        )
        assert getattr(value, "__module__", module) in (module, None), (
            f"{name} is written in another module"
        )
    stated = [
        node
        for node in ast.parse(STUBS[package].read_text(encoding="utf-8")).body
        if not isinstance(node, ast.ImportFrom)
    ]
    assert {node.target.id for node in stated} == PRIVATE.get(package, set())


@pytest.mark.parametrize("package", STUBS)
def test_a_name_that_is_not_there_is_refused_as_by_every_module(package):
    with pytest.raises(AttributeError, match=f"module '{package}' has no attribute 'nothing'"):
        _ = import_module(package).nothing


def test_a_type_checker_sees_what_the_names_are(tmp_path):
    """One wrong call of a name of each package is found.

    Nothing is wrong with the right ones.
    """
    pytest.importorskip("mypy")
    right = {
        "vpcedu": "visit = reference_architecture('network').get('http://www.example.com/')",
        "vpcedu.draw": "picture: draw.Picture = draw.ladder(visit, 3, theme='dark')",
        "vpcedu.lab": "names: dict[str, str] = lab.scenario_names()",
        "vpcedu.widgets": "slider: widgets.Ports = widgets.Ports(rate=3)",
    }
    wrong = {
        "vpcedu": (
            "reference_architecture(size=3)",
            'argument "size" for "reference_architecture"',
        ),
        "vpcedu.draw": ("draw.ladder(visit, size=3)", 'argument "size" for "ladder"'),
        "vpcedu.lab": (
            "lab.ask(visit.vpc, 'client', 'web', 80, size=3)",
            'argument "size" for "ask"',
        ),
        "vpcedu.widgets": ("widgets.Ports(size=3)", 'argument "size" for "Ports"'),
    }
    assert list(right) == list(wrong) == list(STUBS)
    file = tmp_path / "uses.py"
    file.write_text(
        "\n".join(
            [
                "from vpcedu import draw, lab, reference_architecture, widgets",
                *right.values(),
                *(call for call, _ in wrong.values()),
            ]
        )
    )
    command = [sys.executable, "-m", "mypy", "--strict", f"--cache-dir={tmp_path}", str(file)]
    words = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout
    found = [line for line in words.splitlines() if ": error: " in line]
    assert len(found) == len(wrong), words
    for _, expected in wrong.values():
        assert expected in words


# What a picture loads.


def of(folder, words):
    """A folder of draw, and the modules of it that are named."""
    return {folder, *(f"{folder}.{name}" for name in words.split())}


PICTURE = of("canvas", "figure fonts picture scene style svg")
READ = of("canvas", "frame") | of(
    "reading", "as_picture legs one_connection predicted short_names subnets words"
)
LADDER = of("ladders", "bars gutters heads ink lifelines pieces placed_rows rows scene_of") | of(
    "reading", "window"
)
MAP = (
    of("canvas", "grid")
    | of("either", "any_map")
    | of("maps", "connections hops ink layout polylines scene_of table")
)
DRAWS = {
    "": set(),
    "draw.Picture": PICTURE,
    "draw.ladder(visit)": PICTURE | READ | LADDER,
    "draw.map(visit)": PICTURE | READ | MAP,
    "draw.map(visit.vpc)": PICTURE | READ | MAP | of("plan", "layout scene_of"),
}


@pytest.mark.parametrize("call", DRAWS)
def test_a_picture_loads_its_own_modules_and_no_other_picture_s(call):
    program = (
        "import sys\nfrom vpcedu import draw, reference_architecture\n"
        f"visit = reference_architecture().get('http://www.example.com/')\n{call}\n"
        "print(*(name[12:] for name in sys.modules if name.startswith('vpcedu.draw.')))\n"
    )
    assert set(fresh(program).split()) == DRAWS[call]


def test_a_picture_s_signature_and_words_are_those_of_the_function_that_lays_it_out():
    """What a notebook shows for `draw.map?`.

    Its own arguments, those of every picture, and what each means.
    """
    from inspect import signature

    from vpcedu import draw

    pictures = [getattr(draw, name) for name in draw.__all__ if name not in ("Picture", *FORMER)]
    assert len(pictures) == 18
    for draws in pictures:
        words = str(signature(draws))
        assert words.endswith("*, theme: 'str' = 'light', ax: 'Any' = None) -> 'Picture'")
        assert draws.__doc__.count("theme: light or dark. ax: matplotlib Axes to paint on.") == 1
        assert draws.__name__ in draw.__all__
    assert (
        "ValueError for a number the capture has not, or another word for arrows."
        in draw.map.__doc__.replace("\n    ", " ")
    )


@pytest.mark.parametrize("former", FORMER)
def test_a_former_name_still_gives_what_it_gave_and_says_what_took_its_place(former):
    name = former.removesuffix("_scene")
    visit = reference_architecture("application").get("http://www.example.com/")
    with pytest.warns(DeprecationWarning, match=rf"use draw\.{name}"):
        scene = getattr(draw, former)(visit)
    assert scene == getattr(draw, name)(visit).scene
