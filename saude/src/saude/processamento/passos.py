"""What a batch does to the fichas of one block, each looked at again under its lock: done, or left alone and why."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg
from django.db import OperationalError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from saude.fichas.itens import BlocoReprocessamento, ItemReprocessamento, save_outcome
from saude.fichas.models import Descarte, Entrada, Evento, Ficha, Reprocessamento
from saude.fichas.situacoes import Motivo, Situacao
from saude.inconsistencias.models import Inconsistencia
from saude.processamento import conteudos, descarte
from saude.processamento.actions import correct_each, judge_again, set_aside
from saude.processamento.julgar import context

log = logging.getLogger(__name__)
Acao = Reprocessamento.Acao
Porque = ItemReprocessamento.Porque
Items = Sequence[ItemReprocessamento]
#: batches that changed the content of their fichas
CONTENT = frozenset({Acao.CORRIGIR, Acao.CADASTRO})


def do_block(bloco: BlocoReprocessamento, job: Reprocessamento) -> dict[str, int]:
    """In the caller's transaction; how many are in each situation then, and how many were left alone."""
    items = list(job.itens.filter(ficha_id__in=bloco.fichas, escolhida=True).order_by("ficha_id"))
    STEPS[step_of(job)](job, ready(job, items))
    return outcome(items)


def outcome(items: Items) -> Counter[str]:
    """What became of each, kept; how many are in each situation then, and how many were left alone."""
    after = {
        pk: (revision, situation)
        for pk, revision, situation in Ficha.objects.filter(pk__in=[i.ficha_id for i in items]).values_list(
            "pk", "revisao", "situacao"
        )
    }
    counts: Counter[str] = Counter()
    for item in items:
        item.feita = not item.porque
        if item.feita:
            item.revisao_depois, item.situacao_depois = after[item.ficha_id]
            counts[item.situacao_depois] += 1
        else:
            item.situacao_depois = ""
            counts["pulada"] += 1
    save_outcome(items)
    return counts


def step_of(job: Reprocessamento) -> str:
    """An undo is a step of its own for each kind of batch."""
    return f"desfazer-{job.desfaz.acao}" if job.desfaz else str(job.acao)


def ready(job: Reprocessamento, items: Items) -> list[ItemReprocessamento]:
    """Those that may be touched, their fichas held; the others say why not."""
    mine = Ficha.objects.filter(entidade=job.entidade_id, pk__in=[i.ficha_id for i in items])
    held = {f.pk: f for f in mine.order_by("pk").select_for_update(of=("self",))}
    reasons = why_not(job, items, held)
    for item in items:
        item.porque = reasons.get(item.ficha_id, "")
    return [i for i in items if not i.porque]


def why_not(job: Reprocessamento, items: Items, fichas: Mapping[int, Ficha]) -> dict[int, str]:
    """ficha -> why the batch leaves it alone, as it is now."""
    step = step_of(job)
    mended = conteudos.replaced_since({i.ficha_id: _since(step, i) for i in items})
    found: dict[int, str] = {}
    for item in items:
        ficha = fichas.get(item.ficha_id)
        if ficha is None:
            found[item.ficha_id] = Porque.MUDOU
        elif reason := _reason(step, item, ficha, item.ficha_id in mended):
            found[item.ficha_id] = reason
    return found


def _since(step: str, item: ItemReprocessamento) -> int:
    """Content replaced at this revision or later was not there when the batch looked."""
    return 0 if step == Acao.DESCARTAR else item.revisao_antes


def _reason(step: str, item: ItemReprocessamento, ficha: Ficha, mended: bool) -> str:
    if ficha.situacao == Situacao.EXPORTADA:
        return Porque.EXPORTADA
    if step == "desfazer-descartar":
        return "" if ficha.situacao == Situacao.DESCARTADA else Porque.VOLTOU
    if ficha.situacao == Situacao.DESCARTADA:
        return Porque.DESCARTADA
    if step in CONTENT:
        return "" if ficha.revisao == item.revisao_antes else Porque.MUDOU
    if step == "desfazer-reprocessar":
        return "" if ficha.revisao == item.revisao_antes else Porque.VOLTOU
    return Porque.CORRIGIDA if mended and step != Acao.REPROCESSAR else ""


