"""Taking in a chunk of records: decide, process, store; one transaction, a handful of statements."""

import json
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from saude.banco.perda import AWAY, transaction_lost
from saude.fichas.models import Evento, Ficha
from saude.fichas.processing import Resultado
from saude.fichas.retornos import refused_among, reopen
from saude.fichas.situacoes import Situacao, check
from saude.fichas.storage import Anterior, Linha
from saude.inconsistencias.achados import Achado, clean
from saude.inconsistencias.models import Inconsistencia
from saude.processamento import esteira
from saude.processamento.contexto import Contexto
from saude.processamento.esteira import ATTEMPTS
from saude.recebimento.limits import KEPT_REFUSALS
from saude.recebimento.models import Lote, Registro
from saude.registro.leitura import ORIGENS, Fatos, facts
from saude.registro.texto_json import digest, digest_before, dump

log = logging.getLogger(__name__)
RACES = (IntegrityError, psycopg.IntegrityError, *AWAY)
Status = Registro.Status
MESSAGES = {
    Status.IGUAL: "Conteúdo igual ao já recebido; nada mudou.",
    Status.SUBSTITUIDA: "Substituiu o conteúdo recebido antes com o mesmo uuid.",
}
EXPORTED = (
    "Este uuid já foi exportado e está travado. Para corrigir, envie um novo registro com outro uuid "
    "(FCI e FCD: fichaAtualizada = true e uuidFichaOriginadora = uuid do primeiro)."
)
NO_KEY = (
    "Não foi guardado como ficha: informe “uuid” (36 a 44 letras sem acento, algarismos ou hífens) e um “tipo” de "
    "ficha conhecido."
)
DISCARDED = (
    "Esta ficha foi descartada aqui ({}) e não volta por um novo envio; se foi engano, peça ao município."
)
FAILED = (
    "Este registro não pôde ser guardado por uma falha do sistema; os outros do mesmo envio foram. "
    "Confira o conteúdo e envie-o de novo."
)
DEEP = "O registro tem objetos ou listas uns dentro dos outros demais (até 64)."
OLDER = (
    "Há um conteúdo mais novo desta ficha, recebido ou corrigido depois que este envio foi confirmado; este não o "
    "substituiu."
)
LATER = "Há, neste mesmo lote, um registro posterior com o mesmo uuid; vale o último."


@dataclass(slots=True)
class Item:
    """A record of a lot. `achados`: why it could not even be read. `texto`: as it is kept, when that is known."""

    posicao: int
    registro: Any = None
    achados: list[Achado] = field(default_factory=list)
    proveniencia: dict[str, Any] | None = None
    texto: str = ""
    peso: int = 0  # bytes of its text, where that is known


@dataclass(slots=True)
class Resposta:
    posicao: int
    uuid: str | None
    status: str
    situacao: str
    inconsistencias: list[dict[str, str]] = field(default_factory=list)
    nao_verificadas: list[str] = field(default_factory=list)
    mensagem: str = ""
    ficha_id: int | None = None
    hash: bytes | None = None

    def public(self) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "posicao": self.posicao,
            "uuid": self.uuid,
            "status": str(self.status),
            "situacao": str(self.situacao),
            "inconsistencias": self.inconsistencias,
            "nao_verificadas": self.nao_verificadas,
        }
        return answer | {"mensagem": self.mensagem} if self.mensagem else answer


@dataclass(slots=True)
class _Plan:
    """What is to be done with one uuid, and which answers wait for it."""

    linha: Linha
    registro: dict[str, Any]
    reaberta: bool = False  # it was exported and the PEC refused it: the same uuid goes again
    answers: list[Resposta] = field(default_factory=list)


def take_in(lote: Lote, ctx: Contexto, items: Sequence[Item]) -> list[Resposta]:
    """Answers in the order of the items. Safe to call again: what is there already answers "igual"."""
    judged: dict[int, Resultado] = {}  # what the library said of each: kept when storing is tried again
    for attempt in range(ATTEMPTS):
        try:
            with transaction.atomic():
                return _take(lote, ctx, items, judged)
        except RACES:
            # the same uuid arrived at the same moment by another way: look again
            if attempt == ATTEMPTS - 1 or transaction_lost():
                raise
        except Exception as error:  # a record that cannot be stored: the others are
            if transaction_lost():
                raise
            return _apart(lote, ctx, items, error)
    raise AssertionError("unreachable")


