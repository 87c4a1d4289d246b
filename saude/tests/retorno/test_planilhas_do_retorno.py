"""What came back as spreadsheets: true numbers and days, a header that stands and filters, no formula, links."""

import datetime
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse
from producao import exportar, ficha_de, receber, registro
from relatorios_do_pec import linha, registrar, relatorio
from test_conciliacao import COMPETENCIA, produzir, sisab

from saude.cadastros.models import Estabelecimento
from saude.painel.planilha import Link, xlsx_response

pytestmark = pytest.mark.django_db(transaction=True)


def folha(response):
    book = openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content)))
    return book.active


def linhas(sheet):
    head, *rows = sheet.iter_rows()
    return [dict(zip((c.value for c in head), row, strict=True)) for row in rows]


def stands_and_filters(sheet) -> bool:
    return sheet.freeze_panes == "A2" and sheet.auto_filter.ref == sheet.dimensions


def test_the_reconciliation_counts_in_numbers_and_leads_to_the_fichas(client, entidade, criar_usuario):
    fichas = produzir(entidade, 2)
    Estabelecimento.objects.create(entidade=entidade, cnes="2222222", nome='=HYPERLINK("http://x")')
    registrar(entidade, sisab([f"2222222;{fichas[0].ine.lstrip('0')};Reprovado - CBO;1"]))
    client.force_login(criar_usuario("Consulta"))
    sheet = folha(client.get(reverse("retorno:conciliacao", args=[COMPETENCIA]) + "?baixar=xlsx"))
    assert stands_and_filters(sheet)
    [row] = linhas(sheet)
    told = {name: row[name].value for name in ("Exportadas", "Reprovado", "Diferença", "Motivos")}
    assert told == {"Exportadas": 2, "Reprovado": 1, "Diferença": 1, "Motivos": "Reprovado - CBO: 1"}
    assert row["CNES"].value == "2222222" and row["CNES"].data_type == "s"
    place = row["Estabelecimento"]
    assert (place.value, place.data_type, place.quotePrefix) == ('=HYPERLINK("http://x")', "s", True)
    target = row["Exportadas"].hyperlink.target
    assert target.startswith("http://testserver/")
    listed = client.get(target.removeprefix("http://testserver")).content.decode()
    assert all(f.uuid in listed for f in fichas)


def test_a_report_of_the_pec_leads_each_line_to_its_ficha(client, entidade, criar_usuario):
    ficha = ficha_de(receber(entidade, registro())[0])
    exportar(entidade)
    alheia = "9900017-9e6f51fd-be30-4442-8bca-0680de4b5980"
    said = linha(ficha.uuid, "=1+1 ProfissionalCNS possui um valor inválido: 898001160660761")
    row = registrar(entidade, relatorio([said, linha(alheia)]))
    client.force_login(criar_usuario("Coordenador"))
    where = reverse("retorno:relatorio", args=[row.pk])
    assert "?baixar=xlsx" in client.get(where).content.decode()
    sheet = folha(client.get(where + "?baixar=xlsx"))
    assert stands_and_filters(sheet)
    ours, theirs = linhas(sheet)
    assert ours["UUID"].hyperlink.target == "http://testserver" + reverse("fichas:detalhe", args=[ficha.uuid])
    assert theirs["UUID"].hyperlink is None and theirs["Grupo"].value == "Não são daqui"
    assert ours["Recebida em"].value == datetime.datetime(2026, 10, 5) and ours["Recebida em"].is_date
    message = ours["O que o PEC disse"]
    assert message.value.startswith("=1+1") and message.data_type == "s" and message.quotePrefix
    assert "898001160660761" not in str([[c.value for c in r.values()] for r in (ours, theirs)])
    assert ours["Campo"].value and ours["Linha"].value == 2


def test_who_works_in_one_area_downloads_its_lines_only(client, entidade, criar_usuario):
    from producao import em

    answers = receber(entidade, em("2222222", registro()), em("3333333", registro()))
    exportar(entidade)
    here, there = (ficha_de(a) for a in answers)
    alheia = "9900017-9e6f51fd-be30-4442-8bca-0680de4b5980"
    row = registrar(entidade, relatorio([linha(here.uuid), linha(there.uuid), linha(alheia)]))
    post = Estabelecimento.objects.create(entidade=entidade, cnes="2222222", nome="UBS DAQUI")
    client.force_login(criar_usuario("Coordenador", username="da_area", estabelecimento=post))
    sheet = folha(client.get(reverse("retorno:relatorio", args=[row.pk]) + "?baixar=xlsx"))
    assert [r["UUID"].value for r in linhas(sheet)] == [here.uuid]


def test_a_report_that_counts_is_downloaded_as_numbers(client, entidade, criar_usuario):
    row = registrar(entidade, sisab(["2222222;;Aprovado;1.204", "3333333;;Reprovado - CBO;7"]))
    client.force_login(criar_usuario("Coordenador"))
    sheet = folha(client.get(reverse("retorno:relatorio", args=[row.pk]) + "?baixar=xlsx"))
    assert [(r["CNES"].value, r["Validação"].value, r["Fichas"].value) for r in linhas(sheet)] == [
        ("2222222", "Aprovado", 1204),
        ("3333333", "Reprovado - CBO", 7),
    ]


def test_links_are_as_many_as_a_spreadsheet_opens(monkeypatch):
    from saude.painel import planilha

    monkeypatch.setattr(planilha, "MAX_LINKS", 2)
    rows = ([Link(n, f"http://testserver/?a=1&b={n}"), 1.5, float("nan")] for n in range(4))
    sheet = folha(xlsx_response("x.xlsx", ("a", "b", "c"), rows))
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [c.value for c in cells] == [0, 1, 2, 3]
    assert [c.hyperlink.target if c.hyperlink else None for c in cells] == [
        "http://testserver/?a=1&b=0", "http://testserver/?a=1&b=1", None, None,
    ]  # fmt: skip
    assert [c.value for c in sheet[2]] == [0, 1.5, "nan"]
