"""Where the rules of each ficha come from, and their compiled plans."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from importlib.resources import files

from ledi.layouts import TIPOS, Struct, in_force, layout
from ledi.rules.casa import house_rules
from ledi.rules.compiler import Compiler
from ledi.rules.ctx import context_rules
from ledi.rules.model import Rule
from ledi.rules.running import StructPlan

GENERAL = ("TRANSPORTE", "COMUM")  # rules that belong to no ficha


@cache
def all_rules(tipo: str) -> tuple[Rule, ...]:
    """Every rule declared for a ficha ("FVD"), the envelope or all fichas (see GENERAL), of any version."""
    general = {"TRANSPORTE": "ledi.rules.transporte", "COMUM": "ledi.rules.comum"}
    name = general.get(tipo) or f"ledi.rules.fichas.{tipo.lower()}"
    rules: tuple[Rule, ...] = tuple(import_module(name).RULES)
    if tipo not in GENERAL:
        rules += (*context_rules(tipo), *house_rules(tipo))
    seen: set[tuple[object, ...]] = set()
    for rule in rules:
        key = (rule.code, rule.at, rule.name, rule.since, rule.check)
        assert key not in seen, f"rule declared twice: {key}"
        seen.add(key)
    return rules


def rules_in_force(tipo: str, version: str) -> tuple[Rule, ...]:
    """The rules of a ficha that hold, or may hold, in a LEDI version."""
    return tuple(rule for rule in all_rules(tipo) if in_force(version, rule.maybe or rule.since, rule.until))


@lru_cache(maxsize=160)
def plan(tipo: str, version: str) -> StructPlan:
    """The compiled plan of a ficha (or "TRANSPORTE", "INSTALACAO") in a version."""
    made = layout(version)
    if tipo == "TRANSPORTE":
        return Compiler(made, None, tipo, _envelope_rules(version)).compile(_envelope_struct(version))
    if tipo == "INSTALACAO":
        rules = [
            rule for rule in rules_in_force("TRANSPORTE", version) if rule.code.startswith("TRANSPORTE-I")
        ]
        return Compiler(made, None, "TRANSPORTE", rules).compile(made.structs["DadoInstalacaoThrift"])
    ficha = made.fichas[tipo]
    return Compiler(made, ficha, tipo, rules_in_force(tipo, version)).compile(ficha.root)


def _envelope_rules(version: str) -> list[Rule]:
    return [rule for rule in rules_in_force("TRANSPORTE", version) if rule.code.startswith("TRANSPORTE-D")]


def _envelope_struct(version: str) -> Struct:
    """The part of DadoTransporteThrift that a record brings."""
    whole = layout(version).structs["DadoTransporteThrift"]
    return Struct(whole.name, whole.label, tuple(field for field in whole.fields if field.role))


@dataclass(frozen=True, slots=True)
class Published:
    """A row of the official rule list, as this project keeps it."""

    rule_id: str
    record_type: str
    struct: str
    field: str
    kind: str
    doc_page: str
    since: str | None
    until: str | None
    note: str


@cache
def published() -> Mapping[str, Published]:
    """rule_id -> row of published.csv."""
    text = files("ledi.rules").joinpath("published.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {
        row["rule_id"]: Published(
            row["rule_id"], row["record_type"], row["struct"], row["field"], row["kind"], row["doc_page"],
            row["since"] or None, row["until"] or None, row["note"],
        )
        for row in rows
    }  # fmt: skip


def known_codes() -> dict[str, list[tuple[str, Rule]]]:
    """code -> every (tipo, rule) that declares it."""
    found: dict[str, list[tuple[str, Rule]]] = {}
    for tipo in (*TIPOS, *GENERAL):
        for rule in all_rules(tipo):
            found.setdefault(rule.code, []).append((tipo, rule))
    return found
