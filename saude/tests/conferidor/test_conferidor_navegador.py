"""The built page in a real Chromium: judged on the machine, offline, nothing sent, hostile files said in words."""

from __future__ import annotations

import http.server
import json
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from aparencia import UNBOUNDED, brightness
from openpyxl import load_workbook
from playwright.sync_api import TimeoutError, expect

from ledi_gerador import gerar, minimal

MAKE = Path(__file__).resolve().parents[3] / "conferidor" / "montar.py"
pytestmark = pytest.mark.browser


class Static(http.server.SimpleHTTPRequestHandler):
    """As plain a server as a municipality may have, with the two types that browsers insist on."""

    extensions_map = {
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("conferidor") / "pasta"
    done = subprocess.run([sys.executable, MAKE, made], capture_output=True, text=True, check=False)
    if done.returncode == 2 and "não deu para trazer" in done.stderr:
        pytest.skip(f"SEM REGISTRO DE PACOTES: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture(scope="module")
def site(folder) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Static, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(navegador, site) -> Iterator:
    context = navegador.new_context(locale="pt-BR", viewport={"width": 1366, "height": 768})
    made = context.new_page()
    problems: list[str] = []
    made.on("pageerror", lambda error: problems.append(str(error)))
    made.on(
        "request", lambda r: None if r.url.startswith((site, "blob:", "data:")) else problems.append(r.url)
    )
    made.goto(f"{site}index.html")
    yield made
    context.close()
    assert not problems, problems


def test_the_modules_go_compiled(folder) -> None:
    """Some hundred modules compiled at each visit were half of the wait."""
    wheels = json.loads((folder / "recursos.json").read_text())["rodas"]
    if wheels != ["biblioteca.zip"]:
        pytest.skip(f"SEM NODE: os módulos vão sem compilar ({wheels})")
    for path in (folder / "rodas/biblioteca.zip", folder / "pyodide/python_stdlib.zip"):
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
        assert len([name for name in names if name.endswith(".pyc")]) > 200, path
        assert [name for name in names if name.endswith(".py")] == [], path


def jsonl(path: Path, records: list) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in records))
    return path


def judge(page, *files: Path) -> None:
    page.set_input_files("#escolher", [str(file) for file in files])
    judged(page)


def judged(page) -> None:
    """What the page itself says is told where it does not come to the end: a wait alone would explain nothing."""
    try:
        page.wait_for_selector("html[data-fim]", timeout=300_000)
    except TimeoutError as error:
        told = page.inner_text("main")
        raise AssertionError(f"a conferência não chegou ao fim; a página diz: {told}") from error


def number(page, name: str) -> int:
    return int(page.inner_text(f".numero--{name} b").replace(".", ""))


def test_a_file_is_judged_listed_opened_and_taken_away(page, tmp_path):
    records = list(gerar(semente=5, fichas=200, erros=0.2))
    judge(page, jsonl(tmp_path / "produção.jsonl", records))
    assert number(page, "total") == 200
    bad = number(page, "inconsistente")
    assert 0 < bad < 200
    assert number(page, "pronta") == 200 - bad
    page.click(".numero--inconsistente")
    expect(page.locator("#pagina")).to_contain_text(f"de {bad}")
    page.click("#linhas .abrir >> nth=0")
    page.wait_for_selector("#ficha .achado--erro")
    assert page.locator("#ficha .campos tr").count() > 3
    page.click("#ficha-fechar")
    page.click("#guia-causas")
    first = int(page.inner_text(".causa__conta >> nth=0"))
    page.click(".causa >> nth=0")
    expect(page.locator("#pagina")).to_contain_text(f"de {first}")
    with page.expect_download() as waiting:
        page.click("#baixar-xlsx")
    waiting.value.save_as(tmp_path / "x.xlsx")
    assert load_workbook(tmp_path / "x.xlsx")["Fichas"].max_row == 201


#: what the page bounds by its shade: in a machine's own colours each needs a line
SHADED = [
    ".alvo", ".arquivo", ".numero", ".botao", "[role=tab][aria-selected=true]", ".situacao", "select",
    "input[type=search]", ".achado", ".campos .errado", ".causa",
]  # fmt: skip


@pytest.mark.parametrize("escuro", [False, True])
def test_in_a_machines_own_colours_nothing_is_told_by_a_shade(page, tmp_path, escuro):
    page.emulate_media(forced_colors="active", color_scheme="dark" if escuro else "light")
    seen: set[str] = set()

    def look(where: str) -> None:
        found = page.evaluate(UNBOUNDED, SHADED)
        assert found["bare"] == [], where
        seen.update(found["kinds"])

    look("the entrance")
    judge(page, jsonl(tmp_path / "p.jsonl", list(gerar(semente=5, fichas=120, erros=0.25))))
    page.click(".numero--inconsistente")
    look("the list")
    page.click("#linhas .abrir >> nth=0")
    page.wait_for_selector("#ficha .achado--erro")
    look("a ficha")
    page.click("#ficha-fechar")
    page.click("#guia-causas")
    page.wait_for_selector(".causa")
    look("the causes")
    assert (brightness(page) < 60) is escuro
    assert seen >= {".alvo", ".numero", ".situacao", ".achado", ".campos .errado", ".causa", "select"}


