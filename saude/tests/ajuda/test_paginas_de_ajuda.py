"""The manual inside the system, the page of a rule from its finding, the tour that is put away for good."""

import pytest
from django.urls import reverse
from producao import ficha_de, quebrado, receber

from saude.ajuda import documentos
from saude.ajuda.models import PasseioVisto

PANEL = reverse("painel:painel")
PASSEIO = reverse("ajuda:passeio")


@pytest.fixture
def pessoa(criar_usuario, client):
    user = criar_usuario("Digitador")
    client.force_login(user)
    return user


@pytest.mark.parametrize("chave", [*map(str, range(1, 25)), "palavras"])
def test_each_chapter_opens(client, pessoa, chave):
    page = client.get(reverse("ajuda:capitulo", args=[chave]))
    chapter = documentos.chapters()[chave]
    assert page.status_code == 200 and chapter.titulo in page.text
    assert "](" not in page.text.partition("s-texto")[2].partition("</article>")[0]  # no Markdown left


def test_the_question_mark_opens_the_chapter_of_the_page(client, pessoa):
    page = client.get("/pendencias/")
    assert f'href="{reverse("ajuda:capitulo", args=["6"])}"' in page.text
    assert "Pendências: o aplicativo" in client.get(reverse("ajuda:capitulo", args=["6"])).text
    assert f'href="{reverse("ajuda:indice")}"' in client.get(reverse("ajuda:indice")).text


def test_a_finding_opens_its_rule(client, pessoa, entidade):
    ficha = ficha_de(receber(entidade, quebrado())[0])
    finding = ficha.inconsistencias.get(encerrada_em=None)
    address = f"{reverse('ajuda:regra', args=[finding.codigo])}?ficha=FVD"
    assert address in client.get(reverse("fichas:detalhe", args=[ficha.chave])).text
    page = client.get(address)
    assert page.status_code == 200 and "O que pede" in page.text and "Como corrigir" in page.text
    assert "Visita domiciliar e territorial" in page.text


@pytest.mark.parametrize(
    "address",
    [
        "/ajuda/capitulo/99/", "/ajuda/regras/NADA-001/", "/ajuda/fichas/..%2Fadr/", "/ajuda/fichas/nada/",
        "/ajuda/imagens/..%2F..%2FREADME.md", "/ajuda/imagens/nada.png",
    ],
)  # fmt: skip
def test_what_is_no_page_of_ours_is_not_found(client, pessoa, address):
    assert client.get(address).status_code == 404


def test_a_rule_asked_for_a_kind_that_has_it_not_is_shown_where_it_is(client, pessoa):
    code = next(code for code in documentos.rules("FVD") if documentos.kinds_with(code) == ("FVD",))
    page = client.get(f"/ajuda/regras/{code}/?ficha=FAI&x=<script>")
    assert page.status_code == 200 and "Visita domiciliar" in page.text and "<script>" not in page.text


def test_pictures_and_the_list_of_rules(client, pessoa):
    picture = client.get("/ajuda/imagens/painel.png")
    assert picture["Content-Type"] == "image/png" and b"".join(picture.streaming_content)[:4] == b"\x89PNG"
    page = client.get("/ajuda/fichas/FVD/")
    assert page.text.count("s-quebra") >= 90 and "Registro mínimo" in page.text
    assert "</table>" in client.get("/ajuda/glossario/").text


def test_the_tour_is_seen_until_put_away_on_every_machine(client, pessoa, criar_usuario):
    assert "Conheça o painel" in client.get(PANEL).text
    assert "Conheça o painel" in client.get(PANEL).text  # looking is not putting away
    client.post(PASSEIO)
    client.post(PASSEIO)  # twice
    client.logout()
    client.force_login(pessoa)
    assert "Conheça o painel" not in client.get(PANEL).text
    assert PasseioVisto.objects.count() == 1
    client.force_login(criar_usuario("Coordenador"))
    assert "Conheça o painel" in client.get(PANEL).text  # another's is another's
    client.force_login(pessoa)
    client.post(PASSEIO, {"ver": "1"})
    assert "Conheça o painel" in client.get(PANEL).text
