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

    A row without `anterior` is a new ficha and gets its id here; one with `registro` gets new content; one with
    neither is judged again as it is, and only a changed outcome raises its revision. `arriving`: records of the app
    may wait. `judged`: what the library said of each record, for a caller that may have to store again.
    """
    ctx.start_chunk()
    for linha, record in rows:
        judge(linha, record, ctx, arriving=arriving, judged=judged)
    new = [linha for linha, _ in rows if not linha.anterior]
    old = [linha for linha, _ in rows if linha.anterior]
    for linha, ficha_id in zip(new, next_ids(len(new)) if new else (), strict=True):
        linha.id = ficha_id
    _resolve(ctx, [s for linha in (*new, *old) for s in _appearances(linha)])
    add_related_findings(ctx, rows)
    _store(ctx, new, old)


def _store(ctx: Contexto, new: Sequence[Linha], old: Sequence[Linha]) -> None:
    revision = ctx.instalacao.revisao
    if new:
        insert(ctx.entidade.pk, new, revisao_instalacao=revision)
    again = [linha for linha in old if not linha.registro]
    for linha in again:
        linha.revisao += _outcome_changed(linha)
    update(ctx.entidade.pk, again, revisao_instalacao=revision, new_content=False)
    rewritten = [linha for linha in old if linha.registro]
    update(ctx.entidade.pk, rewritten, revisao_instalacao=revision, new_content=True)


def _outcome_changed(linha: Linha) -> bool:
    """The entry or the situation is another: an export under way must not take the old one for it."""
    pacote = linha.resultado.pacote
    before = (linha.anterior["situacao"], linha.anterior["crc"])
    return before != (str(linha.resultado.situacao), pacote.crc if pacote else None)


def _resolve(ctx: Contexto, seen: list[Aparicao]) -> None:
    """When another intake changed one of the clients meanwhile only this is done again, not the chunk."""
    for _ in range(ATTEMPTS):
        try:
            with transaction.atomic():
                return resolve(ctx.entidade.pk, seen)
        except ClientChanged:
            continue
    resolve(ctx.entidade.pk, seen)


def _appearances(linha: Linha) -> list[Aparicao]:
    """Who is on the ficha. Only a registration without errors may speak for the client's own data."""
    trusted = linha.resultado.situacao == Situacao.PROCESSADA
    for person in linha.fatos.pessoas:
        person.cadastro = person.cadastro and trusted
    known = linha.id if linha.anterior else None
    return [Aparicao(person, known, linha.fatos.data) for person in linha.fatos.pessoas]
