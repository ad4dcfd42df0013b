"""The rules of the house: imports go down only, and things are said once and asked for by type.

The rules are functions of `house.py`, and each is tried here on a small package with a fault
planted in it. No module is listed as an exception.
"""

import subprocess
import sys
from functools import cache
from pathlib import Path

import house
import pytest
import size
from house import HEAVY, ROW_TESTS, RULES, House

ROOT = Path(__file__).parent.parent


@cache
def today():
    return House(size.sources())


@pytest.mark.parametrize("rule", RULES)
def test_no_rule_is_broken_anywhere(rule):
    assert RULES[rule](today()) == set()


def test_files_that_may_have_one_name_are_there():
    for words in house.PARALLEL:
        name, homes = words.split(": ")
        assert {f"vpcedu.{home}.{name}" for home in homes.split()} <= set(today().sources)


def test_a_row_says_itself_what_readers_ask_it():
    assert len(today().row_types) > 25
    assert len(house.row_tests(today())) <= ROW_TESTS


def test_core_and_package_stay_as_small_as_in_the_first_edition():
    found = size.by_folder(today().sources)
    assert house.too_large(found) == set(), f"\n{size.table(found)}"


# --- each rule finds what is planted ------------------------------------------------------

WORDS = '"""What it is."""\n'
ROW = "from vpcedu.row import NamedRow\nclass Route(NamedRow):\n    target: str\n"
PACKAGE = {
    "vpcedu": WORDS,
    "vpcedu.__main__": WORDS,
    "vpcedu.row": WORDS + "class NamedRow: ...\n",
    "vpcedu.flow": WORDS,
    "vpcedu.tables": WORDS,
    "vpcedu.tables.route_table": WORDS + ROW,
    "vpcedu.protocols": WORDS,
    "vpcedu.protocols.tcp": WORDS,
    "vpcedu.hosts": WORDS,
    "vpcedu.hosts.host": WORDS,
    "vpcedu.gateways": WORDS,
    "vpcedu.gateways.nat_gateway": WORDS,
    "vpcedu.views": WORDS,
    "vpcedu.views.text": WORDS,
    "vpcedu.aws": WORDS,
    "vpcedu.aws.account": WORDS,
    "vpcedu.lab": WORDS,
    "vpcedu.sites.site": WORDS,
    "vpcedu.analysis.answer": WORDS,
    "vpcedu.course.lesson_00": WORDS,
    "vpcedu.cli.commands": WORDS,
    "vpcedu.draw": WORDS,
    "vpcedu.draw.canvas.scene": WORDS,
    "vpcedu.draw.reading.legs": WORDS,
    "vpcedu.draw.ladders.rows": WORDS,
    "vpcedu.draw.maps.scene_of": WORDS,
    "vpcedu.draw.canvas.picture": WORDS,
    "vpcedu.widgets": WORDS,
    "vpcedu.widgets.slider": WORDS,
}


def planted(module, source):
    """The made-up package with more text in one of its modules."""
    return House(PACKAGE | {module: PACKAGE.get(module, WORDS) + source})


UP = [
    "vpcedu.flow > vpcedu.tables.route_table",
    "vpcedu.tables.route_table > vpcedu.protocols.tcp",
    "vpcedu.hosts.host > vpcedu.gateways.nat_gateway",
    "vpcedu.views.text > vpcedu.sites.site",
    "vpcedu.aws.account > vpcedu.sites.site",
    "vpcedu.sites.site > vpcedu.analysis.answer",
    "vpcedu.analysis.answer > vpcedu.course.lesson_00",
    "vpcedu.course.lesson_00 > vpcedu.draw.canvas.scene",
    "vpcedu.draw.canvas.scene > vpcedu.widgets.slider",
    "vpcedu.widgets.slider > vpcedu.cli.commands",
    "vpcedu.hosts.host > vpcedu",
    "vpcedu.views.text > vpcedu.draw",
]
FORMS = [
    "import {name}",
    "from {name} import something",
    "def late():\n    from {name} import something",
    "from {parent} import {last}",
]


