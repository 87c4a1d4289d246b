"""A record in another LEDI version: what is renamed or coded anew is converted, what the other lacks is left out
and listed, what the other asks for and the record lacks is listed too. Nothing is invented.

Which value becomes which is data: layouts/versions/conversions.csv.
"""

from __future__ import annotations

import copy
import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from ledi import carried
from ledi.errors import ConversionError
from ledi.findings import ERRO, Finding, Report
from ledi.layouts import TIPOS, Field, Struct, Type, layout, nearest
from ledi.layouts.spans import fields_of
from ledi.paths import join, value_at
from ledi.rules.checks import Domain
from ledi.rules.registry import all_rules
from ledi.rules.wording import code_text, safe_value
from ledi.tables import closed
from ledi.tables.port import Tables
from ledi.validation import validate
from ledi.versions import version_key


@dataclass(frozen=True, slots=True)
class Convertido:
    """A value written in another way. Paths are wire paths of the converted ficha."""

    campo: str
    campo_antes: str
    antes: str
    depois: str

    def as_json(self) -> dict[str, str]:
        return {"campo": self.campo, "campo_antes": self.campo_antes, "de": self.antes, "para": self.depois}


@dataclass(frozen=True, slots=True)
class Perdido:
    """A value left out: `campo` is its path in the record as it came; `valor` only when it identifies nobody."""

    campo: str
    motivo: str
    valor: str | None = None

    def as_json(self) -> dict[str, str | None]:
        return {"campo": self.campo, "valor": self.valor, "motivo": self.motivo}


