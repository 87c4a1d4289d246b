"""A passkey, made and used in a real browser with a virtual authenticator; an answer sent twice is refused."""

import json
import re

import pytest
from playwright.sync_api import expect
from senha import SENHA

from saude.entrada.models import Fator

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

KEY = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


def test_made_used_and_not_replayed(site, criar_usuario, sem_barreiras):
    user = criar_usuario("Administrador")
    page = site("administrador")
    base = page.base.replace("127.0.0.1", "localhost")
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    page.goto(f"{page.base}/conta/segundo-fator/")
    if page.base != base:
        expect(page.get_by_text("Aqui não dá")).to_be_visible()
        page.goto(f"{base}/entrar/")
        page.fill("#id_username", "administrador")
        page.fill("#id_password", SENHA)
        page.click("button[type=submit]")
        page.goto(f"{base}/conta/segundo-fator/")
    sem_barreiras(page)
    page.fill("#chave_senha_atual", "errada")
    page.click("form[data-criar-chave] button[type=submit]")
    expect(page.locator("form[data-criar-chave] p[role=alert]")).to_have_text("A senha não confere.")
    page.fill("#chave_senha_atual", SENHA)
    page.click("form[data-criar-chave] button[type=submit]")
    expect(page.locator("h1")).to_have_text("Códigos de reserva")
    sem_barreiras(page)
    assert Fator.objects.get(usuario=user).tipo == Fator.Tipo.CHAVE

    page.context.clear_cookies()
    page.goto(f"{base}/entrar/?next=/conta/sessoes/")
    page.fill("#id_username", "administrador")
    page.fill("#id_password", SENHA)
    page.click("button[type=submit]")
    expect(page.locator("h1")).to_have_text("Segundo fator")
    sem_barreiras(page)
    sent = []
    page.on(
        "request", lambda r: sent.append(r.post_data) if r.url.endswith("/segundo-fator/chave/") else None
    )
    page.get_by_role("button", name=re.compile("chave de acesso")).click()
    page.wait_for_url("**/conta/sessoes/")
    expect(page.get_by_text("senha e chave de acesso")).to_be_visible()

    page.context.clear_cookies()
    page.goto(f"{base}/entrar/")
    page.fill("#id_username", "administrador")
    page.fill("#id_password", SENHA)
    page.click("button[type=submit]")
    expect(page.locator("h1")).to_have_text("Segundo fator")
    replay = """(body) => fetch("/entrar/segundo-fator/chave/", {method: "POST", body, headers: {
      "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value}}).then((r) => r.status)"""
    assert page.evaluate(replay, sent[0]) == 403
    assert page.evaluate(replay, json.dumps({"id": "x"})) == 403
    assert page.evaluate(replay, "[]") == 403
    page.goto(f"{base}/conta/sessoes/")
    expect(page.locator("h1")).to_have_text("Entrar")
