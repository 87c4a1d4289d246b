"""What processing does when a registration changes."""

from typing import Any

from django.dispatch import receiver

from saude.cadastros.models import Instalacao
from saude.cadastros.sinais import instalacao_changed
from saude.fichas.filtro import Filtro, filtered
from saude.fichas.situacoes import Motivo, Situacao
from saude.processamento.em_massa import start_reprocess


@receiver(instalacao_changed)
def judge_again(*, instalacao: Instalacao, campos: set[str], by: Any, **_: Any) -> None:
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
