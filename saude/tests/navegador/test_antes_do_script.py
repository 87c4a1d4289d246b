"""The person who is quicker than the page: every script is held, the page is used, the scripts are let go.

What was typed and chosen stands; nobody's focus is taken; where a script never comes no control is dead in silence.
"""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from saude.cadastros.models import Entidade
from saude.clientes.models import Cliente
from saude.fichas.models import Ficha
from saude.site.demo_producao import load

SCRIPT = re.compile(r"\.js(\?|$)")
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: Acts on every control that is seen, and keeps what each was left with
ACT = """() => {
  const OTHERS = "[data-autoenvio], [data-preenche], [name=area], [name=versao_ledi]";  // of others, or change others
  const seen = (e) => e.checkVisibility({visibilityProperty: true}) && !e.disabled && !e.readOnly;
  for (const d of document.querySelectorAll("main details")) d.open = true;
  document.querySelector("#menu details")?.removeAttribute("open");
  const kinds = {date: "2026-01-15", "datetime-local": "2026-01-15T10:30", number: "7", email: "a@b.br"};
  const state = (e) =>
    ["checkbox", "radio"].includes(e.type) ? e.checked : e.type === "file" ? e.files.length : e.value;
  window.antes = [];
  for (const e of document.querySelectorAll("input:not([type=hidden], [type=submit]), select, textarea")) {
    if (!seen(e) || e.matches(OTHERS)) continue;
    if (e.type === "checkbox" || (e.type === "radio" && !e.checked)) e.click();
    else if (e.type === "radio") continue;
    else if (e.type === "file") {
      const held = new DataTransfer();
      held.items.add(new File(["x"], "x.csv"));
      e.files = held.files;
    } else if (e.tagName === "SELECT") {
      const other = [...e.options].filter((o) => !o.disabled && !o.selected).pop();
      if (!other) continue;
      other.selected = true;
    } else e.value = kinds[e.type] ?? (e.inputMode === "numeric" ? "7" : "Xq");
    window.antes.push([e, state]);
  }
  window.antes = window.antes.map(([e]) => [e, state, state(e)]);
  return window.antes.length;
}"""
LOST = """() => [
  ...window.antes.map(([e, state, left]) => [e.isConnected ? e : document.getElementsByName(e.name)[0], state, left])
    .filter(([e, state, left]) => state(e) !== left)
    .map(([e, state, left]) => `${left} is now ${state(e)}: ${e.outerHTML.slice(0, 160)}`),
  ...(document.querySelector("#menu details")?.open ? ["the menu opened again"] : []),
]"""
#: A field of words that somebody may be in the middle of
WORDS = (
    ":is(.s-busca, main) :is(input[type=text], input[type=search], input[type=password], textarea)"
    ":not([data-teclas], [inputmode], [readonly], [maxlength='2']):visible"
)
#: What only a script can serve, and is seen without it
DEAD = """() => {
  const seen = (e) => e.checkVisibility({visibilityProperty: true}) && !e.disabled;
  for (const d of document.querySelectorAll("details")) d.open = true;
  const all = (css) => [...document.querySelectorAll(css)].filter(seen);
  const sends = (form) => form && [...form.elements].some((e) => e.type === "submit" && seen(e));
  return [
    ...all("button[type=button]:not([popovertarget]), [role=button]:not(a[href], button), [hx-get]:is(button, a)"),
    ...all("button[popovertarget]").filter((b) => !document.getElementById(b.getAttribute("popovertarget"))?.popover),
    ...all("input:not([name]), select:not([name]), textarea:not([name])").filter((e) => !e.closest(".r-data")),
    ...all("a[href='#'], a:not([href])"),
    ...all("select, input, textarea").filter((e) => !sends(e.form)),
  ].map((e) => e.outerHTML.slice(0, 200));
}"""


class Gate:
    """Every script of the page waits in it while it is shut."""

    def __init__(self, page) -> None:
        self.held: list | None = None
        page.route(SCRIPT, self._came)

    def shut(self) -> None:
        self.held = []

    def open(self) -> None:
        held, self.held = self.held, None
        for route in held:
            route.continue_()

    def _came(self, route) -> None:
        if self.held is None:
            route.continue_()
        else:
            self.held.append(route)


def opened(page, address) -> None:
    page.goto(page.base + address, wait_until="commit")
    page.wait_for_function("document.readyState === 'interactive'")
    assert page.evaluate("document.documentElement.dataset.pronta") is None, address


def press(page, control) -> None:
    """As a click, without waiting for a page that is still on its way."""
    control.focus()
    page.keyboard.press("Enter")


def whole(page) -> None:
    expect(page.locator("html")).to_have_attribute("data-inteira", "")


