"""Pictures of the app of the agents, as one phone walks through it: activated, used, locked, revoked."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from capturas_comum import NARROW, WIDE, enter, shot

APP_PASSWORD = "girassol 77 azul"


def _app(page: Any, screen: str) -> None:
    """The app of the agents; the first time with a code that the administrator makes, and opened when it is locked."""
    if "/acs/" not in page.url:
        page.goto("/acs/")
        page.locator("#codigo, h1, h2").first.wait_for()
    if page.locator("#codigo").count():
        _activate(page)
        page.get_by_role("button", name="Entrar").click()
        page.get_by_role("heading", name="Famílias").wait_for()
        page.locator("#estado", has_text="Tudo enviado").wait_for()
    if page.locator("#senha-de-abrir").count():
        page.fill("#senha-de-abrir", APP_PASSWORD)
        page.get_by_role("button", name="Abrir", exact=True).click()
        page.locator("#estado").wait_for()
    page.evaluate("(screen) => { location.hash = screen; }", screen)
    page.wait_for_timeout(600)


def _activate(page: Any) -> None:
    if not page.input_value("#codigo"):
        page.fill("#codigo", _code(page))
        for field in ("#senha", "#senha2"):
            page.fill(field, APP_PASSWORD)


def _visit(page: Any, day: date | None = None) -> None:
    """One more visit on the phone, of today unless told otherwise."""
    _app(page, "#/nova/FVD")
    for label in ("Manhã", "Visita realizada", "Visita periódica"):
        page.get_by_label(label).check()
    if day:
        page.get_by_label("Data da visita").fill(day.isoformat())
    page.get_by_role("button", name="Salvar no aparelho").click()
    if day:
        page.get_by_role("button", name="Salvar assim mesmo").click()
    page.get_by_text("Visita guardada neste aparelho.").wait_for()


def _code(page: Any) -> str:
    base = page.url.split("/acs/")[0]
    admin = enter(page.context.browser, base, "administrador", WIDE)
    admin.goto("/executando/sistema/sincronizacoes/")
    admin.locator("tbody th a").first.click()
    admin.get_by_role("button", name="Gerar código de aparelho").click()
    code = admin.locator("#codigo").input_value()
    admin.context.close()
    return code


@shot("acs-ativar", user="", width=NARROW)
def _(page: Any) -> None:
    page.goto("/acs/")
    page.locator("#codigo").wait_for()
    _activate(page)


@shot("acs-familias", user="", width=NARROW)
def _(page: Any) -> None:
    _app(page, "#/")


@shot("acs-aparelho", user="", width=NARROW)
def _(page: Any) -> None:
    _app(page, "#/aparelho")


@shot("acs-mais", user="", width=NARROW)
def _(page: Any) -> None:
    _app(page, "#/mais")


@shot("acs-envio", user="", width=NARROW)
def _(page: Any) -> None:
    page.context.set_offline(True)
    for _ in range(2):
        _visit(page)
    _app(page, "#/aparelho")


@shot("acs-senha", user="", width=NARROW)
def _(page: Any) -> None:
    _app(page, "#/")
    page.reload()
    page.locator("#senha-de-abrir").wait_for()


@shot("acs-recusado", user="", width=NARROW)
def _(page: Any) -> None:
    """Revoked, and a visit that bears the day after: the server refuses it."""
    _app(page, "#/")
    page.context.set_offline(True)
    _visit(page, date.today() + timedelta(days=1))
    base = page.url.split("/acs/")[0]
    admin = enter(page.context.browser, base, "administrador", WIDE)
    admin.goto("/executando/sistema/sincronizacoes/")
    admin.locator("tbody th a").first.click()
    admin.locator("[data-abrir^=revogar-]").first.click()
    admin.locator("dialog[open]").get_by_role("button", name="Revogar").click()
    admin.get_by_text("Revogado", exact=True).first.wait_for()
    admin.context.close()
    page.context.set_offline(False)
    page.locator("#estado", has_text="1 recusado").wait_for()
    _app(page, "#/aparelho")
