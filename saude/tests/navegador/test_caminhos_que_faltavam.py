"""Walks in a real browser: rectifying what was exported, one .esus, who was attended, two INE, a tablet and paper."""

import json

import pytest
from producao import CPF, cidadao, com_cpf, exportar, quebrado, receber, registro

from saude.cadastros.models import Especialidade
from saude.clientes.models import Cliente
from saude.fichas.models import Atendido, Ficha

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def coordenador(criar_usuario, site):
    criar_usuario("Coordenador")
    page = site("coordenador")
    return page


@pytest.mark.parametrize(
    ("tipo", "campo", "valor"),
    [
        ("FCI", "f:identificacaoUsuarioCidadao.nomeCidadao", "MARIA APARECIDA CORRIGIDA"),
        ("FCD", "f:enderecoLocalPermanencia.bairro", "Bairro Novo"),
    ],
)
def test_rectifying_a_registration(coordenador, entidade, tipo, campo, valor):
    record = registro(tipo)
    receber(entidade, record)
    exportar(entidade)
    page = coordenador
    page.goto(f"{page.base}/fichas/{record['uuid']}/")
    page.click("text=Retificar")
    for name in ("fichaAtualizada", "uuidFichaOriginadora"):
        assert page.locator(f"[name='f:{name}']").count() == 0, "the system sets it"
    page.fill(f"[name='{campo}']", valor)
    page.fill("[name=motivo]", "Erro de digitação")
    page.click("text=Salvar e reprocessar")
    page.wait_for_selector("text=Novo registro criado")
    new = Ficha.objects.get(substitui__uuid=record["uuid"])
    stored = json.loads(new.conteudo.registro)["ficha"]
    assert (stored["fichaAtualizada"], stored["uuidFichaOriginadora"]) == (True, record["uuid"])
    assert new.situacao == "processada" and new.uuid != record["uuid"]
    assert valor in page.inner_text("article")
    assert Ficha.objects.get(uuid=record["uuid"]).situacao == "exportada"


def test_the_esus_of_one_ficha_by_its_menu(coordenador, entidade):
    from ledi.envelope import unwrap

    record = registro("FVD")
    receber(entidade, record)
    page = coordenador
    page.goto(f"{page.base}/executando/sistema/exportacao/202609/processados/?guia=fichas")
    page.click("summary[aria-label^='Ações da ficha']")
    with page.expect_download() as got:
        page.click("text=Baixar .esus")
    assert got.value.suggested_filename == f"{record['uuid']}.esus"
    with open(got.value.path(), "rb") as file:
        envelope = unwrap(file.read())
    assert record["uuid"] in repr(envelope)


def test_saying_who_was_attended(coordenador, entidade):
    receber(entidade, com_cpf(registro("FVD")))
    known = Cliente.objects.get(cpf=CPF)
    Cliente.objects.filter(pk=known.pk).update(nome="JOÃO DE SOUZA", busca="JOAO DE SOUZA")
    unknown = registro("FAI")
    cidadao(unknown).update(sexo=1, dataNascimento="1985-03-20")
    receber(entidade, unknown)
    page = coordenador
    page.goto(f"{page.base}/clientes/nao-identificados/")
    page.click("tbody a:has-text('Identificar')")
    page.fill("#q", "joao souza")
    page.press("#q", "Enter")
    page.click("button[aria-label='É JOÃO DE SOUZA']")
    page.wait_for_load_state("networkidle")
    ficha = Ficha.objects.get(uuid=unknown["uuid"])
    attended = Atendido.objects.get(ficha=ficha)
    assert (attended.cliente_id, attended.identificado) == (known.pk, True)
    assert cidadao(json.loads(ficha.conteudo.registro))["cpfCidadao"] == CPF
    page.goto(f"{page.base}/clientes/nao-identificados/")
    assert page.is_visible("text=Todos identificados")


def test_two_ine_that_differ_are_both_offered(coordenador, entidade):
    record = registro("FVD")
    record["ine"] = "0000471836"
    receber(entidade, record)
    page = coordenador
    page.goto(f"{page.base}/fichas/{record['uuid']}/corrigir/")
    told = page.inner_text("#f-corpo, .f-corpo")
    assert "Na ficha está 0000471828, no registro 0000471836" in told
    assert page.locator("[name='f:headerTransport.ine']").count() == 1
    assert page.locator("[name='f:ine']").count() == 1
    page.fill("[name='f:ine']", "0000471828")
    page.keyboard.press("Tab")
    page.wait_for_selector("#verificacao >> text=Sem inconsistências")
    page.click("text=Salvar e reprocessar")
    page.wait_for_selector("text=a ficha está processada")


def test_the_summary_says_names_beside_codes(coordenador, entidade):
    Especialidade.objects.create(entidade=entidade, codigo="225120", nome="Cardiologia", tipo="especializada")
    record = registro("FAI", especialidade="225120")
    receber(entidade, record)
    page = coordenador
    page.goto(f"{page.base}/fichas/{record['uuid']}/")
    summary = page.inner_text("aside")
    assert "225120 - Cardiologia" in summary
    assert "225142 - MÉDICO DA ESTRATÉGIA DE SAÚDE DA FAMÍLIA" in summary.upper()


@pytest.mark.parametrize("face", ["Raleway Variable", "DejaVu Sans"])
def test_the_panel_fits_a_tablet_and_a_sheet_of_paper(coordenador, entidade, face):
    """Nothing of a table hidden beyond its box: Prazo and Ações are the last columns.

    In the face that we ship, and in the wide one of a bare Debian where it did not arrive.
    """
    receber(entidade, registro("FVD"), quebrado())
    page = coordenador
    if face == "DejaVu Sans":
        page.route("**/raleway-*.woff2", lambda route: route.abort())
        page.route("**/raleway-*.woff2*", lambda route: route.abort())
    page.goto(f"{page.base}/executando/sistema/exportacao/")
    loaded = "[...document.fonts].some((f) => f.family.includes('Raleway') && f.status === 'loaded')"
    assert page.evaluate(f"document.fonts.ready.then(() => {loaded})") == (face == "Raleway Variable")
    for media, width in (
        ("screen", 640),
        ("screen", 800),
        ("screen", 919),
        ("screen", 1024),
        ("screen", 1190),
        ("print", 718),
    ):
        page.emulate_media(media=media)
        page.set_viewport_size({"width": width, "height": 800})
        wide, box = page.locator("table.p-painel").evaluate(
            "t => [t.scrollWidth, t.parentElement.clientWidth]"
        )
        assert wide <= box, (media, width)
    assert page.get_by_text("impresso em").is_visible()
