"""What a hostile record costs: a list with 100,000 empty children, in every list of every ficha.

CPU of one validation and the memory that it adds to the record's own, the worst list of each ficha.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from typing import Any

from comum import VEZES, Linha, gravar, tamanho, uma_vez

from ledi import layout, validate
from ledi.layouts import TIPOS, Struct
from ledi.processing import prepare
from ledi_gerador import HOJE, minimal

META_MS, META_MB = 50, 20


def main() -> None:
    prepare()
    many = tamanho(100_000)
    measured = [[_measured(tipo, at, many) for at in _lists(tipo)] for tipo in TIPOS]
    rows = [max(of_tipo, key=lambda row: row[2]) for of_tipo in measured if of_tipo]  # the FCC has no list
    gravar(
        "hostil",
        f"Um registro com uma lista de {many:,} itens vazios: a pior lista de cada ficha".replace(",", "."),
        [line for line, *_ in rows],
        alvos=[
            ("ms de CPU, a pior de todas", round(max(ms for _, _, ms, _ in rows), 1), META_MS, "<="),
            ("MB além do próprio registro", round(max(mb for *_, mb in rows), 2), META_MB, "<="),
        ],
    )


def _measured(tipo: str, path: tuple[str, ...], many: int) -> tuple[Linha, str, float, float]:
    record = minimal(tipo)
    node: Any = record["ficha"]
    for name in path[:-1]:
        node = node[name]
        node = node[0] if isinstance(node, list) else node
    node[path[-1]] = [{} for _ in range(many)]
    where = f"{tipo} {'.'.join(path)}"
    line = Linha(where, 1)
    for _ in range(VEZES):
        uma_vez(line, lambda: validate(record, hoje=HOJE))
    tracemalloc.start()
    report = validate(record, hoje=HOJE)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    ms = 1000 / line.por_cpu
    line.notas |= {"ms de CPU": round(ms, 1), "MB": round(peak, 2), "achados": len(report.findings)}
    return line, where, ms, peak


def _lists(tipo: str) -> Iterator[tuple[str, ...]]:
    yield from _inside(layout().fichas[tipo].root, minimal(tipo)["ficha"])


def _inside(struct: Struct, node: Any) -> Iterator[tuple[str, ...]]:
    for field in struct.fields:
        inner = (field.type.item or field.type).struct
        if field.type.kind == "list":
            yield (field.name,)
        value = node.get(field.name)
        value = value[0] if isinstance(value, list) and value else value
        if inner is not None and isinstance(value, dict):
            for path in _inside(inner, value):
                yield (field.name, *path)


if __name__ == "__main__":
    main()