@pytest.fixture
def town(db, criar_usuario):
    load(fichas=80, seed=2026, today=timezone.localdate())
    town = Entidade.objects.exclude(ibge="4218202").get()
    criar_usuario("Administrador", entidade=town)
    criar_usuario("Coordenador", entidade=town)
    return town


@pytest.fixture
def quicker(site, criar_usuario, entidade):
    """`quicker("Digitador", address)`: who has entered, at a page whose scripts wait at the gate."""

    def enter(group, address):
        criar_usuario(group)
        page = site(group.lower())
        gate = Gate(page)
        gate.shut()
        opened(page, address)
        return page, gate

    return enter


def addresses(town) -> list[str]:
    bad = Ficha.objects.filter(entidade=town, situacao="inconsistente").order_by("-competencia")
    month = bad[0].competencia
    lists = f"/executando/sistema/exportacao/{month}/inconsistencias/?guia=fichas"
    person = Cliente.objects.filter(entidade=town, atendimentos__isnull=False).first()
    return [
        lists,
        f"/fichas/{bad[0].uuid}/corrigir/?campos=todos",
        f"/clientes/{person.pk}/corrigir/",
        "/clientes/novo/",
        "/executando/sistema/exportacoes/nova/",
        "/administrando/instalacao/",
        "/administrando/acessos/novo/",
    ]


def test_nothing_of_who_is_quicker_than_the_scripts_is_lost(town, site):
    page, problems = site("administrador"), []
    gate = Gate(page)
    for address in addresses(town):
        gate.shut()
        opened(page, address)
        assert page.evaluate(ACT), address
        field = page.locator(WORDS).last
        field.fill("")
        field.press_sequentially("meio ")
        page.evaluate("() => (window.antes = window.antes.filter(([e]) => e !== document.activeElement))")
        gate.open()
        whole(page)
        page.keyboard.type("fim")
        problems += [f"{address}: {lost}" for lost in page.evaluate(LOST)]
        if (typed := page.evaluate("document.activeElement.value")) != "meio fim":
            problems.append(f"{address}: who was typing has {typed!r}")
    assert not problems, "\n".join(problems)


def test_without_scripts_no_control_is_dead_in_silence(town, site):
    page, problems = site("administrador"), []
    page.route(SCRIPT, lambda route: route.abort())
    for address in [
        *addresses(town),
        "/executando/sistema/producao/",
        "/registrar/FAI/",
        "/conta/segundo-fator/",
    ]:
        page.goto(page.base + address)
        page.evaluate("() => document.getAnimations().forEach((a) => a.finish())")
        expect(page.get_by_text("Parte desta página ainda não chegou.")).to_be_visible()
        problems += [f"{address}: {dead}" for dead in page.evaluate(DEAD)]
    assert not problems, "\n".join(problems)


def test_what_was_kept_is_not_put_over_what_is_typed_now(site, criar_usuario, entidade):
    """A draft of before comes back into the fields that nobody has touched, and only there."""
    criar_usuario("Administrador")
    page = site("administrador")
    page.goto(page.base + "/administrando/instalacao/")
    whole(page)
    page.get_by_label("Contato do suporte").fill("Ramal de ontem")
    page.get_by_label("Telefone").fill("4833330000")
    gate = Gate(page)
    gate.shut()
    opened(page, "/administrando/instalacao/")
    page.get_by_label("Contato do suporte").fill("Ramal de hoje")
    gate.open()
    whole(page)
    expect(page.get_by_text("O que você tinha digitado foi recuperado")).to_be_visible()
    expect(page.get_by_label("Contato do suporte")).to_have_value("Ramal de hoje")
    expect(page.get_by_label("Telefone")).to_have_value("4833330000")


def test_a_group_chosen_before_the_scripts_ticks_its_permissions(quicker):
    page, gate = quicker("Administrador", "/administrando/acessos/novo/")
    page.locator("#id_preset").select_option("Digitador")
    page.get_by_label("Exportar").first.check()
    gate.open()
    whole(page)
    ticked = page.locator("#id_permissoes input:checked").evaluate_all("all => all.map((e) => e.value)")
    assert {"corrigir", "exportar"} <= set(ticked), ticked
    expect(page.locator("#id_preset")).to_have_value("")  # Personalizado


def test_a_date_begun_before_the_scripts_is_finished_or_said(quicker):
    page, gate = quicker("Administrador", "/executando/sistema/exportacoes/nova/")
    date = page.locator("[name=inicio]")
    date.fill("")
    date.focus()
    page.keyboard.type("01")
    gate.open()
    whole(page)
    page.keyboard.type("012026")
    expect(date).to_have_value("2026-01-01")
    page.locator("[name=escopo]").first.focus()
    expect(page.locator("#id_inicio")).to_have_value("01/01/2026")


