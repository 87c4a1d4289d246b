"""Looking into a file, and taking it in whole or not at all."""

import json
import logging
from collections import Counter
from typing import Any

from django.db import transaction

from ledi.errors import LediError
from ledi.layouts import nearest
from ledi.reading import Item, read_records
from saude.arquivos.guardados import SUFFIXES, FileRefused, folder, forget_old, keep
from saude.arquivos.models import Conferencia, ItemConferido
from saude.auditoria.actions import record_event
from saude.cadastros.models import Entidade
from saude.fichas.contexto import apply
from saude.fichas.leitura import facts
from saude.fichas.models import Origem
from saude.fichas.processing import Achado, clean, process, stored
from saude.fichas.registro_json import dump
from saude.recebimento import actions as intake
from saude.recebimento.intake import take_in
from saude.recebimento.leitura_arquivo import formato_of, items

log = logging.getLogger(__name__)
SMALL = 2 * 1024 * 1024  # read while the user waits
MAX_KEPT = 5_000  # records shown one by one; the counts are of all
MAX_RECORDS = 500_000
MAX_RECORD = 2_000_000  # characters of a record kept to be shown
BATCH = 200


def upload(*, entidade: Entidade, by: Any, file: Any, name: str) -> Conferencia:
    """Keep the file and look into it: at once when small, else in the background."""
    forget_old()
    where, size, digest = keep(file, name, suffixes=SUFFIXES)
    with transaction.atomic():
        row = Conferencia.objects.create(
            entidade=entidade, usuario=by, nome=clean(name)[-200:], arquivo=where, tamanho=size, sha256=digest
        )
        record_event(by=by, entidade=entidade, tipo="arquivo.conferido", alvo=row, tamanho=size)
        if size > SMALL:
            from saude.arquivos.tasks import conferir

            conferir.defer(conferencia_id=row.pk)
    if size <= SMALL:
        examine(row)
    return row


def examine(row: Conferencia) -> None:
    """Decode and judge every record. A file bad in the middle is told as bad, and cannot be taken in."""
    Conferencia.objects.filter(pk=row.pk).update(estado=Conferencia.Estado.LENDO, lidos=0)
    row.itens.all().delete()
    summary = _Summary()
    state, error = Conferencia.Estado.PRONTA, ""
    try:
        _read_all(row, summary)
    except (LediError, FileRefused) as problem:
        state, error = Conferencia.Estado.FALHOU, _told(row, problem)
    except Exception as problem:
        log.error("examining a file failed: %s %s", row.pk, type(problem).__name__)
        state, error = Conferencia.Estado.FALHOU, "Falha ao ler o arquivo. Avise o suporte."
    row.estado, row.erro, row.resumo, row.lidos = state, error, summary.as_json(), summary.total
    row.save(update_fields=["estado", "erro", "resumo", "lidos"])


def _told(row: Conferencia, problem: Exception) -> str:
    """The library names the file as it lies on disk; the user knows it by another name."""
    return clean(str(problem)).replace(row.arquivo, row.nome)[:400]


def _read_all(row: Conferencia, summary: "_Summary") -> None:
    ctx = intake.context(row.entidade)
    batch: list[ItemConferido] = []
    for position, item in enumerate(read_records(folder() / row.arquivo), 1):
        if position > MAX_RECORDS:
            raise FileRefused(f"O arquivo tem mais de {MAX_RECORDS} registros. Divida-o e envie as partes.")
        judged = _judge(row, position, item, ctx)
        summary.add(judged, item)
        if position <= MAX_KEPT:
            batch.append(judged)
        if len(batch) >= BATCH or position % 1000 == 0:
            _store(row, batch, position)
            batch = []
    _store(row, batch, summary.total)
    if not summary.total:
        raise FileRefused("O arquivo não tem registro algum.")


def _store(row: Conferencia, batch: list[ItemConferido], read: int) -> None:
    ItemConferido.objects.bulk_create(batch)
    Conferencia.objects.filter(pk=row.pk).update(lidos=read)


def _judge(row: Conferencia, position: int, item: Item, ctx: Any) -> ItemConferido:
    record = item.record
    found: list[Achado] = [stored(f) for f in item.findings]
    situation = "inconsistente"
    if item.readable:
        result = process(record, instalacao=ctx.envelope, hoje=ctx.today, tabelas=ctx.tabelas)
        result = apply(result, facts(record, ctx.zone, today=ctx.today), record, ctx)
        situation, found = str(result.situacao), [*found, *result.achados]
    head = record if isinstance(record, dict) else {}
    declared, used = _versions(item, head)
    return ItemConferido(
        conferencia=row, posicao=position, onde=clean(item.where)[:60], uuid=_text(head.get("uuid"), 60),
        tipo=_text(head.get("tipo"), 4), declarada=declared, usada=used, situacao=situation,
        achados=[a.public() for a in found], notas=[clean(n)[:300] for n in item.notes],
        registro=_kept(record),
    )  # fmt: skip


