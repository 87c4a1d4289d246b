"""A first start that was killed starts again; what cannot be written is told with its reason."""

import errno
import os
import subprocess
import sys

import pytest
from producao import exportar, receber, registro

from saude.banco.servidor import EmbeddedServer, stop_leftover
from saude.comum import disco
from saude.contas.actions import create_token
from saude.exportacao.files import path_of
from saude.exportacao.models import Exportacao
from saude.recebimento import api
from saude.recebimento.models import Lote
from saude.recebimento.tasks import spool_folder


@pytest.fixture
def servidor(tmp_path_factory):
    made = EmbeddedServer(tmp_path_factory.mktemp("pg") / "banco", durable=False)
    yield made
    made.release()
    stop_leftover(made)


def test_killed_inside_initdb_it_starts_again(servidor):
    """initdb writes PG_VERSION first and the rest of the cluster for a second: a half of it is no database."""
    servidor._prepare_folder()
    (servidor.data / "PG_VERSION").write_text("18\n")
    (servidor.data / "base").mkdir()
    servidor.ensure_started()
    assert servidor.running()
    assert (servidor.folder / "banco.pronto").exists()
    [aside] = servidor.folder.glob("pgdata.incompleto.*")
    assert (aside / "PG_VERSION").exists()
    # one of before the mark, that has run, stays what it is
    servidor.release()
    (servidor.folder / "banco.pronto").unlink()
    mine = servidor.data / "meu"
    mine.touch()
    servidor.ensure_started()
    assert mine.exists()


def test_an_empty_secret_key_is_refused_with_what_to_do(tmp_path):
    (tmp_path / "chave_secreta").touch()
    env = {k: v for k, v in os.environ.items() if k not in ("SECRET_KEY", "SAUDE_TESTE")} | {
        "SAUDE_DADOS": str(tmp_path)
    }
    done = subprocess.run(
        [sys.executable, "-c", "import saude.settings"], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "está vazia" in done.stderr and "apague o arquivo" in done.stderr


@pytest.mark.django_db
def test_a_body_whose_request_failed_leaves_nothing(client, entidade, monkeypatch, settings, tmp_path):
    from django.db import OperationalError
    from psycopg.errors import DiskFull

    settings.DADOS = tmp_path

    def full(*args, **kwargs):
        raise OperationalError("x") from DiskFull("x")

    monkeypatch.setattr(api.actions, "open_lote", full)
    answer = _send(client, entidade)
    assert answer.status_code == 507
    assert "Não há espaço" in answer.json()["detail"]
    assert not list(spool_folder().iterdir())
    assert not Lote.objects.exists()


def _send(client, entidade):
    secret = create_token(by="teste", entidade=entidade, nome="x")[1]
    return client.post(
        "/api/v1/lotes",
        b"{}\n",
        content_type="application/x-ndjson",
        headers={"Authorization": f"Bearer {secret}"},
    )


def test_the_reason_of_each_fault():
    assert disco.reason(FileNotFoundError(errno.ENOENT, "x")) == disco.GONE
    assert disco.reason(PermissionError(errno.EACCES, "x")) == disco.READ_ONLY
    assert disco.reason(OSError(errno.ENOSPC, "x")) == disco.FULL


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("cut", [True, False])
def test_a_cut_or_missing_file_is_never_served_as_whole(
    client, criar_usuario, entidade, settings, tmp_path, cut
):
    settings.EXPORTACOES = tmp_path
    receber(entidade, registro())
    export = exportar(entidade)
    client.force_login(criar_usuario("Administrador"))
    where = f"/executando/sistema/exportacoes/{export.pk}/"
    page = client.get(where)
    download = next(h for h in page.content.decode().split('"') if h.endswith("/baixar/"))
    assert client.get(download).status_code == 200
    path = path_of(export)
    if cut:
        path.write_bytes(path.read_bytes()[:-10])
    else:
        path.unlink()
    answer = client.get(download)
    assert answer.status_code == 410
    assert "não é entregue" in answer.content.decode()
    assert download not in client.get(where).content.decode()
    assert Exportacao.objects.get().estado == "concluida"
