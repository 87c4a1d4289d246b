"""Mutation testing of the rule vocabulary: small changes of its code, one at a time; does a test notice?

    python bench/mutacao.py [--minutos 20] [--semente 1] [--repetir sobreviventes.json]

Works on a copy of `ledi/` in a temporary folder. Each mutant is one changed operator, constant, boolean or
negated condition; texts (messages, labels) are left alone, for no test of behaviour reads them. The mutants are
taken at random until the time is over. Prints a table in Markdown (docs/mutacao.md) and writes the survivors.
"""

from __future__ import annotations

import argparse
import ast
import copy
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RULES = "src/ledi/rules"
TESTS = ("tests/test_vocabulary.py", "tests/test_rule_cases.py", "tests/test_validation.py")
SILENT = ("describe", "message", "text", "as_json", "refs")  # words, and what only orders or documents

_COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_BINARY: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Pow: ast.Mult,
}  # fmt: skip


def targets(tree: ast.AST) -> Iterator[ast.AST]:
    """Nodes of code that decides something: not those of words, annotations, declarations or asserts."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef) and node.name in SILENT:
            continue
        if isinstance(node, ast.Assert | ast.Import | ast.ImportFrom | ast.JoinedStr | ast.arguments):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        yield node
        if isinstance(node, ast.AnnAssign):
            yield from targets(ast.Module([ast.Expr(node.value)] if node.value else [], []))
        else:
            yield from targets(node)


def mutants(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """(what was done, the changed node) for one node."""
    if isinstance(node, ast.Compare):
        for index, old in enumerate(node.ops):
            if type(old) in _COMPARE:
                made = copy.deepcopy(node)
                made.ops[index] = _COMPARE[type(old)]()
                yield "comparação", made
    elif isinstance(node, ast.BoolOp):
        made = copy.deepcopy(node)
        made.op = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
        yield "e/ou", made
    elif isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        made = copy.deepcopy(node)
        made.op = _BINARY[type(node.op)]()
        yield "conta", made
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "negação", node.operand
    elif isinstance(node, ast.If | ast.IfExp):
        made = copy.deepcopy(node)
        made.test = ast.UnaryOp(ast.Not(), made.test)
        yield "condição negada", made
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "constante", ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield "constante", ast.Constant(node.value + 1)
    elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield "devolve nada", ast.Return(ast.Constant(None))


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def points(source: str) -> list[tuple[int, int, str, str]]:
    """(index of the node in `targets`, index of the mutant, kind, line) of every mutant of a file."""
    found = []
    for number, node in enumerate(targets(ast.parse(source))):
        for which, (kind, made) in enumerate(mutants(node)):
            line = getattr(node, "lineno", 0)
            words = ast.unparse(made).splitlines()[0][:90]
            found.append((number, which, kind, f"{line}: {words}"))
    return found


def apply(source: str, number: int, which: int) -> str:
    tree = ast.parse(source)
    old = list(targets(tree))[number]
    new = list(mutants(old))[which][1]
    return ast.unparse(ast.fix_missing_locations(_Swap(old, new).visit(tree)))


class _Swap(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else self.generic_visit(node)


def killed(folder: Path) -> bool:
    """True when a test fails (or never ends) on the mutant now in the folder."""
    tests = [test for test in TESTS if (folder / test).exists()]
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--no-header", *tests]
    environment = os.environ | {"PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=60)
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def files() -> list[Path]:
    rules = ROOT / "ledi" / RULES
    alone = [rules / f"{name}.py" for name in ("conversion", "facets", "running", "sizes")]
    return sorted([*rules.glob("checks/*.py"), *rules.glob("conditions/*.py"), *alone])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutos", type=float, default=20)
    parser.add_argument("--semente", type=int, default=1)
    parser.add_argument("--repetir", type=Path, help="só os mutantes deste arquivo de sobreviventes")
    parser.add_argument(
        "--sobreviventes", type=Path, default=Path(tempfile.gettempdir()) / "sobreviventes.json"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "ledi"
        shutil.copytree(ROOT / "ledi", folder, ignore=shutil.ignore_patterns("__pycache__"))
        if killed(folder):
            sys.exit("os testes já falham sem mudança nenhuma")
        every = [
            (str(path.relative_to(ROOT / "ledi")), *point)
            for path in files()
            for point in points(path.read_text())
        ]
        total = len(every)
        if options.repetir:
            wanted = {tuple(one) for one in json.loads(options.repetir.read_text())}
            every = [one for one in every if one in wanted]
        random.Random(options.semente).shuffle(every)
        report(run(folder, every, options.minutos * 60), total, options.sobreviventes)


Mutant = tuple[str, int, int, str, str]


def run(folder: Path, every: list[Mutant], seconds: float) -> list[tuple[Mutant, bool]]:
    end = time.monotonic() + seconds
    done: list[tuple[Mutant, bool]] = []
    for mutant in every:
        if time.monotonic() > end:
            break
        path, number, which = folder / mutant[0], mutant[1], mutant[2]
        source = path.read_text()
        path.write_text(apply(source, number, which))
        try:
            done.append((mutant, killed(folder)))
        finally:
            path.write_text(source)
        if not done[-1][1]:
            print("viveu", *mutant, file=sys.stderr, flush=True)
    return done


def report(done: list[tuple[Mutant, bool]], total: int, survivors: Path) -> None:
    tried, dead = Counter(m[0] for m, _ in done), Counter(m[0] for m, kill in done if kill)
    print("| Arquivo | Mutantes provados | Mortos | Nota |\n|---|---|---|---|")
    for name in sorted(tried):
        print(
            f"| {name.removeprefix(RULES + '/')} | {tried[name]} | {dead[name]} | {dead[name] / tried[name]:.0%} |"
        )
    if done:
        print(
            f"| **todos** | {len(done)} de {total} | {sum(dead.values())} | {sum(dead.values()) / len(done):.1%} |"
        )
    alive = [mutant for mutant, kill in done if not kill]
    survivors.write_text(json.dumps(alive, ensure_ascii=False, indent=0))
    print("\nSobreviventes:\n")
    for path, _, _, kind, line in sorted(alive):
        print(f"- `{path.removeprefix(RULES + '/')}` {kind}, linha {line}")


if __name__ == "__main__":
    main()
