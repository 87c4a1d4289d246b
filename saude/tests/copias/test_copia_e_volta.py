"""A copy taken, the installation thrown away, the copy restored: the real commands on installations of their own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from servidor_proprio import own_database

from saude.banco.servidor import EmbeddedServer, stop_leftover
from saude.cofre.chaves import new_key, read_file
from saude.cofre.erros import ChaveErrada, Danificado
from saude.copias.copiar import make_copy
from saude.copias.formato import CopiaError, check

WORK = """
import django; django.setup()
from pathlib import Path
from django.conf import settings
from saude.auditoria.actions import record_event
from saude.auditoria.models import Evento
from saude.auditoria import selos
from datetime import timedelta
for n in range(50):
    record_event(by="teste", entidade=None, tipo="teste.evento", n=n)
selos.AGE = timedelta(0)
assert selos.seal() >= 1
for name in ("exportacoes/1/a.zip", "recebidos/b.ndjson", "entrando/c"):
    path = Path(settings.DADOS) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(name.encode() * 300_000)
from saude.cofre.segredos import seal
(Path(settings.DADOS) / "segredo.txt").write_text(seal("abre-te", "teste"))
"""
READ = """
import django; django.setup()
from pathlib import Path
from django.conf import settings
from saude.cofre.segredos import open_sealed
print(open_sealed((Path(settings.DADOS) / "segredo.txt").read_text(), "teste"))
"""
FULL = """
import resource, sys, django; django.setup()
from django.core.management import call_command
from django.db import connection
connection.ensure_connection()  # the server is not under the limit of this process
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
call_command("copiar", saida=__import__("pathlib").Path(sys.argv[1]))
"""
FOREIGN = """
import django; django.setup()
from django.db import connection
from saude.banco.papeis import as_owner
with as_owner(connection), connection.cursor() as cursor:
    cursor.execute("CREATE TABLE contas_a_pagar ()")
"""
NIGHTLY = """
import time, django; django.setup()
from saude.copias import agenda
for n in range(4):
    agenda.make_scheduled()
    time.sleep(1.1)  # a name for each second
print(len(agenda.copies()), agenda.age() < 60)
"""
DELETE = """
import django; django.setup()
from django.db import connection
connection.cursor().execute("DELETE FROM auditoria_evento")
"""
LIVE = """
import django; django.setup()
from saude.auditoria.actions import record_event
from saude.cadastros.models import Entidade
print(record_event(by="teste", entidade=None, tipo="teste.evento") is not False, Entidade.objects.count())
"""
INSTALL = (
    "instalar", "--nome", "Município de Teste", "--ibge", "3550308", "--uf", "SP", "--cnpj", "11222333000181",
    "--razao-social", "Prefeitura", "--usuario", "administradora",
)  # fmt: skip


def run(folder: Path, *args: str, code: str | None = None, **more: str) -> "subprocess.CompletedProcess[str]":
    env = {
        **os.environ,
        "SAUDE_DADOS": str(folder),
        "DJANGO_SETTINGS_MODULE": "saude.settings",
        "SAUDE_TESTE": "1",
    }
    for name in ("DATABASE_URL", "SECRET_KEY", "SAUDE_CHAVES", "SAUDE_CHAVES_ARQUIVO"):
        env.pop(name, None)
    env |= more
    words = [sys.executable, "-c", code, *args] if code else [sys.executable, "-m", "saude", *args]
    return subprocess.run(words, env=env, capture_output=True, text=True, timeout=900)


def good(folder: Path, *args: str, code: str | None = None, **more: str) -> str:
    done = run(folder, *args, code=code, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """An installation with a sealed trail, files and a sealed secret; two copies of it; then it is gone."""
    root = tmp_path_factory.mktemp("copias")
    folder = root / "de"
    good(folder, *INSTALL)
    good(folder, code=WORK)
    (root / "copia.chave").write_text(new_key().text())
    with_keys = good(
        folder, "copiar", "--saida", str(root / "com.saude"), "--chave", str(root / "copia.chave")
    )
    assert "As chaves desta instalação estão na cópia" in with_keys
    own = good(folder, "copiar", "--saida", str(root / "propria.saude"))
    assert "NÃO está na cópia" in own
    shutil.copy(folder / "cofre" / "chaves", root / "guardada.chave")
    used = run(folder, "restaurar", str(root / "propria.saude"))
    assert used.returncode == 1 and "já está em uso" in used.stderr
    assert "A trilha confere" in good(folder, "conferir_auditoria")
    stop_leftover(EmbeddedServer(folder / "banco"))
    shutil.rmtree(folder)
    yield root
    for left in root.iterdir():
        if (left / "banco").is_dir():
            stop_leftover(EmbeddedServer(left / "banco"))


def test_all_comes_back_and_the_trail_verifies(place):
    folder = place / "volta"
    told = good(folder, "restaurar", str(place / "com.saude"), "--chave", str(place / "copia.chave"))
    assert "iguais às da cópia" in told and "ATENÇÃO" not in told
    assert "A trilha confere: 1 intervalos" in good(folder, "conferir_auditoria")
    assert good(folder, code=READ) == "abre-te\n"
    assert (folder / "exportacoes/1/a.zip").read_bytes() == b"exportacoes/1/a.zip" * 300_000
    assert (folder / "recebidos/b.ndjson").stat().st_mode & 0o777 == 0o600
    assert not (folder / "entrando").exists() and not (folder / "restauracao").exists()
    again = run(folder, "restaurar", str(place / "com.saude"), "--chave", str(place / "copia.chave"))
    assert again.returncode == 1 and "já está em uso" in again.stderr
    # a disk that fills while copying leaves nothing by half
    full = run(folder, str(place / "cheia.saude"), code=FULL)
    assert "CommandError: A cópia não foi feita. Falta espaço em disco." in full.stderr
    assert not list(place.glob("*cheia*"))
    # by themselves: the last ones are kept
    nightly = good(folder, code=NIGHTLY, SAUDE_COPIAS=str(place / "noites"), SAUDE_COPIAS_GUARDAR="2")
    assert nightly.endswith("2 True\n") and len(list((place / "noites").iterdir())) == 2
    # and the application's role still may not touch the trail
    assert "InsufficientPrivilege" in run(folder, code=DELETE).stderr


@pytest.fixture
def municipal(django_db_setup: None):
    """On the server of the tests, as one of the municipality's own."""
    from saude.banco.embutido.base import owner_credentials

    mine = connection.get_connection_params()
    if mine.get("port"):
        pytest.skip("SEM SERVIDOR EMBUTIDO: este teste precisa do seu socket")
    place = {"host": mine["host"], **owner_credentials(connection)}
    with own_database(f"municipal_{os.getpid()}", **place) as given:
        yield given


