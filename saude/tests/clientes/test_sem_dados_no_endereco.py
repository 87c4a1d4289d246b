"""What is searched for, and where a list goes on, never stands in an address: those are written down everywhere."""

import re

import pytest
from producao import cidadao, receber, registro

from saude.auditoria.models import Evento
from saude.clientes.models import Cliente
from saude.correcao import views_clientes
from saude.fichas.models import Atendido

pytestmark = pytest.mark.django_db
NOME = "ZULMIRA QUERUBIM"


@pytest.fixture
def cliente(entidade):
    return Cliente.objects.create(
        entidade=entidade, nome=NOME, cpf="52998224725", nascimento="1985-03-20", sexo=1
    )


@pytest.fixture
def logado(client, criar_usuario):
    client.force_login(criar_usuario("Coordenador"))
    return client


@pytest.mark.parametrize("term", [NOME, "529.982.247-25", "20/03/1985"])
def test_a_search_is_posted_and_its_address_tells_nothing(logado, cliente, term):
    sent = logado.post("/clientes/", {"q": term})
    assert sent.status_code == 302
    assert re.fullmatch(r"/clientes/\?busca=[\w-]{12}", sent.url)
    page = logado.get(sent.url)
    assert [c.pk for c in page.context["clientes"]] == [cliente.pk]
    assert f'value="{term}"' in page.text  # it stands in the field, to be changed
    assert logado.get(sent.url).context["clientes"]  # and again, as the browser does on going back
    assert Evento.objects.filter(tipo="cliente.buscado").count() == 2


def test_the_address_of_a_search_is_of_the_session(logado, cliente, client, criar_usuario):
    url = logado.post("/clientes/", {"q": NOME}).url
    client.force_login(criar_usuario("Consulta"))
    assert client.get(url).context["q"] == ""


def test_only_the_last_searches_are_kept(logado, cliente):
    urls = [logado.post("/clientes/", {"q": f"{NOME} {n}"}).url for n in range(25)]
    assert logado.get(urls[0]).context["q"] == ""
    assert logado.get(urls[-1]).context["q"] == f"{NOME} 24"


def test_pages_of_the_list_are_addressed_without_names(logado, entidade, monkeypatch):
    monkeypatch.setattr(views_clientes, "PER_PAGE", 2)
    for n in range(5):
        Cliente.objects.create(entidade=entidade, nome=f"{NOME} {n // 2}")  # twins of one name too
    seen, url = [], "/clientes/"
    while url:
        page = logado.get(url)
        seen += [c.pk for c in page.context["clientes"]]
        after = page.context["proxima"]
        assert "zulmira" not in after.lower()
        url = f"/clientes/{after}" if after else ""
    assert len(seen) == len(set(seen)) == 5


def test_no_form_of_these_pages_puts_a_citizen_in_an_address(logado, cliente, entidade):
    record = registro()
    cidadao(record).update(dtNascimento="1985-03-20", sexo=1)
    receber(entidade, record)
    unknown = Atendido.objects.get(ficha__uuid=record["uuid"])
    for url in ("/clientes/", f"/clientes/nao-identificados/{unknown.pk}/", f"/clientes/{cliente.pk}/"):
        forms = re.findall(r"<form[^>]*>.*?</form>", logado.get(url).text, re.S)
        assert forms
        for form in forms:
            if 'method="get"' in form:
                assert 'name="q"' not in form, url
    found = logado.post(f"/clientes/nao-identificados/{unknown.pk}/", {"q": NOME}, follow=True)
    assert NOME in found.text and NOME not in found.redirect_chain[0][0]


@pytest.mark.parametrize("url", ["/clientes/buscar/", "/registrar/clientes/"])
def test_searches_of_forms_are_posted(logado, cliente, url):
    assert logado.post(url, {"q": NOME}).json()["clientes"][0]["nome"] == NOME
