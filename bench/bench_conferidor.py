"""The Conferidor in Chromium, from a cold page: the first ficha, all of 2,000, with a SIGTAP, and 50,000.

Beside it, in the same run, the command `ledi validar` on the same file with the machine's own Python.
`bench_conferidor.py [SIGTAP.zip CNES.xml]`; VEZES repeats each (3), GRANDE: fichas of the large file (50000; 0 = none).
"""

from __future__ import annotations

import functools
import http.server
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
LEDI = [sys.executable, "-m", "ledi"]


class Static(http.server.SimpleHTTPRequestHandler):
    extensions_map = {
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def log_message(self, *words: object) -> None:
        pass


def package(folder: Path, count: int) -> Path:
    """A zip of about `count` fichas (those that are right)."""
    lines, made = folder / f"{count}.jsonl", folder / f"{count}.zip"
    more = str(count + count // 15)
    subprocess.run([*LEDI, "gerar", "--fichas", more, "--saida", str(lines)], check=True, capture_output=True)
    subprocess.run([*LEDI, "empacotar", str(lines), "--saida", str(made)], check=False, capture_output=True)
    return made


def judged(browser: Browser, site: str, *files: Path) -> tuple[float, float, int]:
    """(seconds to the first ficha, to the last, fichas), from a page never opened before."""
    context = browser.new_context(service_workers="block")
    page = context.new_page()
    begun = time.perf_counter()
    page.goto(f"{site}/index.html")
    page.set_input_files("#escolher", [str(one) for one in files])
    page.wait_for_selector("#linhas .abrir", timeout=600_000)
    first = time.perf_counter() - begun
    page.wait_for_selector("html[data-fim]", timeout=600_000)
    last = time.perf_counter() - begun
    count = int(page.get_attribute("html", "data-fim") or 0)
    context.close()
    return first, last, count


def main() -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        print("SEM CHROMIUM: o conferidor não foi medido")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([sys.executable, ROOT / "conferidor/montar.py", folder / "pagina"], check=True)
        handler = functools.partial(Static, directory=str(folder / "pagina"))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        site = f"http://127.0.0.1:{server.server_port}"
        times, size = int(os.environ.get("VEZES", "3")), int(os.environ.get("GRANDE", "50000"))
        small = package(folder, 2000)
        large = package(folder, size) if size else small
        tables = [Path(path) for path in sys.argv[1:]]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            rows = []
            for label, files, count in (
                ("2.000 fichas", (small,), times),
                ("2.000 fichas e as tabelas dadas", (small, *tables), times if tables else 0),
                (f"{size} fichas", (large,), 1 if size else 0),
            ):
                runs = [judged(browser, site, *files) for _ in range(count)]
                if runs:
                    first = statistics.median(run[0] for run in runs)
                    last = statistics.median(run[1] for run in runs)
                    rows.append({"caso": label, "fichas": runs[0][2], "primeira": first, "todas": last})
            browser.close()
        begun = time.perf_counter()
        subprocess.run([*LEDI, "validar", str(small), "--json"], check=False, capture_output=True)
        rows.append({"caso": "ledi validar, 2.000 fichas (par)", "todas": time.perf_counter() - begun})
        server.shutdown()
    server.server_close()
    for row in rows:
        print(
            json.dumps(
                {k: round(v, 2) if isinstance(v, float) else v for k, v in row.items()}, ensure_ascii=False
            )
        )


if __name__ == "__main__":
    main()
