"""Every address takes what it says and not a byte more, before log-in least of all. Made from the URL map."""

import json
import os
import time

import pytest
from django.test import Client
from mapa import ENDERECOS
from producao import registro
from recebidos import inside
from sitio import ler, pedido

from saude.acesso.corpo import DEFAULT, FORM, GB, MB, body_of, operation_of
from saude.acesso.guarda import PUBLIC, TOKEN, mark_of
from saude.contas.actions import create_token
from saude.recebimento.models import Lote

pytestmark = pytest.mark.django_db(transaction=True)

#: what takes more than the default, and how much: a new one is put here by somebody who thought of it
LARGE = {
    "/api/v1/registros": 6 * MB,
    "/api/v1/conferencias": 6 * MB,
    "/api/v1/lotes": 8 * GB,
    "/api/v1/retornos": 256 * MB,
    "/executando/sistema/retorno/enviar/": 257 * MB,
    "/api/acs/v1/empurrar": 2 * MB,
    "/arquivos/conferir/": 257 * MB,
    "/arquivos/planilha/": 11 * MB,
    "/configurando/cadastros/tabelas-de-referencia/enviar/202610/": 257 * MB,
    "/registrar/202610/": FORM,
    "/registrar/202610/verificar/": FORM,
    "/registrar/202610/rascunho/": FORM,
    "/fichas/202610/corrigir/": FORM,
    "/fichas/202610/corrigir/verificar/": FORM,
}
URLS = {a.exemplo: a for a in ENDERECOS}


def limit(url: str) -> int:
    return body_of(URLS[url].view, "POST")


def is_api(url: str) -> bool:
    return TOKEN in mark_of(URLS[url].view, URLS[url].namespaces)


def test_the_large_ones_are_these():
    assert {url: limit(url) for url in URLS if limit(url) > DEFAULT} == LARGE


def test_nothing_open_to_everybody_takes_more_than_the_default():
    for url, address in URLS.items():
        operation = operation_of(address.view, "POST")
        open_to_all = PUBLIC in mark_of(address.view, address.namespaces) or (
            operation is not None and not operation.auth_callbacks
        )
        if open_to_all:
            assert limit(url) <= DEFAULT, url
    assert limit("/entrar/") == 16 * 1024


def test_more_than_the_limit_is_refused_at_every_address_before_a_byte_of_it(site):
    for url in URLS:
        for method in ("POST", "GET"):
            most = body_of(URLS[url].view, method)
            answer = site.pedir(pedido(method, url, Content_Length=most + 1))
            assert answer.status == 413, (method, url)
            if is_api(url):
                assert answer.cabecalhos["content-type"] == "application/problem+json"
                assert json.loads(answer.corpo)["status"] == 413
            else:
                assert "Envio grande demais" in answer.corpo.decode()
            assert answer.cabecalhos["connection"] == "close"


