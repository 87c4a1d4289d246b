"""Pictures of what is typed, of files and sheets, and of the page of the agents."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from capturas_comum import (
    NARROW,
    PANEL,
    competencia,
    shot,
)


def _top(page: Any) -> None:
    page.wait_for_timeout(600)  # the form goes by itself to its first empty part
    page.evaluate("document.activeElement.blur(), scrollTo(0, 0)")


@shot("registrar-ficha", user="digitador")
def _(page: Any) -> None:
    """The professional filled the post; of two fields that were left empty, it is said."""
    page.goto("/registrar/FVD/")
    page.fill("[name='f:headerTransport.profissionalCNS']", "daniel")
    page.wait_for_selector("[role=option]:has-text('DANIEL')")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector(\"[name='f:headerTransport.cnes']\").value")
    page.locator("[data-busca-cidadao]").first.fill("maria")
    page.wait_for_selector(".r-cidadao [role=option]")
    page.keyboard.press("Enter")
    page.locator("select[id$='turno']").focus()
    page.keyboard.press("Tab")
    page.wait_for_selector("text=Falta Turno.")
    page.wait_for_selector("text=Rascunho guardado")
    _top(page)


@shot("registrar", user="digitador")
def _(page: Any) -> None:
    page.goto("/registrar/")


@shot("registrar-celular", user="digitador", width=NARROW)
def _(page: Any) -> None:
    page.goto("/registrar/FVD/")
    _top(page)


def vendor_file(folder: Path) -> Path:
    """What another system of the same municipality would send: some right, some wrong."""
    from datetime import date

    from ledi.envelope import Instalacao
    from ledi.processing import process
    from ledi.zip import PackageWriter
    from ledi_gerador import build, gerar

    vendor = Instalacao(
        contraChave="Outro - 3.1",
        uuidInstalacao="OUTRO-1",
        cpfOuCnpj="11222333000181",
        nomeOuRazaoSocial="Outro Sistema de Saúde Ltda",
    )
    path, today = folder / "producao-do-outro-sistema.zip", date.today()
    with path.open("wb") as file:
        package = PackageWriter(file)
        for record in gerar(semente=77, fichas=40, erros=0.2, hoje=today, municipio=build(2026, hoje=today)):
            if entry := process(record, instalacao=vendor).entry:
                package.add(entry)
        package.close()
    return path


def _upload(page: Any, path: Path) -> None:
    page.goto("/arquivos/conferir/")
    page.set_input_files("#arquivo", path)
    page.get_by_role("button", name="Conferir").click()
    page.get_by_role("heading", name="O que há no arquivo").wait_for()


@shot("conferir", user="digitador")
def _(page: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _upload(page, vendor_file(Path(folder)))


@shot("conferir-registro", user="digitador")
def _(page: Any) -> None:
    page.get_by_role("link", name="Só com inconsistência").click()
    page.locator("#registros tbody th a").first.click()


@shot("comparar", user="digitador")
def _(page: Any) -> None:
    # what the export took is not corrected: the month before it
    page.goto(f"{PANEL}{competencia(page, 1)}/processados/?guia=fichas&ficha=FVD")
    page.locator("tbody th a").first.click()
    uuid = page.url.split("/fichas/")[1].split("/")[0]
    page.get_by_role("link", name="Corrigir").click()
    page.get_by_label("Número do prontuário").first.fill("2024/118")
    page.get_by_label("Turno").first.select_option("3")
    page.get_by_role("button", name="Salvar").first.click()
    page.wait_for_load_state()
    page.goto(f"/fichas/{uuid}/versoes/")


@shot("planilha", user="digitador")
def _(page: Any) -> None:
    page.goto("/arquivos/planilha/")


def _sheet(page: Any, folder: Path) -> Path:
    """A sheet of visits with titles of its own."""
    path = folder / "visitas-de-setembro.csv"
    rows = ["CNS do profissional;CBO do profissional;CNES;INE;Data do atendimento;Período;Desfecho;Tipo de imóvel;"
            "Microárea"]  # fmt: skip
    rows += [f"{cns};515105;{cnes};{ine};2{n}/09/2026;{turno};Visita realizada;Domicílio;01"
             for n, (cns, cnes, ine, turno) in enumerate(_workers())]  # fmt: skip
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def _workers() -> list[tuple[str, str, str, str]]:
    from datetime import date

    from ledi_gerador import build

    town = build(2026, hoje=date.today())
    acs = next(p for p in town.profissionais for place in p.lotacoes if place.cbo == "515105" and place.ine)
    place = next(x for x in acs.lotacoes if x.cbo == "515105" and x.ine)
    return [(acs.cns, place.cnes, place.ine, turno) for turno in ("Manhã", "Tarde", "de noitinha", "Manhã")]


@shot("planilha-colunas", user="digitador")
def _(page: Any) -> None:
    page.goto("/arquivos/planilha/")
    with tempfile.TemporaryDirectory() as folder:
        page.set_input_files("#arquivo", _sheet(page, Path(folder)))
        page.get_by_role("button", name="Continuar").click()
        page.get_by_role("heading", name="O que é cada coluna?").wait_for()


@shot("planilha-previa", user="digitador")
def _(page: Any) -> None:
    page.get_by_label("Período").select_option(label="Turno")
    page.get_by_role("button", name="Ver prévia").click()
    page.get_by_role("heading", name="Prévia").wait_for()


@shot("sincronizacoes")
def _(page: Any) -> None:
    page.goto("/executando/sistema/sincronizacoes/")


@shot("sincronizacoes-agente")
def _(page: Any) -> None:
    page.goto("/executando/sistema/sincronizacoes/")
    page.locator("tbody th a").first.click()
