"""JSON Schema of a record, from the layout. What depends on other fields is said by the rules instead."""

from __future__ import annotations

from typing import Any

from ledi.errors import UnknownTipo
from ledi.layouts import CURRENT, Field, Struct, Type, layout
from ledi.tables import closed

_MAX_ENUM = 500


def record_schema(tipo: str, version: str = CURRENT) -> dict[str, Any]:
    """JSON Schema (2020-12) of the JSON record of a ficha. Raises UnknownTipo, UnknownVersion."""
    made = layout(version)
    ficha = made.fichas.get(tipo)
    if ficha is None:
        raise UnknownTipo(
            f"tipo de ficha desconhecido: {tipo}; use um destes: {', '.join(sorted(made.fichas))}"
        )
    definitions: dict[str, Any] = {}
    root = _reference(ficha.root, version, definitions)
    text = {"type": "string"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{tipo}: {ficha.nome} (LEDI {version})",
        "type": "object",
        "additionalProperties": False,
        "required": ["tipo", "versao", "uuid", "cnes", "ibge", "ficha"],
        "properties": {
            "tipo": {"const": tipo},
            "versao": {"const": version},
            "uuid": {
                **text,
                "minLength": 36,
                "maxLength": 44,
                "description": "Igual ao UUID dentro da ficha",
            },
            "cnes": {**text, "pattern": "^[0-9]{7}$", "description": "CNES da lotação principal"},
            "ine": {
                "type": ["string", "null"],
                "pattern": "^[0-9]{10}$",
                "description": "INE da lotação principal",
            },
            "ibge": {**text, "pattern": "^[0-9]{7}$", "description": "Código IBGE do município"},
            "ficha": root,
            "contexto": {"type": "object", "description": "Dados do sistema de origem; não vão no envio"},
        },
        "$defs": definitions,
    }


def _reference(struct: Struct, version: str, definitions: dict[str, Any]) -> dict[str, Any]:
    name = _definition(struct, definitions)
    if name not in definitions:
        definitions[name] = {"title": struct.label}
        definitions[name] = {
            "title": struct.label,
            "type": "object",
            "additionalProperties": False,
            "required": [f.name for f in struct.fields if f.required == "sim"],
            "properties": {f.name: _field(f, version, definitions) for f in struct.fields},
        }
    return {"$ref": f"#/$defs/{name}"}


def _definition(struct: Struct, definitions: dict[str, Any]) -> str:
    """The struct's name; with a number when another place of the ficha asks for other things in that struct."""
    names = (struct.name, f"{struct.name}2")
    return next(
        name for name in names if definitions.get(name, {}).get("title", struct.label) == struct.label
    )


def _field(field: Field, version: str, definitions: dict[str, Any]) -> dict[str, Any]:
    schema = _type(field, field.type, version, definitions)
    schema["description"] = field.label + (" (aceito, ainda não enviado)" if field.id is None else "")
    return schema


def _type(field: Field, kind: Type, version: str, definitions: dict[str, Any]) -> dict[str, Any]:
    if kind.struct is not None:
        return {"allOf": [_reference(kind.struct, version, definitions)]}
    if kind.item is not None:
        schema: dict[str, Any] = {"type": "array", "items": _type(field, kind.item, version, definitions)}
        return schema | _bounds(field, "itens", "minItems", "maxItems")
    if field.is_date:
        text = [{"type": "string", "format": form} for form in ("date", "date-time")]
        return {"oneOf": [{"type": "integer", "description": "epoch em ms"}, *text]}
    base = {"bool": "boolean", "double": "number", "string": "string", "binary": "string"}.get(
        kind.kind, "integer"
    )
    schema = {"type": base}
    if base == "string" and field.type.kind == "string":
        schema |= _bounds(field, "caracteres", "minLength", "maxLength")
    elif base != "boolean":
        schema |= _bounds(field, "valor", "minimum", "maximum")
    codes = closed.codes(field.domain, version) if field.domain else frozenset()
    if 0 < len(codes) <= _MAX_ENUM:
        schema["enum"] = sorted(str(c) for c in codes) if base == "string" else sorted(codes, key=str)
    return schema


def _bounds(field: Field, unit: str, low: str, high: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if field.unit == unit:
        if field.min is not None and field.min > 0 and (field.required == "sim" or unit != "caracteres"):
            found[low] = _number(field.min)
        if field.max is not None:
            found[high] = _number(field.max)
    return found


def _number(value: Any) -> int | float:
    return int(value) if value == int(value) else float(value)
