"""Giving fichas to somebody, saying where they stand, writing about them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from saude.acesso.areas import in_areas
from saude.auditoria.actions import record_event
from saude.cadastros.models import Entidade, Equipe, Estabelecimento
from saude.comum.texto import grouped
from saude.contas.models import Usuario
from saude.fichas.models import Ficha
from saude.fila.models import Anotacao, Encargo
from saude.fila.queries import OPEN, areas_of

MOST = 10_000
BLOCK = 1_000


class FilaRefused(Exception):
    """The message is shown to the user."""


@dataclass(frozen=True, slots=True)
class Atribuidas:
    feitas: int
    fora: int  # of an área that the assignee does not work in, or with nothing to mend any more


@transaction.atomic
def assign(
    *, entidade: Entidade, ids: Sequence[int], who: Usuario | Estabelecimento | Equipe, by: Usuario
) -> Atribuidas:
    """These fichas are for them now, whoever had them; only those still to mend, in the áreas where they mend.

    `ids` are of the áreas of `by`: who calls has narrowed them.
    """
    if len(ids) > MOST:
        raise FilaRefused(f"São mais de {grouped(MOST)} fichas: escolha menos, por um filtro.")
    rows = Ficha.objects.filter(entidade=entidade, pk__in=list(ids), situacao__in=OPEN)
    good = list(in_areas(rows, areas_of(entidade, who)).order_by("pk").values_list("pk", flat=True))
    owner = {
        "usuario": who if isinstance(who, Usuario) else None,
        "estabelecimento": who if isinstance(who, Estabelecimento) else None,
        "equipe": who if isinstance(who, Equipe) else None,
    }
    now = timezone.now()
    for start in range(0, len(good), BLOCK):
        Encargo.objects.bulk_create(
            [
                Encargo(
                    entidade=entidade, ficha_id=pk, por=by, estado=Encargo.Estado.CORRIGIR, em=now, **owner
                )
                for pk in good[start : start + BLOCK]
            ],
            update_conflicts=True, unique_fields=["ficha"],
            update_fields=["usuario", "estabelecimento", "equipe", "estado", "por", "em"],
        )  # fmt: skip
    record_event(
        by=by, entidade=entidade, tipo="fila.atribuida", alvo=who, fichas=len(good), fora=len(ids) - len(good)
    )
    return Atribuidas(len(good), len(ids) - len(good))


@transaction.atomic
def set_state(*, encargo: Encargo, estado: str, by: Usuario) -> None:
    if estado not in Encargo.Estado.values:
        raise FilaRefused("Escolha um estado da lista.")
    row = Encargo.objects.select_for_update().select_related("ficha").get(pk=encargo.pk)
    if row.ficha.situacao not in OPEN:
        raise FilaRefused("Esta ficha não tem mais o que corrigir: o estado dela vem das regras.")
    row.estado = estado
    row.save(update_fields=["estado"])
    record_event(by=by, entidade=row.entidade_id, tipo="fila.estado", alvo=row.ficha, estado=estado)


@transaction.atomic
def release(*, encargo: Encargo, by: Usuario) -> None:
    record_event(by=by, entidade=encargo.entidade_id, tipo="fila.retirada", alvo=encargo.ficha)
    encargo.delete()


@transaction.atomic
def annotate(*, ficha: Ficha, texto: str, meio: str, com: str, by: Usuario) -> Anotacao:
    """A comment, or (with `meio`) a contact. The trail says that it was written, never what."""
    clean = texto.replace("\x00", "").strip()
    if not clean:
        raise FilaRefused("Escreva o comentário.")
    if len(clean) > 1000:
        raise FilaRefused(f"O texto tem {grouped(len(clean))} caracteres; cabem 1.000.")
    if meio not in Anotacao.Meio.values:
        raise FilaRefused("Escolha o meio do contato na lista.")
    note = Anotacao.objects.create(
        entidade_id=ficha.entidade_id, ficha=ficha, texto=clean, meio=meio, usuario=by,
        com=com.replace("\x00", "").strip()[:80] if meio else "",
    )  # fmt: skip
    record_event(
        by=by, entidade=ficha.entidade_id, tipo="ficha.contato" if meio else "ficha.comentada", alvo=ficha
    )
    return note
