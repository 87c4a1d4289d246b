"""Hostile values in every parameter a page reads, hostile bodies at every address: told, never 500."""

import inspect
import re
import sys
from functools import cache
from itertools import count
from urllib.parse import quote

import pytest
from django.test import Client
from mapa import ENDERECOS
from producao import DIA, quebrado, receber, registro

from saude.acesso.guarda import PUBLIC, TOKEN, mark_of
from saude.contas.actions import set_rules_installation
from saude.fichas.models import Ficha

pytestmark = pytest.mark.django_db(transaction=True)
READ = re.compile(r"""GET(?:\.get(?:list)?\(|\[)["'](\w+)["']""")
VALUES = ("-1", "9" * 40, "\x00", "\ud7ff\u202e", "' OR 1=1 --", "[", "//outro.exemplo/")
BODIES = (
    ("application/json", b'{"a": "\\ud800"}'),
    ("application/json", b"[" * 3000),
    ("text/plain; charset=utf-99", b"\xff\xfe\x00"),
    ("multipart/form-data", b"sem limite"),
    ("multipart/form-data; boundary=" + "x" * 300, b"--x\r\n"),
    ("application/x-www-form-urlencoded; charset=utf-16", "uuid=á".encode("utf-16")),
    ("application/x-www-form-urlencoded", b"revisao=%00&revisao=9" + b"9" * 400 + b"&ids=%ff&marca=%F0%28"),
    ("", b"\x00" * 50),
)


@cache
def names(module: str) -> tuple[str, ...]:
    """The parameters that a module of views reads."""
    return tuple(sorted(set(READ.findall(inspect.getsource(sys.modules[module])))))


def addresses(ficha: Ficha):
    for page in ENDERECOS:
        if TOKEN in mark_of(page.view, page.namespaces) or page.rota.startswith(("sair", "conta/sair")):
            continue
        fill = {"int": "1", "str": ficha.uuid, "competencia": f"{DIA:%Y%m}", "situacao": "processados"}
        fill["uuid"] = "0b0d5f4e-8d5c-4f0e-9d0b-0d5f4e8d5c4f"
        url = "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda m, f=fill: f.get(m[1] or "str", "x"), page.rota)
        yield page, url


@pytest.fixture
def someone(criar_usuario, entidade):
    """Who may all, with two fichas to look at; (client, ficha)."""
    [answer, _] = receber(entidade, registro(), quebrado())
    user = criar_usuario("Administrador")
    set_rules_installation(by="teste", usuario=user, sim=True)
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client, Ficha.objects.get(pk=answer.ficha_id)


def test_every_parameter_of_every_page(someone):
    client, ficha = someone
    wrong, asked, turn = [], 0, count()
    for page, url in addresses(ficha):
        for name in names(inspect.unwrap(page.view).__module__):
            for value in (VALUES[next(turn) % len(VALUES)], VALUES[next(turn) % len(VALUES)]):
                asked += 1
                where = f"{url}?{name}={quote(value, errors='surrogatepass')}&{name}=1"
                answer = client.get(where)
                if answer.status_code >= 500 and answer.status_code != 503:
                    wrong.append(where[:150])
                if answer.status_code in (301, 302):
                    assert not answer["Location"].startswith(("//", "http")), where
    assert asked > 200
    assert wrong == []


def test_every_address_with_a_body_that_is_none(someone):
    client, ficha = someone
    wrong = []
    for page, url in addresses(ficha):
        if PUBLIC in mark_of(page.view, page.namespaces):
            continue  # those of strangers have theirs: test_limites.py, test_ritmo.py
        for kind, body in BODIES:
            answer = client.generic("POST", url, body, content_type=kind)
            if answer.status_code >= 500 and answer.status_code != 503:
                wrong.append((url, kind, answer.status_code))
    assert wrong == []
    assert Ficha.objects.count() == 2
