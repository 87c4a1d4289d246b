"""The house keeps its measures: the contract has no exceptions, no room outgrows the others, each app its own SQL.

Who imports whom is import-linter's to say, imports inside functions are ruff's (PLC0415); both run in `make check`.
"""

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SOURCE = ROOT / "saude" / "src" / "saude"
FILES = sorted(p for p in SOURCE.rglob("*.py") if "migrations" not in p.parts)
APPS = sorted({p.relative_to(SOURCE).parts[0] for p in SOURCE.glob("*/models.py")})
STATEMENT = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|COPY|FROM|JOIN|ANALYZE|LOCK TABLE)\b")


def _app(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0]


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_every_room_stands_on_a_floor_and_the_contract_has_no_exceptions() -> None:
    config = tomllib.loads(_text(ROOT / "pyproject.toml"))["tool"]["importlinter"]
    (floors,) = (c for c in config["contracts"] if c.get("containers") == ["saude"])
    assert floors["type"] == "layers" and floors["exhaustive"]
    for contract in (c for c in config["contracts"] if c["type"] == "layers"):
        assert not contract.keys() & {"ignore_imports", "exhaustive_ignores"}, contract["name"]
    rooms = [room for layer in floors["layers"] for room in re.findall(r"\w+", layer)]
    assert len(rooms) == len(set(rooms)) > 20
    assert not any(":" in layer for layer in floors["layers"]), "side by side, and neither imports the other"


def test_no_room_is_more_than_a_tenth_of_the_house() -> None:
    lines: Counter[str] = Counter()
    for path in FILES:
        lines[_app(path)] += _text(path).count("\n")
    room, most = lines.most_common(1)[0]
    assert most / lines.total() <= 0.10, f"{room} has {most} of {lines.total()} lines"


@pytest.mark.parametrize("app", APPS)
def test_sql_on_the_tables_of_an_app_stands_in_that_app(app: str) -> None:
    table = re.compile(rf"\b{app}_(?!id\b)[a-z]+\b")  # {app}_id: the column of a key
    strange = [
        f"{path.relative_to(SOURCE)}:{line} {found[0]}"
        for path in FILES
        if _app(path) != app
        for line, text in _statements(path)
        if (found := table.search(text))
    ]
    assert strange == []


def _statements(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(_text(path))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and STATEMENT.search(node.value):
            yield node.lineno, node.value


def test_advisory_locks_have_one_home_and_a_number_each() -> None:
    users = {str(p.relative_to(SOURCE)) for p in FILES for _, text in _statements(p) if "advisory" in text}
    assert users == {"banco/travas.py", "banco/papeis.py", "banco/embutido/base.py"}
    tree = ast.parse(_text(SOURCE / "banco" / "travas.py"))
    single, pairs = (
        _numbers(tree, "INICIO_DO_BANCO", "ESTATISTICAS"),
        _numbers(tree, "EXPORTACAO", "CLIENTES"),
    )
    assert len(single) == len(set(single)) >= 5 and len(pairs) == len(set(pairs)) >= 7


def _numbers(tree: ast.Module, first: str, last: str) -> list[int]:
    """The constants between these two."""
    found = {
        node.targets[0].id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }
    names = list(found)
    return [found[name] for name in names[names.index(first) : names.index(last) + 1]]
