"""Keys counted by the browser itself, from the empty form to the stored message. The citizen by 4 letters and Enter."""

import json

import pytest
from playwright.sync_api import expect
from producao import com_cpf, receber, registro

from saude.fichas.models import Ficha
from saude.registrar.actions import remember

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
COUNTER = """addEventListener('keydown', (e) => {
  const keys = JSON.parse(sessionStorage.getItem('teclas') ?? '[]');
  sessionStorage.setItem('teclas', JSON.stringify([...keys, e.key]));
}, true);"""
AT = "e => document.activeElement.id.endsWith(e)"


@pytest.fixture
def digitando(entidade, criar_usuario, site):
    """A page open on a new ficha, with date, professional and unit remembered; it counts its keys."""
    person = com_cpf(registro("FVD"))
    person["contexto"] = {"clientes": [{"nome": "CONCEIÇÃO DA SILVA", "nascimento": "1985-03-20", "sexo": 1}]}
    receber(entidade, person)
    user = criar_usuario("Digitador")
    page = site("digitador")
    page.add_init_script(COUNTER)

    def opens(tipo):
        remember(entidade=entidade, by=user, record=registro(tipo))
        page.goto(f"{page.base}/registrar/{tipo}/")
        page.evaluate("sessionStorage.removeItem('teclas')")
        return page

    return opens


def types(page, text, *keys):
    for key in (*text, *keys):
        page.keyboard.press(key)


def at(page, ending):
    page.wait_for_function(AT, arg=ending)


def citizen(page):
    page.wait_for_function("() => document.activeElement.closest('.r-cidadao')")
    types(page, "conc")
    expect(page.locator(".r-cidadao [role=option]", has_text="CONCEIÇÃO")).to_be_visible()
    types(page, "", "Enter")


def stored(page, tipo):
    """Finalizar by the keyboard; the keys pressed, and the ficha."""
    types(page, "", "Control+Enter")
    expect(page.locator("text=processada. Pode digitar a próxima")).to_be_visible()
    ficha = Ficha.objects.get(tipo=tipo, origem="formulario")
    assert ficha.situacao == "processada"
    keys = json.loads(page.evaluate("sessionStorage.getItem('teclas')"))
    return keys, json.loads(ficha.conteudo.registro)["ficha"]


def test_a_visit_in_eighteen_keys(digitando):
    page = digitando("FVD")
    at(page, "turno")
    types(page, "1", "Enter")
    at(page, "microArea")
    types(page, "", "Enter", "Enter")  # comes with the citizen
    at(page, "tipoDeImovel")
    types(page, "1", "Enter")
    citizen(page)
    at(page, "motivosVisita")
    types(page, "1", "Enter")
    at(page, "desfecho")
    types(page, "1")
    keys, ficha = stored(page, "FVD")
    visit = ficha["visitasDomiciliares"][0]
    assert (visit["turno"], visit["tipoDeImovel"], visit["motivosVisita"], visit["desfecho"]) == (
        1,
        1,
        [1],
        1,
    )
    assert visit["microArea"], "known of the citizen"
    assert len(keys) <= 18, keys


def test_an_attendance_in_forty_keys(digitando):
    page = digitando("FAI")
    citizen(page)
    at(page, "turno")
    types(page, "1", "Enter")
    types(page, "1", "Enter")
    at(page, "tipoAtendimento")
    types(page, "5", "Enter")
    at(page, "dataHoraInicialAtendimento")
    types(page, "0800", "Enter")
    types(page, "0830", "Enter", "Enter")
    at(page, "ciap")
    types(page, "k86", "Enter")
    at(page, "cid10")
    types(page, "", "Enter")
    at(page, "isAvaliado")
    types(page, "s", *["Enter"] * 4)
    at(page, "condutas")
    types(page, "1")
    keys, ficha = stored(page, "FAI")
    one = ficha["atendimentosIndividuais"][0]
    assert (one["turno"], one["localDeAtendimento"], one["tipoAtendimento"]) == (1, 1, 5)
    assert one["problemasCondicoes"] == [{"ciap": "K86", "isAvaliado": True}] and one["condutas"] == [1]
    assert len(keys) <= 40, keys
