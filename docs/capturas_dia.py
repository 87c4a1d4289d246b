"""Pictures of the people's day: the queue, lists to hand out, notices, production, help, the dark theme."""

from __future__ import annotations

from typing import Any

from capturas_comum import PANEL, competencia, detail, shot


def _give(page: Any) -> None:
    """Some fichas of the month to who looks."""
    detail(page, "inconsistencias", "fichas")
    page.locator("tbody input[type=checkbox]").nth(0).check()
    page.locator("tbody input[type=checkbox]").nth(1).check()
    page.locator("tbody input[type=checkbox]").nth(2).check()
    page.locator("select[name=para]").select_option(label="Carlos Coordenador")
    page.get_by_role("button", name="Atribuir marcadas").click()
    page.wait_for_selector(".s-mensagem--success")


@shot("fila")
def _(page: Any) -> None:
    page.goto("/fila/")
    if not page.locator("tbody tr").count():
        _give(page)
        page.goto("/fila/")


@shot("fila-ficha")
def _(page: Any) -> None:
    page.goto("/fila/")
    page.locator("tbody th a").first.click()
    page.locator("#fila, .fi-texto, textarea").first.scroll_into_view_if_needed()


@shot("entregar")
def _(page: Any) -> None:
    page.goto("/fila/entregar/")


@shot("avisos")
def _(page: Any) -> None:
    page.goto("/avisos/")


@shot("avisos-preferencias")
def _(page: Any) -> None:
    page.goto("/avisos/")
    page.get_by_role("link", name="O que quero saber").first.click()


@shot("producao")
def _(page: Any) -> None:
    page.goto(f"/executando/sistema/producao/?competencia={competencia(page)}")


@shot("producao-profissional")
def _(page: Any) -> None:
    page.goto(f"/executando/sistema/producao/?por=profissional&competencia={competencia(page)}")
    page.locator("tbody th a").first.click()


@shot("ajuda")
def _(page: Any) -> None:
    page.goto("/ajuda/")


@shot("ajuda-regra")
def _(page: Any) -> None:
    detail(page, "inconsistencias", "causas")
    page.goto(str(page.locator("a.s-regra").first.get_attribute("href")))


@shot("busca-nome")
def _(page: Any) -> None:
    page.goto(PANEL)
    page.fill("header input[type=search]", "Maria")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: PANEL not in url)


@shot("painel-escuro")
def _(page: Any) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(PANEL)


@shot("ficha-corrigir-lista")
def _(page: Any) -> None:
    page.emulate_media(color_scheme="light")
    detail(page, "inconsistencias", "fichas")
    page.locator("tbody a[aria-label^=Corrigir], tbody a[href*=corrigir]").first.click()
