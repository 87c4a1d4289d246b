"""50 people on the documented server (`saude servir`, waitress) while an export runs: p95 and errors, 60 seconds.

Default 100,000 fichas (TAMANHO=500000 for the target); PROCESSOS= site processes, each with its port, users divided
among them. The people are logged in already (a password costs a third of a second of CPU by design).
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import date
from pathlib import Path
from typing import Any

import banco
from comum import Linha, gravar, tamanho

USERS, SECONDS = 50, int(os.environ.get("SEGUNDOS", "60"))
PORT = 18_431


def main() -> None:
    folder = banco.preparar()
    os.environ["SAUDE_HOSTS"] = "127.0.0.1"
    entidade = banco.municipio()
    from bench_ler import _encher

    _encher(entidade, folder, tamanho(100_000))
    processes = int(os.environ.get("PROCESSOS", "2"))
    data = folder / "carga.json"
    data.write_text(json.dumps({"sessoes": _sessions(entidade), "paginas": _pages(entidade)}))
    sites = [_site(PORT + i) for i in range(processes)]
    workers = banco.Trabalhadores(1)
    try:
        export = _export(entidade)
        rows = _locust(data, processes)
        export.refresh_from_db()
        _report(rows, export, processes)
    finally:
        workers.parar()
        for site in sites:
            site.terminate()
        for site in sites:
            site.wait(30)


def _site(port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "saude", "servir", "--porta", str(port)]
    site = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/saude/pronta", timeout=5)
            return site
        except OSError:
            time.sleep(0.2)
    raise SystemExit("o site não ficou pronto")


def _sessions(entidade: Any) -> list[str]:
    from django.conf import settings
    from django.test import Client

    from saude.contas.actions import create_user
    from saude.contas.models import Usuario

    user = Usuario.objects.filter(username="carga").first() or create_user(
        by="bench", entidade=entidade, username="carga", nome="Pessoa da Carga", senha="posto-de-saude-1",
        preset="Coordenador", trocar_senha=False,
    )  # fmt: skip
    found = []
    for _ in range(USERS):
        client = Client()
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        found.append(client.cookies[settings.SESSION_COOKIE_NAME].value)
    return found


def _pages(entidade: Any) -> dict[str, list[str]]:
    from django.urls import reverse

    from saude.fichas.contagens import panel
    from saude.fichas.models import Ficha

    months = [line.competencia for line in panel(entidade)][:3]
    uuids = Ficha.objects.order_by("-pk").values_list("uuid", flat=True)[:200]
    base = reverse("exportacao:painel")
    previa = reverse("exportacao:previa")
    days = [f"{m[:4]}-{m[4:]}" for m in months]
    return {
        "painel": [base],
        "lista de fichas": [f"{base}{m}/{s}/" for m in months for s in ("processados", "exportados")],
        "ficha": [reverse("fichas:detalhe", args=[uuid]) for uuid in uuids],
        "inconsistências": [f"{base}{m}/inconsistencias/" for m in months],
        "clientes": [reverse("clientes:lista")],
        "exportações": [reverse("exportacao:exportacoes")],
        "prévia da exportação": [
            f"{previa}?escopo=nao_exportados&tipo=&inicio={d}-01&fim={d}-28" for d in days
        ],
    }


def _export(entidade: Any) -> Any:
    from saude.exportacao.actions import create_export

    return create_export(
        entidade=entidade, escopo="todos", inicio=date(2020, 1, 1), fim=date(2030, 1, 1), by=None
    )


def _locust(data: Path, processes: int) -> list[dict[str, str]]:
    """One locust per site process, side by side; their rows together."""
    running, outputs = [], []
    for i in range(processes):
        out = Path(tempfile.mkdtemp()) / "r"
        outputs.append(out)
        command = [
            sys.executable, "-m", "locust", "-f", str(Path(__file__).parent / "carga_locust.py"), "--headless",
            "-u", str(USERS // processes), "-r", "10", "-t", f"{SECONDS}s", "-H", f"http://127.0.0.1:{PORT + i}",
            "--csv", str(out), "--only-summary", "--loglevel", "ERROR",
        ]  # fmt: skip
        env = os.environ | {"CARGA": str(data)}
        running.append(subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL))
    for one in running:
        one.wait(SECONDS + 60)
    rows: list[dict[str, str]] = []
    for out in outputs:
        with open(f"{out}_stats.csv", encoding="utf-8") as file:
            rows += list(csv.DictReader(file))
    return rows


def _report(rows: list[dict[str, str]], export: Any, processes: int) -> None:
    lines = []
    for name in dict.fromkeys(r["Name"] for r in rows):
        mine = [r for r in rows if r["Name"] == name]
        asked = sum(int(r["Request Count"]) for r in mine)
        line = Linha("total" if name == "Aggregated" else name, asked, [float(SECONDS)], [float(SECONDS)])
        line.notas = {
            "p50 (ms)": max(int(float(r["50%"])) for r in mine),
            "p95 (ms)": max(int(float(r["95%"])) for r in mine),
            "erros": sum(int(r["Failure Count"]) for r in mine),
        }
        lines.append(line)
    total = next(x for x in lines if x.nome == "total")
    lines.append(lines.pop(lines.index(total)))
    gravar(
        os.environ.get("BENCH_NOME", "carga"),
        f"{USERS} pessoas, {SECONDS} s, {processes} processo(s) do site, exportação de {export.escritas} fichas "
        f"ao mesmo tempo ({export.get_estado_display().lower()})",
        lines,
        alvos=[
            ("p95 (ms)", total.notas["p95 (ms)"], 500, "<="),
            ("erros", total.notas["erros"], 0, "<="),
        ],
    )


if __name__ == "__main__":
    main()
