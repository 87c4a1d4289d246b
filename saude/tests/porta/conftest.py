"""`saude servir` itself, in a process of its own, on the database of the tests: attacked over real sockets."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from sitio import Site, free_port, wait_for


class Sites:
    """Starts sites; those left are killed at the end."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self.environment, self.folder = environment, folder
        self.started: list[subprocess.Popen[bytes]] = []

    def __call__(self, before: str = "") -> Site:
        """`before`: code to run in it first."""
        port, data = free_port(), self.folder / f"dados{len(self.started)}"
        data.mkdir()
        code = f"import django; django.setup()\n{before}\nfrom django.core.management import call_command\n"
        command = [sys.executable, "-c", f"{code}call_command('servir', porta={port})"]
        env = self.environment | {"SAUDE_DADOS": str(data)}
        self.started.append(subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL))
        site = Site(port, self.started[-1], data)
        wait_for(site)
        return site

    def kill(self) -> None:
        for process in self.started:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            process.wait()


@pytest.fixture
def servir(tmp_path: Path, db: None) -> Iterator[Sites]:
    """`servir("code to run before")`: a site of this test's own."""
    sites = Sites(_environment(), tmp_path)
    yield sites
    sites.kill()


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Site]:
    """A site for the tests of a module; each finds its own data in the database."""
    with django_db_blocker.unblock():
        sites = Sites(_environment(), tmp_path_factory.mktemp("sitio"))
    yield sites()
    sites.kill()


def _environment() -> dict[str, str]:
    given = connection.settings_dict
    if given["HOST"]:
        pytest.skip("SEM SERVIDOR EMBUTIDO: este teste precisa do seu socket")
    mine = connection.get_connection_params()  # what the application may not ask the server for
    url = f"postgresql://{mine['user']}:{mine['password']}@/{mine['dbname']}?host={mine['host']}"
    return os.environ | {"DATABASE_URL": url, "SAUDE_TESTE": "1", "SECRET_KEY": settings.SECRET_KEY}
