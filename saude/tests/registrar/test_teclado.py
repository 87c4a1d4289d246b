"""A digitador with the keyboard alone: a whole ficha, counted key by key; what is wrong gets the focus."""

import json

import pytest
from producao import CPF, com_cpf, receber, registro

from ledi_gerador import minimal
from saude.cadastros.models import Equipe, Estabelecimento, Profissional
from saude.comum.texto import fold
from saude.fichas.models import Ficha
from saude.registrar.actions import remember

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOME = "CONCEIÇÃO DA SILVA"


class Teclado:
    """Presses keys, and counts them."""

    def __init__(self, page):
        self.page, self.teclas = page, 0

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
            self.teclas += 1

    def digita(self, text, *keys):
        self.press(*text, *keys)

    def foco(self):
        return self.page.evaluate("document.activeElement.id || document.activeElement.value")

    def espera(self, ending):
        self.page.wait_for_function("e => document.activeElement.id.endsWith(e)", arg=ending)


@pytest.fixture
def registros(entidade):
    head = minimal("FVD")["ficha"]["headerTransport"]
    post = Estabelecimento.objects.create(entidade=entidade, cnes=head["cnes"], nome="UBS Centro")
    Equipe.objects.create(entidade=entidade, estabelecimento=post, ine=head["ine"], nome="ESF Centro")
    Profissional.objects.create(
        entidade=entidade, cns=head["profissionalCNS"], nome="ANA SOUZA", nome_busca=fold("ANA SOUZA")
    )
    person = com_cpf(registro("FVD"))
    person["contexto"] = {"clientes": [{"nome": NOME, "nascimento": "1985-03-20", "sexo": 1}]}
    receber(entidade, person)
    return head


@pytest.fixture
def digitando(registros, criar_usuario, site, entidade):
    """`digitando("FVD")`: a new ficha open, its header remembered."""
    user = criar_usuario("Digitador")
    page = site("digitador")

    def abre(tipo, lembrar=True):
        if lembrar:
            remember(entidade=entidade, by=user, record=registro(tipo))
        page.goto(f"{page.base}/registrar/{tipo}/")
        return Teclado(page)

    return abre


def cidadao_pelo_nome(t, text="conceicao"):
    """Words without accents; the first of the list by Enter."""
    t.page.wait_for_function("() => document.activeElement.closest('.r-cidadao')")
    t.digita(text)
    t.page.wait_for_selector(".r-cidadao [role=option]:has-text('CONCEIÇÃO')")
    t.press("Enter")


def finaliza(t, tipo):
    t.press("Control+Enter")
    t.page.wait_for_selector("text=processada. Pode digitar a próxima")
    assert t.page.url.endswith(f"/registrar/{tipo}/"), "the next ficha of the same kind is open"
    ficha = Ficha.objects.get(tipo=tipo, origem="formulario")
    assert ficha.situacao == "processada"
    return json.loads(ficha.conteudo.registro)["ficha"]


def test_fvd_by_keyboard(digitando, registros):
    t = digitando("FVD")
    t.espera("turno")
    assert t.page.evaluate("scrollY") == 0, "the page does not jump"
    t.digita("1", "Enter")
    t.espera("microArea")
    t.digita("01", "Enter")
    t.press("Enter")
    t.espera("tipoDeImovel")
    t.digita("1", "Enter")
    cidadao_pelo_nome(t)
    t.espera("motivosVisita")
    t.digita("1 29", "Enter")
    t.espera("desfecho")
    t.digita("1")
    visit = finaliza(t, "FVD")["visitasDomiciliares"][0]
    assert (visit["cpfCidadao"], visit["turno"], visit["desfecho"]) == (CPF, 1, 1)
    assert sorted(visit["motivosVisita"]) == [1, 29]
    assert t.teclas <= 25, t.teclas
    assert t.page.input_value("[name='f:headerTransport.profissionalCNS']").startswith(
        registros["profissionalCNS"]
    )
    t.espera("turno")


def test_fai_by_keyboard(digitando):
    t = digitando("FAI")
    cidadao_pelo_nome(t, "conceicao silva")
    t.espera("turno")
    t.digita("1", "Enter")
    t.digita("1", "Enter")
    t.espera("tipoAtendimento")
    t.digita("5", "Enter")
    t.espera("dataHoraInicialAtendimento")
    t.digita("0800", "Enter")
    t.digita("0830", "Enter", "Enter")  # nothing of home care
    t.espera("ciap")
    t.digita("k86", "Enter")
    t.espera("cid10")
    t.press("Enter")
    t.espera("isAvaliado")
    t.digita("s", *["Enter"] * 4)
    t.espera("condutas")
    t.digita("1")
    one = finaliza(t, "FAI")["atendimentosIndividuais"][0]
    assert one["problemasCondicoes"] == [{"ciap": "K86", "isAvaliado": True}]
    assert one["dataHoraInicialAtendimento"] == "2026-09-15T08:00", "the day of the header, the hour typed"
    assert one["stNaoPossuiCpf"] is False, "said by the CPF"
    assert t.teclas <= 52, t.teclas