def test_without_the_key_of_the_installation_it_says_what_cannot_be_read(place, municipal):
    """And from the embedded server to one of the municipality's own, in which neither role is a superuser."""
    folder = place / "sem"
    owner = {"DATABASE_URL": municipal["dono"], "SAUDE_PAPEL": municipal["SAUDE_PAPEL"]}
    works = {"DATABASE_URL": municipal["aplicacao"]}
    wrong = run(folder, "restaurar", str(place / "propria.saude"), **owner)
    assert wrong.returncode == 1 and "não está nesta instalação" in wrong.stderr
    guarded = ("--chave", str(place / "guardada.chave"))
    told = good(folder, "restaurar", str(place / "propria.saude"), *guarded, **owner)
    assert "não podem ser lidos: as exportações guardadas" in told
    assert "SECRET_KEY_ANTERIORES" in told
    assert "ChaveErrada" in run(folder, code=READ, **works).stderr
    assert "selado com outra chave secreta" in run(folder, "conferir_auditoria", **works).stderr
    assert not (folder / "banco").exists()  # nothing of the embedded server
    assert good(folder, code=LIVE, **works) == "True 1\n"
    assert "InsufficientPrivilege" in run(folder, code=DELETE, **works).stderr


def test_a_damaged_copy_is_refused_before_anything_is_written(place):
    data = (place / "com.saude").read_bytes()
    key = ("--chave", str(place / "copia.chave"))
    for name, bad in (
        ("cortada", data[: len(data) // 2]),
        ("mudada", data[:-5000] + bytes([data[-5000] ^ 1]) + data[-4999:]),
        ("vazia", b""),
        ("outra", b"PK\3\4" + data),
    ):
        path = place / f"{name}.bad"
        path.write_bytes(bad)
        with pytest.raises(Danificado, match=r"danificado|cortado"):
            check(path, read_file(place / "copia.chave"))
    with pytest.raises(ChaveErrada):
        check(place / "propria.saude", read_file(place / "copia.chave"))
    done = run(place / "intacta", "restaurar", str(path), *key)
    assert done.returncode == 1 and "CommandError" in done.stderr and "Traceback" not in done.stderr
    assert sorted(p.name for p in (place / "intacta").iterdir()) == ["chave_secreta"]
    # a database of somebody else is not emptied, either
    good(place / "alheia", code=FOREIGN)
    done = run(place / "alheia", "restaurar", str(place / "com.saude"), *key)
    assert done.returncode == 1 and "tabelas que não são do Saúde e-SUS (contas_a_pagar)" in done.stderr
    good(place / "alheia", code=FOREIGN.replace("CREATE TABLE contas_a_pagar ()", "TABLE contas_a_pagar"))
    whole = good(place / "intacta", "restaurar", str(place / "com.saude"), *key, "--so-conferir")
    assert "A cópia está inteira" in whole


def test_a_copy_is_never_written_over_another_file(tmp_path):
    path = tmp_path / "de-ontem.saude"
    path.write_bytes(b"ontem")
    with pytest.raises(CopiaError, match="nunca é escrita por cima"):
        make_copy(path, by="teste")
    with pytest.raises(CopiaError, match="Nada ficou pela metade"):
        make_copy(path / "x.saude", by="teste")
    assert path.read_bytes() == b"ontem" and len(list(tmp_path.iterdir())) == 1
