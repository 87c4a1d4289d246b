"""Receptions. The raw body is committed before anything else is done with it."""

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from saude.auditoria.actions import Autor, record_event
from saude.banco.fila import enqueue
from saude.cadastros.models import Entidade
from saude.contas.models import ApiToken
from saude.contas.queries import as_user
from saude.fichas.ordem import next_order
from saude.processamento.julgar import context
from saude.recebimento import estatisticas, limits
from saude.recebimento.corpo import Corpo
from saude.recebimento.intake import Item, Resposta, take_in
from saude.recebimento.models import Bloco, Lote, Registro
from saude.recebimento.spool import BodyRefused, cut, drop_working_copy, read_block
from saude.recebimento.storage import fair_start

CHUNK = 500
CHUNK_BYTES = 1024 * 1024  # built as objects, hostile text takes forty times its size
ALL_REFUSED = (
    "Os primeiros 10.000 registros foram todos recusados, e o resto do lote não foi lido. Veja as causas, corrija e "
    "envie um lote novo."
)


def receive(
    *,
    entidade: Entidade,
    records: Iterable[Any],
    origem: str,
    by: Autor = None,
    token: ApiToken | None = None,
    raw: bytes | None = None,
    formato: str = Lote.Formato.JSON,
    nome_arquivo: str = "",
) -> list[Resposta]:
    """Take in records (mappings, or `Item`s) now; one answer per record, in order."""
    lote = open_lote(
        entidade=entidade,
        origem=origem,
        by=by,
        token=token,
        raw=raw,
        formato=formato,
        nome_arquivo=nome_arquivo,
    )
    answers: list[Resposta] = []
    for chunk in chunks(as_items(records), CHUNK):
        answers.extend(take_in(lote, context(entidade), chunk))
    close_lote(lote, by=by or token)
    return answers


def as_items(records: Iterable[Any]) -> Iterator[Item]:
    for number, record in enumerate(records, 1):
        yield record if isinstance(record, Item) else Item(number, record)


def chunks(items: Iterable[Item], size: int) -> Iterator[Sequence[Item]]:
    """At most `size` of them, and no more than CHUNK_BYTES of text where it is known."""
    chunk: list[Item] = []
    weight = 0
    for item in items:
        chunk.append(item)
        weight += item.peso
        if len(chunk) >= size or weight >= CHUNK_BYTES:
            yield chunk
            chunk, weight = [], 0
    if chunk:
        yield chunk


def open_lote(
    *,
    entidade: Entidade,
    origem: str,
    by: Autor = None,
    token: ApiToken | None = None,
    raw: bytes | None = None,
    formato: str = Lote.Formato.JSON,
    nome_arquivo: str = "",
    **spooled: Any,
) -> Lote:
    """`spooled`: arquivo, tamanho, sha256 of a body that lies on disk already."""
    body = {} if raw is None else _kept(raw)
    return Lote.objects.create(
        entidade=entidade,
        origem=origem,
        formato=formato,
        token=token,
        usuario=as_user(by),
        estado=Lote.Estado.RECEBIDO,
        ordem=next_order(),
        nome_arquivo=nome_arquivo[:200],
        **{"sha256": "", **body, **spooled},
    )


@transaction.atomic
def close_lote(lote: Lote, *, by: Autor) -> None:
    done = Lote.objects.filter(pk=lote.pk).exclude(estado=Lote.Estado.CONCLUIDO)
    if not done.update(estado=Lote.Estado.CONCLUIDO, concluido_em=timezone.now(), erro=""):
        return
    lote.refresh_from_db()
    record_event(
        by=by or "sistema",
        entidade=lote.entidade_id,
        tipo="recebimento.lote",
        alvo=lote,
        origem=lote.origem,
        lidos=lote.lidos,
        novos=lote.novos,
        iguais=lote.iguais,
        substituidos=lote.substituidos,
        recusados=lote.recusados,
    )


@transaction.atomic
def fail_lote(lote: Lote, message: str) -> None:
    Lote.objects.filter(pk=lote.pk).update(estado=Lote.Estado.FALHOU, erro=message[:300])


