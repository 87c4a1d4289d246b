"""Nova ficha in the browser: lotações, what is told when, Sim and Não, the panel, going back."""

import pytest
from playwright.sync_api import expect
from producao import registro

from ledi_gerador import minimal
from saude.cadastros.models import Equipe, Estabelecimento, Lotacao, Profissional
from saude.comum.texto import fold
from saude.fichas.models import Ficha
from saude.registrar.actions import remember

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HEAD = minimal("FVD")["ficha"]["headerTransport"]
HEADER = {n: f"[name='f:headerTransport.{n}']" for n in ("profissionalCNS", "cboCodigo_2002", "cnes", "ine")}
TURNO = "#e-visitasDomiciliares-0-turno"


@pytest.fixture
def aberta(entidade, criar_usuario, site):
    """A new visit; Ana works in the north, Bia in the north and in the south."""
    posts = {}
    for cnes, name in (("2222222", "UBS Norte"), ("3333333", "UBS Sul")):
        posts[cnes] = Estabelecimento.objects.create(entidade=entidade, cnes=cnes, nome=name)
    for name, cns, where in (
        ("ANA SOUZA", HEAD["profissionalCNS"], ["2222222"]),
        ("BIA LIMA", "700000000000005", ["2222222", "3333333"]),
    ):
        person = Profissional.objects.create(entidade=entidade, cns=cns, nome=name, nome_busca=fold(name))
        for n, cnes in enumerate(where):
            team = Equipe.objects.create(
                entidade=entidade,
                estabelecimento=posts[cnes],
                ine=f"{person.pk:06}{n:04}"[-10:],
                nome=f"ESF {name} {n}",
            )
            Lotacao.objects.create(
                profissional=person, estabelecimento=posts[cnes], equipe=team, cbo="515105"
            )
    user = criar_usuario("Digitador")
    page = site("digitador")

    def opens(lembrar=False):
        if lembrar:
            remember(entidade=entidade, by=user, record=registro("FVD"))
        page.goto(f"{page.base}/registrar/FVD/")
        return page

    return opens


def choose(page, text, name):
    field = page.locator(HEADER["profissionalCNS"])
    field.click()
    field.fill(text)
    expect(page.locator("[role=option]", has_text=name)).to_be_visible()
    page.keyboard.press("Enter")


def test_one_post_fills_and_another_changes_the_three_together(aberta):
    page = aberta()
    choose(page, "ana", "ANA SOUZA")
    expect(page.locator(HEADER["cnes"])).to_have_value("2222222 - UBS Norte")
    expect(page.locator(HEADER["cboCodigo_2002"])).to_have_value("515105 - AGENTE COMUNITÁRIO DE SAÚDE")
    assert "ESF ANA SOUZA" in page.locator(HEADER["ine"]).input_value()
    expect(page.locator("#i-headerTransport-dataAtendimento")).to_be_focused()
    choose(page, "bia", "BIA LIMA")
    expect(page.locator(HEADER["cnes"])).to_have_value("")
    expect(page.locator(HEADER["ine"])).to_have_value("")


def test_several_posts_are_asked(aberta, sem_barreiras):
    page = aberta()
    choose(page, "bia", "BIA LIMA")
    ask = page.get_by_label("Lotação")
    expect(ask).to_be_focused()
    sem_barreiras(page)
    page.keyboard.type("2")
    expect(page.locator(HEADER["cnes"])).to_have_value("3333333 - UBS Sul")
    assert "ESF BIA LIMA 1" in page.locator(HEADER["ine"]).input_value()
    ask.select_option("0")
    expect(page.locator(HEADER["cnes"])).to_have_value("2222222 - UBS Norte")
    assert "ESF BIA LIMA 0" in page.locator(HEADER["ine"]).input_value()
    choose(page, "ana", "ANA SOUZA")
    expect(page.get_by_label("Lotação")).to_have_count(0)


