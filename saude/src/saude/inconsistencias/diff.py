"""Findings against the open rows of their fichas: what is new opens, what is gone closes, the rest stays."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from saude.inconsistencias.achados import ENVELOPE, Achado
from saude.inconsistencias.models import Inconsistencia
from saude.registro.leitura import CITIZENS, Pessoa

COLUMNS = (
    "entidade_id, ficha_id, competencia, posicao, cliente_id, codigo, campo, severidade, causa, params, "
    "mensagem, aberta_em"
)
INDEX = re.compile(r"\[(\d+)\]")


@dataclass(slots=True)
class Julgada:
    """A ficha and what was found in it now."""

    ficha_id: int
    tipo: str
    competencia: str
    achados: Sequence[Achado]
    pessoas: Sequence[Pessoa]


def sync(entidade_id: int, fichas: Sequence[Julgada], *, fresh: bool = False) -> None:
    """`fresh`: the fichas are new, nothing can be open."""
    open_rows = {} if fresh else _open([f.ficha_id for f in fichas])
    opened: list[tuple[Any, ...]] = []
    kept: list[tuple[int, tuple[Any, ...]]] = []
    now = timezone.now()
    for ficha in fichas:
        people = {p.posicao: p.cliente_id for p in ficha.pessoas}
        seen: set[tuple[str, str]] = set()
        for achado in ficha.achados:
            key = (achado.codigo, achado.campo)
            if key in seen:
                continue
            seen.add(key)
            row = _row(entidade_id, ficha, achado, people)
            current = open_rows.pop((ficha.ficha_id, *key), None)
            if current is None:
                opened.append((*row, now))
            elif current[1] != (row[2], row[4], row[7], row[10]):
                kept.append((current[0], row))
    _close([row_id for row_id, _ in open_rows.values()], now)
    _insert(opened)
    _update(kept)


def _open(ficha_ids: list[int]) -> dict[tuple[int, str, str], tuple[int, tuple[Any, ...]]]:
    rows = Inconsistencia.objects.filter(ficha_id__any=ficha_ids, encerrada_em=None).values_list(
        "id", "ficha_id", "codigo", "campo", "competencia", "cliente_id", "severidade", "mensagem"
    )
    return {(r[1], r[2], r[3]): (r[0], r[4:]) for r in rows}


def _row(entidade_id: int, ficha: Julgada, a: Achado, people: dict[int, int | None]) -> tuple[Any, ...]:
    position = citizen_position(ficha.tipo, a.campo)
    cliente = people.get(position) if position is not None else None
    return (
        entidade_id,
        ficha.ficha_id,
        ficha.competencia,
        position,
        cliente,
        a.codigo,
        a.campo,
        a.severidade,
        cause(a),
        json.dumps(a.params, ensure_ascii=False),
        a.mensagem,
    )


def citizen_position(tipo: str, path: str) -> int | None:
    """Which citizen of the ficha the path points at; None for the header and the envelope."""
    where = CITIZENS.get(tipo)
    if where is None:
        return None
    if where and path.startswith(where + "["):
        index = INDEX.search(path)
        return min(int(index.group(1)), 32_000) if index and len(index.group(1)) < 6 else None
    if tipo in ("FCI",) and path.startswith(where):
        return 0
    if (
        where == ""
        and not path.startswith("headerTransport")
        and path not in ENVELOPE | {"uuid", "uuidFicha"}
    ):
        return 0
    return None


def cause(a: Achado) -> str:
    """What can be mended at once: the rule, and in the header the value too (never a citizen's)."""
    header = a.campo.startswith("headerTransport") or a.campo in ENVELOPE
    value = a.params.get("valor") if header else None
    return f"{a.codigo}|{value}"[:200] if isinstance(value, (str, int)) else a.codigo


def _close(ids: list[int], now: Any) -> None:
    if ids:
        Inconsistencia.objects.filter(id__in=ids).update(encerrada_em=now)


def _insert(rows: list[tuple[Any, ...]]) -> None:
    if not rows:
        return
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY inconsistencias_inconsistencia ({COLUMNS}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _update(kept: list[tuple[int, tuple[Any, ...]]]) -> None:
    """The finding stays, its details moved (another value, the client now known)."""
    if not kept:
        return
    Inconsistencia.objects.bulk_update(
        [
            Inconsistencia(
                id=row_id,
                competencia=row[2],
                posicao=row[3],
                cliente_id=row[4],
                severidade=row[7],
                causa=row[8],
                params=json.loads(row[9]),
                mensagem=row[10],
            )
            for row_id, row in kept
        ],
        ["competencia", "posicao", "cliente_id", "severidade", "causa", "params", "mensagem"],
        batch_size=200,
    )
