"""Consent of the home entidade to an access elsewhere: asked, then given or refused. Audited in both."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from saude.auditoria.actions import record_event
from saude.cadastros.models import Entidade, Estabelecimento
from saude.contas.actions import grant
from saude.contas.models import PedidoAcesso, Usuario
from saude.contas.queries import administers, rules_installation

OPEN = PedidoAcesso.Situacao.AGUARDANDO


@transaction.atomic
def ask(
    *,
    by: Usuario,
    usuario: Usuario,
    entidade: Entidade,
    permissoes: Iterable[str],
    estabelecimento: Estabelecimento | None = None,
) -> PedidoAcesso:
    """Kept until the home entidade answers; asked again, the newer one stands."""
    pedido, _ = PedidoAcesso.objects.update_or_create(
        usuario=usuario,
        entidade=entidade,
        estabelecimento=estabelecimento,
        situacao=OPEN,
        defaults={"permissoes": list(permissoes), "pedido_por": by},
    )
    _tell(by, pedido, "acesso.pedido")
    return pedido


@transaction.atomic
def decide(*, by: Usuario, pedido: PedidoAcesso, sim: bool) -> PedidoAcesso:
    """By who administers the home entidade of the person, and is not the person."""
    row = PedidoAcesso.objects.select_for_update(of=("self",)).get(pk=pedido.pk)
    if row.situacao != OPEN:
        raise ValidationError("Este pedido já foi respondido.")
    if not _may_decide(by, row):
        raise ValidationError(
            "Este pedido é respondido por outra pessoa que administra a entidade de origem."
        )
    if sim and not administers(row.pedido_por, row.entidade_id):
        raise ValidationError("Quem pediu não administra mais a entidade: o pedido pode só ser recusado.")
    row.situacao = PedidoAcesso.Situacao.CONSENTIDO if sim else PedidoAcesso.Situacao.RECUSADO
    row.decidido_por, row.decidido_em = by, timezone.now()
    row.save(update_fields=["situacao", "decidido_por", "decidido_em"])
    _tell(by, row, "acesso.consentido" if sim else "acesso.recusado")
    if sim:
        grant(
            by=row.pedido_por,
            usuario=row.usuario,
            entidade=row.entidade,
            estabelecimento=row.estabelecimento,
            permissoes=row.permissoes,
            consentido=by,
        )
    return row


def received(entidade: Entidade) -> QuerySet[PedidoAcesso]:
    """Open ones about people whose home is this entidade."""
    return _open().filter(usuario__entidade=entidade)


def sent(entidade: Entidade) -> QuerySet[PedidoAcesso]:
    return _open().filter(entidade=entidade)


def seen_by(entidade: Entidade) -> QuerySet[PedidoAcesso]:
    return PedidoAcesso.objects.filter(Q(usuario__entidade=entidade) | Q(entidade=entidade))


def _open() -> QuerySet[PedidoAcesso]:
    related = ("usuario__entidade", "entidade", "estabelecimento", "pedido_por")
    return PedidoAcesso.objects.filter(situacao=OPEN).select_related(*related)


def _may_decide(by: Usuario, pedido: PedidoAcesso) -> bool:
    if by.pk == pedido.usuario_id:
        return False
    home = pedido.usuario.entidade_id
    if home is None or rules_installation(pedido.usuario):
        return rules_installation(by)
    return administers(by, home)


def _tell(by: Usuario, pedido: PedidoAcesso, tipo: str) -> None:
    area = pedido.estabelecimento
    for where in dict.fromkeys([pedido.entidade_id, pedido.usuario.entidade_id]):
        record_event(
            by=by,
            entidade=where,
            tipo=tipo,
            alvo=pedido.usuario,
            usuario=pedido.usuario.username,
            onde=str(pedido.entidade),
            area=area.cnes if area else "todas",
            permissoes=pedido.permissoes,
        )
