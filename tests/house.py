"""The rules of the house, as functions from a package's text to the places that break them.

A package is a mapping from module names to source, so that tests can ask about a made-up one. Each
rule gives a set of places. `python tests/house.py` prints what the package breaks today.
"""

from __future__ import annotations

import ast
import inspect
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

import size

ROOT = Path(__file__).parent.parent

# From the ground up. A module imports from the floors below its own, and from its own room; rooms
# on one line stand side by side and do not know each other.
FLOORS = (
    ("words",),
    ("protocols", "tables"),
    ("devices",),
    ("hosts",),
    ("gateways",),
    ("network",),
    ("views",),
    ("sites", "aws"),
    ("analysis",),
    ("scenarios", "puzzles"),
    ("course",),
    ("canvas",),
    ("reading",),
    ("ladders", "maps", "plan", "checks", "tables drawn", "time", "compare"),
    ("either",),
    ("draw",),
    ("widgets", "cli"),
    ("pages",),
    ("top",),
)
PICTURES = FLOORS[13]
DRAWN = {"tables": "tables drawn"}  # rooms within draw that have another room's name
# Which module belongs to which room, where the folder does not say it.
ROOMS = {
    "words": "address clock facade files flow icmp lacking links packet quoting reasons remembered "
    "row site_address trace version",
    "devices": "device",
    "top": "__init__ __main__ lab",
}
# load a name when it is asked for
FACADES = ("vpcedu", "vpcedu.facade", "vpcedu.lab", "vpcedu.draw", "vpcedu.widgets")

LINES, WIDTH = 400, 100  # of a module as `ruff format` writes it, and of its lines
CORE_LINES = 250
PRINTED_LINES, PRINTED_WIDTH = 40, 88  # what a lesson prints: one screen
MODULES = 21  # of a folder
ROW_TESTS = 20  # isinstance on row types outside their own module
ROW_NAMES = {
    "row",
    "rows",
    "old",
    "new",
    "entry",
    "entries",
    "rule",
    "route",
    "interface",
    "listener",
    "step_row",
}
# a docstring of what only tells
QUESTIONS = {
    "What",
    "Whether",
    "How",
    "Which",
    "Who",
    "Whom",
    "Where",
    "When",
}
# File names that stand in folders side by side, where the name is the idea: why.
PARALLEL = {
    "clocks: draw.time widgets.explorers": "the clocks of a silent connection: drawn, and moved by hand",
    "ephemeral_ports: draw.time widgets.explorers": "the ports that a load takes: drawn, and moved by hand",
    "handshake: draw.time widgets.explorers": "a handshake to scale: drawn, and moved by hand",
    "ink: draw.ladders draw.maps": "the items of what a picture has placed, each picture's own",
    "layout: draw.maps draw.plan": "where everything stands in a picture, each picture's own",
    "scene_of: draw.checks draw.ladders draw.maps draw.plan": "the scene of a picture, each picture's own",
    "translations: draw.tables widgets.explorers": "a NAT's table as time goes by: drawn, and moved by hand",
    "words: draw.checks draw.reading": "titles and text alternatives: of the checks, and of all pictures",
}
SEVERAL = {"rows", "entries"}
HEAVY = {"typing", "dataclasses", "re", "enum", "inspect", "ipaddress"}  # slow to load
# the folders that do without
LIGHT = (
    *size.CORE,
    "views",
    "lab",
    "sites",
    "analysis",
    "scenarios",
    "puzzles",
    "course",
    "cli",
)
# records that hold rows, and are none
HOLDERS = {"Vpc", "Call", "Conversation", "Hop", "Step", "Cause", "Event"}
# calls that write a file, besides open and savefig
WRITERS = {"write_text", "write_bytes", "mkstemp", "NamedTemporaryFile", "fdopen"}
ROW_HOMES = ("tables", "hosts", "gateways", "network")

Places = set[str]


