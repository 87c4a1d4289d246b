"""The walk of the way back, in a real browser: corrected, exported, transmitted to a PEC that refuses one in twenty,
the refusal seen, corrected and sent again, the SISAB report imported, reconciled."""

from pathlib import Path

import pytest
from own_thread import in_own_thread
from pec_de_teste import andar, simulador, situacoes
from playwright.sync_api import expect
from producao import quebrado, receber, registro

from saude.contas.actions import set_rules_installation
from saude.exportacao.actions import run_export
from saude.exportacao.models import Exportacao
from saude.fichas.models import Ficha
from saude.transmissao.models import Destino, Transmissao

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(site, criar_usuario, entidade):
    receber(entidade, *[registro() for _ in range(19)], quebrado())
    set_rules_installation(by="teste", usuario=criar_usuario("Administrador"), sim=True)
    return site("administrador")


def transmit(page) -> Transmissao:
    """What the worker does meanwhile: the file, then the transmission, as the pages ask for them."""
    page.goto(f"{page.base}/executando/sistema/exportacoes/nova/?competencia=202609")
    page.get_by_role("button", name="Exportar", exact=True).click()
    page.wait_for_url("**/executando/sistema/exportacoes/*/")
    asked = Exportacao.objects.latest("pk")
    in_own_thread(lambda: run_export(asked.pk))
    expect(page.get_by_role("link", name="Transmitir")).to_be_visible()
    page.get_by_role("link", name="Transmitir").click()
    page.get_by_role("button", name="Transmitir").click()
    page.wait_for_url("**/executando/sistema/transmissoes/*/")
    made = Transmissao.objects.latest("pk")
    in_own_thread(lambda: andar(made))
    expect(page.get_by_text("Concluída", exact=True)).to_be_visible()
    return made


def test_corrected_exported_transmitted_refused_sent_again_and_reconciled(page, olhar, entidade, tmp_path):
    bad = Ficha.objects.get(situacao="inconsistente")
    page.goto(f"{page.base}/fichas/{bad.uuid}/corrigir/")
    page.locator("select[name$=turno]").first.select_option("1")
    page.get_by_role("button", name="Salvar e reprocessar").click()
    expect(page.get_by_text("Processada").first).to_be_visible()

    with simulador("recusa=5%") as pec:
        page.goto(f"{page.base}/administrando/instalacao/")
        page.get_by_role("link", name="PEC de destino").click()
        page.fill("#id_endereco", pec.url)
        page.fill("#id_usuario", "simulado")
        page.fill("#id_senha_nova", "simulado")
        page.get_by_role("button", name="Salvar").click()
        page.get_by_role("button", name="Testar conexão").click()
        expect(page.get_by_text("O PEC aceitou a credencial").first).to_be_visible()
        olhar("pec-de-destino")

        first = transmit(page)
        assert situacoes(first) == {"aceita": 19, "recusada": 1}
        olhar("transmissao")
        page.get_by_role("link", name="Ver e corrigir").click()
        page.get_by_role("link", name="Corrigir e reenviar").click()
        page.fill("#motivo", "Cadastro atualizado no PEC")
        page.get_by_role("button", name="Salvar e reprocessar").click()
        page.wait_for_url(lambda url: "/corrigir/" not in url)
        new = Ficha.objects.get(substitui__isnull=False)
        assert new.situacao == "processada"
    with simulador() as pec:
        Destino.objects.update(endereco=pec.url)
        second = transmit(page)
        assert situacoes(second) == {"aceita": 1} and pec.store.totals() == {"aceita": 1}

    page.goto(f"{page.base}/executando/sistema/retorno/")
    page.set_input_files("input[type=file]", sisab(entidade, tmp_path))
    page.get_by_role("button", name="Enviar").click()
    page.get_by_role("button", name="Registrar").or_(
        page.get_by_role("button", name="Confirmar")
    ).first.click()
    page.goto(f"{page.base}/executando/sistema/conciliacao/202609/")
    expect(page.locator("main")).to_contain_text("20")
    olhar("conciliacao-depois-de-transmitir")


def sisab(entidade, folder: Path) -> Path:
    """The Ministry's validation report, in the form of the samples: all that the PEC took was approved."""
    ficha = Ficha.objects.filter(situacao="exportada").first()
    head = ["Competência: 09/2026", "Ficha: Visita Domiciliar", "Aplicação: Sistema próprio"]
    row = f"{entidade.ibge[:6]};{ficha.cnes};{(ficha.ine or '').lstrip('0')};Aprovado;20;"
    text = "\r\n".join([*head, "IBGE;CNES;INE;Validação;Total;", row, "Fonte: SISAB (fictício)", ""])
    path = folder / "RelatorioValidacao-2026-10-20.csv"
    path.write_bytes(text.encode("latin-1"))
    return path


def test_the_preview_and_what_stops_look_right(page, olhar, entidade, client):
    from pec_de_teste import destino, pedir
    from producao import exportar

    export = exportar(entidade)
    with simulador("C14") as pec:
        destino(entidade, pec.url)
        address = f"{page.base}/executando/sistema/exportacoes/{export.pk}"
        page.goto(f"{address}/transmitir/")
        olhar("transmitir-previa")
        t = pedir(export)
        in_own_thread(lambda: andar(t))
    page.goto(f"{page.base}/executando/sistema/transmissoes/{t.pk}/")
    expect(page.get_by_role("button", name="Retomar")).to_be_visible()
    olhar("transmissao-pausada")
    page.goto(f"{page.base}/administrando/instalacao/pec/")
    olhar("pec-que-recusa")
    page.goto(f"{address}/baixar/")
    expect(page.get_by_text("Baixar mesmo assim")).to_be_visible()
    olhar("baixar-transmitida")
    page.goto(f"{address}/")
    olhar("exportacao-transmitida")
    page.goto(f"{page.base}/servico/")
    expect(page.get_by_text("Transmissões que não andam")).to_be_visible()
    olhar("servico-com-transmissao-parada")