def test_nothing_is_found_in_a_house_without_faults():
    clean = House(PACKAGE)
    for rule, find in RULES.items():
        assert rule == "5 screens" or find(clean) == set(), rule
    assert house.row_tests(clean) == set() and clean.row_types == {
        "Route": "vpcedu.tables.route_table"
    }


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("place", UP)
def test_an_import_that_goes_up_is_found(place, form):
    module, name = place.split(" > ")
    parent, _, last = name.rpartition(".")
    if not parent and "{parent}" in form:
        return  # the package itself has no folder above it
    line = form.format(name=name, parent=parent, last=last)
    assert place in house.floors(planted(module, line))
    hidden = planted(module, "if TYPE_CHECKING:\n    " + line.replace("\n", "\n    "))
    assert place in house.hidden_floors(hidden) and house.floors(hidden) == set()


def test_what_reads_or_bounds_is_no_fault():
    calls = (
        "open(p)",
        "open(p, 'rb')",
        "p.open('rb')",
        "site.open(call)",
        "f.savefig(b, format='pdf')",
    )
    made = planted("vpcedu.sites.site", "\n".join((*calls, "raise E(f'{quoted(v)}')", "f'{v!r}'")))
    assert house.writers(made) == house.unbounded(made) == set()


def test_an_import_that_goes_down_is_no_fault():
    for place in UP:
        above, below = reversed(place.split(" > "))
        floors = [house.floor_of(House(PACKAGE).room(module)) for module in (above, below)]
        if floors[0] != floors[1]:  # else they stand side by side
            made = planted(
                above, f"from {below} import something\nif TYPE_CHECKING:\n    import {below}\n"
            )
            assert house.floors(made) == house.hidden_floors(made) == set()


