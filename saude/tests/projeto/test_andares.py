"""The house keeps its measures: the contract has no exceptions, no room outgrows the others, each app its own SQL.

Who imports whom is import-linter's to say, imports inside functions are ruff's (PLC0415); both run in `make check`.
"""

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SOURCE = ROOT / "saude" / "src" / "saude"
FILES = sorted(p for p in SOURCE.rglob("*.py") if "migrations" not in p.parts)
APPS = sorted({p.relative_to(SOURCE).parts[0] for p in SOURCE.glob("*/models.py")})
OWN = [SOURCE, ROOT / "ledi" / "src", ROOT / "gerador" / "src", ROOT / "conferidor"]
#: longer files: what they declare, one after another, is read as a list; what is only long is named as that
LONG_FILES = {
    "ledi/src/ledi/rules/fichas/fv.py": "the rules of a ficha, as the published list has them",
    "saude/src/saude/fichas/models.py": "tables, their constraints and indexes",
}
#: the first line of a function as biome writes it; its end is the first bracket back at the same margin
JS_FUNCTION = re.compile(
    r"( *)(?:export )?(?:(?:async )?function (\w+)|const (\w+) = (?:async )?(?:\([^=]*\)|\w+) => [\[({]?$)"
)
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


def test_no_knot_no_pair_and_no_import_hidden_in_a_function_without_its_reason() -> None:
    command = [sys.executable, str(ROOT / "docs" / "gerar_arquitetura.py"), "--contar", str(SOURCE)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert said[:3] == [
        "salas em nós: 0",
        "pares que se importam: 0",
        "imports nossos dentro de funções, sem razão anotada: 0",
    ], said


def test_no_room_is_more_than_a_tenth_of_the_house() -> None:
    lines: Counter[str] = Counter()
    for path in FILES:
        lines[_app(path)] += _text(path).count("\n")
    room, most = lines.most_common(1)[0]
    assert most / lines.total() <= 0.10, f"{room} has {most} of {lines.total()} lines"


def _own(ending: str) -> list[Path]:
    found = sorted(p for folder in OWN for p in folder.rglob(f"*.{ending}"))
    return [p for p in found if not {"migrations", "vendor"} & set(p.parts) and ".min." not in p.name]


def test_no_file_has_more_than_400_lines() -> None:
    files = [*_own("py"), *_own("js")]
    assert len(files) > 400
    long = {str(p.relative_to(ROOT)) for p in files if _text(p).count("\n") > 400}
    assert long == set(LONG_FILES), "split it; what is no longer long leaves the list"


def test_no_function_has_more_than_40_lines() -> None:
    lengths = [
        (f"{path.relative_to(ROOT)} {node.name}", (node.end_lineno or 0) - node.lineno + 1)
        for path in _own("py")
        for node in ast.walk(ast.parse(_text(path)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert len(lengths) > 3_000
    assert [one for one in lengths if one[1] > 40] == []


def test_no_function_of_our_scripts_grows_beyond_40_lines() -> None:
    lengths = {
        f"{path.parent.name}/{path.name} {name}": n
        for path in _own("js")
        for name, n in _js_functions(_text(path))
    }
    assert len(lengths) > 200
    assert {name: n for name, n in lengths.items() if n > 40} == {}


def _js_functions(text: str) -> Iterator[tuple[str, int]]:
    lines = text.splitlines()
    for start, line in enumerate(lines):
        if not (found := JS_FUNCTION.match(line)):
            continue
        margin = found[1]
        for end in range(start + 1, len(lines)):
            if lines[end].startswith((f"{margin}}}", f"{margin})", f"{margin}]")) and not lines[end].endswith(
                "{"
            ):
                yield found[2] or found[3], end - start + 1
                break


def test_the_walks_through_the_house_name_what_is_there() -> None:
    text = _text(ROOT / "docs" / "arquitetura.md").partition("<!-- fim do desenho -->")[2]
    named = re.findall(r"`(\w+/\w+\.py)(?::(\w+))?`", text)
    assert len(named) > 30
    for place, name in named:
        tree = ast.parse(_text(SOURCE / place))
        defined = {getattr(node, "name", None) for node in tree.body}
        assert not name or name in defined, f"{place}: no {name}"


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
