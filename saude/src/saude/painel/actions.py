"""Keeping a filter of a list under a name, and letting it go."""

import re
from collections.abc import Sequence
from secrets import token_hex

from django.db import transaction

from saude.acesso.areas import Areas
from saude.auditoria.actions import Autor, record_event
from saude.cadastros.models import Entidade
from saude.clientes.models import Cliente
from saude.comum.texto import number
from saude.contas.models import Usuario
from saude.fichas.atendidos import visible
from saude.inconsistencias.models import Inconsistencia
from saude.painel import salvos
from saude.painel.filtros import CHOICES, KEPT, Filtros
from saude.painel.models import FiltroSalvo

MOST, LONGEST = 20, 40
#: what an identifier may look like; the rest is of a list (CHOICES) or looked up
SHAPES = {
    "cnes": r"\d{7}", "ine": r"\d{10}", "profissional": r"\d{11}|\d{15}", "codigo": r"[A-Za-z0-9_.-]{3,120}",
}  # fmt: skip


class FiltroRefused(Exception):
    """The message is shown to the user."""


@transaction.atomic
def save_filter(
    *, entidade: Entidade, situacao: str, nome: str, asked: Filtros, cnes: Areas, by: Usuario
) -> FiltroSalvo:
    """The filter that is open, under a name; a name that is taken gets what is open now. `cnes`: of `by`."""
    if situacao not in CHOICES["situacao"]:
        raise FiltroRefused("Esta lista não guarda filtros.")
    clean = " ".join("".join(c if c.isprintable() else " " for c in nome).split())
    if not clean or len(clean) > LONGEST:
        raise FiltroRefused(f"Dê ao filtro um nome de até {LONGEST} caracteres.")
    values = {name: value for name in KEPT if (value := asked.valores[name])}
    if not values:
        raise FiltroRefused("Escolha ao menos um filtro, além do período, antes de salvar.")
    _check(entidade, values, cnes)
    Usuario.objects.select_for_update().get(pk=by.pk)  # the limit holds for two tabs at once
    mine = FiltroSalvo.objects.filter(usuario=by, entidade=entidade)
    if mine.count() >= MOST and not mine.filter(situacao=situacao, nome=clean).exists():
        raise FiltroRefused(f"Você já tem {MOST} filtros salvos: apague um antes.")
    saved, _ = FiltroSalvo.objects.update_or_create(
        entidade=entidade, usuario=by, situacao=situacao, nome=clean, defaults={"valores": values}
    )
    record_event(by=by, entidade=entidade, tipo="filtro.salvo", alvo=saved, filtros=sorted(values))
    return saved


@transaction.atomic
def delete_filter(*, entidade: Entidade, pk: int, by: Usuario) -> bool:
    """False: it is not theirs, or is gone already."""
    saved = FiltroSalvo.objects.select_for_update().filter(pk=pk, entidade=entidade, usuario=by).first()
    if saved is None:
        return False
    record_event(by=by, entidade=entidade, tipo="filtro.apagado", alvo=saved)
    saved.delete()
    return True


@transaction.atomic
def forget_people(*, clientes: Sequence[Cliente], by: Autor) -> int:
    """Nobody's kept filter says who they were: what narrows to them goes, a title with their name becomes a number."""
    narrow, titled = salvos.naming(clientes)
    for row in narrow:
        record_event(by=by, entidade=row.entidade_id, tipo="filtro.apagado", alvo=row)
        row.delete()
    for row in titled:
        row.nome = f"Filtro {row.pk} ({token_hex(2)})"  # nobody's other filter is called so
        row.save(update_fields=["nome"])
        record_event(by=by, entidade=row.entidade_id, tipo="filtro.renomeado", alvo=row)
    return len(narrow) + len(titled)


def _check(entidade: Entidade, values: dict[str, str], cnes: Areas) -> None:
    """Nothing is kept that this entidade and these áreas do not have, or that is of no known shape."""
    for name, shape in SHAPES.items():
        if name in values and not re.fullmatch(shape, values[name], re.ASCII):
            raise FiltroRefused("Um dos filtros tem um valor que não existe: escolha-o na lista.")
    if "cliente" in values:
        found = Cliente.objects.filter(entidade=entidade, pk=number(values["cliente"]) or 0)
        if not visible(found, cnes).exists():
            raise FiltroRefused("O cliente do filtro não existe aqui: escolha-o pelo nome.")
    if (
        "causa" in values
        and not Inconsistencia.objects.filter(entidade=entidade, causa=values["causa"]).exists()
    ):
        raise FiltroRefused("A causa do filtro não existe aqui: escolha-a na lista.")
