"""What happens while a lot is on its way: its key is ended, who answers for it is dismissed, the site dies."""

import json
import logging
import os

import pytest
from producao import registro
from sitio import Site, ler, pedido

from saude.contas.actions import create_token, set_active
from saude.contas.models import ApiToken
from saude.contas.tokens import revoke_token
from saude.recebimento import guardados
from saude.recebimento.models import Lote
from saude.recebimento.tasks import selar

pytestmark = pytest.mark.django_db(transaction=True)
REVOKED = "Este token foi revogado. Peça outro a quem administra."
ALONE = "Quem respondia por este token não trabalha mais aqui."
#: the lot is recorded only when this test says so: the body lies whole on disk by then
WAITS = """
import os, time
from saude.recebimento import api
spool = api.spool
def waits(*args, **options):
    kept = spool(*args, **options)
    folder = os.environ["SAUDE_DADOS"]
    open(folder + "/guardado", "x").close()
    while not os.path.exists(folder + "/adiante"):
        time.sleep(0.02)
    return kept
api.spool = waits
"""
DIES = """
import os, signal
from saude.recebimento import api
api._lot_of = lambda token, kept: os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def chave(entidade, criar_usuario):
    """A key that somebody answers for, and its secret."""
    return create_token(by=criar_usuario("Coordenador"), entidade=entidade, nome="PEP")


def lines(records: int) -> bytes:
    return b"".join(json.dumps(registro()).encode() + b"\n" for _ in range(records))


def head(secret: str, body: bytes, path: str = "/api/v1/lotes") -> bytes:
    return pedido("POST", path, Content_Length=len(body), Authorization=f"Bearer {secret}")


def end(how: str, token: ApiToken) -> str:
    """The words that the sender is told."""
    if how == "revogado":
        revoke_token(by="teste", token=token)
        return REVOKED
    set_active(by="teste", usuario=token.responsavel, ativo=False, entidade=token.entidade)
    return ALONE


def nothing_was_taken(site: Site) -> None:
    assert not Lote.objects.exists()
    assert not list(site.dados.glob("recebidos/*"))


@pytest.mark.parametrize("path", ["/api/v1/lotes", "/api/v1/registros"])
@pytest.mark.parametrize("how", ["revogado", "desligado"])
def test_a_key_that_ends_while_the_body_comes_takes_nothing_in(servir, chave, how, path):
    """A slow sender: half the body, then the key is ended, then the rest. Large enough to be seen at the door first."""
    site, (token, secret) = servir(), chave
    body = lines(2000) if path.endswith("lotes") else json.dumps([registro() for _ in range(2000)]).encode()
    with site.ligar(head(secret, body, path)) as connected:
        connected.sendall(body[: len(body) // 2])
        words = end(how, token)
        connected.sendall(body[len(body) // 2 :])
        answer = ler(connected)
    assert (answer.status, answer.cabecalhos["content-type"]) == (401, "application/problem+json")
    assert json.loads(answer.corpo)["detail"].startswith(words)
    nothing_was_taken(site)


@pytest.mark.parametrize("how", ["revogado", "desligado"])
def test_a_key_that_ends_while_the_body_is_kept_takes_nothing_in(servir, chave, how):
    """It was good when the whole body was there, and is not when the lot would be recorded."""
    site, (token, secret) = servir(WAITS), chave
    body = lines(3)
    with site.ligar(head(secret, body) + body) as connected:
        while not (site.dados / "guardado").exists():
            assert site.processo.poll() is None
        words = end(how, token)
        (site.dados / "adiante").touch()
        answer = ler(connected)
    assert answer.status == 401 and json.loads(answer.corpo)["detail"].startswith(words)
    nothing_was_taken(site)


def test_a_body_whose_site_died_before_its_lot_was_recorded_goes_after_a_day(
    servir, chave, settings, monkeypatch, caplog
):
    site, (_, secret) = servir(DIES), chave
    body = lines(3)
    with site.ligar(head(secret, body) + body) as connected:
        assert ler(connected).status == 0  # nothing was acknowledged
    site.processo.wait(30)
    [left] = (site.dados / "recebidos").iterdir()
    kept = Lote.objects.create(
        entidade=chave[0].entidade,
        origem="api",
        formato=Lote.Formato.NDJSON,
        arquivo="de-um-lote.ndjson",
        sha256="",
    )
    for name in (kept.arquivo, f"{kept.arquivo}.gz", "outro.esus"):
        (left.parent / name).write_bytes(b"x")
    settings.DADOS = site.dados
    os.utime(left, (0, 0))  # a copy brought back says what it likes: it is here since just now
    selar(0)
    assert left.exists()
    monkeypatch.setattr(guardados, "LEFT_BEHIND", -60)
    with caplog.at_level(logging.WARNING, "saude.recebimento.guardados"):
        assert guardados.forget_orphans() == 1
    assert left.name in caplog.text and "no lot speaks of" in caplog.text
    assert sorted(p.name for p in left.parent.iterdir()) == [kept.arquivo, f"{kept.arquivo}.gz", "outro.esus"]
    assert guardados.forget_orphans() == 0
