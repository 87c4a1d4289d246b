"""The PostgreSQL server itself restarts, in order and by a crash, while a lot is taken in and while it is exported.

A server of this test's own, durable as in production: WAL recovery is what brings the fichas back.
"""

import base64
import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from saude.banco.servidor import EmbeddedServer, stop_leftover

pytestmark = pytest.mark.lento

FICHAS = 600

PREPARE = f"""
import io, json, django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from ledi_gerador.gerador import gerar
from ledi_gerador.municipio import build
from saude.recebimento import actions
from saude.site.demo_producao import registers
from saude.recebimento.models import Lote
from saude.recebimento.spool import spool
from saude.recebimento.tasks import dividir_lote, spool_folder
entidade = registers(build(1))
lines = [json.dumps(r) for r in gerar(semente=1, fichas={FICHAS}, erros=0.06, app=0.0)]
text = chr(10).join(lines).encode()
kept = spool(io.BytesIO(text), spool_folder(), gzipped=False, limit=1 << 30)
lote = actions.open_lote(entidade=entidade, origem="api", formato=Lote.Formato.NDJSON, arquivo=kept.arquivo,
                         tamanho=kept.tamanho, sha256=kept.sha256)
dividir_lote.defer(lote_id=lote.pk)
print(json.dumps(len(lines)))
"""
WORK = """
import django
django.setup()
import saude.exportacao.actions as exportacao, saude.recebimento.spool as spool
spool.BLOCK_LINES = 20
exportacao.BATCH = 20
from django.core.management import call_command
from saude.site.management.commands import trabalhar
trabalhar.HEARTBEAT, trabalhar.DEAD_AFTER, trabalhar.LOOK_EVERY = 0.2, 2, 0.2
call_command("trabalhar")
"""
ASK_EXPORT = """
import json, django
from datetime import date
django.setup()
from saude.cadastros.models import Entidade
from saude.exportacao.actions import create_export
asked = create_export(entidade=Entidade.objects.get(), escopo="nao_exportados", inicio=date(2020, 1, 1),
                      fim=date(2030, 1, 1), by=None)
print(json.dumps(asked.previstas))
"""
LOOK = """
import base64, json, django
django.setup()
from django.db import connection
from saude.exportacao.files import pieces_of
from saude.exportacao.models import Exportacao, ItemExportacao
from saude.fichas.contagem_mantida import differences
from saude.fichas.models import Ficha
from saude.recebimento.models import Lote, Registro
lote, export = Lote.objects.get(), Exportacao.objects.first()
print(json.dumps({
    "lote": lote.estado, "lidos": lote.lidos, "novos": lote.novos,
    "respostas": sorted(Registro.objects.values_list("posicao", flat=True)),
    "fichas": Ficha.objects.count(), "exportadas": Ficha.objects.filter(situacao="exportada").count(),
    "processadas": Ficha.objects.filter(situacao="processada").count(),
    "itens": ItemExportacao.objects.count(), "diferencas": len(differences()),
    "export": export and export.estado, "total": export and export.total,
    "arquivo": base64.b64encode(b"".join(pieces_of(export) or [])).decode() if export else "",
}))
"""


@pytest.fixture
def servidor() -> Iterator[EmbeddedServer]:
    if os.name != "posix":
        pytest.skip("SEM SERVIDOR EMBUTIDO neste sistema")
    # not tmp_path: pytest closes the folder above it to others, and as root the server runs as another user
    with tempfile.TemporaryDirectory(prefix="saude-reinicio-", ignore_cleanup_errors=True) as folder:
        server = EmbeddedServer(Path(folder) / "banco")
        server.ensure_started()
        yield server
        stop_leftover(server)
        server.release()


@pytest.fixture
def rodar(servidor: EmbeddedServer) -> Iterator[Callable[..., Any]]:
    """Run a piece of code in a process of its own and read its answer; `wait=False`: a worker, left running."""
    env = {k: v for k, v in os.environ.items() if k not in ("SAUDE_TESTE", "DATABASE_URL")}
    env["SAUDE_DADOS"] = str(servidor.folder.parent)
    started: list[subprocess.Popen[bytes]] = []

    def run(code: str, *, wait: bool = True) -> Any:
        if not wait:
            started.append(subprocess.Popen([sys.executable, "-c", code], env=env, stderr=subprocess.DEVNULL))
            return started[-1]
        done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, timeout=600)
        assert done.returncode == 0, done.stderr.decode()[-2000:]
        return json.loads(done.stdout)

    yield run
    for worker in started:
        with contextlib.suppress(ProcessLookupError):
            worker.kill()
        worker.wait()


def restart(server: EmbeddedServer, mode: str) -> None:
    """`fast`: in order. `immediate`: as a crash; the next start recovers from the WAL."""
    result = server._call("pg_ctl", "-w", "-t", "300", "-m", mode, "-D", str(server.data), "restart")
    assert result.returncode == 0


class Equipe:
    """Two workers; one that a restart took down is started again, as systemd does."""

    def __init__(self, rodar: Callable[..., Any]) -> None:
        self._rodar = rodar
        self._workers = [rodar(WORK, wait=False) for _ in range(2)]

    def keep(self) -> None:
        for n, worker in enumerate(self._workers):
            if worker.poll() is not None:
                self._workers[n] = self._rodar(WORK, wait=False)

    def until(self, done: Callable[[dict[str, Any]], bool], seconds: float = 900) -> dict[str, Any]:
        end = time.monotonic() + seconds
        while True:
            self.keep()
            seen = self._rodar(LOOK)
            if done(seen):
                return seen
            assert time.monotonic() < end, seen
            time.sleep(0.1)


def test_server_restarts_under_load_lose_nothing(servidor, rodar):
    assert rodar(PREPARE) == FICHAS
    team = Equipe(rodar)
    team.until(lambda seen: seen["fichas"] > 0)
    for mode in ("fast", "immediate"):
        restart(servidor, mode)
        team.keep()
    taken = team.until(lambda seen: seen["lote"] == "concluido")
    assert (taken["lidos"], taken["novos"], taken["fichas"]) == (FICHAS, FICHAS, FICHAS)
    assert taken["respostas"] == list(range(1, FICHAS + 1))
    assert taken["diferencas"] == 0

    expected = rodar(ASK_EXPORT)
    assert 0 < expected <= taken["processadas"]
    time.sleep(0.3)
    restart(servidor, "immediate")
    after = team.until(lambda seen: seen["export"] == "concluida")
    assert after["total"] == after["itens"] == after["exportadas"] == expected
    assert after["diferencas"] == 0
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(after["arquivo"]))) as package:
        assert package.testzip() is None
        assert len(set(package.namelist())) == len(package.namelist()) == expected