FAULTS = [
    ("1 homeless", "vpcedu.cellar", "", "vpcedu.cellar"),
    ("1 homeless", "vpcedu.cellar.wine", "", "vpcedu.cellar.wine"),
    ("1 homeless", "vpcedu.lab.attic", "", "vpcedu.lab.attic"),
    ("1 homeless", "vpcedu.draw.attic", "", "vpcedu.draw.attic"),
    ("1 relative imports", "vpcedu.sites.site", "from . import asking", "vpcedu.sites.site"),
    (
        "1 relative imports",
        "vpcedu.sites.site",
        "def f():\n    from ..hosts import host",
        "vpcedu.sites.site",
    ),
    ("1 heavy imports", "vpcedu.sites.site", "import re", "vpcedu.sites.site > re"),
    (
        "1 heavy imports",
        "vpcedu.flow",
        "def f():\n    from typing import Any",
        "vpcedu.flow > typing",
    ),
    *(
        ("3 writers", "vpcedu.sites.site", call, "vpcedu.sites.site:2")
        for call in (
            "open(path, 'w')",
            "open(path, mode='xb')",
            "path.open('r+')",
            "os.open(path, 1)",
            "path.write_text(words)",
            "path.write_bytes(data)",
            "tempfile.NamedTemporaryFile()",
            "figure.savefig(path)",
        )
    ),
    *(
        ("3 unbounded errors", "vpcedu.sites.site", line, "vpcedu.sites.site:2")
        for line in ("raise ValueError(f'{value!r}: expected x')", "raise Refusal(f'{value!a}')")
    ),
    ("3 imports as text", "vpcedu.sites.site", "import_module('vpcedu.aws')", "vpcedu.sites.site"),
    (
        "3 imports as text",
        "vpcedu.sites.site",
        "importlib.import_module(f'vpcedu.{name}')",
        "vpcedu.sites.site",
    ),
    (
        "3 imports as text",
        "vpcedu.sites.site",
        "def f(name):\n    return __import__(name)",
        "vpcedu.sites.site",
    ),
    (
        "3 imports as text",
        "vpcedu.sites.site",
        "A = 'vpcedu'\nimport_module(A + '.aws')",
        "vpcedu.sites.site",
    ),
    (
        "4 pictures",
        "vpcedu.draw.maps.scene_of",
        "from vpcedu.draw.ladders.rows import rows",
        "vpcedu.draw.maps.scene_of > vpcedu.draw.ladders.rows",
    ),
    (
        "4 pictures",
        "vpcedu.draw.canvas.scene",
        "import vpcedu.draw.maps.scene_of",
        "vpcedu.draw.canvas.scene > vpcedu.draw.maps.scene_of",
    ),
    (
        "4 pictures",
        "vpcedu.draw.reading.legs",
        "if TYPE_CHECKING:\n    from vpcedu.draw.maps.scene_of import Places",
        "vpcedu.draw.reading.legs > vpcedu.draw.maps.scene_of",
    ),
    ("5 silent", "vpcedu.sites.visit", None, "vpcedu.sites.visit"),
    ("5 lengths", "vpcedu.hosts.host", "x = 1\n" * 251, "vpcedu.hosts.host"),
    ("5 lengths", "vpcedu.sites.site", "x = 1\n" * 401, "vpcedu.sites.site"),
    (
        "5 lengths",
        "vpcedu.hosts.host",
        f"x = ({'1_000_000, ' * 260})  # fmt: skip\n",
        "vpcedu.hosts.host",
    ),
    ("6 namesakes", "vpcedu.lab.host", "", "host: hosts lab"),
    ("6 namesakes", "vpcedu.hosts.scene_of", "", "scene_of: draw.maps hosts"),
    (
        "6 twins",
        "vpcedu.sites.site",
        "class Route:\n    pass",
        "Route: vpcedu.sites.site vpcedu.tables.route_table",
    ),
    ("6 chains", "vpcedu.sites.site", "x = 1 if a else 2 if b else 3", "vpcedu.sites.site:2"),
    ("6 chains", "vpcedu.sites.site", "x = (1 if a else 2) if b else 3", "vpcedu.sites.site:2"),
    ("6 chains", "vpcedu.sites.site", "x = 1 if (a if b else c) else 3", "vpcedu.sites.site:2"),
    ("6 untyped rows", "vpcedu.sites.site", "def f(row: object): ...", "vpcedu.sites.site:2"),
    (
        "6 untyped rows",
        "vpcedu.sites.site",
        "def f(*, old: Any | None = None): ...",
        "vpcedu.sites.site:2",
    ),
    (
        "6 untyped rows",
        "vpcedu.sites.site",
        "def f(rows: tuple[Any, ...]): ...",
        "vpcedu.sites.site:2",
    ),
    (
        "6 untyped rows",
        "vpcedu.sites.site",
        "def f(*rows: 'typing.Any'): ...",
        "vpcedu.sites.site:2",
    ),
    (
        "6 untyped rows",
        "vpcedu.sites.site",
        "class Less(NamedRow):\n    row: Any",
        "vpcedu.sites.site:2",
    ),
    (
        "6 names as text",
        "vpcedu.sites.site",
        "x = kind.__name__ == 'WebServer'",
        "vpcedu.sites.site:2",
    ),
    (
        "6 names as text",
        "vpcedu.sites.site",
        "x = type(row).__name__ in KINDS",
        "vpcedu.sites.site:2",
    ),
    (
        "6 names as text",
        "vpcedu.sites.site",
        "x = KINDS[type(row).__name__]",
        "vpcedu.sites.site:2",
    ),
    (
        "6 names as text",
        "vpcedu.sites.site",
        "x = KINDS.get(kind.__qualname__, '')",
        "vpcedu.sites.site:2",
    ),
    (
        "6 names as text",
        "vpcedu.sites.site",
        "x = kind.__name__.startswith('Web')",
        "vpcedu.sites.site:2",
    ),
    (
        "6 guesses",
        "vpcedu.sites.site",
        "def f(device):\n    return hasattr(device, 'start')",
        "vpcedu.sites.site",
    ),
    ("6 guesses", "vpcedu.sites.site", "x = getattr(device, 'opens', True)", "vpcedu.sites.site"),
    (
        "6 asked for nothing",
        "vpcedu.sites.site",
        "def metrics(now):\n    'What was counted.'\ndef f(nat):\n    nat.metrics(0)",
        "vpcedu.sites.site:5",
    ),
    ("7 circles", "vpcedu.row", "from vpcedu.flow import x", "vpcedu.flow vpcedu.row"),
]