class House:
    """A package: its modules' text, and what can be read from it."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self.sources = dict(sources)
        self.trees = {module: ast.parse(source) for module, source in self.sources.items()}

    def is_package(self, module: str) -> bool:
        return any(other.startswith(module + ".") for other in self.sources)

    def room(self, module: str) -> str:
        """The room a module is in; "" for one that has none.

        Pictures have rooms within draw.
        """
        words = [*module.split("."), "__init__"][1:]
        if words[0] == "draw" and words[1] != "__init__":
            room = DRAWN.get(words[1], words[1])
        elif (words[1:] in ([], ["__init__"]) and not self.is_package(module)) or module in (
            "vpcedu",
            "vpcedu.lab",
        ):
            room = next((room for room, names in ROOMS.items() if words[0] in names.split()), "")
        else:
            room = words[0]
        return room if floor_of(room) is not None else ""

    @cached_property
    def imports(self) -> dict[str, set[str]]:
        """What each module imports of the package when it runs, also inside its functions."""
        return {
            module: set(self._imports(tree, hidden=False)) for module, tree in self.trees.items()
        }

    @cached_property
    def hidden(self) -> dict[str, set[str]]:
        """What each module imports of the package for type checkers only."""
        return {
            module: set(self._imports(tree, hidden=True)) for module, tree in self.trees.items()
        }

    def _imports(self, tree: ast.Module, hidden: bool) -> Iterator[str]:
        for name in imported(tree, hidden):
            if name.split(".")[0] == "vpcedu":
                yield name if name in self.sources else name.rpartition(".")[0]

    @cached_property
    def row_types(self) -> dict[str, str]:
        """The types of rows, and the module of each."""
        return {
            node.name: module
            for module, tree in self.trees.items()
            if size.folder(module, self.sources) in ROW_HOMES or module == "vpcedu.trace"
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef) and is_row(node) and node.name not in HOLDERS
        }


def floor_of(room: str) -> int | None:
    return next((floor for floor, rooms in enumerate(FLOORS) if room in rooms), None)


def imported(tree: ast.Module, hidden: bool) -> Iterator[str]:
    """The full names that a module imports, at run time or (hidden) for type checkers only."""
    checked = {
        id(inner)
        for node in ast.walk(tree)
        if size.is_type_checking(node)
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if (id(node) in checked) != hidden:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (
                f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names
            )


def is_row(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "NamedRow" for base in node.bases)


# Rule 1 and 2: floors.


def floors(house: House) -> Places:
    """Imports that go up, or sideways to another room."""
    return set(_up(house, house.imports))


def hidden_floors(house: House) -> Places:
    """Imports for type checkers that go up or sideways."""
    return set(_up(house, house.hidden)) - floors(house)


def _up(house: House, imports: Mapping[str, set[str]]) -> Iterator[str]:
    for module, names in imports.items():
        own = house.room(module)
        for name in names & set(house.sources):
            other = house.room(name)
            above, below = floor_of(own), floor_of(other)
            if own in PICTURES and other in PICTURES:
                continue  # rule 4
            if own != other and above is not None and below is not None and below >= above:
                yield f"{module} > {name}"


def homeless(house: House) -> Places:
    """Modules that stand in no room."""
    return {module for module in house.sources if not house.room(module)}


def relative(house: House) -> Places:
    """Modules with relative imports."""
    return {
        module
        for module, tree in house.trees.items()
        for hidden in (False, True)
        if any(name.startswith(".") for name in imported(tree, hidden))
    }


def heavy(house: House) -> Places:
    """Imports of modules that are slow to load, where a visit would wait for them."""
    return {
        f"{module} > {name.split('.')[0]}"
        for module, tree in house.trees.items()
        if size.folder(module, house.sources) in LIGHT
        for name in imported(tree, hidden=False)
        if name.split(".")[0] in HEAVY
    }


def silent(house: House) -> Places:
    """Modules that do not say what they are."""
    return {module for module, tree in house.trees.items() if not ast.get_docstring(tree)}


# Rule 3: no import as text.


def imports_as_text(house: House) -> Places:
    """Modules, but the facades, that import one of the package by a name made as text."""
    return {
        module
        for module, tree in house.trees.items()
        if module not in FACADES
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and last_word(node.func) in ("import_module", "__import__")
        and (not node.args or may_be_ours(node.args[0], constants(tree)))
    }


def last_word(node: ast.expr) -> str:
    """The name by which something is called: "f" of f(...) and of a.f(...)."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def constants(tree: ast.Module) -> dict[str, ast.expr]:
    """What a module's own names stand for."""
    return {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def may_be_ours(node: ast.expr, known: Mapping[str, ast.expr]) -> bool:
    """Whether the text may be a name of the package.

    It is one, or begins with something that cannot be told.
    """
    if isinstance(node, ast.Constant):
        return str(node.value).split(".")[0] == "vpcedu"
    if isinstance(node, ast.JoinedStr) and node.values:
        return may_be_ours(node.values[0], known)
    if isinstance(node, ast.FormattedValue):
        return may_be_ours(node.value, known)
    if isinstance(node, ast.BinOp):
        return may_be_ours(node.left, known)
    return not (isinstance(node, ast.Name) and node.id in known) or may_be_ours(known[node.id], {})


def writers(house: House) -> Places:
    """Calls that write a file, but in `vpcedu.files`, which does it with care for all."""
    return {
        at(module, node)
        for module, tree in house.trees.items()
        if module != "vpcedu.files"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and writes(node)
    }


def writes(call: ast.Call) -> bool:
    """Whether a call writes a file.

    savefig with a format is for a buffer: a path's suffix would say it.
    """
    name = last_word(call.func)
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if name == "savefig":
        return "format" not in given
    if name != "open":
        return name in WRITERS
    modes = [node for node in (*call.args[:2], given.get("mode")) if isinstance(node, ast.Constant)]
    return ast.unparse(call.func) == "os.open" or any(
        set(str(node.value)) <= set("rwxabt+") and set(str(node.value)) & set("wxa+")
        for node in modes
    )


def unbounded(house: House) -> Places:
    """Errors that repeat a value however long it is: `quoting.quoted` bounds it."""
    return {
        at(module, node)
        for module, tree in house.trees.items()
        for raised in ast.walk(tree)
        if isinstance(raised, ast.Raise)
        for node in ast.walk(raised)
        if isinstance(node, ast.FormattedValue) and node.conversion in (ord("r"), ord("a"))
    }


# Rule 4: pictures.


def pictures(house: House) -> Places:
    """Imports of one picture's modules by another picture's, or by what all pictures share.

    What is above them, the room of those that are one of two, may import them.
    """
    found = set()
    for module, names in house.imports.items():
        own = house.room(module)
        if (
            module.startswith("vpcedu.draw.")
            and own
            and FLOORS.index(PICTURES) >= (floor_of(own) or 0)
        ):
            others = {name for name in names | house.hidden[module] if house.room(name) in PICTURES}
            found |= {f"{module} > {name}" for name in others if house.room(name) != own}
    return found


# Rule 5: lengths.


def formatted(sources: Mapping[str, str]) -> dict[str, str]:
    """Sources as `ruff format` writes them, also where a comment asks it to keep away."""
    with tempfile.TemporaryDirectory() as place:
        files = {module: Path(place) / f"{module}.py" for module in sources}
        for module, file in files.items():
            file.write_text(sources[module].replace("# fmt:", "# was:"), encoding="utf-8")
        subprocess.run(
            [
                sys.executable,
                "-m",
                "ruff",
                "format",
                "--quiet",
                "--isolated",
                "--no-cache",
                "--line-length",
                str(WIDTH),
                "--target-version",
                "py311",
                place,
            ],
            check=True,
        )
        return {module: file.read_text(encoding="utf-8") for module, file in files.items()}


def lengths(house: House) -> Places:
    """Modules that are longer than their floor allows."""
    found = set()
    for module, source in formatted(house.sources).items():
        most = CORE_LINES if size.folder(module, house.sources) in size.CORE else LINES
        if len(source.splitlines()) > most:
            found.add(module)
    return found


def printed(root: Path = ROOT) -> dict[str, str]:
    """What the lessons print of the package's source: the text by the words that ask for it."""
    found = {}
    for file in sorted((root / "notebooks").glob("*.ipynb")):
        cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
        code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        tree = ast.parse(
            "\n".join(line for line in code.splitlines() if not line.startswith(("%", "!")))
        )
        names: dict[str, object] = {}
        for node in ast.walk(tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                exec(ast.unparse(node), names)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and last_word(node.func) == "getsource":
                words = ast.unparse(node.args[0])
                found[f"{file.name[:2]} {words}"] = inspect.getsource(eval(words, names))
    return found


def screens(texts: Mapping[str, str]) -> Places:
    """Printed sources that are wider or longer than a screen."""
    return {
        words
        for words, text in texts.items()
        if len(text.splitlines()) > PRINTED_LINES
        or max(map(len, text.splitlines())) > PRINTED_WIDTH
    }


# Rule 6: folders, names, and how things are asked.


def crowds(house: House) -> Places:
    """Folders with too many modules."""
    found: dict[str, int] = defaultdict(int)
    for module in house.sources:
        found[module if house.is_package(module) else module.rpartition(".")[0]] += 1
    return {folder for folder, count in found.items() if count > MODULES}


def namesakes(house: House) -> Places:
    """File names that are in the package more than once, and where.

    Names of one idea, side by side, are left out.
    """
    found = defaultdict(list)
    for module in house.sources:
        parent, _, name = module.rpartition(".")
        if not house.is_package(module):
            found[name].append(parent.removeprefix("vpcedu").removeprefix(".") or "vpcedu")
    return {
        f"{name}: {' '.join(sorted(homes))}" for name, homes in found.items() if len(homes) > 1
    } - set(PARALLEL)


def at(module: str, node: ast.AST) -> str:
    return f"{module}:{getattr(node, 'lineno', 0)}"


def chains(house: House) -> Places:
    """Conditional expressions inside of conditional expressions."""
    return {
        at(module, node)
        for module, tree in house.trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.IfExp)
        and any(isinstance(part, ast.IfExp) for part in (node.test, node.body, node.orelse))
    }


def untyped_rows(house: House) -> Places:
    """Parameters, and fields of records, that take a table row as `object` or Any."""
    found = set()
    for module, tree in house.trees.items():
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.Lambda)):
                takes = [
                    *node.args.posonlyargs,
                    *node.args.args,
                    *node.args.kwonlyargs,
                    node.args.vararg,
                ]
                named = [(one.arg, one.annotation) for one in takes if one is not None]
            elif isinstance(node, ast.ClassDef) and is_row(node):
                fields = [one for one in node.body if isinstance(one, ast.AnnAssign)]
                named = [
                    (one.target.id, one.annotation)
                    for one in fields
                    if isinstance(one.target, ast.Name)
                ]
            else:
                continue
            rows = ((name, kind) for name, kind in named if name in ROW_NAMES and kind is not None)
            found |= {at(module, node) for name, kind in rows if says_nothing(kind, name)}
    return found


