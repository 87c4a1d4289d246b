"""Bodies of lots on disk: sealed as they come (saude.cofre), read from any place as plain files.

What is said of a body (size, SHA-256, where its blocks begin) is said of the bytes inside. Files of before they were
sealed are plain and are read as they are; `seal_plain` seals them, by a task.
"""

import contextlib
import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from saude.cofre import recifrar
from saude.cofre.leitor import open_kept
from saude.cofre.pedacos import FileKey, SealedWriter, is_sealed, new_file_key, read_file_key
from saude.cofre.recifrar import Feito
from saude.comum.gravar import private
from saude.recebimento.models import Lote

log = logging.getLogger(__name__)
PIECE = 1024 * 1024
BODY = ".ndjson"
PACKED = ".gz"  # beside the lines of a body that came deflated
SEALING = ".selando"
ARRIVING = "corpo-"  # where releases of before inflated, plain
LEFT_BEHIND = 24 * 3600  # seconds: no body arrives for so long


def folder() -> Path:
    return Path(settings.DADOS) / "recebidos"


def purpose_of(path: Path) -> str:
    """One put in the place of another does not open."""
    return f"recebimento.corpo:{path.name}"


def packed_of(path: Path) -> Path:
    """Where the body of these lines is, as it came, when it came deflated."""
    return path.with_name(path.name + PACKED)


def remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    packed_of(path).unlink(missing_ok=True)


def open_body(path: Path) -> BinaryIO:
    """The plain bytes. Raises OSError, CofreError."""
    return open_kept(path, purpose_of(path))


@contextlib.contextmanager
def writing(path: Path) -> Iterator[SealedWriter]:
    """A new body under that name: sealed, synced; whoever leaves by an error removes it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(path, "xb", opener=private) as file:
        sealed = SealedWriter(file, purpose_of(path))
        yield sealed
        sealed.close()
        _sync(file)


def key_of(path: Path) -> FileKey:
    """Of that body alone. Raises OSError, CofreError."""
    with open(path, "rb") as file:
        return read_file_key(file, purpose_of(path))


@contextlib.contextmanager
def written_apart(path: Path) -> Iterator[tuple[Path, FileKey]]:
    """Where somebody else writes a new body, and the key to seal it with; it takes its name once it is whole."""
    aside = path.with_name(path.name + SEALING)
    try:
        yield aside, new_file_key(purpose_of(path))
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def bodies_of(lote: Lote) -> Iterator[tuple[str, Iterator[bytes]]]:
    """What there is of a lot on disk: name and plain bytes. The packed one, when it came so, stands for its lines."""
    path = folder() / lote.arquivo
    packed = packed_of(path)
    found = packed if packed.exists() else path
    if lote.arquivo and found.exists():
        yield found.name, _pieces(found)


def _pieces(path: Path) -> Iterator[bytes]:
    with open_body(path) as file:
        while piece := file.read(PIECE):
            yield piece


def keep_copy(source: Path, target: Path) -> None:
    """A plain file that somebody else keeps, sealed among the received."""
    if not target.exists():
        _seal(source, target)


def seal_plain(*, at_most: int = 1_000) -> int:
    """Bodies of before they were sealed, one after the other, in their place. Safe to stop and to call again: each is
    whole, plain or sealed, at any moment, and who reads it reads on."""
    done = 0
    for path in sorted(folder().glob("*")):
        if done == at_most:
            break
        with contextlib.suppress(FileNotFoundError):  # its term was over meanwhile
            if path.suffix != SEALING and path.is_file() and not _is_sealed(path):
                _seal(path, path)
                done += 1
    return done


def reseal() -> Feito:
    """With the key in use, after it was changed. What is still arriving is of no lot yet, and is being written or read
    with the key it began with: it is left to the next call."""
    of_lots = set(Lote.objects.exclude(arquivo="").values_list("arquivo", flat=True))
    found = (path for path in sorted(folder().glob("*")) if path.name.removesuffix(PACKED) in of_lots)
    return recifrar.files(((path, purpose_of(path)) for path in found), SEALING)


def forget_leftovers() -> None:
    """What a process that was killed left half done."""
    for left in (*folder().glob(f"*{SEALING}"), *(Path(settings.DADOS) / "entrando").glob(f"{ARRIVING}*/*")):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > LEFT_BEHIND:
                left.unlink()
                if left.parent != folder():
                    left.parent.rmdir()  # when it was the last


def forget_orphans() -> int:
    """Bodies that no lot speaks of: the site died between keeping one and recording its lot, and nobody was told that
    it had come. Listed before the lots are, and on this disk (whatever a copy brought back says of its age) longer than
    any body takes to arrive."""
    limit = time.time() - LEFT_BEHIND
    found = [path for path in folder().glob(f"*{BODY}*") if _since(path) < limit]
    of_lots = set(Lote.objects.exclude(arquivo="").values_list("arquivo", flat=True)) if found else set()
    orphans = [path for path in found if path.name.removesuffix(PACKED) not in of_lots]
    for path in orphans:
        log.warning("a body that no lot speaks of was removed: %s, %s bytes", path.name, path.stat().st_size)
        path.unlink(missing_ok=True)
    return len(orphans)


def _since(path: Path) -> float:
    """Since when it is here, or was last written."""
    try:
        return max(path.stat().st_ctime, path.stat().st_mtime)
    except FileNotFoundError:  # its term was over meanwhile
        return time.time()


def _is_sealed(path: Path) -> bool:
    with open(path, "rb") as file:
        return is_sealed(file)


def _seal(source: Path, target: Path) -> None:
    aside = target.with_name(target.name + SEALING)
    aside.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with open(source, "rb") as plain, open(aside, "wb", opener=private) as file:
            sealed = SealedWriter(file, purpose_of(target))
            while piece := plain.read(PIECE):
                sealed.write(piece)
            sealed.close()
            _sync(file)
        os.replace(aside, target)
    finally:
        aside.unlink(missing_ok=True)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
