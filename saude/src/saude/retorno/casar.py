"""Which ficha of the entidade each uuid of a report is, and in which export it went."""

from zoneinfo import ZoneInfo

from django.db.models import (
    Case,
    CharField,
    ExpressionWrapper,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Concat, Length, Lower, Substr
from django.utils import timezone

from saude.exportacao.models import Exportacao, ItemExportacao
from saude.fichas.models import Ficha
from saude.retorno.models import Linha, Relatorio

WITH_CNES = 44
BARE = 36


def match(relatorio: Relatorio) -> None:
    """Every line its ficha, by uuid as it is, in small letters, with or without the CNES in front."""
    lines = Linha.objects.filter(relatorio=relatorio)
    named = lines.exclude(uuid="")
    _by(relatorio, named, "uuid")
    rest = named.filter(ficha=None)
    _by(relatorio, rest.annotate(outro=Lower("uuid")), "outro")
    bare = rest.annotate(letras=Length("uuid")).filter(letras=BARE).exclude(cnes="")
    _by(relatorio, bare.annotate(outro=Concat("cnes", Value("-"), Lower("uuid"))), "outro")
    whole = rest.annotate(letras=Length("uuid")).filter(letras=WITH_CNES)
    _by(relatorio, whole.annotate(outro=Lower(Substr("uuid", WITH_CNES - BARE + 1))), "outro")
    _exports(relatorio, lines.exclude(ficha=None))


def _by(relatorio: Relatorio, lines: QuerySet[Linha], column: str) -> None:
    mine = Ficha.objects.filter(entidade=relatorio.entidade_id, uuid=OuterRef(column))
    lines.update(ficha=Subquery(mine.values("pk")[:1]))


def _exports(relatorio: Relatorio, lines: QuerySet[Linha]) -> None:
    """The export that was marked as this lot; else the last that was done by the day the PEC got it; else the last."""
    items = ItemExportacao.objects.filter(
        ficha=OuterRef("ficha"),
        exportacao__entidade=relatorio.entidade_id,
        exportacao__estado=Exportacao.Estado.CONCLUIDA,
    )
    first = [
        When(Q(exportacao_id=exportacao) & Q(_lote=lote), then=0) for exportacao, lote in _marks(relatorio)
    ]
    before = When(exportacao__concluida_em__date__lte=OuterRef("data"), then=1)
    items = items.annotate(_lote=ExpressionWrapper(OuterRef("lote"), output_field=CharField())).annotate(
        vez=Case(*first, before, default=2, output_field=IntegerField())
    )
    best = items.order_by("vez", "-exportacao_id")
    with timezone.override(ZoneInfo(relatorio.entidade.fuso)):  # the day is the municipality's
        lines.update(
            exportacao_id=Subquery(best.values("exportacao_id")[:1]),
            revisao=Subquery(best.values("revisao")[:1]),
        )


def _marks(relatorio: Relatorio) -> list[tuple[int, str]]:
    """(export, lot) of those marked with a lot that this report names."""
    named = Linha.objects.filter(relatorio=relatorio).exclude(lote="").values("lote")
    marks = Relatorio.objects.filter(
        entidade=relatorio.entidade_id, formato=Relatorio.Formato.MARCA, estado=Relatorio.Estado.VALE,
        lote__in=named,
    )  # fmt: skip
    return list(marks.values_list("exportacao_id", "lote"))
