"""Reading a report: in a process of its own, out as lines of JSON that PostgreSQL takes as they are."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ledi.errors import LediError
from ledi.retorno import Refused, Retorno, deepest, open_retorno
from saude.comum.isolado import Excesso, Ocupado, Recusado, run

MEMORY = 256 * 1024 * 1024
SECONDS = 300
TOO_MUCH = (
    "O arquivo tem mais do que pode ser lido de uma vez, ou se danificou. Baixe o relatório de novo, de um período "
    "menor."
)
UNREADABLE = "O arquivo não pôde ser aberto: {}. Baixe o relatório de novo e envie-o como veio."


def read(path: Path, into: Path) -> dict[str, Any]:
    """What the report says of itself; its lines are then in `into`. Recusado with what to do; Ocupado."""
    try:
        said: dict[str, Any] = run(
            "saude.retorno.leitura:copy", str(path), str(into), memory=MEMORY, seconds=SECONDS
        )
    except Excesso as excess:
        raise Recusado(TOO_MUCH) from excess
    return said


def copy(path: str, into: str) -> dict[str, Any]:
    """In the other process: every registro on a line of its own."""
    try:
        with open_retorno(path) as report, open(into, "w", encoding="utf-8") as out:
            lines = 0
            for registro in report:
                lines += 1
                out.write(json.dumps(_kept(report.formato, registro, lines), ensure_ascii=False) + "\n")
    except Refused as refused:
        text = str(refused)
        raise Recusado(text[:1].upper() + text[1:]) from refused
    except LediError as error:
        raise Recusado(UNREADABLE.format(str(error)[:200])) from error
    return {"linhas": lines, **_about(report)}


def _about(report: Retorno) -> dict[str, Any]:
    said = report.leitura
    return {
        "formato": report.formato,
        "leitura": {
            "codificacao": said.get("codificacao"),
            "colunas": [c for c in said.get("colunas_canonicas") or () if c],
        },
        "contexto": report.contexto or {},
        "totais": report.totais,
        "avisos": report.avisos,
    }


def _kept(formato: str, registro: dict[str, Any], number: int) -> dict[str, Any]:
    return _of_pec(registro) if formato == "pec-inconsistencias" else _of_totals(registro, number)


def _of_pec(registro: dict[str, Any]) -> dict[str, Any]:
    ficha = registro["ficha"]
    return {
        "numero": registro["linha"],
        "uuid": registro["uuid"] or "",
        "resultado": registro["situacao"] or "",
        "lote": (registro["lote"] or "")[:40],
        "data": registro["data_recebimento"],
        "tipo_ficha": registro["tipo_ficha"] or "",
        "cnes": registro["cnes"] or "",
        "mensagens": [
            {
                "coluna": m["coluna"],
                "texto": m["texto_seguro"],
                "campos": m["campos"],
                "campo": deepest(m["campos"], ficha),
            }
            for m in registro["mensagens"]
        ],
    }


def _of_totals(registro: dict[str, Any], number: int) -> dict[str, Any]:
    rest = {
        k: v
        for k, v in registro.items()
        if k not in ("cnes", "ine", "situacao", "validacao", "total", "linha")
    }
    return {
        "numero": registro.get("linha") or number,
        "cnes": registro.get("cnes") or "",
        "ine": registro.get("ine") or "",
        "situacao": registro.get("situacao") or "",
        "texto": registro.get("validacao") or "",
        "total": registro.get("total"),
        "dados": rest,
    }


def lines(path: Path) -> Iterator[dict[str, Any]]:
    with open(path, encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


__all__ = ["Ocupado", "Recusado", "copy", "lines", "read"]
