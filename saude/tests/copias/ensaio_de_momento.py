"""`make ensaio`: an own server that keeps its WAL, back at the moment before a disaster (implantacao/LEIAME.md).

The settings are those of the document, read from it: what it says is what was run.
"""

import re
import shutil
import time
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from servidor_proprio import make_database
from test_copia_e_volta import DELETE, INSTALL, LIVE, READ, WORK, good, run

from saude.banco import senhas
from saude.banco.servidor import EmbeddedServer, stop_leftover

DOCUMENT = Path(__file__).parents[3] / "implantacao" / "LEIAME.md"
AFTER = """
import django; django.setup()
from datetime import timedelta
from saude.auditoria import selos
from saude.auditoria.actions import record_event
for n in range(30):
    record_event(by="teste", entidade=None, tipo="teste.depois", n=n)
selos.AGE = timedelta(0)
assert selos.seal() >= 1
"""
HOW_MANY = """
import django; django.setup()
from saude.auditoria.models import Evento
print(Evento.objects.filter(tipo="teste.depois").count())
"""
ONE = """
import django; django.setup()
from saude.auditoria.actions import record_event
record_event(by="teste", entidade=None, tipo="teste.depois", n=0)
"""


def settings_of(beginning: str, root: Path) -> str:
    """A block of the document, with the disk of the rehearsal in place of its own."""
    for block in DOCUMENT.read_text(encoding="utf-8").split("```")[1::2]:
        if block.startswith(f"\n{beginning}"):
            return block.replace("/outro/disco", str(root / "disco"))
    raise AssertionError(f"{DOCUMENT.name} has no settings that begin with {beginning}")


def until(server: EmbeddedServer, query: str) -> None:
    place = {"host": str(server.socket_dir), "user": "postgres", "password": server.password("postgres")}
    with psycopg.connect(**place, dbname="postgres", autocommit=True) as keeper:
        for _ in range(1200):
            if keeper.execute(query).fetchone()[0]:
                return
            time.sleep(0.1)
    raise AssertionError(query)


def add(server: EmbeddedServer, lines: str) -> None:
    with open(server.data / "postgresql.conf", "a", encoding="utf-8") as file:
        file.write(f"\n{lines}")


@pytest.fixture
def root(tmp_path):
    yield tmp_path
    for left in ("servidor", "volta"):
        if (tmp_path / left).is_dir():
            stop_leftover(EmbeddedServer(tmp_path / left))


@pytest.fixture
def server(root):
    made = EmbeddedServer(root / "servidor")
    made.ensure_started()
    made.release()
    for folder in (root / "disco", root / "disco" / "wal"):
        folder.mkdir()
        made._own(folder)
    add(made, settings_of("wal_level", root))
    made.ensure_started()
    return made


def brought_back(server: EmbeddedServer, root: Path, moment: datetime) -> EmbeddedServer:
    """The base copy in a folder of its own, and the WAL up to the moment."""
    again = EmbeddedServer(root / "volta")
    again.folder.mkdir(mode=0o711)
    shutil.copytree(root / "disco" / "base", again.data)
    for path in (again.data, *again.data.rglob("*")):
        again._own(path)
    shutil.copy(senhas.file_of(server.folder), senhas.file_of(again.folder))
    (again.folder / "banco.pronto").touch()
    lines = settings_of("restore_command", root)
    add(again, re.sub(r"(?<=recovery_target_time = )'.*'", f"'{moment.isoformat()}'", lines))
    (again.data / "recovery.signal").touch()
    again._own(again.data / "recovery.signal")
    again.ensure_started()
    until(again, "SELECT NOT pg_is_in_recovery()")
    return again


def disaster(server: EmbeddedServer, root: Path) -> tuple[datetime, str]:
    """An installation at work, a base copy, one event; the moment; thirty more, and the tables are gone."""
    place = {"host": str(server.socket_dir), "user": "postgres", "password": server.password("postgres")}
    with psycopg.connect(**place, dbname="postgres", autocommit=True) as keeper:
        given = make_database(keeper, "saude", place["host"])
        owner = {"DATABASE_URL": given["dono"], "SAUDE_PAPEL": given["SAUDE_PAPEL"]}
        works = {"DATABASE_URL": given["aplicacao"]}
        good(root / "dados", "migrate", **owner)
        good(root / "dados", *INSTALL, **owner)
        good(root / "dados", code=WORK, **works)
        told = " ".join(f"{name}={value}" for name, value in place.items())
        server.run("pg_basebackup", "-d", told, "--checkpoint=fast", "-D", str(root / "disco" / "base"))
        good(root / "dados", code=ONE, **works)
        moment = keeper.execute("SELECT clock_timestamp()").fetchone()[0]
        good(root / "dados", code=AFTER, **works)
        with psycopg.connect(given["dono"], autocommit=True) as clumsy:
            clumsy.execute("DROP SCHEMA public CASCADE")
        assert run(root / "dados", code=HOW_MANY, **works).returncode != 0
        wal = keeper.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()[0]
    until(server, f"SELECT last_archived_wal >= '{wal}' FROM pg_stat_archiver")
    server.release()
    stop_leftover(server)
    return moment, given["aplicacao"]


def test_an_own_server_goes_back_to_the_moment_before_a_disaster(root, server):
    dados = root / "dados"
    moment, address = disaster(server, root)
    again = brought_back(server, root, moment)
    works = {"DATABASE_URL": address.replace(str(server.socket_dir), str(again.socket_dir))}
    assert good(dados, code=HOW_MANY, **works) == "1\n"
    assert good(dados, code=READ, **works) == "abre-te\n"
    lost = run(dados, "conferir_auditoria", **works)
    assert lost.returncode == 1 and "anotado fora do banco" in lost.stderr
    told = good(dados, "conferir_auditoria", "--banco-voltou", "tabelas apagadas por engano", **works)
    assert "Aceito: o selo 2" in told and "A trilha confere: 1 intervalos" in told
    assert good(dados, code=LIVE, **works) == "True 1\n"
    assert "InsufficientPrivilege" in run(dados, code=DELETE, **works).stderr
    again.release()
