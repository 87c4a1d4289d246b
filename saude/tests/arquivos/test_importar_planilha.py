"""A spreadsheet of FVD, FP or FAC: columns said and remembered, rows judged, all taken in or nothing."""

import csv
import io
import json
import zipfile
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import Workbook, load_workbook
from planilhas_feitas import csv_of, tabela_de
from producao import IBGE, registro

from ledi import validate
from saude.arquivos import celulas, colunas, guardados, importacao, planilhas
from saude.arquivos.models import MapaColunas, Planilha
from saude.fichas.models import Ficha
from saude.formularios import campos
from saude.registrar.actions import version_for

URL = "/arquivos/planilha/"


@pytest.fixture(autouse=True)
def pasta(settings, tmp_path):
    settings.DADOS = tmp_path


@pytest.fixture
def enviar(client, criar_usuario):
    client.force_login(criar_usuario("Digitador"))

    def send(data: bytes, name: str = "visitas.csv", tipo: str = "FVD") -> Any:
        return client.post(URL, {"tipo": tipo, "arquivo": SimpleUploadedFile(name, data)})

    return send


def xlsx_of(*rows: list[Any]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def receber_tudo(client: Any, where: str) -> Any:
    row = Planilha.objects.latest("pk")
    sent = {f"coluna-{n}": path for n, path in row.mapa.items()}
    assert client.post(where, sent)["Location"] == f"{where}previa/"
    return client.post(f"{where}receber/", follow=True)


@pytest.mark.parametrize("tipo", colunas.TIPOS)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_row_says_the_minimal_record(enviar, client, entidade, tipo, kind):
    record = registro(tipo)
    rows = tabela_de(record, entidade)
    data = csv_of(*rows) if kind == "csv" else xlsx_of(*rows)
    where = enviar(data, f"a.{kind}", tipo)["Location"]
    receber_tudo(client, where)
    ficha = Ficha.objects.get()
    kept = json.loads(ficha.conteudo.registro)
    found = [i.codigo for i in ficha.inconsistencias.filter(severidade="erro")]
    assert (ficha.situacao, ficha.origem, found) == ("processada", "arquivo", []), kept
    wire, expected = validate(kept).wire, validate(record).wire
    uuid_field = "uuidFicha"
    assert wire.pop(uuid_field) == kept["uuid"]
    expected.pop(uuid_field)
    if tipo == "FAC":  # participants without anything to say have no row
        wire.pop("participantes", None), expected.pop("participantes", None)
    assert wire == expected


@pytest.mark.parametrize(("separator", "encoding"), [(";", "utf-8-sig"), (",", "cp1252"), ("\t", "utf-16")])
def test_encodings_and_separators_are_found(enviar, client, entidade, separator, encoding):
    titles, cells = tabela_de(registro("FVD"), entidade)
    data = csv_of([*titles, "Observação"], [*cells, "João"], separator=separator, encoding=encoding)
    page = client.get(enviar(data)["Location"]).content.decode()
    assert "Observação" in page
    assert "João" in page
    assert "Turno" in page


def test_the_template_is_recognised_by_itself(enviar, client, entidade):
    for tipo in colunas.TIPOS:
        body = b"".join(client.get(f"{URL}modelo/{tipo}.csv").streaming_content)
        titles = next(csv.reader(io.StringIO(body.decode("utf-8-sig")), delimiter=";"))
        enviar(csv_of(titles, ["x"] * len(titles)), tipo=tipo)
        row = Planilha.objects.latest("pk")
        assert len(row.mapa) == len(titles), tipo


def test_columns_said_once_are_remembered(enviar, client, entidade):
    data = csv_of(["Período do dia", "Resultado da visita"], ["Manhã", "1"])
    where = enviar(data)["Location"]
    assert Planilha.objects.get().mapa == {}
    chosen = {"coluna-0": "visitasDomiciliares[0].turno", "coluna-1": "visitasDomiciliares[0].desfecho"}
    client.post(where, chosen)
    assert MapaColunas.objects.get(entidade=entidade).mapa["PERIODO DO DIA"] == "visitasDomiciliares[0].turno"
    enviar(data + b"Tarde;1\n")
    assert Planilha.objects.latest("pk").mapa == {n[7:]: path for n, path in chosen.items()}
    twice = client.post(where, dict.fromkeys(chosen, "visitasDomiciliares[0].turno"))
    assert twice.status_code == 422
    assert "mesmo campo" in twice.content.decode()


def test_preview_tells_the_lines_and_stores_nothing(enviar, client, entidade):
    titles, cells = tabela_de(registro("FVD"), entidade)
    wrong = list(cells)
    wrong[titles.index("Turno")] = "Madrugada"
    where = enviar(csv_of(titles, cells, wrong))["Location"]
    found = client.get(f"{where}previa/").context["previa"]
    assert (found.total, found.prontas, found.com_problemas) == (2, 1, 1)
    made, situation, findings = found.mostradas[0]
    assert (made.linhas, situation) == ((3,), "inconsistente")
    assert [a.campo for a in findings] == ["visitasDomiciliares[0].turno"]
    assert not Ficha.objects.exists()


def test_rows_of_one_number_are_one_ficha(enviar, client, entidade):
    titles, cells = tabela_de(registro("FVD"), entidade)
    rows = [[n, *cells] for n in ("1", "1", "2")]
    where = enviar(csv_of([colunas.GROUP_LABEL, *titles], *rows))["Location"]
    receber_tudo(client, where)
    assert sorted(Ficha.objects.values_list("n_cidadaos", flat=True)) in ([1, 2], [0, 0])
    sizes = [
        len(json.loads(f.conteudo.registro)["ficha"]["visitasDomiciliares"]) for f in Ficha.objects.all()
    ]
    assert sorted(sizes) == [1, 2]


def test_the_same_sheet_again_brings_nothing_new(enviar, client, entidade):
    data = csv_of(*tabela_de(registro("FVD"), entidade))
    for _ in range(2):
        receber_tudo(client, enviar(data)["Location"])
    assert Ficha.objects.count() == 1
    assert [p.lote.novos for p in Planilha.objects.order_by("pk")] == [1, 0]
    again = client.post(f"{URL}{Planilha.objects.latest('pk').uuid}/receber/", follow=True)
    assert "já foi recebida" in again.content.decode()


def test_a_failure_under_way_leaves_nothing(enviar, client, entidade, monkeypatch):
    titles, cells = tabela_de(registro("FVD"), entidade)
    where = enviar(csv_of(titles, cells, cells, cells))["Location"]
    stored = []

    def fails(lote: Any, **more: Any) -> None:
        stored.append(Ficha.objects.count())
        raise RuntimeError("disk")

    monkeypatch.setattr(importacao.intake, "close_lote", fails)
    with pytest.raises(RuntimeError):
        client.post(f"{where}receber/")
    assert stored == [3]
    assert not Ficha.objects.exists()
    assert Planilha.objects.get().lote is None


@pytest.mark.parametrize(
    ("path", "cell", "value"),
    [
        ("headerTransport.dataAtendimento", "15/09/2026", "2026-09-15"),
        ("headerTransport.dataAtendimento", date(2026, 9, 15), "2026-09-15"),
        ("headerTransport.cnes", "123456", "0123456"),
        ("headerTransport.codigoIbgeMunicipio", IBGE, IBGE),
        ("visitasDomiciliares[0].cpfCidadao", "012.345.678-90", "01234567890"),
        ("visitasDomiciliares[0].cpfCidadao", "1234567890", "01234567890"),
        ("visitasDomiciliares[0].turno", "Tarde", 2),
        ("visitasDomiciliares[0].turno", "2 - Tarde", 2),
        ("visitasDomiciliares[0].turno", "de noitinha", "de noitinha"),
        ("visitasDomiciliares[0].stForaArea", "Não", False),
        ("visitasDomiciliares[0].stForaArea", True, True),
        ("visitasDomiciliares[0].pesoAcompanhamentoNutricional", "70,5", 70.5),
        ("visitasDomiciliares[0].motivosVisita", "1; 2", [1, 2]),
        ("visitasDomiciliares[0].turno", "", None),
        ("visitasDomiciliares[0].microArea", "1", "01"),
        ("visitasDomiciliares[0].microArea", "FA", "FA"),
        ("headerTransport.ine", 471828, "0000471828"),
        ("headerTransport.cboCodigo_2002", "10105", "010105"),
        ("headerTransport.cboCodigo_2002", "2251", "2251"),  # a family, not a code that lost zeros
        ("headerTransport.codigoIbgeMunicipio", "420540", "420540"),  # no IBGE code begins with zero
        ("headerTransport.profissionalCNS", "27214394012000", "27214394012000"),  # nor does a CNS
        ("headerTransport.profissionalCNS", "272 1439 4012 0005", "272143940120005"),
        ("headerTransport.cnes", "0", "0000000"),
        ("headerTransport.cnes", "19615 e 2", "19615 e 2"),
    ],
)
def test_cells_become_values(path, cell, value):
    field = next(t.campo for t in colunas.targets("FVD", "8.7.0") if t.caminho == path)
    assert celulas.cell_value(field, cell, ZoneInfo("America/Sao_Paulo")) == value


def test_codes_of_a_list_get_their_zero_back():
    field = next(t.campo for t in colunas.targets("FP", "8.7.0") if t.caminho.endswith(".procedimentos"))
    value = celulas.cell_value(field, "301010030; ABPG001 ; 0301010048", ZoneInfo("America/Sao_Paulo"))
    assert value == ["0301010030", "ABPG001", "0301010048"]
    assert list(celulas.padded_codes(field, "301010030; ABPG001; 0301010048")) == [
        ("301010030", "0301010030")
    ]


ZEROS = (
    "CNS do profissional;CBO do profissional;CNES;INE;Data do atendimento;Município (código IBGE);Turno;"
    "Motivos da visita;Desfecho;Microárea;Tipo de imóvel;CPF do cidadão;Data de nascimento;Sexo"
).split(";")
VISIT = ["272143940120005", "515105", 19615, 471828, date(2026, 9, 15), 4205407, 1, 1, 1, 1, 1, 1234567890,
         datetime(1980, 10, 10), 0]  # fmt: skip


def test_numeric_cells_of_a_real_xlsx_get_their_zeros_back_and_it_is_said(enviar, client, entidade):
    where = enviar(xlsx_of(ZEROS, VISIT, VISIT), "a.xlsx")["Location"]
    page = client.get(f"{where}previa/").content.decode()
    told = " ".join(page.split())
    for text in ("Microárea: linha 2, “1” virou “01”, e mais 1", "“19615” virou “0019615”",
                 "“471828” virou “0000471828”", "“1234567890” virou “01234567890”"):  # fmt: skip
        assert text in told
    assert told.count(" virou ") == 4
    receber_tudo(client, where)
    kept = json.loads(Ficha.objects.first().conteudo.registro)["ficha"]
    visit, header = kept["visitasDomiciliares"][0], kept["headerTransport"]
    assert (visit["microArea"], visit["cpfCidadao"]) == ("01", "01234567890")
    assert (header["cnes"], header["ine"]) == ("0019615", "0000471828")


@pytest.mark.parametrize(
    ("column", "cell", "says"),
    [
        (4, "15/10/26", "“15/10/26” tem o ano com dois algarismos (26). Escreva dia/mês/ano"),
        (4, "46310", "o Excel guarda uma data (seria 15/10/2026)"),
        (4, 46310, "o Excel guarda uma data (seria 15/10/2026)"),
        (4, 46310.5, "o Excel guarda uma data (seria 15/10/2026)"),
        (12, "1-1-80", "“1-1-80” tem o ano com dois algarismos"),
        (0, "2,7E+14", "“2,7E+14” é um número que o Excel abreviou"),
        (0, "2.72144E+14", "o Excel abreviou: os algarismos se perderam. Formate a coluna CNS"),
        (11, "1,23E+10", "“1,23E+10” é um número que o Excel abreviou"),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_excel_or_a_habit_spoilt_is_told_in_terms_of_the_sheet(
    enviar, client, entidade, column, cell, says, kind
):
    row = list(VISIT)
    row[column] = cell
    shown = [f"{c:%d/%m/%Y}" if isinstance(c, date) else c for c in row]
    data = xlsx_of(ZEROS, row) if kind == "xlsx" else csv_of(ZEROS, shown)
    found = client.get(f"{enviar(data, f'a.{kind}')['Location']}previa/").context["previa"]
    [(_, situation, findings)] = found.mostradas
    told = [a.mensagem for a in findings if says in a.mensagem]
    assert situation == "inconsistente"
    assert len(told) == 1, [a.mensagem for a in findings]


def test_a_date_column_that_excel_abbreviated_says_so(enviar, client, entidade):
    row = [*VISIT[:4], "4,6E+04", *VISIT[5:]]
    found = client.get(f"{enviar(xlsx_of(ZEROS, row), 'a.xlsx')['Location']}previa/").context["previa"]
    assert any("“4,6E+04” é um número, não uma data" in a.mensagem for a in found.mostradas[0][2])


def test_a_number_that_excel_abbreviated_is_told_in_a_text_too(enviar, client, entidade):
    """The rule of the prontuário speaks of characters; its owner reads what became of the number."""
    rows = [[1, *VISIT, text] for text in ("2,7E+14", "123")]
    data = xlsx_of([colunas.GROUP_LABEL, *ZEROS, "Número do prontuário"], *rows)
    where = enviar(data, "a.xlsx")["Location"]
    title = next(t.rotulo for t in colunas.targets("FVD", "8.7.0") if t.caminho.endswith(".numProntuario"))
    row = Planilha.objects.get()
    importacao.set_map(
        planilha=row, mapa=row.mapa | {str(len(ZEROS) + 1): "visitasDomiciliares[0].numProntuario"}
    )
    found = client.get(f"{where}previa/").context["previa"]
    [(_, situation, findings)] = found.mostradas
    told = [(a.campo, a.severidade) for a in findings if f"Formate a coluna {title} como Texto" in a.mensagem]
    assert (situation, told) == ("inconsistente", [("visitasDomiciliares[0].numProntuario", "erro")])


# -- bad input


def test_formulas_count_by_their_result_and_missing_results_are_told(enviar, client):
    data = xlsx_of(["Turno", "Desfecho"], ["=1+1", 1])
    page = client.get(enviar(data, "a.xlsx")["Location"]).content.decode()
    assert "fórmulas sem resultado" in page
    assert "(A2)" in page
    assert importacao.preview(Planilha.objects.get()).mostradas[0][0].registro["ficha"][
        "visitasDomiciliares"
    ] == [{"desfecho": 1}]


def _with_entities() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx_of(["a"], ["b"]))) as good, zipfile.ZipFile(file, "w") as bad:
        for name in good.namelist():
            text = good.read(name)
            if "sheet1" in name:
                text = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aa">]>' + text
            bad.writestr(name, text)
    return file.getvalue()


def _bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/worksheets/sheet1.xml", bytes(60_000_000))
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (_with_entities(), "a.xlsx", "entidades"),
        (_bomb(), "a.xlsx", "expande"),
        (b"PK\x03\x04 broken", "a.xlsx", "íntegro"),
        (b"\xd0\xcf\x11\xe0", "a.xls", "terminações"),
        (b"a;b\x00c\n1;2\n", "a.csv", "binário"),
        (b"Turno;Desfecho\n", "a.csv", "ao menos uma"),
        (b"\xff\xfea", "a.csv", "texto legível"),
        (b"", "a.csv", "vazio"),
        (b";".join(b"c%d" % n for n in range(101)) + b"\n1\n", "a.csv", "mais de 100 colunas"),
        (b"Turno\n" + b"1\n" * (planilhas.MAX_ROWS + 1), "a.csv", "mais de 5.000 linhas"),
    ],
)
def test_what_is_no_sheet_is_refused_and_leaves_no_file(enviar, data, name, says):
    answer = enviar(data, name)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Planilha.objects.exists()
    assert not guardados.folder().exists() or list(guardados.folder().iterdir()) == []


