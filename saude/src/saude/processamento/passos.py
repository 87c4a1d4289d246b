"""What a batch does to the fichas of one block, each looked at again under its lock: done, or left alone and why."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

from saude.fichas.itens import BlocoReprocessamento, ItemReprocessamento, save_outcome
from saude.fichas.models import Descarte, Entrada, Evento, Ficha, Reprocessamento
from saude.fichas.situacoes import Motivo, Situacao
from saude.inconsistencias.models import Inconsistencia
from saude.processamento import conteudos, descarte
from saude.processamento.actions import correct_each, judge_again, set_aside
from saude.processamento.julgar import context
from saude.processamento.metades import in_halves

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
    return at_places(cause_places(job.filtro["causa"], ids), job.filtro["mudancas"]["valor"])


def cause_places(cause: str, ids: Sequence[int]) -> dict[int, list[str]]:
    """ficha -> the paths that the cause points at."""
    rows = Inconsistencia.objects.filter(ficha_id__in=ids, causa=cause, encerrada_em=None)
    places: dict[int, list[str]] = {}
    for ficha_id, campo in rows.values_list("ficha_id", "campo"):
        places.setdefault(ficha_id, []).append(campo)
    return places


def at_places(places: Mapping[int, Sequence[str]], value: Any) -> dict[int, dict[str, Any]]:
    return {pk: dict.fromkeys(paths, value) for pk, paths in places.items()}


def _correct(job: Reprocessamento, ready: Items) -> None:
    changes = cause_changes(job, [i.ficha_id for i in ready])
    for item in ready:
        if item.ficha_id not in changes:
            item.porque = Porque.RESOLVIDA

    def do(some: Items) -> None:
        correct_each(
            entidade=job.entidade, changes={i.ficha_id: changes[i.ficha_id] for i in some}, by=job.por
        )

    in_halves([i for i in ready if not i.porque], do, _failed)


def _reprocess(job: Reprocessamento, ready: Items) -> None:
    judge_apart([i.ficha_id for i in ready], job)


def judge_apart(ids: Sequence[int], job: Reprocessamento) -> dict[str, int]:
    return apart(ids, job, lambda some: judge_again(some, context(job.entidade), by=job.por))


def apart(
    ids: Sequence[int], job: Reprocessamento, work: Callable[[Sequence[int]], dict[str, int]]
) -> dict[str, int]:
    """A ficha that cannot be judged or stored again stays as it is, pendente and seen; the others are done."""

    def alone(ficha_id: int, error: Exception) -> dict[str, int]:
        log.error("ficha not reprocessed: id=%s %s", ficha_id, type(error).__name__)
        return {"processada": 0, "inconsistente": 0, "pendente": set_aside(ficha_id, job.entidade)}

    total: Counter[str] = Counter()
    for counts in in_halves(ids, work, alone):
        total.update(counts)
    return total


def _failed(item: ItemReprocessamento, error: Exception) -> None:
    """One that cannot be stored is told and left as it was."""
    log.error("ficha not done by a batch: id=%s %s", item.ficha_id, type(error).__name__)
    item.porque = Porque.FALHOU


def _discard(job: Reprocessamento, ready: Items) -> None:
    note = f"Recebimento desfeito (lote {job.pk})"

    def do(some: Items) -> None:
        descarte.discard_each(
            entidade=job.entidade, ids=[i.ficha_id for i in some], motivo=Descarte.Motivo.ENGANO,
            observacao=note, by=job.por,
        )  # fmt: skip

    in_halves(ready, do, _failed)


def _before(job: Reprocessamento) -> QuerySet[ItemReprocessamento]:
    assert job.desfaz is not None
    return job.desfaz.itens.all()


def _undo_content(job: Reprocessamento, ready: Items) -> None:
    revisions = dict(
        _before(job).filter(ficha_id__in=[i.ficha_id for i in ready]).values_list("ficha_id", "revisao_antes")
    )

    def do(some: Items) -> None:
        para = {i.ficha_id: revisions[i.ficha_id] for i in some}
        conteudos.restore_each(entidade=job.entidade, para=para, by=job.por, lote=job.desfaz_id)

    in_halves(ready, do, _failed)


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
    def do(some: Items) -> None:
        descarte.restore_each(entidade=job.entidade, ids=[i.ficha_id for i in some], by=job.por)

    in_halves(ready, do, _failed)


STEPS: Mapping[str, Callable[[Reprocessamento, Items], None]] = {
    Acao.REPROCESSAR: _reprocess,
    Acao.CORRIGIR: _correct,
    Acao.DESCARTAR: _discard,
    "desfazer-reprocessar": _undo_reprocess,
    "desfazer-corrigir": _undo_content,
    "desfazer-cadastro": _undo_content,
    "desfazer-descartar": _undo_discard,
}
