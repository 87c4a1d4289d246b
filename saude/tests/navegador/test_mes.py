"""The coordinator's month, in a real browser: see, mend the client, mend by cause, reprocess, export, search."""

import io
import json
import zipfile

import pytest
from producao import DIA, cidadao, com_cpf, quebrado, receber, registro

from saude.clientes.models import Cliente
from saude.exportacao.actions import run_export
from saude.exportacao.models import Exportacao
from saude.fichas.models import BlocoReprocessamento, Ficha
from saude.processamento.tasks import reprocessar_bloco

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
COMPETENCIA = f"{DIA:%Y%m}"
PANEL = "/executando/sistema/exportacao/"
GOOD_CPF, BAD_CPF = "52998224725", "52998224726"


def run_blocks() -> None:
    for pk in BlocoReprocessamento.objects.filter(feito_em=None).values_list("pk", flat=True):
        reprocessar_bloco(bloco_id=pk)


def confirm(page, button: str) -> None:
    """From the preview of a batch to its work under way."""
    page.wait_for_selector("text=Nada foi mudado ainda")
    page.click("button:has-text('Continuar')")
    page.click(f"button:has-text('{button}')")
    page.wait_for_selector("progress")


def with_ine(record: dict, ine: str) -> dict:
    record["ine"] = record["ficha"]["headerTransport"]["ine"] = ine
    return record


def named(record: dict, nome: str) -> dict:
    record["contexto"] = {"clientes": [{"nome": nome, "nascimento": "1985-03-20", "sexo": 1}]}
    return record


@pytest.fixture
def mes(entidade):
    """A small competência with one thing of each kind in it."""
    from saude.cadastros.models import Equipe, Estabelecimento

    good = registro("FVD")
    post = Estabelecimento.objects.create(entidade=entidade, cnes=good["cnes"], nome="UBS Centro")
    Equipe.objects.create(entidade=entidade, estabelecimento=post, ine=good["ine"], nome="ESF Centro")
    sick = [named(com_cpf(registro("FVD"), BAD_CPF), "MARIA DA SILVA SOUZA") for _ in range(2)]
    wrong_team = [with_ine(registro("FVD"), "0000999991") for _ in range(3)]
    records = {"good": [good], "sick": sick, "team": wrong_team, "turno": [quebrado("FVD")]}
    receber(entidade, *[r for rows in records.values() for r in rows])
    receber(entidade, registro("FVD", origem="app"), registro("FVD", origem="app"), origem="app")
    return records


def count(situacao: str) -> int:
    return Ficha.objects.filter(situacao=situacao).count()


def test_the_whole_month(mes, criar_usuario, site):
    criar_usuario("Coordenador")
    page = site("coordenador")
    page.goto(page.base + PANEL)
    row = page.locator("tr", has=page.locator(f"th:has-text('{DIA:%m/%Y}')"))
    cells = row.locator("td.s-num").all_inner_texts()
    assert cells == ["1", "6", "2", "0", "9"], "processados, inconsistências, pendências, exportados, total"
    _mend_client(page)
    _mend_cause(page, mes)
    _mend_record(page, mes)
    _reprocess_pending(page)
    _export(page)
    _search(page, mes)


def _mend_client(page) -> None:
    page.goto(page.base + f"{PANEL}{COMPETENCIA}/inconsistencias/?guia=clientes")
    assert "***.982.247-**" in page.inner_text("table")
    assert BAD_CPF not in page.content(), "documents are masked in lists"
    page.click("text=Ver detalhes do cliente")
    assert "MARIA DA SILVA SOUZA" in page.inner_text("h1")
    page.click("[aria-label^='Corrigir inconsistência']")
    page.fill("[name=cpf]", "529.982.247-2")
    page.click("text=Salvar e reprocessar")
    assert "O CPF não confere" in page.inner_text(".s-campo--erro"), "the error stands beside the field"
    page.fill("[name=cpf]", "529.982.247-25")
    page.click("text=Salvar e reprocessar")
    page.wait_for_selector("text=Nada foi mudado ainda")
    page.click("button:has-text('Continuar')")
    page.click("button:has-text('corrigir 2 fichas')")
    page.wait_for_selector("text=2 fichas reprocessadas, todas sem inconsistência")
    assert Cliente.objects.get(nome="MARIA DA SILVA SOUZA").cpf == GOOD_CPF
    assert page.locator("td:has-text('· erro ·')").count() == 0
    page.click(".s-migalhas >> text=Inconsistências")
    page.wait_for_url("**/inconsistencias/?guia=clientes")