DROP = """text => {
  const held = new DataTransfer();
  held.items.add(new File([text], "largado.jsonl"));
  for (const kind of ["dragover", "drop"]) {
    const event = new DragEvent(kind, {dataTransfer: held, bubbles: true, cancelable: true});
    if (document.body.dispatchEvent(event)) throw new Error(`${kind}: the browser would leave the page`);
  }
}"""


@pytest.mark.parametrize("way", ["escolhido", "largado"])
def test_who_is_quicker_than_the_page_loses_no_file(navegador, site, tmp_path, way):
    """The page is read and its module still on its way: what is chosen or let go of then is judged all the same."""
    context = navegador.new_context(locale="pt-BR", service_workers="block")
    page = context.new_page()
    held = []
    page.route("**/app.js", lambda route: held.append(route))
    page.goto(f"{site}index.html")
    page.wait_for_function("() => document.readyState === 'complete'")
    assert page.get_attribute("html", "data-pronto") is None
    file = jsonl(tmp_path / "p.jsonl", [minimal("FVD"), minimal("FAI")])
    if way == "escolhido":
        page.set_input_files("#escolher", [str(file)])
    else:
        page.evaluate(DROP, file.read_text())
    assert len(held) == 1
    held[0].continue_()
    judged(page)
    assert number(page, "pronta") == 2
    page.click("#recomecar")
    page.evaluate(DROP, file.read_text())  # and once it is ready, once only
    judged(page)
    assert number(page, "total") == 2
    context.close()


def test_it_works_with_the_network_cut(page, tmp_path):
    # activated: every file is kept, and the page is in its hands (a condition that is async would always hold)
    kept = "() => navigator.serviceWorker.controller?.state === 'activated'"
    page.wait_for_function(kept)
    page.context.set_offline(True)
    page.reload()
    judge(page, jsonl(tmp_path / "p.jsonl", [minimal("FVD"), minimal("FAI")]))
    assert number(page, "pronta") == 2


def test_neither_the_page_nor_its_worker_can_send_anything(page, tmp_path):
    judge(page, jsonl(tmp_path / "p.jsonl", [minimal("FVD")]))
    send = "fetch('http://127.0.0.2:9/', {method: 'POST', body: 'x', mode: 'no-cors'})"
    tried = f"{send}.then(() => 'saiu', () => 'barrado')"
    with page.expect_console_message(lambda message: "Content Security Policy" in message.text):
        assert page.evaluate(tried) == "barrado"
    in_worker = """() => new Promise((done) => {
        const code = `fetch('http://127.0.0.2:9/', {method: 'POST', body: 'x', mode: 'no-cors'})`
            + `.then(() => postMessage('saiu'), () => postMessage('barrado'))`;
        const made = new Worker(URL.createObjectURL(new Blob([code], {type: 'text/javascript'})));
        addEventListener('securitypolicyviolation', () => {});
        made.onmessage = (event) => done(event.data);
    })"""
    assert page.evaluate(in_worker) == "barrado"
    policy = page.get_attribute("meta[http-equiv=Content-Security-Policy]", "content")
    assert "connect-src 'self'" in policy
    assert "form-action 'none'" in policy


def test_what_is_not_production_is_said_in_words_and_the_page_goes_on(page, tmp_path):
    (tmp_path / "foto.jpg").write_bytes(b"\xff\xd8\xff\xe0" * 100)
    (tmp_path / "cortado.zip").write_bytes(b"PK\x03\x04" + b"\0" * 50)
    (tmp_path / "vazio.jsonl").write_bytes(b"")
    good = jsonl(tmp_path / "boa.jsonl", [minimal("FVD")])
    judge(page, tmp_path / "foto.jpg", tmp_path / "cortado.zip", tmp_path / "vazio.jsonl", good)
    told = page.inner_text("#problemas")
    for name in ("foto.jpg", "cortado.zip", "vazio.jsonl"):
        assert name in told
    assert "Error" not in told
    assert number(page, "pronta") == 1


def test_files_of_two_gigabytes_that_are_no_production_are_said_in_words(page, tmp_path):
    whole, line = 2 * 1024**3 + 10, 200 * 1024**2  # a line of 2 GB says the same, in minutes
    for name, head, size in (
        ("enorme.zip", b"PK\x03\x04", whole),
        ("enorme.bin", b"", whole),
        ("enorme.jsonl", b'{"tipo": "', line),
    ):
        with (tmp_path / name).open("wb") as file:
            file.write(head)
            file.truncate(size)  # sparse: takes no room on the disk
    judge(page, tmp_path / "enorme.zip", tmp_path / "enorme.jsonl", tmp_path / "enorme.bin")
    told = page.inner_text("#problemas")
    for name in ("enorme.zip", "enorme.bin"):
        assert name in told
    assert "Error" not in told
    assert "passa de 64 MB" in page.inner_text("body")
    page.click("#recomecar")
    judge(page, jsonl(tmp_path / "boa.jsonl", [minimal("FVD")]))  # and the page goes on
    assert number(page, "pronta") == 1