def cause_changes(job: Reprocessamento, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """ficha -> path -> the batch's value, at every place its cause points at."""
    rows = Inconsistencia.objects.filter(ficha_id__in=ids, causa=job.filtro["causa"], encerrada_em=None)
    changes: dict[int, dict[str, Any]] = {}
    for ficha_id, campo in rows.values_list("ficha_id", "campo"):
        changes.setdefault(ficha_id, {})[campo] = job.filtro["mudancas"]["valor"]
    return changes


def _correct(job: Reprocessamento, ready: Items) -> None:
    changes = cause_changes(job, [i.ficha_id for i in ready])
    for item in ready:
        if item.ficha_id not in changes:
            item.porque = Porque.RESOLVIDA

    def do(ids: list[int]) -> None:
        correct_each(entidade=job.entidade, changes={pk: changes[pk] for pk in ids}, by=job.por)

    _apart([i for i in ready if not i.porque], do)


def _reprocess(job: Reprocessamento, ready: Items) -> None:
    judge_apart([i.ficha_id for i in ready], job)


def judge_apart(ids: list[int], job: Reprocessamento) -> dict[str, int]:
    return apart(ids, job, lambda some: judge_again(some, context(job.entidade), by=job.por))


def apart(
    ids: list[int], job: Reprocessamento, work: Callable[[list[int]], dict[str, int]]
) -> dict[str, int]:
    """A ficha that cannot be judged or stored again stays as it is, pendente and seen; the others are done."""
    try:
        with transaction.atomic():
            return work(ids)
    except (OperationalError, psycopg.OperationalError):
        raise  # the database's trouble, not a record's: the block is tried again as a whole
    except Exception as error:
        if len(ids) > 1:
            half = len(ids) // 2
            return Counter(apart(ids[:half], job, work)) + Counter(apart(ids[half:], job, work))
        log.error("ficha not reprocessed: id=%s %s", ids[0], type(error).__name__)
        return {"processada": 0, "inconsistente": 0, "pendente": set_aside(ids[0], job.entidade)}


def _apart(items: Items, do: Callable[[list[int]], None]) -> None:
    """All of them at once; those that cannot be stored are told and left as they were, the others are done."""
    if not items:
        return
    try:
        with transaction.atomic():
            do([i.ficha_id for i in items])
    except (OperationalError, psycopg.OperationalError):
        raise
    except Exception as error:
        if len(items) > 1:
            half = len(items) // 2
            _apart(items[:half], do)
            _apart(items[half:], do)
        else:
            log.error("ficha not done by a batch: id=%s %s", items[0].ficha_id, type(error).__name__)
            items[0].porque = Porque.FALHOU


def _discard(job: Reprocessamento, ready: Items) -> None:
    note = f"Recebimento desfeito (lote {job.pk})"

    def do(ids: list[int]) -> None:
        for ficha in Ficha.objects.filter(pk__in=ids).order_by("pk"):
            descarte.discard(
                ficha=ficha, motivo=Descarte.Motivo.ENGANO, observacao=note, revisao=ficha.revisao, by=job.por
            )

    _apart(ready, do)


def _before(job: Reprocessamento) -> QuerySet[ItemReprocessamento]:
    assert job.desfaz is not None
    return job.desfaz.itens.all()


def _undo_content(job: Reprocessamento, ready: Items) -> None:
    revisions = dict(
        _before(job).filter(ficha_id__in=[i.ficha_id for i in ready]).values_list("ficha_id", "revisao_antes")
    )

    def do(ids: list[int]) -> None:
        conteudos.restore_each(
            entidade=job.entidade, para={pk: revisions[pk] for pk in ids}, by=job.por, lote=job.desfaz_id
        )

    _apart(ready, do)


def _undo_reprocess(job: Reprocessamento, ready: Items) -> None:
    """Judging is not unlearned: what changed waits again, as it did or until somebody has it judged."""
    was = _before(job).filter(ficha_id__in=[i.ficha_id for i in ready])
    for ficha_id, before, after, motive in was.values_list(
        "ficha_id", "situacao_antes", "situacao_depois", "motivo_antes"
    ):
        if before != after:
            _hold_back(ficha_id, job, motive or Motivo.DESFEITO)


def _hold_back(ficha_id: int, job: Reprocessamento, motivo: str) -> None:
    Ficha.objects.filter(pk=ficha_id).update(
        situacao=Situacao.PENDENTE, motivo_pendencia=motivo, n_erros=0, n_avisos=0, revisao=F("revisao") + 1
    )
    Entrada.objects.filter(ficha_id=ficha_id).delete()
    Inconsistencia.objects.filter(ficha_id=ficha_id, encerrada_em=None).update(encerrada_em=timezone.now())
    Evento.objects.create(
        ficha_id=ficha_id, fato=Evento.Fato.DESFEITA, situacao=Situacao.PENDENTE, usuario=job.por,
        detalhe={"lote": job.desfaz_id},
    )  # fmt: skip


def _undo_discard(job: Reprocessamento, ready: Items) -> None:
    def do(ids: list[int]) -> None:
        for ficha in Ficha.objects.filter(pk__in=ids).order_by("pk"):
            descarte.restore(ficha=ficha, by=job.por)

    _apart(ready, do)


STEPS: Mapping[str, Callable[[Reprocessamento, Items], None]] = {
    Acao.REPROCESSAR: _reprocess,
    Acao.CORRIGIR: _correct,
    Acao.DESCARTAR: _discard,
    "desfazer-reprocessar": _undo_reprocess,
    "desfazer-corrigir": _undo_content,
    "desfazer-cadastro": _undo_content,
    "desfazer-descartar": _undo_discard,
}
