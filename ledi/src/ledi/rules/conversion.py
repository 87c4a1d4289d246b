"""From what JSON brings to what goes on the wire: texts, numbers, moments; or why it cannot be."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ledi.layouts.model import Field
from ledi.moments import MomentError, to_millis
from ledi.rules.env import Env
from ledi.rules.sizes import Problem, json_kind

_I32 = (-(2**31), 2**31 - 1)
_I64 = (-(2**63), 2**63 - 1)
# Moments outside the calendar (years 1 to 9999, with a day to spare for time zones).
MIN_MOMENT, MAX_MOMENT = -62_135_510_400_000, 253_402_214_400_000
MAX_TEXT = 100_000
_KIND_WORDS = {
    "bool": "verdadeiro ou falso",
    "i32": "um número inteiro",
    "i64": "um número inteiro",
    "double": "um número",
    "string": "um texto",
    "binary": "um texto em base64",
    "struct": "um objeto",
    "list": "uma lista",
}


class Conversion:
    """Of the values of one field."""

    def __init__(self, field: Field) -> None:
        self.field = field

    def of(self, kind: str) -> Callable[[Any, Env], Any]:
        """(value, env) -> the wire value of that kind, or the Problem with it."""
        if kind == "string":
            return self._to_string
        if kind == "bool":
            return lambda value, env: value if value is True or value is False else self.type_problem(value)
        if kind == "double":
            return self._to_double
        if kind == "binary":
            return lambda value, env: value if isinstance(value, bytes) else self.type_problem(value)
        if self.field.is_date:
            return self._to_moment
        low, high = _I32 if kind == "i32" else _I64

        def to_int(value: Any, env: Env) -> Any:
            if value.__class__ is float and value.is_integer() and abs(value) < 2**53:
                value = int(value)
            if value.__class__ is not int:
                return self.type_problem(value)
            if not low <= value <= high:
                return "tipo", f"O campo {self.field.label} tem um número grande demais. Confira o valor."
            return value

        return to_int

    def _to_string(self, value: Any, env: Env) -> Any:
        if value.__class__ is not str:
            return self.type_problem(value)
        if len(value) > MAX_TEXT:
            return "maximo", f"O campo {self.field.label} tem {len(value)} caracteres: texto grande demais."
        if not value.isprintable():
            if "\x00" in value:
                return "formato", f"O campo {self.field.label} tem um caractere nulo (NUL). Apague-o."
            if any("\ud800" <= char <= "\udfff" for char in value):
                return "formato", f"O campo {self.field.label} tem um caractere que não é Unicode válido."
        return value

    def _to_double(self, value: Any, env: Env) -> Any:
        if value.__class__ is float:
            if value != value or value in (float("inf"), float("-inf")):
                return "tipo", f"O campo {self.field.label} deve ser um número; veio NaN ou infinito."
            return value
        if value.__class__ is int:
            try:
                return float(value)
            except OverflowError:
                return "tipo", f"O campo {self.field.label} tem um número grande demais. Confira o valor."
        if isinstance(value, Decimal) and value.is_finite():
            return float(value)
        return self.type_problem(value)

    def _to_moment(self, value: Any, env: Env) -> Any:
        if value.__class__ is str:
            try:
                value = to_millis(value, env.zone)
            except MomentError as error:
                return "formato", f"O campo {self.field.label} não tem uma data válida: {error}."
        elif value.__class__ is float and value.is_integer():
            value = int(value)
        if value.__class__ is not int:
            return self.type_problem(value)
        if not MIN_MOMENT <= value <= MAX_MOMENT:
            return "formato", f"O campo {self.field.label} tem uma data fora do calendário. Confira o valor."
        return value

    def type_problem(self, value: Any) -> Problem:
        wanted = "uma data" if self.field.is_date else _KIND_WORDS[self.field.type.kind]
        return "tipo", f"O campo {self.field.label} deve ser {wanted}; veio {json_kind(value)}."
