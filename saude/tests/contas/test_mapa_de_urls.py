"""Every address of the system says who may open it, and the door holds. Made from the URL map."""

import pytest
from django.test import Client
from mapa import ENDERECOS

from saude.acesso.guarda import LOGGED_IN, PUBLIC, TOKEN, mark_of
from saude.acesso.permissoes import INSTALACAO, Permissao

ALL_BUT = {p: [q for q in Permissao.values if q != p] for p in Permissao.values}


URLS = [pytest.param(a.exemplo, mark_of(a.view, a.namespaces), id=a.rota or "/") for a in ENDERECOS]


@pytest.mark.parametrize(("url", "mark"), URLS)
def test_every_address_has_a_mark(url, mark):
    known = {PUBLIC, TOKEN, LOGGED_IN, INSTALACAO, *Permissao.values}
    assert mark, f"{url}: mark its view with @requires(...) or @public"
    assert set(mark) <= known


@pytest.mark.parametrize(("url", "mark"), [u for u in URLS if not {PUBLIC, TOKEN} & set(u.values[1])])
def test_without_login_it_is_the_login_page(client: Client, db, url, mark):
    for method in (client.get, client.post):
        response = method(url)
        if response.status_code != 405:
            assert response.status_code == 302, url
            assert response.url.startswith("/entrar/?next="), url


@pytest.mark.parametrize(
    ("url", "mark"), [u for u in URLS if not {PUBLIC, TOKEN, LOGGED_IN} & set(u.values[1])]
)
def test_without_the_permission_it_is_403(client: Client, criar_usuario, url, mark):
    others = [p for p in Permissao.values if p not in mark]
    client.force_login(criar_usuario(None, username="outro", permissoes=others))
    for method in (client.get, client.post):
        response = method(url)
        if response.status_code != 405:
            assert response.status_code == 403, url
            assert "Acesso não permitido" in response.content.decode()


@pytest.mark.parametrize(("url", "mark"), [u for u in URLS if u.values[0].startswith("/administrando/")])
def test_only_administrar_opens_administrando(url, mark):
    assert mark == ("administrar",)


def test_the_walk_found_the_known_addresses():
    found = {u.values[0] for u in URLS}
    assert {"/entrar/", "/sair/", "/administrando/acessos/", "/administrando/auditoria/"} <= found
