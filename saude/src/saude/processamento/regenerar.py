"""Asking for fichas in another LEDI version: a preview in the background, then the work, block by block."""

from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from ledi.layouts import VERSIONS
from saude.auditoria.actions import Autor, record_event
from saude.banco import travas
from saude.cadastros.models import Entidade
from saude.contas.queries import as_user
from saude.fichas.filtro import Filtro, filtered
from saude.fichas.itens import BlocoReprocessamento
from saude.fichas.models import Reprocessamento
from saude.processamento.em_massa import cut
from saude.processamento.models import Regeneracao
from saude.processamento.versoes import WRITTEN

Estado = Regeneracao.Estado


class Refused(Exception):
    """It cannot be begun or confirmed; the message is for the user."""


def all_of(entidade: Entidade) -> QuerySet[Regeneracao]:
    return (
        Regeneracao.objects.filter(entidade=entidade)
        .select_related("previa", "trabalho", "por")
        .order_by("-pk")
    )


@transaction.atomic
def ask(*, entidade: Entidade, para: str, inicio: date, fim: date, by: Autor) -> Regeneracao:
    """Look at what writing the fichas of a period in another version would do. Nothing changes yet.

    One that only waits for a confirmation gives way; one at work does not.
    """
    if para not in VERSIONS:
        raise Refused("Escolha uma versão do LEDI da lista.")
    if fim < inicio:
        raise Refused("O fim do período é anterior ao início.")
    travas.wait(travas.REPROCESSAMENTO, entidade.pk)
    for other in all_of(entidade)[:20]:
        if other.ocupada:
            raise Refused("Há uma regeneração em andamento. Espere que termine, ou acompanhe-a.")
        if other.estado == Estado.PRONTA:
            give_up(regeneracao=other, by=by)
    row = Regeneracao.objects.create(entidade=entidade, para=para, inicio=inicio, fim=fim, por=as_user(by))
    chosen = filtered(entidade, Filtro(inicio=inicio.isoformat(), fim=fim.isoformat()))
    ids = chosen.filter(situacao__in=WRITTEN).order_by("pk").values_list("pk", flat=True)
    row.previa = _job(row, "previa", ids.iterator(10_000))
    row.save(update_fields=["previa"])
    record_event(
        by=by, entidade=entidade, tipo="regeneracao.pedida", alvo=row, para=para, inicio=inicio.isoformat(),
        fim=fim.isoformat(), fichas=row.previa.total,
    )  # fmt: skip
    return row


@transaction.atomic
def confirm(*, regeneracao: Regeneracao, by: Autor) -> Regeneracao:
    """Write the fichas that the preview looked at. Clicked twice, it is one work."""
    row = Regeneracao.objects.select_for_update(of=("self",)).select_related("previa").get(pk=regeneracao.pk)
    if row.trabalho_id:
        return row
    if row.estado != Estado.PRONTA or row.previa is None:
        raise Refused("Esta regeneração não está mais à espera de confirmação.")
    row.trabalho = _job(row, "trabalho", _ids(row.previa))
    row.save(update_fields=["trabalho"])
    record_event(
        by=by, entidade=row.entidade, tipo="regeneracao.confirmada", alvo=row, para=row.para,
        fichas=row.trabalho.total,
    )  # fmt: skip
    return row


@transaction.atomic
def give_up(*, regeneracao: Regeneracao, by: Autor) -> None:
    row = Regeneracao.objects.select_for_update(of=("self",)).get(pk=regeneracao.pk)
    if row.trabalho_id or row.desistida_em:
        raise Refused("Esta regeneração já foi confirmada ou desfeita.")
    row.desistida_em = timezone.now()
    row.save(update_fields=["desistida_em"])
    record_event(by=by, entidade=row.entidade_id, tipo="regeneracao.desistida", alvo=row)


def _job(row: Regeneracao, fase: str, ids: Iterator[int]) -> Reprocessamento:
    job = Reprocessamento.objects.create(
        entidade=row.entidade, filtro={"regeneracao": row.pk, "fase": fase}, por=row.por,
        estado=Reprocessamento.Estado.RODANDO,
    )  # fmt: skip
    job.total = cut(job, ids)
    if not job.total:
        job.estado, job.terminado_em = Reprocessamento.Estado.CONCLUIDO, timezone.now()
    job.save(update_fields=["total", "estado", "terminado_em"])
    return job


def _ids(job: Reprocessamento) -> Iterator[int]:
    for fichas in job.blocos.order_by("pk").values_list("fichas", flat=True).iterator(50):
        yield from fichas


def told(row: Regeneracao, which: str = "") -> Iterator[dict[str, Any]]:
    """The fichas that lose something (`perdidos`), become inconsistentes (`erros`) or stay (`motivo`), in order."""
    blocks = BlocoReprocessamento.objects.filter(reprocessamento=row.previa_id).exclude(resultado=None)
    for rows in blocks.order_by("pk").values_list("resultado", flat=True).iterator(20):
        yield from (one for one in rows or () if not which or one[which])


def first_told(row: Regeneracao, which: str, most: int) -> list[dict[str, Any]]:
    return list(islice(told(row, which), most))
