"""The finished entries against the disk: each still inflates to what was validated, or is set aside and made anew."""

import logging
from collections.abc import Iterator
from typing import Any

from django.db import transaction

from ledi.zip.deflate import inflates_to
from saude.auditoria.actions import record_event
from saude.cadastros.models import Entidade
from saude.fichas.models import Entrada, Ficha
from saude.fichas.situacoes import Motivo
from saude.processamento.actions import reprocess, set_aside

log = logging.getLogger(__name__)
BATCH = 2_000


def damaged_entries(entidade: Entidade | None = None) -> Iterator[Ficha]:
    """Fichas whose entry no longer is what was validated, in order of id; constant memory."""
    rows = Entrada.objects.order_by("ficha_id")
    if entidade is not None:
        rows = rows.filter(ficha__entidade=entidade)
    after = 0
    while batch := list(rows.filter(ficha_id__gt=after)[:BATCH]):
        bad = [e.ficha_id for e in batch if not inflates_to(bytes(e.dados), e.crc, e.tamanho)]
        yield from Ficha.objects.filter(pk__in=bad).select_related("entidade__instalacao").order_by("pk")
        after = batch[-1].ficha_id


@transaction.atomic
def set_damaged_aside(ficha: Ficha, **detalhe: Any) -> bool:
    """Pendente with the reason, so that it does not go and is seen; an exported one keeps its situation: False."""
    log.error("damaged entry of ficha %s", ficha.pk)
    record_event(
        by="sistema", entidade=ficha.entidade_id, tipo="ficha.entrada_danificada", alvo=ficha, **detalhe
    )
    return bool(set_aside(ficha.pk, ficha.entidade, Motivo.ENTRADA))


def remake(ficha: Ficha) -> str:
    """The entry made anew from the record that is kept; the situation of the ficha afterwards."""
    set_damaged_aside(ficha)
    reprocess(entidade=ficha.entidade, ids=[ficha.pk], by="sistema")
    return str(Ficha.objects.values_list("situacao", flat=True).get(pk=ficha.pk))
