"""The application falls when its answer is already the server's to write: it is told as what it is."""

import pytest
from sitio import pedido

FALLS = """
from django.core.handlers.wsgi import WSGIHandler
from django.db import OperationalError
answer = WSGIHandler.__call__
def falls(self, environ, start_response):
    if not environ["PATH_INFO"].endswith(("/cai", "/cai-no-meio")):
        return answer(self, environ, start_response)
    start_response("200 OK", [("Content-Type", "text/csv")])
    def pieces():
        if environ["PATH_INFO"].endswith("/cai-no-meio"):
            yield b"a;b\\r\\n"
        raise OperationalError("quoted value")
    return pieces()
WSGIHandler.__call__ = falls
"""


@pytest.fixture
def que_cai(servir):
    return servir(FALLS)


def test_before_the_first_byte_it_is_503_and_when_to_come_again(que_cai):
    page = que_cai.pedir(pedido("GET", "/lista/cai"))
    assert (page.status, page.cabecalhos["retry-after"]) == (503, "30")
    assert "Espere um minuto" in page.corpo.decode() and b"quoted" not in page.corpo
    api = que_cai.pedir(pedido("GET", "/api/v1/cai"))
    assert (api.status, api.cabecalhos["content-type"]) == (503, "application/problem+json")
    assert api.cabecalhos["retry-after"] == "30" and b"quoted" not in api.corpo


def test_after_it_the_answer_ends_without_its_last_piece(que_cai):
    answer = que_cai.pedir(pedido("GET", "/lista/cai-no-meio", Connection="keep-alive"))
    assert answer.status == 200 and answer.cabecalhos["transfer-encoding"] == "chunked"
    assert b"a;b" in answer.corpo and not answer.corpo.endswith(b"0\r\n\r\n")
