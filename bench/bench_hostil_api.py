"""What a hostile record costs the site when posted: 100,000 empty items in the main list of every ficha.

CPU and memory of one request to `/registros` and to `/conferencias`, from the bytes to the answer (the database's
own work apart), and the size of the answer: what is said of one record is bounded, whatever it holds.
"""

from __future__ import annotations

import json
import tracemalloc
import uuid
from typing import Any

import banco
from comum import VEZES, Linha, gravar, numero, tamanho, uma_vez

META_MS, META_MB, META_KB = 500, 50, 100


def main() -> None:
    banco.preparar()
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["testserver"]
    from django.test import Client

    from saude.contas.actions import create_token
    from saude.fichas.processing import prepare

    prepare()
    entidade = banco.municipio()
    banco.tabelas(entidade)
    _, secret = create_token(by="bench", entidade=entidade, nome="bench", limite_por_minuto=100_000)
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    many = tamanho(100_000)
    measured = [
        _measured(client, address, tipo, field, many)
        for address in ("conferencias", "registros")
        for tipo, field in _lists()
    ]
    gravar(
        "hostil-api",
        f"Um registro com uma lista de {numero(many)} itens vazios, enviado à API",
        [line for line, *_ in measured],
        alvos=[
            ("ms de CPU, o pior", round(max(ms for _, ms, _, _ in measured)), META_MS, "<="),
            ("MB além do corpo, o pior", round(max(mb for _, _, mb, _ in measured), 1), META_MB, "<="),
            ("kB da maior resposta", round(max(kb for *_, kb in measured), 1), META_KB, "<="),
        ],
    )


def _lists() -> list[tuple[str, str]]:
    """(ficha, its main list)."""
    from ledi.layouts import layout

    fichas = layout().fichas.items()
    return [(tipo, f.children_field) for tipo, f in sorted(fichas) if f.children_field is not None]


def _measured(
    client: Any, address: str, tipo: str, field: str, many: int
) -> tuple[Linha, float, float, float]:
    line = Linha(f"{address}: {tipo} {field}", 1)
    size = 0

    def send() -> None:
        nonlocal size
        answer = client.post(
            f"/api/v1/{address}", _record(tipo, field, many), content_type="application/json"
        )
        assert answer.status_code == 200, answer.content[:300]
        size = len(answer.content)

    send()  # what the first request of a process loads is not the record's doing
    for _ in range(VEZES):
        uma_vez(line, send)
    tracemalloc.start()
    send()
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    ms = 1000 / line.por_cpu
    line.notas |= {"ms de CPU": round(ms), "MB": round(peak, 1), "kB da resposta": round(size / 1e3, 1)}
    return line, ms, peak, size / 1e3


def _record(tipo: str, field: str, many: int) -> bytes:
    from ledi_gerador import minimal

    record = minimal(tipo)
    old, record["uuid"] = record["uuid"], f"{record['cnes']}-{uuid.uuid4()}"
    ficha = record["ficha"]
    ficha.update({name: record["uuid"] for name, value in ficha.items() if value == old})
    ficha[field] = [{} for _ in range(many)]
    return json.dumps(record).encode()


if __name__ == "__main__":
    main()
