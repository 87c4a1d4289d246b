"""The command on many records: `validar --json` with one process and with two; the start: one record and `--help`.

Pairs in turn, medians. `TAMANHO=100000 VEZES=3 python bench/bench_comando.py` is the target of two processes (1.7
times, on an idle machine; under five minutes). The start is measured beside the commit PAR (d6642cd: before the
library was made for others), taken out of git and compiled like ours; where there is none, it stands alone and says so.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from comum import VEZES, Linha, alternar, gravar, tamanho

ROOT = Path(__file__).resolve().parents[1]
PAR = os.environ.get("PAR", "d6642cd")


def main() -> None:
    n = tamanho(20_000)
    with tempfile.TemporaryDirectory() as folder:
        many, one = Path(folder, "muitos.jsonl"), Path(folder, "um.jsonl")
        _ledi("gerar", "--fichas", str(n), "--semente", "7", "--saida", str(many))
        with many.open(encoding="utf-8") as lines:
            one.write_text(next(lines), encoding="utf-8")
        alone, both = Linha("validar --json, 1 processo", n), Linha("validar --json, 2 processos", n)
        alternar(
            VEZES,
            (alone, lambda: _ledi("validar", "--json", "--processos", "1", str(many))),
            (both, lambda: _ledi("validar", "--json", "--processos", "2", str(many))),
        )
        start, targets = _start(Path(folder), one)
    ratio = both.por_segundo / alone.por_segundo
    both.notas["vezes_1_processo"] = round(ratio, 2)
    gravar(
        "comando", "O comando: muitos registros com um e dois processos, um registro, a ajuda", [alone, both, *start],
        alvos=[("validar com 2 processos: vezes o de 1", ratio, 1.7, ">="), *targets],
    )  # fmt: skip


def _start(folder: Path, one: Path) -> tuple[list[Linha], list[tuple[str, float, float, str]]]:
    """One record and the help, ours and the peer's in turn."""
    peer = _peer(folder)
    lines, targets = [], []
    for name, words, target in (
        ("validar um registro", ("validar", str(one)), 66.7),
        ("ledi --help", ("--help",), 50),
    ):
        ours, theirs = Linha(name, 1), Linha(f"{name}, no commit {PAR}", 1)
        pairs = [(ours, ROOT), (theirs, peer)] if peer else [(ours, ROOT)]
        runs = [(line, lambda words=words, tree=tree: _ledi(*words, tree=tree)) for line, tree in pairs]
        for _, run in runs:
            run()  # compiled once, as an installed package is
        alternar(2 * VEZES, *runs)
        lines += [line for line, _ in pairs]
        if peer:
            targets.append((f"{name}: % da CPU do par", 100 * theirs.por_cpu / ours.por_cpu, target, "<="))
    return lines, targets


def _peer(folder: Path) -> Path | None:
    """The library at the commit PAR, in a folder of its own."""
    asked = ["git", "-C", str(ROOT), "archive", PAR, "ledi/src"]
    found = subprocess.run(asked, capture_output=True, check=False)
    if found.returncode:
        print(f"SEM O COMMIT {PAR}: o início do comando não foi comparado", file=sys.stderr)
        return None
    with tarfile.open(fileobj=io.BytesIO(found.stdout)) as archive:
        archive.extractall(folder / "par", filter="data")
    return folder / "par"


def _ledi(*arguments: str, tree: Path = ROOT) -> None:
    environment = {**os.environ, "PYTHONPATH": str(tree / "ledi/src")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "ledi", *arguments]
    subprocess.run(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )


if __name__ == "__main__":
    main()
