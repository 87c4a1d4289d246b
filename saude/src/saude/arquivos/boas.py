"""The good ones alone: of a file that was looked into and of a spreadsheet, by the same judgement."""

import logging

from saude.fichas.situacoes import Situacao
from saude.processamento import julgar
from saude.processamento.contexto import Contexto
from saude.recebimento.intake import Item

log = logging.getLogger(__name__)


def is_good(item: Item, ctx: Contexto) -> bool:
    """Would it be processada, judged as it is when taken in?"""
    if item.achados:
        return False
    try:
        return (
            julgar.assess(item.registro, ctx, proveniencia=item.proveniencia).situacao == Situacao.PROCESSADA
        )
    except Exception as error:  # ours: left out, and told in the conference
        log.error("judging a record of a file failed: %s", type(error).__name__)
        return False
