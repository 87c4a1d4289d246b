"""What waitress itself refuses, told to a program as a problem and to anybody else in plain words."""

import json

import pytest
from sitio import Site

pytestmark = pytest.mark.django_db(transaction=True)
HEADS = {
    "a header that is none": (b"GET %s HTTP/1.1\r\nHost: x\r\nBad header\r\n\r\n", 400),
    "a length that is none": (b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: muitos\r\n\r\n", 400),
    "two lengths": (b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", 400),
    "a coding we do not take": (b"POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
    "headers without end": (b"GET %s HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 70_000 + b"\r\n\r\n", 431),
    "a chunk that is none": (
        b"POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n",
        400,
    ),
}


@pytest.mark.parametrize("what", HEADS)
def test_the_door_refuses_in_the_words_of_who_asks(site: Site, what: str):
    head, status = HEADS[what]
    for address in (b"/api/v1/registros", b"/api/nada?x=1", b"/api/acs/v1/puxar"):
        answer = site.pedir(head.replace(b"%s", address))
        assert (answer.status, answer.cabecalhos["content-type"]) == (status, "application/problem+json")
        told = json.loads(answer.corpo)
        assert told["status"] == status and told["detail"] and told["title"]
    for address in (b"/entrar/", b"/apiario"):
        answer = site.pedir(head.replace(b"%s", address))
        assert (answer.status, answer.cabecalhos["content-type"]) == (status, "text/plain; charset=utf-8")


def test_refusals_before_a_byte_of_the_body_are_problems_too(site: Site):
    """413 of what says too much, 401 of who is a stranger, 404 of what is no address."""
    for head, status in (
        (b"POST /api/v1/registros HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999999\r\n\r\n", 413),
        (b"POST /api/v1/lotes HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9999999\r\n\r\n", 401),
        (b"POST /api/v1/nada HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999999\r\n\r\n", 404),
        (b"PUT /api/v1/lotes HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n", 405),
        (b"GET /api/v1/lotes/x HTTP/1.1\r\nHost: outro.exemplo\r\n\r\n", 400),
    ):
        answer = site.pedir(head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        assert (answer.status, answer.cabecalhos["content-type"]) == (status, "application/problem+json"), (
            head
        )
        assert json.loads(answer.corpo)["status"] == status
        assert (answer.status == 401) == ("www-authenticate" in answer.cabecalhos)
