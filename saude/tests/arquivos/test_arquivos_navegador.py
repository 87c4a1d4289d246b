"""Files and spreadsheets walked through in a real browser, in every state, at the width of a desk and of a phone.

SAUDE_TESTE_CAPTURAS=folder keeps a picture of every page, for looking at them.
"""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from producao import cidadao, quebrado, receber, registro

from ledi import validate
from ledi.codecs import thrift
from ledi.envelope import Instalacao, wrap, wrap_xml
from ledi.layouts import layout
from saude.arquivos import actions, exame, tasks
from saude.arquivos.models import Conferencia, Planilha
from saude.fichas.models import Ficha

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
VENDOR = Instalacao(
    contraChave="Outro - 3.1",
    uuidInstalacao="OUTRO-1",
    cpfOuCnpj="11222333000181",
    nomeOuRazaoSocial="Outro Sistema de Saúde Ltda",
)


@pytest.fixture(autouse=True)
def pasta(settings, tmp_path):
    settings.DADOS = tmp_path
    settings.EXPORTACOES = tmp_path / "exportacoes"


@pytest.fixture
def page(site, criar_usuario):
    criar_usuario("Digitador")
    return site("digitador")


def entry(record: dict[str, Any], *, xml: bool = False) -> tuple[str, bytes]:
    """The record as another vendor's zip carries it, also when it has something wrong."""
    made = layout(record["versao"])
    if xml:
        return f"{record['uuid']}.esus.xml", wrap_xml(
            record, validate(record).wire, remetente=VENDOR, layout=made
        )
    body = thrift.encode(made.fichas[record["tipo"]].root, validate(record).wire)
    return f"{record['uuid']}.esus", wrap(record, body, remetente=VENDOR, layout=made)


def newer(name: str, data: bytes) -> tuple[str, bytes]:
    struct = layout().structs["DadoTransporteThrift"]
    value = thrift.decode(struct, data).value | {"versao": {"major": 9, "minor": 1, "revision": 0}}
    return name, thrift.encode(struct, value)


