"""What the simulator answers, as values; the bodies are those that clients recognise."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

JSON, TEXT, HTML, CSV = (
    "application/json",
    "text/plain; charset=utf-8",
    "text/html; charset=utf-8",
    "text/csv",
)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; `cut`: none, the connection is closed instead."""

    status: int = 200
    body: bytes = b""
    kind: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False


CUT = Reply(cut=True)
PROXY_PAGE = (
    "<!DOCTYPE html><html><head><title>Acesso à rede</title></head><body>Entre para navegar.</body></html>"
)


def as_json(status: int, value: Any, **headers: str) -> Reply:
    return Reply(status, json.dumps(value, ensure_ascii=False).encode(), JSON, headers)


def as_text(status: int, text: str) -> Reply:
    return Reply(status, text.encode(), TEXT)


def as_html(status: int, text: str) -> Reply:
    return Reply(status, text.encode(), HTML)


def error(text: str, status: int = 400) -> Reply:
    return as_json(status, {"descricaoErro": text})


def not_thrift(detail: str) -> Reply:
    return error(f"Erro na desserialização: {detail}")


def invalid(errors: Any) -> Reply:
    return as_json(400, {"descricaoErro": "Erro de validação", "errosValidacao": errors})
