"""A copy brought back, into an empty installation only: nothing that is there is ever written over."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from saude.auditoria import selos
from saude.auditoria.actions import Autor, record_event
from saude.auditoria.models import Evento
from saude.banco import ferramentas
from saude.banco.papeis import as_owner, grant_here
from saude.cadastros.models import Entidade
from saude.cofre import chaves
from saude.cofre.chaves import Chaveiro
from saude.cofre.erros import CofreError, SemChave
from saude.comum import disco
from saude.contas.models import Usuario
from saude.copias.antes import pending
from saude.copias.copiar import APART, counts, last_line
from saude.copias.formato import Conferente, CopiaError, check, members

RESTORE = ("-Fc", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--no-password")


@dataclass
class Restaurada:
    manifesto: dict[str, Any]
    linhas: int
    faltam: list[str] = field(default_factory=list)  # what cannot be read, and why


def restore(path: Path, *, by: Autor, keys: Chaveiro | None = None, migrar: bool = True) -> Restaurada:
    """All of it is read and proved before anything is written. Interrupted, it is asked for again.

    Without `migrar` the database stays as the copy has it, for the version of the copy: the way back of an upgrade.
    """
    keys = keys or chaves.keyring()
    manifesto = check(path, keys)
    _known(manifesto)
    mark = Path(settings.DADOS) / "restauracao"
    _refuse_used(manifesto, again=mark.exists())
    try:
        mark.write_text(f"{manifesto['criada_em']}\n", encoding="ascii")
        _bring(path, keys)
    except OSError as error:
        raise CopiaError(f"A restauração parou. {disco.reason(error)} Resolva e peça-a de novo.") from error
    rows = _compare(manifesto)
    missing = _unreadable(manifesto)
    _finish(migrar=migrar)
    if migrar:  # the tables of another version are not ours to read and write
        selos.note_last()
        record_event(by=by, entidade=None, tipo="copia.restaurada", copia_de=manifesto["criada_em"])
    mark.unlink()
    return Restaurada(manifesto, rows, missing)


def _finish(*, migrar: bool) -> None:
    """Migrations only where there are some: their machinery takes seconds to find that out."""
    with as_owner(connection):
        late = migrar and pending(connection)
    if late:
        call_command("migrate", interactive=False, verbosity=0, sem_copia=True)
    try:
        with as_owner(connection):
            grant_here(connection, os.environ.get("SAUDE_PAPEL", ""))
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
    except ValueError:
        raise CopiaError(
            "SAUDE_PAPEL não é o nome de um papel do banco: confira-o e restaure de novo."
        ) from None


def _known(manifesto: dict[str, Any]) -> None:
    """A copy of a newer version would be a database that this program does not understand."""
    loader = MigrationLoader(None)
    ours = {f"{app}.{name}" for app, name in loader.disk_migrations}
    ours |= {
        f"{app}.{name}" for migration in loader.disk_migrations.values() for app, name in migration.replaces
    }
    if strange := sorted(set(manifesto["migracoes"]) - ours):
        raise CopiaError(
            f"A cópia é da versão {manifesto['versao']}, mais nova do que esta ({strange[0]} não é conhecida aqui): "
            "instale aquela versão e restaure nela."
        )


def _refuse_used(manifesto: dict[str, Any], *, again: bool) -> None:
    """A restoration that was interrupted (`again`) may be done once more, unless somebody worked there since."""
    if _has_rows() and not (again and _rows() == manifesto["linhas"]):
        raise CopiaError(
            "Esta instalação já está em uso: uma cópia só é restaurada numa vazia. Escolha outra pasta em SAUDE_DADOS "
            "(ou outro banco em DATABASE_URL) e restaure nela."
        )
    ours = _our_tables() | (set(manifesto["linhas"]) if again else set())
    if strange := sorted(name for name in _rows().keys() - ours if not name.startswith("procrastinate_")):
        raise CopiaError(
            f"O banco tem tabelas que não são do Saúde e-SUS ({', '.join(strange[:3])}): restaurar o esvaziaria. "
            "Escolha um banco vazio em DATABASE_URL."
        )
    root = Path(settings.DADOS)
    left = [p.name for p in sorted(root.iterdir()) if p.name not in APART and p.is_dir() and any(p.iterdir())]
    if left and not again:
        raise CopiaError(
            f"A pasta {root} já tem arquivos de uma instalação ({', '.join(left)}): restaure numa pasta vazia."
        )


def _has_rows() -> bool:
    with connection.cursor() as cursor:
        tables = [model._meta.db_table for model in (Usuario, Entidade, Evento)]
        cursor.execute("SELECT to_regclass(%s), to_regclass(%s), to_regclass(%s)", tables)
        if None in cursor.fetchone():
            return False
    return Usuario.objects.exists() or Entidade.objects.exists() or Evento.objects.exists()


def _our_tables() -> set[str]:
    models = apps.get_models(include_auto_created=True)
    return {model._meta.db_table for model in models if model._meta.managed} | {"django_migrations"}


def _bring(path: Path, keys: Chaveiro) -> None:
    """Files first, without the database they say nothing; then the database, whole or not at all."""
    _empty_schema()
    conferente = Conferente()
    with open(path, "rb") as file, tempfile.TemporaryFile() as errors, contextlib.ExitStack() as stack:
        process: Any = None
        for name, content in members(file, keys):
            looked = conferente.read(name, content)
            if name.startswith("banco/"):
                process = process or stack.enter_context(_pg_restore(errors))
                _feed(process, looked, errors)
                continue
            if process:
                _end(process, errors)
                process = None
            if name.startswith("arquivos/"):
                _place(name.removeprefix("arquivos/"), looked)
            else:
                for _ in looked:
                    pass
    conferente.conclude()
    _place_keys(conferente.chaves)


def _empty_schema() -> None:
    """Tables that `saude migrate` made, without a row of anybody: they come back with the copy."""
    connection.close()
    with psycopg.connect(**ferramentas.parameters(connection)) as owner:
        owner.execute("DROP SCHEMA public CASCADE")
        owner.execute("CREATE SCHEMA public")


def _pg_restore(errors: Any) -> Any:
    target = ("-d", str(ferramentas.parameters(connection)["dbname"]))
    return ferramentas.run(connection, "pg_restore", *RESTORE, *target, errors=errors, stdin=-1, stdout=-3)


def _feed(process: Any, content: Iterator[bytes], errors: Any) -> None:
    try:
        for data in content:
            process.stdin.write(data)
    except BrokenPipeError:
        _failed(process, errors)


def _end(process: Any, errors: Any) -> None:
    with contextlib.suppress(BrokenPipeError):
        process.stdin.close()
    if process.wait() != 0:
        _failed(process, errors)


def _failed(process: Any, errors: Any) -> None:
    process.wait()
    raise CopiaError(
        f"O banco não aceitou a cópia e ficou vazio, como estava ({last_line(errors)}). Resolva e peça-a de novo."
    )


def _place(relative: str, content: Iterator[bytes]) -> None:
    target = Path(settings.DADOS) / relative
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for data in content:
            file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _place_keys(kept: dict[str, bytes]) -> None:
    """The keys of the copy come first; one that this new installation made for itself stays beside them."""
    if secret := kept.get("chave_secreta"):
        _place("chave_secreta", iter([secret]))
    if (ours := kept.get("cofre")) and not os.environ.get("SAUDE_CHAVES"):
        brought = chaves.parse(ours.decode("ascii"), source="a cópia")
        with contextlib.suppress(SemChave):
            mine = chaves.keyring().chaves
            brought = Chaveiro(tuple(dict.fromkeys((*brought.chaves, *mine))))
        chaves.write(chaves.place()[0], brought)


def _rows() -> dict[str, int]:
    with psycopg.connect(**ferramentas.parameters(connection)) as reader:
        return counts(reader)


def _compare(manifesto: dict[str, Any]) -> int:
    found = _rows()
    if found != manifesto["linhas"]:
        wrong = sorted(k for k in found | manifesto["linhas"] if found.get(k) != manifesto["linhas"].get(k))
        raise CopiaError(
            f"As linhas restauradas não são as da cópia: {', '.join(wrong)}. Não use esta instalação."
        )
    return sum(found.values())


def _unreadable(manifesto: dict[str, Any]) -> list[str]:
    told = []
    try:
        here = {chave.id for chave in chaves.keyring().chaves}
    except CofreError:
        here = set()
    if missing := [x for x in manifesto["cofre"] if x not in here]:
        told.append(
            f"Sem a chave {', '.join(missing)} do cofre não podem ser lidos: as exportações guardadas (são feitas "
            "outra vez), os lotes recebidos (o que trouxeram já está nas fichas; os que estavam no meio são enviados "
            "outra vez) e os segredos cifrados com ela (a senha do correio, o segundo fator: são informados outra vez)."
        )
    if not manifesto["com_chaves"] and manifesto["trilha"] not in selos.keys_here():
        told.append(
            "A chave secreta não veio na cópia: ponha a de antes em SECRET_KEY_ANTERIORES, ou `saude "
            "conferir_auditoria` não reconhece as assinaturas dos selos. Quem estava no sistema entra de novo."
        )
    return told
