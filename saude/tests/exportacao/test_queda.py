"""kill -9 of a worker in the middle of an export, restart: one complete zip, nothing lost, nothing twice."""

import hashlib
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from producao import FIM, INICIO, receber, registro, zip_de

from saude.exportacao.actions import create_export
from saude.exportacao.files import path_of
from saude.exportacao.models import Exportacao, ItemExportacao
from saude.fichas.models import Ficha

# A worker that stops for us at a chosen point: it says so with a file, and waits to be killed.
STOPPING = """
import sys, time
from pathlib import Path
import django
django.setup()
from saude.exportacao import actions, files

def stop(*args, **kwargs):
    Path({sign!r}).touch()
    time.sleep(600)

point = {point!r}
if point == "writing":
    actions.BATCH = 3
    tell = actions.set_progress
    actions.set_progress = lambda p, e, n: stop() if n > 5 else tell(p, e, n)
elif point == "marking":
    actions._check_rest = stop
    actions.copy_items = (lambda f: lambda *a: (f(*a), stop()))(actions.copy_items)
elif point == "published":
    files.PartialFile.publish = (lambda f: lambda *a: (f(*a), stop()))(files.PartialFile.publish)
"""
WORKING = """
import django
django.setup()
from django.core.management import call_command
from saude.site.management.commands import trabalhar
trabalhar.HEARTBEAT, trabalhar.DEAD_AFTER, trabalhar.LOOK_EVERY = 0.2, 2, 0.2
call_command("trabalhar")
"""


def worker(code: str) -> "subprocess.Popen[bytes]":
    mine = connection.get_connection_params()  # what the application may not ask the server for
    url = f"postgresql://{mine['user']}:{mine['password']}@/{mine['dbname']}?host={mine['host']}"
    env = os.environ | {"DATABASE_URL": url, "SAUDE_TESTE": "1"}
    return subprocess.Popen([sys.executable, "-c", code], env=env, start_new_session=True)


def wait(what: Any, seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", ["writing", "marking", "published"])
def test_kill_9_in_the_middle(entidade, tmp_path, point):
    if connection.settings_dict["HOST"]:
        pytest.skip("needs the embedded server's socket")
    receber(entidade, *[registro() for _ in range(20)])
    asked = create_export(entidade=entidade, escopo="nao_exportados", inicio=INICIO, fim=FIM, by=None)
    sign = tmp_path / "stopped"
    victim = worker(STOPPING.format(sign=str(sign), point=point) + WORKING)
    try:
        wait(sign.exists)
    finally:
        os.killpg(victim.pid, signal.SIGKILL)
        victim.wait()
    assert set(Ficha.objects.values_list("situacao", flat=True)) == {"processada"}
    assert not ItemExportacao.objects.exists()
    assert Exportacao.objects.get().estado == "gerando"

    second = worker(WORKING)
    try:
        wait(lambda: Exportacao.objects.get().estado == "concluida")
    finally:
        second.terminate()
        second.wait(300)
    done = Exportacao.objects.get()
    path = path_of(done)
    assert (done.pk, done.total, ItemExportacao.objects.count()) == (asked.pk, 20, 20)
    assert hashlib.sha256(zip_de(done).read()).hexdigest() == done.sha256
    with zipfile.ZipFile(zip_de(done)) as package:
        assert package.testzip() is None
        assert len(package.namelist()) == 20
    assert set(Ficha.objects.values_list("situacao", flat=True)) == {"exportada"}
    assert [p.name for p in Path(path).parent.iterdir() if p.suffix != ".zip"] == []
