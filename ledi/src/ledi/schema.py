"""JSON Schema of a record, from the layout. What depends on other fields is said by the rules instead."""

from __future__ import annotations

from typing import Any

from ledi.errors import UnknownTipo
from ledi.layouts import CURRENT, Field, Struct, Type, layout
from ledi.rules.checks import Length
from ledi.rules.registry import rules_in_force
from ledi.tables import closed

_MAX_ENUM = 500
_TIME = "[0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)?([Zz]|[+-][0-9]{2}:?[0-9]{2})?"
_DATE = f"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}([Tt ]{_TIME})?$"
_DATE_WORDS = "AAAA-MM-DD, AAAA-MM-DDThh:mm:ss (com ou sem fuso) ou milissegundos desde 1970"
_NOTHING = "Vazio"  # definition of a block in which nothing is filled


def record_schema(tipo: str, version: str = CURRENT) -> dict[str, Any]:
    """JSON Schema (2020-12) of the JSON record of a ficha. Raises UnknownTipo, UnknownVersion.

    What `validate` accepts is valid here: an optional field may be absent, null or empty.
    """
    made = layout(version)
    ficha = made.fichas.get(tipo)
    if ficha is None:
        raise UnknownTipo(
            f"tipo de ficha desconhecido: {tipo}; use um destes: {', '.join(sorted(made.fichas))}"
        )
    writer = _Writer(tipo, version)
    root = writer.reference(ficha.root)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{tipo}: {ficha.nome} (LEDI {version})",
        "type": "object",
        "additionalProperties": False,
        "required": ["tipo", "versao", "uuid", "cnes", "ibge", "ficha"],
        "properties": {
            "tipo": {"const": tipo},
            "versao": {"const": version},
            "uuid": _text("Igual ao UUID dentro da ficha", minLength=36, maxLength=44),
            "cnes": _text("CNES da lotação principal", pattern="^[0-9]{7}$"),
            "ine": {
                "type": ["string", "null"],
                "pattern": "^([0-9]{10})?$",
                "description": "INE da lotação principal",
            },
            "ibge": _text("Código IBGE do município", pattern="^[0-9]{7}$"),
            "ficha": root,
            "contexto": {
                "type": ["object", "null"],
                "description": "Dados do sistema de origem; não vão no envio",
            },
        },
        "$defs": writer.definitions,
    }


def _text(description: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", **more, "description": description}


class _Writer:
    """The definitions of the structs of one ficha, as they are referred to."""

    def __init__(self, tipo: str, version: str) -> None:
        self.version = version
        self.names: dict[Struct, str] = {}
        self.definitions: dict[str, Any] = {}
        #: name of a list -> items that a rule tolerates beyond the layout's maximum
        self.tolerated = {
            rule.name: rule.check.high + rule.check.doubtful
            for rule in rules_in_force(tipo, version)
            if rule.name and isinstance(rule.check, Length) and rule.check.high is not None
        }

    def reference(self, struct: Struct) -> dict[str, Any]:
        name = self.names.get(struct)
        if name is None:
            name = self._new_name(struct)
            self.definitions[name] = {}
            self.definitions[name] = {
                "title": struct.label,
                "type": "object",
                "additionalProperties": False,
                "required": [f.name for f in struct.fields if f.required == "sim"],
                "properties": {f.name: self._field(f) for f in struct.fields},
            }
        return {"$ref": f"#/$defs/{name}"}

    def _new_name(self, struct: Struct) -> str:
        """The struct's name; with a number when another place of the ficha asks for other things in that struct."""
        names = (f"{struct.name}{n or ''}" for n in (0, *range(2, 100)))
        self.names[struct] = name = next(name for name in names if name not in self.definitions)
        return name

    def _field(self, field: Field) -> dict[str, Any]:
        schema = self._type(field, field.type, required=field.required == "sim")
        schema["description"] = field.label + (" (aceito, ainda não enviado)" if field.id is None else "")
        return schema

    def _type(self, field: Field, kind: Type, *, required: bool) -> dict[str, Any]:
        if kind.struct is not None:
            one = self.reference(kind.struct)
            return {"allOf": [one]} if required else {"anyOf": [one, self._nothing(), {"type": "null"}]}
        if kind.item is not None:
            schema: dict[str, Any] = {
                "type": "array" if required else ["array", "null"],
                "items": self._item(field, kind.item),
            }
            return schema | self._size(field, required)
        if field.is_date:
            kinds = ["integer", "string"] if required else ["integer", "string", "null"]
            return {"type": kinds, "pattern": _DATE, "title": _DATE_WORDS}
        return self._scalar(field, kind, required)

    def _item(self, field: Field, kind: Type) -> dict[str, Any]:
        return self.reference(kind.struct) if kind.struct is not None else self._scalar(field, kind, True)

    def _nothing(self) -> dict[str, Any]:
        empty: dict[str, Any] = {"enum": [None, "", []]}
        self.definitions[_NOTHING] = {
            "title": "Bloco em que nada foi preenchido", "type": "object", "additionalProperties": empty,
        }  # fmt: skip
        return {"$ref": f"#/$defs/{_NOTHING}"}

    def _scalar(self, field: Field, kind: Type, required: bool) -> dict[str, Any]:
        base = {"bool": "boolean", "double": "number", "string": "string", "binary": "string"}.get(
            kind.kind, "integer"
        )
        schema: dict[str, Any] = {"type": base if required else [base, "null"]}
        if base == "string" and field.type.kind == "string":
            schema |= _bounds(field, "caracteres", "minLength", "maxLength", low=required)
        elif base != "boolean":
            schema |= _bounds(field, "valor", "minimum", "maximum", low=True)
        codes = closed.codes(field.domain, self.version) if field.domain else frozenset()
        if 0 < len(codes) <= _MAX_ENUM:
            listed: list[Any] = sorted(map(str, codes)) if base == "string" else sorted(codes, key=str)
            absent: list[Any] = [] if required else ["", None] if base == "string" else [None]
            schema["enum"] = [*listed, *absent]
        return schema

    def _size(self, field: Field, required: bool) -> dict[str, Any]:
        found = _bounds(field, "itens", "minItems", "maxItems", low=required)
        if required:
            found["minItems"] = max(found.get("minItems", 1), 1)  # an empty list is not filled
        if "maxItems" in found:
            found["maxItems"] = max(found["maxItems"], self.tolerated.get(field.name, 0))
        return found


def _bounds(field: Field, unit: str, low_name: str, high_name: str, *, low: bool) -> dict[str, Any]:
    """`low`: whether the least counts; an optional text or list may be empty."""
    found: dict[str, Any] = {}
    if field.unit == unit:
        if low and field.min is not None and field.min > 0:
            found[low_name] = _number(field.min)
        if field.max is not None:
            found[high_name] = _number(field.max)
    return found


def _number(value: Any) -> int | float:
    return int(value) if value == int(value) else float(value)
