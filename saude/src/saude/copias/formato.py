"""The file of a copy: a tar, sealed in pieces (saude.cofre.pedacos), written and read as a stream.

manifesto.json   what it is: version, migrations, rows of each table, last seal of the trail, ids of the keys
chaves/…         the keys of the installation, when they go along
banco/000001…    the output of pg_dump (custom format), in members of 8 MB: its size is not known before
arquivos/…       exports, received lots and the rest of SAUDE_DADOS
fim.json         SHA-256 of the database's part and of each file: without it the copy is not whole
"""

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO

from saude.cofre.chaves import Chave, Chaveiro
from saude.cofre.erros import Danificado
from saude.cofre.pedacos import SealedWriter, open_pieces

PURPOSE = "copias.copia"
FORMAT = 1
PIECE = 8 * 1024 * 1024
READ = 1024 * 1024


class CopiaError(Exception):
    """The copy was not made, or cannot be restored; the message says why and what to do."""


class Escritor:
    def __init__(self, file: BinaryIO, key: Chave) -> None:
        self._sealed = SealedWriter(file, PURPOSE, key=key)
        self._tar = tarfile.open(fileobj=self._sealed, mode="w|", format=tarfile.PAX_FORMAT)  # type: ignore[call-overload]
        self._base, self._pieces = hashlib.sha256(), 0
        self._files: dict[str, str] = {}

    def json(self, name: str, value: Any) -> None:
        self.small(name, json.dumps(value, ensure_ascii=False, sort_keys=True).encode())

    def small(self, name: str, data: bytes) -> None:
        self._tar.addfile(_member(name, len(data)), io.BytesIO(data))

    def database(self, stream: IO[bytes]) -> None:
        while piece := stream.read(PIECE):
            self._pieces += 1
            self._base.update(piece)
            self.small(f"banco/{self._pieces:06}", piece)

    def file(self, name: str, path: Path) -> None:
        """As many bytes as it has now; one that is gone meanwhile (the week is over) is left out."""
        try:
            file = open(path, "rb")
        except FileNotFoundError:
            return
        with file:
            size = file.seek(0, io.SEEK_END)
            file.seek(0)
            hashed = _Hashed(file)
            self._tar.addfile(_member(f"arquivos/{name}", size), hashed)
            self._files[name] = hashed.digest()

    def abandon(self) -> None:
        self._sealed.abandon()

    def close(self) -> None:
        self.json(
            "fim.json", {"banco": self._base.hexdigest(), "pedacos": self._pieces, "arquivos": self._files}
        )
        self._tar.close()
        self._sealed.close()


class _Hashed:
    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._sha = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._sha.update(data)
        return data

    def digest(self) -> str:
        return self._sha.hexdigest()


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


Membro = tuple[str, Iterator[bytes]]


def members(file: BinaryIO, keys: Chaveiro) -> Iterator[Membro]:
    """Name and bytes of each, in order; every byte was proved by the seal before it is given."""
    stream = _Joined(open_pieces(file, PURPOSE, keys=keys))
    with tarfile.open(fileobj=stream, mode="r|") as tar:  # type: ignore[call-overload]
        for member in tar:
            content = tar.extractfile(member)
            if content is None or member.name.startswith(("/", "..")) or "/../" in member.name:
                raise CopiaError("O arquivo não é uma cópia do Saúde e-SUS.")
            yield member.name, iter(lambda content=content: content.read(READ), b"")  # type: ignore[misc]
    stream.rest()


class _Joined:
    """The pieces as a file that is read forward."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, b""

    def read(self, size: int) -> bytes:
        parts, have = [self._rest], len(self._rest)
        while have < size and (piece := next(self._pieces, b"")):
            parts.append(piece)
            have += len(piece)
        data = b"".join(parts)
        self._rest = data[size:]
        return data[:size]

    def rest(self) -> None:
        """To the end: only there is it proved that nothing is missing."""
        for _ in self._pieces:
            pass


class Conferente:
    """Follows the members of a copy and says, at the end, whether it is the whole of what was written."""

    def __init__(self) -> None:
        self.manifesto: dict[str, Any] = {}
        self.chaves: dict[str, bytes] = {}
        self._base, self._pieces, self._files = hashlib.sha256(), 0, dict[str, str]()
        self._end: dict[str, Any] | None = None

    def read(self, name: str, content: Iterator[bytes]) -> Iterator[bytes]:
        """The same bytes, looked at on their way."""
        sha = hashlib.sha256()
        kept = None if name.startswith(("banco/", "arquivos/")) else bytearray()
        for data in content:
            (self._base if name.startswith("banco/") else sha).update(data)
            if kept is not None:
                kept += data
            yield data
        self._note(name, sha.hexdigest(), bytes(kept or b""))

    def _note(self, name: str, digest: str, small: bytes) -> None:
        folder, _, rest = name.partition("/")
        if folder == "banco":
            self._pieces += 1
        elif folder == "arquivos":
            self._files[rest] = digest
        elif folder == "chaves":
            self.chaves[rest] = small
        elif name == "manifesto.json":
            self.manifesto = json.loads(small)
        elif name == "fim.json":
            self._end = json.loads(small)

    def conclude(self) -> dict[str, Any]:
        found = {"banco": self._base.hexdigest(), "pedacos": self._pieces, "arquivos": self._files}
        if self._end != found or self.manifesto.get("formato") != FORMAT:
            raise Danificado("A cópia não está completa, ou é de uma forma que esta versão não conhece.")
        return {**self.manifesto, "arquivos": len(self._files)}


def check(path: Path, keys: Chaveiro) -> dict[str, Any]:
    """Read it all back; its manifest. Raises CofreError, CopiaError, OSError."""
    conferente = Conferente()
    with open(path, "rb") as file:
        try:
            for name, content in members(file, keys):
                for _ in conferente.read(name, content):
                    pass
        except tarfile.TarError as error:
            raise Danificado("A cópia está danificada.") from error
    return conferente.conclude()
