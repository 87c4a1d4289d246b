"""Judging records: the library's rules, then what the entidade's own registers can say."""

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ledi.errors import InstallationError
from ledi.layouts import Struct, nearest
from ledi.paths import value_at
from saude.cadastros.models import Entidade
from saude.cadastros.tempo import local_today
from saude.fichas.processing import Resultado, origin_of
from saude.fichas.situacoes import Motivo, Situacao
from saude.fichas.storage import Linha
from saude.formularios import dicas
from saude.inconsistencias.achados import Achado, clean
from saude.processamento.contexto import Contexto, apply
from saude.registro.leitura import facts
from saude.registro.tipos import Origem

log = logging.getLogger(__name__)


def context(entidade: Entidade) -> Contexto:
    return Contexto.load(entidade, today=local_today(entidade))


def judge(
    linha: Linha,
    registro: dict[str, Any],
    ctx: Contexto,
    *,
    arriving: bool = True,
    judged: dict[int, Resultado] | None = None,
) -> None:
    """Process one record into its row; a record of the app waits, unless the entidade says otherwise."""
    waits = arriving and linha.origem == Origem.APP and not ctx.instalacao.processar_app_na_chegada
    if waits:
        linha.resultado, linha.processada = Resultado(Situacao.PENDENTE, Motivo.APLICATIVO), False
        return
    linha.processada = True
    try:
        result = judged.get(id(registro)) if judged else None
        if result is None:
            result = ctx.judged(registro, origin_of(linha.proveniencia))
        if judged is not None:
            judged[id(registro)] = result
            result = result.copy()  # what is stored is added to
        linha.resultado = apply(result, linha.fatos, registro, ctx)
    except InstallationError:  # nothing can be signed: it waits for whoever administers
        linha.resultado = Resultado(Situacao.PENDENTE, Motivo.INSTALACAO)
    except Exception as error:  # our fault, not the record's: it waits and is seen
        log.error("processing failed: uuid=%s %s", linha.fatos.uuid, type(error).__name__)
        linha.resultado = Resultado(Situacao.PENDENTE, Motivo.SISTEMA)


def assess(record: Any, ctx: Contexto, *, proveniencia: Any = None) -> Resultado:
    """What judging this record would say; nothing is stored and the record is not changed."""
    try:
        result = ctx.judged(record, origin_of(proveniencia))
    except InstallationError:
        return Resultado(Situacao.PENDENTE, Motivo.INSTALACAO)
    if not isinstance(record, dict):
        return result
    return apply(result, facts(record, ctx.zone, today=ctx.today), record, ctx)


def check(entidade: Entidade, record: Mapping[str, Any], *, proveniencia: Any = None) -> list[Achado]:
    """The findings this record would have, errors first: the same rules that judge it when saved.

    Told to who typed it (`dicas`).
    """
    plain = json.loads(json.dumps(record))
    found = assess(plain, context(entidade), proveniencia=proveniencia).achados
    if root := _root(plain):
        found = [_as_typed(root, plain["ficha"], a) for a in found]
    return sorted(found, key=lambda a: (a.severidade != "erro", a.campo, a.codigo))


def _root(record: Any) -> Struct | None:
    known = nearest(str(record.get("versao") or "")).fichas.get(str(record.get("tipo")))
    return known.root if known and isinstance(record.get("ficha"), dict) else None


def _as_typed(root: Struct, ficha: Any, found: Achado) -> Achado:
    at = root.field_at(found.campo) if found.campo else None
    text = dicas.explain(at, value_at(ficha, found.campo)) if at and found.severidade == "erro" else ""
    return replace(found, mensagem=clean(text)) if text else found
