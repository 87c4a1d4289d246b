"""Hostile inputs of allowed size against the site: memory, CPU and silence of its process, one site per input.

Target: none takes more than 300 MB or 10 s of the site's process, and nobody else waits longer than that.
`SO=texto` runs only the inputs whose name has the text.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import banco
from comum import Linha, gravar
from hostis import KB, MB, Envio, envios

PORT = int(os.environ.get("PORTA", "8971"))
PASSWORD = "posto-de-saude-1"


class Vigia(threading.Thread):
    """Peak memory and CPU of the site's process; the longest that another visitor waited."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        import psutil

        self.process = psutil.Process(pid)
        self.base = self.process.memory_info().rss
        self.cpu = sum(self.process.cpu_times()[:2])
        self.peak, self.longest, self.visits, self.over = self.base, 0.0, 0, False
        began = self.cpu
        for _ in range(40):
            _look()
        self.cpu = sum(self.process.cpu_times()[:2])
        self.visit = (self.cpu - began) / 40  # what the visitor costs is not the sender's doing
        self.visitor = threading.Thread(target=self._visit, daemon=True)

    def run(self) -> None:
        self.visitor.start()
        while not self.over:
            self.peak = max(self.peak, self.process.memory_info().rss)
            time.sleep(0.01)

    def _visit(self) -> None:
        while not self.over:
            began = time.monotonic()
            with contextlib.suppress(OSError):
                _look()
            self.visits += 1
            self.longest = max(self.longest, time.monotonic() - began)
            time.sleep(0.05)

    def stop(self) -> dict[str, float]:
        cpu = max(0.0, sum(self.process.cpu_times()[:2]) - self.cpu - self.visits * self.visit)
        self.over = True
        self.visitor.join()
        self.join()
        return {
            "memória (MB)": round((self.peak - self.base) / MB),
            "CPU do site (s)": round(cpu, 1),
            "espera de outros (s)": round(self.longest, 2),
        }


def _look() -> None:
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    connection.request("GET", "/entrar/")
    connection.getresponse().read()
    connection.close()


def main() -> None:
    folder = banco.preparar()
    who = _who(banco.municipio())
    only = os.environ.get("SO", "")
    lines, worst = [], {"memória (MB)": 0.0, "CPU do site (s)": 0.0, "espera de outros (s)": 0.0}
    for one in envios():
        if only not in one.nome:
            continue
        line, found = _measured(folder, one, who)
        print(f"{one.nome}: {line.notas}", flush=True)
        lines.append(line)
        worst = {k: max(v, found[k]) for k, v in worst.items()}
    targets = [(f"pior {k}", v, 300 if "MB" in k else 10, "<=") for k, v in worst.items()]
    gravar(
        "envios_hostis",
        "Envios hostis do tamanho permitido, um por vez, contra um processo do site",
        lines,
        alvos=targets,
    )


def _measured(folder: Path, one: Envio, who: dict[str, dict[str, str]]) -> tuple[Linha, dict[str, float]]:
    body, kind = _body(one)
    site = subprocess.Popen(
        [sys.executable, "-m", "saude", "servir", "--porta", str(PORT)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait()
        for _ in range(3):  # what the first pages load stays
            _ask("GET", "/arquivos/planilha/", b"", who["sessao"])
        watch = Vigia(site.pid)
        watch.start()
        began = time.monotonic()
        headers = kind | who.get(one.quem, {}) | dict(one.cabecalhos)
        status, where = _ask("POST", one.endereco, body, headers)
        if status == 302 and one.quem == "sessao" and where:
            status = f"{status} {where[:70]}, {_ask('GET', where, b'', who['sessao'])[0]}"
        took = time.monotonic() - began
        time.sleep(0.3)
        found = watch.stop()
    finally:
        site.kill()
        site.wait()
    size = f"{len(body) / MB:.1f} MB" if len(body) > MB else f"{len(body) / KB:.0f} kB"
    line = Linha(
        one.nome,
        1,
        [took],
        [max(found["CPU do site (s)"], 0.01)],
        {"tamanho": size, "resposta": status} | found,
    )
    return line, found


def _body(one: Envio) -> tuple[bytes, dict[str, str]]:
    """With the fields of a form and their token, when it is one."""
    body = one.corpo()
    if one.arquivo:
        fields = "".join(
            f'--x\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'
            for k, v in (("csrfmiddlewaretoken", CSRF), *one.campos)
        )
        fields += f'--x\r\nContent-Disposition: form-data; name="arquivo"; filename="{one.arquivo}"\r\n\r\n'
        return fields.encode() + body + b"\r\n--x--\r\n", {"Content-Type": "multipart/form-data; boundary=x"}
    if one.endereco.startswith("/api/"):
        return body, {"Content-Type": "application/json"}
    form = f"csrfmiddlewaretoken={CSRF}&".encode() + body
    return form, {"Content-Type": "application/x-www-form-urlencoded", "Cookie": f"csrftoken={CSRF}"}


CSRF = "a" * 32


def _who(entidade: Any) -> dict[str, dict[str, str]]:
    from django.conf import settings
    from django.test import Client

    from saude.acs.dispositivos import create_code, register
    from saude.cadastros.models import Lotacao
    from saude.contas.actions import create_token, create_user, set_rules_installation

    user = create_user(
        by="bench",
        entidade=entidade,
        username="envios_hostis",
        nome="Pessoa Hostil",
        senha=PASSWORD,
        preset="Administrador",
        trocar_senha=False,
    )
    set_rules_installation(by="bench", usuario=user, sim=True)  # SIGTAP belongs to the installation
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookie = f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={CSRF}"
    _, secret = create_token(by="bench", entidade=entidade, nome="bench", limite_por_minuto=100_000)
    post = Lotacao.objects.filter(cbo="515105", fim=None, profissional__entidade=entidade).first()
    install = "0" * 32
    _, phone, _ = register(codigo=create_code(by="bench", lotacao=post)[1], instalacao=install)
    return {
        "sessao": {"Cookie": cookie},
        "token": {"Authorization": f"Bearer {secret}"},
        "aparelho": {"Authorization": f"Bearer {phone}", "X-Instalacao": install},
    }


def _ask(method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[Any, str]:
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=300)
    try:
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers.get("Location", "")
    except OSError as problem:
        return type(problem).__name__, ""
    finally:
        connection.close()


def _wait() -> None:
    for _ in range(300):
        try:
            if _ask("GET", "/saude/viva", b"", {})[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit("o site não respondeu")


if __name__ == "__main__":
    main()
