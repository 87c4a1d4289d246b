"""Writes on fichas: judge again, correct, replace. Atomic, checked against TRANSITIONS, audited."""

import json
import uuid as uuid_module
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F

from ledi.layouts import nearest
from saude.auditoria.actions import Autor, record_event
from saude.cadastros.models import Entidade
from saude.contas.queries import as_user
from saude.fichas.held import Guardada, hold
from saude.fichas.models import Conteudo, Entrada, Evento, Ficha
from saude.fichas.ordem import next_order
from saude.fichas.processing import Resultado
from saude.fichas.retornos import refused_among, reopen
from saude.fichas.situacoes import Motivo, Situacao, TransitionRefused, check, open_situations
from saude.fichas.storage import Linha
from saude.processamento import esteira
from saude.processamento.contexto import Contexto
from saude.processamento.julgar import context
from saude.registro.caminhos import changed as with_changes
from saude.registro.envelope import is_origin, with_origin
from saude.registro.leitura import facts
from saude.registro.texto_json import digest, dump, load

RECTIFIED = frozenset({"FCI", "FCD"})


class StaleForm(Exception):
    """The ficha changed since the form was opened; nothing was saved. `atual` is what it holds now."""

    def __init__(self, ficha: Ficha, atual: dict[str, Any]) -> None:
        super().__init__("A ficha foi alterada por outra pessoa depois que esta página foi aberta.")
        self.ficha = ficha
        self.atual = atual


def judge_again(ids: Sequence[int], ctx: Contexto, *, by: Autor = None) -> dict[str, int]:
    """Reprocess fichas of the entidade in the caller's transaction; exported ones are passed over.

    Returns how many there are in each situation afterwards.
    """
    ctx.hold_tables()
    rows = []
    for kept in hold(ctx.entidade.pk, ids, open_situations("reprocessar")):
        record = load(kept.registro)
        rows.append((linha_of(kept, record, ctx), record))
    esteira.run(ctx, rows)
    linhas = [linha for linha, _ in rows]
    record_change(linhas, Evento.Fato.REPROCESSADA, by)
    counts = {str(s): 0 for s in (Situacao.PROCESSADA, Situacao.INCONSISTENTE, Situacao.PENDENTE)}
    for linha in linhas:
        counts[str(linha.resultado.situacao)] += 1
    return counts


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
    counts = judge_again(chosen, _context(entidade), by=by)
    record_event(by=by, entidade=entidade, tipo="ficha.reprocessada", fichas=len(chosen), alvo=None, **counts)
    return counts


@transaction.atomic
def correct(*, ficha: Ficha, changes: Mapping[str, Any], revisao: int, by: Autor) -> Ficha:
    """Change values by path and process again. StaleForm when `revisao` is no longer that of the ficha."""
    current = (
        Ficha.objects.select_for_update(of=("self",)).select_related("entidade__instalacao").get(pk=ficha.pk)
    )
    content = Conteudo.objects.get(ficha=current)
    record = json.loads(content.registro)
    if current.revisao != revisao:
        raise StaleForm(current, record)
    check(current.situacao, "corrigir")
    _rewrite(current, changes, by=by)
    return Ficha.objects.get(pk=ficha.pk)


@transaction.atomic
def correct_each(
    *, entidade: Entidade, changes: Mapping[int, Mapping[str, Any]], by: Autor
) -> dict[str, int]:
    """Each ficha its own changes by path, exported ones passed over; how many are in each situation then."""
    ctx = _context(entidade)
    done = []
    for ficha in _locked(entidade, sorted(changes)):
        _rewrite(ficha, changes[ficha.pk], by=by, ctx=ctx)
        done.append(ficha.pk)
    counts = {str(s): 0 for s in (Situacao.PROCESSADA, Situacao.INCONSISTENTE, Situacao.PENDENTE)}
    for situacao in Ficha.objects.filter(pk__in=done).values_list("situacao", flat=True):
        counts[situacao] += 1
    return counts


def _rewrite(ficha: Ficha, changes: Mapping[str, Any], *, by: Autor, ctx: Contexto | None = None) -> None:
    """The changes into a ficha that is held by the caller: judged, stored, told."""
    record, kept = _mended(ficha, changes)
    put_content(ficha, record, kept, fields=sorted(changes), by=by, ctx=ctx or _context(ficha.entidade))


def put_content(
    ficha: Ficha,
    record: dict[str, Any],
    kept: Guardada,
    *,
    fields: list[str],
    by: Autor,
    ctx: Contexto,
    fato: str = Evento.Fato.CORRIGIDA,
    **detalhe: Any,
) -> None:
    """New content for a ficha that is held by the caller: judged, stored, told."""
    linha = linha_of(kept, record, ctx)
    linha.registro, linha.revisao, linha.ordem = dump(record), ficha.revisao + 1, next_order()
    esteira.run(ctx, [(linha, record)])
    record_change([linha], fato, by, always=True, campos=fields, **detalhe)
    record_event(
        by=by, entidade=ctx.entidade, tipo=f"ficha.{fato}", alvo=ficha,
        campos=fields, situacao=str(linha.resultado.situacao), **detalhe,
    )  # fmt: skip


