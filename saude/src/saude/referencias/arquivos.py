"""Files waiting to be imported: kept under their digest, gone once they are in (CNES has personal data)."""

import hashlib
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

LIMIT = 256 * 1024 * 1024
PIECE = 1024 * 1024
UNSAFE = re.compile(r"[^\w.() -]+")


class FileRefused(Exception):
    """A file that cannot be imported; the message is for the user."""


@dataclass(frozen=True, slots=True)
class Guardado:
    sha256: str
    nome: str

    @property
    def caminho(self) -> Path:
        return folder() / self.sha256 / self.nome


def folder() -> Path:
    return Path(settings.DADOS) / "referencias"


def keep(pieces: Iterable[bytes], name: str, *, limit: int | None = None) -> Guardado:
    """Copy a file aside, measuring it. Raises FileRefused when it is empty or too big."""
    limit = LIMIT if limit is None else limit
    base = folder()
    base.mkdir(parents=True, exist_ok=True, mode=0o700)
    waiting = base / f"{hashlib.sha256(repr((name, id(pieces))).encode()).hexdigest()[:16]}.parte"
    digest, size = hashlib.sha256(), 0
    try:
        with open(waiting, "wb") as file:
            for piece in pieces:
                size += len(piece)
                if size > limit:
                    raise FileRefused(
                        f"O arquivo passa de {limit // 1024**2} MB: não é uma tabela de referência."
                    )
                digest.update(piece)
                file.write(piece)
        if not size:
            raise FileRefused("O arquivo está vazio.")
        kept = Guardado(digest.hexdigest(), _safe(name))
        kept.caminho.parent.mkdir(exist_ok=True, mode=0o700)
        waiting.replace(kept.caminho)
    finally:
        waiting.unlink(missing_ok=True)
    return kept


def pieces_of(path: Path) -> Iterable[bytes]:
    with open(path, "rb") as file:
        while piece := file.read(PIECE):
            yield piece


def drop(sha256: str) -> None:
    shutil.rmtree(folder() / sha256, ignore_errors=True)


def _safe(name: str) -> str:
    return UNSAFE.sub("_", Path(name.replace("\\", "/")).name)[-100:].lstrip(".") or "arquivo"
