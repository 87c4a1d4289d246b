"""Writes on clients. The registration is mended here, and that flows to the fichas not yet exported."""

import json
import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.db import models, transaction

from ledi.layouts import layout
from saude.acesso.areas import Areas
from saude.auditoria.actions import Autor, record_event
from saude.cadastros.models import Entidade
from saude.clientes.models import Alteracao, Cliente, MudancaEsperada
from saude.comum.texto import fold
from saude.contas.queries import as_user
from saude.correcao import mudancas
from saude.fichas.held import Guardada
from saude.fichas.models import Atendido, Conteudo, Ficha
from saude.fichas.situacoes import TransitionRefused, check, open_situations
from saude.inconsistencias.models import Inconsistencia
from saude.processamento.actions import mend_each, set_aside
from saude.processamento.em_massa import blocks
from saude.processamento.metades import in_halves
from saude.registro.leitura import to_date

log = logging.getLogger(__name__)
#: of the registration: the roles of the fields that take their values from it, too
EDITABLE = (
    "nome", "nome_social", "nascimento", "sexo", "cns", "cpf", "nome_mae", "desconhece_mae", "raca_cor",
    "telefone", "microarea",
)  # fmt: skip


class StaleClient(Exception):
    """The client changed since the form was opened; nothing was saved."""

    def __init__(self, cliente: Cliente) -> None:
        super().__init__("O cadastro foi alterado por outra pessoa depois que esta página foi aberta.")
        self.cliente = cliente


@transaction.atomic
def create_client(*, entidade: Entidade, by: Autor, **values: Any) -> Cliente:
    cliente = Cliente(entidade=entidade, **{k: values[k] for k in EDITABLE if k in values})
    cliente.full_clean(exclude=["entidade"])
    cliente.save()
    record_event(by=by, entidade=entidade, tipo="cliente.criado", alvo=cliente)
    return cliente


@transaction.atomic
def correct_client(
    *,
    cliente: Cliente,
    changes: Mapping[str, Any],
    revisao: int,
    by: Autor,
    usar_cpf: bool = False,
    cnes: Areas = None,
    exceto: Collection[int] = (),
) -> list[int]:
    """Mend the registration; the fichas not yet exported take the new values and are processed again.

    `usar_cpf`: the CPF of the registration goes into the records that say that the person has none.
    Those outside `cnes` (where `by` may correct; None: everywhere) wait for who works there (`mudancas`);
    those of `exceto` stay as they are.
    Returns the ids of the fichas processed. StaleClient when `revisao` is no longer that of the client.
    """
    current, before = _with_changes(Cliente.objects.select_for_update().get(pk=cliente.pk), changes, revisao)
    touched = [k for k in EDITABLE if getattr(current, k) != before[k]]
    flowing = _flowing(current, touched, usar_cpf=usar_cpf)
    if not flowing:
        return []
    if touched:
        current.revisao += 1
        current.save()
    user = as_user(by)
    for name in touched:
        change = {"anterior": _text(before[name]), "novo": _text(getattr(current, name))}
        Alteracao.objects.create(
            cliente=current, campo=name, fonte=Alteracao.Fonte.USUARIO, aplicada=True, usuario=user, **change
        )
    record_event(by=by, entidade=current.entidade, tipo="cliente.corrigido", alvo=current, campos=flowing)
    return _flow(current, flowing, by, cnes, exceto)


def _with_changes(
    current: Cliente, changes: Mapping[str, Any], revisao: int
) -> tuple[Cliente, dict[str, Any]]:
    """The client with the new values, not saved, and the old ones; StaleClient, ValidationError."""
    if current.revisao != revisao:
        raise StaleClient(current)
    before = {k: getattr(current, k) for k in EDITABLE}
    for name in EDITABLE:
        if name in changes:
            setattr(current, name, changes[name])
    current.full_clean(exclude=["entidade", "mesclado_em"])
    return current, before


@dataclass(frozen=True, slots=True)
class Plano:
    """What a change of the registration would do: nothing is written."""

    antes: Mapping[str, Any]
    depois: Mapping[str, Any]  # of the fields of the registration that change
    fichas: Mapping[int, Mapping[str, Any]]  # those whose content changes: path -> value


def plan(
    *, cliente: Cliente, changes: Mapping[str, Any], revisao: int, usar_cpf: bool = False, cnes: Areas = None
) -> Plano:
    """`correct_client` without writing. StaleClient, ValidationError."""
    current, before = _with_changes(Cliente.objects.get(pk=cliente.pk), changes, revisao)
    touched = [k for k in EDITABLE if getattr(current, k) != before[k]]
    names = _flowing(current, touched, usar_cpf=usar_cpf)
    fichas: dict[int, dict[str, Any]] = {}
    if names:
        positions, _ = mudancas.positions_of(current, cnes)
        names = _with_waiting(current, positions, names)
        fichas = _planned(current, {pk: (at, names) for pk, at in positions.items()})
    return Plano({k: before[k] for k in touched}, {k: getattr(current, k) for k in touched}, fichas)


