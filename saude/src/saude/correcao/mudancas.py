"""A changed registration reaches fichas of other áreas only through who works there."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from saude.acesso.areas import Areas, in_areas
from saude.auditoria.actions import Autor, record_event
from saude.cadastros.models import Entidade
from saude.clientes.models import Cliente, MudancaEsperada
from saude.contas.queries import as_user
from saude.fichas.models import Atendido
from saude.fichas.situacoes import open_situations


def positions_of(cliente: Cliente, cnes: Areas) -> tuple[dict[int, list[int]], list[int]]:
    """(ficha -> where the client stands in it) of these áreas, and the ids of those of others."""
    rows = Atendido.objects.filter(cliente=cliente, ficha__situacao__in=open_situations("corrigir"))
    mine: dict[int, list[int]] = {}
    others: list[int] = []
    for row in rows.select_related("ficha").order_by("ficha_id", "posicao"):
        if cnes is None or row.ficha.cnes in cnes:
            mine.setdefault(row.ficha_id, []).append(row.posicao)
        elif row.ficha_id not in others:
            others.append(row.ficha_id)
    return mine, others


def hand_over(cliente: Cliente, fichas: Iterable[int], campos: list[str], by: Autor) -> None:
    """These fichas wait for who works in their áreas; what waited already waits with it."""
    for pk in fichas:
        row, created = MudancaEsperada.objects.get_or_create(
            cliente=cliente, ficha_id=pk, decidida_em=None,
            defaults={"entidade_id": cliente.entidade_id, "campos": campos, "pedida_por": as_user(by)},
        )  # fmt: skip
        if not created:
            row.campos = [*row.campos, *(c for c in campos if c not in row.campos)]
            row.save(update_fields=["campos"])
        record_event(
            by=by, entidade=cliente.entidade_id, tipo="mudanca.entregue", alvo=cliente, campos=campos,
            ficha=row.ficha.uuid,
        )  # fmt: skip


def settle(cliente: Cliente, fichas: Iterable[int], by: Autor) -> None:
    """Who works in the áreas of these fichas wrote the registration into them: nothing waits there any more."""
    open_rows = MudancaEsperada.objects.filter(cliente=cliente, ficha__in=list(fichas), decidida_em=None)
    open_rows.update(aceita=True, decidida_por=as_user(by), decidida_em=timezone.now())


def waiting(entidade: Entidade, cnes: Areas) -> QuerySet[MudancaEsperada]:
    """Open ones of these áreas, oldest first."""
    rows = MudancaEsperada.objects.filter(entidade=entidade, decidida_em=None)
    rows = in_areas(rows, cnes, "ficha__cnes")
    return rows.select_related("cliente", "ficha", "pedida_por").order_by("pedida_em", "pk")


def waiting_of(cliente: Cliente, cnes: Areas) -> QuerySet[MudancaEsperada]:
    return waiting(cliente.entidade, cnes).filter(cliente=cliente)


@transaction.atomic
def refuse(*, rows: QuerySet[MudancaEsperada], by: Autor) -> int:
    """The fichas stay as they are."""
    locked = list(rows.select_for_update(of=("self",)))
    for row in locked:
        row.aceita, row.decidida_por, row.decidida_em = False, as_user(by), timezone.now()
        row.save(update_fields=["aceita", "decidida_por", "decidida_em"])
        record_event(
            by=by, entidade=row.entidade_id, tipo="mudanca.recusada", alvo=row.cliente, ficha=row.ficha.uuid
        )
    return len(locked)
