"""Addresses typed by hand or cut by a mail program: a page, a kind word or 404, never an error of ours."""

import pytest
from django.test import Client
from producao import DIA, com_cpf, receber, registro

COMPETENCIA = f"{DIA:%Y%m}"
PANEL = "/executando/sistema/exportacao/"
LIST = f"{PANEL}{COMPETENCIA}/processados/?guia=fichas"


@pytest.fixture
def entra(client: Client, criar_usuario) -> Client:
    client.force_login(criar_usuario("Coordenador"))
    return client


@pytest.mark.parametrize(
    "cursor", ["p_x_1", "p_2026-99-99_1", "p_2026-10-01_99999999999999999999", "p__²", "p", "%01_%01_%01"]
)
def test_a_broken_cursor_shows_a_page_of_the_list(entra, entidade, cursor):
    receber(entidade, com_cpf(registro("FVD")))
    assert entra.get(f"{LIST}&cursor={cursor}").status_code == 200


@pytest.mark.parametrize("competencia", ["999912", "000001", "189912", "210001", "202613"])
def test_a_month_out_of_this_age_is_not_found(entra, competencia):
    assert entra.get(f"{PANEL}{competencia}/processados/").status_code == 404


@pytest.mark.parametrize("competencia", ["999912", "000001", "202699", "%01"])
def test_a_new_export_of_no_month_offers_the_newest(entra, entidade, competencia):
    receber(entidade, com_cpf(registro("FVD")))
    page = entra.get(f"/executando/sistema/exportacoes/nova/?competencia={competencia}")
    assert page.status_code == 200
    assert f'value="{DIA.replace(day=1):%Y-%m-%d}"' in page.content.decode()


def test_a_uuid_with_what_no_uuid_has_is_unknown(entra):
    page = entra.get("/busca/?uuid=%01%01%01%01%01%01%01%01%01")
    assert page.status_code == 200
    assert "Nenhuma ficha" in page.content.decode()
