"""Judging records without storing them: what `/registros` would answer, and nothing in the database changes.

The avisos that compare a ficha with others (CTX-HIST, CTX-CLI) are looked for in what is stored of the entidade and
among the records of the request, CHUNK by CHUNK: what an earlier chunk would have stored is not there.

No trail either: nothing is kept, and of what is stored it tells only whether that same record is there, to who may
send it. The last use of the token is shown as ever.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from saude.cadastros.models import Entidade
from saude.clientes.resolve import recognise
from saude.fichas.models import Ficha
from saude.fichas.processing import Resultado
from saude.fichas.situacoes import Situacao
from saude.fichas.storage import Linha
from saude.processamento import esteira
from saude.processamento.contexto import Contexto
from saude.processamento.historico import add_related_findings
from saude.processamento.julgar import context, judge
from saude.recebimento.actions import CHUNK, as_items, chunks
from saude.recebimento.intake import (
    EXPORTED,
    MESSAGES,
    Item,
    Resposta,
    Status,
    discarded,
    fill_equal,
    mark_reopenable,
    refused,
    same_content,
    without_key,
)
from saude.registro.leitura import ORIGENS, Fatos, facts
from saude.registro.texto_json import digest
from saude.registro.tipos import Origem


def check(entidade: Entidade, records: Iterable[Any], *, origem: str = Origem.API) -> list[Resposta]:
    """One answer per record (mapping or `Item`), in order."""
    ctx = context(entidade)
    answers: list[Resposta] = []
    for chunk in chunks(as_items(records), CHUNK):
        answers.extend(_chunk(ctx, chunk, origem))
    return answers


def _chunk(ctx: Contexto, items: Sequence[Item], origem: str) -> list[Resposta]:
    ctx.start_chunk()
    read = [(item, facts(item.registro, ctx.zone, today=ctx.today)) for item in items]
    mine = Ficha.objects.filter(entidade=ctx.entidade, uuid__any={f.uuid for _, f in read if f.uuid})
    existing = {f.uuid: f for f in mine.select_related("descarte")}
    mark_reopenable(ctx, existing.values())
    last: dict[str, tuple[bytes, list[Resposta]]] = {}  # of each uuid of this chunk
    counting: dict[str, tuple[Linha, Item, Resposta]] = {}  # its last content
    answers: list[Resposta] = []
    for item, f in read:
        answer = _answer(ctx, item, f, existing.get(f.uuid), last)
        if answer.status in (Status.NOVO, Status.SUBSTITUIDA):
            counting[f.uuid] = (_linha(f, existing.get(f.uuid), origem, len(answers)), item, answer)
        answers.append(answer)
    _judge(ctx, [(linha, item.registro) for linha, item, _ in counting.values()])
    for uuid, (linha, _, answer) in counting.items():
        _tell(answer, linha.resultado)
        _same_for_all(last[uuid][1], answer)
    fill_equal(answers)
    return answers


def _linha(f: Fatos, ficha: Ficha | None, origem: str, position: int) -> Linha:
    """As it would be stored: one that is not here has a number below zero."""
    came = ficha.origem if ficha else f.origem if f.origem in ORIGENS else origem
    known = {"id": ficha.pk, "anterior": {"revisao": ficha.revisao}} if ficha else {"id": -1 - position}
    return Linha(
        fatos=f, resultado=Resultado(Situacao.PENDENTE), origem=came, registro="", hash=None, **known
    )


def _judge(ctx: Contexto, rows: Sequence[esteira.Passagem]) -> None:
    """`esteira.run` but for storing."""
    for linha, record in rows:
        judge(linha, record, ctx)
    people = recognise(ctx.entidade.pk, [s for linha, _ in rows for s in esteira.appearances(linha)])
    add_related_findings(ctx, rows, people)


def _answer(
    ctx: Contexto, item: Item, f: Fatos, ficha: Ficha | None, last: dict[str, tuple[bytes, list[Resposta]]]
) -> Resposta:
    if item.achados:
        return refused(item)
    if not f.uuid or not f.tipo:
        return without_key(item, ctx)
    summary = digest(item.registro)
    answer = Resposta(item.posicao, item.registro["uuid"], Status.NOVO, "", hash=summary)
    if ficha and ficha.situacao == Situacao.DESCARTADA:
        return discarded(answer, ficha)
    before = last.get(f.uuid)
    if before and before[0] == summary:
        answer.status, answer.mensagem = Status.IGUAL, MESSAGES[Status.IGUAL]
        before[1].append(answer)
        return answer
    if ficha and not before and same_content(ficha, item.registro, summary):
        answer.status, answer.mensagem = Status.IGUAL, MESSAGES[Status.IGUAL]
        answer.ficha_id, answer.situacao = ficha.pk, ficha.situacao
        return answer
    if ficha and ficha.situacao == Situacao.EXPORTADA and not ficha.reabre:
        answer.status, answer.situacao, answer.mensagem = Status.RECUSADO, ficha.situacao, EXPORTED
        return answer
    if ficha or before:
        answer.status, answer.mensagem = Status.SUBSTITUIDA, MESSAGES[Status.SUBSTITUIDA]
    last[f.uuid] = (summary, [*(before[1] if before else []), answer])
    return answer


def _tell(answer: Resposta, result: Resultado) -> None:
    answer.situacao = result.situacao
    answer.inconsistencias = [a.public() for a in result.achados]
    answer.nao_verificadas = result.nao_verificadas


def _same_for_all(earlier: Sequence[Resposta], answer: Resposta) -> None:
    """Of one uuid in a request the last content counts, so its outcome is everybody's."""
    for other in earlier:
        other.situacao, other.inconsistencias = answer.situacao, answer.inconsistencias
        other.nao_verificadas = answer.nao_verificadas
