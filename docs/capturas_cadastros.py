"""Pictures of what is configured and administered."""

from __future__ import annotations

from typing import Any

from capturas_comum import (
    CADASTROS,
    detail,
    shot,
)


@shot("duplicados")
def _(page: Any) -> None:
    page.goto("/clientes/")
    page.click("nav >> text=Clientes duplicados")


@shot("especialidades")
def _(page: Any) -> None:
    page.goto(f"{CADASTROS}especialidades/")


@shot("nao-exportaveis")
def _(page: Any) -> None:
    detail(page, "processados", "fichas&exclusao=especializada")


@shot("prazos")
def _(page: Any) -> None:
    page.goto(f"{CADASTROS}prazos/")


@shot("tabelas")
def _(page: Any) -> None:
    page.goto(f"{CADASTROS}tabelas-de-referencia/")


@shot("profissionais")
def _(page: Any) -> None:
    page.goto(f"{CADASTROS}profissionais/")


@shot("instalacao", user="administrador")
def _(page: Any) -> None:
    page.goto("/administrando/instalacao/")


@shot("acessos", user="administrador")
def _(page: Any) -> None:
    page.goto("/administrando/acessos/")


@shot("acesso", user="administrador")
def _(page: Any) -> None:
    page.goto("/administrando/acessos/")
    page.locator("tbody th a", has_text="Coordenador").first.click()


@shot("auditoria", user="administrador")
def _(page: Any) -> None:
    page.goto("/administrando/auditoria/")