def _versions(item: Item, head: dict[str, Any]) -> tuple[str, str]:
    """(declared, used): the layout a record is read with is the known one nearest to what it says."""
    if item.envelope:
        return (item.envelope.declared_version or "")[:20], item.envelope.used_version
    declared = _text(head.get("versao"), 20)
    return declared, nearest(declared).version if declared else ""


def _kept(record: Any) -> str:
    if record is None:
        return ""
    text = dump(json.loads(json.dumps(record, default=_bytes)))
    return text.replace("\x00", "␀") if len(text) <= MAX_RECORD else ""


def _bytes(value: Any) -> str:
    return f"({len(value)} bytes)" if isinstance(value, bytes) else str(value)


def _text(value: Any, limit: int) -> str:
    return clean(value)[:limit] if isinstance(value, str) else ""


class _Summary:
    """Counts of all the records, whatever is kept of them."""

    def __init__(self) -> None:
        self.total = 0
        self.tipos: dict[str, Counter[str]] = {}
        self.versoes: Counter[str] = Counter()
        self.origens: Counter[str] = Counter()
        self.codigos: Counter[str] = Counter()

    def add(self, judged: ItemConferido, item: Item) -> None:
        self.total += 1
        row = self.tipos.setdefault(judged.tipo or "?", Counter())
        row[judged.situacao] += 1
        row["total"] += 1
        if judged.usada and len(self.versoes) < 50:
            self.versoes[f"{judged.declarada or 'não declarada'}|{judged.usada}"] += 1
        if item.envelope and len(self.origens) < 50:
            data = item.envelope.originadora
            names = (clean(str(data.get(n) or ""))[:120] for n in ("nomeOuRazaoSocial", "contraChave"))
            self.origens["|".join(n.replace("|", " ") for n in names)] += 1
        if len(self.codigos) < 2000:
            self.codigos.update({a["codigo"] for a in judged.achados if a["severidade"] == "erro"})

    def as_json(self) -> dict[str, Any]:
        return {
            "tipos": {t: dict(c) for t, c in sorted(self.tipos.items())},
            "versoes": dict(self.versoes.most_common(20)),
            "origens": dict(self.origens),
            "codigos": dict(self.codigos.most_common(15)),
        }


def ask_to_take_in(*, conferencia: Conferencia, by: Any) -> None:
    """Receber para corrigir: in the background when large."""
    with transaction.atomic():
        row = Conferencia.objects.select_for_update().get(pk=conferencia.pk)
        if row.estado != Conferencia.Estado.PRONTA:
            raise FileRefused("Este arquivo não está pronto para ser recebido.")
        row.estado, row.erro = Conferencia.Estado.RECEBENDO, ""
        row.save(update_fields=["estado", "erro"])
        if row.tamanho > SMALL:
            from saude.arquivos.tasks import receber

            receber.defer(conferencia_id=row.pk, usuario_id=by.pk)
    if row.tamanho <= SMALL:
        take_file_in(row, by=by)


def take_file_in(row: Conferencia, *, by: Any) -> None:
    """All the records of the file in one transaction: after a failure nothing of it is there."""
    path = folder() / row.arquivo
    try:
        with transaction.atomic():
            lote = intake.open_lote(
                entidade=row.entidade, origem=Origem.ARQUIVO, by=by, formato=formato_of(path),
                nome_arquivo=row.nome, arquivo=row.arquivo, tamanho=row.tamanho, sha256=row.sha256,
            )  # fmt: skip
            ctx = intake.context(row.entidade)
            for chunk in intake.chunks(items(path), intake.CHUNK):
                take_in(lote, ctx, chunk)
            intake.close_lote(lote, by=by)
            Conferencia.objects.filter(pk=row.pk).update(estado=Conferencia.Estado.RECEBIDA, lote=lote)
    except Exception as problem:
        log.error("taking in a file failed: %s %s", row.pk, type(problem).__name__)
        known = isinstance(problem, LediError)
        told = _told(row, problem) if known else "Falha ao receber: nada deste arquivo foi recebido."
        Conferencia.objects.filter(pk=row.pk).update(estado=Conferencia.Estado.PRONTA, erro=told)
    row.refresh_from_db()