def test_other_kinds_of_ficha_are_refused(enviar):
    answer = enviar(b"a\n1\n", tipo="FCI")
    assert answer.status_code == 422
    assert "Escolha a ficha" in answer.content.decode()


def test_sheets_are_of_one_entidade(enviar, client, outra_entidade, criar_usuario):
    where = enviar(b"Turno\n1\n")["Location"]
    client.force_login(criar_usuario("Administrador", username="de_fora", entidade=outra_entidade))
    for address in (where, f"{where}previa/"):
        assert client.get(address).status_code == 404
    assert client.post(f"{where}receber/").status_code == 404


# -- the template in .xlsx, grown sheets, lines that disagree


@pytest.mark.parametrize("tipo", colunas.TIPOS)
def test_the_xlsx_template_filled_comes_in(enviar, client, entidade, tipo):
    """As a digitador would: titles as they are, labels chosen from the lists."""
    body = b"".join(client.get(f"{URL}modelo/{tipo}.xlsx").streaming_content)
    book = load_workbook(io.BytesIO(body))
    assert book.sheetnames[1:] == ["Códigos aceitos", "Como preencher"]
    accepted = {row[1] for row in book["Códigos aceitos"].iter_rows(min_row=2, values_only=True)}
    sheet = book.worksheets[0]
    filled = dict(zip(*tabela_de(registro(tipo), entidade), strict=True))
    options = {t.rotulo: t.campo for t in colunas.targets(tipo, version_for(entidade)) if t.campo}
    for cell in sheet[1]:
        value = filled.get(cell.value)
        field = options.get(cell.value)
        if value is not None and field.domain and field.type.kind != "list":
            value = f"{value} - {campos.label_of(field, value)}"
            assert value in accepted
        elif isinstance(value, str) and field.format == "data":
            value = datetime.strptime(value, "%d/%m/%Y")
        sheet.cell(2, cell.column, value)
    file = io.BytesIO()
    book.save(file)
    where = enviar(file.getvalue(), "modelo.xlsx", tipo)["Location"]
    receber_tudo(client, where)
    ficha = Ficha.objects.get()
    assert [(i.codigo, i.mensagem) for i in ficha.inconsistencias.filter(severidade="erro")] == []
    assert ficha.situacao == "processada"
    assert any("primeira aba" in a for a in Planilha.objects.get().avisos)


