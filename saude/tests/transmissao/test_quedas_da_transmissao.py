"""Faults in the middle of a transmission: a killed worker, a database that goes away, TLS that is no good."""

import os
import signal
import ssl
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as conf
from django.db import connection
from django.utils import timezone
from pec_de_teste import (
    andar,
    destino,
    exportada,
    logging_in,
    pedir,
    resposta,
    servidor,
    simulador,
    situacoes,
)

from saude.fichas.desfechos import DesfechoAtual
from saude.transmissao import actions, remessa
from saude.transmissao.models import Destino, Envio, Reserva, Transmissao

pytestmark = pytest.mark.django_db(transaction=True)

# a worker that, with some fichas answered and others on their way, says so with a file and waits to be killed
STOPPING = """
import time
from pathlib import Path
import django
django.setup()
from django.conf import settings
settings.EXPORTACOES = Path({exports!r})
from ledi.pec.connection import Timeouts
from saude.transmissao import pec, remessa
pec.TIMEOUTS = Timeouts(connect=5.0, read=30.0, total={rest})
remessa.CHUNK = remessa.FLUSH = 10
remessa.SLICE = 10.0
if {stop}:
    keep = remessa._Envio._keep
    seen = []
    def stopping(self, row, outcome):
        seen.append(row)
        if len(seen) == 15:  # ten are written; these five are answered and not written, others are on their way
            Path({sign!r}).touch()
            time.sleep(600)
        keep(self, row, outcome)
    remessa._Envio._keep = stopping
"""
WORKING = """
from django.core.management import call_command
from saude.site.management.commands import trabalhar
trabalhar.HEARTBEAT, trabalhar.DEAD_AFTER, trabalhar.LOOK_EVERY = 0.2, 2, 0.2
call_command("trabalhar")
"""


def worker(code: str) -> "subprocess.Popen[bytes]":
    mine = connection.get_connection_params()
    url = f"postgresql://{mine['user']}:{mine['password']}@/{mine['dbname']}?host={mine['host']}"
    env = os.environ | {"DATABASE_URL": url, "SAUDE_TESTE": "1"}
    return subprocess.Popen([sys.executable, "-c", code], env=env, start_new_session=True)


def wait(what: Any, seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.1)


def killed(code: str, sign: Path) -> None:
    victim = worker(code)
    try:
        wait(sign.exists)
    finally:
        os.killpg(victim.pid, signal.SIGKILL)
        victim.wait()


def test_kill_9_of_the_worker_in_the_middle(entidade, tmp_path):
    """Nothing lost, nothing told twice: what was in its hands goes again and the PEC's "duplicate" is ours."""
    if connection.settings_dict["HOST"]:
        pytest.skip("needs the embedded server's socket")
    sign = tmp_path / "stopped"
    code = {"exports": str(conf.EXPORTACOES), "sign": str(sign), "rest": 1.0}
    with simulador(marcador_de_duplicada="duplicad") as pec:
        destino(entidade, pec.url)
        t = pedir(exportada(entidade, 40))
        killed(STOPPING.format(stop=True, **code) + WORKING, sign)
        t.refresh_from_db()
        assert t.estado == "enviando" and Reserva.objects.exists()
        assert situacoes(t)["aceita"] == 10 == DesfechoAtual.objects.count()
        sent_before = pec.store.totals()["aceita"]
        assert sent_before >= 15, "the PEC has more than was written here"

        second = worker(STOPPING.format(stop=False, **code) + WORKING)
        try:
            wait(lambda: Transmissao.objects.get().estado == "concluida")
        finally:
            second.terminate()
            second.wait(60)
        totals = pec.store.totals()
        received = pec.store.latest(1000)
    assert situacoes(t) == {"aceita": 40} and DesfechoAtual.objects.filter(resultado="aceita").count() == 40
    assert totals["aceita"] == 40 and totals.get("repetida", 0) >= 5
    assert max(Counter(r["uuid"] for r in received if r["situacao"] == "aceita").values()) == 1
    assert not Reserva.objects.exists()


