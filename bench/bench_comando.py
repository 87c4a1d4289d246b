"""The command on many records: `validar --json` with one process and with two, `--help`, one record.

Pairs in turn, medians; TAMANHO=100000 for the target (1.7 times with two processes, on an idle machine).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from comum import VEZES, Linha, alternar, gravar, medir, tamanho


def main() -> None:
    n = tamanho(20_000)
    with tempfile.TemporaryDirectory() as folder:
        many, one = Path(folder, "muitos.jsonl"), Path(folder, "um.jsonl")
        _ledi("gerar", "--fichas", str(n), "--semente", "7", "--saida", str(many))
        with many.open() as lines:
            one.write_text(next(lines))
        alone, both = Linha("validar --json, 1 processo", n), Linha("validar --json, 2 processos", n)
        alternar(
            VEZES,
            (alone, lambda: _ledi("validar", "--json", "--processos", "1", str(many))),
            (both, lambda: _ledi("validar", "--json", "--processos", "2", str(many))),
        )
        rest = [
            medir("validar um registro", 1, lambda: _ledi("validar", str(one))),
            medir("ledi --help", 1, lambda: _ledi("--help")),
        ]
    both.notas["vezes_1_processo"] = round(both.por_segundo / alone.por_segundo, 2)
    gravar(
        "comando", "O comando: muitos registros com um e dois processos, um registro, a ajuda", [alone, both, *rest],
        alvos=[("validar com 2 processos", both.por_segundo / alone.por_segundo, 1.7, ">=")],
    )  # fmt: skip


def _ledi(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "ledi", *arguments], stdout=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    main()
