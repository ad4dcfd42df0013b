"""The house: imports go down only, modules stay small, the core needs nothing but the standard library."""

import ast
import io
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "vpcedu"

# From the ground up. A module imports from the floors below its own, and from its own part of the house;
# what stands between commas on one line is on one floor and does not know its neighbours.
FLOORS = (
    {"words": ("address", "facade", "flow", "icmp", "packet", "reasons", "row", "trace", "clock")},
    {"protocols": ("protocols",), "tables": ("tables",)},
    {"device": ("device",)},  # the base of hosts and gateways, which know no network
    {"hosts": ("hosts",)},
    {"gateways": ("gateways",)},  # above hosts: a Network Load Balancer's node has a small host inside, for its checks
    {"network": ("network",)},
    {"views": ("views",)},
    {"lab": ("lab",), "aws": ("aws",)},
    {"draw": ("draw",)},
    {"widgets": ("widgets",)},
    {"top": ("__init__", "__main__")},
)
CORE = ("words", "device", "protocols", "tables", "gateways", "hosts", "network", "views", "lab", "aws", "draw", "top")
SMALL = ("words", "device", "protocols", "tables", "gateways", "hosts", "network")  # and the view that is text
HEAVY = {"typing", "dataclasses", "re", "enum", "inspect", "ipaddress"}

PLACES = {part: (floor, room) for floor, rooms in enumerate(FLOORS) for room, parts in rooms.items()
          for part in parts}  # fmt: skip
FILES = sorted(PACKAGE.rglob("*.py"))
MODULES = {".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file for file in FILES}


def part(module: str) -> str:
    """The first word behind the package's name: "vpcedu.hosts.client" is in "hosts"."""
    return module.split(".")[1] if "." in module else "__init__"


def room(module: str) -> str:
    return PLACES[part(module)][1]


def imports(file: Path, module: str) -> set[str]:
    """What a module imports when it runs, also inside its functions; what only type checkers see is left out."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    hidden = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.If) and is_type_checking(node.test)
              for statement in node.body for inner in ast.walk(statement)}  # fmt: skip
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}, line {node.lineno}: imports are absolute here"
            assert node.module
            for alias in node.names:  # `from vpcedu import draw` brings a module, `from x import name` does not
                whole = f"{node.module}.{alias.name}"
                found.add(whole if whole in MODULES else node.module)
    return found


def is_type_checking(test: ast.expr) -> bool:
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


def code_lines(file: Path) -> int:
    """Lines that hold code: no blank lines, no comments, no docstrings."""
    source = file.read_text(encoding="utf-8")
    empty = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING,
             tokenize.ENDMARKER}  # fmt: skip
    lines = {line for token in tokenize.generate_tokens(io.StringIO(source).readline) if token.type not in empty
             for line in range(token.start[0], token.end[0] + 1)}  # fmt: skip
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            words = node.body[0]
            lines -= set(range(words.lineno, (words.end_lineno or words.lineno) + 1))
    return len(lines)


def test_every_module_has_a_floor():
    assert [module for module in MODULES if part(module) not in PLACES] == []


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_down_only(module):
    floor, own = PLACES[part(module)]
    for name in imports(MODULES[module], module):
        if name.split(".")[0] == "vpcedu":
            below, other = PLACES[part(name)]
            assert below < floor or other == own, f"{module} imports {name}, which is not below it"


@pytest.mark.parametrize("word", ["tables", "protocols", "gateways", "hosts"])
def test_no_device_and_no_table_knows_the_network(word):
    modules = [module for module in MODULES if part(module) == word]
    assert modules
    for module in modules:
        assert not [name for name in imports(MODULES[module], module) if part(name) == "network"]


@pytest.mark.parametrize("module", MODULES)
def test_a_module_is_one_idea(module):
    source = MODULES[module].read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(source)), f"{module} does not say what it is"
    if module != "vpcedu.reasons":  # one literal table
        assert len(source.splitlines()) <= (250 if room(module) in SMALL else 400)


def test_the_core_is_small():
    files = [file for module, file in MODULES.items() if room(module) in SMALL] + [PACKAGE / "views" / "text.py"]
    assert len(files) > 30
    assert sum(map(code_lines, files)) <= 4_000


def test_the_counting_of_lines_leaves_out_what_is_no_code(tmp_path):
    file = tmp_path / "three.py"
    file.write_text('"""Words.\n\nMore."""\n\n# a comment\nx = (1,\n     2)  # behind code\n\ny = """a\nb"""\n')
    assert code_lines(file) == 4


# --- nothing but the standard library ----------------------------------------------------


def core_modules() -> list[str]:
    """Every module but those that say they need an extra."""
    return [module for module in MODULES
            if room(module) in CORE and module not in ("vpcedu.draw.paint", "vpcedu.__main__")]  # fmt: skip


def fresh(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=True)


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


@pytest.mark.parametrize("module", [m for m in MODULES if room(m) in (*SMALL, "views", "lab")])
def test_the_core_imports_no_module_that_is_slow_to_load(module):
    assert not {name.split(".")[0] for name in imports(MODULES[module], module)} & HEAVY


@pytest.mark.parametrize("balancer", ["classic-tcp", "classic-http", "application", "network"])
def test_a_whole_visit_loads_no_module_that_is_slow_to_load(balancer, tmp_path):
    (tmp_path / "empty.py").write_text("")
    bare = subprocess.run([sys.executable, "-S", "-X", "importtime", "-m", "empty"], cwd=tmp_path,
                          capture_output=True, text=True, check=True)  # fmt: skip
    ours = fresh("-S", "-X", "importtime", "-m", "vpcedu", "--balancer", balancer)
    assert "200 OK" in ours.stdout
    new = loaded(ours.stderr) - loaded(bare.stderr)
    assert "vpcedu.network.network" in new
    assert not new & HEAVY


def loaded(times: str) -> set[str]:
    """The modules in the report of `-X importtime`."""
    return {line.rpartition("|")[2].strip() for line in times.splitlines()}


def test_a_visit_loads_only_the_devices_it_has():
    words = loaded(fresh("-S", "-X", "importtime", "-m", "vpcedu", "--balancer", "network").stderr)
    assert "vpcedu.gateways.network_load_balancer" in words
    assert not words & {"vpcedu.hosts.classic_load_balancer", "vpcedu.hosts.request_relay", "json", "random"}
