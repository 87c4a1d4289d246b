"""`saude demo` as a person runs it: who enters as soon as it says "ready" stays in, the first time and again."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

import pytest

from saude.banco.servidor import EmbeddedServer, stop_leftover

PASSWORD = "uma-senha-de-demonstracao"


@pytest.fixture
def dados() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="saude-demo-"))  # short: the path of a socket has a limit
    yield folder
    stop_leftover(EmbeddedServer(folder / "banco"))
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def demo(dados: Path) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {k: v for k, v in os.environ.items() if not k.startswith("SAUDE_") and k != "DATABASE_URL"}
    env = kept | {"SAUDE_DADOS": str(dados), "SAUDE_DEMO_SENHA": PASSWORD, "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "saude", "demo", "--porta", str(port), "--fichas", "12"]
    running = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
    try:
        yield f"http://127.0.0.1:{port}", running
    finally:
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=300)


def status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


class Visitor:
    def __init__(self, site: str) -> None:
        self.site = site
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def open(self, path: str, data: dict[str, str] | None = None) -> tuple[str, str]:
        sent = urlencode(data).encode() if data else None
        with self.opener.open(self.site + path, sent, timeout=120) as answer:
            return answer.url, answer.read().decode()

    def enter(self) -> str:
        _, page = self.open("/entrar/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        where, _ = self.open(
            "/entrar/",
            {"csrfmiddlewaretoken": token, "username": "coordenador", "password": PASSWORD},
        )
        return where


def first_ready(site: str) -> list[int]:
    """What /saude/pronta said, each different answer once, until it was 200."""
    said: list[int] = []
    limit = time.monotonic() + 900
    while not said or said[-1] != 200:
        assert time.monotonic() < limit, said
        now = status(f"{site}/saude/pronta")
        if not said or said[-1] != now:
            said.append(now)
    return said


def test_a_session_opened_at_the_first_ready_stays(dados):
    tokens: set[str] = set()
    for kept in (False, True):
        with demo(dados) as (site, running):
            said = first_ready(site)
            visitor = Visitor(site)
            assert "/entrar/" not in visitor.enter(), (kept, said)
            printed = []
            for line in running.stdout:  # until everything was set and the address is printed
                printed.append(line)
                if "Ctrl-C encerra" in line:
                    break
            told = "".join(printed)
            where, page = visitor.open("/executando/sistema/exportacao/")
            assert "/entrar/" not in where and "Exportação" in page, (kept, said)
            tried = a_vendor_tries(site, told)
            assert tried == ["processada"] * 3
            tokens.add(token_in(told))
    assert len(tokens) == 1  # the same token at every start


def token_in(told: str) -> str:
    return re.search(r"um token da demonstração: (saude_\S+)", told)[1]


def a_vendor_tries(site: str, told: str) -> list[str]:
    """What is printed is copied, and works: the token, and each record sent as it stands there."""
    found = []
    for record in re.findall(r"^  (\{.*\})$", told, re.MULTILINE):
        headers = {"Authorization": f"Bearer {token_in(told)}", "Content-Type": "application/json"}
        sent = urllib.request.Request(f"{site}/api/v1/registros", record.encode(), headers)
        with urllib.request.urlopen(sent, timeout=120) as answer:
            found.append(json.load(answer)["situacao"])
    return found


def test_ready_only_after_the_passwords_of_this_start(client, entidade):
    from saude.site.demonstracao import ask, open_doors

    ask()
    assert client.get("/saude/pronta").status_code == 503
    open_doors(PASSWORD)
    assert client.get("/saude/pronta").status_code == 200
    ask()  # started again on kept data
    answer = client.get("/saude/pronta")
    assert answer.status_code == 503 and "senhas" in answer.json()["motivo"]
    open_doors(PASSWORD)
    assert client.get("/saude/pronta").status_code == 200