@pytest.mark.parametrize(("rule", "module", "source", "place"), FAULTS)
def test_a_planted_fault_is_found(rule, module, source, place):
    made = House(PACKAGE | {module: ""}) if source is None else planted(module, source)
    if rule == "7 circles":
        made = House(
            made.sources
            | {"vpcedu.flow": WORDS + "if TYPE_CHECKING:\n    from vpcedu.row import y\n"}
        )
    assert RULES[rule](made) == {place}


SOUND = [
    ("3 imports as text", "vpcedu.sites.site", "ALIAS = 'tests'\nimport_module(f'{ALIAS}.lesson')"),
    ("3 imports as text", "vpcedu.lab", "import_module(f'vpcedu.{name}')"),
    ("4 pictures", "vpcedu.draw.maps.scene_of", "from vpcedu.draw.reading.legs import legs"),
    ("4 pictures", "vpcedu.draw", "from vpcedu.draw.maps.scene_of import map_scene"),
    ("4 pictures", "vpcedu.draw.either.any_map", "from vpcedu.draw.maps.scene_of import map_scene"),
    ("6 chains", "vpcedu.sites.site", "x = (1 if a else 2) + (1 if b else 2)"),
    (
        "6 untyped rows",
        "vpcedu.sites.site",
        "def f(row: Route | None, value: object, *rows: Route): ...",
    ),
    ("6 names as text", "vpcedu.sites.site", "x = f'not a {kind.__name__}'"),
    ("6 guesses", "vpcedu.sites.site", "x = getattr(module, name)"),
    (
        "6 asked for nothing",
        "vpcedu.sites.site",
        "def sweep(now):\n    'Take out what is over.'\nsweep(0)",
    ),
    (
        "6 asked for nothing",
        "vpcedu.sites.site",
        "def count():\n    'How many there are.'\nx = count()",
    ),
    ("1 heavy imports", "vpcedu.sites.site", "if TYPE_CHECKING:\n    from typing import Any"),
    ("1 heavy imports", "vpcedu.widgets.slider", "import re"),
]


@pytest.mark.parametrize(("rule", "module", "source"), SOUND)
def test_what_only_looks_like_a_fault_is_none(rule, module, source):
    assert RULES[rule](planted(module, source)) == set()


def test_a_crowded_folder_is_found():
    many = {f"vpcedu.hosts.host_{number}": WORDS for number in range(house.MODULES)}
    assert house.crowds(House(PACKAGE | many)) == {"vpcedu.hosts"}
    many = {f"vpcedu.hosts.host_{number}": WORDS for number in range(house.MODULES - 2)}
    assert house.crowds(House(PACKAGE | many)) == set()


@pytest.mark.parametrize(
    "source",
    [
        "x = isinstance(row, Route)",
        "x = isinstance(row, (int, Route))",
        "x = isinstance(row, int | Route)",
        "ROWS = (Route, int)\nx = isinstance(row, ROWS)",
        "x = isinstance(row, route_table.Route)",
        "x = type(row) is Route",
        "x = type(row) in (Route, int)",
        "match row:\n    case Route(target=x):\n        pass",
    ],
)
def test_a_test_of_what_a_row_is_is_counted_outside_its_own_module(source):
    assert len(house.row_tests(planted("vpcedu.sites.site", source))) == 1
    assert house.row_tests(planted("vpcedu.tables.route_table", source)) == set()
    assert house.row_tests(planted("vpcedu.sites.site", source.replace("Route", "str"))) == set()


def test_what_does_not_fit_on_a_screen_is_found():
    assert house.screens(
        {"wide": "x" * 89, "long": "x\n" * 41, "good": "\n".join(["x" * 88] * 40)}
    ) == {"wide", "long"}
    assert any(words.endswith("NatGateway._refuse") for words in house.printed())