def plan_waiting(*, cliente: Cliente, cnes: Areas) -> Plano:
    """`apply_waiting` without writing."""
    return Plano({}, {}, _planned(cliente, _awaited(cliente, mudancas.waiting_of(cliente, cnes), cnes)))


#: ficha -> where the client stands in it, and the parts of the registration that go there
Campos = Mapping[int, tuple[list[int], Collection[str]]]


def _awaited(cliente: Cliente, rows: Iterable[MudancaEsperada], cnes: Areas) -> Campos:
    """What these rows say that their fichas wait for; none for a ficha that can no longer change."""
    positions, _ = mudancas.positions_of(cliente, cnes)
    return {row.ficha_id: (positions[row.ficha_id], row.campos) for row in rows if row.ficha_id in positions}


def _planned(cliente: Cliente, fields: Campos) -> dict[int, dict[str, Any]]:
    """The fichas whose content the client's values would change: path -> value."""
    zone = ZoneInfo(cliente.entidade.fuso)
    rows = Conteudo.objects.filter(ficha_id__in=fields, ficha__entidade=cliente.entidade_id)
    found = {
        pk: _all_changes(json.loads(text), tipo, *fields[pk], cliente=cliente, zone=zone)
        for pk, tipo, text in rows.values_list("ficha_id", "ficha__tipo", "registro")
    }
    return {pk: changes for pk, changes in found.items() if changes}


def _with_waiting(cliente: Cliente, fichas: Collection[int], names: Collection[str]) -> list[str]:
    """And what these fichas wait for, since who works there writes into them now."""
    waited = MudancaEsperada.objects.filter(cliente=cliente, ficha__in=list(fichas), decidida_em=None)
    return list(dict.fromkeys([*names, *(c for row in waited for c in row.campos)]))


def open_fichas(cliente: Cliente) -> dict[int, int]:
    """The fichas that a change of the registration may flow to, with their revisions."""
    rows = Atendido.objects.filter(cliente=cliente, ficha__situacao__in=open_situations("corrigir"))
    return dict(rows.values_list("ficha_id", "ficha__revisao"))


def _flowing(cliente: Cliente, touched: list[str], *, usar_cpf: bool) -> list[str]:
    """What goes into the fichas: what changed, and what the registration has right where a record has it wrong."""
    found = Inconsistencia.objects.filter(cliente=cliente, encerrada_em=None)
    wrong = {registered(tipo, campo) for tipo, campo in found.values_list("ficha__tipo", "campo")}
    names = {k for k in EDITABLE if k in wrong and getattr(cliente, k)}
    names.update(touched)
    if ("cns" in names or usar_cpf) and cliente.cpf:
        names.add("cpf")  # the CNS leaves a record only when the CPF enters
    return [k for k in EDITABLE if k in names]


def column(name: str) -> "models.Field[Any, Any]":
    """A field of the registration."""
    return cast("models.Field[Any, Any]", Cliente._meta.get_field(name))


def registered(tipo: str, path: str) -> str:
    """The part of the registration that the field at a path takes its value from; "" when it takes none."""
    field = layout().fichas[tipo].root.field_at(path) if tipo else None
    return field.role if field is not None and field.role in EDITABLE else ""


@transaction.atomic
def identify(*, atendido: Atendido, cliente: Cliente, by: Autor) -> Ficha:
    """Say who an unidentified citizen is: the documents go into the record, which is processed again."""
    ficha = Ficha.objects.select_related("entidade__instalacao").get(pk=atendido.ficha_id)
    if cliente.entidade_id != ficha.entidade_id:
        raise ValueError("client of another entidade")
    fields = {ficha.pk: ([atendido.posicao], ("cpf", "cns", "nascimento", "sexo"))}
    if not _write(ficha.entidade, cliente, fields, by):
        check(Ficha.objects.get(pk=ficha.pk).situacao, "corrigir")  # it went out while the page was open
        raise TransitionRefused("A ficha não pôde ser processada por uma falha do sistema; fica como está.")
    Atendido.objects.filter(ficha=ficha, posicao=atendido.posicao).update(cliente=cliente)
    record_event(by=by, entidade=ficha.entidade, tipo="cliente.identificado", alvo=ficha, cliente=cliente.pk)
    return Ficha.objects.get(pk=ficha.pk)


def _flow(
    cliente: Cliente, names: list[str], by: Autor, cnes: Areas = None, exceto: Collection[int] = ()
) -> list[int]:
    """The new values into every record of the client that can still change, in these áreas; the others wait."""
    positions, others = mudancas.positions_of(cliente, cnes)
    mudancas.hand_over(cliente, others, names, by)
    names = _with_waiting(cliente, positions, names)
    fields = {pk: (at, names) for pk, at in positions.items() if pk not in exceto}
    mudancas.settle(cliente, _write(cliente.entidade, cliente, fields, by), by)
    return sorted(fields)


