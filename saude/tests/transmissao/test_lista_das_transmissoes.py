"""Executando > Sistema > Transmissões: all of them, with what became of their fichas, of who may see them."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pec_de_teste import andar, destino, exportada, pedir, simulador, transmitida
from producao import em, exportar, receber, registro

from saude.cadastros.models import Estabelecimento
from saude.transmissao.models import Envio, Transmissao

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/executando/sistema/transmissoes/"


def flat(response) -> str:
    return " ".join(response.text.split())


def test_each_with_its_state_its_counts_and_its_links(client, criar_usuario, entidade):
    user = criar_usuario("Coordenador")
    client.force_login(user)
    with simulador("recusa=50%") as pec:
        destino(entidade, pec.url)
        done = andar(pedir(exportada(entidade, 4), by=user))
    waits = pedir(exportada(entidade, 3), by=user)
    page = flat(client.get(LIST))
    assert page.index(f"{LIST}{waits.pk}/") < page.index(f"{LIST}{done.pk}/"), "newest first"
    links = dict(re.findall(r'href="([^"]+situacao=[^"]+)"\s?>([^<]+)</a>', page))
    assert links == {
        f"{LIST}{done.pk}/?situacao=aceita": "2",
        f"{LIST}{done.pk}/?situacao=recusada": "2",
        f"{LIST}{waits.pk}/?situacao=a%20enviar": "A enviar: 3",
    }
    assert "Concluída" in page and "Na fila" in page and user.get_full_name() in page
    for t in (done, waits):
        assert f"/executando/sistema/exportacoes/{t.exportacao_id}/" in page
        assert client.get(f"{LIST}{t.pk}/").status_code == 200
    assert 'aria-current="page"' in page and f'href="{LIST}"' in page, "the menu leads here"


def test_what_halted_says_why(client, criar_usuario, entidade):
    client.force_login(criar_usuario("Consulta"))
    t = transmitida(entidade, "C14")
    page = flat(client.get(LIST))
    assert t.estado == "pausada" and "Pausada" in page and t.motivo[:40] in page


@pytest.mark.parametrize(
    ("grupo", "pec", "diz"),
    [
        ("Administrador", False, "Diga o endereço e a credencial"),
        ("Consulta", False, "quem administra o faz"),
        ("Consulta", True, "use “Transmitir”"),
    ],
)
def test_with_none_it_says_what_to_do(client, criar_usuario, entidade, grupo, pec, diz):
    if pec:
        destino(entidade, "https://pec.example")
    client.force_login(criar_usuario(grupo))
    page = flat(client.get(LIST))
    assert "Nenhuma transmissão ainda" in page and diz in page


def test_of_its_municipality_and_of_its_areas_only(client, criar_usuario, entidade, outra_entidade):
    destino(entidade, "https://pec.example")
    whole = pedir(exportada(entidade, 1))
    receber(entidade, em("2222222", registro()))
    part = pedir(exportar(entidade, cnes=frozenset({"2222222"})))

    def listed() -> set[int]:
        page = client.get(LIST).text
        return {t.pk for t in (whole, part) if f'"{LIST}{t.pk}/"' in page}

    client.force_login(criar_usuario("Consulta"))
    assert listed() == {whole.pk, part.pk}
    here = Estabelecimento.objects.create(entidade=entidade, cnes="2222222", nome="Posto")
    client.force_login(criar_usuario("Consulta", username="posto", estabelecimento=here))
    assert listed() == {part.pk}
    client.force_login(criar_usuario("Administrador", username="vizinho", entidade=outra_entidade))
    assert listed() == set()


def test_who_may_not_see_is_not_let_in(client, criar_usuario, entidade):
    assert client.get(LIST).status_code == 302, "to the log-in"
    client.force_login(criar_usuario(None, username="so_corrige", permissoes=["corrigir"]))
    assert client.get(LIST).status_code == 403
    client.force_login(criar_usuario("Consulta", username="quem_ve"))
    assert client.post(LIST).status_code == 405


def test_a_page_of_many_asks_as_much_as_a_page_of_one(client, criar_usuario, entidade):
    """One query counts for all; the second page has the rest."""
    destino(entidade, "https://pec.example")
    client.force_login(criar_usuario("Consulta"))
    first = pedir(exportada(entidade, 1))
    client.get(LIST)
    with CaptureQueriesContext(connection) as one:
        client.get(LIST)
    export = first.exportacao
    for n in range(30):
        export.pk, export.chave = None, None
        export.save(force_insert=True)
        t = Transmissao.objects.create(entidade=entidade, exportacao=export, total=1, preparada=True)
        Envio.objects.create(transmissao=t, ficha_id=1, revisao=1, lugar=n, situacao="aceita", aberta=False)
    with CaptureQueriesContext(connection) as many:
        page = client.get(LIST).text
    assert len(many) <= len(one) + 1
    assert page.count("?situacao=aceita") == 25 and "pagina=2" in page
    assert client.get(LIST + "?pagina=2").text.count("?situacao=a") == 6
    assert client.get(LIST + "?pagina=x").status_code == 200
