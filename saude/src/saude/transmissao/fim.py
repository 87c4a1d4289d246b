"""The end of a transmission, or its halt, told to whoever listens (`comum.sinais`): who asked for it is to know."""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from saude.comum.sinais import terminou
from saude.transmissao.models import Transmissao

Estado = Transmissao.Estado


def tell(row: Transmissao, counts: dict[str, int] | None = None) -> None:
    """After the transaction: what was told holds. Each halt is told once."""
    text = _text(row, counts or {})
    key = f"{row.pk}:{row.estado}:{timezone.now():%Y%m%d%H%M%S%f}"
    transaction.on_commit(
        lambda: terminou.send(
            sender=Transmissao,
            especie="transmissao",
            entidade_id=row.entidade_id,
            usuario_id=row.por_id,
            chave=key,
            texto=text,
            endereco=reverse("transmissao:transmissao", args=[row.pk]),
            areas=row.exportacao.areas,
        )
    )


def _text(row: Transmissao, counts: dict[str, int]) -> str:
    what = f"A transmissão da exportação {row.exportacao_id}"
    if row.estado != Estado.CONCLUIDA:
        return f"{what} parou e espera por você. {row.motivo}"[:400]
    told = ", ".join(f"{n} {situacao}{'s' if n > 1 else ''}" for situacao, n in counts.items())
    return f"{what} terminou: {told}."
