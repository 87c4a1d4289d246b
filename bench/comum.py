"""What the benchmarks share: ours and the peer in the same run, five runs, medians, ratios, a table and JSON.

Sizes: each benchmark has a default that finishes in a few minutes; `TAMANHO=` in the environment gives another,
`VEZES=` another number of runs. CPU seconds (of this process and of the children waited for) stand beside the
clock: on a machine that others use too, they are what can be compared.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

RESULTADOS = Path(os.environ.get("RESULTADOS", Path(__file__).parent / "resultados"))
VEZES = int(os.environ.get("VEZES", "5"))


def tamanho(padrao: int) -> int:
    return int(os.environ.get("TAMANHO", padrao))


@dataclass
class Linha:
    """One row: how many units a second, by the clock and by CPU second; medians of the runs."""

    nome: str
    unidades: int
    relogio: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    notas: dict[str, Any] = field(default_factory=dict)

    @property
    def por_segundo(self) -> float:
        return self.unidades / statistics.median(self.relogio)

    @property
    def por_cpu(self) -> float:
        return self.unidades / max(statistics.median(self.cpu), 1e-9)


def medir(
    nome: str, unidades: int, executar: Callable[[], Any], *, vezes: int = VEZES, **notas: Any
) -> Linha:
    """`executar` so many times; what it returns, when a mapping, is kept as notes of the last run."""
    linha = Linha(nome, unidades, notas=notas)
    for _ in range(vezes):
        uma_vez(linha, executar)
    return linha


def uma_vez(linha: Linha, executar: Callable[[], Any]) -> None:
    cpu, relogio = _cpu(), time.perf_counter()
    saida = executar()
    linha.relogio.append(time.perf_counter() - relogio)
    linha.cpu.append(_cpu() - cpu)
    if isinstance(saida, Mapping):
        linha.notas.update(saida)


def alternar(vezes: int, *pares: tuple[Linha, Callable[[], Any]]) -> None:
    """Ours, the peer, ours, the peer…: a slow minute of the machine falls on both."""
    for _ in range(vezes):
        for linha, executar in pares:
            uma_vez(linha, executar)


def _cpu() -> float:
    mine, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + children.ru_utime + children.ru_stime


def memoria_mb() -> float:
    """Peak of this process."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 if sys.platform != "darwin" else 1024**2), 1)


def maquina() -> dict[str, Any]:
    return {
        "processador": _processador(),
        "nucleos": os.cpu_count(),
        "memoria_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3),
        "sistema": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "carga_media": [round(x, 1) for x in os.getloadavg()],
    }


def _processador() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def gravar(
    nome: str,
    titulo: str,
    linhas: Sequence[Linha],
    *,
    alvos: Sequence[tuple[str, float, float, str]] = (),
    extra: Mapping[str, Any] | None = None,
) -> None:
    """Print the table and keep it as JSON. `alvos`: (what, measured, target, ">=" or "<=")."""
    dados = {
        "nome": nome,
        "titulo": titulo,
        "feito_em": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "vezes": max((len(x.relogio) for x in linhas), default=0),
        "maquina": maquina(),
        "linhas": [
            asdict(x) | {"por_segundo": round(x.por_segundo, 1), "por_cpu": round(x.por_cpu, 1)}
            for x in linhas
        ],
        "alvos": [
            {
                "alvo": o,
                "medido": m,
                "meta": meta,
                "sinal": s,
                "atingido": m >= meta if s == ">=" else m <= meta,
            }
            for o, m, meta, s in alvos
        ],
        "extra": dict(extra or {}),
    }
    RESULTADOS.mkdir(parents=True, exist_ok=True)
    (RESULTADOS / f"{nome}.json").write_text(json.dumps(dados, ensure_ascii=False, indent=1) + "\n")
    print(texto(dados))


def texto(dados: Mapping[str, Any]) -> str:
    """The table in Markdown, for the terminal and for docs/desempenho.md."""
    rows = [
        "| trabalho | quantas | por segundo | por segundo de CPU | observações |",
        "|---|--:|--:|--:|---|",
    ]
    for x in dados["linhas"]:
        notas = "; ".join(f"{k}: {v}" for k, v in x["notas"].items())
        rows.append(
            f"| {x['nome']} | {numero(x['unidades'])} | {numero(x['por_segundo'])} "
            f"| {numero(x['por_cpu'])} | {notas} |"
        )
    m = dados["maquina"]
    out = [f"**{dados['titulo']}** (medianas de {dados['vezes']})", "", *rows]
    if dados["alvos"]:
        out += ["", "| alvo | medido | meta | |", "|---|--:|--:|---|"]
        for a in dados["alvos"]:
            sinal = "≥" if a["sinal"] == ">=" else "≤"
            feito = "atingido" if a["atingido"] else "**não atingido**"
            out.append(f"| {a['alvo']} | {numero(a['medido'])} | {sinal} {numero(a['meta'])} | {feito} |")
    for name, rows_ in dados["extra"].items():
        out += ["", f"{name}:", "", *_extra(rows_)]
    out += ["", f"Medido em {dados['feito_em']}, carga média da máquina {m['carga_media'][0]}."]
    return "\n".join(out)


def _extra(rows: Any) -> list[str]:
    if isinstance(rows, list) and rows and isinstance(rows[0], dict):
        names = list(rows[0])
        lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
        return lines + ["| " + " | ".join(numero(r[n]) for n in names) + " |" for r in rows]
    return [str(rows)]


def numero(value: Any) -> str:
    """In Brazilian form: 1.234.567 or 12,3."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    shown = f"{value:,.0f}" if abs(value) >= 100 or float(value).is_integer() else f"{value:,.1f}"
    return shown.replace(",", " ").replace(".", ",").replace(" ", ".")
