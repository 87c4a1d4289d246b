"""Export files on disk: sealed as they are written (saude.cofre), aside, synced, then named.

What is said of a file (size, SHA-256) is said of the zip inside, which is what who downloads it gets. Files from before
they were sealed are plain, and are read as they are.
"""

import contextlib
import hashlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, BinaryIO

from django.conf import settings

from saude.cofre import recifrar
from saude.cofre.chaves import keyring
from saude.cofre.leitor import open_kept
from saude.cofre.pedacos import SealedWriter, is_sealed, open_pieces, sealed_size
from saude.cofre.recifrar import Feito
from saude.comum.gravar import sync_folder
from saude.exportacao.models import Exportacao

BUFFER = 1024 * 1024


def folder_of(exportacao: Exportacao) -> Path:
    return Path(settings.EXPORTACOES) / str(exportacao.entidade_id)


def file_name(exportacao: Exportacao) -> str:
    e = exportacao
    kind = e.tipo.lower() or "todas"
    where = "" if e.areas is None else f"_cnes{e.areas[0]}" if len(e.areas) == 1 else f"_{len(e.areas)}areas"
    return f"esus_{e.entidade.ibge}_{e.inicio:%Y%m%d}_{e.fim:%Y%m%d}_{kind}{where}_{e.pk}.zip"


def path_of(exportacao: Exportacao) -> Path | None:
    """Where the finished file is, whole; None when the export has none, it is gone, or a part of it is."""
    if exportacao.estado != Exportacao.Estado.CONCLUIDA or not exportacao.arquivo:
        return None
    path = folder_of(exportacao) / exportacao.arquivo
    whole = (exportacao.tamanho, sealed_size(exportacao.tamanho))
    try:
        return path if path.is_file() and path.stat().st_size in whole else None
    except OSError:
        return None


def purpose_of(exportacao: Exportacao) -> str:
    """A sealed file put in the place of another's does not open."""
    return f"exportacao.arquivo:{exportacao.pk}"


def pieces_of(exportacao: Exportacao) -> Iterator[bytes] | None:
    """The zip, piece by piece; None as `path_of`. The first piece is read before this returns: a key that is not here
    is told before anything was sent."""
    path = path_of(exportacao)
    if path is None:
        return None
    pieces = _pieces(exportacao, path)
    return _again(next(pieces, b""), pieces)


def open_zip(exportacao: Exportacao) -> BinaryIO | None:
    """The zip as a file of which any part is read, opened piece by piece; None as `path_of`. CofreError."""
    path = path_of(exportacao)
    return open_kept(path, purpose_of(exportacao)) if path else None


def _pieces(exportacao: Exportacao, path: Path) -> Iterator[bytes]:
    with open(path, "rb") as file:
        if is_sealed(file):
            yield from open_pieces(file, purpose_of(exportacao))
            return
        while data := file.read(BUFFER):  # from before files were sealed
            yield data


def _again(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


class PartialFile:
    """The file while it is being written; `publish` gives it its name, leaving without it removes it."""

    def __init__(self, exportacao: Exportacao) -> None:
        self.folder = folder_of(exportacao)
        self.path = self.folder / f"{file_name(exportacao)}.parcial"
        self.final = self.folder / file_name(exportacao)
        self.size = 0
        self._sha = hashlib.sha256()
        self._purpose = purpose_of(exportacao)
        self._file: IO[bytes]
        self._sealed: SealedWriter

    def __enter__(self) -> "PartialFile":
        key = keyring().atual  # without one no file is begun
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(descriptor, "wb", buffering=BUFFER)
        self._sealed = SealedWriter(self._file, self._purpose, key=key)
        return self

    def write(self, data: bytes) -> None:
        self._sealed.write(data)
        self._sha.update(data)
        self.size += len(data)

    def sync(self) -> None:
        """After the last write: the end is sealed, too."""
        self._sealed.close()
        self._file.flush()
        os.fsync(self._file.fileno())

    @property
    def sha256(self) -> str:
        return self._sha.hexdigest()

    def publish(self) -> None:
        """After `sync`. The name is in place before the database says so; a crash between leaves a file that
        the next attempt writes over."""
        self._file.close()
        os.replace(self.path, self.final)
        sync_folder(self.folder)

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):  # a full disk refuses the buffered rest, too
            self._file.close()
        self.path.unlink(missing_ok=True)


def reseal() -> Feito:
    """With the key in use, after it was changed."""
    return recifrar.files(_kept(), ".recifrando")


def _kept() -> Iterator[tuple[Path, str]]:
    done = Exportacao.objects.filter(estado=Exportacao.Estado.CONCLUIDA).exclude(arquivo="").order_by("pk")
    for exportacao in done.iterator(chunk_size=500):
        yield folder_of(exportacao) / exportacao.arquivo, purpose_of(exportacao)


def forget(*, before: datetime) -> int:
    """Files of exports past their term; the export, its items and its digest stay, and so can it be made again."""
    old = Exportacao.objects.filter(estado=Exportacao.Estado.CONCLUIDA, concluida_em__lt=before)
    done = 0
    for exportacao in old.exclude(arquivo="").order_by("pk").iterator(chunk_size=500):
        path = folder_of(exportacao) / exportacao.arquivo
        if path.is_file():
            path.unlink(missing_ok=True)
            done += 1
    return done
