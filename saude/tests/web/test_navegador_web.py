"""The house in a real browser, at 1280 and at 390 pixels."""

import pytest
from django.urls import reverse

from saude.cadastros.models import Estabelecimento
from saude.contas.actions import create_token

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = [
    "administrando_acessos",
    "administrando_novo_usuario",
    "administrando_tokens",
    "auditoria",
    "instalacao",
    "especialidades",
    "prazos",
    "trocar_senha",
]


@pytest.mark.parametrize("width", [1280, 390])
def test_pages_have_no_barrier_and_no_sideways_scroll(site, criar_usuario, entidade, sem_barreiras, width):
    admin = criar_usuario("Administrador")
    create_token(by=admin, entidade=entidade, nome="Prontuário")
    page = site("administrador")
    page.set_viewport_size({"width": width, "height": 800})
    urls = [reverse(name) for name in PAGES] + [reverse("administrando_usuario", args=[admin.pk]), "/nada/"]
    for url in urls:
        page.goto(page.base + url)
        sem_barreiras(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), url


def test_login_page_has_no_barrier(pagina, live_server, sem_barreiras):
    pagina.goto(f"{live_server.url}/entrar/")
    sem_barreiras(pagina)
    pagina.fill("#id_username", "x")
    pagina.fill("#id_password", "y")
    pagina.keyboard.press("Enter")
    assert pagina.get_by_role("alert").inner_text() == "Usuário ou senha não conferem."


def test_change_area_in_the_header(site, criar_usuario, entidade):
    Estabelecimento.objects.create(entidade=entidade, cnes="2513838", nome="UBS Centro")
    criar_usuario("Administrador")
    page = site("administrador")
    page.goto(page.base + reverse("prazos"))
    page.click("summary.s-contexto")
    page.get_by_label("Área").select_option(label="UBS Centro")
    page.get_by_role("button", name="Trocar").click()
    page.wait_for_url("**/prazos/")
    assert "UBS Centro" in page.inner_text("summary.s-contexto")


def test_menu_on_a_phone_opens_and_closes(site, criar_usuario):
    criar_usuario("Administrador")
    page = site("administrador")
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(page.base + reverse("prazos"))
    menu = page.get_by_role("navigation", name="Menu principal")
    assert not menu.is_visible()
    page.get_by_role("button", name="Menu").click()
    assert menu.is_visible()
    page.keyboard.press("Escape")
    assert not menu.is_visible()


def test_revoke_a_token_asks_first(site, criar_usuario, entidade):
    token, _ = create_token(by=criar_usuario("Administrador"), entidade=entidade, nome="Prontuário")
    page = site("administrador")
    page.goto(page.base + reverse("administrando_tokens"))
    page.get_by_role("button", name="Revogar").click()
    dialog = page.get_by_role("dialog", name="Revogar o token?")
    dialog.get_by_role("button", name="Cancelar").click()
    token.refresh_from_db()
    assert token.revogado_em is None
    page.get_by_role("button", name="Revogar").click()
    dialog.get_by_role("button", name="Revogar").click()
    page.get_by_text("Token Prontuário revogado.").wait_for()
    token.refresh_from_db()
    assert token.revogado_em is not None


def test_what_was_typed_outlives_the_session(site, criar_usuario, entidade):
    criar_usuario("Administrador")
    page = site("administrador")
    page.goto(page.base + reverse("instalacao"))
    page.get_by_label("Contato do suporte").fill("Ramal 4321")
    page.context.clear_cookies()
    page.get_by_role("button", name="Salvar").click()
    page.wait_for_load_state()
    if "/entrar/" not in page.url:  # the CSRF cookie is gone too: the page says so, and one goes back
        page.goto(page.base + reverse("instalacao"))
    page.fill("#id_username", "administrador")
    page.fill("#id_password", "posto-de-saude-1")
    page.get_by_role("button", name="Entrar").click()
    page.wait_for_url("**/administrando/instalacao/")
    assert page.get_by_label("Contato do suporte").input_value() == "Ramal 4321"
    assert "recuperado" in page.inner_text("#mensagens")


def test_preset_ticks_the_permissions(site, criar_usuario):
    criar_usuario("Administrador")
    page = site("administrador")
    page.goto(page.base + reverse("administrando_novo_usuario"))
    page.locator("#id_preset").select_option("Digitador")
    ticked = page.locator("#id_permissoes input:checked").evaluate_all("all => all.map(i => i.value)")
    assert ticked == ["ver", "corrigir", "reprocessar"]


def test_keyboard_reaches_the_content_first(site, criar_usuario):
    criar_usuario("Administrador")
    page = site("administrador")
    page.goto(page.base + reverse("prazos"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Ir para o conteúdo"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "conteudo"
