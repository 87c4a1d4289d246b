"""Large bodies on disk: written as they come, read back by blocks of lines, in constant memory."""

import contextlib
import hashlib
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from ledi.lists import too_deep
from ledi.reading import parse
from saude.cofre.pedacos import SealedWriter
from saude.comum import isolado
from saude.comum.texto import grouped
from saude.inconsistencias.achados import stored
from saude.recebimento import guardados, limits
from saude.recebimento.conselho import Readable
from saude.recebimento.inflar import inflate
from saude.recebimento.intake import Item, too_nested, unreadable
from saude.recebimento.models import Bloco, Lote
from saude.registro import texto_json

PIECE = 1024 * 1024
MAX_LINE = limits.RECORD
MAX_PLAIN = 64 * 1024**3  # of one body, inflated
MAX_RATIO = 200  # inflated over received
INFLATED_HERE = 2 * PIECE  # received bytes of a gzip; a larger one is inflated apart
INFLATE_SECONDS = 1800
BLOCK_LINES = 500  # one chunk: what a worker locks, it holds for one round of writing
BLOCK_BYTES = 16 * 1024 * 1024


class BodyRefused(Exception):
    """The body cannot be taken; the message is shown to the sender."""

    status = 400


class BodyTooLarge(BodyRefused):
    status = 413


@dataclass(frozen=True, slots=True)
class Spooled:
    arquivo: str
    tamanho: int
    sha256: str


def spool(
    stream: Readable, folder: Path, *, gzipped: bool, limit: int, lines: int = 0, sealed: bool = True
) -> Spooled:
    """Copy a request body to disk, sealed and synced. A gzip body is kept as received beside its lines, sealed too. At
    most `lines`, when it says so. Not `sealed`: a file that readers apart open by its path, kept for days."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{uuid.uuid4()}.ndjson"
    received = guardados.packed_of(folder / name) if gzipped else folder / name
    try:
        sha, size, found = hashlib.sha256(), 0, 0
        with _open_new(received, sealed=sealed or gzipped) as file:
            while piece := stream.read(PIECE):
                size += len(piece)
                if size > limit:
                    raise BodyTooLarge(f"O corpo passa de {limit // 1024**2} MB. Divida-o em mais lotes.")
                sha.update(piece)
                file.write(piece)
                if not gzipped:
                    found += piece.count(b"\n")
                    _few(found, lines)
        if gzipped:
            size, found = _inflate(received, folder / name, size, lines)
            _few(found, lines)
        if not size:
            raise BodyRefused("O lote está vazio.")
    except BaseException:
        received.unlink(missing_ok=True)
        (folder / name).unlink(missing_ok=True)
        raise
    return Spooled(name, size, sha.hexdigest())


def _few(lines: int, most: int) -> None:
    if most and lines > most:
        raise BodyTooLarge(f"O lote tem mais de {grouped(most)} linhas. Divida-o em mais lotes.")


@contextlib.contextmanager
def _open_new(path: Path, *, sealed: bool) -> Iterator[BinaryIO | SealedWriter]:
    if sealed:
        with guardados.writing(path) as writer:
            yield writer
        return
    with open(path, "xb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _inflate(source: Path, target: Path, received: int, lines: int) -> tuple[int, int]:
    """A large one apart, its lines counted and sealed there: the minutes it may take are not the site's."""
    most = min(MAX_PLAIN, received * MAX_RATIO + PIECE)
    try:
        with guardados.written_apart(target) as (aside, key):
            args = str(source), guardados.key_of(source).text(), str(aside), key.text(), most, lines
            if received <= INFLATED_HERE:
                return inflate(*args)
            name = f"{inflate.__module__}:{inflate.__name__}"
            size, found = isolado.run(name, *args, memory=64 * PIECE, seconds=INFLATE_SECONDS, queue=False)
            return int(size), int(found)
    except isolado.Recusado as refused:
        raise BodyRefused(str(refused)) from refused
    except isolado.Excesso as excess:
        raise BodyRefused(
            "O corpo compactado demora demais para ser expandido. Divida-o em mais lotes."
        ) from excess


def cut(lote: Lote, folder: Path) -> Iterator[tuple[int, int, int]]:
    """(position of the first record, first byte, end byte) of every block."""
    first, start, lines, number = 1, 0, 0, 0
    with guardados.open_body(folder / lote.arquivo) as file:
        for end, line in _lines(file):
            if line.strip():
                lines += 1
                number += 1
            if lines >= BLOCK_LINES or end - start >= BLOCK_BYTES:
                if lines:
                    yield first, start, end
                first, start, lines = number + 1, end, 0
        if lines:
            yield first, start, file.tell()


def read_block(lote: Lote, bloco: Bloco, folder: Path) -> Iterator[Item]:
    number = bloco.primeiro
    with guardados.open_body(folder / lote.arquivo) as file:
        file.seek(bloco.inicio)
        for end, line in _lines(file):
            if line.strip():
                yield parse_line(number, line)
                number += 1
            if end >= bloco.fim:
                return


def _lines(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """(end offset, line), a line cut at MAX_LINE + 1 bytes: too long is told, not loaded."""
    while line := file.readline(MAX_LINE + 1):
        if not line.endswith(b"\n") and len(line) > MAX_LINE:
            while (rest := file.readline(PIECE)) and not rest.endswith(b"\n"):
                pass
        yield file.tell(), line


def too_long(where: str) -> str:
    return f"{where[:1].upper()}{where[1:]}: o registro passa de {MAX_LINE // 1024**2} MB."


def parse_line(number: int, line: bytes, where: str = "") -> Item:
    """One NDJSON line (or what `where` says); whatever is wrong with it is told of it alone."""
    where = where or f"linha {number}"
    if len(line) > MAX_LINE:
        return unreadable(number, too_long(where))
    text = line.strip()
    if too_deep(text):
        return too_nested(number)
    if quick := texto_json.read(text):
        return Item(number, quick[0], texto=quick[1], peso=len(line))
    read = parse(text, where)
    if not read.readable:
        return Item(number, achados=[stored(f) for f in read.findings])
    return Item(number, read.record, peso=len(line))


def drop(kept: Spooled, folder: Path) -> None:
    """A body that nothing came of."""
    guardados.remove(folder / kept.arquivo)


def drop_working_copy(lote: Lote, folder: Path) -> None:
    """The inflated lines of a lot that is done; the gzip stays, as it was received."""
    if lote.arquivo and guardados.packed_of(folder / lote.arquivo).exists():
        (folder / lote.arquivo).unlink(missing_ok=True)
