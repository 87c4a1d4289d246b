"""Runs any implementation of LEDI against the conformance kit: `executar.py -- COMANDO [ARG ...]`.

Standard library only, Python 3.10 or newer. The protocol is in README.md: one JSON request a line in, one JSON
answer a line out, in the same order. Exit code 0 all as expected, 1 something differs, 2 it could not be run.
"""

from __future__ import annotations

import argparse
import json
import queue
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SHOWN = 20
ABILITIES = ("codificar", "decodificar", "validar", "codigos", "abrir")
Json = dict[str, Any]


class Broken(Exception):
    """The command stopped, was silent for too long, or wrote something that is not the protocol's."""


class Command:
    """The implementation under test, as a child that answers line by line."""

    def __init__(self, words: list[str], limit: float) -> None:
        self._limit = limit
        self._child = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=HERE, encoding="utf-8", errors="replace"
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._child.stdout is not None
        for line in self._child.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def ask(self, request: Json) -> Json:
        """The answer to one request; raises Broken."""
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(json.dumps(request) + "\n")
            self._child.stdin.flush()
            line = self._lines.get(timeout=self._limit)
        except OSError as error:
            raise Broken("o comando fechou a entrada") from error
        except queue.Empty:
            raise Broken(f"o comando não respondeu em {self._limit:g} s") from None
        if line is None:
            raise Broken(f"o comando terminou (código {self._child.wait()})")
        try:
            answer = json.loads(line)
        except ValueError:
            raise Broken(f"a resposta não é JSON: {line[:200]!r}") from None
        if not isinstance(answer, dict):
            raise Broken(f"a resposta não é um objeto JSON: {line[:200]!r}")
        return answer

    def close(self) -> None:
        self._child.kill()
        self._child.wait()


# ---- what is asked


def requests(abilities: set[str], only: str | None) -> Iterator[tuple[str, str, Json, Json]]:
    """(ability, ficha, request, expected), in the order of the files."""
    for kind, row in _rows("bytes", only):
        record, data, name = row["registro"], row["hex"], row["id"]
        if "codificar" in abilities:
            asked = {"id": name, "pedido": "codificar", "instalacao": row["instalacao"], "registro": record}
            yield "codificar", kind, asked, {"hex": data}
        if "decodificar" in abilities:
            asked = {"id": name, "pedido": "decodificar", "hex": data}
            yield "decodificar", kind, asked, {"registro": record}
    parts = {"defeitos": "decodificar", "validar": "validar", "zips": "abrir"}
    for part, ability in parts.items():
        if ability not in abilities:
            continue
        for kind, row in _rows(part, only):
            yield ability, kind, {k: v for k, v in row.items() if k != "esperado"}, row["esperado"]


def _rows(part: str, only: str | None) -> Iterator[tuple[str, Json]]:
    for path in sorted((HERE / part).glob("*.jsonl")):
        if only is None or path.stem == only:
            with path.open(encoding="ascii") as file:
                for line in file:
                    yield path.stem, json.loads(line)


# ---- what is answered


def differences(ability: str, expected: Json, answer: Json, codes: bool) -> str | None:
    """None when the answer is right, otherwise what differs."""
    if expected.get("erro"):
        return None if answer.get("erro") else "aceitou o que devia recusar"
    if answer.get("erro"):
        return f"recusou: {str(answer['erro'])[:200]}"
    if ability == "codificar":
        return _bytes(expected["hex"], str(answer.get("hex", "")).lower())
    if ability == "decodificar":
        return _first(expected["registro"], answer.get("registro"), "registro")
    if ability == "abrir":
        return _first(expected["uuids"], sorted(answer.get("uuids") or []), "uuids")
    if expected["situacao"] != answer.get("situacao"):
        return f"situação {answer.get('situacao')!r}, esperada {expected['situacao']!r}: {_codes(expected)}"
    return _same_codes(expected, answer) if codes else None


def _codes(expected: Json) -> str:
    return ", ".join(expected["erros"] + expected["avisos"]) or "sem inconsistência"


def _same_codes(expected: Json, answer: Json) -> str | None:
    for name in ("erros", "avisos"):
        wanted, got = set(expected[name]), set(answer.get(name) or [])
        if wanted != got:
            return f"{name}: faltam {sorted(wanted - got)}, sobram {sorted(got - wanted)}"
    return None


