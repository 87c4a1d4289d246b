"""The library `ledi` itself, answering the conformance kit: all five abilities."""

from __future__ import annotations

import json
import sys
import zlib
from datetime import date
from pathlib import Path
from typing import Any

from ledi import layout, validate
from ledi.codecs import thrift
from ledi.envelope import Instalacao, unwrap, wrap
from ledi.errors import LediError
from ledi.findings import AVISO, ERRO
from ledi.reading import read_records

KIT = Path(__file__).resolve().parents[2]
Json = dict[str, Any]


def abilities(_: Json) -> Json:
    return {"capacidades": ["codificar", "decodificar", "validar", "codigos", "abrir"]}


def encode(request: Json) -> Json:
    record = request["registro"]
    made = layout(record["versao"])
    body = thrift.encode(made.fichas[record["tipo"]].root, record["ficha"])
    sender = Instalacao.from_mapping(request["instalacao"])
    return {"hex": wrap(record, body, remetente=sender, layout=made).hex()}


def decode(request: Json) -> Json:
    return {"registro": unwrap(bytes.fromhex(request["hex"])).record()}


def judge(request: Json) -> Json:
    report = validate(request["registro"], hoje=date.fromisoformat(request["hoje"]))
    return {
        "situacao": report.situacao,
        "erros": sorted({f.code for f in report.findings if f.severity == ERRO}),
        "avisos": sorted({f.code for f in report.findings if f.severity == AVISO}),
    }


def open_zip(request: Json) -> Json:
    items = list(read_records(KIT / request["arquivo"]))
    if not all(item.readable for item in items):
        return {"erro": "há entrada ilegível"}
    return {"uuids": [item.record["uuid"] for item in items]}


VERBS = {
    "capacidades": abilities,
    "codificar": encode,
    "decodificar": decode,
    "validar": judge,
    "abrir": open_zip,
}


def main() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = VERBS[request["pedido"]](request)
        except (LediError, zlib.error) as error:
            answer = {"erro": str(error)}
        print(json.dumps({"id": request["id"], **answer}), flush=True)


if __name__ == "__main__":
    main()
