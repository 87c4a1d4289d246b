"""Seals over the trail: a change, a removal or an insertion in what was sealed is found, and where.

An interval is sealed when nothing can be added to it any more. Ids are given in order, but a transaction may commit
long after it took one: an interval ends at an event a minute old, and is closed once every transaction that was
running then has ended. Intake knows nothing of it.
"""

import hashlib
import hmac
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from saude.auditoria.actions import Autor, record_event
from saude.auditoria.models import Evento, Selo
from saude.banco import travas
from saude.comum.texto import grouped

log = logging.getLogger(__name__)

AGE = timedelta(minutes=1)
PATIENCE = 5.0  # seconds a run waits for transactions to end; else the next run seals
EVENTS = 20_000  # per seal: the text of an interval stands in memory
RUN = 50  # seals per run: a trail from before seals is caught up with over some runs
LATE = timedelta(hours=1)  # an event this old without a seal: the task is not running
START = "0" * 64

_DIGEST = """
SELECT count(*), encode(sha256(convert_to(coalesce(string_agg(jsonb_build_array(
    id, entidade_id, usuario_id, usuario_nome, tipo, alvo_tipo, alvo_id, detalhe, host(ip),
    to_char(momento AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'))::text, E'\\n' ORDER BY id), ''), 'UTF8')), 'hex')
FROM auditoria_evento WHERE id > %s AND id <= %s
"""


@dataclass(frozen=True)
class Falha:
    """What is wrong, as the person who keeps the system reads it."""

    onde: str
    problema: str

    def __str__(self) -> str:
        return f"{self.onde}: {self.problema}"


class NothingLost(Exception):
    """The last seal that was noted is in the database: it did not go back."""


class StillWrong(Exception):
    """Besides the going back something was changed; its message is the first of it."""


def seal() -> int:
    """Seal what is closed; how many seals were made."""
    end = _closed_until()
    if end is None:
        return 0
    made, kept = 0, _lost() is None
    while made < RUN and _seal_next(end):
        made += 1
    if made:
        last = Selo.objects.latest("numero")
        if kept:
            _note(last)
        else:  # who cut off the end of the trail does not have it forgotten by the next seal
            log.error("a seal noted outside the database is not in it: the note stays as it is")
        log.info("trail sealed up to event %s: seal %s, %s", last.ate, last.numero, last.cadeia)
    return made