def test_what_a_killed_worker_had_rests_before_it_goes_again(entidade):
    with simulador() as pec:
        destino(entidade, pec.url)
        t = andar(pedir(exportada(entidade, 3)), 0)
        remessa._fill(Transmissao.objects.select_related("exportacao").get(pk=t.pk), _file(t))
        taken, other, _ = sorted(Envio.objects.values_list("ficha_id", flat=True))
        Envio.objects.filter(ficha=other).update(tentada_em=timezone.now() + timedelta(minutes=1))
        Reserva.objects.create(transmissao=t, fichas=[taken, other])
        remessa.run(t.pk)
        assert pec.store.totals() == {"aceita": 2}
        left = Envio.objects.get(aberta=True)
        assert (left.ficha_id, left.situacao, left.causa) == (taken, "desconhecida", "interrompida")
        assert left.proxima_em > timezone.now()
        t.refresh_from_db()
        assert t.estado == "aguardando"
        actions.resume(transmissao=t, by=None)
        assert Envio.objects.get(aberta=True).proxima_em == left.proxima_em, "a hurry does not wake it"
        assert andar(t).estado == "concluida" and situacoes(t) == {"aceita": 3}


def _file(t: Transmissao) -> Any:
    from saude.exportacao.files import open_zip

    return open_zip(t.exportacao)


def test_the_database_goes_away_in_the_middle(entidade, monkeypatch):
    monkeypatch.setattr(remessa, "FLUSH", 5)
    monkeypatch.setattr(remessa, "CHUNK", 5)
    with simulador(marcador_de_duplicada="duplicad") as pec:
        destino(entidade, pec.url)
        t = pedir(exportada(entidade, 30))
        flush, cut = remessa._Envio._flush, []

        def cutting(self: Any, **more: Any) -> None:
            if len(cut) < 1:
                cut.append(1)
                other = connection.copy()
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_backend_pid()")
                    (mine,) = cursor.fetchone()
                with other.cursor() as cursor:
                    cursor.execute("SELECT pg_terminate_backend(%s)", [mine])
                other.close()
            flush(self, **more)

        monkeypatch.setattr(remessa._Envio, "_flush", cutting)
        with pytest.raises(psycopg.OperationalError):
            remessa.run(t.pk)
        connection.close()
        t.refresh_from_db()
        assert t.estado == "enviando" and situacoes(t) == {"a enviar": 30} and Reserva.objects.exists()
        assert andar(t).estado == "concluida"
        totals = pec.store.totals()
    assert situacoes(t) == {"aceita": 30} and totals["aceita"] == 30


def test_two_workers_at_once_send_each_ficha_once(entidade):
    """The advisory lock: while one sends, another finds it taken, of this export and of any other."""
    inside: list[str] = []
    with simulador() as pec:
        destino(entidade, pec.url)
        t = pedir(exportada(entidade, 6))
        from saude.banco import travas

        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s, %s)", [travas.TRANSMISSAO, entidade.pk])
            remessa.run(t.pk)
            t.refresh_from_db()
            inside.append(t.estado)
            assert "espera a vez" in t.motivo and pec.store.totals() == {}
        finally:
            other.close()
        assert andar(t).estado == "concluida" and pec.store.totals() == {"aceita": 6}
    assert inside == ["espera"]


@pytest.mark.parametrize(
    "certificate, authority, words",
    [
        ("vencido", True, "vencido"),
        ("outro_nome", True, "outro nome"),
        ("certo", False, "não é conhecida"),
        ("certo", True, ""),
    ],
)
def test_certificates_are_verified(entidade, certificados, certificate, authority, words):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificados / f"{certificate}.pem")
    ca = (certificados / "ca.pem").read_text() if authority else ""
    asked: list[bytes] = []

    def keep(request: bytes) -> bytes:
        asked.append(request)
        return resposta(201)

    with servidor(logging_in(keep), tls=context) as url:
        destino(entidade, url.replace("127.0.0.1", "localhost"), autoridade=ca)
        t = andar(pedir(exportada(entidade, 2)), 2)
        row = actions.test_destino(destino=Destino.objects.get(), by="teste")
    if words:
        assert t.estado == "aguardando" and words in t.motivo and words in row.teste and not asked
        assert situacoes(t) == {"a enviar": 2}
    else:
        assert t.estado == "concluida" and row.teste_certo and len(asked) == 2