@transaction.atomic
def apply_waiting(*, cliente: Cliente, by: Autor, cnes: Areas, exceto: Collection[int] = ()) -> list[int]:
    """What waits in these áreas goes into the fichas, as the registration says it now; `exceto` go on waiting."""
    waiting = mudancas.waiting_of(cliente, cnes).exclude(ficha__in=list(exceto))
    rows = list(waiting.select_for_update(of=("self",)))
    fields = _awaited(cliente, rows, cnes)
    done = set(_write(cliente.entidade, cliente, fields, by))
    settled = [row for row in rows if row.ficha_id in done or row.ficha_id not in fields]
    mudancas.settle(cliente, [row.ficha_id for row in settled], by)
    for row in settled:
        record_event(
            by=by, entidade=row.entidade_id, tipo="mudanca.aceita", alvo=cliente, ficha=row.ficha.uuid
        )
    return sorted(fields)


def _write(entidade: Entidade, cliente: Cliente, fields: Campos, by: Autor) -> list[int]:
    """The client's values into the fichas, block by block; which were processed again.

    A record that has them already is judged again: the registration may be what was wrong with it. One that cannot
    be stored waits, pendente and seen, as in a batch; the others are done.
    """
    zone = ZoneInfo(entidade.fuso)

    def changes_of(kept: Guardada, record: dict[str, Any]) -> dict[str, Any]:
        return _all_changes(record, kept.tipo, *fields[kept.pk], cliente=cliente, zone=zone)

    def do(some: Sequence[int]) -> list[int]:
        return list(mend_each(entidade=entidade, ids=some, changes_of=changes_of, by=by))

    def alone(ficha_id: int, error: Exception) -> list[int]:
        log.error("ficha not given the registration: id=%s %s", ficha_id, type(error).__name__)
        set_aside(ficha_id, entidade)
        return []

    done: list[int] = []
    for block in blocks(sorted(fields)):
        for part in in_halves(block, do, alone):
            done += part
    return done


def _all_changes(
    record: dict[str, Any],
    tipo: str,
    positions: list[int],
    names: Collection[str],
    *,
    cliente: Cliente,
    zone: ZoneInfo,
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for position in positions:
        found |= _changes(record, tipo, position, cliente, names, zone)
    return found


def _changes(
    record: dict[str, Any], tipo: str, position: int, cliente: Cliente, names: Collection[str], zone: ZoneInfo
) -> dict[str, Any]:
    """Paths and values that follow from the registration, for the fields this kind of ficha has."""
    block = layout().fichas[tipo].citizen
    nodes = block.nodes(record["ficha"])
    node = nodes[position] if position < len(nodes) and isinstance(nodes[position], dict) else {}
    found: dict[str, Any] = {}
    for name in names:
        field = block.struct.by_role.get(name)
        if field is not None:
            value = _wire_value(name, getattr(cliente, name), node.get(field.name), zone)
            if value != node.get(field.name):
                found[block.name(name, position)] = value
    cpf, cns = block.struct.role_name("cpf"), block.struct.role_name("cns")
    if cliente.cpf and cpf and ("cpf" in names or node.get(cpf)):
        if node.get(block.struct.role_name("sem_cpf")):
            found[block.name("sem_cpf", position)] = False
            found[block.name("justificativa_sem_cpf", position)] = None
        if node.get(cns) or block.name("cns", position) in found:
            found[block.name("cns", position)] = None  # LEDI: CPF or CNS, and the CPF is the main one
    return found


def cpf_of_registrations(ficha: Ficha, people: Mapping[int, Atendido]) -> dict[int, dict[str, Any]]:
    """Where the ficha says that there is no CPF and the registration has it: position -> what puts it in."""
    record = json.loads(ficha.conteudo.registro)
    block, zone = layout().fichas[ficha.tipo].citizen, ZoneInfo(ficha.entidade.fuso)
    without = block.struct.role_name("sem_cpf")
    content = record.get("ficha")
    nodes = block.nodes(content) if without and isinstance(content, dict) else []
    return {
        at: _changes(record, ficha.tipo, at, person.cliente, ["cpf"], zone)
        for at, person in people.items()
        if person.cliente and person.cliente.cpf and at < len(nodes)
        and isinstance(nodes[at], dict) and nodes[at].get(without)
    }  # fmt: skip


def _wire_value(name: str, value: Any, current: Any, zone: ZoneInfo) -> Any:
    if name != "nascimento":
        return None if value in ("", None) else value
    if value is None or to_date(current, zone) == value:
        return current
    return value.isoformat()


def plain(value: Any) -> Any:
    """A value of the registration as JSON has it."""
    return value.isoformat() if isinstance(value, date) else value


def python(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if name == "nascimento" and value else value


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)[:70]


def key(name: str) -> str:
    """The search key of a name."""
    return fold(name)[:70]