def test_the_xlsx_template_keeps_leading_zeros_and_offers_the_codes(enviar, client):
    body = b"".join(client.get(f"{URL}modelo/FVD.xlsx").streaming_content)
    sheet = load_workbook(io.BytesIO(body)).worksheets[0]
    by_title = {c.value: c.column_letter for c in sheet[1]}
    assert sheet.column_dimensions[by_title["CNS do profissional"]].number_format == "@"
    offered = {str(v.sqref).split(":")[0] for v in sheet.data_validations.dataValidation}
    assert f"{by_title['Turno']}2" in offered
    assert client.get(f"{URL}modelo/FCI.xlsx").status_code == 404
    assert client.get(f"{URL}modelo/FVD.pdf").status_code == 404


def test_a_sheet_that_grew_brings_only_what_is_new(enviar, client, entidade):
    titles, cells = tabela_de(registro("FVD"), entidade)
    receber_tudo(client, enviar(csv_of(titles, cells, cells))["Location"])
    assert Ficha.objects.count() == 2  # equal lines are as many visits
    third = list(cells)
    third[titles.index("Turno")] = 3
    where = enviar(csv_of(titles, cells, cells, third))["Location"]
    seen = client.get(f"{where}previa/").context["previa"]
    assert (seen.total, seen.aqui) == (3, 2)
    receber_tudo(client, where)
    assert Ficha.objects.count() == 3
    assert Planilha.objects.latest("pk").lote.iguais == 2


