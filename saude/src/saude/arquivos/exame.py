"""What is inside a file: every record decoded and judged, nothing taken in."""

import json
import logging
import re
from collections import Counter
from typing import Any

from django.utils import timezone

from ledi.errors import LediError
from ledi.layouts import nearest
from ledi.reading import Item, read_records
from ledi.recast import not_carried
from saude.arquivos.guardados import FileRefused, folder
from saude.arquivos.models import Conferencia, ItemConferido
from saude.arquivos.queries import NOT_DECLARED
from saude.comum.texto import grouped
from saude.fichas.models import Ficha
from saude.inconsistencias.achados import Achado, clean, stored
from saude.processamento.contexto import Contexto
from saude.processamento.julgar import assess, context
from saude.registro.leitura import TIPOS
from saude.registro.texto_json import digest, dump

log = logging.getLogger(__name__)
MAX_RECORDS = 500_000
MAX_KEPT = 20_000  # records shown one by one; the counts are of all
MAX_RECORD = 2_000_000  # characters of a record kept to be shown
MAX_TEXT = 100_000_000  # characters of all the records kept to be shown
MAX_FINDINGS = 50  # of one record kept to be shown
MAX_NOT_CARRIED = 100  # kinds of it, kept to be shown
MAX_JUNK = 20  # names of what was passed over
BATCH = 200
OURS = "Este registro não pôde ser conferido por uma falha do sistema"
AGAIN = "O mesmo UUID já apareceu neste arquivo, em {}; quem receber fica com o último"
HERE = "Já há uma ficha com este UUID aqui"
LOCKED = "A ficha com este UUID já foi exportada e está travada; outro conteúdo com o mesmo UUID é recusado"


def examine(row: Conferencia) -> None:
    """Decode and judge every record. A file bad in the middle is told as bad, and cannot be taken in."""
    row.itens.all().delete()
    reading = _Reading(row)
    state, error = Conferencia.Estado.PRONTA, ""
    try:
        reading.run()
    except (LediError, FileRefused, OSError) as problem:
        state, error = Conferencia.Estado.FALHOU, reason_shown(row, problem)
    reading.store()
    row.estado, row.erro, row.lidos = state, error, reading.summary.total
    row.resumo, row.mudou_em = reading.summary.as_json(), timezone.now()
    row.save(update_fields=["estado", "erro", "resumo", "lidos", "mudou_em"])


def reason_shown(row: Conferencia, problem: Exception) -> str:
    """The library names the file as it lies on disk; the user knows it by another name."""
    if isinstance(problem, OSError):
        return "O arquivo não está mais aqui. Envie-o de novo."
    return clean(str(problem)).replace(row.arquivo, row.nome)[:400]


class _Reading:
    """One pass over the file; what is shown of it is stored in batches."""

    def __init__(self, row: Conferencia) -> None:
        self.row = row
        self.ctx = context(row.entidade)
        self.summary = Summary()
        self.batch: list[ItemConferido] = []
        self.first: dict[bytes, int] = {}  # digest of a uuid -> where it came first
        self.room = MAX_TEXT

    def run(self) -> None:
        records = read_records(folder() / self.row.arquivo)
        for position, item in enumerate(records, 1):
            if position > MAX_RECORDS:
                raise FileRefused(
                    f"O arquivo tem mais de {grouped(MAX_RECORDS)} registros. Divida-o e envie as partes."
                )
            one = judge(position, item, self.ctx)
            self._rename(one)
            self._repeated(one)
            self._make_room(one)
            self.summary.add(one, item)
            self.batch.append(one)
            if len(self.batch) >= BATCH:
                self.store()
        self.summary.deixados = clean(records.told(MAX_JUNK))[:2000]
        if not self.summary.total:
            raise FileRefused("O arquivo não tem registro algum.")

    def _rename(self, one: ItemConferido) -> None:
        """The file as the user calls it, not as it lies on disk."""
        one.onde = one.onde.replace(self.row.arquivo, "arquivo único")
        for found in one.achados:
            found["mensagem"] = found["mensagem"].replace(self.row.arquivo, self.row.nome)

    def _repeated(self, one: ItemConferido) -> None:
        if one.uuid:
            before = self.first.setdefault(digest(one.uuid), one.posicao)
            if before != one.posicao:
                one.notas.append(AGAIN.format(f"registro {grouped(before)}"))
                self.summary.repetidos += 1

    def _make_room(self, one: ItemConferido) -> None:
        self.room -= len(one.registro)
        if self.room < 0:
            one.registro = ""

    def store(self) -> None:
        """What is here already is told; then the batch is kept, as far as records are shown one by one."""
        mine = Ficha.objects.filter(
            entidade=self.row.entidade, uuid__any={i.uuid for i in self.batch if i.uuid}
        )
        here = dict(mine.values_list("uuid", "situacao"))
        for one in self.batch:
            if situation := here.get(one.uuid):
                one.notas.append(LOCKED if situation == "exportada" else HERE)
                self.summary.aqui += 1
                self.summary.travadas += situation == "exportada"
            one.conferencia = self.row
        ItemConferido.objects.bulk_create(i for i in self.batch if i.posicao <= MAX_KEPT)
        self.batch = []
        self.ctx.start_chunk()
        mark(self.row, lidos=self.summary.total)


