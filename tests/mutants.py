"""Small faults planted in the core, one at a time: do the tests notice?

`python tests/mutants.py` plants 300 and prints how many were noticed, and those that were not.

A mutant is one change of one place: see OPERATORS. Which places are taken is decided by a hash of
the seed and of the place's own words, so a change elsewhere in the core leaves the choice as it is.
The checkout is never changed: the tests run in a copy of it, and a mutant exists only in the memory
of the process that tries it. See mutant_runner.py for which tests are run, and how.

A mutant that no test can notice is listed in equivalent_mutants.toml, with the reason.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import sys
import tomllib
from collections import Counter, namedtuple
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

import size

ROOT = Path(__file__).resolve().parent.parent
EQUIVALENT = "equivalent_mutants.toml"
NUMBER, SEED = 300, 1
LIMIT, BUDGET = 10, 60  # seconds more than usual until tests are too slow; seconds of tests for one

BOUNDARY = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
OPPOSITE = {
    **{"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="},
    **{"is": "is not", "is not": "is", "in": "not in", "not in": "in"},
}
ARITHMETIC = {
    **{"+": "-", "-": "+", "*": "//", "//": "*", "%": "//"},
    **{"<<": ">>", ">>": "<<", "&": "|", "|": "&"},
}
CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}
OPERATORS = {
    "boundary": "< becomes <=, and so on",
    "comparison": "< becomes >=, == becomes !=, in becomes not in, is becomes is not",
    "and or": "and becomes or, or becomes and",
    "not": "not goes",
    "arithmetic": "+ becomes -, * becomes //, << becomes >>, & becomes |, and back; += becomes -=",
    "number": "a whole number becomes one more",
    "truth": "True becomes False, and back",
    "returned": "what is returned becomes None",
    "condition": "a condition becomes True, or False",
    "deleted": "a call, a change of an attribute or item, raise, break or continue becomes pass",
    "extreme": "min becomes max, any becomes all, and back",
}
SYMBOLS = {
    **{ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="},
    **{ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in"},
    **{ast.And: "and", ast.Or: "or"},
    **{ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.FloorDiv: "//", ast.Mod: "%"},
    **{ast.LShift: "<<", ast.RShift: ">>", ast.BitAnd: "&", ast.BitOr: "|"},
}


class Mutant(namedtuple("Mutant", "module within operator text was becomes nth line start end")):
    """One change of one place: the text from `start` to `end` of a module becomes `becomes`.

    `within` names the function, `text` is the line without its margins, `nth` tells equal changes
    in one function apart.
    """

    @property
    def key(self) -> tuple[str, ...]:
        """What names it as long as its own line stays as it is."""
        return (*self[:6], str(self.nth))

    @property
    def equivalent_key(self) -> tuple[str, ...]:
        """What a row of equivalent_mutants.toml says."""
        return (self.module, self.within, self.text, f"{self.was} > {self.becomes}")

    @property
    def place(self) -> str:
        """Where it is, and what kind of change it is."""
        file = self.module.replace(".", "/")
        return f"{file}.py:{self.line} {self.within} ({self.operator})"

    def apply(self, source: str) -> str:
        """The module's text with the fault in it."""
        return source[: self.start] + self.becomes + source[self.end :]

    def diff(self, source: str) -> str:
        """The line as it is and as it becomes; what changes may have several lines."""
        begin = source.rfind("\n", 0, self.start) + 1
        finish = source.find("\n", self.end)
        old = source[begin:finish]
        new = source[begin : self.start] + self.becomes + source[self.end : finish]
        marked = [f"  - {line}" for line in old.split("\n")]
        marked += [f"  + {line}" for line in new.split("\n")]
        return "\n".join(marked)