@pytest.mark.parametrize(
    ("core", "rest", "found"),
    [
        (0, 0, set()),
        (1, -1, {"core"}),
        (0, 1, {"package"}),
        (1, 0, {"core", "package"}),
    ],
)
def test_growth_is_found(core, rest, found):
    """How many statements above what is allowed."""
    most = size.MOST_CORE, size.MOST_PACKAGE - size.MOST_CORE
    assert house.too_large({"hosts": most[0] + core, "lab": most[1] + rest}) == found


def test_only_statements_count():
    source = '''"""Words.

More."""
from vpcedu import flow
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
    Kind = Any


class Thing:
    """Words."""

    def f(self) -> int:
        """Words."""
        x = (1,
             2)
        try:
            import re
            if x: return 1
        except ValueError:
            return 2
        else:
            return 3


match x:
    case 1:
        pass
'''
    assert size.count(source) == 11
    made = {
        "vpcedu": "",
        "vpcedu.flow": "x = 1",
        "vpcedu.hosts": "x = 1",
        "vpcedu.hosts.host": "x = 1\ny = 2",
        "vpcedu.__main__": "x = 1",
    }
    assert size.by_folder(made) == {"(top)": 1, "words": 1, "hosts": 3}
    assert size.core(size.by_folder(made)) == 4


def test_one_command_prints_the_size_by_folder_beside_the_first_edition():
    printed = fresh("tests/size.py").stdout.splitlines()
    assert [line.split()[0] for line in printed] == ["folder", *size.FIRST, "core", "package", "at"]
    assert (
        sum(size.FIRST.values()) == size.FIRST_PACKAGE and size.core(size.FIRST) == size.FIRST_CORE
    )
    assert printed[-2].split()[1] == "14,859"
    assert (
        3_213 + size.LATER_CORE,
        15_081 + sum(size.LATER.values()),
    ) == (size.MOST_CORE, size.MOST_PACKAGE)


# --- nothing but the standard library ----------------------------------------------------


def core_modules() -> list[str]:
    """Every module but those that say they need an extra."""
    return [
        module
        for module in today().sources
        if size.folder(module, today().sources) not in ("widgets", "pages")
        and module not in ("vpcedu.draw.canvas.figure", "vpcedu.__main__")
    ]


def fresh(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=True
    )


def test_a_fresh_interpreter_loads_the_core_from_the_standard_library_alone():
    program = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from importlib import import_module
for name in {core_modules()!r}:
    import_module(name)
print("\\n".join({{name.partition(".")[0] for name in sys.modules}} - sys.stdlib_module_names))
"""
    assert set(fresh("-I", "-S", "-c", program).stdout.split()) == {"__main__", "vpcedu"}


@pytest.mark.parametrize("balancer", ["classic-tcp", "classic-http", "application", "network"])
def test_a_whole_visit_loads_no_module_that_is_slow_to_load(balancer, tmp_path):
    (tmp_path / "empty.py").write_text("")
    bare = subprocess.run(
        [sys.executable, "-S", "-X", "importtime", "-m", "empty"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    ours = fresh("-S", "-X", "importtime", "-m", "vpcedu", "--balancer", balancer)
    assert "Yes, the reply goes back" in ours.stdout
    new = loaded(ours.stderr) - loaded(bare.stderr)
    assert "vpcedu.network.network" in new
    assert not new & HEAVY


def loaded(times: str) -> set[str]:
    """The modules in the report of `-X importtime`."""
    return {line.rpartition("|")[2].strip() for line in times.splitlines()}


def test_a_visit_loads_only_the_devices_it_has():
    words = loaded(fresh("-S", "-X", "importtime", "-m", "vpcedu", "--balancer", "network").stderr)
    assert "vpcedu.gateways.network_load_balancer" in words
    assert not words & {
        "vpcedu.hosts.classic_load_balancer",
        "vpcedu.hosts.request_relay",
        "json",
        "random",
    }