def test_fp_by_keyboard(digitando):
    t = digitando("FP")
    cidadao_pelo_nome(t, CPF)
    t.espera("turno")
    t.digita("1", "Enter")
    t.digita("1", "Enter")
    t.espera("dataHoraInicialAtendimento")
    t.digita("800", "Enter")
    t.digita("830", "Enter")
    t.digita("0301100284", "Enter")
    t.page.wait_for_function(
        "() => document.querySelector(\"textarea[name$='procedimentos']\").value.startsWith('0301100284')"
    )
    one = finaliza(t, "FP")["atendProcedimentos"][0]
    assert one["procedimentos"] == ["0301100284"]
    assert one["dataHoraFinalAtendimento"] == "2026-09-15T08:30"
    assert t.teclas <= 38, t.teclas


def test_the_header_by_keyboard_and_dates_as_in_brazil(digitando, registros):
    t = digitando("FVD", lembrar=False)
    t.espera("profissionalCNS")
    shown = t.page.locator("#uuid-mostrado")
    assert " ".join(shown.text_content().split()) == "definido ao escolher o CNES"
    assert "0000000" not in t.page.inner_text("main")
    t.digita("ana")
    t.page.wait_for_selector("[role=option]:has-text('ANA SOUZA')")
    t.press("Enter")
    t.espera("cboCodigo-2002")
    t.digita(registros["cboCodigo_2002"], "Enter")
    t.espera("cnes")
    t.digita("ubs")
    t.page.wait_for_selector("[role=option]:has-text('UBS Centro')")
    t.press("Enter")
    assert shown.text_content().startswith(registros["cnes"])
    t.espera("ine")
    t.digita(registros["ine"], "Enter")
    t.espera("dataAtendimento")
    t.press("Control+a")
    t.digita("150926", "Enter")
    assert t.page.input_value("[name='f:headerTransport.dataAtendimento']") == "2026-09-15"
    assert t.page.input_value("#i-headerTransport-dataAtendimento") == "15/09/2026"
    t.press("Enter")
    t.espera("turno")
    t.digita("1", "Enter")
    t.digita("01", "Enter", "Enter")
    t.digita("1", "Enter")
    t.press("Enter")  # nobody named
    t.page.focus("[name='f:visitasDomiciliares[0].desfecho']")
    t.digita("1")
    t.press("Control+Enter")
    t.page.wait_for_selector("text=processada. Pode digitar a próxima")
    ficha = Ficha.objects.get(origem="formulario")
    assert ficha.uuid.startswith(f"{registros['cnes']}-"), "the uuid has the CNES chosen later"


def test_a_date_that_does_not_exist_is_not_sent(digitando):
    t = digitando("FVD")
    t.page.focus("#i-visitasDomiciliares-0-dtNascimento")
    t.digita("31021985")
    t.press("Control+Enter")
    assert t.page.get_attribute("#i-visitasDomiciliares-0-dtNascimento", "aria-invalid") == "true"
    assert t.foco() == "i-visitasDomiciliares-0-dtNascimento"
    assert not Ficha.objects.filter(origem="formulario").exists()
    t.press("Control+a")
    t.digita("28021985", "Enter")
    assert t.page.input_value("[name$='dtNascimento']") == "1985-02-28"


def test_what_is_wrong_gets_the_focus_and_a_link(digitando, sem_barreiras):
    t = digitando("FVD")
    t.digita("1", "Enter")
    t.press("Control+Enter")
    t.page.wait_for_selector("text=A ficha ainda não foi finalizada")
    t.page.wait_for_function("() => document.activeElement?.closest('.s-campo--erro')")
    beside = t.page.evaluate("document.activeElement.closest('.s-campo--erro').dataset.campo")
    first = t.page.locator(".f-fora [data-ir]").first
    assert first.get_attribute("data-ir") == "e-" + beside.replace("[0].", "-0-")
    links = t.page.locator(".f-fora [data-ir]")
    links.last.click()
    assert t.page.evaluate("document.activeElement.closest('.s-campo--erro') !== null")
    sem_barreiras(t.page)
    t.page.wait_for_load_state("networkidle")