class Places:
    """Every mutant of a module's text."""

    def __init__(self, module: str, source: str) -> None:
        self.module, self.source = module, source
        self.lines = source.splitlines(keepends=True)
        self.begins = [0]
        for line in self.lines:
            self.begins.append(self.begins[-1] + len(line))
        self.seen: Counter[tuple[str, ...]] = Counter()

    def all(self) -> list[Mutant]:
        return list(self._below(ast.parse(self.source), "(module)"))

    def offset(self, line: int, column: int) -> int:
        """Where a place of the parser's, which counts bytes, is in the text."""
        return self.begins[line - 1] + len(self.lines[line - 1].encode()[:column].decode())

    def span(self, node: ast.AST) -> tuple[int, int]:
        return (
            self.offset(node.lineno, node.col_offset),
            self.offset(node.end_lineno, node.end_col_offset),
        )

    def _below(self, node: ast.AST, within: str) -> Iterator[Mutant]:
        for child in ast.iter_child_nodes(node):
            if child in left_out(node) or size.is_docstring(child):
                continue
            for operator, start, end, becomes in self._changes(child, within):
                yield self._mutant(within, operator, start, end, becomes)
            inner = within
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                inner = child.name if within == "(module)" else f"{within}.{child.name}"
            yield from self._below(child, inner)

    def _mutant(self, within: str, operator: str, start: int, end: int, becomes: str) -> Mutant:
        line = self.source.count("\n", 0, start) + 1
        was = " ".join(self.source[start:end].split())
        words = (self.module, within, operator, self.lines[line - 1].strip(), was, becomes)
        self.seen[words] += 1
        return Mutant(*words, self.seen[words], line, start, end)

    def _between(self, one: ast.AST, other: ast.AST, symbol: str) -> tuple[int, int] | None:
        """Where an operator stands between its sides."""
        begin, finish = self.span(one)[1], self.span(other)[0]
        found = self.source.find(symbol, begin, finish)
        return None if found < 0 else (found, found + len(symbol))

    def _exchanged(self, one: ast.AST, other: ast.AST, kind: ast.AST, tables: dict) -> Iterator:
        symbol = SYMBOLS.get(type(kind), "")
        place = self._between(one, other, symbol) if symbol else None
        for operator, table in tables.items():
            if place is not None and symbol in table:
                yield operator, *place, table[symbol]

    def _changes(self, node: ast.AST, within: str) -> Iterator[tuple[str, int, int, str]]:
        match node:
            case ast.Compare():
                sides = (node.left, *node.comparators)
                for one, other, kind in zip(sides, node.comparators, node.ops, strict=False):
                    tables = {"boundary": BOUNDARY, "comparison": OPPOSITE}
                    yield from self._exchanged(one, other, kind, tables)
            case ast.BoolOp():
                for one, other in zip(node.values, node.values[1:], strict=False):
                    tables = {"and or": {"and": "or", "or": "and"}}
                    yield from self._exchanged(one, other, node.op, tables)
            case ast.UnaryOp(op=ast.Not()):
                start = self.span(node)[0]
                yield "not", start, start + len("not "), ""
            case ast.BinOp() if not (is_text(node.left) or is_text(node.right)):
                tables = {"arithmetic": ARITHMETIC}
                yield from self._exchanged(node.left, node.right, node.op, tables)
            case ast.AugAssign(op=(ast.Add() | ast.Sub()) as kind):
                yield from self._exchanged(
                    node.target, node.value, kind, {"arithmetic": ARITHMETIC}
                )
            case ast.Constant(value=bool() as value):
                yield "truth", *self.span(node), str(not value)
            case ast.Constant(value=int() as value):
                yield "number", *self.span(node), str(value + 1)
            case ast.Call(func=ast.Name(id=name)) if name in CALLS:
                yield "extreme", *self.span(node.func), CALLS[name]
            case ast.Return(value=ast.expr() as value) if not is_none(value):
                yield "returned", *self.span(value), "None"
        for test, values in conditions(node):
            if not isinstance(test, ast.Constant):
                for value in values:
                    yield "condition", *self.span(test), value
        if within != "(module)" and may_go(node):
            yield "deleted", *self.span(node), "pass"


def left_out(node: ast.AST) -> list[ast.AST]:
    """What below a node is no place for a fault: annotations, text with values in it, imports that
    only type checkers read.
    """
    found = [getattr(node, name, None) for name in ("annotation", "returns")]
    if isinstance(node, ast.JoinedStr):  # its places are wrong before Python 3.12
        found += node.values
    if isinstance(node, ast.Module):
        found += [child for child in node.body if size.is_type_checking(child)]
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "TYPE_CHECKING":
        found.append(node.value)
    return [child for child in found if child is not None]


def is_text(node: ast.AST) -> bool:
    text = isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes))
    return text or isinstance(node, ast.JoinedStr)


