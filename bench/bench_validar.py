"""Validation and serialisation of the demo mix on one core, beside pydantic v2 reading the same JSON.

pydantic gets models made from the same layout (types, sizes, ranges, closed code lists): it parses and checks
each field alone. Ours checks that and the whole rule book, and makes the bytes of the envelope.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from decimal import Decimal
from typing import Annotated, Any, Literal

from comum import VEZES, Linha, alternar, gravar, tamanho
from pydantic import ConfigDict, Field, create_model

from ledi import layout, validate
from ledi.codecs import thrift
from ledi.envelope import Instalacao, wrap
from ledi.processing import process
from ledi.rules.registry import plan
from ledi.tables import closed
from ledi.zip import make_entry
from ledi_gerador.gerador import HOJE, gerar

INSTALACAO = Instalacao("Saude e-SUS - 1.0", "83102764000115", "Município de Timbó", uuidInstalacao="bench")
META = 8_000


def main() -> None:
    records = list(gerar(semente=1, fichas=tamanho(6_000), erros=0.06))
    texts = [json.dumps(r, ensure_ascii=False).encode() for r in records]
    for record in records[:500]:
        process(record, instalacao=INSTALACAO, hoje=HOJE)
    reports = [validate(r, hoje=HOJE) for r in records]
    good = [(r, x) for r, x in zip(records, reports, strict=True) if x.situacao == "processada"]
    models = {tipo: _model(ficha.root) for tipo, ficha in layout("8.7.0").fichas.items()}
    kinds = [r["tipo"] for r in records]
    fichas = [json.dumps(r["ficha"], ensure_ascii=False).encode() for r in records]

    n = len(records)
    both = Linha("validar + serializar + envelope (todas as regras)", n)
    whole = Linha("o mesmo + deflate (entrada do zip pronta)", n)
    only = Linha("só validar", n)
    parse = Linha("json.loads + validar + serializar + envelope", n)
    peer = Linha("pydantic v2: model_validate_json, campos isolados, sem regras e sem bytes", n)
    alternar(
        VEZES,
        (both, lambda: [_serialise(r, validate(r, hoje=HOJE)) for r in records]),
        (whole, lambda: [process(r, instalacao=INSTALACAO, hoje=HOJE) for r in records]),
        (only, lambda: [validate(r, hoje=HOJE) for r in records]),
        (parse, lambda: [_serialise(r, validate(r, hoje=HOJE)) for r in map(json.loads, texts)]),
        (peer, lambda: _pydantic(models, kinds, fichas)),
    )
    peer.notas["recusadas"] = _pydantic(models, kinds, fichas)
    parse.notas["vezes o tempo do pydantic"] = round(peer.por_cpu / parse.por_cpu, 1)
    only.notas["inconsistentes"] = sum(x.situacao == "inconsistente" for x in reports)
    gravar(
        "validar",
        "Validar e serializar, um núcleo",
        [both, whole, only, parse, peer],
        alvos=[
            ("fichas/s validadas e serializadas, por segundo de CPU de um núcleo", both.por_cpu, META, ">=")
        ],
        extra={
            "Fases (µs por ficha)": _phases(records, texts, good),
            "As dez regras mais caras": _dearest(records),
        },
    )


def _serialise(record: dict[str, Any], report: Any) -> bytes | None:
    if report.situacao != "processada":
        return None
    made = layout(report.versao)
    body = thrift.encode(made.fichas[report.tipo].root, report.wire)
    return wrap(record, body, remetente=INSTALACAO, originadora=INSTALACAO, lote=None, layout=made)


def _pydantic(models: dict[str, Any], kinds: list[str], fichas: list[bytes]) -> int:
    refused = 0
    for kind, data in zip(kinds, fichas, strict=True):
        try:
            models[kind].model_validate_json(data)
        except ValueError:
            refused += 1
    return refused


def _model(struct: Any) -> Any:
    fields = {f.name: (_type(f, f.type) | None, None) for f in struct.fields}
    return create_model(struct.name, __config__=ConfigDict(extra="forbid"), **fields)


def _type(field: Any, kind: Any) -> Any:
    if kind.kind == "struct":
        return _model(kind.struct)
    if kind.kind == "list":
        return list[_type(field, kind.item)]  # type: ignore[misc]
    if field.is_date:
        return int | str
    if field.domain:
        codes = closed.codes(field.domain, "8.7.0")
        text = kind.kind == "string"
        return Literal[tuple(sorted(str(c) if text else c for c in codes))]
    base = {"bool": bool, "i32": int, "i64": int, "double": float, "string": str, "binary": bytes}[kind.kind]
    limits: dict[str, Any] = {}
    if base is str and field.unit == "caracteres":
        limits = {"min_length": _int(field.min), "max_length": _int(field.max)}
    elif base in (int, float) and field.unit == "valor":
        limits = {"ge": field.min, "le": field.max}
    limits = {k: v for k, v in limits.items() if v is not None}
    return Annotated[base, Field(**limits)] if limits else base


def _int(value: Decimal | None) -> int | None:
    return None if value is None else int(value)


def _phases(records: list[Any], texts: list[bytes], good: list[tuple[Any, Any]]) -> list[dict[str, Any]]:
    wired = [(layout(x.versao).fichas[x.tipo].root, x.wire) for _, x in good]
    bodies = [thrift.encode(root, wire) for root, wire in wired]
    made = layout("8.7.0")
    wrapped = [wrap(r, b, remetente=INSTALACAO, layout=made) for (r, _), b in zip(good, bodies, strict=True)]
    phases = {
        "json.loads": (lambda: [json.loads(t) for t in texts], len(texts)),
        "validar": (lambda: [validate(r, hoje=HOJE) for r in records], len(records)),
        "serializar (Thrift)": (lambda: [thrift.encode(root, w) for root, w in wired], len(wired)),
        "envelope": (
            lambda: [
                wrap(r, b, remetente=INSTALACAO, layout=made) for (r, _), b in zip(good, bodies, strict=True)
            ],
            len(good),
        ),
        "deflate + CRC": (lambda: [make_entry("x.esus", d) for d in wrapped], len(wrapped)),
    }
    return [{"fase": name, "µs": round(_best(run) / count * 1e6, 1)} for name, (run, count) in phases.items()]


def _best(run: Any) -> float:
    spent = []
    for _ in range(VEZES):
        start = time.process_time()
        run()
        spent.append(time.process_time() - start)
    return sorted(spent)[len(spent) // 2]


def _dearest(records: list[Any]) -> list[dict[str, Any]]:
    """Time inside each check, measured by wrapping every compiled step (the wrapper's own cost taken off)."""
    spent: dict[str, float] = defaultdict(float)
    calls: dict[str, int] = defaultdict(int)
    own = _wrapper_cost()
    for tipo in {r["tipo"] for r in records}:
        _wrap_plan(plan(tipo, "8.7.0"), spent, calls)
    for record in records:
        validate(record, hoje=HOJE)
    rows = sorted(((spent[c] - calls[c] * own, c) for c in spent), reverse=True)[:10]
    n = len(records)
    return [
        {"regra": c, "chamadas": calls[c], "µs por chamada": round(t / calls[c] * 1e6, 2),
         "µs por ficha": round(t / n * 1e6, 3)}
        for t, c in rows
    ]  # fmt: skip


def _timed(code: str, fn: Any, spent: dict[str, float], calls: dict[str, int]) -> Any:
    clock = time.perf_counter

    def run(value: Any, node: Any, env: Any) -> Any:
        start = clock()
        try:
            return fn(value, node, env)
        finally:
            spent[code] += clock() - start
            calls[code] += 1

    return run


def _wrapper_cost() -> float:
    spent: dict[str, float] = defaultdict(float)
    run = _timed("x", lambda value, node, env: None, spent, defaultdict(int))
    for _ in range(20_000):
        run(None, None, None)
    return spent["x"] / 20_000


def _wrap_plan(made: Any, spent: dict[str, float], calls: dict[str, int]) -> None:
    def steps(rules: Any) -> Any:
        return tuple((code, _timed(code, fn, spent, calls), fail) for code, fn, fail in rules)

    made.early = tuple((name, steps(rules)) for name, rules in made.early)
    made.present = {name: steps(rules) for name, rules in made.present.items()}
    made.absent = tuple((name, steps(rules)) for name, rules in made.absent)
    made.always = tuple((name, steps(rules)) for name, rules in made.always)
    for _, _, sub in made.children:
        _wrap_plan(sub, spent, calls)


if __name__ == "__main__":
    main()
