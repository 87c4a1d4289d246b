"""The end of an export, told to whoever listens (`comum.sinais`)."""

from django.urls import reverse

from saude.comum.sinais import terminou
from saude.comum.texto import fichas
from saude.exportacao.models import Exportacao

Estado = Exportacao.Estado
OVER = (Estado.CONCLUIDA, Estado.VAZIA, Estado.FALHOU)


def tell_end(exportacao: Exportacao) -> None:
    terminou.send(
        sender=Exportacao,
        especie="exportacao",
        entidade_id=exportacao.entidade_id,
        usuario_id=exportacao.por_id,
        chave=f"{exportacao.pk}:{exportacao.estado}:{exportacao.tentativas}",
        texto=_text(exportacao),
        endereco=reverse("exportacao:exportacao", args=[exportacao.pk]),
        areas=exportacao.areas,
    )


def _text(exportacao: Exportacao) -> str:
    period = f"{exportacao.inicio:%d/%m/%Y} a {exportacao.fim:%d/%m/%Y}"
    if exportacao.estado == Estado.CONCLUIDA:
        return f"A exportação de {period} terminou: {fichas(exportacao.total)} no arquivo."
    if exportacao.estado == Estado.VAZIA:
        return f"A exportação de {period} terminou sem arquivo: nenhuma ficha restou para exportar."
    return f"A exportação de {period} falhou. {exportacao.erro}"
