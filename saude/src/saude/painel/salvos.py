"""The filters of a list: those that were kept, and the words of what is asked now."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from saude.acesso.areas import Areas
from saude.cadastros.models import Entidade
from saude.clientes.models import Cliente
from saude.comum.texto import fold, numbers
from saude.contas.request import UserRequest
from saude.fichas.atendidos import visible
from saude.inconsistencias import queries as findings
from saude.inconsistencias.models import Inconsistencia
from saude.painel.filtros import KEPT, SEALED, Filtros
from saude.painel.models import FiltroSalvo
from saude.web.opaco import hide

#: of the open list, what stays when one of its filters is applied
ON_LIST = ("guia", "competencia", "ordem")


@dataclass(frozen=True, slots=True)
class Salvo:
    pk: int
    nome: str
    endereco: str
    ativo: bool


def context(request: UserRequest, asked: Filtros) -> dict[str, Any]:
    """Of the open list: the kept filters, whether this one is among them, and names in place of its codes."""
    values = {name: value for name in KEPT if (value := asked.valores[name])}
    kept = _kept(request, asked.filtro.situacao, values)
    return {
        "salvos": kept,
        "salvavel": bool(values) and not any(s.ativo for s in kept),
        "palavras": words(request.entidade, asked, cnes=request.cnes_permitidos),
    }


def _kept(request: UserRequest, situacao: str, now: dict[str, str]) -> list[Salvo]:
    rows = FiltroSalvo.objects.filter(usuario=request.user, entidade=request.entidade, situacao=situacao)
    found = [(row, {k: str(v) for k, v in row.valores.items() if k in KEPT}) for row in rows.order_by("nome")]
    merged = _merged(request.entidade, [v["cliente"] for _, v in found if "cliente" in v])
    here = [(name, value) for name in ON_LIST if (value := request.GET.get(name, ""))]
    made = []
    for row, values in found:
        if "cliente" in values:
            values["cliente"] = merged.get(values["cliente"], values["cliente"])
        asked = [(name, hide(value) if name in SEALED else value) for name, value in values.items()]
        made.append(Salvo(row.pk, row.nome, f"?{urlencode([*here, *asked])}", values == now))
    return made


def _merged(entidade: Entidade, ids: list[str]) -> dict[str, str]:
    """Who was merged into another goes by the other."""
    if not ids:
        return {}
    gone = Cliente.objects.filter(entidade=entidade, pk__in=numbers(ids), mesclado_em__isnull=False)
    return {str(old): str(new) for old, new in gone.values_list("pk", "mesclado_em")}


def naming(clientes: Sequence[Cliente]) -> tuple[list[FiltroSalvo], list[FiltroSalvo]]:
    """Filters of anybody that narrow to these people or to a document of theirs, and others that bear their name."""
    keys = {str(c.pk) for c in clientes}
    documents = {d for c in clientes for d in (c.cpf, c.cns) if d}
    names = {fold(n) for c in clientes for n in (c.nome, c.nome_social) if " " in n.strip()}
    narrow: list[FiltroSalvo] = []
    titled: list[FiltroSalvo] = []
    entidades = {c.entidade_id for c in clientes}
    for row in FiltroSalvo.objects.filter(entidade__in=entidades).order_by("pk"):
        causa, title = str(row.valores.get("causa", "")), fold(row.nome)
        digits = re.sub(r"[.\-\s]", "", title)
        if row.valores.get("cliente") in keys or any(d in causa for d in documents):
            narrow.append(row)
        elif any(n in title for n in names) or any(d in digits for d in documents):
            titled.append(row)
    return narrow, titled


def words(entidade: Entidade, asked: Filtros, *, cnes: Areas) -> dict[str, str]:
    """Names of the client and of the cause that are asked for: nothing of what is not seen here."""
    found = {"cliente": "", "causa": "", "codigo": ""}
    if asked.filtro.cliente_id:
        mine = Cliente.objects.filter(entidade=entidade, pk=asked.filtro.cliente_id)
        found["cliente"] = str(visible(mine, cnes).first() or "cliente que não está nesta lista")
    rows = findings.open_rows(entidade, asked.filtro.competencia or None, cnes=cnes)
    if asked.filtro.causa:
        found["causa"] = _message(rows.filter(causa=asked.filtro.causa).first(), asked.filtro.causa)
    elif asked.filtro.codigo:
        found["codigo"] = _message(rows.filter(codigo=asked.filtro.codigo).first(), "")
    return found


def _message(row: Inconsistencia | None, cause: str) -> str:
    """What is wrong, and with which value; of a cause that nothing has any more, that."""
    if row is None:
        return "o que não há mais nesta lista"
    return said(row.mensagem, cause)


def said(message: str, cause: str) -> str:
    value = cause.partition("|")[2]
    return f"{message} ({value})" if value and value not in message else message
