"""Debian's nginx with the sample configuration and TLS in front of the real site.

What differs from the sample is only what this machine must say: ports, certificate, the name of the site.
"""

import http.client
import ssl
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
import pytest
from nginx_local import AT_ONCE, NAME, NGINX, nginx
from senha import SENHA
from sitio import pedido

from saude.auditoria.models import Evento

STRANGER = "127.0.0.3"


class Proxied:
    """Asks through nginx, from an address of this machine that is not the one nginx asks the site from."""

    def __init__(self, folder: Path, tls: int, plain: int) -> None:
        self.tls, self.plain = tls, plain
        self._trust = ssl.create_default_context(cafile=str(folder / "saude.crt"))
        self.cookies = SimpleCookie()

    def connect(self, source: str) -> http.client.HTTPConnection:
        raw = http.client.HTTPConnection("127.0.0.1", self.tls, timeout=30, source_address=(source, 0))
        raw.connect()
        raw.sock = self._trust.wrap_socket(raw.sock, server_hostname=NAME)
        return raw

    def begin(self, method: str, path: str, body: bytes = b"", of: int = 0) -> http.client.HTTPConnection:
        """A request of the stranger, `body` of the `of` bytes that it announces; its answer is not waited for."""
        raw = self.connect(STRANGER)
        raw.putrequest(method, path, skip_host=True)
        raw.putheader("Host", NAME)
        if of:
            raw.putheader("Content-Length", str(of))
        raw.endheaders(body or None)
        return raw

    def ask(
        self, method: str, path: str, form: dict[str, str] | None = None, **headers: str
    ) -> tuple[http.client.HTTPResponse, str]:
        raw = self.connect("127.0.0.2")
        sent = {"Host": NAME, "Referer": f"https://{NAME}/", **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{k}={m.value}" for k, m in self.cookies.items())
        if form is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        raw.request(method, path, urlencode(form) if form is not None else None, sent)
        answer = raw.getresponse()
        body = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or []:
            self.cookies.load(line)
        raw.close()
        return answer, body


@pytest.fixture
def proxied(servir, tmp_path_factory) -> Iterator[Proxied]:
    if NGINX is None:
        pytest.skip("SEM NGINX: instale o pacote nginx-light para o teste da amostra de implantação")
    folder = tmp_path_factory.mktemp("nginx")
    servir.environment |= {"SAUDE_HTTPS": "1", "SAUDE_HOSTS": f"{NAME},127.0.0.1"}
    site = servir()
    with nginx(folder, site.porta) as (tls, plain):
        made = Proxied(folder, tls, plain)
        made.site = site
        yield made


@pytest.mark.django_db(transaction=True)
def test_the_sample_configuration_with_tls_in_front_of_the_site(proxied, criar_usuario):
    user = criar_usuario("Coordenador")  # an administrador has a second factor to show
    answer, page = proxied.ask("GET", "/entrar/")
    assert answer.status == 200 and 'name="username"' in page
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "includeSubDomains" in answer.headers["Strict-Transport-Security"]

    # cookies that only this host, over TLS, can set
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    form = {"csrfmiddlewaretoken": token, "username": user.username, "password": SENHA}
    answer, _ = proxied.ask("POST", "/entrar/", form, **{"X-Forwarded-For": "203.0.113.9"})
    assert answer.status == 302 and "http://" not in answer.headers["Location"]
    set_now = answer.headers.get_all("Set-Cookie")
    [session] = [line for line in set_now if line.startswith("__Host-saude_sessao=")]
    assert "Secure" in session and "HttpOnly" in session and "Path=/" in session and "Domain" not in session
    assert all(line.startswith("__Host-") and "Secure" in line for line in set_now)

    # the trail has the address of who asked: not nginx's, and not what the asker pretends
    assert str(Evento.objects.get(tipo="login.entrou").ip) == "127.0.0.2"

    # links that leave the system are of the site as people know it
    answer, page = proxied.ask("GET", "/executando/sistema/sincronizacoes/")
    assert answer.status == 200 and f"https://{NAME}/acs/" in page and "127.0.0.1" not in page

    # and what nginx keeps to itself
    assert proxied.ask("GET", "/metricas")[0].status == 404


@pytest.mark.django_db(transaction=True)
def test_what_comes_without_tls_is_sent_there(proxied):
    plain = http.client.HTTPConnection("127.0.0.1", proxied.plain, timeout=20)
    plain.request("GET", "/entrar/?proximo=/x", headers={"Host": NAME})
    answer = plain.getresponse()
    answer.read()
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{NAME}/entrar/?proximo=/x")
    # a program that sends its token in clear is told so, not led on
    plain.request("POST", "/api/v1/registros", b"{}", {"Host": NAME, "Authorization": "Bearer x"})
    assert plain.getresponse().status == 403
    plain.close()
    # beside the proxy, too; but the machine's own look at the service is answered
    site = proxied.site
    direct = site.pedir(pedido("GET", "/entrar/", Host=NAME))
    assert direct.status == 301 and direct.cabecalhos["location"] == f"https://{NAME}/entrar/"
    assert site.pedir(pedido("GET", "/saude/viva")).status == 200
    # a foreign name is nobody's
    answer, _ = proxied.ask("GET", "/entrar/", Host="outro.example")
    assert answer.status == 400


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_door_are_few_for_one_address_and_nobody_else_waits(proxied):
    """`limit_req`: thirty a minute and thirty at once; all eighty are asked before one answer is read."""
    asked = [proxied.begin("GET", "/entrar/") for _ in range(8)]
    for raw in asked:  # nine more behind each, in the same connection
        raw.sock.sendall(f"GET /entrar/ HTTP/1.1\r\nHost: {NAME}\r\n\r\n".encode() * 9)
    told = [status for raw in asked for status in _statuses(raw, 10)]
    assert set(told) == {200, 429} and told.count(429) >= 10, told
    assert proxied.ask("GET", "/entrar/")[0].status == 200  # another address


@pytest.mark.django_db(transaction=True)
def test_half_bodies_stay_in_nginx_and_one_address_has_few(proxied):
    """`proxy_request_buffering` and `limit_conn`: the site never hears of a body that does not end."""
    known = {one.raddr.port for one in _established(proxied)}
    half = [proxied.begin("POST", "/conta/senha/", b"a=", of=500) for _ in range(AT_ONCE)]
    over = [proxied.begin("POST", "/conta/senha/", b"a=", of=500) for _ in range(3)]
    assert [raw.getresponse().status for raw in over] == [429] * 3
    assert {one.raddr.port for one in _established(proxied)} <= known, "half a body went on to the site"
    assert proxied.ask("GET", "/entrar/")[0].status == 200  # another address
    for raw in (*half, *over):
        raw.close()


def _statuses(raw: http.client.HTTPConnection, many: int) -> list[int]:
    """Of the answers that come one after the other; nginx closes after some refusals."""
    found = []
    with raw.sock.makefile("rb") as stream:
        while len(found) < many and (line := stream.readline()):
            found.append(int(line.split()[1]))
            length = 0
            while (header := stream.readline()) not in (b"\r\n", b""):
                name, _, value = header.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            stream.read(length)
    raw.close()
    return found


def _established(proxied: Proxied) -> list[Any]:
    """Connections of nginx to the site."""
    return [
        one
        for one in psutil.net_connections("tcp")
        if one.status == psutil.CONN_ESTABLISHED and one.laddr.port == proxied.site.porta
    ]
