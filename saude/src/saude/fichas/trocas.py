"""Records made in place of exported ones: which stands for which."""

from saude.fichas.models import Descarte, Ficha
from saude.fichas.situacoes import Situacao


def is_replaced(pk: int) -> bool:
    """Another record stands in its place. One that was discarded stands in no place."""
    return Ficha.objects.filter(substitui=pk).exists()


def stands_for(ficha: Ficha) -> int | None:
    """In place of which it stands or, discarded, stood."""
    if ficha.situacao != Situacao.DESCARTADA:
        return ficha.substitui_id
    return Descarte.objects.filter(ficha=ficha).values_list("substituia", flat=True).first()
