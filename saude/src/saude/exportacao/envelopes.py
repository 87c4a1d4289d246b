"""Entries made for an installation whose data changed since: same ficha bytes, new envelope."""

import zlib
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from ledi.envelope import Instalacao as DadosInstalacao
from ledi.envelope import unwrap, wrap
from ledi.zip import Entry, make_entry
from ledi.zip.deflate import inflates_to
from saude.cadastros.models import Entidade, Instalacao
from saude.exportacao.models import Exportacao
from saude.exportacao.selection import selected
from saude.fichas.models import Entrada
from saude.fichas.processing import envelope
from saude.fichas.storage import store_entries

BATCH = 1_000


class Rewrapper:
    """Puts the bytes that were validated into an envelope with today's installation data.

    The layout version stays the one the ficha was written with: declaring another loses fields in silence.
    """

    def __init__(self, entidade: Entidade) -> None:
        instalacao = Instalacao.objects.get(entidade=entidade)
        self.revision = instalacao.revisao
        self._sender = envelope(instalacao)

    def __call__(self, entry: Entry) -> Entry:
        inside = unwrap(zlib.decompress(entry.data, -15))
        head: dict[str, Any] = {
            "tipo": inside.tipo,
            "uuid": inside.uuid,
            "cnes": inside.cnes,
            "ine": inside.ine,
            "ibge": inside.ibge,
        }
        foreign = dict(inside.originadora) != dict(inside.remetente)  # typed in another system: stays so
        origin = DadosInstalacao.from_mapping(inside.originadora) if foreign else None
        data = wrap(
            head,
            inside.dado,
            remetente=self._sender,
            originadora=origin,
            lote=inside.lote,
            layout=inside.layout,
        )
        return make_entry(entry.name, data)


def refresh_stale(exportacao: Exportacao) -> int:
    """Rewrap what this export would take, batch by batch, each kept as it is done."""
    rewrap = Rewrapper(exportacao.entidade)
    done = after = 0  # what the disk damaged is passed over here, and found when the file is written
    while True:
        with transaction.atomic():
            rows = list(_stale(exportacao, rewrap.revision, after)[:BATCH])
            whole = [row for row in rows if inflates_to(bytes(row.dados), row.crc, row.tamanho)]
            store_entries([_row(row, rewrap) for row in whole])
        after = rows[-1].ficha_id if rows else after
        done += len(rows)
        if len(rows) < BATCH:
            return done


def _stale(exportacao: Exportacao, revision: int, after: int) -> QuerySet[Entrada]:
    fichas = selected(exportacao).values("pk")
    stale = Entrada.objects.filter(ficha__in=fichas, ficha_id__gt=after).exclude(revisao_instalacao=revision)
    return stale.select_for_update(of=("self",)).order_by("ficha_id")


def _row(entrada: Entrada, rewrap: Rewrapper) -> tuple[int, str, bytes, int, int, int]:
    old = Entry(entrada.nome, entrada.crc, entrada.tamanho, bytes(entrada.dados))
    new = rewrap(old)
    return (entrada.ficha_id, new.name, new.data, new.crc, new.size, rewrap.revision)
