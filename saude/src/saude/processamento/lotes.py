"""Batches over fichas: seen first, ticked, confirmed with their number, done in blocks, and taken back (ADR 31).

A preview is stored, and nothing is written until it is confirmed: a network cut in between leaves the preview.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from saude.acesso.areas import Areas
from saude.auditoria.actions import Autor, record_event
from saude.banco import travas
from saude.banco.fila import enqueue
from saude.cadastros.models import Entidade
from saude.contas.queries import as_user
from saude.fichas import itens
from saude.fichas.filtro import Filtro, filtered
from saude.fichas.itens import BlocoReprocessamento, ItemReprocessamento
from saude.fichas.models import ConteudoAnterior, Ficha, Reprocessamento
from saude.fichas.situacoes import open_situations
from saude.processamento import em_massa, passos
from saude.processamento.previa import assess_items

VALID_FOR = timedelta(hours=2)
KEPT_FOR = timedelta(days=2)
AT_ONCE = 500  # assessed while the person waits; more, in the background
Acao = Reprocessamento.Acao
Estado = Reprocessamento.Estado
CONFIRMED = (Estado.ESPERA, Estado.RODANDO, Estado.CONCLUIDO, Estado.FALHOU)
EVENTS = {
    Acao.REPROCESSAR: "fichas.reprocessamento",
    Acao.CORRIGIR: "causa.corrigida",
    Acao.DESCARTAR: "recebimento.desfeito",
    Acao.DESFAZER: "lote.desfeito",
}


class LoteRefused(Exception):
    """The batch cannot be done; the message says why and what to do."""


def preview_reprocess(
    *, entidade: Entidade, filtro: Filtro, by: Autor, cnes: Areas = None
) -> Reprocessamento:
    fichas = filtered(entidade, filtro, cnes=cnes).filter(situacao__in=open_situations("reprocessar"))
    return open_preview(
        entidade=entidade, acao=Acao.REPROCESSAR, fichas=fichas, pedido=filtro.as_json(), by=by, cnes=cnes
    )


def preview_correction(
    *, entidade: Entidade, causa: str, valor: Any, competencia: str, by: Autor, cnes: Areas = None
) -> Reprocessamento:
    """`valor` (None takes it away) in the field of every open finding of the cause."""
    filtro = Filtro(causa=causa, competencia=competencia)
    fichas = filtered(entidade, filtro, cnes=cnes).filter(situacao__in=open_situations("corrigir"))
    asked = filtro.as_json() | {"mudancas": {"valor": valor}}
    return open_preview(entidade=entidade, acao=Acao.CORRIGIR, fichas=fichas, pedido=asked, by=by, cnes=cnes)


@transaction.atomic
def open_preview(
    *,
    entidade: Entidade,
    acao: str,
    fichas: QuerySet[Ficha],
    pedido: dict[str, Any],
    by: Autor,
    cnes: Areas = None,
) -> Reprocessamento:
    """The batch as it would be, all its fichas chosen; LoteRefused when there is none."""
    _forget_old(entidade)
    limit = {} if cnes is None else {"areas": sorted(cnes)}
    job = Reprocessamento.objects.create(
        entidade=entidade, acao=acao, filtro=pedido | limit, por=as_user(by), estado=Estado.PREVIA
    )
    job.total = itens.fill(job.pk, fichas)
    if not job.total:
        raise LoteRefused("Nenhuma ficha a mudar.")
    if acao == Acao.CORRIGIR and job.total <= AT_ONCE:
        assess_items(job, list(job.itens.all()))
    elif acao == Acao.CORRIGIR:
        job.estado = Estado.MONTANDO
        _assess_later(job)
    elif acao == Acao.DESCARTAR:
        _leave_out(job)
    job.save(update_fields=["total", "estado"])
    return job


def _assess_later(job: Reprocessamento) -> None:
    for block in em_massa.blocks(_ids(job.itens.all())):
        bloco = BlocoReprocessamento.objects.create(reprocessamento=job, fichas=block)
        enqueue("fichas.conferir_bloco", bloco_id=bloco.pk)


def _ids(items: QuerySet[ItemReprocessamento]) -> Iterator[int]:
    return items.order_by("ficha_id").values_list("ficha_id", flat=True).iterator(10_000)


def _forget_old(entidade: Entidade) -> None:
    old = Reprocessamento.objects.filter(
        entidade=entidade,
        estado__in=[Estado.PREVIA, Estado.MONTANDO],
        criado_em__lt=timezone.now() - KEPT_FOR,
    )
    old.delete()


@transaction.atomic
def choose(*, job: Reprocessamento, shown: Collection[int], ticked: Collection[int]) -> int:
    """The ticks of one page of the preview, kept; how many fichas are chosen in all."""
    current = Reprocessamento.objects.select_for_update().get(pk=job.pk)
    if current.estado == Estado.PREVIA:
        page = current.itens.filter(ficha_id__in=shown).exclude(_never(current))
        page.update(escolhida=False)
        page.filter(ficha_id__in=ticked).update(escolhida=True)
    return current.itens.filter(escolhida=True).count()


@transaction.atomic
def choose_all(*, job: Reprocessamento, wanted: bool) -> None:
    current = Reprocessamento.objects.select_for_update().get(pk=job.pk)
    if current.estado == Estado.PREVIA:
        current.itens.exclude(_never(current)).update(escolhida=wanted)


def _never(job: Reprocessamento) -> Q:
    """What cannot be chosen: a value that its own field would refuse is never written."""
    refused = Q(efeito=ItemReprocessamento.Efeito.CONTINUA) if job.acao in passos.CONTENT else Q(pk__in=[])
    return refused | ~Q(porque="")


def over(job: Reprocessamento) -> bool:
    """The preview is too old to be what would happen."""
    return job.estado in (Estado.PREVIA, Estado.MONTANDO) and timezone.now() - job.criado_em > VALID_FOR


def hold(job: Reprocessamento) -> Reprocessamento:
    """In the caller's transaction: the batch as it is now, held."""
    travas.wait(travas.REPROCESSAMENTO, job.entidade_id)
    return Reprocessamento.objects.select_for_update(of=("self",)).get(pk=job.pk)


