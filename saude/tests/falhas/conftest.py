"""Workers in processes of their own, to be killed; a small file system, to be filled."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

WORKING = """
import django
django.setup()
from django.core.management import call_command
from saude.site.management.commands import trabalhar
trabalhar.HEARTBEAT, trabalhar.DEAD_AFTER, trabalhar.LOOK_EVERY = 0.2, 2, 0.2
call_command("trabalhar")
"""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "lento: faults that take some seconds")


@pytest.fixture
def trabalhador() -> Iterator[Callable[..., "subprocess.Popen[bytes]"]]:
    """`trabalhador(before="")` starts a worker of this test's database; those left are killed at the end."""
    started: list[subprocess.Popen[bytes]] = []

    def start(before: str = "") -> "subprocess.Popen[bytes]":
        worker = subprocess.Popen([sys.executable, "-c", before + WORKING], env=environment())
        started.append(worker)
        return worker

    yield start
    for worker in started:
        with contextlib.suppress(ProcessLookupError):
            worker.kill()
        worker.wait()


def environment() -> dict[str, str]:
    settings = connection.settings_dict
    if settings["HOST"]:
        pytest.skip("SEM SERVIDOR EMBUTIDO: este teste precisa do seu socket")
    mine = connection.get_connection_params()  # what the application may not ask the server for
    url = f"postgresql://{mine['user']}:{mine['password']}@/{mine['dbname']}?host={mine['host']}"
    return os.environ | {"DATABASE_URL": url, "SAUDE_TESTE": "1"}


@pytest.fixture
def disco_pequeno(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """A file system of 128 kB where the exports go."""
    folder = tmp_path / "disco"
    folder.mkdir()
    options = ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(folder)]
    try:
        done = subprocess.run(options, capture_output=True, check=False).returncode
    except OSError:
        done = 1
    if done:
        pytest.skip("SEM DIREITO DE MONTAR UM DISCO PEQUENO (root): disco cheio não foi testado")
    settings.EXPORTACOES = folder
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)