def _closed_until() -> int | None:
    """The newest event that nothing can be added before; None while something may be."""
    end = Evento.objects.filter(momento__lt=timezone.now() - AGE).order_by("-id").values_list("id", flat=True)
    newest = end.first()
    if newest is None:
        return None
    running = _value("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
    limit = time.monotonic() + PATIENCE
    while _value("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint") < running:
        if time.monotonic() > limit:
            return None
        time.sleep(0.2)
    return int(newest)


@transaction.atomic
def _seal_next(end: int) -> bool:
    if not travas.try_alone(travas.SELOS):  # another worker seals
        return False
    last = Selo.objects.order_by("-numero").first()
    after = last.ate if last else 0
    until = _value(
        "SELECT max(id) FROM (SELECT id FROM auditoria_evento WHERE id > %s AND id <= %s ORDER BY id LIMIT %s) q",
        after, end, EVENTS,
    )  # fmt: skip
    if until is None:
        return False
    count, digest = _digest(after, until)
    number = last.numero + 1 if last else 1
    chain = _chain(last.cadeia if last else START, number, after, until, count, digest)
    key = _keys()[0]
    Selo.objects.create(
        numero=number, depois_de=after, ate=until, eventos=count, resumo=digest, cadeia=chain,
        chave=_name(key), assinatura=_sign(key, chain),
    )  # fmt: skip
    return True


def faults(*, outside: bool = True) -> Iterator[Falha]:
    """Everything that is not as it was sealed, in order; without `outside`, by what is in the database alone."""
    before, after, number = START, 0, 1
    keys = {_name(key): key for key in _keys()}
    noted = _noted() if outside else None
    for selo in Selo.objects.iterator(chunk_size=1000):
        where = (
            f"intervalo {selo.numero} (eventos {selo.depois_de + 1} a {selo.ate}, selado em "
            f"{timezone.localtime(selo.momento):%d/%m/%Y %H:%M})"
        )
        if selo.numero != number or selo.depois_de != after:
            yield Falha(where, f"falta o selo {number}: um intervalo foi removido ou acrescentado")
        yield from (Falha(where, problem) for problem in _wrong(selo, before, keys))
        if noted and noted[0] == selo.numero and noted[1] != selo.cadeia:
            yield Falha(where, "o selo não é o que foi anotado fora do banco")
        before, after, number = selo.cadeia, selo.ate, selo.numero + 1
    if noted and noted[0] >= number:
        yield Falha(f"selo {noted[0]}", f"foi anotado fora do banco ({_file()}) e não está no banco")
    yield from _unsealed(after)


def _wrong(selo: Selo, before: str, keys: dict[str, bytes]) -> Iterator[str]:
    count, digest = _digest(selo.depois_de, selo.ate)
    if count < selo.eventos:
        yield f"{grouped(selo.eventos - count)} a menos: eventos foram removidos"
    elif count > selo.eventos:
        yield f"{grouped(count - selo.eventos)} a mais: eventos foram inseridos depois de selados"
    elif digest != selo.resumo:
        yield "o conteúdo de um evento foi mudado"
    chain = _chain(before, selo.numero, selo.depois_de, selo.ate, selo.eventos, selo.resumo)
    if chain != selo.cadeia:
        yield "o selo não segue o anterior: um selo foi mudado"
    key = keys.get(selo.chave)
    if key is None:
        yield "selado com outra chave secreta: informe a anterior em SECRET_KEY_ANTERIORES"
    elif not hmac.compare_digest(_sign(key, selo.cadeia), selo.assinatura):
        yield "a assinatura do selo não confere"


def _unsealed(after: int) -> Iterator[Falha]:
    if Evento.objects.filter(id__lte=0).exists():
        yield Falha("antes do primeiro intervalo", "eventos foram inseridos")
    oldest = Evento.objects.filter(id__gt=after).order_by("id").first()
    if oldest and oldest.momento < timezone.now() - LATE:
        since = f"{timezone.localtime(oldest.momento):%d/%m/%Y %H:%M}"
        yield Falha(f"desde {since}", "eventos ainda sem selo: confira se `saude trabalhar` está rodando")


def _digest(after: int, until: int) -> tuple[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(_DIGEST, [after, until])
        count, digest = cursor.fetchone()
    return int(count), str(digest)


def _value(sql: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]


def _chain(before: str, *told: Any) -> str:
    return hashlib.sha256("|".join([before, *map(str, told)]).encode()).hexdigest()


def _keys() -> list[bytes]:
    """The present one first. None of them is in the database."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [hashlib.sha256(f"saude.auditoria.selos:{secret}".encode()).digest() for secret in secrets]


def _name(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()[:8]


def _sign(key: bytes, chain: str) -> str:
    return hmac.new(key, chain.encode(), hashlib.sha256).hexdigest()


# -- the last seal, also outside the database: who cuts off the end of trail and seals does not reach it from there


def _file() -> Path:
    return Path(settings.DADOS) / "trilha.selo"


def _note(selo: Selo) -> None:
    path = _file()
    new = path.with_suffix(".novo")
    new.write_text(f"{selo.numero} {selo.cadeia}\n", encoding="utf-8")
    new.replace(path)


def _noted() -> tuple[int, str] | None:
    try:
        number, chain = _file().read_text(encoding="utf-8").split()
        return int(number), chain
    except (OSError, ValueError):
        return None


def _lost() -> int | None:
    """Number of the seal that was noted and is not in the database; None: it is there, or none was noted."""
    noted = _noted()
    if noted is None or Selo.objects.filter(numero=noted[0], cadeia=noted[1]).exists():
        return None
    return noted[0]


@transaction.atomic
def accept_return(*, by: Autor, motivo: str) -> int:
    """The keeper brought the database back to a moment before the last seal: said in the trail, which goes on from
    there. Refused where anything else is wrong. The number of the seal that is given up."""
    lost = _lost()
    if lost is None:
        raise NothingLost
    if fault := next(faults(outside=False), None):
        raise StillWrong(str(fault))
    last = Selo.objects.order_by("-numero").first()
    record_event(
        by=by, entidade=None, tipo="auditoria.banco_voltou", selo_anotado=lost,
        ultimo_selo=last.numero if last else 0, motivo=motivo,
    )  # fmt: skip
    note_last()
    return lost


def note_last() -> None:
    """After a copy was restored: the note outside the database is of the trail that is there now."""
    last = Selo.objects.order_by("-numero").first()
    if last:
        _note(last)
    else:
        _file().unlink(missing_ok=True)


def key_in_use() -> str:
    """Name (never the key) of what signs the seals."""
    return _name(_keys()[0])


def keys_here() -> set[str]:
    return {_name(key) for key in _keys()}