def checked(job: Reprocessamento, numero: int, *, at_least: int = 1) -> QuerySet[ItemReprocessamento]:
    """The chosen ones of a batch that is held, when they are as many as was told; LoteRefused."""
    chosen = job.itens.filter(escolhida=True)
    _check(job, chosen.count(), numero, at_least)
    return chosen


@transaction.atomic
def confirm(*, job: Reprocessamento, numero: int, by: Autor) -> Reprocessamento:
    """Do it to the chosen ones, in the background. Asked twice, it is done once."""
    current = hold(job)
    if current.estado in CONFIRMED:
        return current
    chosen = checked(current, numero)
    current.blocos.all().delete()  # of the assessment
    current.total = em_massa.cut(
        current, chosen.order_by("ficha_id").values_list("ficha_id", flat=True).iterator(10_000)
    )
    current.estado, current.por = Estado.RODANDO, as_user(by)
    current.save(update_fields=["total", "estado", "por"])
    more = {"causa": current.filtro["causa"]} if current.acao == Acao.CORRIGIR else {}
    more |= {"lote": current.desfaz_id} if current.desfaz_id else {}
    record_event(
        by=by,
        entidade=current.entidade_id,
        tipo=EVENTS[Acao(current.acao)],
        alvo=current,
        fichas=numero,
        **more,
    )
    return current


def _check(job: Reprocessamento, number: int, told: int, at_least: int) -> None:
    if job.estado == Estado.MONTANDO:
        raise LoteRefused("A prévia ainda está sendo montada. Espere um pouco.")
    if over(job):
        raise LoteRefused(
            "Esta prévia tem mais de 2 horas: as fichas podem ter mudado. Nada foi feito; comece de novo."
        )
    if number < at_least:
        raise LoteRefused("Nenhuma ficha está marcada. Marque ao menos uma.")
    if number != told:
        raise LoteRefused(
            f"As marcas mudaram em outra página: agora são {number}, e não {told}. Nada foi feito; confira e confirme."
        )


