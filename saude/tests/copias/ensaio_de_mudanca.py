"""`make ensaio`: an installation on an older PostgreSQL goes on with it, moves to the newer, and to an own server.

Not in the suite: four servers are started. The cluster of before is of another major version that the wheel brings (or
of SAUDE_PG_ENSAIO, a folder …/bin of any other: Debian's 15, say).
"""

import os
from pathlib import Path

import pytest
from servidor_proprio import own_database
from test_copia_e_volta import DELETE, INSTALL, LIVE, READ, WORK, good, run

from saude.banco import binarios
from saude.banco.servidor import EmbeddedServer, stop_leftover
from saude.cofre.chaves import new_key

KEY = "copia.chave"


@pytest.fixture
def root(tmp_path):
    (tmp_path / KEY).write_text(new_key().text())
    yield tmp_path
    for left in tmp_path.iterdir():
        if (left / "banco").is_dir():
            stop_leftover(EmbeddedServer(left / "banco"))


def major(folder: Path) -> int | None:
    return binarios.major_of(folder / "banco" / "pgdata")


def files(folder: Path) -> dict[str, bytes]:
    return {
        n: (folder / n).read_bytes() for n in ("exportacoes/1/a.zip", "recebidos/b.ndjson", "segredo.txt")
    }


def test_an_older_cluster_moves_to_the_newer_version_and_to_an_own_server(root):
    key = ("--chave", str(root / KEY))
    older = Path(os.environ.get("SAUDE_PG_ENSAIO") or binarios.wheel() / binarios.INSTALLED[16] / "bin")
    was, before = binarios.major_of_program(older), {"SAUDE_PG_EMBUTIDO": str(older)}
    first, newer, own = root / "antiga", root / "nova", root / "propria"
    good(first, *INSTALL, **before)
    good(first, code=WORK, **before)
    assert major(first) == was < binarios.NEWEST
    if was in binarios.INSTALLED:  # it goes on as it is
        before = {}
    assert "A trilha confere" in good(first, "conferir_auditoria", **before)
    good(first, "copiar", "--saida", str(root / "um.saude"), *key, **before)

    told = good(newer, "restaurar", str(root / "um.saude"), *key)
    assert "iguais às da cópia" in told and major(newer) == binarios.NEWEST
    assert "A trilha confere: 1 intervalos" in good(newer, "conferir_auditoria")
    assert good(newer, code=READ) == "abre-te\n" and files(newer) == files(first)

    good(newer, "copiar", "--saida", str(root / "dois.saude"), *key)
    server = EmbeddedServer(root / "servidor" / "banco")
    place = {
        "host": str(server.ensure_started()),
        "user": "postgres",
        "password": server.password("postgres"),
    }
    with own_database("saude", **place) as given:
        owner = {"DATABASE_URL": given["dono"], "SAUDE_PAPEL": given["SAUDE_PAPEL"]}
        works = {"DATABASE_URL": given["aplicacao"]}
        assert "iguais às da cópia" in good(own, "restaurar", str(root / "dois.saude"), *key, **owner)
        assert "A trilha confere: 1 intervalos" in good(own, "conferir_auditoria", **works)
        assert good(own, code=READ, **works) == "abre-te\n" and files(own) == files(first)
        assert good(own, code=LIVE, **works) == "True 1\n"
        assert "InsufficientPrivilege" in run(own, code=DELETE, **works).stderr
    server.release()