def _mend_cause(page, mes) -> None:
    page.goto(page.base + f"{PANEL}{COMPETENCIA}/inconsistencias/?guia=causas")
    row = page.locator("tr", has_text="0000999991").first
    assert "3" in row.inner_text()
    row.locator("[aria-label^='Corrigir inconsistência']").click()
    page.wait_for_load_state()
    page.fill("[role=combobox]", "centro")
    page.wait_for_selector("[role=option]:has-text('ESF Centro')")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.input_value("[role=combobox]").startswith(mes["good"][0]["ine"])
    page.click("text=Ver a prévia em 3 fichas")
    assert page.locator("ins").count() >= 3, "before and after of each"
    confirm(page, "Corrigir 3 fichas")
    run_blocks()
    page.wait_for_selector("text=Concluído")
    for record in mes["team"]:
        ficha = Ficha.objects.get(uuid=record["uuid"])
        assert (ficha.situacao, ficha.ine) == ("processada", mes["good"][0]["ine"])


def _mend_record(page, mes) -> None:
    page.goto(page.base + f"{PANEL}{COMPETENCIA}/inconsistencias/?guia=fichas")
    page.click("summary[aria-label^='Ações da ficha']")
    page.click("text=Corrigir inconsistência")
    assert page.locator("[name='f:visitasDomiciliares[0].turno']").count() == 1
    assert page.locator("[name='f:visitasDomiciliares[0].desfecho']").count() == 0, "only what must be mended"
    page.select_option("[name='f:visitasDomiciliares[0].turno']", "1")
    page.wait_for_selector("#verificacao >> text=Sem inconsistências")
    page.click("text=Salvar e reprocessar")
    page.wait_for_selector("text=a ficha está processada")
    ficha = Ficha.objects.get(uuid=mes["turno"][0]["uuid"])
    assert json.loads(ficha.conteudo.registro)["ficha"]["visitasDomiciliares"][0]["turno"] == 1
    assert count("inconsistente") == 0


def _reprocess_pending(page) -> None:
    page.click("text=Pendências")
    assert page.is_visible("text=Por origem e profissional")
    page.click(".s-acoes >> text=Reprocessar registros")
    confirm(page, "Reprocessar")
    run_blocks()
    page.wait_for_selector("text=Concluído")
    assert count("pendente") == 0


def _export(page) -> None:
    page.click("nav >> text=Exportações")
    page.click(".s-acoes >> text=Nova exportação")
    page.wait_for_selector("text=fichas vão")
    assert page.inner_text("#previa .s-numero b") == "9"
    page.check("text=Todos")
    page.wait_for_selector("text=envia de novo o que já foi exportado")
    page.check("text=Não exportados")
    page.wait_for_selector("text=envia de novo o que já foi exportado", state="detached")
    page.dblclick("button:has-text('Exportar')")
    page.wait_for_selector("progress")
    assert Exportacao.objects.count() == 1, "a double click is one export"
    export = Exportacao.objects.get()
    run_export(export.pk)
    page.wait_for_selector("text=Arquivo pronto")
    assert page.is_visible("text=à noite")
    with page.expect_download() as got:
        page.click("text=Baixar o arquivo")
    with open(got.value.path(), "rb") as file:
        names = zipfile.ZipFile(io.BytesIO(file.read())).namelist()
    assert sorted(names) == sorted(f"{u}.esus" for u in Ficha.objects.values_list("uuid", flat=True))
    assert count("exportada") == len(names) > 0


