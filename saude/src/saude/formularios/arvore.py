"""A ficha as a tree of sections, blocks and fields: for reading it, and for mending it."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from ledi.layouts import Field, Struct
from saude.fichas.leitura import CITIZENS
from saude.formularios import campos
from saude.formularios.condicoes import conditions

MAX_DEPTH = 6
KEYS = frozenset({"uuidFicha", "uuid"})  # of the ficha itself: the page tells it, nobody types it
IDENTITY = "Identificação do cidadão"
REST = "Dados do atendimento"


@dataclass
class Campo:
    """One field of the record at its wire path."""

    caminho: str
    campo: Field
    valor: Any
    zona: ZoneInfo
    achados: list[Any] = field(default_factory=list)
    relacionado: bool = False  # shown because a rule about another field reads it
    condicoes: list[Any] = field(default_factory=list)
    rotulo_valor: str = ""  # label of a code from the entidade's registers

    @property
    def rotulo(self) -> str:
        return self.campo.label

    @property
    def nome(self) -> str:
        return f"f:{self.caminho}"

    @property
    def id(self) -> str:
        return slug(self.caminho)

    @property
    def widget(self) -> str:
        return campos.widget(self.campo)

    @property
    def fonte(self) -> str:
        return campos.source_of(self.campo)

    @property
    def texto(self) -> str:
        text = campos.shown(self.campo, self.valor, self.zona)
        return f"{text} - {self.rotulo_valor}" if text and self.rotulo_valor else text

    @property
    def vazio(self) -> bool:
        return self.valor in (None, "", [])

    @property
    def entrada(self) -> str:
        text = campos.input_value(self.campo, self.valor, self.zona)
        return f"{text} - {self.rotulo_valor}" if text and self.rotulo_valor else text

    @property
    def opcoes(self) -> list[tuple[str, str, bool]]:
        """(value, label, chosen) of a select or of checkboxes; a value out of the list stays, and is told."""
        labels = campos.domain_labels(self.campo.domain or "")
        values = self.valor if isinstance(self.valor, list) else [self.valor]
        chosen = {str(v) for v in values if v not in (None, "")}
        rows = [(str(c), f"{c} - {t}", str(c) in chosen) for c, t in labels.items()]
        known = {r[0] for r in rows}
        strange = [(v, f"{v} (não existe na lista)", True) for v in sorted(chosen - known)]
        return strange + rows

    @property
    def obrigatorio(self) -> bool:
        return self.campo.required == "sim"

    @property
    def largo(self) -> bool:
        return self.widget in ("opcoes", "varios")

    @property
    def ajuda(self) -> str:
        return _hint(self.campo)

    @property
    def maximo(self) -> str:
        f = self.campo
        return (
            str(int(f.max))
            if f.max is not None and f.unit == "caracteres" and f.type.kind == "string"
            else ""
        )

    @property
    def condicoes_json(self) -> str:
        return json.dumps(self.condicoes, ensure_ascii=False) if self.condicoes else ""


@dataclass
class Grupo:
    """A section of the ficha, or one of its repeated blocks."""

    caminho: str
    rotulo: str
    campos: list[Campo] = field(default_factory=list)
    grupos: list["Grupo"] = field(default_factory=list)
    achados: list[Any] = field(default_factory=list)
    indice: int | None = None
    lista: str = ""  # this group holds the blocks of the list at this path: a block can be added
    item_rotulo: str = ""
    cidadao: int | None = None  # position of the citizen this block tells of
    condicoes: list[Any] = field(default_factory=list)
    opcional: bool = False

    @property
    def id(self) -> str:
        return slug(self.caminho) or "ficha"

    @property
    def recolhido(self) -> bool:
        """A part of the ficha that may be left out, and is: shown closed."""
        return self.opcional and self.sem_valores and not self.com_achados

    @property
    def sem_valores(self) -> bool:
        return all(c.vazio for c in self.campos) and all(g.sem_valores for g in self.grupos)

    @property
    def com_achados(self) -> bool:
        return (
            bool(self.achados)
            or any(c.achados for c in self.campos)
            or any(g.com_achados for g in self.grupos)
        )

    @property
    def vazio(self) -> bool:
        return not self.campos and not self.grupos and not self.achados

    @cached_property
    def partes(self) -> list[tuple[str, list[Campo]]]:
        """Fields under their headings: those of the layout, else who the citizen is apart from the rest."""
        parts: dict[str, list[Campo]] = {}
        whom = [c for c in self.campos if c.campo.name in campos.IDENTITY]
        split = 2 <= len(whom) < len(self.campos)
        for c in [*(whom if split else ()), *(c for c in self.campos if not split or c not in whom)]:
            name = c.campo.section or ((IDENTITY if c in whom else REST) if split else "")
            parts.setdefault(name, []).append(c)
        return list(parts.items())

    @property
    def condicoes_json(self) -> str:
        return json.dumps(self.condicoes, ensure_ascii=False) if self.condicoes else ""


@dataclass
class Construtor:
    """Builds the tree. `mostrar` decides which fields stand in it; `achados` are put at their paths."""

    tipo: str
    versao: str
    zona: ZoneInfo
    achados: Mapping[str, list[Any]] = field(default_factory=dict)
    mostrar: Callable[[str, Field, Any], bool] | None = None
    relacionados: frozenset[str] = frozenset()
    rotulos: Mapping[tuple[str, str], str] = field(default_factory=dict)  # (source, code) -> label
    com_condicoes: bool = False

    def grupo(self, struct: Struct, value: Any, caminho: str = "", rotulo: str = "", depth: int = 0) -> Grupo:
        node = value if isinstance(value, Mapping) else {}
        made = Grupo(caminho, rotulo or struct.label, achados=list(self.achados.get(caminho, ())))
        if CITIZENS.get(self.tipo) == caminho and caminho:
            made.cidadao = 0
        for f in struct.fields:
            own_key = depth == 0 and f.format == "uuid" and f.name in KEYS and f.name not in self.achados
            if f.name not in campos.TECHNICAL and not own_key and depth < MAX_DEPTH:
                self._add(made, f, node.get(f.name), f"{caminho}.{f.name}" if caminho else f.name, depth)
        return made

    def _add(self, made: Grupo, f: Field, value: Any, caminho: str, depth: int) -> None:
        kind = campos.widget(f)
        if kind == "grupo":
            assert f.type.struct is not None
            inner = self.grupo(f.type.struct, value, caminho, f.label, depth + 1)
            self._conditions(inner, caminho)
            inner.opcional = f.required != "sim"
            if not inner.vazio:
                made.grupos.append(inner)
        elif kind == "lista":
            self._blocks(made, f, value, caminho, depth)
        elif self._wanted(caminho, f, value):
            made.campos.append(self._campo(f, value, caminho))

    def _blocks(self, made: Grupo, f: Field, value: Any, caminho: str, depth: int) -> None:
        struct = f.type.item.struct if f.type.item else None
        assert struct is not None
        holder = Grupo(
            caminho, f.label, achados=list(self.achados.get(caminho, ())), item_rotulo=struct.label
        )
        self._conditions(holder, caminho)
        holder.opcional = f.required != "sim"
        if self._wanted(caminho, f, None):
            holder.lista = caminho
        for index, item in enumerate(value if isinstance(value, list) else []):
            block = self.bloco(struct, item, caminho, index, depth)
            if not block.vazio:
                holder.grupos.append(block)
        if holder.grupos or holder.achados or holder.lista:
            made.grupos.append(holder)

    def bloco(self, struct: Struct, item: Any, lista: str, index: int, depth: int = 0) -> Grupo:
        """One repeated block of the list at path `lista`."""
        block = self.grupo(struct, item, f"{lista}[{index}]", f"{struct.label} {index + 1}", depth + 1)
        block.indice = index
        if CITIZENS.get(self.tipo) == lista:
            block.cidadao = index
        return block

    def _campo(self, f: Field, value: Any, caminho: str) -> Campo:
        found = [a for path, rows in self.achados.items() if owner(path) == caminho for a in rows]
        label = self.rotulos.get((campos.source_of(f), str(value)), "") if value else ""
        rules = conditions(self.tipo, self.versao).get(pattern(caminho), []) if self.com_condicoes else []
        return Campo(
            caminho, f, value, self.zona, found, caminho in self.relacionados, list(rules), rotulo_valor=label
        )

    def _conditions(self, made: Grupo, caminho: str) -> None:
        if self.com_condicoes:
            made.condicoes = list(conditions(self.tipo, self.versao).get(pattern(caminho), []))

    def _wanted(self, caminho: str, f: Field, value: Any) -> bool:
        if self.mostrar is not None:
            return self.mostrar(caminho, f, value)
        filled = value not in (None, "", [])
        return filled or any(owner(p) == caminho for p in self.achados)


ITEM = re.compile(r"\[\d+\]$")


def owner(path: str) -> str:
    """The field a finding's path belongs to: an item of a list of codes belongs to its list."""
    return ITEM.sub("", path)


def pattern(path: str) -> str:
    """`a[0].b` -> `a[].b`."""
    return re.sub(r"\[\d+\]", "[]", path)


def slug(path: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", path).strip("-")


def by_path(rows: Iterable[Any]) -> dict[str, list[Any]]:
    """Findings (anything with `campo`) by their path."""
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.campo, []).append(row)
    return found


def _hint(f: Field) -> str:
    if f.format == "cns":
        return "15 dígitos"
    if f.format == "cpf":
        return "11 dígitos, sem pontos"
    if f.unit == "caracteres" and f.type.kind == "string" and f.max is not None and not f.format:
        low = f"de {f.min:f} a " if f.min and f.min != f.max else "até " if f.min != f.max else ""
        return f"{low}{f.max:f} caracteres"
    if f.unit == "valor" and f.min is not None and f.max is not None:
        return f"de {_number(f.min)} a {_number(f.max)}"
    return ""


def _number(value: Any) -> str:
    return f"{value:f}".replace(".", ",")
