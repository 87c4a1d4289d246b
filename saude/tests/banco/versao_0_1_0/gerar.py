# ruff: noqa: E402, I001 -- imports after the folder is chosen; of the release, whose files are others
"""Makes the database that release 0.1.0 leaves, with the code of that release. Run once; what it made is kept here.

    git worktree add /tmp/saude-0.1.0 31ff24f        # the last commit of the section 0.1.0 of CHANGELOG.md
    cd /tmp/saude-0.1.0 && make setup
    .venv/bin/python <this folder>/gerar.py <this folder>

`banco.sql.gz` is pg_dump's text of it, `dados.tar.gz` the files that its jobs are about (the folder of the server
itself left out). Nobody in it exists; the one user has no password.
"""

import gzip
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path.cwd() / "saude" / "tests"))  # of the release: its `producao`
DADOS = Path(tempfile.mkdtemp(prefix="saude-0.1.0-", dir="/var/tmp"))
os.environ.update(SAUDE_DADOS=str(DADOS), DJANGO_SETTINGS_MODULE="saude.settings")
os.environ.pop("DATABASE_URL", None)

import django

django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from producao import com_cpf, exportar, ficha_de, quebrado, receber, registro

from saude.arquivos import actions as arquivos
from saude.arquivos.tasks import cuidar
from saude.banco.servidor import EmbeddedServer, _binaries, stop_leftover
from saude.cadastros.actions import create_entidade
from saude.clientes.tasks import procurar_duplicados
from saude.contas.actions import create_user
from saude.exportacao.actions import create_export
from saude.fichas.actions import correct, replace_exported
from saude.fichas.mass import start_correction, start_reprocess
from saude.fichas.queries import Filtro
from saude.fichas.tasks import compactar_contagens
from saude.recebimento import actions as recebimento
from saude.recebimento.models import Lote
from saude.recebimento.spool import spool
from saude.recebimento.tasks import dividir_lote, retomar_lotes, spool_folder

TURNO = "visitasDomiciliares[0].turno"


def main(target: Path) -> None:
    call_command("migrate", verbosity=0)
    entidade = create_entidade(
        by="teste", nome="Timbó", ibge="4218202", uf="SC", cpf_cnpj="83102764000115",
        nome_razao_social="Município de Timbó", email="saude@timbo.example",
    )  # fmt: skip
    user = create_user(
        by="teste", entidade=entidade, username="maria", nome="Maria de Timbó", senha="Xq7-passagem-breve",
        preset="Administrador", trocar_senha=False,
    )  # fmt: skip
    user.set_unusable_password()
    user.save()
    _every_situation(entidade, user)
    _jobs(entidade, user)
    _keep(target)


def _every_situation(entidade: Any, user: Any) -> None:
    """Exported, replaced, right, wrong, corrected, waiting; clients told by CPF, by CNS and not at all."""
    went = receber(entidade, registro("FCI"), com_cpf(registro()), registro("FCD"))
    exportar(entidade, by=user)
    replace_exported(ficha=ficha_de(went[0]), changes={}, motivo="endereço errado", by=user)
    receber(entidade, com_cpf(registro()), registro("FAI"), registro("FP"), registro("FV"))
    mended, *_ = receber(entidade, quebrado(), quebrado(), quebrado(), quebrado())
    correct(ficha=ficha_de(mended), changes={TURNO: 2}, revisao=1, by=user)
    receber(entidade, registro(origem="app"), quebrado(origem="app"), registro("FAI", origem="app"))


def _jobs(entidade: Any, user: Any) -> None:
    """One of each kind, left in the queue by a process that ended before a worker came."""
    cause = entidade.fichas.filter(situacao="inconsistente").first().inconsistencias.get(severidade="erro")
    start_correction(entidade=entidade, causa=cause.causa, valor=1, competencia="", by=user)
    start_reprocess(entidade=entidade, filtro=Filtro(situacao="pendente"), by=user)
    create_export(
        entidade=entidade, escopo="nao_exportados", inicio=date(2026, 9, 1), fim=date(2026, 9, 30), by=user
    )
    again = com_cpf(registro())
    receber(entidade, again)
    dividir_lote.defer(lote_id=_lot(entidade, [registro(), again, quebrado()]).pk)
    recebimento.divide(_lot(entidade, [registro("FAI"), registro()]), spool_folder())
    arquivos.look_into = lambda *a, **more: None  # the page that looks at it dies
    text = "\n".join(json.dumps(r) for r in (registro(), quebrado())).encode()
    arquivos.upload(entidade=entidade, by=user, file=SimpleUploadedFile("a.jsonl", text), name="a.jsonl")
    for task in (cuidar, procurar_duplicados, compactar_contagens, retomar_lotes):
        task.defer(timestamp=0)


def _lot(entidade: Any, records: list[dict[str, Any]]) -> Lote:
    body = io.BytesIO("\n".join(json.dumps(r) for r in records).encode())
    kept = spool(body, spool_folder(), gzipped=False, limit=10**6)
    return recebimento.open_lote(
        entidade=entidade, origem="api", formato=Lote.Formato.NDJSON,
        arquivo=kept.arquivo, tamanho=kept.tamanho, sha256=kept.sha256,
    )  # fmt: skip


def _keep(target: Path) -> None:
    server = connection.get_connection_params()
    command = [
        _binaries() / "pg_dump", "--host", server["host"], "--username", server["user"], "--inserts",
        "--rows-per-insert=50", "--no-owner", "--no-privileges", server["dbname"],
    ]  # fmt: skip
    made = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    text = "".join(line for line in made.splitlines(keepends=True) if not line.startswith("\\"))
    with gzip.GzipFile(target / "banco.sql.gz", "wb", mtime=0) as file:
        file.write(text.encode())
    with tarfile.open(target / "dados.tar.gz", "w:gz") as tar:
        for path in _files():
            tar.add(path, path.relative_to(DADOS))


def _files() -> Iterator[Path]:
    for name in ("recebidos", "conferidos", "exportacoes"):
        yield from sorted(p for p in (DADOS / name).rglob("*") if p.is_file())


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    finally:
        connection.close()
        stop_leftover(EmbeddedServer(DADOS / "banco"))
        shutil.rmtree(DADOS, ignore_errors=True)
