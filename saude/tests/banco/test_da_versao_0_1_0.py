"""The database that release 0.1.0 leaves, with jobs in its queue: migrated by today's code, nothing is lost, all runs;
and the copy that the migration made of it is the way back: shape, rows and files of before.

`versao_0_1_0/gerar.py` made it, with the code of that release.
"""

import gzip
import io
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg.rows import tuple_row

from saude.banco import ferramentas
from saude.cofre.chaves import read_file
from saude.cofre.pedacos import open_pieces

KEPT = Path(__file__).parent / "versao_0_1_0"
NAME = "da_versao_0_1_0"
SITUATIONS = {"exportada": 3, "inconsistente": 3, "pendente": 3, "processada": 7}
APPLIED = "SELECT app, name FROM django_migrations ORDER BY 1, 2"
#: what may not change by a migration: contents, entries, what they replaced, the trail
WHOLE = {
    "fichas_conteudo": "ficha_id, md5(registro)",
    "fichas_conteudoanterior": "ficha_id, revisao, md5(registro)",
    "fichas_entrada": "ficha_id, md5(dados)",
    "fichas_ficha": "id, uuid, competencia, situacao, revisao, n_erros, n_avisos",
    "clientes_cliente": "id, cpf, cns, nome",
    "auditoria_evento": "id, tipo, usuario_nome, detalhe::text",
    "exportacao_itemexportacao": "exportacao_id, ficha_id, revisao",
    "recebimento_registro": "lote_id, posicao, uuid, status, situacao",
    "procrastinate_jobs": "id, queue_name, task_name, args::text, status::text",
}


@pytest.fixture(scope="module")
def lugar(django_db_setup: None) -> Iterator[dict[str, Any]]:
    """A database of its own in the server of the tests, as pg_dump's text makes it; an empty one beside it."""
    from saude.banco.embutido.base import owner_credentials

    mine = connection.get_connection_params()
    if mine.get("port"):
        pytest.skip("SEM SERVIDOR EMBUTIDO: este teste precisa do seu socket")
    name = f"{NAME}_{os.getpid()}"
    place = {"host": mine["host"], **owner_credentials(connection)}
    with psycopg.connect(**place, dbname="postgres", autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name}")
        owner.execute(f"CREATE DATABASE {name}_volta")
        try:
            with psycopg.connect(**place, dbname=name, autocommit=True) as made:
                made.execute(gzip.decompress((KEPT / "banco.sql.gz").read_bytes()))
            yield {**place, "dbname": name}
        finally:
            owner.execute(f"DROP DATABASE {name} WITH (FORCE)")
            owner.execute(f"DROP DATABASE {name}_volta WITH (FORCE)")


