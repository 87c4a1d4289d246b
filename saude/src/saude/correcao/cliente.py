"""Writes on clients. The registration is mended here, and that flows to the fichas not yet exported."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from ledi.layouts import CURRENT, layout
from saude.auditoria.actions import record_event
from saude.cadastros.models import Entidade
from saude.clientes.models import Alteracao, Cliente
from saude.comum.texto import fold
from saude.fichas.models import Atendido, Ficha
from saude.fichas.situacoes import check, open_situations
from saude.inconsistencias.models import Inconsistencia
from saude.processamento.actions import correct_each, reprocess
from saude.registro.leitura import BIRTH, CITIZENS, CNS, CPF, SEX, to_date

EDITABLE = (
    "nome", "nome_social", "nascimento", "sexo", "cns", "cpf", "nome_mae", "desconhece_mae", "raca_cor",
    "telefone", "microarea",
)  # fmt: skip
NAMES = ("nomeCidadao",)
MOTHER = ("nomeMaeCidadao",)


class StaleClient(Exception):
    """The client changed since the form was opened; nothing was saved."""

    def __init__(self, cliente: Cliente) -> None:
        super().__init__("O cadastro foi alterado por outra pessoa depois que esta página foi aberta.")
        self.cliente = cliente


@transaction.atomic
def create_client(*, entidade: Entidade, by: Any, **values: Any) -> Cliente:
    cliente = Cliente(entidade=entidade, **{k: values[k] for k in EDITABLE if k in values})
    cliente.full_clean(exclude=["entidade"])
    cliente.save()
    record_event(by=by, entidade=entidade, tipo="cliente.criado", alvo=cliente)
    return cliente


@transaction.atomic
def correct_client(*, cliente: Cliente, changes: Mapping[str, Any], revisao: int, by: Any) -> list[int]:
    """Mend the registration; the fichas not yet exported take the new values and are processed again.

    Returns the ids of those fichas. StaleClient when `revisao` is no longer that of the client.
    """
    current = Cliente.objects.select_for_update().get(pk=cliente.pk)
    if current.revisao != revisao:
        raise StaleClient(current)
    before = {k: getattr(current, k) for k in EDITABLE}
    for name in EDITABLE:
        if name in changes:
            setattr(current, name, changes[name])
    current.full_clean(exclude=["entidade", "mesclado_em"])
    touched = [k for k in EDITABLE if getattr(current, k) != before[k]]
    flowing = _flowing(current, touched)
    if not flowing:
        return []
    if touched:
        current.revisao += 1
        current.save()
    user = by if hasattr(by, "username") else None
    for name in touched:
        change = {"anterior": _text(before[name]), "novo": _text(getattr(current, name))}
        Alteracao.objects.create(
            cliente=current, campo=name, fonte=Alteracao.Fonte.USUARIO, aplicada=True, usuario=user, **change
        )
    record_event(by=by, entidade=current.entidade, tipo="cliente.corrigido", alvo=current, campos=flowing)
    return _flow(current, flowing, by)


def _flowing(cliente: Cliente, touched: list[str]) -> list[str]:
    """What goes into the fichas: what changed, and what the registration has right where a record has it wrong."""
    fields = Inconsistencia.objects.filter(cliente=cliente, encerrada_em=None).values_list("campo", flat=True)
    wrong = {field.rpartition(".")[2] for field in fields}
    names = {k for k in EDITABLE if wrong.intersection(WIRE.get(k, ())) and getattr(cliente, k)}
    names.update(touched)
    if "cns" in names and cliente.cpf:
        names.add("cpf")  # the CNS leaves a record only when the CPF enters
    return [k for k in EDITABLE if k in names]


@transaction.atomic
def identify(*, atendido: Atendido, cliente: Cliente, by: Any) -> Ficha:
    """Say who an unidentified citizen is: the documents go into the record, which is processed again."""
    ficha = Ficha.objects.select_related("entidade__instalacao").get(pk=atendido.ficha_id)
    if cliente.entidade_id != ficha.entidade_id:
        raise ValueError("client of another entidade")
    check(ficha.situacao, "corrigir")
    names = ["cpf", "cns", "nascimento", "sexo"]
    _write(ficha.entidade, cliente, {ficha.pk: [atendido.posicao]}, names, by)
    Atendido.objects.filter(ficha=ficha, posicao=atendido.posicao).update(cliente=cliente)
    record_event(by=by, entidade=ficha.entidade, tipo="cliente.identificado", alvo=ficha, cliente=cliente.pk)
    return Ficha.objects.get(pk=ficha.pk)


def _flow(cliente: Cliente, names: list[str], by: Any) -> list[int]:
    """The new values into every record of the client that can still change."""
    rows = Atendido.objects.filter(cliente=cliente, ficha__situacao__in=open_situations("corrigir"))
    positions: dict[int, list[int]] = {}
    for row in rows.order_by("ficha_id", "posicao"):
        positions.setdefault(row.ficha_id, []).append(row.posicao)
    _write(cliente.entidade, cliente, positions, names, by)
    return sorted(positions)


def _write(
    entidade: Entidade, cliente: Cliente, positions: Mapping[int, list[int]], names: list[str], by: Any
) -> None:
    """The client's values into the fichas, at these citizens of each; one context judges them all."""
    zone = ZoneInfo(entidade.fuso)
    mine = Ficha.objects.filter(entidade=entidade, pk__in=positions).order_by("pk")
    changes: dict[int, dict[str, Any]] = {}
    for ficha in mine.select_for_update(of=("self",)).select_related("conteudo"):
        record = json.loads(ficha.conteudo.registro)
        found: dict[str, Any] = {}
        for position in positions[ficha.pk]:
            found |= _changes(record, ficha.tipo, position, cliente, names, zone)
        changes[ficha.pk] = found
    if written := {pk: found for pk, found in changes.items() if found}:
        correct_each(entidade=entidade, changes=written, by=by)
    if same := [pk for pk, found in changes.items() if not found]:
        reprocess(entidade=entidade, ids=same, by=by)


