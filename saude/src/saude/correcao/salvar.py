"""A registration saved: at once where one ficha changes, seen and ticked first where several do (ADR 31)."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from saude.acesso.areas import Areas
from saude.auditoria.actions import Autor
from saude.clientes.models import Cliente
from saude.contas.queries import as_user
from saude.correcao import cliente as actions
from saude.correcao import desfazer
from saude.correcao.cliente import EDITABLE, Plano, StaleClient, plain, python
from saude.fichas.itens import ItemReprocessamento
from saude.fichas.models import Ficha, Reprocessamento
from saude.processamento import lotes, passos, previa

Acao = Reprocessamento.Acao
Efeito = ItemReprocessamento.Efeito
CHANGED = "O cadastro mudou depois desta prévia. Nada foi feito; comece de novo."


@transaction.atomic
def preview(
    *,
    cliente: Cliente,
    changes: Mapping[str, Any],
    revisao: int,
    by: Autor,
    usar_cpf: bool = False,
    cnes: Areas = None,
) -> Reprocessamento | None:
    """The change as a batch to look at; None where there is nothing to look at. StaleClient, ValidationError."""
    plan = actions.plan(cliente=cliente, changes=changes, revisao=revisao, usar_cpf=usar_cpf, cnes=cnes)
    asked = {
        "cliente": cliente.pk, "revisao": revisao, "usar_cpf": usar_cpf,
        "dados": {k: plain(changes[k]) for k in EDITABLE if k in changes},
    }  # fmt: skip
    return _opened(cliente, plan, asked, by, cnes)


@transaction.atomic
def preview_waiting(*, cliente: Cliente, by: Autor, cnes: Areas) -> Reprocessamento | None:
    """What waits in these áreas, as a batch to look at; None where one ficha takes it and nothing is wrong."""
    plan = actions.plan_waiting(cliente=cliente, cnes=cnes)
    return _opened(cliente, plan, {"cliente": cliente.pk, "revisao": cliente.revisao}, by, cnes)


def _opened(
    cliente: Cliente, plan: Plano, asked: dict[str, Any], by: Autor, cnes: Areas
) -> Reprocessamento | None:
    if not plan.fichas:
        return None
    job = lotes.open_preview(
        entidade=cliente.entidade, acao=Acao.CADASTRO, fichas=Ficha.objects.filter(pk__in=plan.fichas),
        pedido=asked, by=by, cnes=cnes,
    )  # fmt: skip
    previa.assess_items(job, list(job.itens.all()), plan.fichas)
    good = job.itens.filter(escolhida=True).count()
    if len(plan.fichas) == 1 and good:
        job.delete()
        return None
    return job


def nothing_good(job: Reprocessamento, cliente: Cliente) -> bool:
    """Neither the registration nor a ficha would change: no ficha takes what is there."""
    return not _plan(job, cliente).depois and not job.itens.exclude(efeito=Efeito.CONTINUA).exists()


def _plan(job: Reprocessamento, cliente: Cliente) -> Plano:
    areas = _areas(job)
    if "dados" not in job.filtro:
        return actions.plan_waiting(cliente=cliente, cnes=areas)
    return actions.plan(
        cliente=cliente, changes=_values(job), revisao=job.filtro["revisao"], usar_cpf=job.filtro["usar_cpf"],
        cnes=areas,
    )  # fmt: skip


def _values(job: Reprocessamento) -> dict[str, Any]:
    return {k: python(k, v) for k, v in job.filtro["dados"].items()}


def _areas(job: Reprocessamento) -> Areas:
    return set(job.filtro["areas"]) if "areas" in job.filtro else None


def planned(job: Reprocessamento) -> Plano:
    """What the preview shows; nothing where the registration changed since."""
    cliente = Cliente.objects.get(pk=job.filtro["cliente"])
    try:
        return _plan(job, cliente)
    except (StaleClient, ValidationError):
        return Plano({}, {}, {})


@transaction.atomic
def confirm(*, job: Reprocessamento, numero: int, by: Autor) -> list[int] | None:
    """The registration and the chosen fichas, at once; those that were processed, None when it was done before.

    LoteRefused when the registration changed since. A ficha that changed since stays as it is, and is told.
    """
    current = lotes.hold(job)
    if current.estado in lotes.CONFIRMED:
        return None
    chosen = list(lotes.checked(current, numero, at_least=0).order_by("ficha_id"))
    cliente = Cliente.objects.select_for_update().get(pk=current.filtro["cliente"])
    going = {i.ficha_id for i in passos.ready(current, chosen)}
    left = set(current.itens.values_list("ficha_id", flat=True)) - going
    touched = _write(current, cliente, left, by)
    counts = passos.outcome(chosen)
    limit = {"areas": current.filtro["areas"]} if "areas" in current.filtro else {}
    current.filtro = desfazer.asked(cliente) | limit
    current.estado, current.por, current.terminado_em = lotes.Estado.CONCLUIDO, as_user(by), timezone.now()
    current.total = current.feitas = len(chosen)
    current.processadas, current.inconsistentes = counts["processada"], counts["inconsistente"]
    current.pendentes, current.puladas = counts["pendente"], counts["pulada"]
    current.save()
    return touched


def _write(job: Reprocessamento, cliente: Cliente, left: set[int], by: Autor) -> list[int]:
    if cliente.revisao != job.filtro["revisao"] or cliente.mesclado_em_id:
        raise lotes.LoteRefused(CHANGED)
    if "dados" not in job.filtro:
        return actions.apply_waiting(cliente=cliente, by=by, cnes=_areas(job), exceto=left)
    try:
        return actions.correct_client(
            cliente=cliente, changes=_values(job), revisao=job.filtro["revisao"], by=by,
            usar_cpf=job.filtro["usar_cpf"], cnes=_areas(job), exceto=left,
        )  # fmt: skip
    except ValidationError as invalid:
        raise lotes.LoteRefused(f"Nada foi feito: {' '.join(invalid.messages)}") from None