def _search(page, mes) -> None:
    uuid = mes["turno"][0]["uuid"]
    page.fill("#busca-uuid", uuid[8:18])
    page.press("#busca-uuid", "Enter")
    page.click(f"tbody th:has-text('{uuid}') a")
    assert page.inner_text("#uuid") == uuid
    assert "1 - Manhã" in page.inner_text("article")
    assert "Exportada no arquivo" in page.inner_text("#historico")
    assert "Corrigida" in page.inner_text("#historico")
    page.fill("#busca-uuid", "ffffffff-0000")
    page.press("#busca-uuid", "Enter")
    assert page.is_visible("text=Nenhuma ficha com este UUID")


def test_replacing_an_exported_ficha_asks_for_the_reason(mes, entidade, criar_usuario, site):
    criar_usuario("Coordenador")
    from saude.exportacao.actions import create_export

    export = create_export(
        entidade=entidade, escopo="nao_exportados", inicio=DIA.replace(day=1), fim=DIA, by="teste"
    )
    run_export(export.pk)
    page = site("coordenador")
    page.goto(page.base + f"/fichas/{mes['good'][0]['uuid']}/")
    page.click("text=Substituir")
    page.select_option("[name='f:visitasDomiciliares[0].turno']", "3")
    page.click("text=Salvar e reprocessar")
    assert page.is_visible("text=Informe o motivo da substituição")
    assert page.input_value("[name='f:visitasDomiciliares[0].turno']") == "3", "what was typed stays"
    page.fill("[name=motivo]", "Recusada pelo PEC")
    page.click("text=Salvar e reprocessar")
    page.wait_for_selector("text=Novo registro criado")
    old = Ficha.objects.get(uuid=mes["good"][0]["uuid"])
    new = Ficha.objects.get(substitui=old)
    assert (old.situacao, new.situacao, new.motivo_substituicao) == (
        "exportada",
        "processada",
        "Recusada pelo PEC",
    )


def test_a_stale_form_shows_both_and_loses_nothing(mes, criar_usuario, site):
    from saude.processamento.actions import correct

    user = criar_usuario("Digitador")
    ficha = Ficha.objects.get(uuid=mes["turno"][0]["uuid"])
    page = site("digitador")
    page.goto(page.base + f"/fichas/{ficha.uuid}/corrigir/")
    page.select_option("[name='f:visitasDomiciliares[0].turno']", "2")
    correct(ficha=ficha, changes={"visitasDomiciliares[0].turno": 3}, revisao=ficha.revisao, by=user)
    page.click("text=Salvar e reprocessar")
    told = page.inner_text("[role=alert]")
    assert "alterada por outra pessoa" in told and "3 - Noite" in told and "2 - Tarde" in told
    assert page.input_value("[name='f:visitasDomiciliares[0].turno']") == "2"
    page.click("text=Salvar e reprocessar")
    page.wait_for_selector("text=a ficha está processada")
    stored = json.loads(Ficha.objects.get(pk=ficha.pk).conteudo.registro)
    assert cidadao(stored)["turno"] == 2


def test_an_expired_session_loses_no_text(mes, criar_usuario, site):
    from senha import SENHA

    criar_usuario("Digitador")
    page = site("digitador")
    page.goto(page.base + f"/fichas/{mes['turno'][0]['uuid']}/corrigir/")
    page.context.clear_cookies(name="saude_sessao")
    page.select_option("[name='f:visitasDomiciliares[0].turno']", "2")
    page.wait_for_selector("text=Sua sessão terminou")
    page.click("text=Entrar de novo")
    page.fill("[name=username]", "digitador")
    page.fill("[name=password]", SENHA)
    page.click("button[type=submit]")
    page.wait_for_selector("text=O que você tinha digitado foi recuperado")
    assert page.input_value("[name='f:visitasDomiciliares[0].turno']") == "2"
    page.click("text=Salvar e reprocessar")
    page.wait_for_selector("text=a ficha está processada")
