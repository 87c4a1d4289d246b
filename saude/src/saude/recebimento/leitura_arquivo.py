"""Files (.jsonl, .json, .esus, .zip) as items of a lot, with where they came from."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ledi.files import Kind, sniff
from ledi.reading import Item as Read
from ledi.reading import read_records
from saude.inconsistencias.achados import stored
from saude.recebimento.intake import Item
from saude.recebimento.models import Lote

FORMATS = {
    Kind.ZIP: Lote.Formato.ZIP,
    Kind.ESUS: Lote.Formato.ESUS,
    Kind.ESUS_XML: Lote.Formato.ESUS,
    Kind.JSON: Lote.Formato.JSON,
}


def formato_of(path: Path) -> str:
    return str(FORMATS.get(sniff(path), Lote.Formato.NDJSON))


def items(path: Path) -> Iterator[Item]:
    """Raises LediError or OSError when the file as a whole is unreadable."""
    return items_of(read_records(path))


def items_of(records: Iterable[Read]) -> Iterator[Item]:
    """The same of records that are being read (`ledi.reading.Records` says what it passed over)."""
    for number, read in enumerate(records, 1):
        lost = [f for f in read.findings if f.code.startswith("REGISTRO-xml-")]  # not all of it could be read
        if lost or not read.readable:
            yield Item(number, achados=[stored(f) for f in lost or read.findings])
        else:
            yield Item(number, read.record, proveniencia=_provenance(read.envelope))


def _provenance(envelope: Any) -> dict[str, Any] | None:
    """Who sent it and who typed it, when the record came in an envelope."""
    if envelope is None:
        return None
    return {
        "remetente": _plain(envelope.remetente),
        "originadora": _plain(envelope.originadora),
        "versao_declarada": envelope.declared_version,
        "lote": envelope.lote,
    }


def _plain(data: Any) -> dict[str, str]:
    return {str(k): str(v)[:255].replace("\x00", "") for k, v in dict(data).items()}