def _changes(
    record: dict[str, Any], tipo: str, position: int, cliente: Cliente, names: list[str], zone: ZoneInfo
) -> dict[str, Any]:
    """Paths and values that follow from the registration, for the fields this kind of ficha has."""
    root = layout(CURRENT).fichas[tipo].root
    where = CITIZENS[tipo]
    field = root.by_name.get(where) if where else None
    is_list = field is not None and field.type.kind == "list"
    struct = root if field is None else (field.type.item.struct if is_list else field.type.struct)
    prefix = f"{where}[{position}]." if is_list else f"{where}." if where else ""
    node = record["ficha"]
    node = (node.get(where) or ([] if is_list else {})) if where else node
    if is_list:
        node = node[position] if position < len(node) and isinstance(node[position], dict) else {}
    found: dict[str, Any] = {}
    for name in names:
        for wire in WIRE.get(name, ()):
            if wire in struct.by_name:
                value = _wire_value(name, getattr(cliente, name), node.get(wire), zone)
                if value != node.get(wire):
                    found[prefix + wire] = value
    if cliente.cpf and "stNaoPossuiCpf" in struct.by_name and node.get("stNaoPossuiCpf"):
        found[prefix + "stNaoPossuiCpf"] = False
        found[prefix + "justificativaNaoPossuiCpf"] = None
    if cliente.cpf and prefix + wire_name(struct, CNS) in found:
        found[prefix + wire_name(struct, CNS)] = None  # LEDI: CPF or CNS, and the CPF is the main one
    return found


def wire_name(struct: Any, names: tuple[str, ...]) -> str:
    return next((n for n in names if n in struct.by_name), "")


def _wire_value(name: str, value: Any, current: Any, zone: ZoneInfo) -> Any:
    if name != "nascimento":
        return None if value in ("", None) else value
    if value is None or to_date(current, zone) == value:
        return current
    return value.isoformat()


WIRE = {
    "nome": NAMES,
    "nome_social": ("nomeSocial", "nomeSocialCidadao"),
    "nascimento": BIRTH,
    "sexo": SEX,
    "cns": CNS,
    "cpf": CPF,
    "nome_mae": MOTHER,
    "desconhece_mae": ("desconheceNomeMae",),
    "raca_cor": ("racaCorCidadao",),
    "telefone": ("telefoneCelular",),
    "microarea": ("microArea",),
}


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)[:70]


def key(name: str) -> str:
    """The search key of a name."""
    return fold(name)[:70]


#: wire names whose value comes from the registration
REGISTRATION = frozenset(n for names in WIRE.values() for n in names)
