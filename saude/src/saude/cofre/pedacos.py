"""Streams sealed in pieces: each is bound to its file, its place and whether it is the last, so that a changed byte,
a cut, a swap and an addition are refused before anybody reads the piece.

    header   8 bytes of mark, 8 of the key's id, 32 of salt, 4 of the size of a piece
    pieces   AES-256-GCM under a key of the file's own (HKDF of key, salt, purpose and header); the nonce is the number
             of the piece and, in its last byte, whether it ends the file; each 16 bytes longer than what it holds
"""

import secrets
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from saude.cofre.chaves import ID, Chave, Chaveiro, keyring
from saude.cofre.erros import Danificado

MARK = b"SAUDECF1"
_HEAD = struct.Struct(f">8s{ID}s32sI")
HEADER = _HEAD.size
TAG = 16
PIECE = 256 * 1024
SIZES = range(1024, 16 * 1024 * 1024 + 1)
_INFO = b"saude.cofre pedacos 1\0"


def sealed_size(plain: int, piece: int = PIECE) -> int:
    """Bytes on disk of so many plain ones."""
    return HEADER + plain + TAG * max(1, -(-plain // piece))


@dataclass(frozen=True)
class FileKey:
    """What seals and opens one file and no other: a process that works at that file alone gets it as `text`, and no
    key of the installation."""

    header: bytes
    key: bytes

    @property
    def piece(self) -> int:
        return int(_HEAD.unpack(self.header)[-1])

    def cipher(self) -> AESGCM:
        return AESGCM(self.key)

    def text(self) -> str:
        return (self.header + self.key).hex()

    @classmethod
    def of(cls, text: str) -> "FileKey":
        both = bytes.fromhex(text)
        return cls(both[:HEADER], both[HEADER:])

    def __repr__(self) -> str:  # never the key, not even in a traceback
        return "FileKey()"


def new_file_key(purpose: str, *, key: Chave | None = None, piece: int = PIECE) -> FileKey:
    chave = key or keyring().atual
    salt = secrets.token_bytes(32)
    header = _HEAD.pack(MARK, bytes.fromhex(chave.id), salt, piece)
    return FileKey(header, _derived(chave, salt, purpose, header))


def read_file_key(file: BinaryIO, purpose: str, *, keys: Chaveiro | None = None) -> FileKey:
    """That of a sealed file; it is left after its header."""
    header, key_id, salt, _ = read_header(file)
    return FileKey(header, _derived((keys or keyring()).of(key_id), salt, purpose, header))


class Sealer:
    """Gives the sealed bytes of what it is given: header and whole pieces as they come, the rest at `last`."""

    def __init__(self, purpose: str | FileKey, *, key: Chave | None = None, piece: int = PIECE) -> None:
        own = purpose if isinstance(purpose, FileKey) else new_file_key(purpose, key=key, piece=piece)
        self.header, self._cipher = own.header, own.cipher()
        self._piece, self._number, self._rest = own.piece, 0, bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The last piece is held back until `last`: only then is it known to be the last."""
        self._rest += data
        start = 0
        while len(self._rest) - start > self._piece:
            yield self._seal(bytes(memoryview(self._rest)[start : start + self._piece]), last=False)
            start += self._piece
        if start:
            del self._rest[:start]

    def last(self) -> bytes:
        rest, self._rest = bytes(self._rest), bytearray()
        return self._seal(rest, last=True)

    def _seal(self, plain: bytes, *, last: bool) -> bytes:
        number, self._number = self._number, self._number + 1
        return self._cipher.encrypt(_nonce(number, last=last), plain, None)


class SealedWriter:
    """A file that seals what is written. Nothing is whole before `close`; leaving by an error does not close it."""

    def __init__(self, file: BinaryIO, purpose: str | FileKey, *, key: Chave | None = None) -> None:
        self._file, self._sealer, self._open = file, Sealer(purpose, key=key), True
        file.write(self._sealer.header)

    def abandon(self) -> None:
        """The file below failed: what still comes (a tar that is thrown away writes its end) goes nowhere."""
        self._open = False

    def write(self, data: bytes) -> int:
        for piece in () if not self._open else self._sealer.feed(data):
            self._file.write(piece)
        return len(data)

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        """Writes the end; the file below stays open (to sync it)."""
        if self._open:
            self._open = False
            self._file.write(self._sealer.last())

    def __enter__(self) -> "SealedWriter":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.close()


def is_sealed(file: BinaryIO) -> bool:
    """By its first bytes; the file is left at its start."""
    start = file.read(len(MARK))
    file.seek(0)
    return start == MARK


def key_of(file: BinaryIO) -> str:
    """Id of the key that opens it; the file is left after its header."""
    return read_header(file)[1]


def open_pieces(file: BinaryIO, purpose: str, *, keys: Chaveiro | None = None) -> Iterator[bytes]:
    """The plain bytes, piece by piece, each proved before it is given. That the end is there is known at the end: who
    acts on what was read must have read it all."""
    own = read_file_key(file, purpose, keys=keys)
    cipher, size = own.cipher(), own.piece
    number, piece = 0, _read(file, size + TAG)
    while True:
        following = _read(file, size + TAG) if len(piece) == size + TAG else b""
        yield open_piece(cipher, number, piece, last=not following)
        if not following:
            return
        number, piece = number + 1, following


def read_header(file: BinaryIO) -> tuple[bytes, str, bytes, int]:
    header = _read(file, HEADER)
    if len(header) < HEADER or not header.startswith(MARK):
        raise Danificado(
            "O arquivo não começa como um que o cofre cifrou: é outro arquivo, ou foi cortado no começo."
        )
    _, key_id, salt, size = _HEAD.unpack(header)
    if size not in SIZES:
        raise Danificado("O começo do arquivo cifrado foi mudado.")
    return header, key_id.hex(), salt, size


def open_piece(cipher: AESGCM, number: int, piece: bytes, *, last: bool) -> bytes:
    try:
        return cipher.decrypt(_nonce(number, last=last), piece, None)
    except InvalidTag:
        raise Danificado(_why(cipher, number, piece, last=last)) from None


def _why(cipher: AESGCM, number: int, piece: bytes, *, last: bool) -> str:
    """A whole piece that says otherwise about the end tells a cut or an addition from a changed byte."""
    try:
        cipher.decrypt(_nonce(number, last=not last), piece, None)
    except InvalidTag:
        return (
            f"O arquivo cifrado está danificado ou cortado no pedaço {number + 1}: nada dali em diante serve. "
            "Use outra cópia."
        )
    if last:
        return f"O arquivo cifrado foi cortado: termina no pedaço {number + 1}, e devia continuar. Use outra cópia."
    return f"O arquivo cifrado tem bytes a mais depois do fim (pedaço {number + 1}). Use outra cópia."


def _derived(chave: Chave, salt: bytes, purpose: str, header: bytes) -> bytes:
    return chave.derive(_INFO + purpose.encode() + b"\0" + header, salt)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _read(file: BinaryIO, size: int) -> bytes:
    """As many as asked for, unless the file ends: a pipe gives fewer at a time."""
    found = file.read(size)
    while found and len(found) < size:
        more = file.read(size - len(found))
        if not more:
            break
        found += more
    return found
