"""A copy of the installation: the database as of one moment, its files, and on demand the keys."""

import contextlib
import os
import tempfile
import time
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
from saude.comum.gravar import aside, sync_folder
from saude.copias.formato import FORMAT, CopiaError, Escritor, check

#: not copied as files: what the copy holds otherwise, what belongs to this machine, what is on its way
APART = frozenset(("banco", "cofre", "copias", "entrando", "chave_secreta", "trilha.selo", "restauracao"))
PATIENCE = 600.0  # seconds that a migration under way is waited for
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
    try:
        with aside(saida) as partial:
            _write(partial, keys, com_chaves)
            found = check(partial, keys)
            _name(partial, saida)
            sync_folder(saida.parent)
    except CofreError as error:
        raise CopiaError(f"A cópia não ficou boa e foi apagada. {error}") from error
    except psycopg.Error as error:
        raise CopiaError(
            f"A cópia não foi feita: o banco não respondeu enquanto era lido ({type(error).__name__}). Peça-a de novo."
        ) from error
    except OSError as error:
        raise CopiaError(f"A cópia não foi feita. {disco.reason(error)} Nada ficou pela metade.") from error
    return found


def _name(partial: Path, saida: Path) -> None:
    """Unlike a rename, never over one that came meanwhile."""
    try:
        os.link(partial, saida)
    except FileExistsError:
        raise CopiaError(f"{saida} já existe: uma cópia nunca é escrita por cima de outra.") from None


def _write(partial: Path, keys: Chaveiro, com_chaves: bool) -> None:
    with open(partial, "wb") as file:
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
        _hold_tables(reader)
        row = reader.execute("SELECT pg_export_snapshot()").fetchone()
        assert row
        yield reader, str(row[0])


def _hold_tables(reader: Any) -> None:
    """No table changes its shape while it is read: one that a migration rewrites would look empty to our moment, and
    the copy would be whole without its rows. A migration that is at it is waited for, and never falls for us: we give
    way before the server looks for who waits for whom (a second), and ask again."""
    end = time.monotonic() + PATIENCE
    while True:
        names = _tables(reader)
        reader.rollback()
        with contextlib.suppress(psycopg.errors.LockNotAvailable, psycopg.errors.UndefinedTable):
            reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            reader.execute("SET LOCAL lock_timeout = '500ms'")
            if names:
                all_of_them = sql.SQL(", ").join(map(sql.Identifier, names))
                reader.execute(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(all_of_them))
            reader.execute("SET LOCAL lock_timeout = 0")
            if _tables(reader) == names:
                return
        reader.rollback()
        if time.monotonic() > end:
            raise CopiaError(
                "A cópia não foi feita: as tabelas estão sendo mudadas por outro programa (uma atualização?). "
                "Espere que termine e peça-a de novo."
            )
        time.sleep(0.2)


def _tables(reader: Any) -> list[str]:
    found = reader.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
    )
    return [name for (name,) in found.fetchall()]


def counts(reader: Any) -> dict[str, int]:
    one = sql.SQL("SELECT count(*) FROM {}")
    return {
        name: int(reader.execute(one.format(sql.Identifier(name))).fetchone()[0]) for name in _tables(reader)
    }


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