def _mended(ficha: Ficha, changes: Mapping[str, Any]) -> tuple[dict[str, Any], Guardada]:
    """The ficha with the changes: its record, and itself with who typed it."""
    kept = _kept(ficha)
    record = with_changes(json.loads(kept.registro), changes)
    origin = {path: value for path, value in changes.items() if is_origin(path)}
    if origin:
        kept = kept._replace(proveniencia=json.dumps(with_origin(ficha.conteudo.proveniencia, origin)))
    return record, kept


@transaction.atomic
def replace_exported(
    *, ficha: Ficha, changes: Mapping[str, Any], motivo: str, by: Autor, nunca_entrou: bool = False
) -> Ficha:
    """A new record in place of an exported one, which stays as it went. FCI and FCD say so on the wire too, unless
    (`nunca_entrou`) no record of their line ever entered the PEC: then it is the first of its line.

    TransitionRefused when the ficha is not exported or has been replaced already.
    """
    old = (
        Ficha.objects.select_for_update(of=("self",)).select_related("entidade__instalacao").get(pk=ficha.pk)
    )
    if old.situacao != Situacao.EXPORTADA:
        raise TransitionRefused("Só uma ficha exportada é substituída por um novo registro.")
    if Ficha.objects.filter(substitui=old).exists():
        raise TransitionRefused("Esta ficha já foi substituída por outro registro.")
    if not motivo.strip():
        raise TransitionRefused("Informe o motivo da substituição.")
    record, kept = _mended(old, changes)
    return _replacement(old, kept, renewed(record, primeira=nunca_entrou), motivo.strip()[:200], by)


@transaction.atomic
def reopen_refused(*, ficha: Ficha, by: Any) -> Ficha:
    """A refused ficha to be corrected and to go again with the same uuid: judged anew as it is. TransitionRefused."""
    old = (
        Ficha.objects.select_for_update(of=("self",)).select_related("entidade__instalacao").get(pk=ficha.pk)
    )
    check(old.situacao, "reabrir")
    if not old.entidade.instalacao.reenviar_mesmo_uuid:
        raise TransitionRefused("A instalação não permite reenviar com o mesmo uuid.")
    if old.pk not in refused_among([old.pk]):
        raise TransitionRefused(
            "Só uma ficha que o PEC recusou, e que não foi substituída, pode ser reaberta."
        )
    kept = _kept(old)
    reopen(old.entidade_id, [old.pk])
    put_content(
        old, json.loads(kept.registro), kept, fields=[], by=by, ctx=_context(old.entidade),
        fato=Evento.Fato.REABERTA,
    )  # fmt: skip
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


def _replacement(old: Ficha, kept: Guardada, record: dict[str, Any], motivo: str, by: Autor) -> Ficha:
    ctx = _context(old.entidade)
    linha = linha_of(kept, record, ctx)
    linha.anterior, linha.revisao, linha.ordem, linha.hash = {}, 1, next_order(), digest(record)
    linha.registro, linha.substitui_id, linha.motivo_substituicao = dump(record), old.pk, motivo
    esteira.run(ctx, [(linha, record)])
    user = as_user(by)
    new = Ficha.objects.get(pk=linha.id)
    Evento.objects.create(
        ficha=old, fato=Evento.Fato.TROCADA, situacao=old.situacao, usuario=user, detalhe={"por": new.uuid}
    )
    Evento.objects.create(
        ficha=new, fato=Evento.Fato.RETIFICA, situacao=new.situacao, usuario=user, detalhe={"de": old.uuid}
    )
    record_event(by=by, entidade=old.entidade, tipo="ficha.substituida", alvo=old, nova=new.uuid)
    return new


def _context(entidade: Entidade) -> Contexto:
    ctx = context(entidade)
    ctx.hold_tables()
    return ctx


def _locked(entidade: Entidade, ids: Sequence[int]) -> list[Ficha]:
    mine = Ficha.objects.filter(entidade=entidade, pk__in=ids, situacao__in=open_situations("reprocessar"))
    rows = mine.order_by("pk").select_for_update(of=("self",)).select_related("conteudo", "entrada")
    return list(rows.defer("entrada__dados"))


def _kept(ficha: Ficha) -> Guardada:
    content, entry = ficha.conteudo, getattr(ficha, "entrada", None)
    return Guardada(
        ficha.pk,
        ficha.uuid,
        ficha.tipo,
        ficha.competencia,
        ficha.situacao,
        ficha.origem,
        ficha.revisao,
        ficha.ordem,
        None if ficha.hash_recebido is None else bytes(ficha.hash_recebido),
        content.registro,
        json.dumps(content.proveniencia) if content.proveniencia else None,
        content.base_revisao,
        (entry.crc, entry.tamanho, entry.revisao_instalacao) if entry else None,
    )


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
        anterior={
            "revisao": ficha.revisao,
            "situacao": ficha.situacao,
            "crc": ficha.entrada[0] if ficha.entrada else None,
            "entrada": ficha.entrada,
        },
    )


def record_change(
    linhas: Sequence[Linha], fato: str, by: Autor, *, always: bool = False, **detalhe: Any
) -> None:
    """History rows for what changed; a reprocessing that changed nothing leaves only its date."""
    user = as_user(by)
    told = [x for x in linhas if always or x.anterior["situacao"] != str(x.resultado.situacao)]
    Evento.objects.bulk_create(
        Evento(
            ficha_id=x.id,
            fato=fato,
            situacao=x.resultado.situacao,
            usuario=user,
            detalhe={"de": str(x.anterior["situacao"]), **detalhe},
        )
        for x in told
    )