def test_more_than_the_limit_in_chunks_is_refused_at_every_address(site):
    for url in URLS:
        most = min(limit(url), DEFAULT) + 1
        body = f"{most:x}\r\n".encode() + bytes(most) + b"\r\n0\r\n\r\n"
        with site.ligar(pedido("POST", url, Transfer_Encoding="chunked")) as connected:
            connected.sendall(body[: most // 2])
            connected.sendall(body[most // 2 : -7])  # the end is held back: it was looked at while it came
            answer = ler(connected)
        assert answer.status == (413 if limit(url) <= DEFAULT else 401 if is_api(url) else 302), url


def test_a_stranger_sends_no_large_body(site):
    """No session, no token; then a session and a token that are none. Not a byte of the body is waited for."""
    liar = {"Authorization": "Bearer x", "X_Instalacao": "0" * 32, "Cookie": "saude_sessao=x"}
    for url in LARGE:
        for who in ({}, liar):
            answer = site.pedir(pedido("POST", url, Content_Length=limit(url), **who))
            if is_api(url):
                assert answer.status == 401, url
                assert answer.cabecalhos["content-type"] == "application/problem+json"
            else:
                assert answer.status == 302, url
                assert answer.cabecalhos["location"].startswith("/entrar/")


def test_a_session_without_the_permission_sends_no_large_body(site, criar_usuario):
    client = Client()
    client.force_login(criar_usuario("Consulta"))
    cookie = f"saude_sessao={client.cookies['saude_sessao'].value}"
    for url in LARGE:
        if not is_api(url):
            answer = site.pedir(pedido("POST", url, Content_Length=limit(url), Cookie=cookie))
            assert answer.status == 403, url
            assert "Acesso não permitido" in answer.corpo.decode()


def test_a_user_who_was_seen_sends_a_large_file(site, criar_usuario):
    client = Client()
    client.force_login(criar_usuario("Digitador"))
    client.get("/arquivos/conferir/")
    form = client.get("/arquivos/conferir/").context["csrf_token"]
    cookie = "; ".join(f"{k}={v.value}" for k, v in client.cookies.items())
    lines = b"".join(json.dumps(registro()).encode() + b"\n" for _ in range(3000))
    assert len(lines) > DEFAULT
    parts = f'--x\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{form}\r\n--x\r\n'
    parts += 'Content-Disposition: form-data; name="arquivo"; filename="a.jsonl"\r\n\r\n'
    body = parts.encode() + lines + b"\r\n--x--\r\n"
    answer = site.pedir(
        pedido(
            "POST", "/arquivos/conferir/", body, Cookie=cookie, Content_Type="multipart/form-data; boundary=x"
        )
    )
    assert answer.status == 302, answer.corpo[:300]
    assert answer.cabecalhos["location"].startswith("/arquivos/conferir/")
    assert [len(p.read_bytes()) for p in (site.dados / "conferidos").iterdir()] == [len(lines)]


def test_a_token_that_was_seen_sends_a_lot_and_hears_to_continue_only_then(site, entidade):
    _, secret = create_token(by="teste", entidade=entidade, nome="PEP")
    lines = b"".join(json.dumps(registro()).encode() + b"\n" for _ in range(2000))
    for authorisation, heard in (("Bearer x", b"HTTP/1.1 401"), (f"Bearer {secret}", b"HTTP/1.1 100")):
        head = pedido(
            "POST",
            "/api/v1/lotes",
            Content_Length=len(lines),
            Expect="100-continue",
            Authorization=authorisation,
        )
        with site.ligar(head) as connected:
            assert connected.recv(12) == heard
            if heard.endswith(b"100"):
                rest = b""
                while not rest.endswith(b"\r\n\r\n"):
                    rest += connected.recv(1)
                connected.sendall(lines)
                assert ler(connected).status == 202
    lote = Lote.objects.get()
    assert (lote.tamanho, lote.estado) == (len(lines), "recebido")
    assert inside(site.dados / "recebidos" / lote.arquivo) == lines


def test_who_sends_on_after_a_refusal_still_reads_it(site):
    """A client that reads the answer only after it sent everything, as most do."""
    body = bytes(8 * MB)
    with site.ligar(pedido("POST", "/entrar/", Content_Length=len(body))) as connected:
        connected.sendall(body)
        answer = ler(connected)
    assert answer.status == 413
    assert "16 kB" in answer.corpo.decode()


def test_a_disk_without_room_is_told_before_the_body(servir, entidade):
    site = servir("import saude.site.porta.quem as quem; quem.RESERVE = 1 << 60")
    _, secret = create_token(by="teste", entidade=entidade, nome="PEP")
    answer = site.pedir(
        pedido("POST", "/api/v1/lotes", Content_Length=2 * MB, Authorization=f"Bearer {secret}")
    )
    assert (answer.status, answer.cabecalhos["content-type"]) == (507, "application/problem+json")
    assert "Nada foi recebido" in json.loads(answer.corpo)["detail"]


def test_garbage_between_chunks_does_not_grow(site):
    """A line that never ends, and nothing but line ends: no byte of body, and refused all the same."""
    for garbage in (b"1;" + b"x" * 100_000, b"\r\n" * 200_000):
        with site.ligar(pedido("POST", "/entrar/", Transfer_Encoding="chunked")) as connected:
            connected.sendall(garbage)
            assert ler(connected).status in (400, 413)


def test_what_the_server_itself_refuses_is_told_in_portuguese(site):
    assert site.pedir(b"GET / HTTP/1.1\r\nHo st: x\r\n\r\n").corpo.decode() == "O pedido está malformado."
    answer = site.pedir(b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 70_000 + b"\r\n\r\n")
    assert (answer.status, answer.corpo.decode()) == (431, "Os cabeçalhos do pedido são grandes demais.")


def test_one_sender_does_not_take_all_the_room(site, entidade):
    """Four large bodies at once; the fifth is told to wait, and another token's goes on."""
    secrets = [create_token(by="teste", entidade=entidade, nome=n)[1] for n in ("um", "dois")]
    open_ones = []
    try:
        for expected, secret in ((100, 0), (100, 0), (100, 0), (100, 0), (429, 0), (100, 1)):
            head = pedido(
                "POST", "/api/v1/lotes", Content_Length=2 * MB, Expect="100-continue",
                Authorization=f"Bearer {secrets[secret]}",
            )  # fmt: skip
            open_ones.append(site.ligar(head))
            assert open_ones[-1].recv(12) == f"HTTP/1.1 {expected}".encode()
            time.sleep(0.05)
    finally:
        for connected in open_ones:
            connected.close()


def test_bodies_on_their_way_leave_nothing_behind(servir, entidade):
    """What was not finished, and what was refused, lies nowhere; kill -9 included."""
    site = servir()
    _, secret = create_token(by="teste", entidade=entidade, nome="PEP")
    connected = site.ligar(
        pedido("POST", "/api/v1/lotes", Content_Length=64 * MB, Authorization=f"Bearer {secret}")
    )
    connected.sendall(bytes(4 * MB))
    time.sleep(0.5)
    site.processo.kill()
    site.processo.wait()
    connected.close()
    left = [os.path.join(f, n) for f, _, names in os.walk(site.dados) for n in names if n != "chave_secreta"]
    assert left == []