def _apart(lote: Lote, ctx: Contexto, items: Sequence[Item], error: Exception) -> list[Resposta]:
    """Halves, until the record that cannot be stored stands alone and is refused with its reason."""
    if len(items) > 1:
        half = len(items) // 2
        return take_in(lote, ctx, items[:half]) + take_in(lote, ctx, items[half:])
    [item] = items
    log.error("record not stored: lote=%s position=%s %s", lote.pk, item.posicao, type(error).__name__)
    found = Achado("REGISTRO-nao-guardado", "", "erro", FAILED)
    answer = refused(Item(item.posicao, achados=[found]))
    with transaction.atomic():
        _keep(lote, [answer])
    return [answer]


def _take(lote: Lote, ctx: Contexto, items: Sequence[Item], judged: dict[int, Resultado]) -> list[Resposta]:
    ctx.hold_tables()
    ctx.start_chunk()
    read = [(item, facts(item.registro, ctx.zone, today=ctx.today)) for item in items]
    existing = _lock_existing(ctx, [f.uuid for _, f in read if f.uuid])
    plans: dict[str, _Plan] = {}
    answers = [_decide(lote, ctx, item, f, existing, plans) for item, f in read]
    _process(ctx, list(plans.values()), judged)
    for plan in plans.values():
        _answer(plan)
    fill_equal(answers)
    _keep(lote, answers)
    return answers


def _lock_existing(ctx: Contexto, uuids: list[str]) -> dict[str, Ficha]:
    """Locked, then read: who waited for a lock must see what the one before left beside the ficha, too."""
    mine = Ficha.objects.filter(entidade=ctx.entidade, uuid__any=set(uuids))
    locked = list(mine.order_by("uuid").select_for_update().values_list("pk", flat=True))
    if not locked:
        return {}
    rows = Ficha.objects.filter(id__any=locked).select_related("entrada", "descarte")
    found = {ficha.uuid: ficha for ficha in rows.defer("entrada__dados")}
    mark_reopenable(ctx, found.values())
    return found


def mark_reopenable(ctx: Contexto, fichas: Iterable[Ficha]) -> None:
    """Which exported ones may come again with the same uuid: the PEC refused them, and the installation says so."""
    exported = [f for f in fichas if f.situacao == Situacao.EXPORTADA]
    allowed = ctx.instalacao.reenviar_mesmo_uuid and exported
    refused = refused_among([f.pk for f in exported]) if allowed else set()
    for ficha in exported:
        ficha.reabre = ficha.pk in refused


def _decide(
    lote: Lote, ctx: Contexto, item: Item, f: Fatos, existing: dict[str, Ficha], plans: dict[str, _Plan]
) -> Resposta:
    if item.achados:
        return refused(item)
    if not f.uuid or not f.tipo:
        return without_key(item, ctx)
    summary = digest(item.registro)
    answer = Resposta(item.posicao, item.registro["uuid"], Status.NOVO, "", hash=summary)
    ficha, plan = existing.get(f.uuid), plans.get(f.uuid)
    if ficha and ficha.situacao == Situacao.DESCARTADA:
        return discarded(answer, ficha)
    if plan.linha.hash == summary if plan else ficha and same_content(ficha, item.registro, summary):
        answer.status, answer.mensagem = Status.IGUAL, MESSAGES[Status.IGUAL]
        if plan:
            plan.answers.append(answer)
        elif ficha:
            answer.ficha_id, answer.situacao = ficha.pk, ficha.situacao
        return answer
    if ficha and ficha.situacao == Situacao.EXPORTADA and not ficha.reabre:
        return _locked(answer, ficha)
    if ficha and not plan and lote.ordem < ficha.ordem:
        return _too_late(lote, answer, ficha)
    if ficha and not plan and _received_later(lote, ficha, item.posicao):
        answer.status, answer.situacao, answer.mensagem = Status.RECUSADO, ficha.situacao, LATER
        return answer
    if ficha or plan:
        answer.status, answer.mensagem = Status.SUBSTITUIDA, MESSAGES[Status.SUBSTITUIDA]
    new = _plan(item, f, summary, ficha, lote, ctx)
    new.answers = [*(plan.answers if plan else []), answer]
    plans[f.uuid] = new
    return answer


