"""Lists of inconsistentes and pendentes by column: only while they are short, and by index otherwise."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from html_lido import lido
from producao import DIA, quebrado, receber, registro

from saude.cadastros.models import Estabelecimento, Profissional
from saude.fichas import filtro
from saude.fichas.models import Ficha
from saude.fichas.situacoes import Situacao
from saude.painel import ordenacao

URL = f"/executando/sistema/exportacao/{DIA:%Y%m}/inconsistencias/?guia=fichas"
INCONSISTENTES = filtro.Filtro(competencia=f"{DIA:%Y%m}", situacao=Situacao.INCONSISTENTE)


@pytest.fixture
def lista(entidade):
    """Five with something wrong; names are in another order than codes."""
    records = [quebrado(t) for t in ("FVD", "FAI", "FP", "FVD", "FV")]
    receber(entidade, *records)
    fichas = list(Ficha.objects.order_by("id"))
    assert {f.situacao for f in fichas} == {"inconsistente"}
    for n, f in enumerate(fichas):
        f.data = DIA.replace(day=20 - n)
        f.profissional_cns, f.cnes = f"70000000000000{n}", f"100000{n}"
        f.save(update_fields=["data", "profissional_cns", "cnes"])
        Profissional.objects.create(
            entidade=entidade, cns=f.profissional_cns, nome=f"Pessoa {9 - n}", nome_busca=f"PESSOA {9 - n}"
        )
        Estabelecimento.objects.create(entidade=entidade, cnes=f.cnes, nome=f"Posto {9 - n}")
    return fichas


def ordered(entidade, ordem, **more):
    return [f.pk for f in ordenacao.page(entidade, INCONSISTENTES, ordem=ordem, **more).fichas]


@pytest.mark.parametrize("column", ["data", "profissional", "unidade"])
def test_by_what_the_user_reads(lista, entidade, column):
    by_arrival = [f.pk for f in lista]
    assert ordered(entidade, column) == by_arrival[::-1], "by name, not by code"
    assert ordered(entidade, f"-{column}") == by_arrival


def test_by_ficha_goes_by_its_name(lista, entidade):
    names = [Ficha.objects.get(pk=pk).get_tipo_display() for pk in ordered(entidade, "ficha")]
    assert names == sorted(names) and len(set(names)) == 4


def test_pages_follow_one_another(lista, entidade):
    first = ordenacao.page(entidade, INCONSISTENTES, ordem="data", size=2)
    second = ordenacao.page(entidade, INCONSISTENTES, ordem="data", size=2, cursor=first.proxima)
    last = ordenacao.page(entidade, INCONSISTENTES, ordem="data", size=2, cursor=second.proxima)
    got = [f.pk for p in (first, second, last) for f in p.fichas]
    assert got == ordered(entidade, "data")
    assert (first.anterior, second.anterior, last.proxima) == ("", "0", "")
    assert ordered(entidade, "data", cursor="p_2026-09-01_1") == got, "a strange cursor is the first page"


def test_headings_sort_and_say_so(client, criar_usuario, lista):
    client.force_login(criar_usuario("Digitador"))
    html = lido(client.get(f"{URL}&ordem=profissional"))
    assert re.search(r'aria-sort="ascending"><a class="p-ordena" href="[^"]*ordem=-profissional', html)
    where = [html.index(f.uuid) for f in reversed(lista)]
    assert where == sorted(where)
    for column in ("ficha", "unidade", "data"):
        assert re.search(rf"ordem=-?{column}\b", html), column
    assert client.get(f"{URL}&ordem=senha").status_code == 200


def test_pending_too(client, criar_usuario, entidade):
    receber(entidade, registro("FVD", origem="app"), registro("FVD", origem="app"), origem="app")
    client.force_login(criar_usuario("Digitador"))
    html = client.get("/pendencias/?ordem=-data").content.decode()
    assert 'aria-sort="descending"' in html


def test_a_long_list_is_never_sorted(client, criar_usuario, lista, entidade, monkeypatch):
    monkeypatch.setattr(ordenacao, "BOUND", 4)
    assert not ordenacao.sortable(entidade, INCONSISTENTES)
    client.force_login(criar_usuario("Digitador"))
    with CaptureQueriesContext(connection) as captured:
        html = client.get(f"{URL}&ordem=profissional").content.decode()
    assert "para ordenar por coluna" in html and "p-ordena" not in html
    assert not [q for q in captured if 'AS "chave"' in q["sql"]]
    assert ordenacao.sortable(entidade, filtro.Filtro(**{**INCONSISTENTES.as_json(), "tipo": "FVD"}))


def test_knowing_whether_it_is_short_reads_no_ficha(lista, entidade):
    with CaptureQueriesContext(connection) as captured:
        ordenacao.sortable(entidade, INCONSISTENTES)
    (one,) = captured
    assert "fichas_ficha" not in one["sql"] and "fichas_contagem" in one["sql"]


def test_lists_by_date_are_as_before(client, criar_usuario, entidade):
    receber(entidade, registro("FVD"))
    client.force_login(criar_usuario("Digitador"))
    html = client.get(f"/executando/sistema/exportacao/{DIA:%Y%m}/processados/?guia=fichas").content.decode()
    assert not ordenacao.sortable(entidade, filtro.Filtro(situacao=Situacao.PROCESSADA))
    assert 'aria-sort="descending"' in html and "ordem=profissional" not in html


def test_what_is_short_is_short_in_the_area(lista, entidade, monkeypatch):
    """A long month of the entidade is a short list of one establishment, and can be sorted there."""
    monkeypatch.setattr(ordenacao, "BOUND", 2)
    Ficha.objects.filter(pk=lista[1].pk).update(cnes=lista[0].cnes)
    two = frozenset({lista[0].cnes})
    assert not ordenacao.sortable(entidade, INCONSISTENTES)
    assert ordenacao.sortable(entidade, INCONSISTENTES, cnes=two)
    assert not ordenacao.sortable(entidade, INCONSISTENTES, cnes=frozenset(f.cnes for f in lista))
    assert set(ordered(entidade, "data", cnes=two)) == {lista[0].pk, lista[1].pk}
