"""`make caos MINUTOS=30`: random faults on an installation of its own, at 20 requests a second; then all is counted.

kill -9 of the site, the worker and PostgreSQL; a full disk; connections cut in the middle; a clock that goes back; one
hostile record of a hundred. At the end: nothing acknowledged is lost, nothing is there twice, nothing is stuck, every
page answers. `SEMENTE=` repeats a run.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import uuid4

import banco

PORT = int(os.environ.get("PORTA", "8973"))
RATE, SENDERS = 20, 8  # requests a second, of so many at once
PATIENCE = (
    13 * 60
)  # seconds, after the last fault: a list whose site was killed is taken up after ten minutes
PAGES = ("/entrar/", "/saude/pronta", "/api/docs", "/executando/sistema/exportacoes/")
BEFORE = """
import datetime, os, time
back, real = float(os.environ.get("CAOS_ATRASO", "0")), time.time
from django.utils import timezone
now = timezone.now
if back:
    time.time = lambda: real() - back
    timezone.now = lambda: now() - datetime.timedelta(seconds=back)
from saude.__main__ import main
main()
"""
HOSTILE = (
    b"[" * 3000,
    b'{"a": "\\ud800"}',
    b'{"uuid": "../../x", "tipo": "FVD"}',
    b'{"uuid": "a\\u0000b"}',
    b"\xff\xfe{",
    b"{}",
)


class Servico:
    """A process that is started again whenever it ends."""

    def __init__(self, *args: str) -> None:
        self.args, self.over, self.back = args, False, 0.0
        self.said = os.environ.get("DIZ")  # a file, where what they say is kept
        self.process = self._start()
        threading.Thread(target=self._keep, daemon=True).start()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", BEFORE, *self.args]
        env = os.environ | {"CAOS_ATRASO": str(self.back)}
        with tempfile.TemporaryFile() if self.said is None else open(self.said, "ab") as said:
            return subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=said)

    def _keep(self) -> None:
        while not self.over:
            if self.process.poll() is not None:
                time.sleep(0.5)
                self.process = self._start()
            time.sleep(0.2)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)

    def end(self) -> None:
        self.over = True
        time.sleep(0.8)
        self.process.kill()
        self.process.wait(30)


class Carga:
    """Senders that repeat what was not answered, as a vendor does, and remember what was acknowledged."""

    def __init__(self, token: str, seed: int, until: float) -> None:
        from hostis import record

        self.record, self.token, self.until = record, token, until
        self.known: set[str] = set()
        self.lots: list[str] = []
        self.told: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._run, args=(seed * 100 + n,)) for n in range(SENDERS)]
        for thread in self.threads:
            thread.start()

    def _run(self, seed: int) -> None:
        rng = random.Random(seed)
        while time.monotonic() < self.until:
            began, kind = time.monotonic(), rng.random()
            if kind < 0.3:
                self._page(rng.choice(PAGES))
            elif kind < 0.4:
                self._cut(rng)
            elif kind < 0.9:
                self._send("/api/v1/registros", rng, rng.randint(1, 5))
            else:
                self._send("/api/v1/lotes", rng, rng.randint(10, 200))
            time.sleep(max(0, SENDERS / RATE - (time.monotonic() - began)))

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=15)
        try:
            headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
            connection.request(method, path, body, headers if path.startswith("/api/v1") else {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()

    def _tell(self, what: str, status: int) -> None:
        with self.lock:
            self.told[f"{what} {status or 'sem resposta'}"] += 1

    def _page(self, path: str) -> None:
        self._tell("página", self.ask("GET", path)[0])

    def _cut(self, rng: random.Random) -> None:
        """Half a body, and gone."""
        with self.lock:
            self.told["conexão cortada"] += 1
        try:
            with socket.create_connection(("127.0.0.1", PORT), timeout=5) as cut:
                head = f"POST /api/v1/registros HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.token}\r\n"
                cut.sendall(f"{head}Content-Length: 5000\r\n\r\n".encode() + b"[" * rng.randint(1, 4000))
        except OSError:
            pass

    def _send(self, path: str, rng: random.Random, many: int) -> None:
        lot = path.endswith("lotes")
        good, lines = [], []
        for _ in range(many):
            if lot and rng.random() < 0.01:
                lines.append(rng.choice(HOSTILE))
                continue
            one = self.record()
            one["uuid"] = one["ficha"]["uuidFicha"] = f"{one['cnes']}-{uuid4()}"
            good.append(one["uuid"])
            lines.append(json.dumps(one).encode())
        if not lot and rng.random() < 0.01 * many:
            self._tell("hostil", self.ask("POST", path, rng.choice(HOSTILE))[0])
        body = b"\n".join(lines) + b"\n" if lot else b"[" + b",".join(lines) + b"]"
        while time.monotonic() < self.until + 60:
            status, answer = self.ask("POST", path, body)
            self._tell("envio", status)
            if status in (200, 202):
                with self.lock:
                    self.known.update(good)
                    if lot:
                        self.lots.append(json.loads(answer)["id"])
                return
            if status in (400, 413, 415, 422):  # refused whole: a vendor mends it, and does not repeat it
                return
            time.sleep(rng.uniform(0.2, 1))


class Falhas:
    def __init__(self, folder: Path, site: Servico, worker: Servico, rng: random.Random) -> None:
        self.folder, self.site, self.worker, self.rng = folder, site, worker, rng
        self.done: Counter[str] = Counter()
        self.kinds = [self.mata_site, self.mata_trabalhador, self.mata_postgresql, self.atrasa_relogio]
        if os.path.ismount(folder):
            self.kinds.append(self.enche_disco)

    def run(self, until: float) -> None:
        while time.monotonic() < until:
            time.sleep(self.rng.uniform(5, 15))
            kind = self.rng.choice(self.kinds)
            kind()
            self.done[kind.__name__] += 1

    def mata_site(self) -> None:
        self.site.kill()

    def mata_trabalhador(self) -> None:
        self.worker.kill()

    def mata_postgresql(self) -> None:
        """And whoever uses it is started again, as the supervisor of a real one does."""
        try:
            os.kill(int((self.folder / "banco/pgdata/postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        except (OSError, ValueError, IndexError):
            return
        self.worker.kill()
        self.site.kill()

    def atrasa_relogio(self) -> None:
        """The worker, or the site, starts anew a day back (or in time again)."""
        one = self.rng.choice((self.site, self.worker))
        one.back = 0.0 if one.back else 86_400.0
        one.kill()

    def enche_disco(self) -> None:
        stuffing = self.folder / "enchimento"
        try:
            with open(stuffing, "wb", buffering=0) as file:
                while True:
                    file.write(bytes(1024**2))
        except OSError:
            time.sleep(self.rng.uniform(2, 10))
        finally:
            stuffing.unlink(missing_ok=True)


def main() -> None:
    minutes, seed = float(os.environ.get("MINUTOS", "30")), int(os.environ.get("SEMENTE", "1"))
    folder = _small_disk()
    banco.preparar()
    from saude.contas.actions import create_token

    entidade = banco.municipio()
    _, token = create_token(by="caos", entidade=entidade, nome="caos", limite_por_minuto=100_000)
    site, worker = Servico("servir", "--porta", str(PORT)), Servico("trabalhar")
    until = time.monotonic() + minutes * 60
    load, faults = Carga(token, seed, until), Falhas(folder, site, worker, random.Random(seed))
    try:
        faults.run(until)
        site.back = worker.back = 0.0
        site.kill()
        worker.kill()
        for thread in load.threads:
            thread.join()
        found = _count(load, entidade)
    finally:
        site.end()
        worker.end()
    answers = {"falhas": dict(sorted(faults.done.items())), "respostas": dict(sorted(load.told.items()))}
    print(json.dumps({"minutos": minutes, "semente": seed} | found | answers, ensure_ascii=False, indent=2))
    bad = [k for k in ("perdidos", "dobrados", "parados", "contagens erradas", "páginas mudas") if found[k]]
    raise SystemExit(f"caos: {', '.join(bad)}" if bad else 0)


def _small_disk() -> Path:
    """A file system of its own, to be filled, where the system lets us mount one."""
    folder = Path(tempfile.mkdtemp(prefix="saude-caos-", dir="/var/tmp"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={os.environ.get('DISCO', '4g')}", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        print("sem direito de montar um disco pequeno: disco cheio fica de fora", file=sys.stderr)
    folder.chmod(0o711)
    os.environ["BENCH_DADOS"] = str(folder)
    return folder


def _count(load: Carga, entidade: Any) -> dict[str, Any]:
    from django.db import close_old_connections

    from saude.fichas.contagem_mantida import differences
    from saude.fichas.models import Ficha
    from saude.recebimento.models import Lote

    open_lots = Lote.objects.filter(estado__in=("recebido", "processando"))
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        close_old_connections()
        try:
            if not open_lots.exists():
                break
        except Exception as problem:  # the server comes back
            print(type(problem).__name__, file=sys.stderr)
        time.sleep(2)
    times = Counter(Ficha.objects.filter(entidade=entidade).values_list("uuid", flat=True))
    silent = sum(load.ask("GET", path)[0] not in (200, 302) for path in PAGES)
    return {
        "confirmados": len(load.known),
        "lotes": len(load.lots),
        "perdidos": sum(uuid not in times for uuid in load.known),
        "dobrados": sum(n > 1 for n in times.values()),
        "parados": open_lots.count(),
        "lotes que falharam": Lote.objects.filter(estado="falhou").count(),
        "contagens erradas": len(differences()),
        "páginas mudas": silent,
    }


if __name__ == "__main__":
    main()
