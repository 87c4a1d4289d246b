"""Whatever goes wrong, no page and no problem says anything of a person: not what was sent, not what an error has."""

import errno
import json
from urllib.parse import quote

import psycopg
import pytest
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, IntegrityError, OperationalError
from django.http import Http404
from django.http.request import UnreadablePostError
from mapa import ENDERECOS

from saude.acesso.guarda import TOKEN, mark_of
from saude.contas.actions import create_token
from saude.recebimento import entrada

CPF, CNS, NAME = "12345678909", "700000000000005", "Quitéria Sigilosa"
SAID = f"Key (cpf, cns, nome)=({CPF}, {CNS}, {NAME}) already exists."
PAGE, API = "/pendencias/", "/api/v1/registros"
ERRORS = [
    BadRequest(SAID),
    SuspiciousOperation(SAID),
    RequestDataTooBig(SAID),
    UnreadablePostError(SAID),
    PermissionDenied(SAID),
    Http404(SAID),
    IntegrityError(SAID),
    DataError(SAID),
    OperationalError(SAID),
    psycopg.errors.DiskFull(SAID),
    psycopg.errors.UniqueViolation(SAID),
    OSError(errno.ENOSPC, SAID, f"/dados/{NAME}"),
    UnicodeEncodeError("utf-8", SAID, 0, 1, SAID),
    ValueError(SAID),
    RecursionError(SAID),
]


def nothing_personal(text: str, where: object) -> None:
    for told in (CPF, CNS, NAME, quote(NAME), json.dumps(NAME)[1:-1], "Sigilosa"):
        assert told not in text, (where, told)


@pytest.fixture
def entra(client, criar_usuario):
    client.raise_request_exception = False
    client.force_login(criar_usuario("Administrador"))
    return client


@pytest.mark.parametrize("error", ERRORS, ids=[type(e).__name__ for e in ERRORS])
def test_what_an_error_quotes_is_in_no_page_and_no_problem(entra, entidade, monkeypatch, error):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr("saude.painel.views_pendencias.listing", fail)
    monkeypatch.setattr(entrada, "_read", fail)
    secret = create_token(by="teste", entidade=entidade, nome="x")[1]
    asked = [
        entra.get(PAGE),
        entra.get(PAGE, headers={"HX-Request": "true"}),
        entra.post(
            API, b"{}", content_type="application/json", headers={"Authorization": f"Bearer {secret}"}
        ),
    ]
    for answer in asked:
        assert answer.status_code >= 400, answer.status_code
        nothing_personal(answer.content.decode() + str(answer.headers), type(error).__name__)


def test_what_was_sent_is_not_said_back_by_any_address_that_refuses_it(entra, entidade):
    """Every address, with a person in the path, the query, the body and a header."""
    secret = create_token(by="teste", entidade=entidade, nome="x", limite_por_minuto=100_000)[1]
    body = json.dumps({"nome": NAME, "cpf": CPF, "cns": CNS})
    query = f"?q={CPF}&nome={quote(NAME)}&cns={CNS}&causa={CNS}&apos={CNS}x"
    refused = 0
    for page in ENDERECOS:
        if page.rota.startswith(("sair", "conta/", "entrar")):
            continue  # they end the session that the walk needs
        headers = {"X-Instalacao": CPF, "Accept-Language": CNS}
        if TOKEN in mark_of(page.view, page.namespaces):
            headers["Authorization"] = f"Bearer {secret}"
        for address in {page.exemplo + query, page.exemplo.replace("0b0d5f4e", CPF) + query}:
            for answer in (
                entra.get(address, headers=headers),
                entra.post(address, body, content_type="application/json", headers=headers),
                entra.post(address, f"nome={quote(NAME)}&cpf={CPF}", headers=headers,
                           content_type="application/x-www-form-urlencoded"),
            ):  # fmt: skip
                if answer.status_code in (400, 403, 404, 405, 409, 413, 415, 500, 503, 507):
                    refused += 1
                    text = b"".join(answer.streaming_content) if answer.streaming else answer.content
                    nothing_personal(text.decode(errors="replace"), (page.rota, answer.status_code))
    assert refused > 100


@pytest.mark.parametrize(
    "address", ["/nada/{}/", "/clientes/{}/", "/fichas/{}/", "/api/v1/nada/{}", "/api/v1/lotes/{}"]
)
def test_an_address_that_is_none_is_not_repeated(entra, address):
    for person in (CPF, CNS, quote(NAME)):
        answer = entra.get(address.format(person), follow=False)
        assert answer.status_code in (301, 401, 404)
        if answer.status_code != 301:
            nothing_personal(answer.content.decode(), address)
