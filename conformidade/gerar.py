"""Writes the conformance kit from the library: what a record is, what is wrong with it, which bytes it becomes.

`gerar.py` writes, `gerar.py --conferir` fails when a file is not what the library says today. The cases of rules
are those of the library's own tests, the records those of the generator; nothing here is written by hand.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import shutil
import sys
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "ledi" / "tests"))

import rule_cases  # noqa: E402
from rule_cases.harness import TODAY, Case, build  # noqa: E402

from ledi import CURRENT, layout, validate  # noqa: E402
from ledi.envelope import unwrap  # noqa: E402
from ledi.findings import AVISO, ERRO  # noqa: E402
from ledi.installation import FICTICIA  # noqa: E402
from ledi.layouts.model import Ficha, Struct, Type  # noqa: E402
from ledi.processing import finish, process  # noqa: E402
from ledi.zip.reader import read_package  # noqa: E402
from ledi.zip.writer import Entry, PackageWriter  # noqa: E402
from ledi_gerador import minimal  # noqa: E402

Json = dict[str, Any]
MADE = ("layout", "validar", "bytes", "defeitos", "zips")


# ---- the layout, for whoever writes an encoder


def layout_json(version: str) -> Json:
    """Every ficha and every struct with ids and wire types: all that an encoder must know."""
    made = layout(version)
    return {
        "versao": version,
        "transporte": "DadoTransporteThrift",
        "estruturas_transporte": {name: _fields(struct) for name, struct in sorted(made.structs.items())},
        "fichas": {tipo: _ficha(ficha) for tipo, ficha in sorted(made.fichas.items())},
    }


def _ficha(ficha: Ficha) -> Json:
    found: dict[str, Struct] = {}
    _collect(ficha.root, found)
    return {
        "nome": ficha.nome,
        "tipoDadoSerializado": ficha.tipo_dado,
        "raiz": ficha.root.name,
        "estruturas": {name: _fields(struct) for name, struct in sorted(found.items())},
    }


def _collect(struct: Struct, found: dict[str, Struct]) -> None:
    if struct.name in found:
        return
    found[struct.name] = struct
    for field in struct.fields:
        inner = field.type.item or field.type
        if inner.struct is not None:
            _collect(inner.struct, found)


def _fields(struct: Struct) -> list[Json]:
    return [
        {"id": field.id, "nome": field.name, **_type(field.type)}
        for field in struct.fields
        if field.id is not None
    ]


def _type(type_: Type) -> Json:
    if type_.item is not None:
        return {"tipo": "list", "item": _type(type_.item)}
    if type_.struct is not None:
        return {"tipo": "struct", "estrutura": type_.struct.name}
    return {"tipo": type_.kind}


# ---- requests: what is asked, what is to be answered


def cases() -> Iterator[Case]:
    for module in pkgutil.iter_modules(rule_cases.__path__):
        if module.name != "harness":
            yield from importlib.import_module(f"rule_cases.{module.name}").CASES


def to_validate() -> dict[str, list[Json]]:
    """By ficha: the record of each rule case, wrong and right, with its codes. Cases with tables are left out."""
    made: dict[str, list[Json]] = {}
    seen: set[str] = set()
    for case in cases():
        if case.tabelas is not None:
            continue
        for change in (case.bad, case.good):
            record = build(case, change)
            text = json.dumps([case.tipo, record], sort_keys=True, ensure_ascii=True)
            if text not in seen:
                seen.add(text)
                made.setdefault(case.tipo, []).append(_judged(case.code, record))
    for tipo, rows in made.items():
        for number, row in enumerate(rows, 1):
            row["id"] = f"validar-{tipo}-{number:04}"
    return made


def _judged(code: str, record: Json) -> Json:
    report = validate(record, hoje=TODAY)
    return {
        "id": "",
        "pedido": "validar",
        "sobre": code,
        "hoje": TODAY.isoformat(),
        "registro": record,
        "esperado": {
            "situacao": report.situacao,
            "erros": sorted({f.code for f in report.findings if f.severity == ERRO}),
            "avisos": sorted({f.code for f in report.findings if f.severity == AVISO}),
        },
    }


def to_bytes() -> dict[str, list[Json]]:
    """By ficha: every valid record of the rule cases, in wire form (dates as milliseconds), and its `.esus`.

    The runner asks both ways: the bytes of the record, the record in the bytes.
    """
    made: dict[str, list[Json]] = {}
    seen: set[bytes] = set()
    for tipo, record in _valid_records():
        report = validate(record, hoje=TODAY)
        if report.wire is None or report.situacao != "processada":
            continue
        data = _content(finish(record, report, instalacao=FICTICIA))
        if data in seen:
            continue
        seen.add(data)
        made.setdefault(tipo, []).append(
            {
                "id": f"bytes-{tipo}-{len(made.get(tipo, [])) + 1:04}",
                "instalacao": _installation(),
                "registro": unwrap(data).record(),
                "hex": data.hex(),
            }
        )
    return made


def _valid_records() -> Iterator[tuple[str, Json]]:
    for tipo in sorted(layout().fichas):
        yield tipo, dict(minimal(tipo))
    for case in cases():
        if case.tabelas is None and case.versao == CURRENT:
            yield case.tipo, build(case, case.good)


def to_refuse(good: str) -> list[Json]:
    """Bytes that are no ficha: an error is the answer."""
    return [
        {
            "id": f"defeito-{number:04}",
            "pedido": "decodificar",
            "sobre": what,
            "hex": data.hex(),
            "esperado": {"erro": True},
        }
        for number, (what, data) in enumerate(_broken(bytes.fromhex(good)), 1)
    ]


def _broken(data: bytes) -> Iterator[tuple[str, bytes]]:
    yield "sem bytes", b""
    for size in (1, len(data) // 4, len(data) // 2, len(data) - 1):
        yield f"cortado em {size} bytes", data[:size]
    yield "sobram bytes", data + b"\x00"
    yield "texto que diz ter 2 GB", b"\x0b\x00\x01\x7f\xff\xff\xff"
    yield "texto de tamanho negativo", b"\x0b\x00\x01\xff\xff\xff\xff"
    yield "JSON no lugar do Thrift", b'{"uuid": "0019615"}'


def _content(entry: Entry) -> bytes:
    return zlib.decompress(entry.data, -15)


def _installation() -> Json:
    return {name: value for name, value in asdict(FICTICIA).items() if value is not None}


# ---- zips


def write_zips(folder: Path) -> list[Json]:
    """A zip of one ficha of each kind, an empty one, a cut one; what a reader must say of each."""
    folder.mkdir(parents=True)
    whole = folder / "uma-de-cada.zip"
    uuids = []
    with whole.open("wb") as file, PackageWriter(file) as package:
        for tipo in sorted(layout().fichas):
            made = process(minimal(tipo), instalacao=FICTICIA, hoje=TODAY)
            assert made.entry is not None, tipo
            package.add(made.entry)
            uuids.append(minimal(tipo)["uuid"])
    with (folder / "vazio.zip").open("wb") as file, PackageWriter(file):
        pass
    (folder / "cortado.zip").write_bytes(whole.read_bytes()[:-400])
    assert len(list(read_package(whole))) == len(uuids)
    expected: list[tuple[str, Json]] = [
        ("uma-de-cada.zip", {"uuids": sorted(uuids)}),
        ("vazio.zip", {"erro": True}),
        ("cortado.zip", {"erro": True}),
    ]
    return [
        {"id": f"abrir-{n:04}", "pedido": "abrir", "arquivo": f"zips/{name}", "esperado": answer}
        for n, (name, answer) in enumerate(expected, 1)
    ]


# ---- files


def write(folder: Path) -> None:
    """Every file of the kit, into an empty folder."""
    _dump(folder / "layout" / f"{CURRENT}.json", layout_json(CURRENT))
    by_bytes = to_bytes()
    refused = {"decodificar": to_refuse(by_bytes["FVD"][0]["hex"])}
    parts = {"validar": to_validate(), "bytes": by_bytes, "defeitos": refused}
    for part, by_kind in parts.items():
        for kind, rows in sorted(by_kind.items()):
            _lines(folder / part / f"{kind}.jsonl", rows)
    _lines(folder / "zips" / "abrir.jsonl", write_zips(folder / "zips"))
    counts = {part: sum(map(len, by_kind.values())) for part, by_kind in parts.items()}
    manifest = {"ledi": CURRENT, "hoje": TODAY.isoformat(), "casos": {**counts, "zips": 3}}
    _dump(folder / "manifesto.json", manifest)


def _lines(path: Path, rows: list[Json]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # ASCII, so that half a surrogate pair in a case is the same text for every reader
    text = "".join(json.dumps(row, ensure_ascii=True, separators=(",", ":")) + "\n" for row in rows)
    path.write_text(text, encoding="ascii", newline="\n")


def _dump(path: Path, value: Json) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")


def _files(folder: Path) -> dict[str, bytes]:
    found = [path for name in MADE for path in (folder / name).rglob("*") if path.is_file()]
    found += [folder / "manifesto.json"] * (folder / "manifesto.json").exists()
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory() as name:
        made = Path(name)
        write(made)
        fresh, kept = _files(made), _files(HERE)
        stale = sorted(path for path in fresh.keys() | kept.keys() if fresh.get(path) != kept.get(path))
        if "--conferir" in arguments:
            for path in stale:
                print(f"conformidade/{path} não é o que a biblioteca diz hoje: rode make conformidade")
            return 1 if stale else 0
        for part in MADE:
            shutil.rmtree(HERE / part, ignore_errors=True)
        for path, data in fresh.items():
            (HERE / path).parent.mkdir(parents=True, exist_ok=True)
            (HERE / path).write_bytes(data)
    print(f"conformidade: {len(fresh)} arquivos, {len(stale)} mudaram")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
