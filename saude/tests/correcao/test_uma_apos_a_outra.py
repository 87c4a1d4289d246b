"""Mending one ficha after the other: the list that was open, whose each is, what the system knows already."""

import re
from urllib.parse import quote

import pytest
from django.test import Client
from html_lido import lido
from producao import CPF, DIA, cidadao, com_cpf, em, quebrado, receber, registro

from saude.auditoria.models import Evento
from saude.cadastros.models import Equipe, Estabelecimento, Lotacao, Profissional
from saude.fichas.filtro import Filtro
from saude.fichas.models import Ficha
from saude.painel.vizinhas import place

COMPETENCIA = f"{DIA:%Y%m}"
LIST = f"/executando/sistema/exportacao/{COMPETENCIA}/inconsistencias/?guia=fichas"
TURNO = "f:visitasDomiciliares[0].turno"
FIRST, SECOND = "1111111", "2222222"


@pytest.fixture
def entra(client: Client, criar_usuario):
    def enter(preset: str = "Digitador", **more) -> Client:
        client.force_login(criar_usuario(preset, **more))
        return client

    return enter


@pytest.fixture
def tres(entidade) -> list[Ficha]:
    """Three with one thing wrong, as the list shows them: the last to come first."""
    receber(entidade, quebrado("FVD"), registro("FVD"), quebrado("FVD"), quebrado("FVD"))
    return list(Ficha.objects.filter(situacao="inconsistente").order_by("-pk"))


def page(client: Client, ficha: Ficha, back: str = LIST) -> str:
    response = client.get(f"/fichas/{ficha.chave}/corrigir/?voltar={quote(back)}")
    assert response.status_code == 200, getattr(response, "url", response.status_code)
    return lido(response)


def send(client: Client, ficha: Ficha, back: str = LIST, **more):
    ficha.refresh_from_db()
    asked = {"revisao": ficha.revisao, "voltar": back, TURNO: "1", "proxima": "1"} | more
    return client.post(f"/fichas/{ficha.chave}/corrigir/", asked)


def at(response, ficha: Ficha) -> bool:
    return response.status_code == 302 and response.url.startswith(f"/fichas/{ficha.chave}/corrigir/?voltar=")


def test_the_place_in_the_list_is_told_and_both_ways_are_open(entra, tres):
    html = page(entra(), tres[1])
    assert "2 de 3" in html and "Salvar e próxima" in html
    assert f"/fichas/{tres[0].chave}/corrigir/" in html and f"/fichas/{tres[2].chave}/corrigir/" in html


def test_save_and_next_goes_down_the_list_to_its_end(entra, tres):
    client = entra()
    assert at(send(client, tres[0]), tres[1])
    assert at(send(client, tres[1]), tres[2])
    last = send(client, tres[2])
    assert last.url == LIST
    assert not Ficha.objects.filter(situacao="inconsistente").exists()
    assert "Era a última da lista" in lido(client.get(last.url))


def test_what_still_has_an_error_stays_open(entra, tres):
    assert at(send(entra(), tres[0], **{TURNO: "9"}), tres[0])


def test_the_order_of_the_list_is_that_of_the_way_on(entra, tres):
    client = entra()
    back = f"{LIST}&ordem=recebida"
    assert at(send(client, tres[2], back), tres[1])
    html = page(client, tres[0], f"{LIST}&ordem=unidade")
    assert "1 de 2" in html or "2 de 2" in html


def test_the_filter_of_the_list_narrows_the_way_on(entra, entidade):
    receber(entidade, em(FIRST, quebrado("FVD")), em(SECOND, quebrado("FVD")), em(FIRST, quebrado("FVD")))
    oldest, other, newest = Ficha.objects.order_by("pk")
    back = f"{LIST}&cnes={FIRST}"
    client = entra()
    assert "1 de 2" in page(client, newest, back)
    assert at(send(client, newest, back), oldest)
    other.refresh_from_db()
    assert other.situacao == "inconsistente"


def test_who_mended_it_meanwhile_is_passed_over_and_told(entra, tres):
    client = entra()
    send(client, tres[1])
    response = client.get(f"/fichas/{tres[1].chave}/corrigir/?voltar={quote(LIST)}")
    assert at(response, tres[2]), "the page that was made before it was mended"
    assert "não precisa mais de correção: está processada" in lido(client.get(response.url))


def test_two_at_the_same_ficha_lose_nothing_and_stay_in_the_list(entra, tres):
    client = entra()
    old = tres[0].revisao
    send(client, tres[0], **{TURNO: "9"})
    response = client.post(
        f"/fichas/{tres[0].chave}/corrigir/",
        {"revisao": old, "voltar": LIST, TURNO: "1", "proxima": "1"},
    )
    assert response.status_code == 409
    assert "Salvar e próxima" in response.content.decode()


def test_of_another_area_nothing_is_next(client, entidade, criar_usuario):
    posts = {c: Estabelecimento.objects.create(entidade=entidade, cnes=c, nome=c) for c in (FIRST, SECOND)}
    receber(entidade, em(FIRST, quebrado("FVD")), em(SECOND, quebrado("FVD")), em(FIRST, quebrado("FVD")))
    oldest, foreign, newest = Ficha.objects.order_by("pk")
    client.force_login(criar_usuario("Digitador", estabelecimento=posts[FIRST]))
    html = page(client, newest)
    assert "1 de 2" in html and foreign.chave not in html
    assert at(send(client, newest), oldest)
    assert client.get(f"/fichas/{foreign.chave}/corrigir/?voltar={quote(LIST)}").status_code == 404


