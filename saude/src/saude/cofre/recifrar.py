"""What former keys sealed, sealed again with the key in use: a row or a file at a time, each whole at any moment.

Safe to stop and to call again: what is done is passed over. What cannot be opened stays as it is and is counted.
"""

import contextlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from saude.cofre import pedacos, segredos
from saude.cofre.chaves import keyring
from saude.cofre.erros import CofreError
from saude.comum.gravar import private, sync_folder

BUFFER = 1024 * 1024


@dataclass(frozen=True)
class Feito:
    """How many were brought to the key in use, and how many no key of ours opens."""

    refeitos: int = 0
    fechados: int = 0

    def __add__(self, other: "Feito") -> "Feito":
        return Feito(self.refeitos + other.refeitos, self.fechados + other.fechados)


def rows(queryset: Any, field: str, purpose: Callable[[Any], str]) -> Feito:
    """Secrets kept in a text field. One that somebody writes anew meanwhile stays as it was written."""
    done = Feito()
    for row in queryset.exclude(**{field: ""}).order_by("pk"):
        old = getattr(row, field)
        try:
            if not segredos.is_sealed(old) or not segredos.sealed_by_former(old):
                continue
            new = segredos.seal(segredos.open_sealed(old, purpose(row)), purpose(row))
        except CofreError:
            done += Feito(fechados=1)
            continue
        done += Feito(queryset.filter(**{"pk": row.pk, field: old}).update(**{field: new}))
    return done


def files(found: Iterable[tuple[Path, str]], aside: str) -> Feito:
    """Sealed files and what each is sealed for. `aside` ends the name of the new one until it is whole; who is reading
    the former reads on."""
    done = Feito()
    for path, purpose in found:
        try:
            done += Feito(int(_again(path, purpose, aside)))
        except FileNotFoundError:  # its term was over meanwhile
            continue
        except CofreError:
            done += Feito(fechados=1)
    return done


def _again(path: Path, purpose: str, aside: str) -> bool:
    new = path.with_name(path.name + aside)
    try:
        with open(path, "rb") as source:
            if not pedacos.is_sealed(source) or pedacos.key_of(source) == keyring().atual.id:
                return False
            source.seek(0)
            was = os.fstat(source.fileno())
            with open(new, "wb", BUFFER, opener=private) as target:
                sealed = pedacos.SealedWriter(target, purpose)
                for piece in pedacos.open_pieces(source, purpose):
                    sealed.write(piece)
                sealed.close()
                target.flush()
                os.fsync(target.fileno())
        os.utime(new, ns=(was.st_atime_ns, was.st_mtime_ns))  # its age is that of what it holds
        if path.stat().st_ino != was.st_ino:  # another was put there meanwhile: it was made with a key of now
            return False
        os.replace(new, path)
        sync_folder(path.parent)
        return True
    finally:
        with contextlib.suppress(FileNotFoundError):
            new.unlink()