def mark(row: Conferencia, **changes: Any) -> None:
    """Tell the page how far it is, and the clock that it is alive."""
    Conferencia.objects.filter(pk=row.pk).update(mudou_em=timezone.now(), **changes)


def judge(position: int, item: Item, ctx: Contexto) -> ItemConferido:
    record = item.record
    found: list[Achado] = [stored(f) for f in item.findings]
    notes = [*item.notes]
    situation = "inconsistente"
    if item.readable:
        try:
            result = assess(record, ctx)
            situation, found = _with_reading(str(result.situacao), found, result.achados)
        except Exception as error:
            log.error("judging a record of a file failed: %s", type(error).__name__)
            situation, notes = "pendente", [*notes, OURS]
    head = record if isinstance(record, dict) else {}
    declared, used = _versions(item, head)
    kept, summary = _kept(record)
    return ItemConferido(
        posicao=position, onde=clean(item.where)[:60], uuid=_text(head.get("uuid"), 60),
        tipo=_text(head.get("tipo"), 4), declarada=declared, usada=used, situacao=situation,
        achados=[a.public() for a in found[:MAX_FINDINGS]], n_achados=len(found),
        notas=[clean(n)[:300] for n in notes], registro=kept, hash=summary,
    )  # fmt: skip


def _with_reading(situation: str, read: list[Achado], judged: list[Achado]) -> tuple[str, list[Achado]]:
    """What the envelope and the form of the file are refused for refuses the record too; nothing is said twice."""
    told = {(one.codigo, one.campo) for one in read}
    wrong = situation == "processada" and any(one.severidade == "erro" for one in read)
    rest = [one for one in judged if (one.codigo, one.campo) not in told]
    return "inconsistente" if wrong else situation, [*read, *rest]


def _versions(item: Item, head: dict[str, Any]) -> tuple[str, str]:
    """(declared, used): the layout a record is read with is the known one nearest to what it says."""
    if item.envelope:
        return clean(item.envelope.declared_version or "")[:20], item.envelope.used_version
    declared = _text(head.get("versao"), 20)
    return declared, nearest(declared).version if declared else ""


def _kept(record: Any) -> tuple[str, bytes | None]:
    if record is None:
        return "", None
    plain = json.loads(json.dumps(record, default=_bytes))
    text = dump(plain)
    return text.replace("\x00", "␀") if len(text) <= MAX_RECORD else "", digest(plain)


def _bytes(value: Any) -> str:
    return f"({grouped(len(value))} bytes)" if isinstance(value, bytes) else str(value)


def _text(value: Any, limit: int) -> str:
    return clean(value)[:limit] if isinstance(value, str) else ""


class Summary:
    """Counts of all the records, whatever is kept of them."""

    def __init__(self) -> None:
        self.total = self.repetidos = self.aqui = self.travadas = 0
        self.deixados = ""  # what the file had besides: the junk of a zip
        self.tipos: dict[str, Counter[str]] = {}
        self.versoes: Counter[str] = Counter()
        self.origens: Counter[str] = Counter()
        self.codigos: Counter[str] = Counter()
        self.nao_leva: Counter[tuple[str, str, str, str]] = Counter()

    def add(self, judged: ItemConferido, item: Item) -> None:
        self.total += 1
        row = self.tipos.setdefault(judged.tipo if judged.tipo in TIPOS else "?", Counter())
        row[judged.situacao] += 1
        row["total"] += 1
        if judged.usada and len(self.versoes) < 50:
            self.versoes[f"{judged.declarada or NOT_DECLARED}|{judged.usada}"] += 1
        if item.envelope and len(self.origens) < 50:
            data = item.envelope.originadora
            names = (clean(str(data.get(n) or ""))[:120] for n in ("nomeOuRazaoSocial", "contraChave"))
            self.origens["|".join(n.replace("|", " ") for n in names)] += 1
        if len(self.codigos) < 2000:
            self.codigos.update({a["codigo"] for a in judged.achados if a["severidade"] == "erro"})
        if judged.situacao == "inconsistente" and judged.usada:
            for lost in _not_carried(judged, item.record):
                if lost in self.nao_leva or len(self.nao_leva) < MAX_NOT_CARRIED:
                    self.nao_leva[lost] += 1

    def as_json(self) -> dict[str, Any]:
        return {
            "tipos": {t: dict(c) for t, c in sorted(self.tipos.items())},
            "versoes": dict(self.versoes.most_common(20)),
            "origens": dict(self.origens),
            "codigos": dict(self.codigos.most_common(15)),
            "nao_leva": [[*key, count] for key, count in self.nao_leva.most_common()],
            "repetidos": self.repetidos,
            "aqui": self.aqui,
            "travadas": self.travadas,
            "deixados": self.deixados,
        }


def _not_carried(judged: ItemConferido, record: Any) -> set[tuple[str, str, str, str]]:
    """(declared version, tipo, field, why) of what that version has no place for."""
    try:
        lost = not_carried(record, judged.usada)
    except LediError:
        return set()
    return {
        (judged.declarada, judged.tipo, re.sub(r"\[\d+\]", "", one.campo)[:120], clean(one.motivo)[:300])
        for one in lost
    }