def test_half_a_date_is_not_lost_in_silence(quicker):
    page, gate = quicker("Administrador", "/executando/sistema/exportacoes/nova/")
    page.locator("[name=inicio]").fill("")
    page.locator("[name=inicio]").focus()
    page.keyboard.type("01")
    page.locator("[name=escopo]").first.focus()
    gate.open()
    whole(page)
    expect(page.get_by_text("A data ficou pela metade: digite-a de novo.")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_menus_and_questions_open_without_scripts(site, criar_usuario, entidade, width):
    """A question is a form of the server's, opened by the browser; when the scripts come all go on as they were."""
    criar_usuario("Administrador")
    other = criar_usuario("Coordenador")
    page = site("administrador")
    page.set_viewport_size({"width": width, "height": 800})
    gate = Gate(page)
    gate.shut()
    opened(page, f"/administrando/acessos/{other.pk}/")
    menu = page.get_by_role("navigation", name="Menu principal")
    if width < 1000:
        expect(menu).to_be_hidden()
        press(page, page.get_by_role("button", name="Menu"))
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")
    press(page, page.get_by_role("button", name="Desativar").first)
    question = page.locator("#desativar")
    expect(question).to_be_visible()
    press(page, question.get_by_role("button", name="Cancelar"))
    expect(question).to_be_hidden()
    press(page, page.get_by_role("button", name="Desativar").first)
    gate.open()
    whole(page)
    expect(question).to_be_visible()
    press(page, question.get_by_role("button", name="Cancelar"))
    expect(question).to_be_hidden()
    press(page, page.get_by_role("button", name="Desativar").first)
    assert page.evaluate("document.getElementById('desativar').matches(':modal')")


def test_the_screen_is_locked_without_scripts(site, criar_usuario, entidade):
    criar_usuario("Administrador")
    page = site("administrador")
    page.route(SCRIPT, lambda route: route.abort())
    page.goto(page.base + "/administrando/instalacao/")
    page.locator(".s-topo__direita details").last.locator("summary").click()
    page.get_by_role("button", name="Bloquear a tela").click()
    expect(page.get_by_role("heading", name="Tela bloqueada")).to_be_visible()
    page.goto(page.base + "/administrando/instalacao/")
    expect(page.get_by_role("heading", name="Tela bloqueada")).to_be_visible()


def test_enter_in_a_ficha_sends_nothing_and_the_focus_stays(quicker):
    """Enter goes to the next field; before the script that does it has come it must not finish the ficha."""
    page, gate = quicker("Digitador", "/registrar/FVD/")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    field = page.locator("[name$='.ine']").first
    field.focus()
    page.keyboard.type("0000")
    page.keyboard.press("Enter")
    assert page.evaluate(
        "document.querySelector('form[data-registrar]').matches(':has([type=submit]:disabled)')"
    )
    assert not sent, sent
    expect(page.get_by_text("O rascunho é guardado sozinho.")).to_be_hidden()
    with page.expect_response(lambda answer: "/rascunho/" in answer.url) as kept:
        gate.open()
        whole(page)
        page.keyboard.type("99")
    assert kept.value.ok
    expect(field).to_be_focused()
    expect(field).to_have_value("000099")


def test_a_draft_is_kept_by_hand_without_scripts(site, criar_usuario, entidade):
    criar_usuario("Digitador")
    page = site("digitador")
    page.route(SCRIPT, lambda route: route.abort())
    page.goto(page.base + "/registrar/FVD/")
    page.locator("[name$='.ine']").first.fill("0000123456")
    page.get_by_role("button", name="Guardar rascunho").click()
    expect(page.get_by_text("Rascunho guardado.")).to_be_visible()
    expect(page.locator("[name$='.ine']").first).to_have_value("0000123456")
    assert not Ficha.objects.exists()


def test_the_app_of_the_agents_says_that_it_did_not_open(pagina, live_server):
    pagina.route(SCRIPT, lambda route: route.abort())
    pagina.goto(f"{live_server.url}/acs/")
    pagina.evaluate("() => document.getAnimations().forEach((a) => a.finish())")
    expect(pagina.get_by_text("O aplicativo está demorando a abrir.")).to_be_visible()


def test_a_choice_that_sends_its_form_is_sent_late_and_going_back_is_no_choice(quicker):
    page, gate = quicker("Administrador", "/configurando/cadastros/profissionais/")
    page.get_by_label("Mostrar também os que saíram do CNES").check()
    gate.open()
    page.wait_for_url("**todos=1**")
    whole(page)
    page.go_back()
    whole(page)
    assert "todos" not in page.url
    expect(page.get_by_label("Mostrar também os que saíram do CNES")).not_to_be_checked()
