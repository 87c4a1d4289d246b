"""`open_retorno`: which report a file is, by its content; `document`: the JSON that `ledi retorno` prints."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ledi.files import Kind, sniff_bytes
from ledi.retorno.base import Motivo, Refused, Retorno
from ledi.retorno.pec_inconsistencias import PecInconsistencias
from ledi.retorno.siaps import has_person
from ledi.retorno.siaps_competencia import SiapsVisaoCompetencia
from ledi.retorno.siaps_equipe import SiapsEquipeQuadrimestre
from ledi.retorno.sisab_validacao import SisabValidacao
from ledi.retorno.sources import SheetSource, TextSource
from ledi.retorno.text import HEAD, EndlessLine, Row, encoding_of, split
from ledi.retorno.values import heading

_READERS: tuple[type[Retorno], ...] = (
    PecInconsistencias,
    SiapsEquipeQuadrimestre,
    SiapsVisaoCompetencia,
    SisabValidacao,
)
FORMATOS = tuple(reader.formato for reader in _READERS)


def open_retorno(path: str | Path) -> Retorno:
    """The report in a file, ready to be iterated. Refused when it is none; LediError or OSError when unreadable."""
    path = Path(path)
    with open(path, "rb") as file:
        head = file.read(HEAD)
    if sniff_bytes(head) is Kind.ZIP:
        return _recognise(SheetSource(path))
    encoding = encoding_of(path)
    if encoding is None:
        raise Refused(Motivo.CABECALHO)
    if head.decode(encoding.codec, "replace").lstrip("\ufeff \t\r\n").startswith("<"):
        raise Refused(Motivo.HTML)
    return _recognise(TextSource(path, encoding))


def _recognise(source: TextSource | SheetSource) -> Retorno:
    """The first line that is a header of a known report, and the preamble above it."""
    before: list[tuple[Row, str]] = []
    try:
        for row, raw, separator in source.head():
            names = [heading(str(cell or "")) for cell in row.cells]
            for reader in _READERS:
                if reader.recognises(names):
                    source.separador = separator or None
                    return reader(source, _preamble(before, row, separator), row)
            if len(names) > 2 and has_person(str(cell or "") for cell in row.cells):
                raise Refused(Motivo.PESSOA)
            before.append((row, raw))
    except EndlessLine:
        pass
    except BaseException:
        source.close()
        raise
    source.close()
    raise Refused(Motivo.CABECALHO)


def _preamble(before: Sequence[tuple[Row, str]], header: Row, separator: str) -> list[Row]:
    """The lines above the header, each once, cut by the separator that turned out to be the file's."""
    if not separator:
        return [row for row, _ in before]
    lines = {row.line: raw for row, raw in before if row.line < header.line}
    return [Row(line, split(raw, separator)) for line, raw in lines.items()]


# ---- as JSON


def document(path: str | Path, nome: str | None = None) -> Iterator[str]:
    """The JSON object in pieces, read twice so that a refusal comes first and nothing grows with the file.

    `nome` is what the object calls the file, when `path` is a copy. Refused, LediError and OSError as `open_retorno`;
    nothing has then been given out.
    """
    with open_retorno(path) as first:
        for _ in first:
            pass
    with open_retorno(path) as second:
        yield "{" + _member("arquivo", _name(nome or path))
        yield "," + _member("formato", first.formato) + "," + _member("recusar", False)
        yield "," + _member("leitura", first.leitura)
        if first.contexto is not None:
            yield "," + _member("contexto", first.contexto)
        yield ',"registros":['
        for number, registro in enumerate(second):
            yield ("," if number else "") + "\n" + _text(registro)
        yield "\n]," + _member("totais", first.totais) + "," + _member("avisos", first.avisos) + "}\n"


def refusal(path: str | Path, refused: Refused) -> dict[str, Any]:
    """The JSON object of a file that was refused; nothing of its content is in it."""
    return {
        "arquivo": _name(path),
        "formato": refused.formato,
        "recusar": True,
        "motivo": refused.motivo.value,
        "mensagem": str(refused),
        "leitura": {},
        "contexto": {},
        "registros": [],
        "totais": {},
        "avisos": [],
    }


def _name(path: str | Path) -> str:
    """The file's name as text, whatever its bytes."""
    return os.fsencode(Path(path).name).decode("utf-8", "replace")


def _member(name: str, value: Any) -> str:
    return f"{_text(name)}:{_text(value)}"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