def says_nothing(kind: ast.expr, name: str) -> bool:
    """Whether an annotation says nothing of a type.

    It is `object` or Any, a union with one, or for a name of several rows a collection of it.
    """
    if isinstance(kind, ast.Constant) and isinstance(kind.value, str):
        return says_nothing(ast.parse(kind.value, mode="eval").body, name)
    if isinstance(kind, ast.BinOp):
        return says_nothing(kind.left, name) or says_nothing(kind.right, name)
    if isinstance(kind, ast.Subscript):
        inner = kind.slice.elts if isinstance(kind.slice, ast.Tuple) else [kind.slice]
        return name in SEVERAL and any(says_nothing(one, name) for one in inner)
    return last_word(kind) in ("object", "Any")


def row_tests(house: House) -> Places:
    """Tests of what type a row is, outside the module of that type.

    They are isinstance, `type(row) is`, or a match's pattern.
    """
    found = set()
    for module, tree in house.trees.items():
        known = constants(tree)
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and last_word(node.func) == "isinstance"
                and len(node.args) == 2
            ):
                kinds = type_names(node.args[1], known)
            elif isinstance(node, ast.Compare) and asks_type(node.left):
                kinds = {name for other in node.comparators for name in type_names(other, known)}
            elif isinstance(node, ast.MatchClass):
                kinds = type_names(node.cls, known)
            else:
                continue
            if any(house.row_types.get(name, module) != module for name in kinds):
                found.add(f"{at(module, node)}:{getattr(node, 'col_offset', 0)}")
    return found


