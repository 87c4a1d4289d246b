"""Reads of the page Sincronizações. All scoped by entidade and área."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Count, Max, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from saude.acesso.areas import Areas, in_areas
from saude.acs.dispositivos import CBO_ACS
from saude.acs.models import Aparelho, Codigo, Envio, Lotado, PedidoChave, Recusa
from saude.cadastros.models import Entidade, Estabelecimento, Lotacao, Profissional
from saude.fichas.models import Ficha
from saude.fichas.situacoes import Situacao
from saude.registro.tipos import Origem


@dataclass
class Agente:
    """An ACS: what the phones sent and what became of it."""

    lotacao: Lotacao
    aparelhos: list[Aparelho] = field(default_factory=list)
    codigo: Codigo | None = None
    sincronizado_em: datetime | None = None
    contagens: dict[str, int] = field(default_factory=dict)
    recusados: int = 0
    pedidos_de_senha: int = 0

    @property
    def profissional(self) -> Profissional:
        return self.lotacao.profissional

    @property
    def ativos(self) -> list[Aparelho]:
        return [a for a in self.aparelhos if not a.revogado_em]

    @property
    def enviados(self) -> int:
        return sum(self.contagens.values())

    @property
    def pendentes(self) -> int:
        return self.contagens.get(Situacao.PENDENTE, 0)

    @property
    def inconsistentes(self) -> int:
        return self.contagens.get(Situacao.INCONSISTENTE, 0)

    @property
    def por_enviar(self) -> int:
        return sum(a.no_aparelho or 0 for a in self.ativos)


def lotacoes(entidade: Entidade, area: Estabelecimento | None, *, cnes: Areas = None) -> QuerySet[Lotacao]:
    mine = Lotacao.objects.filter(profissional__entidade=entidade, cbo__in=CBO_ACS, fim=None)
    mine = in_areas(mine.filter(estabelecimento=area) if area else mine, cnes, "estabelecimento__cnes")
    related = ("profissional", "estabelecimento", "equipe")
    return mine.select_related(*related).order_by("profissional__nome_busca", "pk")


def agents(
    entidade: Entidade, area: Estabelecimento | None = None, only: int | None = None, *, cnes: Areas = None
) -> list[Agente]:
    rows = lotacoes(entidade, area, cnes=cnes)
    rows = rows.filter(pk=only) if only else rows
    found = [Agente(row) for row in rows]
    people = {a.lotacao.profissional_id for a in found}
    devices = _by_person(
        Aparelho.objects.filter(profissional__in=people).order_by("revogado_em", "-criado_em")
    )
    codes = _by_person(Codigo.objects.filter(profissional__in=people, usado_em=None, cancelado_em=None))
    counts = _counts(entidade, [a.profissional.cns for a in found], cnes)
    refused = dict(
        Recusa.objects.filter(aparelho__profissional__in=people, resolvida_em=None)
        .order_by()
        .values_list("aparelho__profissional")
        .annotate(n=Count("pk"))
    )
    synced = _synced(entidade, "profissional")
    asked = dict(
        key_requests(entidade)
        .filter(aparelho__profissional__in=people)
        .order_by()
        .values_list("aparelho__profissional")
        .annotate(n=Count("pk"))
    )
    for a in found:
        pk = a.lotacao.profissional_id
        a.aparelhos = devices.get(pk, [])
        a.codigo = next(iter(codes.get(pk, [])), None)
        a.contagens = counts.get(a.profissional.cns, {})
        a.recusados = refused.get(pk, 0)
        a.sincronizado_em = synced.get(pk)
        a.pedidos_de_senha = asked.get(pk, 0)
    return found


def key_requests(entidade: Entidade) -> QuerySet[PedidoChave]:
    """Of agents who forgot the password of a phone and wait for an answer."""
    waiting = PedidoChave.objects.filter(aparelho__entidade=entidade, situacao=PedidoChave.Situacao.ESPERA)
    return waiting.filter(expira_em__gt=timezone.now()).select_related("aparelho").order_by("pk")


def last_syncs(entidade: Entidade) -> dict[str, datetime]:
    """CNS of each agent -> when one of their phones last synchronised: the one answer of every page."""
    return _synced(entidade, "profissional__cns")


def _synced(entidade: Entidade, key: str) -> dict[Any, datetime]:
    devices = Aparelho.objects.filter(entidade=entidade, sincronizado_em__isnull=False).order_by()
    return dict(devices.values_list(key).annotate(em=Max("sincronizado_em")))


@dataclass(frozen=True, slots=True)
class Silencio:
    """An agent with a phone that gave no sign since `desde`."""

    profissional_id: int
    cnes: str
    estabelecimento: str
    desde: datetime


def silent(entidade: Entidade, before: datetime) -> list[Silencio]:
    """Agents none of whose phones synchronised (or was registered) since that moment, by person."""
    mine = Aparelho.objects.filter(entidade=entidade, revogado_em=None).order_by("profissional")
    people = mine.values("profissional", "estabelecimento__cnes", "estabelecimento__nome")
    last = Max(Coalesce("sincronizado_em", "criado_em"))
    newest: dict[int, Silencio] = {}
    for pk, cnes, nome, em in people.annotate(em=last).values_list(
        "profissional", "estabelecimento__cnes", "estabelecimento__nome", "em"
    ):
        if pk not in newest or em > newest[pk].desde:
            newest[pk] = Silencio(pk, cnes, nome, em)
    return [row for row in newest.values() if row.desde < before]


OfPerson = TypeVar("OfPerson", bound=Lotado)


def _by_person(rows: Iterable[OfPerson]) -> dict[int, list[OfPerson]]:
    found: dict[int, list[OfPerson]] = {}
    for row in rows:
        found.setdefault(row.profissional_id, []).append(row)
    return found


def _counts(entidade: Entidade, people: list[str], cnes: Areas) -> dict[str, dict[str, int]]:
    rows = (
        in_areas(Ficha.objects.filter(entidade=entidade, origem=Origem.APP), cnes)
        .filter(profissional_cns__in=[p for p in people if p])
        .exclude(situacao=Situacao.DESCARTADA)
        .order_by()
        .values("profissional_cns", "situacao")
        .annotate(n=Count("pk"))
    )
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["profissional_cns"], {})[row["situacao"]] = row["n"]
    return found


def refusals(profissional_id: int, *, limit: int = 50) -> QuerySet[Recusa]:
    open_ = Recusa.objects.filter(aparelho__profissional=profissional_id, resolvida_em=None)
    return open_.select_related("aparelho").order_by("-em")[:limit]


def pushes(profissional_id: int, *, limit: int = 20) -> QuerySet[Envio]:
    mine = Envio.objects.filter(aparelho__profissional=profissional_id)
    return (
        mine.select_related("aparelho", "lote")
        .defer("lote__bruto", "resposta")
        .order_by("-recebido_em")[:limit]
    )
