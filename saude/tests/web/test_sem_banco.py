"""The database goes away under a request: every address says 503 and when to come again, in a page that needs none."""

import errno
import os

import psycopg
import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from saude.banco.erros import EmbeddedServerError
from saude.web import views

PAGES = ("/", "/entrar/", "/executando/sistema/exportacoes/", "/registrar/FVD/", "/fichas/x/", "/nao/existe/")
API = ("/api/v1/registros", "/api/v1/lotes")


@pytest.fixture
def browser(criar_usuario):
    """Who is inside; what fails is answered as the site answers it, not raised to the test."""
    client = Client(raise_request_exception=False)
    client.force_login(criar_usuario("Administrador"))
    return client


def gone(error: Exception):
    def never(execute, sql, params, many, context):
        raise error

    return connection.execute_wrapper(never)


@pytest.mark.parametrize(
    "error",
    [OperationalError("gone"), InterfaceError("gone"), EmbeddedServerError("gone")],
    ids=["caiu", "fechada", "nao inicia"],
)
@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("inside", [True, False])
def test_a_page_says_to_come_again_and_says_it_in_portuguese(browser, db, address, error, inside):
    client = browser if inside else Client(raise_request_exception=False)
    with gone(error):
        answer = client.get(address)
    if answer.status_code in (200, 302, 404):  # it asked nothing of the database
        assert not inside or address == "/nao/existe/", "whoever is inside is known by the database"
        return
    assert (answer.status_code, answer["Retry-After"]) == (503, "30"), address
    assert "Indisponível agora" in answer.text and "Espere um minuto" in answer.text
    assert "gone" not in answer.text and answer["Content-Type"].startswith("text/html")
    assert answer.text.count("<h1") == 1 and "/static/" in answer.text  # a page of ours, not a bare word


@pytest.mark.parametrize("error", [OperationalError("gone"), EmbeddedServerError("gone")])
@pytest.mark.parametrize("address", API)
def test_a_program_is_told_so_too(db, address, error):
    with gone(error):
        answer = Client(raise_request_exception=False).post(
            address, b"{}", content_type="application/json", headers={"Authorization": "Bearer x"}
        )
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert answer["Retry-After"] == "30"


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), 507, "Não há espaço para gravar"),
        (psycopg.errors.DiskFull("full"), 507, "Não há espaço para gravar"),
        (OSError(errno.EIO, os.strerror(errno.EIO)), 503, "Espere um minuto"),
        (PermissionError(errno.EACCES, "x"), 503, "Espere um minuto"),
        (ValueError("of ours"), 500, "O erro foi registrado"),
    ],
    ids=lambda v: getattr(v, "__class__", type(v)).__name__ if isinstance(v, Exception) else None,
)
def test_what_failed_around_the_program_is_told_as_what_it_is(rf, error, status, words):
    try:
        raise error
    except Exception:
        answer = views.server_error(rf.get("/painel/"))
    assert answer.status_code == status and words in answer.text
    assert "of ours" not in answer.text