def asks_type(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and last_word(node.func) == "type"


def type_names(node: ast.expr, known: Mapping[str, ast.expr]) -> set[str]:
    """The types that stand in an expression, also by a name that the module gives to several."""
    names = {last_word(one) for one in ast.walk(node) if isinstance(one, (ast.Name, ast.Attribute))}
    named = (known[name] for name in names if name in known)
    return names.union(*(type_names(other, {}) for other in named))


def names_as_text(house: House) -> Places:
    """Names of classes that are compared, looked up or looked for as text."""
    found = set()
    for module, tree in house.trees.items():
        for node in ast.walk(tree):
            asked: list[ast.expr] = []
            if isinstance(node, ast.Compare):
                asked = [node.left, *node.comparators]
            elif isinstance(node, ast.Subscript):
                asked = [node.slice]
            elif isinstance(node, ast.Call) and last_word(node.func) in (
                "get",
                "startswith",
                "endswith",
            ):
                asked = [*node.args, node.func]
            elif isinstance(node, ast.Match):
                asked = [node.subject]
            if any(is_class_name(inner) for one in asked for inner in ast.walk(one)):
                found.add(at(module, node))
    return found


def is_class_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in ("__name__", "__qualname__")


def twins(house: House) -> Places:
    """Classes that share their name; an explorer may have that of what it shows."""
    homes: dict[str, set[str]] = defaultdict(set)
    for module, tree in house.trees.items():
        if not module.startswith("vpcedu.widgets.explorers."):
            for node in tree.body:
                if isinstance(node, ast.ClassDef):
                    homes[node.name].add(module)
    return {f"{name}: {' '.join(sorted(found))}" for name, found in homes.items() if len(found) > 1}


def guesses(house: House) -> Places:
    """Modules that ask by text what something can do.

    By hasattr, or by getattr with a word and something else to say.
    """
    return {
        module
        for module, tree in house.trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and is_guess(node)
    }


def is_guess(call: ast.Call) -> bool:
    """Whether a call asks for a named attribute that may not be there.

    Python's own (__self__) are none of ours.
    """
    word = call.args[1] if len(call.args) > 1 else None
    if isinstance(word, ast.Constant) and str(word.value).startswith("__"):
        return False
    name = last_word(call.func)
    return name == "hasattr" or (
        name == "getattr" and len(call.args) == 3 and isinstance(word, ast.Constant)
    )


def asked_for_nothing(house: House) -> Places:
    """Calls, for what they do, of functions that by their first words only tell something.

    Their answer is not used.
    """
    first: dict[str, set[bool]] = defaultdict(set)
    for tree in house.trees.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and not is_container_word(node.name):
                first[node.name].add((ast.get_docstring(node) or "").split(" ")[0] in QUESTIONS)
    tell = {name for name, said in first.items() if said == {True}}
    return {
        at(module, node)
        for module, tree in house.trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and last_word(node.value.func) in tell
    }


def is_container_word(name: str) -> bool:
    """Whether lists, sets or dictionaries have a method of that name."""
    return any(hasattr(kind, name) for kind in (list, set, dict))


# Rule 7: size and circles.


def circles(house: House) -> Places:
    """Sets of modules that import each other in a circle, type checkers' imports counted."""
    edges = {
        module: (house.imports[module] | house.hidden[module]) & set(house.sources) - {module}
        for module in house.sources
    }
    reach = {module: _reached(module, edges) for module in edges}
    found = {
        frozenset(other for other in reach[module] if module in reach[other])
        for module in edges
        if module in reach[module]
    }
    return {" ".join(sorted(circle)) for circle in found}


def _reached(module: str, edges: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    rest = list(edges[module])
    while rest:
        name = rest.pop()
        if name not in seen:
            seen.add(name)
            rest += edges[name]
    return seen


def too_large(found: Mapping[str, int]) -> Places:
    """Core and package, where they have more statements than the first edition and its margin."""
    sums = {
        "core": (size.core(found), size.MOST_CORE),
        "package": (sum(found.values()), size.MOST_PACKAGE),
    }
    return {name for name, (now, most) in sums.items() if now > most}


RULES: dict[str, Callable[[House], Places]] = {
    "1 floors": floors,
    "1 homeless": homeless,
    "1 relative imports": relative,
    "1 heavy imports": heavy,
    "2 floors of types": hidden_floors,
    "3 imports as text": imports_as_text,
    "3 writers": writers,
    "3 unbounded errors": unbounded,
    "4 pictures": pictures,
    "5 lengths": lengths,
    "5 screens": lambda _: screens(printed()),
    "5 silent": silent,
    "6 crowds": crowds,
    "6 namesakes": namesakes,
    "6 twins": twins,
    "6 guesses": guesses,
    "6 chains": chains,
    "6 untyped rows": untyped_rows,
    "6 names as text": names_as_text,
    "6 asked for nothing": asked_for_nothing,
    "7 circles": circles,
}


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    today = House(size.sources())
    for rule, find in (RULES | {f"6 row tests (at most {ROW_TESTS})": row_tests}).items():
        print(f"{rule}: {len(find(today))}", *sorted(find(today)), sep="\n    ")
    print(size.table(size.by_folder(today.sources)))
