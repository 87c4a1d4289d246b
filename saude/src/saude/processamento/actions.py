"""Writes on fichas: judge again, correct, replace. Atomic, checked against TRANSITIONS, audited."""

import json
import uuid as uuid_module
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F

from ledi.layouts import nearest
from saude.auditoria.actions import Autor, record_event, record_events
from saude.cadastros.models import Entidade
from saude.contas.queries import as_user
from saude.fichas.held import Guardada, hold
from saude.fichas.models import Entrada, Evento, Ficha
from saude.fichas.ordem import next_order, next_orders
from saude.fichas.processing import Resultado
from saude.fichas.retornos import refused_among, reopen
from saude.fichas.situacoes import Motivo, Situacao, TransitionRefused, check, open_situations
from saude.fichas.storage import Anterior, Linha
from saude.fichas.trocas import is_replaced
from saude.processamento import esteira
from saude.processamento.contexto import Contexto
from saude.processamento.julgar import context
from saude.registro.caminhos import changed as with_changes
from saude.registro.envelope import is_origin, with_origin
from saude.registro.leitura import facts
from saude.registro.texto_json import digest, dump, load

RECTIFIED = frozenset({"FCI", "FCD"})
Mudancas = Callable[[Guardada, dict[str, Any]], Mapping[str, Any]]


class StaleForm(Exception):
    """The ficha changed since the form was opened; nothing was saved. `atual` is what it holds now."""

    def __init__(self, ficha: Ficha, atual: dict[str, Any]) -> None:
        super().__init__("A ficha foi alterada por outra pessoa depois que esta página foi aberta.")
        self.ficha = ficha
        self.atual = atual


@dataclass(frozen=True, slots=True)
class Troca:
    """A ficha held by the caller and the record that it will hold. `campos` None: its own, only judged again."""

    kept: Guardada
    registro: dict[str, Any]
    campos: list[str] | None = None


def judge_again(ids: Iterable[int], ctx: Contexto, *, by: Autor = None) -> dict[str, int]:
    """Reprocess fichas of the entidade in the caller's transaction; exported ones are passed over.

    Returns how many there are in each situation afterwards.
    """
    ctx.hold_tables()
    held = hold(ctx.entidade.pk, ids, open_situations("reprocessar"))
    return counted(put_contents(ctx, [Troca(kept, load(kept.registro)) for kept in held], by=by))


def put_contents(
    ctx: Contexto, block: Sequence[Troca], *, by: Autor, fato: str = Evento.Fato.CORRIGIDA, **detalhe: Any
) -> dict[int, str]:
    """Down the pipeline, with their history and the trail; the situation that each is in afterwards."""
    orders = iter(next_orders(sum(one.campos is not None for one in block)))
    rows = []
    for one in block:
        linha = linha_of(one.kept, one.registro, ctx)
        if one.campos is not None:
            linha.registro, linha.ordem = dump(one.registro), next(orders)
        rows.append((linha, one.registro))
    esteira.run(ctx, rows)
    linhas = [linha for linha, _ in rows]
    _record(ctx, list(zip(block, linhas, strict=True)), by, fato, detalhe)
    return {linha.id: str(linha.resultado.situacao) for linha in linhas}


def counted(situations: Mapping[int, str]) -> dict[str, int]:
    counts = {str(s): 0 for s in (Situacao.PROCESSADA, Situacao.INCONSISTENTE, Situacao.PENDENTE)}
    for situacao in situations.values():
        counts[situacao] += 1
    return counts


def _record(
    ctx: Contexto, done: Sequence[tuple[Troca, Linha]], by: Autor, fato: str, detalhe: Mapping[str, Any]
) -> None:
    """A row of history for each; a reprocessing that changed nothing leaves only its date. New content is audited."""
    history, audited = [], []
    for one, linha in done:
        situacao = str(linha.resultado.situacao)
        if one.campos is not None:
            more = {"campos": one.campos, **detalhe}
            history.append(history_row(linha, fato, by, **more))
            audited.append((("fichas.ficha", one.kept.uuid), more | {"situacao": situacao}))
        elif one.kept.situacao != situacao:
            history.append(history_row(linha, Evento.Fato.REPROCESSADA, by))
    Evento.objects.bulk_create(history)
    record_events(by=by, entidade=ctx.entidade, tipo=f"ficha.{fato}", alvos=audited)


