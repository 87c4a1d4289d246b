"""Reads about transmissions. All scoped by entidade, and by the áreas of the export."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from saude.banco import espera
from saude.cadastros.models import Entidade
from saude.exportacao.models import Exportacao
from saude.exportacao.queries import exports
from saude.transmissao import storage
from saude.transmissao.models import Envio, Transmissao

#: as they are told, in this order
LABELS = {
    "a enviar": "A enviar",
    "aceita": "Aceitas",
    "recusada": "Recusadas",
    "repetida": "Repetidas",
    "desconhecida": "Sem resposta certa",
    "falhou": "Falharam",
    "parada": "Paradas",
}
LONG = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Contas:
    """How many fichas are where."""

    por_situacao: dict[str, int]
    total: int
    a_enviar: int  # or to be sent again
    desistidas: int  # that can be asked for again

    @property
    def decididas(self) -> int:
        return self.total - self.a_enviar

    @property
    def percentual(self) -> int:
        return 0 if not self.total else self.decididas * 100 // self.total

    @property
    def guias(self) -> list[tuple[str, str, int]]:
        found = [(name, label, self.por_situacao.get(name, 0)) for name, label in LABELS.items()]
        return [row for row in found if row[2]]


def counted(transmissao: Transmissao) -> Contas:
    if not transmissao.preparada:
        return Contas({"a enviar": transmissao.total}, transmissao.total, transmissao.total, 0)
    found = storage.counts(transmissao.pk)
    left, *_ = storage.still_open(transmissao.pk)
    again = storage.given_up(transmissao.pk).count() if any(found.get(s) for s in storage.GIVEN_UP) else 0
    return Contas(found, sum(found.values()), left, again)


def envios(transmissao: Transmissao, situacao: str) -> QuerySet[Envio]:
    rows = Envio.objects.filter(transmissao=transmissao, situacao=situacao)
    return rows.select_related("ficha").order_by("ficha_id")


def of_export(exportacao: Exportacao) -> Transmissao | None:
    return Transmissao.objects.filter(exportacao=exportacao).first()


def situations(rows: Iterable[Transmissao]) -> dict[int, list[tuple[str, str, int]]]:
    """Of each: (situação, as it is told, fichas), those that there are. One query for all."""
    prepared = [row.pk for row in rows if row.preparada]
    found = Envio.objects.filter(transmissao__in=prepared).values_list("transmissao", "situacao").order_by()
    counts = {(pk, name): n for pk, name, n in found.annotate(n=Count("ficha"))}
    counts |= {(row.pk, "a enviar"): row.total for row in rows if not row.preparada}
    return {
        row.pk: [(name, told, n) for name, told in LABELS.items() if (n := counts.get((row.pk, name), 0))]
        for row in rows
    }


def visible(
    entidade: Entidade, *, cnes: frozenset[str] | None, area: str | None = None
) -> QuerySet[Transmissao]:
    """Of the exports that may be seen, newest first; `area`: as of `exports`."""
    rows = Transmissao.objects.filter(exportacao__in=exports(entidade, cnes=cnes, area=area))
    return rows.select_related("exportacao", "por").order_by("-criada_em", "-pk")


def troubled() -> QuerySet[Transmissao]:
    """Of every entidade: what waits for a person, or has waited long for the PEC or a worker."""
    late = timezone.now() - LONG
    halted = Transmissao.objects.filter(estado__in=["pausada", "parada"]).exclude(causa="pessoa")
    waiting = Transmissao.objects.filter(estado__in=["aguardando", "espera"], criada_em__lt=late)
    found = (halted | waiting).select_related("entidade", "exportacao")
    return found.order_by("pk")


def by_state() -> list[tuple[str, int]]:
    """(state, transmissions) of every entidade: for the metrics."""
    return list(Transmissao.objects.values_list("estado").annotate(n=Count("pk")).order_by("estado"))


def outbox_by_state() -> list[tuple[str, int]]:
    """(situação, fichas) of the transmissions that are not over: for the metrics."""
    live = Transmissao.objects.exclude(estado=Transmissao.Estado.CONCLUIDA).values("pk")
    rows = Envio.objects.filter(transmissao__in=live).values_list("situacao").annotate(n=Count("ficha"))
    return list(rows.order_by("situacao"))


def waits(transmissao: Transmissao) -> dict[str, Any]:
    """For a page: why it does not go on, and since when. Between two bites it waits for nothing."""
    if not transmissao.viva:
        return {"porque_espera": ""}
    told = espera.waits("transmissao.enviar", "transmissao_id", [transmissao.pk], asked=transmissao.criada_em)
    waiting = transmissao.estado == Transmissao.Estado.ESPERA or told["porque_espera"] == espera.NOBODY
    return told if waiting else {"porque_espera": ""}
