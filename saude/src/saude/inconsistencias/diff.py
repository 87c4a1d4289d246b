"""Findings against the open rows of their fichas: what is new opens, what is gone closes, the rest stays."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from ledi.layouts import layout
from saude.inconsistencias.achados import Achado
from saude.inconsistencias.models import Inconsistencia
from saude.registro.envelope import in_header
from saude.registro.leitura import Pessoa


@dataclass(slots=True)
class Julgada:
    """A ficha and what was found in it now."""

    ficha_id: int
    tipo: str
    competencia: str
    achados: Sequence[Achado]
    pessoas: Sequence[Pessoa]


class Linha(NamedTuple):
    """A finding as a row; its names are the columns of the table."""

    entidade_id: int
    ficha_id: int
    competencia: str
    posicao: int | None
    cliente_id: int | None
    codigo: str
    campo: str
    severidade: str
    causa: str
    params: str
    mensagem: str

    @property
    def details(self) -> tuple[str, int | None, str, str]:
        """What may change while the finding stays."""
        return self.competencia, self.cliente_id, self.severidade, self.mensagem


class Aberta(NamedTuple):
    """An open row as it is stored."""

    id: int
    details: tuple[str, int | None, str, str]


Key = tuple[int, str, str]  # ficha, codigo, campo: what makes two findings the same


def sync(entidade_id: int, fichas: Sequence[Julgada], *, fresh: bool = False) -> None:
    """`fresh`: the fichas are new, nothing can be open."""
    stored = {} if fresh else _open([f.ficha_id for f in fichas])
    opened: list[Linha] = []
    moved: list[tuple[int, Linha]] = []
    for ficha in fichas:
        for key, row in _rows(entidade_id, ficha).items():
            current = stored.pop(key, None)
            if current is None:
                opened.append(row)
            elif current.details != row.details:
                moved.append((current.id, row))
    now = timezone.now()
    _close([row.id for row in stored.values()], now)
    _insert(opened, now)
    _update(moved)


def _open(ficha_ids: list[int]) -> dict[Key, Aberta]:
    rows = Inconsistencia.objects.filter(ficha_id__any=ficha_ids, encerrada_em=None).values_list(
        "ficha_id", "codigo", "campo", "id", "competencia", "cliente_id", "severidade", "mensagem"
    )
    return {
        (ficha, codigo, campo): Aberta(pk, (competencia, cliente, severidade, mensagem))
        for ficha, codigo, campo, pk, competencia, cliente, severidade, mensagem in rows
    }


def _rows(entidade_id: int, ficha: Julgada) -> dict[Key, Linha]:
    """One row per rule and place, the first that was said."""
    people = {p.posicao: p.cliente_id for p in ficha.pessoas}
    rows: dict[Key, Linha] = {}
    for a in ficha.achados:
        key = (ficha.ficha_id, a.codigo, a.campo)
        if key not in rows:
            rows[key] = _row(entidade_id, ficha, a, people)
    return rows


def _row(entidade_id: int, ficha: Julgada, a: Achado, people: dict[int, int | None]) -> Linha:
    position = citizen_position(ficha.tipo, a.campo)
    return Linha(
        entidade_id=entidade_id,
        ficha_id=ficha.ficha_id,
        competencia=ficha.competencia,
        posicao=position,
        cliente_id=people.get(position) if position is not None else None,
        codigo=a.codigo,
        campo=a.campo,
        severidade=a.severidade,
        causa=cause(a),
        params=json.dumps(a.params, ensure_ascii=False),
        mensagem=a.mensagem,
    )


def citizen_position(tipo: str, path: str) -> int | None:
    """Which citizen of the ficha the path points at; None for the header and the envelope."""
    known = layout().fichas.get(tipo)
    if known is None or in_header(path) or path in ("uuid", known.uuid_field):
        return None
    position = known.citizen.position(path)
    return None if position is None else min(position, 32_000)


def cause(a: Achado) -> str:
    """What can be mended at once: the rule, and in the header the value too (never a citizen's)."""
    value = a.params.get("valor") if in_header(a.campo) else None
    return f"{a.codigo}|{value}"[:200] if isinstance(value, (str, int)) else a.codigo


def _close(ids: list[int], now: datetime) -> None:
    if ids:
        Inconsistencia.objects.filter(id__in=ids).update(encerrada_em=now)


def _insert(rows: list[Linha], now: datetime) -> None:
    if not rows:
        return
    columns = ", ".join((*Linha._fields, "aberta_em"))
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY inconsistencias_inconsistencia ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row((*row, now))


#: the details of a finding that stays: another value, the client now known
MOVED = ("competencia", "posicao", "cliente_id", "severidade", "causa", "params", "mensagem")


def _update(moved: list[tuple[int, Linha]]) -> None:
    if not moved:
        return
    found = []
    for row_id, row in moved:
        values = {name: getattr(row, name) for name in MOVED} | {"params": json.loads(row.params)}
        found.append(Inconsistencia(id=row_id, **values))
    Inconsistencia.objects.bulk_update(found, MOVED, batch_size=200)
