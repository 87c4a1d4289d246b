"""Lists that say what is wrong, whose it is, and give it out as a sheet that is one."""

import io
from datetime import datetime

import pytest
from django.test import Client
from html_lido import lido
from openpyxl import load_workbook
from producao import DIA, com_cpf, quebrado, receber, registro

from saude.auditoria.models import Evento
from saude.fichas.models import Ficha, Reprocessamento

LIST = f"/executando/sistema/exportacao/{DIA:%Y%m}/inconsistencias/?guia=fichas"
REPROCESS = "/executando/sistema/exportacao/reprocessamentos/novo/"


@pytest.fixture
def cliente_logado(client: Client, criar_usuario) -> Client:
    client.force_login(criar_usuario("Digitador"))
    return client


def named(record: dict, nome: str) -> dict:
    record["contexto"] = {"clientes": [{"nome": nome}]}
    return com_cpf(record)


def book(client: Client, address: str):
    content = b"".join(client.get(address))
    return load_workbook(io.BytesIO(content)).active


def test_the_first_error_is_told_in_words_and_the_uuid_is_behind_an_icon(cliente_logado, entidade):
    receber(entidade, named(quebrado("FVD"), "ANA LIMA"))
    ficha = Ficha.objects.get()
    html = lido(cliente_logado.get(LIST))
    assert ficha.inconsistencias.get().mensagem in html and "1 erro" not in html
    assert "ANA LIMA" in html and f'data-copia="{ficha.uuid}"' in html
    assert '<th scope="col">Situação</th>' not in html, (
        "all of this list are inconsistentes: the page says so"
    )
    assert f"/fichas/{ficha.chave}/corrigir/?voltar=" in html


def test_the_sheet_has_the_words_the_names_true_dates_a_filter_and_a_still_header(cliente_logado, entidade):
    receber(entidade, named(quebrado("FVD"), "ANA LIMA"))
    sheet = book(cliente_logado, f"{LIST}&baixar=xlsx")
    header, row = ([cell.value for cell in r] for r in sheet.iter_rows())
    found = dict(zip(header, row, strict=True))
    assert found["Cliente"] == "ANA LIMA"
    assert found["O que está errado"] == Ficha.objects.get().inconsistencias.get().mensagem
    assert found["Data"] == datetime(DIA.year, DIA.month, DIA.day), "a date, not a text"
    assert isinstance(found["Recebida em"], datetime)
    assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref == sheet.dimensions
    event = Evento.objects.get(tipo="lista.baixada")
    assert event.detalhe["formato"] == "xlsx" and event.detalhe["nomes"] is True


@pytest.mark.parametrize("nome", ['=HYPERLINK("http://mau.example";"x")', "+55", "-1+1", "@SUM(A1)"])
def test_a_name_is_never_a_formula(cliente_logado, entidade, nome):
    receber(entidade, named(quebrado("FVD"), nome))
    sheet = book(cliente_logado, f"{LIST}&baixar=xlsx")
    cells = [c for row in sheet.iter_rows(min_row=2) for c in row if c.value == nome]
    assert cells or not Ficha.objects.get().atendidos.get().cliente.nome, (
        "the name as it is, or refused at the door"
    )
    assert all(c.data_type == "s" and c.quotePrefix for c in cells)
    text = b"".join(cliente_logado.get(f"{LIST}&baixar=csv").streaming_content).decode()
    assert f";{nome}" not in text


def test_all_of_the_list_are_marked_not_only_those_of_the_page(cliente_logado, entidade):
    receber(entidade, *[quebrado("FVD") for _ in range(53)], quebrado("FVD"))
    html = lido(cliente_logado.get(LIST))
    assert "Marcar todas as 54" in html
    asked = {
        "quais": "escolhidas", "todas": "1", "competencia": f"{DIA:%Y%m}", "situacao": "inconsistente",
        "filtro": "guia=fichas", "voltar": LIST,
    }  # fmt: skip
    cliente_logado.post(REPROCESS, asked)
    assert Reprocessamento.objects.get().total == 54


def test_a_list_that_the_page_shows_whole_offers_no_more(cliente_logado, entidade):
    receber(entidade, quebrado("FVD"), registro("FVD"))
    assert "Marcar todas as" not in lido(cliente_logado.get(LIST))
