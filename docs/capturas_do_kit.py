"""Pictures of what needs no server: the documentation site and the Conferidor, wide and narrow, into docs/imagens/.

    make site conferidor && .venv/bin/python docs/capturas_do_kit.py [SITE CONFERIDOR]

Needs Chromium. The production in the pictures is fictitious, always the same.
"""

from __future__ import annotations

import functools
import http.server
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from figuras import IMAGES, chromium, shrink
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
WIDE, NARROW = (1366, 768), (390, 844)
LEDI = [sys.executable, "-m", "ledi"]


class Static(http.server.SimpleHTTPRequestHandler):
    extensions_map = {
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def log_message(self, *words: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Static, directory=str(folder))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def save(page: Any, name: str) -> None:
    (IMAGES / f"{name}.png").write_bytes(shrink(page.screenshot()))


def of_site(browser: Any, address: str) -> None:
    for size, ending in ((WIDE, ""), (NARROW, "-celular")):
        page = browser.new_page(viewport={"width": size[0], "height": size[1]}, locale="pt-BR")
        page.goto(f"{address}/index.html")
        save(page, f"site{ending}")
        page.goto(f"{address}/regras/FVD.html")
        save(page, f"site-regras{ending}")
        page.close()


def of_conferidor(browser: Any, address: str, production: Path) -> None:
    for size, ending in ((WIDE, ""), (NARROW, "-celular")):
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="pt-BR", service_workers="block"
        )
        page = context.new_page()
        page.goto(f"{address}/index.html")
        page.wait_for_selector("html[data-pronto]", timeout=120_000)
        save(page, f"conferidor{ending}")
        page.set_input_files("#escolher", str(production))
        page.wait_for_selector("html[data-fim]", timeout=120_000)
        save(page, f"conferidor-fichas{ending}")
        page.click("#guia-causas")
        save(page, f"conferidor-causas{ending}")
        page.click("#guia-totais")
        save(page, f"conferidor-totais{ending}")
        page.click("#guia-fichas")
        page.select_option("#filtros [name=situacao]", "inconsistente")
        page.click("#linhas .abrir >> nth=0")
        page.wait_for_selector("#ficha-corpo .campos", timeout=60_000)
        save(page, f"conferidor-ficha{ending}")
        context.close()


def main(arguments: list[str]) -> None:
    site, conferidor = map(Path, arguments or [ROOT / "dist/site", ROOT / "dist/conferidor"])
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        production = Path(folder) / "producao-de-outubro.jsonl"
        made = [
            *LEDI,
            "gerar",
            "--fichas",
            "400",
            "--semente",
            "5",
            "--erros",
            "0.1",
            "--saida",
            str(production),
        ]
        subprocess.run(made, check=True, capture_output=True)
        browser = chromium(playwright)
        with served(site) as address:
            of_site(browser, address)
        with served(conferidor) as address:
            of_conferidor(browser, address, production)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
