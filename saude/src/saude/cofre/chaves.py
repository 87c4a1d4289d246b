"""The keys of the installation, which live outside the database: in a file of a folder of their own, or in the
environment. The first seals; the others open what they sealed before.

SAUDE_CHAVES        the keys themselves, comma separated (from the keeper of secrets of the municipality)
SAUDE_CHAVES_ARQUIVO  a file with one a line; unset = SAUDE_DADOS/cofre/chaves, made at the first use
"""

import base64
import binascii
import contextlib
import hashlib
import os
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from saude.cofre.erros import ChaveErrada, SemChave
from saude.comum.gravar import private

SIZE = 32  # bytes: AES-256
ID = 8  # bytes of its digest by which a key is known: a wrong key never passes for the right one


@dataclass(frozen=True)
class Chave:
    material: bytes

    @property
    def id(self) -> str:
        return hashlib.sha256(b"saude.cofre id\0" + self.material).hexdigest()[: 2 * ID]

    def derive(self, info: bytes, salt: bytes | None = None) -> bytes:
        return HKDF(SHA256(), SIZE, salt, info).derive(self.material)

    def text(self) -> str:
        return base64.urlsafe_b64encode(self.material).decode()

    def __repr__(self) -> str:  # never the material, not even in a traceback
        return f"Chave({self.id})"


@dataclass(frozen=True)
class Chaveiro:
    """Never empty; the first seals."""

    chaves: tuple[Chave, ...]

    @property
    def atual(self) -> Chave:
        return self.chaves[0]

    def of(self, key_id: str) -> Chave:
        for chave in self.chaves:
            if chave.id == key_id:
                return chave
        raise ChaveErrada(key_id)


def new_key() -> Chave:
    return Chave(secrets.token_bytes(SIZE))


def parse(text: str, *, source: str) -> Chaveiro:
    """One key a line or between commas; what follows `#` is for people."""
    lines = [line.partition("#")[0].strip() for line in text.replace(",", "\n").splitlines()]
    found = tuple(_key(line, source) for line in lines if line)
    if not found:
        raise SemChave(f"Não há chave em {source}: traga-a de volta da cópia de segurança das chaves.")
    return Chaveiro(found)


def _key(line: str, source: str) -> Chave:
    try:
        material = base64.urlsafe_b64decode(line.encode())
    except (ValueError, binascii.Error):
        material = b""
    if len(material) != SIZE:
        raise SemChave(
            f"Uma linha de {source} não é uma chave do cofre (44 letras e números, como o `saude cofre nova-chave` "
            "as faz): cortada ao copiar, ou o arquivo é outro."
        )
    return Chave(material)


def keyring() -> Chaveiro:
    """The keys in use. A change of the file is seen at the next call: every process follows a rotation."""
    if given := os.environ.get("SAUDE_CHAVES", "").strip():
        return _parsed(given, "SAUDE_CHAVES")
    path, ours = place()
    if ours and not path.exists():
        _first(path)
    return read_file(path, private=ours)


@lru_cache(maxsize=4)
def _parsed(text: str, source: str) -> Chaveiro:
    return parse(text, source=source)


def place() -> tuple[Path, bool]:
    """Where the file is, and whether its folder is ours to make."""
    if chosen := os.environ.get("SAUDE_CHAVES_ARQUIVO"):
        return Path(chosen), False
    return Path(settings.DADOS) / "cofre" / "chaves", True


def read_file(path: Path, *, private: bool = False) -> Chaveiro:
    try:
        stat = path.stat()
        if private and stat.st_mode & 0o077:
            raise SemChave(f"A chave em {path} pode ser lida por outros usuários: chmod 600 {path}")
        return _read(path, stat.st_mtime_ns, stat.st_size, stat.st_ino)
    except FileNotFoundError:
        raise SemChave(f"O arquivo da chave não está em {path}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SemChave(f"O arquivo da chave em {path} não pôde ser lido ({type(error).__name__}).") from None


@lru_cache(maxsize=4)
def _read(path: Path, *_state: int) -> Chaveiro:
    return parse(path.read_text(encoding="ascii"), source=str(path))


def _first(path: Path) -> None:
    """A new installation makes its key by itself; one that has had a key does not get another in silence."""
    known = path.parent / "chaves.conhecidas"
    if known.exists():
        ids = ", ".join(known.read_text(encoding="ascii").split())
        raise SemChave(
            f"A chave do cofre ({ids}) não está em {path}: traga-a de volta da cópia. Se ela se perdeu de vez, apague "
            f"{known} e outra é feita; o que foi cifrado com a perdida não poderá ser lido."
        )
    write(path, Chaveiro((new_key(),)), replace=False)


def write(path: Path, chaveiro: Chaveiro, *, replace: bool = True) -> None:
    """Whole or not at all, 0600, in a folder of ours 0700; without `replace`, the one that is there stays."""
    folder = path.parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, temporary = tempfile.mkstemp(prefix=".chaves-", dir=folder)  # 0600 from its first byte
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.writelines(f"{chave.text()}  # {chave.id}\n" for chave in chaveiro.chaves)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            os.replace(temporary, path)
        else:
            with contextlib.suppress(FileExistsError):  # another process was first: its key it is
                os.link(temporary, path)
        known = folder / "chaves.conhecidas"
        known.write_text("".join(f"{chave.id}\n" for chave in read_file(path).chaves), encoding="ascii")
    finally:
        Path(temporary).unlink(missing_ok=True)


def rotate() -> Chaveiro:
    """A new key seals from now on; those before it still open."""
    if os.environ.get("SAUDE_CHAVES", "").strip():
        raise SemChave(
            "As chaves vêm de SAUDE_CHAVES: ponha lá a nova, antes das outras (`saude cofre nova-chave`)."
        )
    keyring()  # the folder and a first key are there
    with alone():
        chaveiro = Chaveiro((new_key(), *keyring().chaves))
        write(place()[0], chaveiro)
    return chaveiro


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Of two who change the keys at once, the second starts from what the first left: no key is lost."""
    import fcntl  # noqa: PLC0415 (Unix only)

    path = place()[0]
    with open(path.with_name(f"{path.name}.trava"), "ab", opener=private) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
