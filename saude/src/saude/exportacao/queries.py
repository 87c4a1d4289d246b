"""Reads about exports. All scoped by entidade."""

import json
from collections.abc import Collection, Iterator, Set

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from saude.cadastros.models import Entidade, Estabelecimento
from saude.exportacao.models import Exportacao, ItemExportacao
from saude.fichas.models import Ficha


def exports(
    entidade: Entidade, *, cnes: Set[str] | None = None, area: str | None = None
) -> QuerySet[Exportacao]:
    """The history, newest first; for some áreas, the exports that took fichas of no other.

    `area`: of these, the exports that took what there was of it, alone or with others.
    """
    rows = Exportacao.objects.filter(entidade=entidade)
    if cnes is not None:
        rows = rows.filter(areas__contained_by=sorted(cnes))  # never true of null: the whole entidade
    if area is not None:
        rows = rows.filter(Q(areas__isnull=True) | Q(areas__contains=[area]))
    return rows.select_related("por").order_by("-criada_em", "-pk")


def takes_only(exportacao: Exportacao, cnes: Set[str] | None) -> bool:
    """Whether who is limited to these áreas may see the export."""
    return cnes is None or (exportacao.areas is not None and cnes >= set(exportacao.areas))


def names_of(entidade: Entidade, cnes: Collection[str] | None) -> list[str]:
    """What the áreas are called; [] for the whole entidade."""
    names = dict(
        Estabelecimento.objects.filter(entidade=entidade, cnes__in=cnes or ()).values_list("cnes", "nome")
    )
    return [f"{names[c]} ({c})" if c in names else f"CNES {c}" for c in sorted(cnes or ())]


def exports_of(ficha: Ficha) -> QuerySet[ItemExportacao]:
    """In which files a ficha went."""
    done = ItemExportacao.objects.filter(ficha=ficha, exportacao__estado=Exportacao.Estado.CONCLUIDA)
    return done.select_related("exportacao__por").order_by("exportacao__concluida_em")


def manifest(exportacao: Exportacao) -> Iterator[str]:
    """JSON of the manifest, as a stream: what is in the file, without a word about citizens."""
    e = exportacao
    head = {
        "exportacao": e.pk,
        "entidade": {"ibge": e.entidade.ibge, "nome": e.entidade.nome},
        "arquivo": e.arquivo,
        "sha256": e.sha256,
        "tamanho": e.tamanho,
        "versao_ledi": e.versao_ledi,
        "escopo": e.escopo,
        "periodo": [str(e.inicio), str(e.fim)],
        "areas": e.areas,
        "concluida_em": e.concluida_em.isoformat() if e.concluida_em else None,
        "total": e.total,
        "por_tipo": e.por_tipo,
    }
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "fichas": [\n'
    rows = ItemExportacao.objects.filter(exportacao=e).order_by("ficha_id")
    separator = ""
    for uuid, tipo, revisao in rows.values_list("ficha__uuid", "ficha__tipo", "revisao").iterator(2000):
        yield separator + json.dumps({"uuid": uuid, "tipo": tipo, "revisao": revisao})
        separator = ",\n"
    yield "\n]}\n"


def by_state() -> list[tuple[str, int, int]]:
    """(state, exports, fichas in their files) of every entidade: for the metrics."""
    rows = Exportacao.objects.values_list("estado").annotate(n=Count("pk"), fichas=Coalesce(Sum("total"), 0))
    return list(rows.order_by("estado"))


def last_rate() -> float | None:
    """Fichas per second of the last export that was done; None before the first."""
    last = Exportacao.objects.filter(estado=Exportacao.Estado.CONCLUIDA).order_by("-concluida_em").first()
    if last is None or last.concluida_em is None or last.iniciada_em is None:
        return None
    return last.total / max((last.concluida_em - last.iniciada_em).total_seconds(), 0.001)
