"""Copies of what was received, past their term. What they brought is in the fichas, which nothing here touches."""

from datetime import datetime

from saude.recebimento import guardados
from saude.recebimento.models import Lote, Registro
from saude.recebimento.tasks import spool_folder

ROUND = 1_000


def forget_bodies(*, before: datetime) -> int:
    """Bodies of lots that were concluded; one that failed may be asked for again and keeps its own."""
    old = Lote.objects.filter(estado=Lote.Estado.CONCLUIDO, concluido_em__lt=before)
    done = 0
    for lote in old.exclude(bruto=None, arquivo="").defer("bruto").order_by("pk")[:ROUND]:
        if lote.arquivo:
            guardados.remove(spool_folder() / lote.arquivo)
        done += Lote.objects.filter(pk=lote.pk).update(bruto=None, arquivo="")
    return done


def forget_refused(*, before: datetime) -> int:
    """Answers to refused rows: they may quote what came. How many and why stays in the lot."""
    old = Lote.objects.filter(estado=Lote.Estado.CONCLUIDO, concluido_em__lt=before, recusados__gt=0)
    refused = Registro.objects.filter(status=Registro.Status.RECUSADO, ficha=None)
    done = 0
    for pk in (
        old.filter(registros__status=Registro.Status.RECUSADO).distinct().values_list("pk", flat=True)[:ROUND]
    ):
        done += refused.filter(lote_id=pk).delete()[0]
    return done
