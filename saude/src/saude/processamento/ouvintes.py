"""What processing does when a registration changes."""

from typing import Any

from django.dispatch import receiver

from saude.auditoria.actions import Autor
from saude.cadastros.models import Entidade, Instalacao
from saude.cadastros.sinais import instalacao_changed, validade_changed
from saude.fichas.filtro import Filtro, filtered
from saude.fichas.situacoes import Motivo, Situacao
from saude.processamento.em_massa import start_reprocess


@receiver(instalacao_changed)
def judge_again(*, instalacao: Instalacao, campos: set[str], by: Autor, **_: Any) -> None:
    """Switches that change what is an inconsistência act on the fichas already judged, in the background."""
    waiting = Filtro(situacao=str(Situacao.PENDENTE), motivo=str(Motivo.INSTALACAO))
    if filtered(instalacao.entidade, waiting).exists():  # it was wrong, and what waited for it is processed
        start_reprocess(entidade=instalacao.entidade, filtro=waiting, by=by)
    if not campos & {"bloquear_nao_identificados", "conferir_cadastros"}:
        return
    only = "conferir_cadastros" not in campos
    for situacao in (Situacao.PROCESSADA, Situacao.INCONSISTENTE):
        wanted = Filtro(situacao=str(situacao), nao_identificados=only)
        start_reprocess(entidade=instalacao.entidade, filtro=wanted, by=by)


@receiver(validade_changed)
def tell_again(*, entidade: Entidade, versao: str, by: Autor, **_: Any) -> None:
    """Fichas not exported of a LEDI version say until when it counts: by the date that holds now."""
    for situacao in (Situacao.PROCESSADA, Situacao.INCONSISTENTE):
        wanted = Filtro(situacao=str(situacao), versao=versao)
        if filtered(entidade, wanted).exists():
            start_reprocess(entidade=entidade, filtro=wanted, by=by)