def resume(lote: Lote) -> None:
    """Take in what was kept but not finished (the process died under way); answers given stay as they are."""
    try:
        sent = Corpo((raw_of(lote) or b"").strip())
        sent.check()
    except BodyRefused as refused:
        fail_lote(lote, str(refused))
        return
    done = set(Registro.objects.filter(lote=lote).values_list("posicao", flat=True))
    ctx = context(lote.entidade)
    for chunk in chunks((i for i in sent.items() if i.posicao not in done), CHUNK):
        take_in(lote, ctx, chunk)
    close_lote(lote, by=lote.token or lote.usuario or "sistema")


def left_behind() -> list[Lote]:
    """Receptions of the API that were kept and never finished."""
    limit = timezone.now() - timedelta(minutes=10)
    rows = Lote.objects.filter(estado=Lote.Estado.RECEBIDO, formato=Lote.Formato.JSON, recebido_em__lt=limit)
    return list(rows.exclude(bruto=None).select_related("entidade", "token", "usuario")[:100])


def raw_of(lote: Lote) -> bytes | None:
    """The body as it was received, when it is kept in the database."""
    return None if lote.bruto is None else zlib.decompress(bytes(lote.bruto))


def _kept(raw: bytes) -> dict[str, Any]:
    return {"bruto": zlib.compress(raw, 1), "tamanho": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}


# -- large lots: spooled to disk, divided into blocks, taken in by workers


def divide(lote: Lote, folder: Path) -> int:
    """Cut the spooled body into blocks and put a task per block in the queue. Safe to call again."""

    if lote.estado in (Lote.Estado.CONCLUIDO, Lote.Estado.FALHOU):
        return 0
    Lote.objects.filter(pk=lote.pk, estado=Lote.Estado.RECEBIDO).update(estado=Lote.Estado.PROCESSANDO)
    n, turn = 0, fair_start(lote.entidade_id)
    for first, start, end in cut(lote, folder):
        with transaction.atomic():
            bloco, _ = Bloco.objects.get_or_create(
                lote=lote, primeiro=first, defaults={"inicio": start, "fim": end}
            )
            Lote.objects.filter(pk=lote.pk).update(posicao=end)
            if not bloco.feito_em:
                enqueue("recebimento.receber_bloco", priority=turn - n, bloco_id=bloco.pk)
        n += 1
    with transaction.atomic():
        Lote.objects.filter(pk=lote.pk).update(posicao=F("tamanho"))
        close_if_done(lote, folder)
    return n


def take_block(bloco: Bloco, folder: Path) -> None:
    """Take in one block, exactly once: its mark and its fichas are one transaction."""

    lote = bloco.lote
    estatisticas.refresh()
    with transaction.atomic():
        if Bloco.objects.select_for_update().get(pk=bloco.pk).feito_em or lote.estado == Lote.Estado.FALHOU:
            return
        ctx = context(lote.entidade)
        for chunk in chunks(read_block(lote, bloco, folder), CHUNK):
            take_in(lote, ctx, chunk)
        Bloco.objects.filter(pk=bloco.pk).update(feito_em=timezone.now())
        _stop_if_all_refused(lote)
    close_if_done(lote, folder)


def _stop_if_all_refused(lote: Lote) -> None:
    """Ten thousand records and none of use: the rest of it is not worth anybody's time."""
    lote.refresh_from_db(fields=["lidos", "causas"])
    if limits.ALL_REFUSED <= lote.lidos == sum(lote.causas.values()):
        fail_lote(lote, ALL_REFUSED)


def close_if_done(lote: Lote, folder: Path) -> None:
    lote.refresh_from_db()
    divided = lote.posicao >= lote.tamanho
    if lote.estado != Lote.Estado.FALHOU and divided and not lote.blocos.filter(feito_em=None).exists():
        close_lote(lote, by=lote.token or lote.usuario or "sistema")
        transaction.on_commit(lambda: drop_working_copy(lote, folder))
