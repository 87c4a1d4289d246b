"""Corrigir e reenviar: the form of a ficha that the PEC refused opens at what it said."""

from typing import Any

from saude.acesso.areas import Areas
from saude.correcao.edicao import Edicao
from saude.fichas.models import Ficha
from saude.inconsistencias import queries as findings
from saude.retorno.campos import refusals
from saude.retorno.models import Desfecho
from saude.retorno.queries import never_entered, refusal_of, waiting_that_cite


def opened(ficha: Ficha) -> Edicao:
    """With what is wrong: by our rules, or (exported and refused) by what the PEC said of it."""
    edicao = Edicao.open(ficha, findings.of_ficha(ficha))
    if refusal := refusal_of(ficha):
        edicao.achados = [*refusals(ficha.tipo, edicao.conteudo, refusal.mensagens)]
    return edicao


def context(ficha: Ficha, cnes: Areas) -> dict[str, Any]:
    """What the form of a refused ficha says more than that of any exported one."""
    refusal = refusal_of(ficha)
    if refusal is None:
        return {}
    return {
        "recusa": refusal,
        "motivo": _reason(refusal),
        "nunca_entrou": never_entered(ficha),
        "citam": waiting_that_cite(ficha, cnes=cnes),
    }


def _reason(refusal: Desfecho) -> str:
    return f"Recusada pelo PEC no lote {refusal.lote}" if refusal.lote else "Recusada pelo PEC"