def zip_of(path: Path, *entries: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in entries:
            package.writestr(name, data)
    return path


def enviar(page: Any, path: Path) -> None:
    page.goto(page.base + "/arquivos/conferir/")
    page.set_input_files("#arquivo", path)
    page.get_by_role("button", name="Conferir").click()
    page.wait_for_load_state()


def test_a_file_of_another_vendor_from_upload_to_the_panel(page, olhar, tmp_path, entidade):
    twice, here = registro("FVD"), registro("FCI")
    receber(entidade, here)
    wrong = registro("FAI")
    cidadao(wrong)["turno"] = 9
    entries = [
        entry(twice),
        entry(here),
        entry(registro("FCI"), xml=True),
        newer(*entry(registro("FP"))),
        entry(wrong),
    ]
    again = (f"b-{entries[0][0]}", entries[0][1])
    path = zip_of(
        tmp_path / "producao-do-outro-sistema-2026-09.zip",
        *entries,
        again,
        ("leiame.txt", b"oi"),
        ("estragada.esus", b"oi"),
    )
    page.goto(page.base + "/executando/sistema/exportacao/")
    page.get_by_role("link", name="Conferir arquivo").click()
    olhar("conferir-vazio")
    page.set_input_files("#arquivo", path)
    page.get_by_role("button", name="Conferir").click()
    page.get_by_role("heading", name="O que há no arquivo").wait_for()
    olhar("conferencia-pronta")
    assert page.get_by_text("lido com o layout 8.7.0").count() >= 1
    assert page.get_by_text("Outro Sistema de Saúde Ltda").count() == 1
    page.get_by_role("link", name="Só com inconsistência").click()
    olhar("conferencia-filtrada")
    page.get_by_role("link", name="Atendimento individual").last.click()
    page.get_by_role("heading", name="Achados").wait_for()
    olhar("item-inconsistente")
    page.get_by_role("link", name="Anterior").click()
    page.get_by_role("heading", name="Procedimentos").first.wait_for()
    olhar("item-outra-versao")
    page.go_back()
    page.get_by_role("link", name="Próximo").click()
    olhar("item-repetido")
    page.get_by_role("link", name="Próximo").click()
    olhar("item-nao-reconhecido")
    assert Ficha.objects.count() == 1
    page.get_by_role("navigation", name="Você está em").get_by_role("link", name="producao").click()
    page.get_by_role("button", name="Receber para corrigir").click()
    page.get_by_text("Recebido: 4 novas").wait_for()
    olhar("conferencia-recebida")
    page.get_by_role("link", name="Ver o painel").click()
    assert page.url.endswith("/executando/sistema/exportacao/")
    assert Ficha.objects.count() == 5
    page.goto(page.base + "/arquivos/conferir/")
    page.get_by_role("link", name="producao-do-outro").click()
    page.get_by_role("button", name="Apagar daqui").click()
    page.get_by_role("dialog").get_by_role("button", name="Apagar").click()
    page.get_by_text("foram apagados daqui").wait_for()
    assert not Conferencia.objects.exists() and Ficha.objects.count() == 5


def test_files_that_cannot_be_read_and_files_under_way(page, olhar, tmp_path, monkeypatch):
    bad = tmp_path / "cortado.zip"
    bad.write_bytes(zip_of(tmp_path / "inteiro.zip", entry(registro()), entry(registro())).read_bytes()[:-40])
    enviar(page, bad)
    page.get_by_role("alert").wait_for()
    olhar("conferencia-falhou")
    (tmp_path / "nota.pdf").write_bytes(b"%PDF")
    enviar(page, tmp_path / "nota.pdf")
    page.get_by_role("alert").wait_for()
    olhar("conferir-recusado")
    monkeypatch.setattr(actions, "SMALL", 10)
    large = tmp_path / "grande.jsonl"
    large.write_text("".join(json.dumps(registro()) + "\n" for _ in range(60)))
    enviar(page, large)
    page.get_by_text("Na fila").first.wait_for()
    row = Conferencia.objects.latest("pk")
    exame.mark(row, estado="lendo", lidos=35)
    page.get_by_text("35").wait_for()
    olhar("conferencia-lendo")
    tasks.conferir(row.pk)
    page.get_by_role("button", name="Receber para corrigir").click()
    page.get_by_text("registros recebidos").wait_for()
    olhar("conferencia-recebendo")
    tasks.receber(row.pk)
    page.get_by_text("Recebido: 60 novas").wait_for()
    olhar("conferencia-paginada")
    monkeypatch.undo()
    enviar(page, large)
    page.get_by_text("já está aqui").first.wait_for()
    monkeypatch.setattr(actions, "take_in", lambda *a: 1 / 0)
    page.get_by_role("button", name="Receber para corrigir").click()
    page.get_by_role("alert").first.wait_for()
    olhar("conferencia-nao-recebida")
    page.goto(page.base + "/arquivos/conferir/")
    olhar("conferir-lista")


def test_two_files_and_two_versions_side_by_side(page, olhar, tmp_path, entidade):
    records = [registro("FVD"), registro("FVD"), registro("FAI"), registro("FCI")]
    first, second = tmp_path / "agosto.jsonl", tmp_path / "agosto-corrigido.jsonl"
    first.write_text("".join(json.dumps(r) + "\n" for r in records[:3]))
    cidadao(records[1]).update(turno=2, desfecho=2)
    second.write_text("".join(json.dumps(r) + "\n" for r in (records[0], records[1], records[3])))
    enviar(page, first)
    enviar(page, second)
    page.goto(page.base + "/arquivos/conferir/")
    page.get_by_label("Comparar agosto.jsonl").check()
    page.get_by_role("button", name="Comparar os dois marcados").click()
    page.get_by_text("Marque dois arquivos").wait_for()
    for name in ("agosto.jsonl", "agosto-corrigido.jsonl"):
        page.get_by_label(f"Comparar {name}").check()
    page.get_by_role("button", name="Comparar os dois marcados").click()
    page.get_by_role("heading", name="Comparar arquivos").wait_for()
    olhar("comparar")
    page.get_by_role("link", name=records[1]["uuid"]).click()
    page.get_by_text("2 campos diferentes").wait_for()
    olhar("lado-a-lado")
    page.get_by_role("link", name="Mostrar todos os campos").click()
    olhar("lado-a-lado-todos")
    page.get_by_role("navigation", name="Você está em").get_by_role("link", name="Comparar").click()
    page.get_by_role("link", name="agosto.jsonl").click()
    page.get_by_role("link", name="agosto-corrigido.jsonl").click()
    uuids = Conferencia.objects.order_by("pk").values_list("uuid", flat=True)
    page.goto(f"{page.base}/arquivos/comparar/{uuids[0]}/{uuids[0]}/")
    page.get_by_text("Sem diferenças").wait_for()
    olhar("comparar-iguais")

    (answer,) = receber(entidade, quebrado("FVD"))
    page.goto(f"{page.base}/fichas/{answer.uuid}/versoes/")
    page.get_by_text("Só há uma versão").wait_for()
    olhar("versoes-uma")
    page.goto(f"{page.base}/fichas/{answer.uuid}/")
    assert page.get_by_role("link", name="Comparar as versões").count() == 0
    page.get_by_role("link", name="Corrigir inconsistência").click()
    page.get_by_label("Turno").first.select_option("2")
    page.get_by_role("button", name="Salvar").first.click()
    page.wait_for_load_state()
    page.goto(f"{page.base}/fichas/{answer.uuid}/")
    page.get_by_role("link", name="Comparar as versões").click()
    page.get_by_text("1 campo diferente").wait_for()
    assert page.locator(".r-mudou ins").inner_text() == "2 - Tarde"
    olhar("versoes")
    page.goto(f"{page.base}/executando/sistema/exportacao/202609/processados/?guia=fichas")
    page.get_by_label(f"Ações da ficha {answer.uuid}").click()
    page.get_by_role("link", name="Comparar versões").click()
    assert page.url.endswith(f"/fichas/{answer.uuid}/versoes/")


def test_a_spreadsheet_from_the_template_to_the_panel(page, olhar, tmp_path, entidade):
    page.goto(page.base + "/executando/sistema/exportacao/")
    page.get_by_role("link", name="Importar planilha").click()
    olhar("planilha-vazia")
    with page.expect_download() as found:
        page.get_by_role("link", name="Modelo de Visita domiciliar e territorial em .xlsx").click()
    template = tmp_path / "modelo.xlsx"
    found.value.save_as(template)
    fill(template, registro("FVD"), lines=4, wrong={3: ("Turno", "de noite"), 4: ("Desfecho", None)})
    page.select_option("#tipo", "FVD")
    page.set_input_files("#arquivo", template)
    page.get_by_role("button", name="Continuar").click()
    page.get_by_role("heading", name="O que é cada coluna?").wait_for()
    olhar("mapear")
    page.get_by_role("button", name="Ver prévia").click()
    page.get_by_role("heading", name="Prévia").wait_for()
    olhar("previa-com-inconsistencia")
    assert page.locator(".s-numero b").all_inner_texts() == ["4", "2", "2", "0"]
    page.get_by_role("button", name="Descartar").click()
    page.get_by_role("dialog").get_by_role("button", name="Descartar").click()
    page.get_by_text("A planilha foi apagada daqui").wait_for()
    assert not Planilha.objects.exists() and not Ficha.objects.exists()

    found.value.save_as(template)
    fill(template, registro("FVD"), lines=3, wrong={})
    page.select_option("#tipo", "FVD")
    page.set_input_files("#arquivo", template)
    page.get_by_role("button", name="Continuar").click()
    page.get_by_role("button", name="Ver prévia").click()
    olhar("previa-boa")
    page.get_by_role("button", name="Receber 3 fichas").click()
    page.get_by_text("3 fichas novas").wait_for()
    assert page.url.endswith("/executando/sistema/exportacao/")
    assert set(Ficha.objects.values_list("situacao", flat=True)) == {"processada"}
    page.goto(page.base + "/arquivos/planilha/")
    olhar("planilha-lista")
    page.get_by_role("link", name="modelo.xlsx", exact=True).click()
    page.get_by_text("já foi recebida").wait_for()
    olhar("previa-recebida")


def test_a_sheet_of_ones_own_titles_and_what_is_wrong_with_sheets(page, olhar, tmp_path):
    page.goto(page.base + "/arquivos/planilha/")
    sheet = tmp_path / "agenda.csv"
    sheet.write_bytes("Período do dia;Quem\nmanhã;João\n".encode("cp1252"))
    page.set_input_files("#arquivo", sheet)
    page.get_by_role("button", name="Continuar").click()
    page.get_by_text("Windows-1252").wait_for()
    page.get_by_role("button", name="Ver prévia").click()
    page.get_by_role("alert").wait_for()
    olhar("mapear-erro")
    page.get_by_label("Período do dia").select_option(label="Turno")
    page.get_by_role("button", name="Ver prévia").click()
    page.get_by_role("heading", name="Prévia").wait_for()
    olhar("previa-incompleta")
    page.goto(page.base + "/arquivos/planilha/")
    (tmp_path / "velha.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    page.set_input_files("#arquivo", tmp_path / "velha.xls")
    page.get_by_role("button", name="Continuar").click()
    page.get_by_role("alert").wait_for()
    olhar("planilha-recusada")


def fill(path: Path, record: dict[str, Any], *, lines: int, wrong: dict[int, tuple[str, Any]]) -> None:
    """Write the record into so many lines of the template, all different by the microárea."""
    from zoneinfo import ZoneInfo

    from ledi.paths import value_at
    from saude.arquivos import colunas
    from saude.formularios import campos

    book = load_workbook(path)
    sheet = book.worksheets[0]
    titles = {c.value: c.column for c in sheet[1]}
    for line in range(2, lines + 2):
        for target in colunas.targets(record["tipo"], record["versao"]):
            value = value_at(record["ficha"], target.caminho) if target.campo else None
            if value not in (None, []):
                shown = campos.shown(target.campo, value, ZoneInfo("America/Sao_Paulo"))
                plain = "; ".join(map(str, value)) if isinstance(value, list) else value
                sheet.cell(line, titles[target.rotulo], shown if target.campo.is_date else plain)
        sheet.cell(line, titles["Número do prontuário"], f"P{line}")
        if line in wrong:
            title, value = wrong[line]
            sheet.cell(line, titles[title]).value = value
    file = io.BytesIO()
    book.save(file)
    path.write_bytes(file.getvalue())