@transaction.atomic
def drop(*, job: Reprocessamento) -> bool:
    """Desistir: the preview goes, nothing was done. False when it was confirmed meanwhile."""
    mine = Reprocessamento.objects.select_for_update().filter(
        pk=job.pk, estado__in=[Estado.PREVIA, Estado.MONTANDO]
    )
    return bool(mine and mine[0].delete())


def undoable(job: Reprocessamento) -> bool:
    """Done, by somebody who saw it, and not an undo itself."""
    over_ = job.estado in (Estado.CONCLUIDO, Estado.FALHOU)
    return over_ and job.acao != Acao.DESFAZER and job.itens.filter(feita=True).exists()


@transaction.atomic
def preview_undo(*, job: Reprocessamento, by: Autor, cnes: Areas = None) -> Reprocessamento:
    """The batch that takes this one back; asked again, the same one. What cannot go back is not chosen, and told."""
    current = Reprocessamento.objects.select_for_update(of=("self",)).get(pk=job.pk)
    if not undoable(current):
        raise LoteRefused("Não há o que desfazer neste lote.")
    old = Reprocessamento.objects.filter(desfaz=current).first()
    if old is not None and old.estado not in (Estado.PREVIA, Estado.MONTANDO):
        raise LoteRefused("Este lote já foi desfeito.")
    if old is not None:
        old.delete()
    areas = {"areas": current.filtro["areas"]} if "areas" in current.filtro else {}
    made = Reprocessamento.objects.create(
        entidade_id=current.entidade_id,
        acao=Acao.DESFAZER,
        desfaz=current,
        filtro=areas,
        por=as_user(by),
        estado=Estado.PREVIA,
    )
    made.total = itens.fill_from(made.pk, current.itens.all())
    made.save(update_fields=["total"])
    _leave_out(made)
    return made


def _leave_out(job: Reprocessamento) -> None:
    """Those that the undo would pass over are not chosen from the start; block by block, so that memory is bounded."""
    for block in em_massa.blocks(_ids(job.itens.all())):
        items = list(job.itens.filter(ficha_id__in=block))
        fichas = Ficha.objects.in_bulk(block)
        reasons = passos.why_not(job, items, fichas)
        for reason in set(reasons.values()):
            those = [pk for pk, why in reasons.items() if why == reason]
            job.itens.filter(ficha_id__in=those).update(escolhida=False, porque=reason)


@transaction.atomic
def record_done(
    *, entidade: Entidade, pedido: dict[str, Any], antes: Mapping[int, int], by: Autor, cnes: Areas = None
) -> Reprocessamento:
    """A change of content made elsewhere (`antes`: ficha -> its revision before) as a batch, undone as one."""
    limit = {} if cnes is None else {"areas": sorted(cnes)}
    job = Reprocessamento.objects.create(
        entidade=entidade, acao=Acao.CADASTRO, filtro=pedido | limit, por=as_user(by),
        estado=Estado.CONCLUIDO, total=len(antes), feitas=len(antes), terminado_em=timezone.now(),
    )  # fmt: skip
    changed = set(
        ConteudoAnterior.objects.filter(ficha_id__in=antes, revisao__in=set(antes.values())).values_list(
            "ficha_id", "revisao"
        )
    )
    fichas = Ficha.objects.filter(pk__in=antes)
    ItemReprocessamento.objects.bulk_create(
        ItemReprocessamento(
            reprocessamento=job, ficha=f, revisao_antes=antes[f.pk], situacao_antes=f.situacao, feita=True,
            revisao_depois=f.revisao, situacao_depois=f.situacao,
        )
        for f in fichas
        if (f.pk, antes[f.pk]) in changed
    )  # fmt: skip
    return job