def same_content(ficha: Ficha, record: Any, summary: bytes) -> bool:
    """The ficha was last received with this content."""
    last = bytes(ficha.hash_recebido or b"")
    return bool(last) and (last == summary or last == digest_before(record))


def _plan(item: Item, f: Fatos, summary: bytes, ficha: Ficha | None, lote: Lote, ctx: Contexto) -> _Plan:
    f.especialidade = ctx.speciality(f.especialidade)
    origin = f.origem if f.origem in ORIGENS else lote.origem
    linha = Linha(
        fatos=f,
        resultado=Resultado(Situacao.PENDENTE),
        origem=ficha.origem if ficha else origin,
        registro=item.texto or dump(item.registro),
        hash=summary,
        ordem=lote.ordem,
        proveniencia=json.dumps(item.proveniencia) if item.proveniencia else None,
    )
    reopened = bool(ficha and ficha.situacao == Situacao.EXPORTADA)
    if ficha:
        check(ficha.situacao, "reabrir" if reopened else "receber")
        entry = getattr(ficha, "entrada", None)
        linha.id, linha.revisao = ficha.pk, ficha.revisao
        stored = (entry.crc, entry.tamanho, entry.revisao_instalacao) if entry else None
        linha.anterior = Anterior(ficha.revisao, ficha.situacao, stored)
    return _Plan(linha, item.registro, reopened)


def _process(ctx: Contexto, plans: list[_Plan], judged: dict[int, Resultado]) -> None:
    if again := [p.linha.id for p in plans if p.reaberta]:
        reopen(ctx.entidade.pk, again)
    esteira.run(ctx, [(p.linha, p.registro) for p in plans], arriving=True, judged=judged)
    Evento.objects.bulk_create(
        Evento(
            ficha_id=p.linha.id,
            fato=Evento.Fato.REABERTA if p.reaberta else Evento.Fato.SUBSTITUIDA,
            situacao=p.linha.resultado.situacao,
        )
        for p in plans
        if p.linha.anterior
    )


def _answer(plan: _Plan) -> None:
    linha = plan.linha
    for answer in plan.answers:
        answer.ficha_id, answer.situacao = linha.id, linha.resultado.situacao
        answer.inconsistencias = [a.public() for a in linha.resultado.achados]
        answer.nao_verificadas = linha.resultado.nao_verificadas


def fill_equal(answers: list[Resposta]) -> None:
    """What was received before answers with what is known of it now."""
    known: dict[int, list[Resposta]] = {}
    for a in answers:
        if a.status == Status.IGUAL and a.ficha_id and not a.inconsistencias:
            known.setdefault(a.ficha_id, []).append(a)
    if not known:
        return
    rows = Inconsistencia.objects.filter(ficha_id__in=list(known), encerrada_em=None).order_by("id")
    names = ("codigo", "campo", "mensagem", "severidade")
    for ficha_id, *told in rows.values_list("ficha_id", *names):
        for a in known[ficha_id]:
            a.inconsistencias.append(dict(zip(names, told, strict=True)))


def _locked(answer: Resposta, ficha: Ficha) -> Resposta:
    Evento.objects.create(ficha=ficha, fato=Evento.Fato.RECUSADA, situacao=ficha.situacao)
    answer.status, answer.situacao = Status.RECUSADO, ficha.situacao
    answer.mensagem, answer.ficha_id = EXPORTED, ficha.pk
    return answer