@pytest.fixture(scope="module")
def dados(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dados")
    with tarfile.open(KEPT / "dados.tar.gz") as tar:
        tar.extractall(folder, filter="data")
    return folder


def asked(lugar: dict[str, Any], query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(**lugar, row_factory=tuple_row) as made:
        return made.execute(query).fetchall()


def run(lugar: dict[str, Any], dados: Path, *command: str) -> str:
    done = asked_of(lugar, dados, *command)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def asked_of(
    lugar: dict[str, Any], dados: Path, *command: str, **more: str
) -> "subprocess.CompletedProcess[str]":
    """A command of the system over that database, in a process of its own, as whoever keeps a server runs it."""
    surroundings = {
        k: v for k, v in os.environ.items() if k not in ("SAUDE_TESTE", "PYTEST_CURRENT_TEST")
    } | {
        "DATABASE_URL": f"postgresql://postgres:{lugar['password']}@/{lugar['dbname']}?host={lugar['host']}",
        "SAUDE_DADOS": str(dados),
        **more,
    }
    asked_for = [sys.executable, "-m", "saude", *command]
    return subprocess.run(
        asked_for, env=surroundings, capture_output=True, text=True, timeout=900, check=False
    )


def shape(lugar: dict[str, Any]) -> list[str]:
    """Tables, indices, triggers and functions, as pg_dump writes them (a restoration makes the schema itself anew)."""
    env = {"PGHOST": str(lugar["host"]), "PGUSER": lugar["user"], "PGPASSWORD": lugar["password"]}
    command = [ferramentas.program("pg_dump"), "-s", "--no-owner", "--no-privileges", lugar["dbname"]]
    done = subprocess.run(
        command, env=os.environ | env, capture_output=True, text=True, timeout=600, check=True
    )
    apart = ("--", "\\restrict", "\\unrestrict", "CREATE SCHEMA public;", "COMMENT ON SCHEMA public")
    return [line for line in done.stdout.splitlines() if line and not line.startswith(apart)]


def no_copy_no_upgrade(lugar: dict[str, Any], dados: Path) -> None:
    """A copy that cannot be made stops it before anything changed, and says what to do."""
    old = asked(lugar, APPLIED)
    done = asked_of(lugar, dados, "migrate", SAUDE_COPIAS="/dev/null")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "Nada foi atualizado" in done.stderr and "/dev/null não pôde ser usada" in done.stderr
    assert "--sem-copia" in done.stderr and asked(lugar, APPLIED) == old


def migrated_and_back(lugar: dict[str, Any], dados: Path, volta: Path, before: dict[str, Any]) -> None:
    """The upgrade makes its copy; restored elsewhere as it was, it is the database of before: shape, rows, files."""
    old, drawn = asked(lugar, APPLIED), shape(lugar)
    no_copy_no_upgrade(lugar, dados)
    told = run(lugar, dados, "migrate", "--verbosity", "0")
    [copy] = (dados / "copias").iterdir()
    assert f"pronta e lida de volta: {copy}" in told and copy.stat().st_mode & 0o777 == 0o600
    assert len(asked(lugar, APPLIED)) > len(old) and shape(lugar) != drawn

    back = lugar | {"dbname": f"{lugar['dbname']}_volta"}
    keys = str(dados / "cofre" / "chaves")
    told = run(back, volta, "restaurar", str(copy), "--chave", keys, "--sem-migrar")
    assert "instale aquela versão antes" in told
    assert asked(back, APPLIED) == old and shape(back) == drawn
    for table, columns in WHOLE.items():
        assert asked(back, f"SELECT {columns} FROM {table} ORDER BY 1, 2") == before[table], table
    kept = [p.relative_to(dados) for p in (dados / "recebidos").rglob("*") if p.is_file()]
    assert kept and all((volta / p).read_bytes() == (dados / p).read_bytes() for p in kept)


def test_it_is_migrated_whole_and_its_jobs_run(lugar: dict[str, Any], dados: Path, tmp_path: Path) -> None:
    before = {t: asked(lugar, f"SELECT {columns} FROM {t} ORDER BY 1, 2") for t, columns in WHOLE.items()}
    jobs = before["procrastinate_jobs"]
    assert len(jobs) == 11 and len({name for _, _, name, _, _ in jobs}) == 9
    situations = "SELECT situacao, count(*) FROM fichas_ficha GROUP BY 1"
    assert dict(asked(lugar, situations)) == SITUATIONS

    migrated_and_back(lugar, dados, tmp_path / "volta", before)
    for table, columns in WHOLE.items():
        assert asked(lugar, f"SELECT {columns} FROM {table} ORDER BY 1, 2") == before[table], table
    assert "cópia" not in run(lugar, dados, "migrate", "--verbosity", "0")  # nothing changes, nothing to copy
    run(lugar, dados, "conferir_contagens")

    run(lugar, dados, "trabalhar", "--ate-esvaziar")
    left = asked(
        lugar, "SELECT id, task_name, status::text FROM procrastinate_jobs WHERE status <> 'succeeded'"
    )
    assert [job for job in left if job[0] <= len(jobs)] == []
    assert dict(asked(lugar, situations)) == {"exportada": 15, "inconsistente": 2, "processada": 3}
    assert asked(
        lugar, "SELECT estado, total, feitas, processadas FROM fichas_reprocessamento ORDER BY id"
    ) == [
        ("concluido", 3, 3, 3),  # a correction by cause, of before batches had items
        ("concluido", 3, 3, 2),
    ]
    lots = asked(
        lugar, "SELECT estado, novos, iguais FROM recebimento_lote WHERE formato = 'ndjson' ORDER BY id"
    )
    assert lots == [("concluido", 2, 1), ("concluido", 2, 0)]
    assert asked(lugar, "SELECT estado, lidos FROM arquivos_conferencia") == [("pronta", 2)]
    made = asked(lugar, "SELECT estado, total, id FROM exportacao_exportacao ORDER BY id")
    assert [(state, total) for state, total, _ in made] == [("concluida", 3), ("concluida", 12)]
    [written] = (dados / "exportacoes").rglob(f"*_{made[1][2]}.zip")
    with written.open("rb") as sealed:
        keys = read_file(dados / "cofre" / "chaves")
        plain = b"".join(open_pieces(sealed, f"exportacao.arquivo:{made[1][2]}", keys=keys))
    with zipfile.ZipFile(io.BytesIO(plain)) as package:
        assert len(package.namelist()) == 12 and package.testzip() is None
    run(lugar, dados, "conferir_contagens")
