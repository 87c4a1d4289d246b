"""The outbox to and from PostgreSQL, many rows at a time. Callers own the transaction."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Case, QuerySet, Value, When

from ledi.pec.outcomes import Before
from saude.banco.cursor import numbers, server_cursor
from saude.fichas.storage import joined
from saude.transmissao.models import Envio

CHUNK = 5_000
GIVEN_UP = ("falhou", "desconhecida", "parada")
REOPENED = (
    "reaberta"  # cause of a ficha that was corrected since: it goes with its new content, in another export
)


class Linha(NamedTuple):
    """A row of the outbox that is to be sent now."""

    ficha_id: int
    revisao: int
    tipo: str
    lugar: int
    vale: bool  # the ficha is still exported with the content that is in the file
    tentativas: int
    before: Before


@dataclass(frozen=True, slots=True)
class Escrita:
    """What is written of a row after an attempt."""

    ficha_id: int
    situacao: str
    aberta: bool
    contou: bool  # an attempt that the PEC saw, or may have seen
    proxima_em: datetime | None
    before: Before
    causa: str
    status: int | None
    mensagem: str
    mensagens: Sequence[dict[str, Any]]


def copy_outbox(transmissao_id: int, rows: Iterable[tuple[int, int, int]]) -> int:
    """(ficha, revisão, where it begins in the file) of every ficha of the export, which is read on the same connection:
    a chunk is read whole before it is written."""
    n, source = 0, iter(rows)
    while chunk := list(islice(source, CHUNK)):
        lines = [
            f"{transmissao_id}\t{ficha_id}\t{revisao}\t{place}{_FRESH}" for ficha_id, revisao, place in chunk
        ]
        with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            copy.write("".join(lines))
        n += len(chunk)
    return n


_COPY = (
    "COPY transmissao_envio (transmissao_id, ficha_id, revisao, lugar, situacao, aberta, tentativas, incerta, "
    "desconhecida, desserializacoes, causa, mensagem, mensagens) FROM STDIN"
)
_FRESH = "\ta enviar\tt\t0\tf\tf\t0\t\t\t[]\n"  # numbers alone vary: nothing to be escaped
_FIRST = Before()


# what may be sent now, in the order of the file, beyond a place in it: written down as taken in the same statement
_TAKE = f"""
WITH due AS (
  SELECT ficha_id, revisao, lugar, tentativas, incerta, desconhecida, desserializacoes,
    coalesce(primeira_em < now() - %s::interval, false) AS esgotado
  FROM transmissao_envio
  WHERE transmissao_id = %s AND aberta AND lugar > %s AND (proxima_em IS NULL OR proxima_em <= now())
  ORDER BY lugar LIMIT %s
), taken AS (
  INSERT INTO transmissao_reserva (transmissao_id, fichas) SELECT %s, array_agg(ficha_id) FROM due HAVING count(*) > 0
  RETURNING id
)
SELECT taken.id, due.ficha_id, due.revisao, f.tipo, due.lugar,
  f.situacao = 'exportada' AND f.revisao = due.revisao, due.tentativas,
  due.incerta, due.desconhecida, due.desserializacoes, due.esgotado
FROM due CROSS JOIN taken {joined("due.ficha_id")} ORDER BY due.lugar
"""


def take(transmissao_id: int, *, after: int, term: timedelta, limit: int) -> tuple[int, list[Linha]]:
    """(reservation, its rows): committed, it stands before anything of it is sent. No rows, no reservation.

    `term`: the time given to a ficha; whether it is over is in `before`.
    """
    with server_cursor() as cursor:
        found = cursor.execute(_TAKE, [term, transmissao_id, after, limit, transmissao_id]).fetchall()
    rows = [
        Linha(ficha, revisao, tipo, place, good, tries, Before(*before) if any(before) else _FIRST)
        for _, ficha, revisao, tipo, place, good, tries, *before in found
    ]
    return found[0][0] if found else 0, rows


def release(ids: Collection[int]) -> None:
    if ids:
        with server_cursor() as cursor:
            cursor.execute("DELETE FROM transmissao_reserva WHERE id = ANY(%s)", [list(ids)])


_LOST = """
UPDATE transmissao_envio e SET situacao = 'desconhecida', incerta = true, desconhecida = true,
  causa = 'interrompida', mensagem = %s, proxima_em = greatest(now(), r.desde + %s::interval)
FROM transmissao_reserva r
WHERE r.transmissao_id = %s AND e.transmissao_id = r.transmissao_id AND e.ficha_id = ANY(r.fichas)
  AND e.aberta AND (e.tentada_em IS NULL OR e.tentada_em < r.desde)