def _too_late(lote: Lote, answer: Resposta, ficha: Ficha) -> Resposta:
    """The content stays in the lot as it came; the ficha's history says that it did."""
    where = {"lote": str(lote.uuid), "posicao": answer.posicao}
    Evento.objects.create(ficha=ficha, fato=Evento.Fato.TARDIA, situacao=ficha.situacao, detalhe=where)
    answer.status, answer.situacao, answer.mensagem = Status.TARDIA, ficha.situacao, OLDER
    answer.ficha_id = ficha.pk
    return answer


def discarded(answer: Resposta, ficha: Ficha) -> Resposta:
    answer.status, answer.situacao, answer.ficha_id = Status.DESCARTADA, ficha.situacao, ficha.pk
    answer.mensagem = DISCARDED.format(ficha.descarte.get_motivo_display().lower())
    return answer


def _received_later(lote: Lote, ficha: Ficha, position: int) -> bool:
    """Blocks of one lot run side by side: the last record of a uuid wins whatever block ran first."""
    return Registro.objects.filter(ficha=ficha, lote=lote, posicao__gt=position).exists()


def too_nested(position: int) -> Item:
    return Item(position, achados=[Achado("REGISTRO-json-formato", "", "erro", DEEP)])


def unreadable(position: int, message: str) -> Item:
    return Item(position, achados=[Achado("REGISTRO-ilegivel", "", "erro", message)])


def refused(item: Item) -> Resposta:
    found = [a.public() for a in item.achados]
    message = item.achados[0].mensagem
    return Resposta(item.posicao, None, Status.RECUSADO, Situacao.INCONSISTENTE, found, mensagem=message)


def without_key(item: Item, ctx: Contexto) -> Resposta:
    uuid = item.registro.get("uuid") if isinstance(item.registro, dict) else None
    shown = (
        uuid if isinstance(uuid, str) and len(uuid) <= 60 and uuid.isascii() and uuid.isprintable() else None
    )
    result = ctx.judged(item.registro)
    found = [a.public() for a in result.achados]
    return Resposta(item.posicao, shown, Status.RECUSADO, Situacao.INCONSISTENTE, found, mensagem=NO_KEY)


def _bounded(lote: Lote, answers: list[Resposta]) -> tuple[list[Resposta], dict[str, int]]:
    """Of a large lot the first refusals are kept; all are counted by cause."""
    refused = [a for a in answers if a.status == Status.RECUSADO]
    if lote.formato != Lote.Formato.NDJSON or not refused:
        return answers, {}
    before = Lote.objects.select_for_update().values_list("causas", flat=True).get(pk=lote.pk)
    room = KEPT_REFUSALS - sum(before.values())
    causes = Counter(before)
    for a in refused:
        code = a.inconsistencias[0]["codigo"] if a.inconsistencias else f"REGISTRO-{a.situacao}"
        causes[code if code in causes or len(causes) < 200 else "outras"] += 1
    over = {a.posicao for a in refused[max(room, 0) :] if a.ficha_id is None}
    return [a for a in answers if a.posicao not in over], dict(causes)


def _keep(lote: Lote, answers: list[Resposta]) -> None:
    counts = Counter(str(a.status) for a in answers)
    kept, causes = _bounded(lote, answers)
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY recebimento_registro (lote_id, posicao, uuid, ficha_id, hash, status, situacao, resposta) "
            "FROM STDIN"
        ) as copy,
    ):
        for a in kept:
            shown = (
                clean(json.dumps(a.public(), ensure_ascii=False)) if a.inconsistencias or a.mensagem else ""
            )
            copy.write_row(
                (
                    lote.pk,
                    a.posicao,
                    clean(a.uuid or "")[:44],
                    a.ficha_id,
                    a.hash,
                    str(a.status),
                    str(a.situacao),
                    shown,
                )
            )
    Lote.objects.filter(pk=lote.pk).update(
        lidos=F("lidos") + len(answers),
        novos=F("novos") + counts["novo"],
        iguais=F("iguais") + counts["igual"],
        substituidos=F("substituidos") + counts["substituida"],
        recusados=F("recusados") + counts["recusado"] + counts["descartada"] + counts["tardia"],
        **({"causas": causes} if causes else {}),
    )
