"""Takes the screenshots of the manual from a running demonstration into docs/imagens/ (needs Chromium).

    make demo PORTA=8400 SAUDE_DEMO_SENHA=…            # a fresh one, in another terminal
    SAUDE_DEMO_SENHA=… .venv/bin/python docs/capturas.py http://127.0.0.1:8400 [name…]

The pictures are taken in order, and the order is that of a month: what is corrected and exported in one is seen in
the next. With names, only those. How one is taken: figuras.py.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from figuras import NARROW, WIDE, enter, shot, take

PANEL = "/executando/sistema/exportacao/"
EXPORTS = "/executando/sistema/exportacoes/"
CADASTROS = "/configurando/cadastros/"
WAIT = 120_000


def main() -> int:
    base, *only = sys.argv[1:] or ["http://127.0.0.1:8000"]
    return 1 if take(base.rstrip("/"), only) else 0


def competencia(page: Any) -> str:
    """The last closed one: the second row of the panel."""
    page.goto(PANEL)
    found = sorted(set(re.findall(rf"{PANEL}(\d{{6}})/", page.content())))
    return found[-2] if len(found) > 1 else found[0]


def detail(page: Any, situacao: str, guia: str) -> None:
    page.goto(f"{PANEL}{competencia(page)}/{situacao}/?guia={guia}")


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
    page.locator("tbody tr").first.locator("text=Ver detalhes do cliente").first.click()
    page.locator("[aria-label^='Corrigir inconsistência']").first.click()
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


def _of_kind(page: Any, situacao: str, tipo: str) -> None:
    detail(page, situacao, f"fichas&ficha={tipo}")
    page.locator("tbody th a").first.click()


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
    uuid = page.locator("tbody th small").first.inner_text()
    page.fill("#busca-uuid", uuid[8:20])
    page.press("#busca-uuid", "Enter")
    page.wait_for_load_state()


@shot("ficha-exportada")
def _(page: Any) -> None:
    _of_kind(page, "exportados", "FCI")


@shot("retificar")
def _(page: Any) -> None:
    _of_kind(page, "exportados", "FCI")
    page.click("text=Retificar")


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
    _of_kind(page, "processados", "FVD")
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


def _app(page: Any, screen: str) -> None:
    """The app of the agents; the first time with a code that the administrator makes."""
    if "/acs/" not in page.url:
        page.goto("/acs/")
        page.locator("#codigo, h1, h2").first.wait_for()
    if page.locator("#codigo").count():
        page.fill("#codigo", _code(page))
        for field in ("#senha", "#senha2"):
            page.fill(field, "girassol 77 azul")
        page.get_by_role("button", name="Entrar").click()
        page.get_by_role("heading", name="Famílias").wait_for()
        page.locator("#estado", has_text="Tudo enviado").wait_for()
    page.evaluate("(screen) => { location.hash = screen; }", screen)
    page.wait_for_timeout(600)


def _code(page: Any) -> str:
    base = page.url.split("/acs/")[0]
    admin = enter(page.context.browser, base, "administrador", WIDE)
    admin.goto("/executando/sistema/sincronizacoes/")
    admin.locator("tbody th a").first.click()
    admin.get_by_role("button", name="Gerar código de aparelho").click()
    code = admin.locator("#codigo").input_value()
    admin.context.close()
    return code


@shot("acs-familias", user="", width=NARROW)
def _(page: Any) -> None:
    _app(page, "#/")


@shot("acs-aparelho", user="", width=NARROW)
def _(page: Any) -> None:
    _app(page, "#/aparelho")


@shot("acs-senha", user="", width=NARROW)
def _(page: Any) -> None:
    _app(page, "#/")
    page.reload()
    page.locator("#senha-de-abrir").wait_for()


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


if __name__ == "__main__":
    sys.exit(main())
