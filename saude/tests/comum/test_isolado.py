"""A reader of foreign files that takes too much is ended; the site only hears of it."""

import os
import subprocess
import sys
import threading
import time

import psutil
import pytest

from saude.comum import isolado

MB = 1024**2


@pytest.fixture
def leitor(tmp_path, monkeypatch):
    """Functions that a hostile file could make of a reader, importable by the process apart."""
    (tmp_path / "leitor_de_teste.py").write_text(
        "import os, time\n"
        "from saude.comum.isolado import Recusado\n"
        "def soma(a, b): return {'soma': a + b, 'pid': os.getpid()}\n"
        "def recusa(): raise Recusado('Não é uma planilha.')\n"
        "def disco(): raise OSError(28, 'x')\n"
        "def cai(): os._exit(9)\n"
        "def falha(): raise ZeroDivisionError('com o nome de alguém')\n"
        "def memoria(): return len([bytes(1024**2) for _ in range(4000)])\n"
        "def aos_poucos():\n"
        "    kept = []\n"
        "    while True:\n"
        "        kept.append(bytes(1024**2)); time.sleep(0.002)\n"
        "def espera(): time.sleep(60)\n"
        "def gira():\n"
        "    while True: pass\n"
        "def muito(): return 'x' * 5_000_000\n"
    )
    before = os.environ.get("PYTHONPATH", "")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(p for p in (str(tmp_path), before) if p))
    return lambda name, *args, **more: isolado.run(f"leitor_de_teste:{name}", *args, **more)


def test_it_answers_from_a_process_of_its_own(leitor):
    found = leitor("soma", 2, 3)
    assert found["soma"] == 5
    assert found["pid"] != os.getpid()
    assert not psutil.pid_exists(found["pid"])


def test_what_it_refuses_is_refused_here(leitor):
    with pytest.raises(isolado.Recusado, match="Não é uma planilha"):
        leitor("recusa")
    with pytest.raises(OSError) as full:
        leitor("disco")
    assert full.value.errno == 28


@pytest.mark.parametrize("name", ["memoria", "aos_poucos", "espera", "gira", "cai", "falha", "muito"])
def test_whatever_it_takes_too_much_of_it_ends(leitor, name):
    before = set(psutil.Process().children(recursive=True))
    began = time.monotonic()
    with pytest.raises(isolado.Excesso):
        leitor(name, memory=64 * MB, seconds=3)
    assert time.monotonic() - began < 30
    assert set(psutil.Process().children(recursive=True)) <= before


def test_without_limits_of_the_system_it_is_watched_from_outside(leitor, monkeypatch):
    """As on Windows."""
    code = (
        "import sys, psutil; sys.modules['resource'] = None\n"
        "from saude.comum import isolado\nisolado.main(*sys.argv[1:])"
    )
    real = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda c, **k: real([sys.executable, "-c", code, *c[3:]], **k))
    assert leitor("soma", 1, 1)["soma"] == 2
    with pytest.raises(isolado.Excesso):
        leitor("aos_poucos", memory=64 * MB, seconds=20)


def test_only_so_many_read_at_the_same_time(leitor, monkeypatch):
    monkeypatch.setattr(isolado, "PATIENCE", 0.2)
    ended = []

    def wait() -> None:
        try:
            leitor("espera", seconds=3)
        except isolado.Excesso:
            ended.append(1)

    threads = [threading.Thread(target=wait) for _ in range(isolado.AT_ONCE)]
    for thread in threads:
        thread.start()
    with pytest.raises(isolado.Ocupado):
        while any(thread.is_alive() for thread in threads):  # until both have begun
            leitor("soma", 1, 1)
    assert leitor("soma", 1, 1, queue=False)["soma"] == 2
    for thread in threads:
        thread.join()
    assert len(ended) == isolado.AT_ONCE
    assert leitor("soma", 1, 1)["soma"] == 2
