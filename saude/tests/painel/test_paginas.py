"""Panel, lists, downloads, search, scope and permissions of the pages of Exportação."""

import io
import zipfile
from xml.etree import ElementTree

import pytest
from django.test import Client
from html_lido import lido
from producao import DIA, com_cpf, quebrado, receber, registro

from saude.auditoria.models import Evento
from saude.fichas.models import Ficha, Reprocessamento

COMPETENCIA = f"{DIA:%Y%m}"
PANEL = "/executando/sistema/exportacao/"
DETAIL = f"{PANEL}{COMPETENCIA}/"


@pytest.fixture
def dados(entidade):
    good, bad, waits = com_cpf(registro("FVD")), quebrado("FVD"), registro("FVD", origem="app")
    receber(entidade, good, bad, waits)
    return {"good": good["uuid"], "bad": bad["uuid"], "waits": waits["uuid"]}


@pytest.fixture
def entra(client: Client, criar_usuario):
    def enter(preset: str = "Coordenador", **more) -> Client:
        client.force_login(criar_usuario(preset, **more))
        return client

    return enter


def html(response) -> str:
    assert response.status_code == 200, response.status_code
    return lido(response)


def test_empty_panel_says_what_to_do(entra):
    assert "Ainda não há registros" in html(entra().get(PANEL))


def test_the_counts_are_links_and_the_deadline_tells_what_blocks(entra, dados):
    page = html(entra().get(PANEL))
    for name in ("processados", "inconsistencias", "pendencias", "exportados"):
        assert f'href="{DETAIL}{name}/' in page
    assert "15/10/2026" in page and "1 a corrigir" in page and "1 a reprocessar" in page
    assert "<svg" in page and "Exportar" in page


def test_totals_name_the_twelve_fichas(entra, dados):
    page = html(entra().get(DETAIL + "processados/"))
    assert page.count('<th scope="row">') == 12 + 1
    assert "Cuidado compartilhado" not in page


def test_the_list_is_filtered_and_an_unread_date_is_told_beside_the_field(entra, dados):
    client = entra()
    assert dados["bad"] in html(client.get(DETAIL + "inconsistencias/?guia=fichas&ficha=FVD"))
    assert "Nenhuma ficha com estes filtros" in html(
        client.get(DETAIL + "inconsistencias/?guia=fichas&ficha=FAI")
    )
    assert "dd/mm/aaaa" in html(client.get(DETAIL + "processados/?guia=fichas&de=ontem"))


def test_downloads_carry_the_list_and_are_audited(entra, dados):
    client = entra()
    response = client.get(DETAIL + "processados/?guia=fichas&baixar=csv")
    assert dados["good"] in b"".join(response.streaming_content).decode()
    sheet = zipfile.ZipFile(io.BytesIO(b"".join(client.get(DETAIL + "processados/?guia=fichas&baixar=xlsx"))))
    (rows,) = ElementTree.fromstring(sheet.read("xl/worksheets/sheet1.xml")).iterfind("{*}sheetData")
    assert len(rows) == 2 and dados["good"] in "".join(rows.itertext())
    assert Evento.objects.filter(tipo="lista.baixada").count() == 2


def test_search_by_part_of_the_uuid(entra, dados):
    client = entra()
    assert dados["good"] in html(client.get(f"/busca/?uuid={dados['good'][8:17]}"))
    assert client.get(f"/busca/?uuid={dados['good']}").url == f"/fichas/{dados['good']}/"
    assert "ao menos 8" in html(client.get("/busca/?uuid=abc"))
    assert "Nenhuma ficha com este UUID" in html(client.get("/busca/?uuid=00000000-dead"))


def test_the_ficha_reads_like_paper_and_reading_is_audited(entra, dados):
    page = html(entra().get(f"/fichas/{dados['good']}/"))
    assert "Data de nascimento" in page and "20/03/1985" in page
    assert "Turno" in page and "1 - Manhã" in page
    assert Evento.objects.filter(tipo="ficha.vista").count() == 1


def test_of_another_entidade_nothing_is_found(client, dados, criar_usuario, outra_entidade):
    client.force_login(criar_usuario("Administrador", username="fora", entidade=outra_entidade))
    ficha = Ficha.objects.get(uuid=dados["good"])
    pessoa = ficha.atendidos.first().cliente_id
    job = Reprocessamento.objects.create(entidade=ficha.entidade)
    for url in (
        f"/fichas/{dados['good']}/", f"/fichas/{dados['bad']}/corrigir/", f"/fichas/{dados['good']}/baixar/",
        f"/clientes/{pessoa}/", f"/clientes/{pessoa}/corrigir/",
        f"{PANEL}reprocessamentos/{job.pk}/",
    ):  # fmt: skip
        assert client.get(url).status_code == 404, url
    assert f"/fichas/{dados['good']}/" not in html(client.get(f"/busca/?uuid={dados['good'][:20]}"))
    assert "Ainda não há registros" in html(client.get(PANEL))


def test_who_only_sees_has_no_buttons(entra, dados):
    client = entra("Consulta")
    page = html(client.get(f"/fichas/{dados['bad']}/"))
    assert "Corrigir inconsistência" not in page and "Reprocessar" not in page
    assert client.post(f"/fichas/{dados['bad']}/reprocessar/").status_code == 403
    assert client.get("/executando/sistema/exportacoes/nova/").status_code == 403


def test_live_verification_uses_the_same_rules(entra, dados):
    client = entra("Digitador")
    url = f"/fichas/{dados['bad']}/corrigir/verificar/"
    bad = html(client.post(url, {"f:visitasDomiciliares[0].turno": "9"}))
    assert "FVD-001-e1" in bad and 'hx-swap-oob="true"' in bad
    assert "Sem inconsistências" in html(client.post(url, {"f:visitasDomiciliares[0].turno": "1"}))
    assert Ficha.objects.get(uuid=dados["bad"]).situacao == "inconsistente", "nothing was stored"


def test_reprocessing_chosen_fichas_is_a_task(entra, dados):
    ficha = Ficha.objects.get(uuid=dados["waits"])
    response = entra("Digitador").post(
        f"{PANEL}reprocessamentos/novo/",
        {"quais": "escolhidas", "fichas": [ficha.pk], "voltar": "//mau.example/"},
    )
    job = Reprocessamento.objects.get()
    assert job.total == 1 and response.url.startswith(f"{PANEL}reprocessamentos/{job.pk}/")
    page = html(Client().get("/entrar/"))
    assert "mau.example" not in page
