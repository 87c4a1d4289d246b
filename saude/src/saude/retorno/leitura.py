"""Reading a report in a process of its own: the PEC's comes out as PostgreSQL takes it, the others as JSON lines."""

import json
from collections.abc import Iterator
from functools import lru_cache
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


class GrandeDemais(Recusado):
    """Larger than a report may be."""


def read(path: Path, into: Path, relatorio_id: int) -> dict[str, Any]:
    """What the report says of itself; its lines are then in `into`. Recusado with what to do; Ocupado."""
    try:
        said: dict[str, Any] = run(
            "saude.retorno.leitura:copy", str(path), str(into), relatorio_id, memory=MEMORY, seconds=SECONDS
        )
    except Excesso as excess:
        raise Recusado(TOO_MUCH) from excess
    return said


def copy(path: str, into: str, relatorio_id: int) -> dict[str, Any]:
    """In the other process: every registro on a line of its own."""
    try:
        with open_retorno(path) as report, open(into, "w", encoding="utf-8") as out:
            lines = 0
            for registro in report:  # no NUL among them: the reader takes no file that has one
                lines += 1
                if report.formato == "pec-inconsistencias":
                    out.write(_row(relatorio_id, _of_pec(registro)))
                else:
                    out.write(json.dumps(_of_totals(registro, lines), ensure_ascii=False) + "\n")
    except Refused as refused:
        text = str(refused)
        raise Recusado(text[:1].upper() + text[1:]) from refused
    except LediError as error:
        raise Recusado(UNREADABLE.format(str(error)[:200].rstrip("."))) from error
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


#: of a line of the PEC's report, as they come out
COLUMNS = ("numero", "uuid", "resultado", "lote", "data", "tipo_ficha", "cnes", "mensagens")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _row(relatorio_id: int, values: dict[str, Any]) -> str:
    """In the text format of COPY."""
    cells = (values[name] for name in COLUMNS)
    texts = (r"\N" if c is None else str(c).translate(_ESCAPES) for c in cells)
    return "\t".join((str(relatorio_id), *texts)) + "\n"


def _of_pec(registro: dict[str, Any]) -> dict[str, Any]:
    said = tuple((m["coluna"], m["texto_seguro"], tuple(m["campos"])) for m in registro["mensagens"])
    return {
        "numero": registro["linha"],
        "uuid": registro["uuid"] or "",
        "resultado": registro["situacao"] or "",
        "lote": (registro["lote"] or "")[:40],
        "data": registro["data_recebimento"],
        "tipo_ficha": registro["tipo_ficha"] or "",
        "cnes": registro["cnes"] or "",
        "mensagens": _messages(said, registro["ficha"]),
    }


@lru_cache(maxsize=4096)
def _messages(said: tuple[tuple[str, str, tuple[str, ...]], ...], ficha: str | None) -> str:
    """As JSON: a report says few things of many fichas."""
    told = [
        {"coluna": column, "texto": text, "campos": fields, "campo": deepest(fields, ficha)}
        for column, text, fields in said
    ]
    return json.dumps(told, ensure_ascii=False)


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


__all__ = ["GrandeDemais", "Ocupado", "Recusado", "copy", "lines", "read"]
