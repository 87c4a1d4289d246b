"""Pictures of the door, of the PEC's answers and of what the installation is told."""

from __future__ import annotations

import os
from typing import Any

from capturas_comum import (
    shot,
)


@shot("entrar", user="")
def _(page: Any) -> None:
    page.goto("/entrar/")


RETURNS = "/executando/sistema/retorno/"


def report(page: Any, kind: str) -> str:
    """The address of the demonstration's report of this kind."""
    page.goto(RETURNS)
    link = page.locator("tr", has_text=kind).locator("a").first
    return str(link.get_attribute("href"))


@shot("retorno")
def _(page: Any) -> None:
    page.goto(RETURNS)


@shot("retorno-relatorio")
def _(page: Any) -> None:
    page.goto(report(page, "Inconsistências do PEC"))


@shot("retorno-marcar")
def _(page: Any) -> None:
    page.goto(report(page, "Importação marcada"))
    export = page.locator("dd a[href*='/exportacoes/']").first.get_attribute("href")
    number = str(export).rstrip("/").rpartition("/")[2]
    page.goto(f"{RETURNS}marcar/{number}/")
    page.click("button:has-text('Conferir as contas')")
    page.wait_for_selector("button:has-text('Confirmar')")


@shot("retorno-corrigir")
def _(page: Any) -> None:
    page.goto(report(page, "Inconsistências do PEC"))
    refused = page.locator("td a[href^='/fichas/']").first.get_attribute("href")
    page.goto(f"{refused}corrigir/")


@shot("conciliacao")
def _(page: Any) -> None:
    page.goto("/executando/sistema/conciliacao/")


@shot("segundo-fator", user="administrador")
def _(page: Any) -> None:
    page.goto("/conta/segundo-fator/aplicativo/")


@shot("pec-de-destino", user="administrador")
def _(page: Any) -> None:
    """`PEC_SIMULADO`: the address of a `ledi pec-simulado --cenario recusa=5%` (the demonstration has no PEC)."""
    page.goto("/administrando/instalacao/pec/")
    page.fill("#id_endereco", os.environ.get("PEC_SIMULADO", "http://127.0.0.1:9100"))
    page.fill("#id_usuario", "simulado")
    page.fill("#id_senha_nova", "simulado")
    page.get_by_role("button", name="Salvar").click()
    page.get_by_role("button", name="Testar conexão").click()
    page.wait_for_selector(".s-mensagem--success")


@shot("correio", user="administrador")
def _(page: Any) -> None:
    page.goto("/administrando/correio/")
