"""The facts about older LEDI versions: well formed, and about things that exist."""

import csv
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest

from ledi.layouts import TIPOS, VERSIONS, layout
from ledi.layouts.model import Struct, Type
from ledi.rules.registry import known_codes
from ledi.tables import closed
from ledi.versions import version_key

ROOT = files("ledi")
KEYS = {
    "layouts/versions/enums_since.csv": ("enum", "code"),
    "layouts/versions/lists_since.csv": ("list", "key"),
    "layouts/versions/conversions.csv": ("ficha", "struct", "campo_antes", "valor_antes", "versao"),
    "rules/published.csv": ("rule_id",),
}
ONLY_HERE = {"cbo/FAI_CID10", "vacina_regras_combinacoes"}
SIDES = ("since", "until")


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
        bounds = [version_key(row[side]) for side in SIDES if row.get(side)]
        assert bounds == sorted(set(bounds)), row
        doubt = [version_key(row[side]) for side in ("doubt_since", "doubt_until") if row.get(side)]
        assert len(doubt) != 1 and doubt == sorted(set(doubt)), row


def test_a_doubt_ends_where_the_change_is_sure() -> None:
    """A code that came is taken from the first version that may have it, one that went until the last."""
    for path in ("layouts/versions/enums_since.csv", "layouts/versions/lists_since.csv"):
        for row in rows(path):
            if row["doubt_since"]:
                assert row["doubt_since"] == row["since"] or row["doubt_until"] == row["until"], row
    for tipo, struct, row in toml_rows():
        for old in row.get("history", ()):
            since = old.get("doubt_since")
            assert since is None or version_key(since) < version_key(old["until"]), (
                tipo,
                struct,
                row["name"],
            )


def toml_rows() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(ficha, struct, row) of every field in the layout files."""
    for tipo in ("comum", "transporte", *(name.lower() for name in TIPOS)):
        text = (ROOT / f"layouts/fichas/{tipo}.toml").read_text(encoding="utf-8")
        for struct, body in tomllib.loads(text).items():
            for row in body["fields"] if isinstance(body, dict) else ():
                yield tipo, struct, row


def test_changes_of_fields_are_about_versions_and_say_where_they_were_read() -> None:
    changed = 0
    for tipo, struct, row in toml_rows():
        for at in (row.get("since"), row.get("until"), *(old["until"] for old in row.get("history", ()))):
            assert at is None or at in VERSIONS, (tipo, struct, row["name"])
        if "since" in row:
            changed += 1
            assert row["source"], (tipo, struct, row["name"])
            assert row["name"] in structs(tipo.upper())[struct]
    assert changed >= 29


def test_codes_exist_today_or_say_until_when() -> None:
    for row in rows("layouts/versions/enums_since.csv"):
        assert (row["code"] in closed.texts(row["enum"])) is not bool(row["until"]), row
        assert row["label"], row


def test_lists_are_known() -> None:
    named = {row["list"] for row in rows("layouts/versions/lists_since.csv")}
    assert named - ONLY_HERE <= set(closed.names())


@pytest.mark.parametrize("path", [path for path in KEYS if "since" in path])
def test_every_change_has_a_version(path: str) -> None:
    assert [row for row in rows(path) if not (row["since"] or row["until"])] == []


def test_the_published_list_and_the_declarations_agree_on_versions() -> None:
    spans: dict[str, set[tuple[str, str]]] = {}
    for code, places in known_codes().items():
        spans[code] = {(rule.since or "", rule.until or "") for _, rule in places}
    # the same text, and what changed is a list; FV-V-010-1 kept its list and asked for more
    in_law = {"FAI-EX-001-1", "FAO-EX-001-1", "FP-009-2", "FV-V-010-1"}
    by_installation = {"TRANSPORTE-I-003-o1"}  # the document itself knows the version
    for row in rows("rules/published.csv"):
        code = re.sub(r"-v\d{3}$", "", row["rule_id"])
        if (row["since"] or row["until"]) and code not in in_law | by_installation:
            assert (row["since"], row["until"]) in spans[code], row["rule_id"]


def test_conversions_are_between_codes_that_the_versions_have() -> None:
    for row in rows("layouts/versions/conversions.csv"):
        names = {name: fields for name, fields in structs(row["ficha"]).items() if name == row["struct"]}
        assert {row["campo_antes"], row["campo_depois"]} <= names[row["struct"]], row
        assert row["versao"] in VERSIONS and row["volta"] in ("sim", "nao"), row
        assert (row["campo_antes"], row["valor_antes"]) != (row["campo_depois"], row["valor_depois"])
    backward = [r for r in rows("layouts/versions/conversions.csv") if r["volta"] == "sim"]
    made = [(r["campo_depois"], r["valor_depois"]) for r in backward]
    assert len(made) == len(set(made)) == 98


def test_old_rules_say_what_they_asked() -> None:
    published = rows("rules/published.csv")
    old = [row for row in published if re.search(r"-v\d{3}$", row["rule_id"])]
    known = [row for row in published if version_key(row["since"] or "0.0.0") <= version_key("8.7.0")]
    assert len(known) - len(old) == 1176
    assert old and all(row["until"] and row["note"] for row in old)
    kept = [row["until"] for row in known if row not in old and row["until"]]
    assert all(version_key(until) > version_key("8.7.0") for until in kept)


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
