"""A sealed file read from any place, as a file: only the pieces that are asked for are opened.

The last piece is proved when the file is opened, so a cut is refused there; a changed byte, when its piece is read.
"""

import io
from pathlib import Path
from typing import Any, BinaryIO

from saude.cofre.chaves import Chaveiro
from saude.cofre.erros import Danificado
from saude.cofre.pedacos import HEADER, TAG, FileKey, is_sealed, open_piece, read_file_key


class _Sealed(io.RawIOBase):
    def __init__(self, file: BinaryIO, purpose: str | FileKey, keys: Chaveiro | None) -> None:
        own = purpose if isinstance(purpose, FileKey) else read_file_key(file, purpose, keys=keys)
        self._file, self._place, self._held = file, 0, (-1, b"")
        self._cipher, self._piece = own.cipher(), own.piece
        body = file.seek(0, io.SEEK_END) - HEADER
        if body < TAG:
            raise Danificado("O arquivo cifrado foi cortado no começo. Use outra cópia.")
        self._last = (body - 1) // (self._piece + TAG)
        self.size = self._last * self._piece + len(self._open(self._last))

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self.size}[whence]
        self._place = max(0, start + offset)
        return self._place

    def readinto(self, buffer: Any) -> int:
        if self._place >= self.size:
            return 0
        number, skip = divmod(self._place, self._piece)
        found = memoryview(self._open(number))[skip : skip + len(buffer)]
        buffer[: len(found)] = found
        self._place += len(found)
        return len(found)

    def _open(self, number: int) -> bytes:
        if self._held[0] != number:
            self._file.seek(HEADER + number * (self._piece + TAG))
            sealed = self._file.read(self._piece + TAG)
            self._held = (number, open_piece(self._cipher, number, sealed, last=number == self._last))
        return self._held[1]

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


def open_sealed_file(
    file: BinaryIO, purpose: str | FileKey, *, keys: Chaveiro | None = None, buffer: int = 64 * 1024
) -> io.BufferedReader:
    """Plain bytes with `read`, `readline`, `seek`, `tell`; closing it closes `file`. Raises CofreError."""
    return io.BufferedReader(_Sealed(file, purpose, keys), buffer)


def open_kept(path: Path, purpose: str) -> BinaryIO:
    """The same of a file of ours by its path; one of before they were sealed is plain, and read as it is.

    Raises OSError, CofreError."""
    file = open(path, "rb")
    try:
        return open_sealed_file(file, purpose) if is_sealed(file) else file
    except BaseException:
        file.close()
        raise