@pytest.mark.parametrize(
    "back",
    ["//mau.example/", "https://mau.example/x", "/nada/disso/", "/clientes/99999999999999999999/", LIST + "x" * 3000],
)  # fmt: skip
def test_an_address_that_is_no_list_of_ours_is_no_list(entra, tres, back):
    html = page(entra(), tres[0], back)
    assert "Salvar e próxima" not in html and 'href="//mau.example' not in html


def test_by_cause_and_by_client_the_way_goes_on_too(entra, entidade):
    from saude.web.opaco import hide

    receber(entidade, *[com_cpf(quebrado("FVD")) for _ in range(2)])
    first, second = Ficha.objects.order_by("-pk")
    causa = first.inconsistencias.get().causa
    client = entra()
    assert "1 de 2" in page(client, first, f"/inconsistencias/causa/?causa={hide(causa)}")
    cliente = first.atendidos.get().cliente_id
    assert at(send(client, first, f"/clientes/{cliente}/"), second)


def test_the_place_of_a_ficha_that_left_the_list_still_leads_on(entidade, tres):
    wanted = Filtro(competencia=COMPETENCIA, situacao="inconsistente")
    Ficha.objects.filter(pk=tres[1].pk).update(situacao="processada", n_erros=0)
    where = place(entidade, wanted, tres[1], ordem="")
    assert (where.posicao, where.total) == (0, 2)
    assert (where.anterior, where.proxima) == (tres[0], tres[2])


def test_whose_it_is_stands_in_one_line(entra, entidade):
    record = quebrado("FVD", clientes=[{"nome": "MARIA DA SILVA SOUZA"}])
    receber(entidade, com_cpf(record))
    ficha = Ficha.objects.get()
    Estabelecimento.objects.create(entidade=entidade, cnes=ficha.cnes, nome="UBS Centro")
    Profissional.objects.create(entidade=entidade, cns=ficha.profissional_cns, nome="JOANA AGENTE")
    line = re.search(r'<p class="p-de-quem">(.*?)</p>', page(entra(), ficha), re.DOTALL)
    text = " ".join(re.sub(r"<[^>]+>", " ", line[1]).split())
    for told in (
        "MARIA DA SILVA SOUZA",
        "41 anos",
        "Visita domiciliar",
        "15/09/2026",
        "JOANA AGENTE",
        "UBS Centro",
    ):
        assert told in text, text


def test_the_item_of_the_field_is_named(entra, entidade):
    record = registro("FV")
    del cidadao(record)["vacinas"][0]["lote"]
    receber(entidade, record)
    html = page(entra(), Ficha.objects.get())
    assert re.search(r"Lote da vacina \w+", html)


def test_the_lotacao_is_offered_and_the_cpf_of_the_registration(entra, entidade):
    wrong = registro("FVD")
    wrong["ficha"]["headerTransport"]["cboCodigo_2002"] = "999999"
    receber(entidade, wrong)
    ficha = Ficha.objects.get()
    assert ficha.situacao == "inconsistente"
    post = Estabelecimento.objects.create(entidade=entidade, cnes=ficha.cnes, nome="UBS Centro")
    who = Profissional.objects.create(entidade=entidade, cns=ficha.profissional_cns, nome="JOANA")
    team = Equipe.objects.create(entidade=entidade, estabelecimento=post, ine="0000123456", nome="ESF Sul")
    Lotacao.objects.create(profissional=who, estabelecimento=post, equipe=team, cbo="515105")
    Lotacao.objects.create(profissional=who, estabelecimento=post, cbo="223505", fim="2020-01-01")
    html = page(entra(), ficha)
    assert 'data-valor="515105 - ' in html and "da lotação em UBS Centro" in html
    assert 'data-valor="223505' not in html, "it ended before the day of the ficha"


def with_cid(codigo: str | None) -> dict:
    record = registro("FAI")
    cidadao(record).update(cpfCidadao=CPF, dataNascimento="1985-03-20", sexo=1)
    cidadao(record)["problemasCondicoes"] = [{"cid10": codigo, "situacao": "0"}] if codigo else []
    return record


def test_the_cid_of_the_same_citizen_is_offered_and_the_reading_is_told(entra, entidade):
    receber(entidade, with_cid("I10"), with_cid("ZZZ99"))
    wrong = Ficha.objects.filter(inconsistencias__campo__contains="cid10").first()
    assert wrong is not None
    html = page(entra(), wrong)
    assert 'data-valor="I10' in html and "do mesmo cidadão" in html
    assert Evento.objects.filter(tipo="cliente.visto", detalhe__para="sugestão").count() == 1


def test_the_cid_of_another_area_is_not_told(client, entidade, criar_usuario):
    there = em_cnes(with_cid("I10"), SECOND)
    here = em_cnes(with_cid("ZZZ99"), FIRST)
    posts = {c: Estabelecimento.objects.create(entidade=entidade, cnes=c, nome=c) for c in (FIRST, SECOND)}
    receber(entidade, there, here)
    client.force_login(criar_usuario("Digitador", estabelecimento=posts[FIRST]))
    wrong = Ficha.objects.get(cnes=FIRST)
    assert "I10" not in page(client, wrong)


def em_cnes(record: dict, cnes: str) -> dict:
    old = record["uuid"]
    record["cnes"] = record["ficha"]["headerTransport"]["lotacaoFormPrincipal"]["cnes"] = cnes
    record["uuid"] = record["ficha"]["uuidFicha"] = cnes + old[7:]
    return record