def set_aside(ficha_id: int, entidade: Entidade, motivo: str = Motivo.SISTEMA) -> int:
    """A ficha that the system cannot deal with: pendente with the reason, its entry gone. 1, or 0 if it is locked."""
    mine = Ficha.objects.filter(pk=ficha_id, entidade=entidade, situacao__in=open_situations("reprocessar"))
    done = mine.update(situacao=Situacao.PENDENTE, motivo_pendencia=motivo, revisao=F("revisao") + 1)
    if done:
        Entrada.objects.filter(ficha_id=ficha_id).delete()
        Evento.objects.create(ficha_id=ficha_id, fato=Evento.Fato.REPROCESSADA, situacao=Situacao.PENDENTE)
    return done


@transaction.atomic
def reprocess(*, entidade: Entidade, ids: Iterable[int], by: Autor) -> dict[str, int]:
    """Reprocess a few fichas now (up to some hundreds; for more, `start_reprocess`)."""
    chosen = sorted(set(ids))
    counts = judge_again(chosen, held_context(entidade), by=by)
    record_event(by=by, entidade=entidade, tipo="ficha.reprocessada", fichas=len(chosen), alvo=None, **counts)
    return counts


@transaction.atomic
def correct(*, ficha: Ficha, changes: Mapping[str, Any], revisao: int, by: Autor) -> Ficha:
    """Change values by path and process again. StaleForm when `revisao` is no longer that of the ficha."""
    kept = hold_at(ficha, revisao)
    put_contents(
        held_context(Entidade.objects.get(pk=ficha.entidade_id)),
        [mended(kept, load(kept.registro), changes)],
        by=by,
    )
    return Ficha.objects.get(pk=ficha.pk)


def hold_at(ficha: Ficha, revisao: int) -> Guardada:
    """The ficha, held to be given another content: StaleForm or TransitionRefused when it may not be."""
    [kept] = hold(ficha.entidade_id, [ficha.pk])
    if kept.revisao != revisao:
        raise StaleForm(
            Ficha.objects.select_related("entidade__instalacao").get(pk=kept.pk), load(kept.registro)
        )
    check(kept.situacao, "corrigir")
    return kept


def correct_each(
    *, entidade: Entidade, changes: Mapping[int, Mapping[str, Any]], by: Autor
) -> dict[str, int]:
    """Each ficha its own changes by path, exported ones passed over; how many are in each situation then."""
    done = mend_each(entidade=entidade, ids=changes, changes_of=lambda kept, _: changes[kept.pk], by=by)
    return counted(done)


@transaction.atomic
def mend_each(*, entidade: Entidade, ids: Iterable[int], changes_of: Mudancas, by: Autor) -> dict[int, str]:
    """The same in one block, with what changes told from the ficha, held, and its record; None: judged again as it is.

    Returns the situation that each is in afterwards.
    """
    ctx = held_context(entidade)
    block = []
    for kept in hold(entidade.pk, sorted(set(ids)), open_situations("corrigir")):
        record = load(kept.registro)
        told = changes_of(kept, record)
        block.append(mended(kept, record, told) if told else Troca(kept, record))
    done = put_contents(ctx, block, by=by)
    if same := {one.kept.pk: done[one.kept.pk] for one in block if one.campos is None}:
        record_event(
            by=by, entidade=entidade, tipo="ficha.reprocessada", fichas=len(same), alvo=None, **counted(same)
        )
    return done


def mended(kept: Guardada, record: dict[str, Any], changes: Mapping[str, Any]) -> Troca:
    """The ficha with the changes: its record, and itself with who typed it."""
    origin = {path: value for path, value in changes.items() if is_origin(path)}
    if origin:
        typed = json.loads(kept.proveniencia) if kept.proveniencia else None
        kept = kept._replace(proveniencia=json.dumps(with_origin(typed, origin)))
    return Troca(kept, with_changes(record, changes), sorted(changes))


@transaction.atomic
def replace_exported(
    *, ficha: Ficha, changes: Mapping[str, Any], motivo: str, by: Autor, nunca_entrou: bool = False
) -> Ficha:
    """A new record in place of an exported one, which stays as it went. FCI and FCD say so on the wire too, unless
    (`nunca_entrou`) no record of their line ever entered the PEC: then it is the first of its line.

    TransitionRefused when the ficha is not exported or has been replaced already.
    """
    [old] = hold(ficha.entidade_id, [ficha.pk])
    if old.situacao != Situacao.EXPORTADA:
        raise TransitionRefused("Só uma ficha exportada é substituída por um novo registro.")
    if is_replaced(old.pk):
        raise TransitionRefused("Esta ficha já foi substituída por outro registro.")
    if not motivo.strip():
        raise TransitionRefused("Informe o motivo da substituição.")
    new = mended(old, load(old.registro), changes)
    record = renewed(new.registro, primeira=nunca_entrou)
    ctx = held_context(Entidade.objects.get(pk=ficha.entidade_id))
    return _replacement(ctx, new.kept, record, motivo.strip()[:200], by)


