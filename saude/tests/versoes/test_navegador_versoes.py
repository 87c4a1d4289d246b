"""A walk: the PEC's version changes, what that means is looked at, regenerated and exported, and the zip is opened.
And a foreign envelope mended on the page.

SAUDE_TESTE_CAPTURAS=folder keeps a picture of every page, for looking at them.
"""

from datetime import date
from typing import Any
from zipfile import ZipFile

import pytest
from django.urls import reverse
from playwright.sync_api import expect
from producao import cidadao, com_cpf, receber, registro

from ledi import validate
from ledi.codecs import thrift
from ledi.envelope import Instalacao, unwrap, wrap
from ledi.layouts import layout
from saude.cadastros.actions import set_validade
from saude.exportacao.actions import run_export
from saude.exportacao.models import Exportacao
from saude.fichas.models import BlocoReprocessamento, Ficha
from saude.processamento.em_massa import reprocess_block

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def pasta(settings, tmp_path):
    settings.DADOS = tmp_path
    settings.EXPORTACOES = tmp_path / "exportacoes"


@pytest.fixture
def page(site, criar_usuario):
    criar_usuario("Administrador")
    return site("administrador")


def trabalhar() -> None:
    for pk in BlocoReprocessamento.objects.filter(feito_em=None).order_by("pk").values_list("pk", flat=True):
        reprocess_block(pk)


def without_documents(record: dict[str, Any]) -> dict[str, Any]:
    """As 7.4.2 takes it: 8.7.0 asks why the citizen has no CPF."""
    record["versao"] = "7.4.2"
    for name in ("stNaoPossuiCpf", "justificativaNaoPossuiCpf", "cpfCidadao", "cnsCidadao"):
        cidadao(record).pop(name, None)
    return record


def test_from_the_pec_of_the_municipality_to_the_zip_it_reads(page, olhar, entidade):
    receber(entidade, registro("FAI"), registro("FVD"), without_documents(registro("FAI")))
    page.goto(page.base + reverse("painel:painel"))
    assert page.get_by_text("Não se sabe a versão do PEC").is_visible()
    page.get_by_role("link", name="Ver a instalação").click()
    page.fill("#id_versao_pec", "5.4.38")
    page.get_by_text("O LEDI mais novo que o PEC 5.4.38 lê é o 7.4.2.").wait_for()
    expect(page.locator("#id_versao_ledi")).to_have_value("7.4.2")
    olhar("instalacao-proposta")
    page.get_by_role("button", name="Salvar").click()
    saved = page.get_by_text("ficam na versão em que foram feitas")
    saved.wait_for()
    olhar("instalacao-salva")
    page.get_by_role("link", name="regenere", exact=True).click()
    assert page.input_value("#id_para") == "7.4.2"
    olhar("regenerar")
    page.get_by_role("button", name="Ver a prévia").click()
    page.get_by_text("Preparando a prévia").first.wait_for()
    olhar("regenerar-preparando")
    trabalhar()
    page.get_by_text("Nada mudou ainda").wait_for()
    assert page.get_by_text("Não possui CPF: o campo não existe na 7.4.2").first.is_visible()
    olhar("regenerar-previa")
    page.get_by_role("button", name="Regenerar 2 fichas").click()
    page.get_by_text("Em andamento").first.wait_for()
    trabalhar()
    page.get_by_text("2 fichas estão no LEDI 7.4.2").wait_for()
    olhar("regenerar-concluida")
    page.goto(page.base + reverse("exportacao:nova") + "?competencia=202609")
    page.get_by_role("button", name="Exportar").click()
    page.wait_for_url("**/exportacoes/*/")
    export = run_export(Exportacao.objects.get().pk)
    page.reload()
    with page.expect_download() as download:
        page.get_by_role("link", name="Baixar").first.click()
    with ZipFile(download.value.path()) as package:
        envelopes = [unwrap(package.read(name)) for name in package.namelist()]
    assert export.total == len(envelopes) == 3
    assert {e.declared_version for e in envelopes} == {"7.4.2"}
    assert all("stNaoPossuiCpf" not in str(e.decode().value) for e in envelopes)
    assert set(Ficha.objects.values_list("situacao", flat=True)) == {"exportada"}


def test_what_a_newer_version_asks_for_is_foretold_and_the_dates_are_configured(page, olhar, entidade):
    receber(entidade, without_documents(registro("FAI")), registro("FAI"))
    page.goto(page.base + reverse("regenerar:inicio"))
    page.select_option("#id_para", "8.7.0")
    page.get_by_role("button", name="Ver a prévia").click()
    trabalhar()
    page.get_by_role("heading", name="O que ficaria inconsistente").wait_for()
    olhar("regenerar-inconsistentes")
    page.get_by_role("button", name="Não regenerar").click()
    page.get_by_text("Nada foi alterado.").wait_for()
    page.goto(page.base + reverse("versoes_ledi"))
    olhar("versoes")
    page.get_by_label("Ações da versão 8.7.0").click()
    page.get_by_role("link", name="Mudar validade").click()
    page.fill("#id_data", "05/12/2026")
    page.fill("#id_motivo", "Nota técnica")
    olhar("versao")
    page.get_by_role("button", name="Salvar").click()
    page.get_by_text("Informada aqui").wait_for()
    set_validade(by="t", entidade=entidade, versao="8.7.0", data=date(2026, 12, 5), motivo="Nota técnica")
    page.goto(page.base + reverse("painel:painel"))
    olhar("painel-avisos")


def test_who_typed_it_is_mended_on_the_page(page, olhar, tmp_path, entidade):
    vendor = Instalacao(contraChave="Outro - 3.1", uuidInstalacao="OUTRO-1", cpfOuCnpj="Valor do cpfOuCnpj",
                        nomeOuRazaoSocial="Outro Sistema Ltda")  # fmt: skip
    record, made = com_cpf(registro("FVD")), layout()
    body = thrift.encode(made.fichas["FVD"].root, validate(record).wire)
    path = tmp_path / "do-outro.zip"
    with ZipFile(path, "w") as package:
        package.writestr(f"{record['uuid']}.esus", wrap(record, body, remetente=vendor, layout=made))
        package.writestr("__MACOSX/._a.esus", b"junk")
        package.writestr("LEIAME.txt", b"leia")
    page.goto(page.base + reverse("arquivos:conferir"))
    page.set_input_files("#arquivo", path)
    page.get_by_role("button", name="Conferir").click()
    page.get_by_text("O que não é ficha foi deixado de lado").wait_for()
    olhar("conferir-sobras")
    page.get_by_role("button", name="Receber para corrigir").click()
    page.get_by_text("Recebido: 1 nova").wait_for()
    ficha = Ficha.objects.get()
    assert ficha.situacao == "inconsistente"
    page.goto(page.base + reverse("fichas:corrigir", args=[ficha.chave]))
    field = page.get_by_label("CPF ou CNPJ")
    assert field.input_value() == "Valor do cpfOuCnpj"
    olhar("corrigir-originadora")
    field.fill("11222333000181")
    field.press("Tab")  # judged when it is left
    page.locator("#verificacao .s-mensagem--success").wait_for()
    page.get_by_role("button", name="Salvar e reprocessar").click()
    page.get_by_text("a ficha está processada").wait_for()
    after = Ficha.objects.get()
    assert after.conteudo.proveniencia["originadora"]["cpfOuCnpj"] == "11222333000181"
    page.goto(page.base + reverse("fichas:corrigir", args=[ficha.chave]) + "?campos=todos")
    olhar("corrigir-tudo")