def test_who_comes_back_to_a_remembered_professional_may_change_the_lotacao(aberta, entidade):
    ana = Profissional.objects.get(nome="ANA SOUZA")
    south = Estabelecimento.objects.get(nome="UBS Sul")
    Lotacao.objects.create(profissional=ana, estabelecimento=south, cbo="515105")
    page = aberta(lembrar=True)
    assert page.locator(HEADER["cnes"]).input_value().startswith(HEAD["cnes"])
    expect(page.get_by_label("Lotação")).to_have_count(0)
    page.locator(HEADER["profissionalCNS"]).focus()
    page.get_by_label("Lotação").select_option(label="2 - AGENTE COMUNITÁRIO DE SAÚDE · UBS Sul · sem equipe")
    expect(page.locator(HEADER["cnes"])).to_have_value("3333333 - UBS Sul")
    expect(page.locator(HEADER["ine"])).to_have_value("")


def test_a_field_is_told_when_it_is_left_and_no_more_when_it_is_mended(aberta):
    page = aberta(lembrar=True)
    turno = page.locator("select[id$='turno']")
    turno.focus()
    below = page.locator("select[id$='tipoDeImovel']")
    before = below.bounding_box()["y"]
    page.keyboard.press("Tab")
    expect(page.locator(TURNO)).to_contain_text("Falta Turno.")
    assert below.bounding_box()["y"] == before, "nothing below moves"
    expect(page.locator("#e-visitasDomiciliares-0-desfecho .s-erro")).to_have_count(0)
    expect(page.locator("#verificacao")).to_contain_text("1 inconsistência")
    turno.select_option("1")
    expect(page.locator(f"{TURNO} .s-erro")).to_have_count(0)
    expect(page.locator("#verificacao")).to_contain_text("Nada errado")


def test_yes_and_no_by_keys(aberta, sem_barreiras):
    page = aberta(lembrar=True)
    name = "[name='f:visitasDomiciliares[0].stForaArea']"
    yes, no = page.locator(f"{name}[value=sim]"), page.locator(f"{name}[value=nao]")
    yes.focus()
    page.keyboard.press("n")
    expect(no).to_be_checked()
    page.keyboard.press("s")
    expect(yes).to_be_checked()
    sem_barreiras(page)
    page.keyboard.press("Delete")
    expect(yes).not_to_be_checked()
    expect(no).not_to_be_checked()
    yes.click()
    expect(yes).to_be_checked()
    yes.click()
    expect(yes).not_to_be_checked()


def test_the_panel_follows(aberta):
    page = aberta(lembrar=True)
    page.set_viewport_size({"width": 1366, "height": 768})
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    assert page.evaluate("scrollY") > 300
    expect(page.get_by_role("button", name="Finalizar e nova")).to_be_in_viewport()


def test_a_code_that_is_not_of_the_list_is_said(aberta):
    page = aberta(lembrar=True)
    codes = page.locator("[data-campo$='motivosVisita'] [data-codigos]")
    codes.fill("1 99")
    expect(page.locator(".f-codigos__nao")).to_have_text("99 não existe nesta lista.")
    codes.fill("1")
    expect(page.locator(".f-codigos__nao")).to_have_text("")


def test_a_day_that_does_not_exist_is_said(aberta):
    page = aberta(lembrar=True)
    born = page.locator("#i-visitasDomiciliares-0-dtNascimento")
    born.focus()
    page.keyboard.type("31021985")
    expect(page.locator(".r-nao-existe", has_text="31/02/1985 não existe.")).to_be_visible()


def test_going_back_after_a_refusal_sends_nothing_again(aberta):
    page = aberta(lembrar=True)
    page.locator("select[id$='turno']").select_option("1")
    page.get_by_role("button", name="Finalizar e nova").click()
    expect(page.locator("text=A ficha ainda não foi finalizada")).to_be_visible()
    assert "conferir=1" in page.url
    posted = []
    page.on(
        "request",
        lambda r: posted.append(r.url) if r.method == "POST" and r.is_navigation_request() else None,
    )
    page.reload()
    expect(page.locator("text=A ficha ainda não foi finalizada")).to_be_visible()
    page.go_back()
    page.go_forward()
    expect(page.locator("text=A ficha ainda não foi finalizada")).to_be_visible()
    assert posted == [] and not Ficha.objects.filter(origem="formulario").exists()