@transaction.atomic
def reopen_refused(*, ficha: Ficha, by: Autor) -> Ficha:
    """A refused ficha to be corrected and to go again with the same uuid: judged anew as it is. TransitionRefused."""
    [old] = hold(ficha.entidade_id, [ficha.pk])
    check(old.situacao, "reabrir")
    ctx = held_context(Entidade.objects.get(pk=ficha.entidade_id))
    if not ctx.instalacao.reenviar_mesmo_uuid:
        raise TransitionRefused("A instalação não permite reenviar com o mesmo UUID.")
    if old.pk not in refused_among([old.pk]):
        raise TransitionRefused(
            "Só uma ficha que o PEC recusou, e que não foi substituída, pode ser reaberta."
        )
    reopen(ctx.entidade.pk, [old.pk])
    put_contents(ctx, [Troca(old, load(old.registro), [])], by=by, fato=Evento.Fato.REABERTA)
    return Ficha.objects.get(pk=old.pk)


def renewed(record: dict[str, Any], *, primeira: bool = False) -> dict[str, Any]:
    """The record under a new uuid; FCI and FCD point at the first of their line (`uuidFichaOriginadora`), and the
    first (`primeira`) at itself."""
    tipo, ficha = record["tipo"], record["ficha"]
    cnes = record.get("cnes")
    new = f"{cnes}-{uuid_module.uuid4()}" if cnes else str(uuid_module.uuid4())
    field = nearest(str(record.get("versao") or "")).fichas[tipo].uuid_field
    if tipo in RECTIFIED:
        first = ficha.get("uuidFichaOriginadora") or record["uuid"]
        ficha["uuidFichaOriginadora"], ficha["fichaAtualizada"] = (new, False) if primeira else (first, True)
    ficha[field] = record["uuid"] = new
    return record


def _replacement(ctx: Contexto, old: Guardada, record: dict[str, Any], motivo: str, by: Autor) -> Ficha:
    linha = linha_of(old, record, ctx)
    linha.anterior, linha.revisao, linha.ordem, linha.hash = None, 1, next_order(), digest(record)
    linha.registro, linha.substitui_id, linha.motivo_substituicao = dump(record), old.pk, motivo
    esteira.run(ctx, [(linha, record)])
    user = as_user(by)
    new = Ficha.objects.get(pk=linha.id)
    Evento.objects.create(
        ficha_id=old.pk, fato=Evento.Fato.TROCADA, situacao=old.situacao, usuario=user,
        detalhe={"por": new.uuid},
    )  # fmt: skip
    Evento.objects.create(
        ficha=new, fato=Evento.Fato.RETIFICA, situacao=new.situacao, usuario=user, detalhe={"de": old.uuid}
    )
    record_event(
        by=by, entidade=ctx.entidade, tipo="ficha.substituida", alvo=("fichas.ficha", old.uuid), nova=new.uuid
    )
    return new


def held_context(entidade: Entidade) -> Contexto:
    ctx = context(entidade)
    ctx.hold_tables()
    return ctx


def linha_of(ficha: Guardada, record: dict[str, Any], ctx: Contexto) -> Linha:
    found = facts(record, ctx.zone, today=ctx.today)
    found.uuid = found.uuid or ficha.uuid
    found.tipo = found.tipo or ficha.tipo
    found.especialidade = ctx.speciality(found.especialidade)
    return Linha(
        fatos=found,
        resultado=Resultado(Situacao.PENDENTE),
        origem=ficha.origem,
        registro="",
        hash=ficha.hash,
        id=ficha.pk,
        revisao=ficha.revisao,
        ordem=ficha.ordem,
        proveniencia=ficha.proveniencia,
        base=ficha.base,
        anterior=Anterior(ficha.revisao, ficha.situacao, ficha.entrada),
    )


def history_row(linha: Linha, fato: str, by: Autor, **detalhe: Any) -> Evento:
    """What became of a ficha that was there before; not stored yet."""
    return Evento(
        ficha_id=linha.id,
        fato=fato,
        situacao=linha.resultado.situacao,
        usuario=as_user(by),
        detalhe={"de": str(linha.anterior.situacao) if linha.anterior else "", **detalhe},
    )