"""


def recover(transmissao_id: int, words: str, *, rest: timedelta) -> int:
    """What a killed worker had in hand may be in the PEC: unknown, and sent again once nothing of it can still be on
    its way (`rest` after it was taken)."""
    with server_cursor() as cursor:
        found = cursor.execute(_LOST, [words, rest, transmissao_id]).rowcount
        cursor.execute("DELETE FROM transmissao_reserva WHERE transmissao_id = %s", [transmissao_id])
    return found


_WRITE = """
UPDATE transmissao_envio e SET situacao = v.situacao, aberta = v.aberta,
  tentativas = least(e.tentativas + v.contou, 32000),
  primeira_em = CASE WHEN v.contou = 1 THEN coalesce(e.primeira_em, now()) ELSE e.primeira_em END,
  tentada_em = clock_timestamp(), proxima_em = v.proxima_em, incerta = v.incerta, desconhecida = v.desconhecida,
  desserializacoes = v.desserializacoes, causa = v.causa, status = v.status, mensagem = v.mensagem,
  mensagens = v.mensagens
FROM jsonb_to_recordset(%s::jsonb) AS v(ficha_id bigint, situacao text, aberta bool, contou int, proxima_em timestamptz,
  incerta bool, desconhecida bool, desserializacoes int, causa text, status int, mensagem text, mensagens jsonb)
WHERE e.transmissao_id = %s AND e.ficha_id = v.ficha_id AND e.aberta
"""
# the most, by far: nothing but that the PEC took it
_TAKEN = """
UPDATE transmissao_envio SET situacao = 'aceita', aberta = false, tentativas = least(tentativas + 1, 32000),
  primeira_em = coalesce(primeira_em, now()), tentada_em = clock_timestamp(), proxima_em = NULL, causa = 'aceita',
  status = %s, mensagem = '', mensagens = '[]'
WHERE transmissao_id = %s AND ficha_id = ANY(%s::bigint[]) AND aberta
"""


def write(transmissao_id: int, rows: Sequence[Escrita], accepted: Mapping[int | None, Sequence[int]]) -> None:
    """What became of attempts; `accepted`: fichas that the PEC took, by the status it said so with."""
    with server_cursor() as cursor:
        for status, ids in accepted.items():
            cursor.execute(_TAKEN, [status, transmissao_id, numbers(ids)])
        if rows:
            told = json.dumps([_as_json(row) for row in rows], default=str)
            cursor.execute(_WRITE, [told, transmissao_id])


def _as_json(row: Escrita) -> dict[str, Any]:
    names = ("ficha_id", "situacao", "aberta", "proxima_em", "causa", "status", "mensagem")
    before = ("incerta", "desconhecida", "desserializacoes")
    return {
        **{name: getattr(row, name) for name in names},
        **{name: getattr(row.before, name) for name in before},
        "contou": int(row.contou),
        "mensagens": list(row.mensagens),
    }


_OPEN = """
SELECT count(*), count(*) FILTER (WHERE proxima_em IS NULL OR proxima_em <= now()), min(proxima_em)
FROM transmissao_envio WHERE transmissao_id = %s AND aberta
"""


def still_open(transmissao_id: int) -> tuple[int, int, datetime | None]:
    """(to be sent yet, of these at once, when the first of the others)."""
    with server_cursor() as cursor:
        row = cursor.execute(_OPEN, [transmissao_id]).fetchone()
    assert row is not None
    return row[0], row[1], row[2]


def given_up(transmissao_id: int) -> QuerySet[Envio]:
    """What is not sent any more and may be asked for again: never the content of a ficha that was corrected since."""
    rows = Envio.objects.filter(transmissao=transmissao_id, aberta=False, situacao__in=GIVEN_UP)
    return rows.exclude(causa=REOPENED)


def open_again(transmissao_id: int) -> int:
    """What was given up goes once more, as if it had never been tried."""
    return given_up(transmissao_id).update(
        aberta=True, proxima_em=None, primeira_em=None, tentativas=0, desserializacoes=0,
        situacao=Case(When(desconhecida=True, then=Value("desconhecida")), default=Value("a enviar")),
    )  # fmt: skip


def hurry(transmissao_id: int) -> None:
    """Nothing waits for its time any more, but what a killed worker may still have on its way."""
    sql = (
        "UPDATE transmissao_envio SET proxima_em = NULL "
        "WHERE transmissao_id = %s AND aberta AND proxima_em IS NOT NULL AND causa <> 'interrompida'"
    )
    with server_cursor() as cursor:
        cursor.execute(sql, [transmissao_id])


def counts(transmissao_id: int) -> dict[str, int]:
    """How many fichas in each situação."""
    sql = "SELECT situacao, count(*) FROM transmissao_envio WHERE transmissao_id = %s GROUP BY 1 ORDER BY 1"
    with server_cursor() as cursor:
        return dict(cursor.execute(sql, [transmissao_id]).fetchall())
