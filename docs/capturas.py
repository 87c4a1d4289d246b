"""Takes the screenshots of the manual from a running demonstration into docs/imagens/ (needs Chromium).

    make demo PORTA=8400 SAUDE_DEMO_SENHA=…            # a fresh one, in another terminal
    SAUDE_DEMO_SENHA=… .venv/bin/python docs/capturas.py http://127.0.0.1:8400 [name…]

The pictures are taken in order, and the order is that of a month: what is corrected and exported in one is seen in
the next. With names, only those. PNGs are rewritten with a palette of 256 colours, to stay small. What the browser
itself draws (date and file fields) is put in Portuguese, as a browser in Brazil shows it: see BROWSER_WORDS.
"""

from __future__ import annotations

import heapq
import io
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).parent / "imagens"
PANEL = "/executando/sistema/exportacao/"
EXPORTS = "/executando/sistema/exportacoes/"
CADASTROS = "/configurando/cadastros/"
WIDE, NARROW = 1280, 390
WAIT = 120_000
BROWSER_WORDS = """() => {
  for (const e of document.querySelectorAll('input[type=date]:not([data-calendario])')) {
    const day = e.value.split('-').reverse().join('/');
    e.type = 'text'; e.value = day; e.placeholder = 'dd/mm/aaaa';
  }
  for (const e of document.querySelectorAll('input[type=file]')) {
    const words = document.createElement('p');
    words.innerHTML = '<button class="br-button secondary small">Escolher arquivo</button> Nenhum arquivo escolhido';
    e.replaceWith(words);
  }
}"""

SHOTS: dict[str, tuple[str, Callable[[Any], None], int]] = {}


def shot(name: str, user: str = "coordenador", width: int = WIDE) -> Callable[[Any], Any]:
    """Declare a picture: the function brings the page to where it is taken."""

    def declare(go: Callable[[Any], None]) -> Callable[[Any], None]:
        SHOTS[name] = (user, go, width)
        return go

    return declare


def main() -> int:
    base, *only = sys.argv[1:] or ["http://127.0.0.1:8000"]
    IMAGES.mkdir(exist_ok=True)
    failed = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
            args=["--no-sandbox"],
        )
        pages: dict[tuple[str, int], Any] = {}
        for name, (user, go, width) in SHOTS.items():
            if only and name not in only:
                continue
            page = pages.get((user, width)) or pages.setdefault(
                (user, width), _enter(browser, base.rstrip("/"), user, width)
            )
            try:
                go(page)
                page.wait_for_timeout(250)
                _save(page, name)
            except Exception as error:  # the next pictures may still be good
                failed += 1
                print(f"{name}: {error}".splitlines()[0], file=sys.stderr)
        browser.close()
    return 1 if failed else 0


def _enter(browser: Any, base: str, user: str, width: int) -> Any:
    context = browser.new_context(
        base_url=base, locale="pt-BR", viewport={"width": width, "height": 800}, reduced_motion="reduce"
    )
    page = context.new_page()
    if user:
        page.goto("/entrar/")
        page.fill("#id_username", user)
        page.fill("#id_password", os.environ["SAUDE_DEMO_SENHA"])
        page.click("button[type=submit]")
        page.wait_for_url(lambda url: "/entrar/" not in url)
    return page


def _save(page: Any, name: str) -> None:
    tall = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": page.viewport_size["width"], "height": max(480, min(tall, 1100))})
    page.wait_for_timeout(150)
    page.evaluate(BROWSER_WORDS)
    path = IMAGES / f"{name}.png"
    path.write_bytes(shrink(page.screenshot()))
    page.set_viewport_size({"width": page.viewport_size["width"], "height": 800})
    print(f"{path.name}: {path.stat().st_size // 1024} kB")


# --- where each picture is taken -------------------------------------------------------------------------------


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
    admin = _enter(page.context.browser, base, "administrador", WIDE)
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


# --- small PNGs --------------------------------------------------------------------------------------------------


def shrink(png: bytes) -> bytes:
    """The same picture with at most 256 colours: the commonest ones stay as they are, the others go to the nearest."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    counted = picture.getcolors(picture.width * picture.height) or []
    commonest = [colour for _, colour in heapq.nlargest(256, counted)]
    exact = {colour: index for index, colour in enumerate(commonest)}
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in commonest for part in colour])
    # Pillow looks up a colour without its last bits: near enough for a rare one, not for the white of the page
    indexed = picture.quantize(palette=palette, dither=Image.Dither.NONE)
    raw = picture.tobytes()
    pixels = zip(raw[::3], raw[1::3], raw[2::3], strict=True)
    body = bytes(exact.get(p, near) for p, near in zip(pixels, indexed.tobytes(), strict=True))
    small = io.BytesIO()
    indexed.frombytes(body)
    indexed.save(small, "png", optimize=True)
    return small.getvalue()


if __name__ == "__main__":
    sys.exit(main())
