"""A copy of the installation: the database as of one moment, its files, and on demand the keys."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

from saude.auditoria import selos
from saude.auditoria.actions import Autor, record_event
from saude.banco import ferramentas
from saude.cofre import chaves
from saude.cofre.chaves import Chaveiro
from saude.cofre.erros import CofreError
from saude.comum import disco
from saude.comum.gravar import sync_folder
from saude.copias.formato import FORMAT, CopiaError, Escritor, check

#: not copied as files: what the copy holds otherwise, what belongs to this machine, what is on its way
APART = frozenset(("banco", "cofre", "copias", "entrando", "chave_secreta", "trilha.selo", "restauracao"))
DUMP = ("-Fc", "--compress=gzip:1", "--no-owner", "--no-privileges", "--no-password")


def make_copy(
    saida: Path, *, by: Autor, keys: Chaveiro | None = None, com_chaves: bool = False
) -> dict[str, Any]:
    """A copy, told to the trail."""
    found = take(saida, keys=keys, com_chaves=com_chaves)
    record_event(
        by=by, entidade=None, tipo="copia.feita", bytes=saida.stat().st_size, arquivos=found["arquivos"],
        com_chaves=com_chaves,
    )  # fmt: skip
    return found


def take(saida: Path, *, keys: Chaveiro | None = None, com_chaves: bool = False) -> dict[str, Any]:
    """Written aside, synced, read back whole, then named. Nothing is left by one that failed.

    No model of ours is asked: the database may be of another version (`saude.copias.antes`).
    """
    if saida.exists():
        raise CopiaError(f"{saida} já existe: uma cópia nunca é escrita por cima de outra.")
    keys = keys or chaves.keyring()
    partial = saida.with_name(f".{saida.name}.parcial")
    try:
        _write(partial, keys, com_chaves)
        found = check(partial, keys)
        _name(partial, saida)
        sync_folder(saida.parent)
    except CofreError as error:
        raise CopiaError(f"A cópia não ficou boa e foi apagada. {error}") from error
    except OSError as error:
        raise CopiaError(f"A cópia não foi feita. {disco.reason(error)} Nada ficou pela metade.") from error
    finally:
        with contextlib.suppress(OSError):  # its folder may not be one
            partial.unlink(missing_ok=True)
    return found


def _name(partial: Path, saida: Path) -> None:
    """Unlike a rename, never over one that came meanwhile."""
    try:
        os.link(partial, saida)
    except FileExistsError:
        raise CopiaError(f"{saida} já existe: uma cópia nunca é escrita por cima de outra.") from None


def _write(partial: Path, keys: Chaveiro, com_chaves: bool) -> None:
    partial.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        out = Escritor(file, keys.atual)
        try:
            _fill(out, partial, com_chaves)
        except BaseException:
            out.abandon()
            raise
        file.flush()
        os.fsync(file.fileno())


def _fill(out: Escritor, partial: Path, com_chaves: bool) -> None:
    with _snapshot() as (reader, name):
        kept = _installation_keys() if com_chaves else {}
        out.json("manifesto.json", _manifest(reader, sorted(kept)))
        for key_name, content in kept.items():
            out.small(f"chaves/{key_name}", content)
        _dump(out, name)
    for relative, path in _files(partial.parent):
        out.file(relative, path)
    out.close()


@contextlib.contextmanager
def _snapshot() -> Iterator[tuple[Any, str]]:
    """One moment of the database, for our counts and for pg_dump."""
    with psycopg.connect(**ferramentas.parameters(connection)) as reader:
        reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        row = reader.execute("SELECT pg_export_snapshot()").fetchone()
        assert row
        yield reader, str(row[0])


def counts(reader: Any) -> dict[str, int]:
    found = reader.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
    ).fetchall()
    one = sql.SQL("SELECT count(*) FROM {}")
    return {name: int(reader.execute(one.format(sql.Identifier(name))).fetchone()[0]) for (name,) in found}


def _manifest(reader: Any, kept: list[str]) -> dict[str, Any]:
    applied = reader.execute("SELECT app, name FROM django_migrations ORDER BY 1, 2").fetchall()
    return {
        "formato": FORMAT,
        "criada_em": datetime.now(UTC).isoformat(timespec="seconds"),
        "versao": version("saude"),
        "postgres": reader.info.server_version,
        "linhas": counts(reader),
        "migracoes": [f"{app}.{name}" for app, name in applied],
        "trilha": selos.key_in_use(),
        "cofre": _cofre_ids(),
        "com_chaves": kept,
    }


def _cofre_ids() -> list[str]:
    try:
        return [chave.id for chave in chaves.keyring().chaves]
    except CofreError:
        return []


def _installation_keys() -> dict[str, bytes]:
    found = {"cofre": "".join(f"{chave.text()}\n" for chave in chaves.keyring().chaves).encode()}
    secret = Path(settings.DADOS) / "chave_secreta"
    found["chave_secreta"] = secret.read_bytes() if secret.exists() else str(settings.SECRET_KEY).encode()
    return found


def _dump(out: Escritor, snapshot: str) -> None:
    with (
        tempfile.TemporaryFile() as errors,
        ferramentas.run(
            connection, "pg_dump", *DUMP, f"--snapshot={snapshot}", errors=errors, stdout=-1, stdin=-3
        ) as process,
    ):
        assert process.stdout
        out.database(process.stdout)
        if process.wait() != 0:
            raise CopiaError(f"A cópia não foi feita: o banco não pôde ser lido ({last_line(errors)}).")


def last_line(errors: Any) -> str:
    """Of a program's complaints the first line, which names the fault; rows are in `DETAIL` and `CONTEXT`."""
    errors.seek(0)
    lines = errors.read(4096).decode("utf-8", "replace").strip().splitlines()
    return lines[0][:200] if lines else "sem explicação"


def _files(beside: Path) -> Iterator[tuple[str, Path]]:
    """All of SAUDE_DADOS that is a file of ours, whole: no copies (wherever they lie), nothing half written."""
    root = Path(settings.DADOS)
    for folder, folders, names in os.walk(root):
        here = Path(folder)
        folders[:] = sorted(x for x in folders if not (here == root and x in APART) and here / x != beside)
        for name in sorted(names):
            path = here / name
            if (
                (here == root and name in APART)
                or here == beside != root
                or name.endswith((".parcial", ".saude"))
            ):
                continue
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(root).as_posix(), path
