"""The one way a record reaches the database: judged, its citizens resolved, other fichas looked at, stored.

Whoever takes in, corrects, replaces or reprocesses brings rows ready to be judged; the steps and their order are here.
"""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from saude.clientes.resolve import Aparicao, resolve
from saude.clientes.storage import ClientChanged
from saude.fichas.processing import Resultado
from saude.fichas.situacoes import Situacao
from saude.fichas.storage import Linha, insert, next_ids, update
from saude.processamento.contexto import Contexto
from saude.processamento.historico import add_related_findings
from saude.processamento.julgar import judge

ATTEMPTS = 4
Passagem = tuple[Linha, dict[str, Any]]  # the row to store and the record it is made of


def run(
    ctx: Contexto,
    rows: Sequence[Passagem],
    *,
    arriving: bool = False,
    judged: dict[int, Resultado] | None = None,
) -> None:
    """Judge and store, in the caller's transaction, with the tables held (`Contexto.hold_tables`).

    A row without `anterior` is a new ficha and gets its id here. One with `registro` gets that new content; one
    without is judged again as it is. The revision of both rises here, when the content or the outcome is another.
    `arriving`: records of the app may wait. `judged`: what the library said of each record, for a caller that may
    have to store again.
    """
    ctx.start_chunk()
    for linha, record in rows:
        judge(linha, record, ctx, arriving=arriving, judged=judged)
    new = [linha for linha, _ in rows if linha.anterior is None]
    old = [linha for linha, _ in rows if linha.anterior is not None]
    for linha, ficha_id in zip(new, next_ids(len(new)) if new else (), strict=True):
        linha.id = ficha_id
    _resolve(ctx, [s for linha in (*new, *old) for s in appearances(linha)])
    add_related_findings(ctx, rows)
    for linha in old:
        linha.revisao += _is_other(linha)
    insert(ctx.entidade.pk, new, revisao_instalacao=ctx.instalacao.revisao)
    update(ctx.entidade.pk, old, revisao_instalacao=ctx.instalacao.revisao)


def _is_other(linha: Linha) -> bool:
    """Its content is new, or its entry or situation another: an export under way must not take the old for it."""
    before, pacote = linha.anterior, linha.resultado.pacote
    if before is None or linha.registro:
        return True
    return (before.situacao, before.crc) != (str(linha.resultado.situacao), pacote.crc if pacote else None)


def _resolve(ctx: Contexto, seen: list[Aparicao]) -> None:
    """When another intake changed one of the clients meanwhile only this is done again, not the chunk."""
    for _ in range(ATTEMPTS):
        try:
            with transaction.atomic():
                return resolve(ctx.entidade.pk, seen)
        except ClientChanged:
            continue
    resolve(ctx.entidade.pk, seen)


def appearances(linha: Linha) -> list[Aparicao]:
    """Who is on the ficha. Only a registration without errors may speak for the client's own data."""
    trusted = linha.resultado.situacao == Situacao.PROCESSADA
    for person in linha.fatos.pessoas:
        person.cadastro = person.cadastro and trusted
    known = linha.id if linha.anterior else None
    return [Aparicao(person, known, linha.fatos.data) for person in linha.fatos.pessoas]