def is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def conditions(node: ast.AST) -> Iterator[tuple[ast.expr, tuple[str, ...]]]:
    """The conditions of a node, and what each may become; a loop with `while True` has no end."""
    if isinstance(node, (ast.If, ast.IfExp)):
        yield node.test, ("True", "False")
    elif isinstance(node, ast.While):
        yield node.test, ("False",)
    elif isinstance(node, ast.comprehension):
        for test in node.ifs:
            yield test, ("True",)


def may_go(node: ast.AST) -> bool:
    """Whether a statement may be deleted; without a name's value all that follows would fail."""
    if isinstance(node, ast.Assign):
        return all(isinstance(target, (ast.Attribute, ast.Subscript)) for target in node.targets)
    if isinstance(node, ast.Expr):
        return isinstance(node.value, (ast.Call, ast.Yield, ast.YieldFrom))
    kinds = (ast.AugAssign, ast.Raise, ast.Break, ast.Continue, ast.Delete, ast.Assert)
    return isinstance(node, kinds)


# --- which of them --------------------------------------------------------------------------------


def mutants(module: str, source: str) -> list[Mutant]:
    """Every mutant of a module, in the order of its text."""
    return Places(module, source).all()


def is_python(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def shares(weights: Mapping[str, int], number: int) -> dict[str, int]:
    """A number split by weights, whole and by largest remainder."""
    whole = sum(weights.values())
    exact = {name: number * weight / whole for name, weight in weights.items()}
    found = {name: int(share) for name, share in exact.items()}
    by_rest = sorted(exact, key=lambda name: (found[name] - exact[name], name))
    for name in by_rest[: number - sum(found.values())]:
        found[name] += 1
    return found


def chosen(sources: Mapping[str, str], number: int, seed: int) -> list[Mutant]:
    """As many mutants, spread over the modules by their statements: same seed, same mutants.

    A module with fewer places than its share leaves the rest to the others.
    """

    def drawn(mutant: Mutant) -> bytes:
        return hashlib.sha256(repr((seed, mutant.key)).encode()).digest()

    found, others = [], []
    weights = {module: size.count(source) for module, source in sources.items()}
    for module, share in shares(weights, number).items():
        places = sorted(mutants(module, sources[module]), key=drawn)
        good = (made for made in places if is_python(made.apply(sources[module])))
        found += islice(good, share)
        others += islice(good, 1)
    found += sorted(others, key=drawn)[: number - len(found)]
    return sorted(found, key=lambda mutant: (mutant.module, mutant.start, mutant.becomes))


def core_sources(root: Path) -> dict[str, str]:
    """The text of each module of the core."""
    modules = size.sources(root / size.PACKAGE.name)
    return {
        module: source
        for module, source in modules.items()
        if size.folder(module, modules) in (*size.CORE, size.TOP) and is_core(module, modules)
    }


def is_core(module: str, modules: Mapping[str, str]) -> bool:
    """Words, devices and what is between them and network; facade is a word here, the command line
    is not.
    """
    return size.folder(module, modules) in size.CORE or module.endswith(".facade")


def equivalents(root: Path) -> dict[tuple[str, ...], str]:
    """The mutants that no test can notice, and why."""
    file = root / "tests" / EQUIVALENT
    rows = (
        tomllib.loads(file.read_text(encoding="utf-8")).get("mutant", []) if file.exists() else []
    )
    return {(row["module"], row["within"], row["line"], row["change"]): row["why"] for row in rows}


# --- what came of them ----------------------------------------------------------------------------


class Results:
    """One JSON line for each mutant that was tried, so that a run can be broken off and resumed.

    A mutant whose module has changed since is tried anew.
    """

    def __init__(self, path: Path, sources: Mapping[str, str]) -> None:
        self.path = path
        self.of = {
            module: hashlib.sha256(source.encode()).hexdigest()[:16]
            for module, source in sources.items()
        }
        self.rows: dict[tuple[str, ...], dict] = {}
        self.read()

    def read(self) -> None:
        """Take what is stored, by other processes too; half a line counts for nothing."""
        if self.path.exists():
            for line in self.path.read_text(encoding="utf-8").splitlines():
                with suppress(json.JSONDecodeError):
                    row = json.loads(line)
                    if row["of"] == self.of.get(row["key"][0]):
                        self.rows[tuple(row["key"])] = row

    def add(self, mutant: Mutant, outcome: dict) -> None:
        """Store what came of a mutant."""
        row = {"key": mutant.key, "of": self.of[mutant.module], **outcome}
        self.rows[mutant.key] = row
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")

    def left(self, wanted: Sequence[Mutant], survivors: bool) -> list[Mutant]:
        """Those that are still to be tried: new ones, and (if asked) those that survived."""
        return [
            mutant
            for mutant in wanted
            if mutant.key not in self.rows
            or (survivors and self.rows[mutant.key]["outcome"] == "survived")
        ]


def report(
    wanted: Sequence[Mutant],
    results: Results,
    sources: Mapping[str, str],
    known: Mapping[tuple[str, ...], str],
) -> str:
    """The shares, and every mutant that was not noticed, as a difference."""
    rows = [(mutant, results.rows.get(mutant.key, {})) for mutant in wanted]
    listed = [pair for pair in rows if pair[0].equivalent_key in known]
    others = [pair for pair in rows if pair[0].equivalent_key not in known and pair[1]]
    noticed = [row for _, row in others if row["outcome"] != "survived"]
    slow = sum(row["outcome"] == "too slow" for row in noticed)
    lines = []
    for mutant, row in others:
        if row["outcome"] == "survived":
            lines += [
                f"survived: {mutant.place}; {row['files']} files of tests",
                mutant.diff(sources[mutant.module]),
            ]
    for mutant, row in listed:
        if row.get("outcome", "survived") != "survived":
            lines.append(f"listed as equivalent, but {row['outcome']}: {mutant.place} {row['by']}")
    last = Counter(row["by"].partition("::")[0] for row in noticed if row["by"])
    lines.append(f"noticed first by: {', '.join(f'{by} {n}' for by, n in last.most_common(8))}")
    if others:
        whole = len(others) + len(listed)
        lines += [
            f"{len(noticed)} of {whole} noticed, {len(noticed) / whole:.1%};"
            f" {slow} of these because the tests did not end in time",
            f"{len(listed)} of {whole} are equivalent, {len(listed) / whole:.1%};"
            f" of the others {len(noticed) / len(others):.1%} were noticed",
        ]
    left = len(rows) - len(listed) - len(others)
    return "\n".join([*lines, f"{left} are still to be tried"] if left else lines)


def options(words: Sequence[str] | None) -> argparse.Namespace:
    say = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    say.add_argument("--number", type=int, default=NUMBER, help="how many mutants")
    say.add_argument("--seed", type=int, default=SEED, help="decides which")
    say.add_argument("--module", default="", help="only modules with this in their name")
    say.add_argument("--jobs", type=int, default=1, help="processes side by side")
    say.add_argument(
        "--limit", type=float, default=LIMIT, help="seconds more than usual until too slow"
    )
    say.add_argument(
        "--budget", type=float, default=BUDGET, help="seconds of tests that are run for one"
    )
    say.add_argument("--survivors", action="store_true", help="try those that survived again")
    say.add_argument("--equivalents", action="store_true", help="try those listed as such too")
    say.add_argument("--list", action="store_true", help="print the mutants and try none")
    say.add_argument("--report", action="store_true", help="print what is stored and try none")
    say.add_argument("--root", type=Path, default=ROOT, help="the tree with vpcedu/ and tests/")
    say.add_argument("--results", type=Path, help="default: build/mutants/seed-SEED.jsonl")
    return say.parse_args(words)


def main(words: Sequence[str] | None = None) -> int:
    """Try the mutants; 1 where one survives that is not listed as equivalent."""
    asked = options(words)
    root = asked.root.resolve()
    sources = core_sources(root)
    wanted = [
        mutant
        for mutant in chosen(sources, asked.number, asked.seed)
        if asked.module in mutant.module
    ]
    if asked.list:
        for mutant in wanted:
            print(mutant.place)
            print(mutant.diff(sources[mutant.module]))
        return 0
    path = asked.results or root / "build" / "mutants" / f"seed-{asked.seed}.jsonl"
    results = Results(path.resolve(), sources)
    known = equivalents(root)
    left = [] if asked.report else results.left(wanted, asked.survivors)
    if not asked.equivalents:
        left = [mutant for mutant in left if mutant.equivalent_key not in known]
    if left:
        import mutant_runner

        mutant_runner.run(left, sources, results, root, asked)
    print(report(wanted, results, sources, known))
    alive = [
        mutant
        for mutant in wanted
        if results.rows.get(mutant.key, {}).get("outcome") == "survived"
        and mutant.equivalent_key not in known
    ]
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