def test_lines_of_one_ficha_that_disagree_are_told_and_not_taken_in(enviar, client, entidade):
    titles, cells = tabela_de(registro("FVD"), entidade)
    other = list(cells)
    other[titles.index("Data do atendimento")] = "16/09/2026"
    where = enviar(csv_of([colunas.GROUP_LABEL, *titles], ["1", *cells], ["1", *other]))["Location"]
    page = client.get(f"{where}previa/").content.decode()
    assert "linha 3, Data do atendimento" in page
    assert "receber/" not in page
    page = receber_tudo(client, where).content.decode()
    assert "não dizem o mesmo" in page
    assert not Ficha.objects.exists()


def test_discarded_or_forgotten_it_is_gone(enviar, client):
    where = enviar(b"Turno\n1\n")["Location"]
    assert len(list(guardados.folder().iterdir())) == 2
    assert client.get(f"{where}previa/").status_code == 200
    for file in guardados.folder().iterdir():
        file.unlink()
    assert "não está mais aqui" in client.get(where, follow=True).content.decode()
    assert "não está mais aqui" in client.get(f"{where}previa/", follow=True).content.decode()
    client.post(f"{where}descartar/")
    assert not Planilha.objects.exists()
    enviar(b"Turno\n1\n")
    Planilha.objects.update(criada_em=timezone.now() - timedelta(days=8))
    guardados.forget_old()
    assert not Planilha.objects.exists()
    assert list(guardados.folder().iterdir()) == []


def test_a_sheet_with_far_cells_and_empty_lines_stays_small(enviar, client):
    book = Workbook()
    book.active.append(["Turno", "Desfecho"])
    book.active["A500000"], book.active["XFD2"] = 1, "longe"
    file = io.BytesIO()
    book.save(file)
    enviar(file.getvalue(), "longe.xlsx")
    row = Planilha.objects.get()
    assert (row.colunas, row.linhas) == (["Turno", "Desfecho"], 1)
