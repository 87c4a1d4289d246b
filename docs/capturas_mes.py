"""Pictures of a month: the panel, its lists, the corrections, the export and what follows it."""

from __future__ import annotations

from typing import Any

from capturas_comum import (
    EXPORTS,
    NARROW,
    PANEL,
    WAIT,
    competencia,
    detail,
    of_kind,
    shot,
)


@shot("area")
def _(page: Any) -> None:
    page.goto(PANEL)
    page.click("summary.s-contexto")


@shot("painel-area", user="consulta")
def _(page: Any) -> None:
    page.goto(PANEL)
    page.click("summary.s-contexto")
    page.select_option("#ctx-area", index=1)
    page.click(".s-contexto__form button")
    page.wait_for_selector(".s-area__todas")


@shot("painel-acoes")
def _(page: Any) -> None:
    page.goto(PANEL)
    page.locator("summary[aria-label^='Ações de']").nth(1).click()


@shot("totalizadores")
def _(page: Any) -> None:
    detail(page, "processados", "totalizadores")


@shot("fichas")
def _(page: Any) -> None:
    detail(page, "inconsistencias", "fichas")
    page.click("details.p-filtros > summary")


@shot("clientes-inconsistentes")
def _(page: Any) -> None:
    detail(page, "inconsistencias", "clientes")


def _client(page: Any) -> None:
    detail(page, "inconsistencias", "clientes")
    page.locator("tr", has_text="CPF do cidadão").locator("text=Ver detalhes do cliente").first.click()


@shot("cliente")
def _(page: Any) -> None:
    _client(page)


@shot("cliente-corrigir")
def _(page: Any) -> None:
    _client(page)
    page.locator("[aria-label^='Corrigir inconsistência']").first.click()


@shot("cliente-previa")
def _(page: Any) -> None:
    """Of somebody with several open fichas: each is seen before anything is written."""
    detail(page, "inconsistencias", "clientes")
    details = page.locator("tbody tr").first.locator("text=Ver detalhes do cliente").first
    page.goto(str(details.get_attribute("href")).partition("?")[0] + "corrigir/")
    page.fill("#id_nome", page.input_value("#id_nome") + " NETA")
    page.click("main button[type=submit] >> nth=0")
    page.wait_for_selector("text=Antes e depois")


@shot("cliente-corrigir-celular", width=NARROW)
def _(page: Any) -> None:
    _client(page)
    page.locator("[aria-label^='Corrigir inconsistência']").first.click()


@shot("causas")
def _(page: Any) -> None:
    detail(page, "inconsistencias", "causas")


@shot("causa-corrigir")
def _(page: Any) -> None:
    detail(page, "inconsistencias", "causas")
    page.locator("tr", has_text="Esta equipe é de outro").locator(
        "[aria-label^='Corrigir inconsistência']"
    ).first.click()
    page.click("[role=combobox]")
    page.keyboard.type("es")
    page.wait_for_selector("[role=option]")


@shot("ficha")
def _(page: Any) -> None:
    detail(page, "inconsistencias", "causas")
    page.locator("tr", has_text="Turno").locator("a[aria-label^='Ver as']").first.click()
    page.locator("tbody th a").first.click()


@shot("ficha-corrigir")
def _(page: Any) -> None:
    page.click("text=Corrigir inconsistência")


@shot("nao-identificados")
def _(page: Any) -> None:
    page.goto("/clientes/nao-identificados/")


@shot("identificar")
def _(page: Any) -> None:
    """Somebody for whom the system has who to propose: born on the same day, of the same sex."""
    page.goto("/clientes/nao-identificados/")
    links = [a.get_attribute("href") for a in page.locator("main a:has-text('Identificar')").all()]
    for link in links[:20]:
        page.goto(link)
        if page.locator("text=É este").count():
            return


@shot("pendencias")
def _(page: Any) -> None:
    page.goto("/pendencias/")


@shot("reprocessamento")
def _(page: Any) -> None:
    page.goto("/pendencias/")
    if page.locator(".s-acoes >> text=Reprocessar registros").count():
        page.click(".s-acoes >> text=Reprocessar registros")
        page.click("button:has-text('Continuar')")
        page.click("button:has-text('Reprocessar')")
        page.wait_for_selector("text=Concluído", timeout=WAIT)


@shot("exportar")
def _(page: Any) -> None:
    page.goto(f"{EXPORTS}nova/?competencia={competencia(page)}")
    page.wait_for_selector("#previa .s-numero")


@shot("exportacao")
def _(page: Any) -> None:
    if not page.goto(EXPORTS) or not page.locator("tbody th a").count():
        page.goto(f"{EXPORTS}nova/?competencia={competencia(page)}")
        page.wait_for_selector("#previa .s-numero")
        page.click("button:has-text('Exportar')")
    else:
        page.locator("tbody th a").first.click()
    page.wait_for_selector("text=Arquivo pronto", timeout=WAIT)


@shot("exportacoes")
def _(page: Any) -> None:
    page.goto(EXPORTS)


@shot("transmitir")
def _(page: Any) -> None:
    """An export of its own, of whatever is left to export in the closed competência."""
    page.goto(f"{EXPORTS}nova/?competencia={competencia(page)}")
    page.wait_for_selector("#previa .s-numero")
    page.click("button:has-text('Exportar')")
    page.get_by_role("link", name="Transmitir").click(timeout=WAIT)
    page.get_by_role("button", name="Transmitir").wait_for()


@shot("transmissao")
def _(page: Any) -> None:
    page.goto(EXPORTS)
    page.locator("tbody th a").first.click()
    page.get_by_role("link", name="Transmitir").click()
    page.get_by_role("button", name="Transmitir").click()
    page.get_by_text("Concluída", exact=True).wait_for(timeout=WAIT)


@shot("transmissoes")
def _(page: Any) -> None:
    page.goto("/executando/sistema/transmissoes/")


@shot("painel")
def _(page: Any) -> None:
    page.goto(PANEL)


@shot("painel-celular", width=NARROW)
def _(page: Any) -> None:
    page.goto(PANEL)


@shot("busca")
def _(page: Any) -> None:
    detail(page, "exportados", "fichas")
    uuid = page.locator("tbody th [data-copia]").first.get_attribute("data-copia")
    page.fill("#busca-uuid", str(uuid)[8:20])
    page.press("#busca-uuid", "Enter")
    page.wait_for_load_state()


@shot("ficha-exportada")
def _(page: Any) -> None:
    of_kind(page, "exportados", "FCI")


@shot("retificar")
def _(page: Any) -> None:
    of_kind(page, "exportados", "FCI")
    page.click("text=Retificar")