@dataclass(frozen=True, slots=True)
class Conversao:
    """The record in the other version, and what it took. `report` judges it there.

    `faltam`: what that version asks for and the record lacks; `inconsistencias`: what else it refuses and the
    version of the record did not.
    """

    record: dict[str, Any]
    de: str
    para: str
    report: Report
    convertidos: tuple[Convertido, ...] = ()
    perdidos: tuple[Perdido, ...] = ()
    faltam: tuple[Finding, ...] = ()
    inconsistencias: tuple[Finding, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The object that `ledi converter --json` prints."""
        return {
            "uuid": self.report.uuid,
            "tipo": self.report.tipo,
            "de": self.de,
            "para": self.para,
            "situacao": self.report.situacao,
            "convertidos": [one.as_json() for one in self.convertidos],
            "perdidos": [one.as_json() for one in self.perdidos],
            "faltam": [one.as_json() for one in self.faltam],
            "inconsistencias": [one.as_json() for one in self.inconsistencias],
        }


def convert(record: Any, para: str, *, tabelas: Tables | None = None, hoje: date | None = None) -> Conversao:
    """The record in the version `para`; the one given is not touched.

    Raises UnknownVersion for a version without layout, ConversionError for a record that has no ficha of a known
    tipo. `tabelas` and `hoje` as in `validate`.
    """
    made, work = _recast(record, para)
    before = validate(record, tabelas=tabelas, hoje=hoje)
    after = validate(made, tabelas=tabelas, hoje=hoje)
    lacking, refused = _new_errors(before, after, made["ficha"])
    declared = str(record.get("versao") or work.source)
    return Conversao(made, declared, para, after, tuple(work.converted), tuple(work.lost), lacking, refused)


def not_carried(record: Any, para: str) -> tuple[Perdido, ...]:
    """What of the record the version `para` has no place for: that of its own declaration, or another.

    Nothing is judged, so it costs a fraction of `convert`. Raises as it does.
    """
    return tuple(_recast(record, para)[1].lost)


def _recast(record: Any, para: str) -> tuple[dict[str, Any], _Work]:
    target = layout(para)
    tipo = record.get("tipo") if isinstance(record, Mapping) else None
    if tipo not in TIPOS or not isinstance(record.get("ficha"), dict):
        raise ConversionError("o registro não traz uma ficha de tipo conhecido")
    declared = record.get("versao")
    work = _Work(tipo, nearest(declared if isinstance(declared, str) else "").version, para)
    made = {**copy.deepcopy(dict(record)), "versao": para}
    made["ficha"] = work.struct(made["ficha"], target.fichas[tipo].root, "", "")
    for path, value in carried.read_with(made, target.fichas[tipo].root):
        work.converted.append(Convertido(path, path, "no arquivo, sem ser lido", _plain(value)))
    _unread(made, work)
    return made, work


@dataclass
class _Work:
    """One record being converted."""

    tipo: str
    source: str
    target: str
    converted: list[Convertido] = field(default_factory=list)
    lost: list[Perdido] = field(default_factory=list)

    def struct(self, node: dict[str, Any], struct: Struct, path: str, place: str) -> dict[str, Any]:
        """The struct as the target has it. `path` is its wire path, `place` the same with [] for list items."""
        made: dict[str, Any] = {}
        for name, value in node.items():
            where = join(path, str(name))
            swapped = self._swapped(struct.name, name, value)
            if swapped is not None:
                new_name, new_value = swapped
                self._told(struct, where, join(path, new_name), value, new_value)
                made.setdefault(new_name, new_value)
                continue
            item = struct.by_name.get(name)
            if item is None:
                self._absent(struct, name, value, where, made)
                continue
            kept = self._value(item, value, where, join(place, name))
            if kept is not _GONE:
                made[name] = kept
        return made

    def _swapped(self, struct: str, name: Any, value: Any) -> tuple[str, Any] | None:
        if isinstance(value, list):
            return None
        rows = _swaps(self.tipo, struct, self.source, self.target)
        found = rows.get((name, str(value)))
        return None if found is None else (found[0], type(value)(found[1]))

    def _absent(self, struct: Struct, name: Any, value: Any, where: str, made: dict[str, Any]) -> None:
        span = next((s for s in fields_of(self.tipo).get(struct.name, ()) if s.name == name), None)
        if span is None:
            made[name] = value  # no version has it: said by validation, as before
        elif value is not None:
            shown = _shown(self.source, self.tipo, struct.name, span.name, value)
            reason = f"{span.label}: o campo não existe na {self.target}; existe {span.when}"
            self.lost.append(Perdido(where, reason, shown))

    def _value(self, item: Field, value: Any, where: str, place: str) -> Any:
        inner = (item.type.item or item.type).struct
        if isinstance(value, dict) and inner is not None:
            kept = self.struct(value, inner, where, place)
            return kept if kept or not value else _GONE
        if isinstance(value, list):
            return self._list(item, inner, value, where, place)
        return self._code(item, value, where, place)

    def _list(self, item: Field, inner: Struct | None, value: list[Any], where: str, place: str) -> Any:
        kept = []
        for index, element in enumerate(value):
            at = f"{where}[{index}]"
            if inner is not None:
                done = self.struct(element, inner, at, f"{place}[]") if isinstance(element, dict) else element
            else:
                done = self._item(item, element, at, place)
            if done is not _GONE:
                kept.append(done)
        return kept if kept or not value else _GONE

    def _item(self, item: Field, element: Any, at: str, place: str) -> Any:
        struct_name = _struct_of(self.tipo, place.rpartition(".")[0])
        swapped = self._swapped(struct_name, item.name, element)
        if swapped is None:
            return self._code(item, element, at, place)
        self._told(None, at, at, element, swapped[1], item)
        return swapped[1]

    def _code(self, item: Field, value: Any, where: str, place: str) -> Any:
        """The value, unless it is a code that the target's list lacks and another version's has."""
        if isinstance(value, bool) or not isinstance(value, (int, str)) or value == "":
            return value
        lists = _lists(self.tipo, place, item.domain)
        if str(value) not in _gone(lists, self.target):
            return value
        when = next((w for name in lists if (w := closed.when(name, value, self.target))), "em outra versão")
        shown = code_text(lists[0], _as_in(lists[0], value))
        reason = f"{item.label}: o código {shown} não existe na {self.target}; existe {when}"
        self.lost.append(Perdido(where, reason, shown))
        return _GONE

    def _told(
        self,
        struct: Struct | None,
        where: str,
        new: str,
        value: Any,
        new_value: Any,
        item: Field | None = None,
    ) -> None:
        def text(path: str, one: Any, version: str) -> str:
            name = path.rpartition(".")[2].partition("[")[0]
            known = item or (_field(version, self.tipo, struct.name, name) if struct else None)
            return code_text(known.domain if known else None, one)

        self.converted.append(
            Convertido(new, where, text(where, value, self.source), text(new, new_value, self.target))
        )


_GONE: Any = object()


def _plain(value: Any) -> str:
    return {True: "sim", False: "não"}.get(value, "") if isinstance(value, bool) else "lido"


def _unread(made: dict[str, Any], work: _Work) -> None:
    """What its file brought and only another version has: it goes to neither, so it is listed and carried no more."""
    rows = made["contexto"]["abertura"]["desconhecidos"] if carried.of(made) else []
    for row in list(rows):
        alone = {**made, "contexto": {"abertura": {"desconhecidos": [row]}}}
        for finding in carried.findings(alone, layout(work.source).fichas[work.tipo], work.source):
            if finding.severity == ERRO:
                rows.remove(row)
                work.lost.append(
                    Perdido(finding.path, f"veio no arquivo, sem poder ser lido: {finding.message}")
                )


def _new_errors(
    before: Report, after: Report, ficha: Mapping[str, Any]
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """(errors for what is not there, other errors) that the record did not have in its own version."""
    had = {(f.code, f.path) for f in before.errors}
    new = [f for f in after.errors if (f.code, f.path) not in had]
    absent = [f for f in new if value_at(ficha, f.path) is None]
    return tuple(absent), tuple(f for f in new if f not in absent)


def _shown(version: str, tipo: str, struct: str, name: str, value: Any) -> str | None:
    """The value of a field left out, when it may be shown."""
    if isinstance(value, (dict, list)):
        return None
    item = _field(version, tipo, struct, name)
    return safe_value(item, value) if item is not None else None


# ---- data


@cache
def _swaps(tipo: str, struct: str, source: str, target: str) -> Mapping[tuple[str, str], tuple[str, str]]:
    """(field, value) -> (field, value) between the two versions."""
    low, high = sorted((version_key(source), version_key(target)))
    up = version_key(source) <= version_key(target)
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for row in _rows():
        crossed = low < version_key(row["versao"]) <= high
        if (
            not crossed
            or (row["ficha"], row["struct"]) != (tipo, struct)
            or not (up or row["volta"] == "sim")
        ):
            continue
        old, new = (row["campo_antes"], row["valor_antes"]), (row["campo_depois"], row["valor_depois"])
        found[old if up else new] = new if up else old
    return found


@cache
def _rows() -> tuple[dict[str, str], ...]:
    text = files("ledi.layouts").joinpath("versions", "conversions.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def _gone(lists: tuple[str, ...], version: str) -> frozenset[str]:
    """Codes that these lists have in other versions and not in this one."""
    ever = {str(code) for name in lists for code in closed.ever(name)}
    return frozenset(ever.difference(*(closed.texts(name, version) for name in lists)))


@cache
def _lists(tipo: str, place: str, domain: str | None) -> tuple[str, ...]:
    """The closed lists that a field takes its codes from, by the layout or by a rule."""
    named = (domain,) if domain else ()
    return tuple(dict.fromkeys((*named, *_rule_lists(tipo).get(place, ()))))


@cache
def _rule_lists(tipo: str) -> Mapping[str, tuple[str, ...]]:
    """Place of a field -> the lists that its rules name."""
    found: dict[str, tuple[str, ...]] = {}
    for rule in all_rules(tipo):
        check = rule.check
        if isinstance(check, Domain) and rule.name and (check.table or check.tables) and not check.codes:
            named = ((check.table,) if check.table else ()) + check.tables
            found[join(rule.at, rule.name)] = found.get(join(rule.at, rule.name), ()) + named
    return found


def _as_in(name: str, value: Any) -> Any:
    """The code as its list has it: text on the wire may be a number in the list."""
    return next((code for code in closed.ever(name) if str(code) == str(value)), value)


@cache
def _struct_of(tipo: str, place: str) -> str:
    """Name of the struct in a place ("atendProcedimentos[]")."""
    struct = layout().fichas[tipo].root
    for part in place.split(".") if place else ():
        kind: Type = struct.by_name[part.removesuffix("[]")].type
        inner = (kind.item or kind).struct
        assert inner is not None
        struct = inner
    return struct.name


@cache
def _field(version: str, tipo: str, struct: str, name: str) -> Field | None:
    return next(
        (s.by_name[name] for s in _structs(version, tipo) if s.name == struct and name in s.by_name), None
    )


def _structs(version: str, tipo: str) -> Iterator[Struct]:
    pending, seen = [layout(version).fichas[tipo].root], set()
    while pending:
        struct = pending.pop()
        if id(struct) in seen:
            continue
        seen.add(id(struct))
        yield struct
        pending += [inner for f in struct.fields if (inner := (f.type.item or f.type).struct) is not None]
