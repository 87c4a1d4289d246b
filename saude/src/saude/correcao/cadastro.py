"""The registration beside what the records say: both columns of Corrigir cadastro, the faulty fields first."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.forms import BoundField

from ledi.layouts import Field, layout, nearest
from ledi.paths import value_at
from saude.acesso.areas import Areas, in_areas
from saude.clientes.models import Cliente
from saude.correcao.cliente import EDITABLE, registered
from saude.correcao.forms import ClienteForm
from saude.fichas.models import Atendido, Ficha
from saude.fichas.situacoes import open_situations
from saude.formularios import campos
from saude.inconsistencias.models import Inconsistencia
from saude.web.formulario import ask_for

RECORDS = 20  # the newest ones, of those that can still change
NONE_OF_THE_LIST = {"sexo": "Escolha o sexo", "raca_cor": "Escolha a raça/cor"}


@dataclass
class Valor:
    """One value that the records have, and in how many."""

    texto: str
    entrada: str  # as the input of the registration takes it
    registros: int = 0
    igual: bool = False  # the registration has it already


@dataclass
class Linha:
    """One field of the registration."""

    nome: str
    campo: BoundField
    valores: list[Valor]
    achados: list[Any] = field(default_factory=list)
    pede_valor: bool = False

    @property
    def erro(self) -> bool:
        return any(a.severidade == "erro" for a in self.achados)


@dataclass(frozen=True)
class Registros:
    """What the records of a client that can still change say of the person, by role."""

    valores: Mapping[str, Mapping[tuple[str, str], int]]
    sem_cpf: int  # records that say that the person has no CPF

    @classmethod
    def of(cls, cliente: Cliente, *, cnes: Areas) -> "Registros":
        zone = ZoneInfo(cliente.entidade.fuso)
        found: dict[str, dict[tuple[str, str], int]] = {role: {} for role in EDITABLE}
        without = 0
        for node, struct in _nodes(cliente, cnes):
            without += bool(node.get(struct.role_name("sem_cpf")) and not node.get(struct.role_name("cpf")))
            for role, known in found.items():
                f = struct.by_role.get(role)
                if f is not None and node.get(f.name) not in (None, "", []):
                    shown = (campos.shown(f, node[f.name], zone), _entry(f, node[f.name], zone))
                    known[shown] = known.get(shown, 0) + 1
        return cls(found, without)


def _nodes(cliente: Cliente, cnes: Areas) -> Iterable[tuple[Mapping[str, Any], Any]]:
    """(the person in a record, the struct) of the newest records that can still change."""
    rows = Atendido.objects.filter(cliente=cliente, ficha__situacao__in=open_situations("corrigir"))
    rows = in_areas(rows, cnes, "ficha__cnes").select_related("ficha__conteudo")
    for row in rows.order_by("-ficha__data", "-ficha_id")[:RECORDS]:
        block = layout(nearest(row.ficha.versao or "").version).fichas[row.ficha.tipo].citizen
        ficha = json.loads(row.ficha.conteudo.registro).get("ficha")
        nodes = block.nodes(ficha) if isinstance(ficha, dict) else []
        if row.posicao < len(nodes) and isinstance(nodes[row.posicao], dict):
            yield nodes[row.posicao], block.struct


def _entry(f: Field, value: Any, zone: ZoneInfo) -> str:
    """The value as the form of the registration takes it."""
    if f.is_date:
        return campos.input_value(f, value, zone)[:10]
    if isinstance(value, bool):
        return "on" if value else ""
    return str(value)


def lines(form: ClienteForm, registros: Registros, causas: Iterable[Mapping[str, Any]]) -> list[Linha]:
    """A line for each field, those with something wrong first, errors before avisos."""
    faults: dict[str, list[Any]] = {}
    asked: set[str] = set()
    for c in causas:
        finding = c["achado"]
        role = registered(finding.ficha.tipo, finding.campo)
        faults.setdefault(role, []).append(finding)
        if finding.severidade == "erro" and _asks_for_a_value(finding):
            asked.add(role)
    rows = []
    for name in form.fields:
        now = _now(form, name)
        values = [
            Valor(text, entry, n, entry == now)
            for (text, entry), n in registros.valores.get(name, {}).items()
        ]
        rows.append(Linha(name, form[name], values, faults.get(name, []), name in asked))
    for row in rows:
        _ask(form, row)
    return sorted(rows, key=lambda row: (not row.erro, not row.achados))


def _now(form: ClienteForm, name: str) -> str:
    value = form[name].value()
    if isinstance(value, bool):
        return "on" if value else ""
    return "" if value is None else str(value)


def _asks_for_a_value(finding: Inconsistencia) -> bool:
    """Is it that nothing is there, or may something never be left out? Then blank mends nothing."""
    ficha: Ficha = finding.ficha
    found = layout().fichas[ficha.tipo].root.field_at(finding.campo)
    if found is not None and found.required == "sim":
        return True
    record = json.loads(ficha.conteudo.registro)
    return value_at(record.get("ficha"), finding.campo) in (None, "", [])


def _ask(form: ClienteForm, row: Linha) -> None:
    """Where the rule asks for a value, "não informada" is no answer; the field says what is wrong with it."""
    ask_for(form.fields[row.nome], row.pede_valor)
    if row.pede_valor and row.nome in NONE_OF_THE_LIST:
        made = cast(forms.ChoiceField, form.fields[row.nome])
        made.choices = [("", NONE_OF_THE_LIST[row.nome]), *list(cast(Iterable[Any], made.choices))[1:]]
    if row.achados:
        form.fields[row.nome].widget.attrs["aria-describedby"] = f"achados-{row.nome}"