def test_markup_in_a_ficha_is_text(page, tmp_path):
    record = minimal("FCI")
    record["ficha"]["identificacaoUsuarioCidadao"]["nomeCidadao"] = "<img src=x onerror=alert(1)>"
    record["uuid"] = "<b>oi</b>"
    judge(page, jsonl(tmp_path / "p.jsonl", [record]))
    page.click("#linhas .abrir >> nth=0")
    page.wait_for_selector("#ficha .campos")
    assert page.locator("#ficha img, #linhas b").count() == 0


def test_two_files_are_compared(page, tmp_path):
    one, two = minimal("FVD"), minimal("FP")
    changed = json.loads(json.dumps(one))
    changed["ficha"]["visitasDomiciliares"][0]["turno"] = 3
    judge(page, jsonl(tmp_path / "a.jsonl", [one, two]))
    page.click("#guia-comparar")
    page.set_input_files("#comparar-arquivo", str(jsonl(tmp_path / "b.jsonl", [changed])))
    page.wait_for_selector("#comparacao .abrir")
    assert "Mesmo UUID, outro conteúdo: 1" in page.inner_text("#comparacao")
    page.click("#comparacao .abrir")
    page.wait_for_selector("#ficha-corpo td")
    assert "ficha.visitasDomiciliares[0].turno" in page.inner_text("#ficha-corpo")


def test_starting_again_forgets_the_files(page, tmp_path):
    judge(page, jsonl(tmp_path / "a.jsonl", [minimal("FVD")]))
    page.click("#recomecar")
    expect(page.locator("#alvo")).to_be_visible()
    judge(page, jsonl(tmp_path / "b.jsonl", [minimal("FP"), minimal("FAC")]))
    assert number(page, "total") == 2


@pytest.mark.parametrize("width", [1366, 390])
def test_no_serious_barrier_and_nothing_wider_than_the_screen(navegador, site, tmp_path, width):
    import axe_playwright_python

    (source,) = Path(axe_playwright_python.__file__).parent.glob("axe*.js")
    context = navegador.new_context(
        locale="pt-BR", viewport={"width": width, "height": 800}, bypass_csp=True, reduced_motion="reduce"
    )  # no colour is read half way from light to dark
    page = context.new_page()
    page.goto(f"{site}index.html")
    for step in ("start", "fichas", "causas", "totais", "comparar", "ficha"):
        if step == "fichas":
            judge(page, jsonl(tmp_path / "p.jsonl", list(gerar(semente=5, fichas=60, erros=0.3))))
        elif step == "ficha":
            page.click("#guia-fichas")
            page.click("#linhas .abrir >> nth=0")
            page.wait_for_selector("#ficha .campos")
        elif step != "start":
            page.click(f"#guia-{step}")
        page.evaluate(source.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
        page.emulate_media(color_scheme="dark")
        found += page.evaluate("axe.run({runOnly: ['color-contrast']})")["violations"]
        page.emulate_media(color_scheme="light")
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], step
        assert page.evaluate("document.documentElement.scrollWidth") <= width, step
    context.close()


def test_a_folder_opened_from_the_disk_says_what_to_do(navegador, folder):
    context = navegador.new_context()
    page = context.new_page()
    page.goto(f"file://{folder}/index.html")
    assert "aberta direto do disco" in page.inner_text("#aviso")
    assert page.is_hidden("#entrada")
    context.close()


def test_the_system_serves_it_to_who_has_no_log_in_also_with_the_network_cut(
    navegador, live_server, folder, settings, tmp_path
):
    settings.CONFERIDOR = folder
    context = navegador.new_context(locale="pt-BR", viewport={"width": 1366, "height": 768})
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda m: problems.append(m.text) if "Security Policy" in m.text else None)
    page.goto(f"{live_server.url}/entrar/")
    page.click("text=Conferir um arquivo sem entrar")
    judge(page, jsonl(tmp_path / "p.jsonl", [minimal("FVD"), minimal("FAI")]))
    assert number(page, "total") == 2
    assert [one["name"] for one in context.cookies() if one["name"] == settings.SESSION_COOKIE_NAME] == []
    page.wait_for_function("() => navigator.serviceWorker.controller?.state === 'activated'")
    scope = page.evaluate("navigator.serviceWorker.ready.then((one) => one.scope)")
    assert scope == f"{live_server.url}/conferidor/"  # it never stands between a user and the system
    context.set_offline(True)
    page.reload()
    judge(page, jsonl(tmp_path / "q.jsonl", [minimal("FVD")]))
    assert number(page, "total") == 1
    assert problems == []
    context.close()


def test_a_browser_without_webassembly_says_so(navegador, site):
    context = navegador.new_context()
    context.add_init_script("delete globalThis.WebAssembly")
    page = context.new_page()
    page.goto(f"{site}index.html")
    assert "não tem WebAssembly" in page.inner_text("#aviso")
    context.close()
