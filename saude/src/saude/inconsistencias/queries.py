"""Reads about open inconsistencies: by client, by cause, of one ficha. All scoped by entidade."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case, CharField, Count, F, Min, QuerySet, Value, When
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from saude.acesso.areas import Areas, in_areas
from saude.cadastros.models import Entidade
from saude.clientes.models import Cliente
from saude.inconsistencias.models import Inconsistencia, Severidade

#: what names a ficha in an address (`Ficha.chave`), in the database's words
KEY = Case(
    When(ficha__uuid__regex=r"^[0-9A-Za-z-]{36,44}$", then=F("ficha__uuid")),
    default=Concat(Value("n"), Cast("ficha_id", CharField())),
)


def open_rows(
    entidade: Entidade, competencia: str | None = None, *, cnes: Areas = None
) -> QuerySet[Inconsistencia]:
    rows = Inconsistencia.objects.filter(entidade=entidade, encerrada_em=None)
    rows = in_areas(rows, cnes, "ficha__cnes")
    return rows.filter(competencia=competencia) if competencia else rows


def of_ficha(ficha: Any) -> QuerySet[Inconsistencia]:
    """Open rows of one ficha, errors first."""
    return Inconsistencia.objects.filter(ficha=ficha, encerrada_em=None).order_by(
        "-severidade", "campo", "codigo"
    )


SETTLING = timedelta(seconds=30)  # a transaction under way may still bring rows below the last position read


def open_since(entidade: Entidade, *, after: int, limit: int, warnings: bool = False) -> list[dict[str, Any]]:
    """What was found since, in the order it was found, to be read on from the last position."""
    rows = Inconsistencia.objects.filter(entidade=entidade, encerrada_em=None, pk__gt=after)
    rows = rows.filter(aberta_em__lt=timezone.now() - SETTLING)
    if not warnings:
        rows = rows.filter(severidade=Severidade.ERRO)
    names = ("codigo", "campo", "mensagem", "severidade", "aberta_em")
    found = rows.order_by("pk").values("pk", "ficha__uuid", "ficha__tipo", *names)[:limit]
    return [
        {"posicao": r["pk"], "uuid": r["ficha__uuid"], "tipo": r["ficha__tipo"], **{n: r[n] for n in names}}
        for r in found
    ]


def history_of(ficha: Any) -> QuerySet[Inconsistencia]:
    return Inconsistencia.objects.filter(ficha=ficha, encerrada_em__isnull=False).order_by("-encerrada_em")


@dataclass(frozen=True, slots=True)
class Causa:
    """What can be mended once for all."""

    causa: str
    codigo: str
    severidade: str
    mensagem: str
    campo: str
    fichas: int


def causes(
    entidade: Entidade,
    competencia: str | None = None,
    *,
    severidade: str = "",
    situacao: str = "",
    cnes: Areas = None,
) -> list[Causa]:
    """Open findings grouped by cause, most fichas first; `situacao`: of fichas in it only."""
    rows = open_rows(entidade, competencia, cnes=cnes)
    if situacao:
        rows = rows.filter(ficha__situacao=situacao)
    if severidade:
        rows = rows.filter(severidade=severidade)
    groups = list(
        rows.values("causa", "codigo", "severidade")
        .annotate(fichas=Count("ficha", distinct=True), primeira=Min("id"))
        .order_by("-fichas", "causa")[:500]
    )
    shown = Inconsistencia.objects.in_bulk([g["primeira"] for g in groups])
    return [
        Causa(
            g["causa"],
            g["codigo"],
            g["severidade"],
            shown[g["primeira"]].mensagem,
            shown[g["primeira"]].campo,
            g["fichas"],
        )
        for g in groups
    ]


def fichas_of_cause(
    entidade: Entidade, causa: str, competencia: str | None = None, *, cnes: Areas = None
) -> QuerySet[Inconsistencia]:
    """Open rows of one cause with their fichas, for the list and for mending them all."""
    rows = open_rows(entidade, competencia, cnes=cnes).filter(causa=causa)
    return rows.select_related("ficha").order_by("ficha_id")


def clients(entidade: Entidade, competencia: str | None = None, *, cnes: Areas = None) -> QuerySet[Any]:
    """Clients with open errors: how many records, which kinds. Most records first."""
    return (
        open_rows(entidade, competencia, cnes=cnes)
        .filter(severidade=Severidade.ERRO, cliente__isnull=False)
        .values("cliente_id", "cliente__nome", "cliente__cns", "cliente__cpf", "cliente__nascimento")
        .annotate(
            fichas=Count("ficha", distinct=True),
            tipos=ArrayAgg("ficha__tipo", distinct=True),
            codigos=ArrayAgg("codigo", distinct=True),
        )
        .order_by("-fichas", "cliente__nome", "cliente_id")
    )


def of_client(
    cliente: Cliente, competencia: str | None = None, *, cnes: Areas = None
) -> list[dict[str, Any]]:
    """Open findings of one client grouped by cause, with their fichas."""
    rows = open_rows(cliente.entidade, competencia, cnes=cnes).filter(cliente=cliente)
    return list(
        rows.values("causa", "codigo", "severidade")
        .annotate(fichas=ArrayAgg(KEY, distinct=True), n=Count("ficha", distinct=True), id=Min("id"))
        .order_by("-severidade", "-n", "causa")
    )
