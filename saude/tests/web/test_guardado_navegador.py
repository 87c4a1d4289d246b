"""What a browser keeps of somebody's work: under their own keys, gone when they leave, there after a mere time-out."""

import pytest
from aplicativo import ate

from saude.contas.models import Usuario

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE = "/administrando/instalacao/"
#: what is kept, but for the address that htmx remembers
KEYS = (
    "[...Object.keys(sessionStorage), ...Object.keys(localStorage)].filter((key) => !key.startsWith('htmx-'))"
)
#: what the agents' app keeps on the same address
PHONE = """() => new Promise((done) => {
  localStorage.setItem('acs-de-outro-dono', 'fica');
  const asked = indexedDB.open('visitas-por-enviar', 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore('registros');
  asked.onsuccess = () => { asked.result.close(); done(true); };
})"""
BASES = "async () => (await indexedDB.databases()).map((b) => b.name)"


def enter(page, username):
    page.fill("#id_username", username)
    page.fill("#id_password", "posto-de-saude-1")
    page.get_by_role("button", name="Entrar").click()
    page.wait_for_url(lambda url: "/entrar/" not in url)


def leave(page):
    page.locator(".s-topo__direita details").last.locator("summary").click()
    page.get_by_role("button", name="Sair").click()
    page.wait_for_url("**/entrar/**")


def test_leaving_takes_the_drafts_and_not_the_visits_of_the_phone(site, criar_usuario, entidade):
    user = criar_usuario("Administrador")
    page = site("administrador")
    page.goto(page.base + PAGE)
    page.evaluate(PHONE)
    page.evaluate(f"localStorage.setItem('u{user.pk}:registrar:/registrar/FVD/', 'uuid=1&f=MARIA')")
    page.evaluate("localStorage.setItem('u999:registrar:/registrar/FVD/', 'de outra pessoa')")
    page.get_by_label("Contato do suporte").fill("Ramal 4321")
    ate(page, f"{KEYS}.some((key) => key.startsWith('u{user.pk}:rascunho:instalacao-'))")
    leave(page)
    assert sorted(page.evaluate(KEYS)) == ["acs-de-outro-dono", "u999:registrar:/registrar/FVD/"]
    assert "visitas-por-enviar" in page.evaluate(BASES)


def test_another_tab_forgets_too(site, criar_usuario, entidade):
    criar_usuario("Administrador")
    page = site("administrador")
    other = page.context.new_page()
    other.goto(page.base + PAGE)
    other.get_by_label("Contato do suporte").fill("Ramal 4321")
    ate(other, f"{KEYS}.length === 1")
    leave(page)
    ate(other, f"{KEYS}.length === 0")


def test_a_session_that_ended_keeps_the_draft_for_the_same_person_only(site, criar_usuario, entidade):
    criar_usuario("Administrador")
    criar_usuario("Administrador", "outra")
    page = site("administrador")
    page.goto(page.base + PAGE)
    page.get_by_label("Contato do suporte").fill("Ramal 4321")
    page.context.clear_cookies()
    page.goto(page.base + PAGE)
    enter(page, "outra")
    page.goto(page.base + PAGE)
    assert page.get_by_label("Contato do suporte").input_value() == ""
    page.context.clear_cookies()
    page.goto(page.base + PAGE)
    enter(page, "administrador")
    page.goto(page.base + PAGE)
    assert page.get_by_label("Contato do suporte").input_value() == "Ramal 4321"
    assert Usuario.objects.count() == 2
