"""Mass reprocessing: a selection is cut into blocks once, workers do each block once, progress is summed."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from saude.acesso.areas import Areas
from saude.auditoria.actions import Autor, record_event
from saude.banco import espera, travas
from saude.banco.fila import alive, enqueue, without_task
from saude.cadastros.models import Entidade
from saude.contas.queries import as_user
from saude.fichas.filtro import Filtro, filtered
from saude.fichas.itens import BlocoReprocessamento
from saude.fichas.models import Reprocessamento
from saude.fichas.situacoes import open_situations
from saude.processamento import passos, versoes
from saude.processamento.actions import correct_each
from saude.processamento.julgar import context
from saude.processamento.models import Regeneracao

BLOCK = 500
OPEN = (Reprocessamento.Estado.ESPERA, Reprocessamento.Estado.RODANDO)
GIVEN_UP = (
    "Parou depois de muitas tentativas: o que já foi feito ficou. Se a causa foi resolvida, peça de novo."
)


@transaction.atomic
def start_reprocess(*, entidade: Entidade, filtro: Filtro, by: Autor, cnes: Areas = None) -> Reprocessamento:
    """Queue the reprocessing of all that match; one already running for the same filter is returned."""
    asked = filtro.as_json() | _limit(cnes)
    job, made = _queued(entidade, filtro, asked, "reprocessar", by, cnes)
    if made:
        record_event(by=by, entidade=entidade, tipo="fichas.reprocessamento", alvo=job, fichas=job.total)
    return job


def _queued(
    entidade: Entidade, filtro: Filtro, asked: dict[str, Any], event: str, by: Autor, cnes: Areas
) -> tuple[Reprocessamento, bool]:
    """The job with its blocks in the queue, and whether it was made now: asked twice, it is one."""
    travas.wait(travas.REPROCESSAMENTO, entidade.pk)
    waiting = Reprocessamento.objects.filter(
        entidade=entidade, filtro=asked, estado__in=["espera", "rodando"]
    )
    if running := waiting.first():
        revive(running)
        running.refresh_from_db()
        if running.estado in OPEN:
            return running, False
    job = Reprocessamento.objects.create(entidade=entidade, filtro=asked, por=as_user(by))
    chosen = filtered(entidade, filtro, cnes=cnes).filter(situacao__in=open_situations(event))
    job.total = cut(job, chosen.order_by("pk").values_list("pk", flat=True).iterator(10_000))
    job.estado = Reprocessamento.Estado.RODANDO if job.total else Reprocessamento.Estado.CONCLUIDO
    job.terminado_em = None if job.total else timezone.now()
    job.save(update_fields=["total", "estado", "terminado_em"])
    return job, True


def _limit(cnes: Areas) -> dict[str, Any]:
    return {} if cnes is None else {"areas": sorted(cnes)}


def jobs(entidade: Entidade, *, cnes: Areas = None, by: Autor = None) -> QuerySet[Reprocessamento]:
    """The mass reprocessings; for some áreas, those that took fichas of no other, and the user's own."""
    rows = Reprocessamento.objects.filter(entidade=entidade)
    if cnes is None:
        return rows
    inside = Q(filtro__areas__isnull=False, filtro__areas__contained_by=sorted(cnes))
    return rows.filter(inside | Q(por=by) if by else inside)


def stopped(job: Reprocessamento) -> bool:
    """Blocks are left, and no task waits to do them: it was tried and failed too often."""
    if job.estado != Reprocessamento.Estado.RODANDO:
        return False
    left = list(job.blocos.filter(feito_em=None).values_list("pk", flat=True)[:1000])
    return bool(left) and not alive("fichas.reprocessar_bloco", "bloco_id", left)


def waits(job: Reprocessamento) -> dict[str, Any]:
    """For a page: why the blocks that are left wait, and since when."""
    left = job.blocos.filter(feito_em=None).values_list("pk", flat=True)
    return espera.waits("fichas.reprocessar_bloco", "bloco_id", left, asked=job.criado_em)


def blocks(ids: Iterable[int]) -> Iterator[list[int]]:
    waiting = iter(ids)
    while block := list(islice(waiting, BLOCK)):
        yield block


