"""Reports for tests: the samples, and small files written with whatever a person or a spreadsheet does to them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ledi.retorno import Refused, document, open_retorno, refusal

AMOSTRAS = Path(__file__).parent / "amostras"
SAMPLES = sorted(path.stem for path in AMOSTRAS.glob("*.csv"))
UUID = "9900017-9e6f51fd-be30-4442-8bca-0680de4b5980"
PEC_HEADER = (
    "Data de Recebimento;Tipo de Recebimento;Nome do Arquivo;Lote;Tipo da Ficha;CNES Emitente;UUID;Versão;"
    "Registro da Ficha;Validações de Regras Negócio;Validações de Campos Obrigatórios;Erros Estruturais"
)


def pec_row(regras: str = "-", obrigatorios: str = "-", estruturais: str = "-", **cells: str) -> str:
    found = {
        "data": "05/10/2026", "tipo": "ARQUIVO", "nome": "-", "lote": "118",
        "ficha": "CDS Ficha de Atendimento Individual", "cnes": "9900017", "uuid": UUID, "versao": "8.7.0",
        "registro": "-", **cells,
    }  # fmt: skip
    return ";".join([*found.values(), regras, obrigatorios, estruturais])


def pec(*rows: str) -> str:
    return "\n".join((PEC_HEADER, *rows)) + "\n"


def sample_text(name: str) -> str:
    path = AMOSTRAS / f"{name}.csv"
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("iso-8859-1")


def expected(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((AMOSTRAS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def read(path: Path) -> dict[str, Any]:
    """What `ledi retorno --json` prints."""
    try:
        found: dict[str, Any] = json.loads("".join(document(path)))
    except Refused as refused:
        return refusal(path, refused)
    return found


def read_text(tmp_path: Path, text: str, encoding: str = "utf-8") -> dict[str, Any]:
    path = tmp_path / "retorno.csv"
    path.write_bytes(text.encode(encoding))
    return read(path)


def motivo(tmp_path: Path, text: str, encoding: str = "utf-8") -> str | None:
    return read_text(tmp_path, text, encoding).get("motivo")


def registros(path: Path) -> list[dict[str, Any]]:
    with open_retorno(path) as found:
        return list(found)
