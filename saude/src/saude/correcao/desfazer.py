"""A change of a registration taken back: its own values, then those of the fichas it flowed to."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from saude.acesso.areas import Areas
from saude.auditoria.actions import Autor, record_event
from saude.clientes.models import Alteracao, Cliente
from saude.comum.texto import number
from saude.contas.queries import as_user
from saude.contas.request import UserRequest
from saude.correcao.cliente import EDITABLE, _text, column
from saude.fichas.models import Reprocessamento
from saude.processamento import em_massa, lotes

Acao = Reprocessamento.Acao
CHANGED = "O cadastro mudou depois desta correção: corrija-o, em vez de desfazer."


@transaction.atomic
def remember(
    *, cliente: Cliente, antes: Mapping[int, int], by: Autor, cnes: Areas = None
) -> Reprocessamento | None:
    """The correction just made as a batch that can be undone; None when it changed no ficha."""
    if not antes:
        return None
    return lotes.record_done(entidade=cliente.entidade, pedido=asked(cliente), antes=antes, by=by, cnes=cnes)


def asked(cliente: Cliente) -> dict[str, Any]:
    """What takes back the change of a registration (`cliente`: as it was before it)."""
    current = Cliente.objects.get(pk=cliente.pk)
    if current.revisao == cliente.revisao:  # the registration was right: only the fichas took its values
        return {}
    rows = Alteracao.objects.filter(cliente=cliente, fonte=Alteracao.Fonte.USUARIO, aplicada=True)
    last = {a.campo: a.pk for a in rows.order_by("pk")}
    changed = [n for n in EDITABLE if getattr(current, n) != getattr(cliente, n)]
    return {
        "cliente": cliente.pk, "revisao": current.revisao, "alteracoes": [last[n] for n in changed if n in last],
    }  # fmt: skip


def just_done(request: UserRequest) -> Reprocessamento | None:
    """The change that the user made just now (`feito` of the address), while nobody took it back."""
    pk = number(request.GET.get("feito", ""))
    if pk is None:
        return None
    known = em_massa.jobs(request.entidade, cnes=request.cnes_do_acesso, by=request.user)
    job = known.filter(pk=pk, acao=Acao.CADASTRO, por=request.user).first()
    if job is None or not lotes.undoable(job):
        return None
    undone = Reprocessamento.objects.filter(desfaz=job).exclude(estado=Reprocessamento.Estado.PREVIA)
    return None if undone.exists() else job


@transaction.atomic
def confirm(*, job: Reprocessamento, numero: int, by: Autor) -> Reprocessamento:
    """`lotes.confirm`; the undo of a registration's change puts the registration back first, or refuses."""
    waited = job.estado == Reprocessamento.Estado.PREVIA
    done = lotes.confirm(job=job, numero=numero, by=by)
    if waited and job.desfaz and "cliente" in job.desfaz.filtro:
        _put_back(job.desfaz.filtro, by)
    return done


def _put_back(pedido: Mapping[str, Any], by: Autor) -> None:
    cliente = Cliente.objects.select_for_update().filter(pk=pedido["cliente"]).first()
    if cliente is None or cliente.revisao != pedido["revisao"] or cliente.mesclado_em_id:
        raise lotes.LoteRefused(CHANGED)
    for row in Alteracao.objects.filter(pk__in=pedido["alteracoes"], cliente=cliente):
        field = column(row.campo)
        now = getattr(cliente, row.campo)
        setattr(
            cliente, row.campo, None if field.null and not row.anterior else field.to_python(row.anterior)
        )
        Alteracao.objects.create(
            cliente=cliente, campo=row.campo, anterior=_text(now), novo=row.anterior, aplicada=True,
            fonte=Alteracao.Fonte.USUARIO, usuario=as_user(by),
        )  # fmt: skip
    cliente.revisao += 1
    cliente.full_clean(exclude=["entidade", "mesclado_em"])
    cliente.save()
    record_event(by=by, entidade=cliente.entidade_id, tipo="cliente.desfeito", alvo=cliente)