def _bytes(wanted: str, got: str) -> str | None:
    if wanted == got:
        return None
    at = (
        next(
            (i for i, (a, b) in enumerate(zip(wanted, got, strict=False)) if a != b),
            min(len(wanted), len(got)),
        )
        // 2
    )
    near = slice(max(0, 2 * at - 8), 2 * at + 24)
    return f"byte {at} de {len(wanted) // 2}: esperado …{wanted[near]}…, veio …{got[near]}…"


def _first(wanted: Any, got: Any, path: str) -> str | None:
    """The first place where two JSON values differ; 1 and 1.0 are the same number, true is not 1."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        for key in [*wanted, *(key for key in got if key not in wanted)]:
            if key not in got or key not in wanted:
                return f"{path}.{key}: {'falta' if key not in got else 'sobra'}"
            if found := _first(wanted[key], got[key], f"{path}.{key}"):
                return found
        return None
    if isinstance(wanted, list) and isinstance(got, list):
        if len(wanted) != len(got):
            return f"{path}: {len(got)} itens, esperados {len(wanted)}"
        pairs = enumerate(zip(wanted, got, strict=False))
        return next((found for i, (a, b) in pairs if (found := _first(a, b, f"{path}[{i}]"))), None)
    if wanted == got and isinstance(wanted, bool) == isinstance(got, bool):
        return None
    return f"{path}: {got!r}, esperado {wanted!r}"


# ---- the run


def run(options: argparse.Namespace) -> int:
    command = Command(options.comando, options.limite)
    right: Counter[tuple[str, str]] = Counter()
    wrong: list[Json] = []
    total: Counter[tuple[str, str]] = Counter()
    try:
        abilities = set(command.ask({"id": "0", "pedido": "capacidades"}).get("capacidades") or [])
        if unknown := abilities - set(ABILITIES):
            raise Broken(f"capacidade desconhecida: {', '.join(sorted(map(str, unknown)))}")
        if not abilities - {"codigos"}:
            raise Broken(f"o comando não disse nenhuma capacidade; as que existem: {', '.join(ABILITIES)}")
        for ability, kind, request, expected in requests(abilities, options.so):
            answer = command.ask(request)
            total[ability, kind] += 1
            if answer.get("id") != request["id"]:
                raise Broken(f"a resposta não é a de {request['id']} (id {answer.get('id')!r})")
            found = differences(ability, expected, answer, "codigos" in abilities)
            if found is None:
                right[ability, kind] += 1
            else:
                wrong.append({"id": request["id"], "pedido": ability, "diferenca": found})
    except Broken as error:
        print(f"conformidade: {error}", file=sys.stderr)
        return 2
    finally:
        command.close()
    if not total:
        print("conformidade: nenhum caso escolhido", file=sys.stderr)
        return 2
    _tell(options, abilities, right, total, wrong)
    return 1 if wrong else 0


def _tell(
    options: argparse.Namespace,
    abilities: set[str],
    right: Counter[tuple[str, str]],
    total: Counter[tuple[str, str]],
    wrong: list[Json],
) -> None:
    if options.json:
        rows = [
            {"pedido": a, "ficha": k, "casos": n, "certos": right[a, k]}
            for (a, k), n in sorted(total.items())
        ]
        made = {"capacidades": sorted(abilities), "resultado": rows, "diferencas": wrong}
        print(json.dumps(made, ensure_ascii=False, indent=1))
        return
    for (ability, kind), count in sorted(total.items()):
        print(f"{ability:12} {kind:14} {right[ability, kind]:5} de {count}")
    for row in wrong[:SHOWN]:
        print(f"  {row['id']} ({row['pedido']}): {row['diferenca']}")
    if len(wrong) > SHOWN:
        print(f"  e mais {len(wrong) - SHOWN}; --json mostra todas")
    missing = [name for name in ABILITIES if name not in abilities]
    print(f"{sum(right.values())} de {sum(total.values())} certos", end="")
    print(f"; não oferecido: {', '.join(missing)}" if missing else "")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="executar.py", description="Kit de conformidade do LEDI.")
    parser.add_argument("--so", metavar="FICHA", help="só os casos de uma ficha (FVD, FAI, …)")
    parser.add_argument("--json", action="store_true", help="resultado inteiro em JSON")
    parser.add_argument("--limite", type=float, default=30.0, metavar="S", help="segundos por resposta (30)")
    parser.add_argument("comando", nargs="+", help="o comando que responde, depois de --")
    try:
        return run(parser.parse_args(arguments))
    except OSError as error:
        print(f"conformidade: o comando não pôde ser iniciado: {error.strerror}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
