"""What the Conferidor's worker asks of the library: judge files piece by piece, open one ficha, compare two files.

Runs inside the browser (Pyodide) and, for tests, on any Python. It reads only the paths it is given and keeps of a
ficha no more than a row of the list; a ficha is opened again from its file when somebody looks at it.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from ledi import CURRENT, VERSIONS, layout
from ledi.cli.validar import Seen, report_of
from ledi.errors import LediError
from ledi.findings import Report
from ledi.layouts.model import Field, Struct
from ledi.moments import MomentError, competencia_of
from ledi.paths import value_at
from ledi.reading import Item, read_records
from ledi.referencias.memory import MemoryTables, load
from ledi.tables import closed
from ledi.validation import DEFAULT_ZONE

Json = dict[str, Any]
PRODUCAO, CNES, SIGTAP = "producao", "cnes", "sigtap"
HEAD = 4096
MAX_RECORDS = 500_000
MAX_FINDINGS = 100  # of one ficha kept in the list; the page of the ficha shows all


# ---- what a file is


def kind_of(path: str) -> str:
    """Production, a CNES XML or a SIGTAP zip, by what is in it. Anything else is tried as production."""
    file = Path(path)
    with file.open("rb") as opened:
        head = opened.read(HEAD)
    if head.startswith(b"PK"):
        return _kind_of_zip(file)
    return CNES if b"ImportarXMLCNES" in head else PRODUCAO


def _kind_of_zip(file: Path) -> str:
    import zipfile

    try:
        with zipfile.ZipFile(file) as opened:
            names = [info.filename.lower() for info in islice(opened.infolist(), 200)]
            if any(name.rsplit("/", 1)[-1] == "tb_procedimento.txt" for name in names):
                return SIGTAP
            xml = [info for info in opened.infolist()[:20] if info.filename.lower().endswith(".xml")]
            for info in xml:
                if not info.filename.lower().endswith(".esus.xml"):
                    with opened.open(info) as inner:
                        if b"ImportarXMLCNES" in inner.read(HEAD):
                            return CNES
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError):
        pass  # the library's own reader says what is wrong with it
    return PRODUCAO


class Tables:
    """The tables in the files given (path, name); `problem` says what is wrong with one of them."""

    def __init__(self, sigtap: tuple[str, str] | None, cnes: tuple[str, str] | None) -> None:
        self.opened: MemoryTables | None = None
        self.problem = ""
        try:
            if sigtap or cnes:
                self.opened = load(tabelas=sigtap and sigtap[0], cnes=cnes and cnes[0])
        except (LediError, OSError) as error:
            text = str(error) if isinstance(error, LediError) else "o arquivo não pôde ser lido"
            for path, name in filter(None, (sigtap, cnes)):
                text = text.replace(path, name).replace(Path(path).name, name)
            self.problem = f"As tabelas não puderam ser usadas: {text}. As fichas são conferidas sem elas."


# ---- judging


class Conference:
    """One pass over the files, in pieces that a worker sends to its page."""

    def __init__(self, files: Iterable[tuple[str, str]], hoje: str, tables: Tables | None = None) -> None:
        self._files = list(files)
        self._hoje = date.fromisoformat(hoje)
        self._tables = tables.opened if tables else None
        self._uuids: Seen = {}
        self._texts: dict[tuple[str, str, str], int] = {}
        self._total = 0

    def pieces(self, seconds: float = 0.25) -> Iterator[str]:
        """JSON texts {"linhas", "textos", "problemas", "lidos"}; the first comes with the first ficha."""
        piece, until = self._new_piece(), 0.0
        for row in self._rows():
            if isinstance(row, str):
                piece["problemas"].append(row)
            else:
                piece["linhas"].append(self._packed(row, piece["textos"]))
            if time.monotonic() >= until:
                yield self._sent(piece)
                piece, until = self._new_piece(), time.monotonic() + seconds
        yield self._sent(piece)

    @staticmethod
    def _new_piece() -> Json:
        return {"linhas": [], "textos": [], "problemas": []}

    def _sent(self, piece: Json) -> str:
        return json.dumps({**piece, "lidos": self._total}, ensure_ascii=True, separators=(",", ":"))

    def _rows(self) -> Iterator[tuple[int, int, Item, Report] | str]:
        for number, (name, path) in enumerate(self._files):
            try:
                records = read_records(path)
                for position, item in enumerate(records):
                    if self._total >= MAX_RECORDS:
                        yield f"{name}: só os primeiros {MAX_RECORDS} registros foram conferidos."
                        return
                    self._total += 1
                    yield number, position, item, self._judged(item)
                if records.passed:
                    yield f"{name}: deixado de lado, por não ser ficha: {records.told()}."
            except (LediError, OSError) as error:
                yield told(error, name, path)
            except RecursionError:
                yield f"{name}: o arquivo tem objetos aninhados demais e não pôde ser lido até o fim."

    def _judged(self, item: Item) -> Report:
        return report_of(item, self._uuids, tabelas=self._tables, hoje=self._hoje)

    def _packed(self, row: tuple[int, int, Item, Report], texts: list[Json]) -> list[Any]:
        number, position, item, report = row
        record = item.record if isinstance(item.record, dict) else {}
        found = [
            [self._text(f.code, f.message, f.severity, texts), f.path[:300]]
            for f in report.findings[:MAX_FINDINGS]
        ]
        return [
            number,
            position,
            item.where,
            report.tipo or "?",
            report.uuid or "",
            report.situacao if item.readable else "ilegível",
            _competencia(record, report),
            _short(record.get("cnes")),
            _declared(item, record),
            found,
            list(item.notes)[:10],
        ]

    def _text(self, code: str, message: str, severity: str, texts: list[Json]) -> int:
        """A number for each text: the same sentence comes in thousands of fichas."""
        key = (code, message, severity)
        if key not in self._texts:
            self._texts[key] = len(self._texts)
            texts.append({"codigo": code, "mensagem": message, "severidade": severity})
        return self._texts[key]


def told(error: Exception, name: str, path: str) -> str:
    """What is wrong with a file as a whole, under the name that the person knows."""
    if isinstance(error, LediError):
        text = str(error)
        return text.replace(Path(path).name, name) if Path(path).name in text else f"{name}: {text}"
    return f"{name}: o arquivo não pôde ser lido."


def _short(value: Any) -> str:
    return value if isinstance(value, str) and len(value) <= 20 else ""


def _declared(item: Item, record: Json) -> str:
    if item.envelope is not None:
        return item.envelope.declared_version or ""
    return _short(record.get("versao"))


def _competencia(record: Json, report: Report) -> str:
    """AAAAMM of the attendance, "" when it cannot be told."""
    if report.tipo is None or report.wire is None:
        return ""
    value = value_at(report.wire, layout(_known(report.versao)).fichas[report.tipo].date_path)
    try:
        return competencia_of(value, DEFAULT_ZONE) if isinstance(value, int) else ""
    except MomentError:
        return ""


# ---- one ficha


def open_ficha(path: str, position: int, hoje: str, tables: Tables | None = None) -> str:
    """JSON of one record: every finding, and its fields with the names that a person knows."""
    item = next(islice(read_records(path), position, None))
    opened = tables.opened if tables else None
    report = report_of(item, {}, tabelas=opened, hoje=date.fromisoformat(hoje))
    record = item.record if isinstance(item.record, dict) else {}
    made: Json = {
        "onde": item.where,
        "tipo": report.tipo,
        "uuid": report.uuid,
        "situacao": report.situacao if item.readable else "ilegível",
        "notas": list(item.notes),
        "achados": [f.as_json() for f in report.findings],
        "campos": [],
        "registro": _plain(record),
    }
    ficha = record.get("ficha")
    if report.tipo is not None and isinstance(ficha, dict):
        kind = layout(_known(report.versao)).fichas[report.tipo]
        made["nome"] = kind.nome
        made["campos"] = list(_fields(kind.root, ficha, 0, ""))
    return json.dumps(made, ensure_ascii=True)


def _known(version: str | None) -> str:
    return version if version in VERSIONS else CURRENT


def _fields(struct: Struct, value: Json, depth: int, path: str) -> Iterator[Json]:
    """Rows {nivel, rotulo, valor, caminho} in the order of the paper ficha, then what the layout does not have."""
    known = struct.paper or struct.fields
    for field in known:
        if value.get(field.name) is not None:
            yield from _field(field, value[field.name], depth, f"{path}{field.name}")
    names = struct.by_name
    for name in value:
        if name not in names:
            shown = {"rotulo": f"{str(name)[:80]} (não existe no layout)", "valor": _text_of(value[name])}
            yield {"nivel": depth, **shown, "caminho": f"{path}{str(name)[:80]}"}


def _field(field: Field, value: Any, depth: int, path: str) -> Iterator[Json]:
    inner = field.type.item or field.type
    row = {"nivel": depth, "rotulo": field.label or field.name, "caminho": path}
    if inner.struct is None:
        items = value if isinstance(value, list) else [value]
        yield {**row, "valor": ", ".join(_shown(field, one) for one in items[:200])}
    elif isinstance(value, dict):
        yield {**row, "valor": None}
        yield from _fields(inner.struct, value, depth + 1, f"{path}.")
    elif isinstance(value, list):
        for number, one in enumerate(value[:200]):
            yield {
                **row,
                "rotulo": f"{row['rotulo']} {number + 1}",
                "valor": None,
                "caminho": f"{path}[{number}]",
            }
            if isinstance(one, dict):
                yield from _fields(inner.struct, one, depth + 1, f"{path}[{number}].")
    else:
        yield {**row, "valor": _text_of(value)}


def _shown(field: Field, value: Any) -> str:
    if isinstance(value, bool):
        return "Sim" if value else "Não"
    if field.is_date and isinstance(value, int):
        return _moment(value, field.format == "datahora")
    if field.domain and isinstance(value, int | str):
        label = _labels(field.domain).get(str(value))
        return f"{value} ({label})" if label else str(value)
    return _text_of(value)


def _moment(value: int, with_time: bool) -> str:
    try:
        local = datetime.fromtimestamp(value / 1000, UTC).astimezone(DEFAULT_ZONE)
    except (OverflowError, ValueError, OSError):
        return str(value)
    return f"{local:%d/%m/%Y %H:%M}" if with_time else f"{local:%d/%m/%Y}"


def _labels(domain: str) -> dict[str, str]:
    try:
        return {str(code): label for code, label in closed.labels(domain).items()}
    except (KeyError, LediError, AttributeError):
        return {}


def _text_of(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(_plain(value), ensure_ascii=False)
    return text if len(text) <= 2000 else text[:2000] + "…"


def _plain(value: Any) -> Any:
    """Bytes and odd numbers as text: JSON for a page to show."""
    if isinstance(value, bytes):
        return value[:200].hex()
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


# ---- two files


def compare(first: tuple[str, str], second: tuple[str, str]) -> str:
    """JSON: which fichas are in one file alone, which are in both with other contents."""
    one, two = _digests(first), _digests(second)
    both = one.keys() & two.keys()
    changed = sorted(uuid for uuid in both if one[uuid][0] != two[uuid][0])
    return json.dumps(
        {
            "nomes": [first[0], second[0]],
            "totais": [len(one), len(two)],
            "iguais": len(both) - len(changed),
            "so_no_primeiro": _places(one, sorted(one.keys() - two.keys())),
            "so_no_segundo": _places(two, sorted(two.keys() - one.keys())),
            "diferentes": [[uuid, *one[uuid][1:], two[uuid][1]] for uuid in changed],
        },
        ensure_ascii=True,
    )


def _digests(file: tuple[str, str]) -> dict[str, tuple[bytes, int, str]]:
    found: dict[str, tuple[bytes, int, str]] = {}
    for position, item in enumerate(islice(read_records(file[1]), MAX_RECORDS)):
        record = item.record if isinstance(item.record, dict) else {}
        uuid = record.get("uuid")
        key = uuid.lower() if isinstance(uuid, str) and uuid else f"({item.where})"
        text = json.dumps(_plain(record), sort_keys=True, ensure_ascii=True)
        tipo = record.get("tipo") if isinstance(record.get("tipo"), str) else "?"
        found[key] = (hashlib.blake2b(text.encode(), digest_size=12).digest(), position, str(tipo)[:20])
    return found


def _places(found: dict[str, tuple[bytes, int, str]], uuids: list[str]) -> list[list[Any]]:
    return [[uuid, *found[uuid][1:]] for uuid in uuids]


def differences(first: str, at: int, second: str, there: int) -> str:
    """JSON rows [path, value here, value there] of one ficha that two files bring otherwise."""
    one = next(islice(read_records(first), at, None)).record
    two = next(islice(read_records(second), there, None)).record
    return json.dumps(list(islice(_differing(_plain(one), _plain(two), ""), 500)), ensure_ascii=True)


def _differing(one: Any, two: Any, path: str) -> Iterator[list[str]]:
    if isinstance(one, dict) and isinstance(two, dict):
        for key in sorted(one.keys() | two.keys()):
            yield from _differing(one.get(key), two.get(key), f"{path}.{key}" if path else key)
    elif isinstance(one, list) and isinstance(two, list):
        for number in range(max(len(one), len(two))):
            pair = (part[number] if number < len(part) else None for part in (one, two))
            yield from _differing(*pair, f"{path}[{number}]")
    elif one != two:
        yield [path, _side(one), _side(two)]


def _side(value: Any) -> str:
    return "não tem" if value is None else _text_of(value)


# ---- to take away


def spreadsheet(path: str, sheets: str) -> None:
    """An XLSX at `path`. `sheets`: JSON [[name, [heads], [rows]]]; text stays text, never a formula."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    for name, heads, rows in json.loads(sheets):
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        made = [WriteOnlyCell(sheet, head) for head in heads]
        for cell in made:
            cell.font = Font(bold=True)
        sheet.append(made)
        for row in rows:
            sheet.append([_cell(sheet, value, ILLEGAL_CHARACTERS_RE) for value in row])
    book.save(path)


def _cell(sheet: Any, value: Any, illegal: Any) -> Any:
    from openpyxl.cell import WriteOnlyCell

    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, illegal.sub(" ", value)[:32_000])
    cell.data_type = "s"
    return cell
