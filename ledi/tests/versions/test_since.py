"""The facts about older LEDI versions: well formed, and about things that exist."""

import csv
import re
import tomllib
from collections import Counter
from importlib.resources import files

import pytest

from ledi.layouts import VERSIONS, layout
from ledi.layouts.model import Struct, Type
from ledi.tables import closed
from ledi.versions import version_key

ROOT = files("ledi")
KEYS = {
    "layouts/versions/fields_since.csv": ("record_type", "struct", "field", "attr"),
    "layouts/versions/enums_since.csv": ("enum", "code"),
    "layouts/versions/lists_since.csv": ("list", "key"),
    "rules/published.csv": ("rule_id",),
}
ONLY_HERE = {"cbo/FAI_CID10", "vacina_regras_combinacoes"}


def rows(path: str) -> list[dict[str, str]]:
    return list(csv.DictReader((ROOT / path).read_text(encoding="utf-8").splitlines()))


def structs(tipo: str, version: str = VERSIONS[-1]) -> dict[str, set[str]]:
    """Struct name -> field names, for every struct under a ficha."""
    found: dict[str, set[str]] = {}
    pending: list[Struct] = [layout(version).fichas[tipo].root]
    while pending:
        struct = pending.pop()
        found[struct.name] = {field.name for field in struct.fields}
        pending += [inner for field in struct.fields if (inner := _inner(field.type))]
    return found


def _inner(kind: Type) -> Struct | None:
    return kind.struct or (kind.item.struct if kind.item else None)


@pytest.mark.parametrize("path", KEYS)
def test_one_row_per_key(path: str) -> None:
    count = Counter(tuple(row[column] for column in KEYS[path]) for row in rows(path))
    assert [key for key, times in count.items() if times > 1] == []


@pytest.mark.parametrize("path", KEYS)
def test_versions_are_ordered(path: str) -> None:
    for row in rows(path):
        bounds = [version_key(row[side]) for side in ("since", "until") if row[side]]
        assert bounds == sorted(set(bounds)), row


def test_fields_exist_today() -> None:
    for row in rows("layouts/versions/fields_since.csv"):
        if row["record_type"] in layout(VERSIONS[-1]).fichas:
            assert row["field"] in structs(row["record_type"])[row["struct"]], row


def test_codes_exist_today() -> None:
    for row in rows("layouts/versions/enums_since.csv"):
        assert row["code"] in closed.texts(row["enum"]), row
        assert row["label"], row


def test_lists_are_known() -> None:
    named = {row["list"] for row in rows("layouts/versions/lists_since.csv")}
    assert named - ONLY_HERE <= set(closed.names())


@pytest.mark.parametrize("path", [path for path in KEYS if "since" in path])
def test_every_change_has_a_version(path: str) -> None:
    assert [row for row in rows(path) if not (row["since"] or row["until"])] == []


def test_old_rules_say_what_they_asked() -> None:
    published = rows("rules/published.csv")
    old = [row for row in published if re.search(r"-v\d{3}$", row["rule_id"])]
    assert len(published) - len(old) == 1176
    assert old and all(row["until"] and row["note"] for row in old)
    assert all(not row["until"] for row in published if row not in old)


def test_known_differences() -> None:
    diffs = tomllib.loads((ROOT / "layouts/known_diffs.toml").read_text(encoding="utf-8"))["diff"]
    assert [diff["id"] for diff in diffs] == [f"DIV-{n:02}" for n in range(1, len(diffs) + 1)]
    assert all(diff["detail"] and diff["treatment"] for diff in diffs)
    ids = {row["rule_id"] for row in rows("rules/published.csv")}
    assert [row for row in rows("rules/known_diffs.csv") if row["rule_id"] not in ids] == []


@pytest.mark.parametrize(
    ("name", "code", "in_722", "in_870"),
    [
        ("PraticasEmSaude", 34, False, True),
        ("JustificativaNaoPossuiCpf", 2, False, True),
        ("cbo/FCI", "515335", False, True),
        ("condicoes_ab/FAI", "ABP001", True, False),
        ("procedimentos/FAC", "0101010133", False, True),
        ("procedimentos_ab/FP", "ABPG001", True, False),
        ("tipo_logradouro", "784", False, True),
        ("catmat", "BR0433687", False, True),
    ],
)
def test_lists_differ_between_versions(name: str, code: int | str, in_722: bool, in_870: bool) -> None:
    assert (code in closed.codes(name, "7.2.2")) is in_722
    assert (code in closed.codes(name, "8.7.0")) is in_870