def cut(job: Reprocessamento, ids: Iterable[int]) -> int:
    """These fichas as blocks of the job, each with its task in the queue; how many there are."""
    total = 0
    for block in blocks(ids):
        bloco = BlocoReprocessamento.objects.create(reprocessamento=job, fichas=block)
        enqueue("fichas.reprocessar_bloco", bloco_id=bloco.pk)
        total += len(block)
    return total


def reprocess_block(bloco_id: int) -> None:
    """Do one block, exactly once: its fichas, its mark and the progress are one transaction."""
    with transaction.atomic():
        bloco = BlocoReprocessamento.objects.select_for_update().get(pk=bloco_id)
        if bloco.feito_em:
            return
        jobs = Reprocessamento.objects.select_related("entidade__instalacao", "por", "desfaz")
        job = jobs.get(pk=bloco.reprocessamento_id)
        counts = _work(bloco, job)
        bloco.feito_em = timezone.now()
        bloco.save(update_fields=["feito_em", "resultado"])
        Reprocessamento.objects.filter(pk=job.pk).update(
            feitas=F("feitas") + len(bloco.fichas),
            processadas=F("processadas") + counts.get("processada", 0),
            inconsistentes=F("inconsistentes") + counts.get("inconsistente", 0),
            pendentes=F("pendentes") + counts.get("pendente", 0),
            puladas=F("puladas") + counts.get("pulada", 0),
        )
        # in the same transaction: a worker killed here leaves no job that nobody ends
        close_if_done(bloco.reprocessamento_id)


def _work(bloco: BlocoReprocessamento, job: Reprocessamento) -> dict[str, int]:
    """A batch that somebody saw and confirmed has items; the system's own, and those of a release before, have none."""
    if job.itens.exists():
        return passos.do_block(bloco, job)
    if "mudancas" in job.filtro:
        changes = passos.cause_changes(job, bloco.fichas)
        return correct_each(entidade=job.entidade, changes=changes, by=job.por)
    if "regeneracao" in job.filtro:
        return _regenerate_block(bloco, job)
    return passos.judge_apart(bloco.fichas, job)


def _regenerate_block(bloco: BlocoReprocessamento, job: Reprocessamento) -> dict[str, int]:
    """A block of fichas in another LEDI version: looked at, or written."""
    pk, previa = job.filtro["regeneracao"], job.filtro["fase"] == "previa"
    para = Regeneracao.objects.values_list("para", flat=True).get(pk=pk)

    def write(ids: Sequence[int]) -> dict[str, int]:
        return versoes.rewrite(ids, para, context(job.entidade), by=job.por)

    why: Counter[str] = Counter()
    if previa:
        counts, why = versoes.look(bloco, para, context(job.entidade))
    else:
        counts = passos.apart(bloco.fichas, job, write)
    row = Regeneracao.objects.select_for_update().get(pk=pk)  # last of all: blocks side by side do not wait
    name = "resumo" if previa else "feito"
    known = Counter({kind: counts.get(kind, 0) for kind in versoes.KINDS})
    setattr(row, name, dict(Counter(getattr(row, name)) + known))
    row.motivos = dict((Counter(row.motivos) + why).most_common(versoes.MAX_REASONS))
    row.save(update_fields=[name, "motivos"])
    return {} if previa else counts


def revive(job: Reprocessamento) -> None:
    """A job whose work was lost is worked at again; one that failed for good says so."""
    undone = list(job.blocos.filter(feito_em=None).order_by("pk").values_list("pk", flat=True))
    lost = without_task("fichas.reprocessar_bloco", "bloco_id", undone)
    if any(lost.values()):
        mine = Reprocessamento.objects.filter(pk=job.pk, estado__in=OPEN)
        mine.update(estado=Reprocessamento.Estado.FALHOU, erro=GIVEN_UP, terminado_em=timezone.now())
        return
    for pk in sorted(lost):
        enqueue("fichas.reprocessar_bloco", bloco_id=pk)
    if not undone:
        close_if_done(job.pk)


def close_if_done(job_id: int) -> None:
    """Nothing is left to do: a worker that was killed before it said so is no reason to wait."""
    Reprocessamento.objects.filter(
        pk=job_id, estado=Reprocessamento.Estado.RODANDO, feitas__gte=F("total")
    ).update(estado=Reprocessamento.Estado.CONCLUIDO, terminado_em=timezone.now())
