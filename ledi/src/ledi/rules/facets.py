"""Automatic checks of one field, from the layout alone: type, size, domain, format. They also make the wire value."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ledi.documents import cnes, cnpj, cns, cpf, ibge, ine, nome, uuid
from ledi.findings import AVISO, Finding
from ledi.layouts.model import Field
from ledi.moments import MomentError, to_millis
from ledi.rules.checks import Domain
from ledi.rules.env import Env, Path, write_path
from ledi.rules.running import BAD, Bound, Normaliser, StructPlan
from ledi.tables import closed

Problem = tuple[str, str]  # facet, Portuguese sentence


_I32 = (-(2**31), 2**31 - 1)
_I64 = (-(2**63), 2**63 - 1)
# Moments outside the calendar (years 1 to 9999, with a day to spare for time zones).
_MIN_MOMENT, _MAX_MOMENT = -62_135_510_400_000, 253_402_214_400_000
MAX_TEXT = 100_000
MAX_ITEMS = 100_000
_DATE_TEXT = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)
_CBO = re.compile(r"[0-9A-Z]{6}")
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
_FORMATS: dict[str, tuple[Callable[[str], bool], str]] = {
    "cns": (cns.is_valid, "um CNS válido, de 15 dígitos"),
    "cpf": (cpf.is_valid, "um CPF válido, de 11 dígitos"),
    "cnpj": (cnpj.is_valid, "um CNPJ válido"),
    "cnes": (cnes.is_valid, "um CNES, de 7 dígitos"),
    "ine": (ine.is_valid, "um INE, de 10 dígitos"),
    "ibge": (ibge.is_valid, "um código IBGE de município, de 7 dígitos"),
    "uuid": (uuid.is_valid, "um UUID na forma canônica, com ou sem o CNES na frente"),
    "cbo": (lambda text: bool(_CBO.fullmatch(text)), "um CBO, de 6 números ou letras, sem hífen"),
    "nome": (nome.is_valid, "um nome e um sobrenome, só com letras"),
    "cpf_cnpj": (lambda text: cpf.is_valid(text) or cnpj.is_valid(text), "um CPF ou CNPJ válido"),
    "data_texto": (lambda text: bool(_DATE_TEXT.fullmatch(text)), "uma data AAAA-MM-DD"),
}


class FacetMaker:
    """Builds the normaliser of one field. Facets that a published rule covers are left to that rule."""

    def __init__(self, prefix: str, field: Field, rules: list[Bound], sub: StructPlan | None,
                 covered: frozenset[str], version: str) -> None:  # fmt: skip
        self.prefix = prefix
        self.field = field
        self.rules = tuple(rules)
        self.steps = tuple(bound.step for bound in rules)
        self.sub = sub
        self.covered = covered
        self.version = version

    def code(self, facet: str) -> str:
        return f"{self.prefix}-{self.field.name}-{facet}"

    def build(self) -> Normaliser:
        field = self.field
        if field.type.kind == "struct":
            inner: Normaliser = self._struct()
        elif field.type.kind == "list":
            inner = self._list()
        else:
            inner = self._scalar()
        return self._without_id(inner) if field.id is None else inner

    def _without_id(self, inner: Normaliser) -> Normaliser:
        code, name = self.code("sem_id"), self.field.name
        text = (
            f"O campo {self.field.label} está na documentação do LEDI mas ainda não tem lugar no formato: "
            "é aceito e não é enviado."
        )

        def run(value: Any, env: Env, clean: dict[str, Any], path: Path) -> Any:
            before = len(env.found)
            result = inner(value, env, clean, path)
            for place in range(before, len(env.found)):  # what is not sent cannot be refused
                env.found[place] = replace(env.found[place], severity=AVISO)
            env.found.insert(before, Finding(code, write_path(path, name), text, AVISO))
            return result

        return run

    def _scalar(self) -> Normaliser:
        rules = self.rules
        convert, facets = self._convert(self.field.type.kind), self._facets()

        def run(value: Any, env: Env, clean: dict[str, Any], path: Path) -> Any:
            result = convert(value, env)
            if result.__class__ is tuple:
                self._fail(result, env, clean, path, None)
                return BAD
            for facet in facets:
                problem = facet(result)
                if problem is not None:
                    self._fail(problem, env, clean, path, None)
                    return result
            if rules and result != "":
                self._run_rules(result, clean, env, path)
            return result

        if not facets and not rules:

            def fast(value: Any, env: Env, clean: dict[str, Any], path: Path) -> Any:
                result = convert(value, env)
                if result.__class__ is tuple:
                    self._fail(result, env, clean, path, None)
                    return BAD
                return result

            return fast
        return run

    def simple(self) -> tuple[type, frozenset[Any]] | None:
        """(class, values) when being one of the values is all it takes: the hot loop then needs no call."""
        kind = self.field.type.kind
        if self.field.id is None or (self._facets() and self.field.domain is None):
            return None
        if kind == "bool" and not self.rules:
            return bool, frozenset((True, False))
        if kind not in ("i32", "i64", "string") or self.field.is_date:
            return None
        codes = self._only_codes()
        return None if codes is None else (str if kind == "string" else int, codes)

    def _only_codes(self) -> frozenset[Any] | None:
        checks = [bound.rule.check for bound in self.rules]
        if not checks and len(self._facets()) == 1 and self.field.domain and "dominio" not in self.covered:
            codes: frozenset[Any] = closed.codes(self.field.domain, self.version)
            return frozenset(str(code) for code in codes) if self.field.type.kind == "string" else codes
        if len(checks) == 1 and isinstance(checks[0], Domain) and not self._facets():
            return checks[0].allowed(self.rules[0].scope, self.field.name)
        return None

    def _run_rules(self, value: Any, clean: dict[str, Any], env: Env, path: Path) -> None:
        for code, fn, fail in self.steps:
            env.current = code
            try:
                result = fn(value, clean, env)
                if result is not None:
                    fail(env, clean, path, result)
                    return
            except Exception:
                env.crashed.append(code)

    def _struct(self) -> Normaliser:
        sub, name = self.sub, self.field.name
        assert sub is not None

        def run(value: Any, env: Env, clean: dict[str, Any], path: Path) -> Any:
            if not isinstance(value, dict):
                self._fail(self._type_problem(value), env, clean, path, None)
                return BAD
            for inner in value.values():
                if inner or (inner is not None and inner != "" and inner != []):
                    return sub.normalise(value, env, (path, name, None))
            return BAD  # the official XML examples bring empty elements: nothing was filled

        return run

    def _list(self) -> Normaliser:
        name, sub, rules = self.field.name, self.sub, self.rules
        item = self.field.type.item
        assert item is not None
        convert = None if sub else self._convert(item.kind)
        domain = self._domain_facet() if sub is None else None
        size = self._list_size()

        def run(value: Any, env: Env, clean: dict[str, Any], path: Path) -> Any:
            if value.__class__ is not list and not isinstance(value, (list, tuple)):
                self._fail(self._type_problem(value), env, clean, path, None)
                return BAD
            problem = size(len(value))
            if problem is not None:
                self._fail(problem, env, clean, path, None)
                if len(value) > MAX_ITEMS:
                    return BAD
            made: list[Any] = []
            good, lost = True, []
            for index, element in enumerate(value):
                if sub is not None:
                    if not isinstance(element, dict):
                        self._fail(("tipo", self._item_text("um objeto")), env, clean, path, index)
                        good = False
                        lost.append(index)
                        continue
                    made.append(sub.normalise(element, env, (path, name, index)))
                    continue
                assert convert is not None
                result = convert(element, env) if element is not None else self._null_item()
                if result.__class__ is tuple:
                    self._fail(result, env, clean, path, index)
                    good = False
                    lost.append(index)
                    continue
                bad = domain(result) if domain else None
                if bad is not None:
                    self._fail(bad, env, clean, path, index)
                    good = False
                made.append(result)
            if lost:
                env.keep_positions(made, lost)
            if rules and good and made:
                self._run_rules(made, clean, env, path)
            return made

        return run

    def _null_item(self) -> Problem:
        return "tipo", f"A lista {self.field.label} não pode ter itens vazios. Apague o item."

    def _item_text(self, what: str) -> str:
        return f"Cada item de {self.field.label} deve ser {what}."

    def _fail(self, problem: Problem, env: Env, clean: dict[str, Any], path: Path, index: int | None) -> None:
        facet, text = problem
        env.broken.add((id(clean), self.field.name))
        env.found.append(Finding(self.code(facet), write_path(path, self.field.name, index), text))

    def _type_problem(self, value: Any) -> Problem:
        wanted = "uma data" if self.field.is_date else _KIND_WORDS[self.field.type.kind]
        return "tipo", f"O campo {self.field.label} deve ser {wanted}; veio {json_kind(value)}."

    def _convert(self, kind: str) -> Callable[[Any, Env], Any]:
        if kind == "string":
            return self._to_string
        if kind == "bool":
            return lambda value, env: value if value is True or value is False else self._type_problem(value)
        if kind == "double":
            return self._to_double
        if kind == "binary":
            return lambda value, env: value if isinstance(value, bytes) else self._type_problem(value)
        if self.field.is_date:
            return self._to_moment
        low, high = _I32 if kind == "i32" else _I64

        def to_int(value: Any, env: Env) -> Any:
            if value.__class__ is float and value.is_integer() and abs(value) < 2**53:
                value = int(value)
            if value.__class__ is not int:
                return self._type_problem(value)
            if not low <= value <= high:
                return "tipo", f"O campo {self.field.label} tem um número grande demais. Confira o valor."
            return value

        return to_int

    def _to_string(self, value: Any, env: Env) -> Any:
        if value.__class__ is not str:
            return self._type_problem(value)
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
        return self._type_problem(value)

    def _to_moment(self, value: Any, env: Env) -> Any:
        if value.__class__ is str:
            try:
                return to_millis(value, env.zone)
            except MomentError as error:
                return "formato", f"O campo {self.field.label} não tem uma data válida: {error}."
        if value.__class__ is float and value.is_integer():
            value = int(value)
        if value.__class__ is not int:
            return self._type_problem(value)
        if not _MIN_MOMENT <= value <= _MAX_MOMENT:
            return "formato", f"O campo {self.field.label} tem uma data fora do calendário. Confira o valor."
        return value

    def _facets(self) -> tuple[Callable[[Any], Problem | None], ...]:
        made = []
        bounds = self._bounds_facet()
        if bounds is not None:
            made.append(bounds)
        domain = self._domain_facet()
        if domain is not None:
            made.append(domain)
        known = _FORMATS.get(self.field.format or "")
        if known is not None and "formato" not in self.covered and self.field.type.kind == "string":
            is_valid, words = known
            text = f"O campo {self.field.label} deve ter {words}."
            made.append(lambda value: None if value == "" or is_valid(value) else ("formato", text))
        return tuple(made)

    def _domain_facet(self) -> Callable[[Any], Problem | None] | None:
        if not self.field.domain or "dominio" in self.covered:
            return None
        codes: frozenset[Any] = closed.codes(self.field.domain, self.version)
        if (self.field.type.item or self.field.type).kind == "string":
            codes = frozenset(str(code) for code in codes)
        label = self.field.label

        def run(value: Any) -> Problem | None:
            if value in codes or value == "":
                return None
            shown = str(value) if len(str(value)) <= 40 and str(value).isprintable() else "informado"
            return "dominio", f"O código {shown} não é aceito em {label}. Escolha um código da lista."

        return run

    def _bounds_facet(self) -> Callable[[Any], Problem | None] | None:
        field = self.field
        low = None if "minimo" in self.covered else field.min
        high = None if "maximo" in self.covered else field.max
        if low is None and high is None:
            return None
        measure: Callable[[Any], Any]
        kind = field.type.kind
        if kind == "string" and field.unit == "caracteres":
            measure, what = len, "caracteres"
        elif kind in ("i32", "i64") and field.unit == "digitos":
            return self._not_negative(
                _bounds(field.label, lambda value: len(str(value)), low, high, "dígitos")
            )
        elif kind in ("i32", "i64", "double") and field.unit == "valor":
            measure, what = (lambda value: value), ""
        else:
            return None  # doubles: their range and decimals are published rules
        return _bounds(field.label, measure, low, high, what)

    def _not_negative(self, inner: Callable[[Any], Problem | None]) -> Callable[[Any], Problem | None]:
        """A number that the page measures in digits has no sign."""
        text = f"O campo {self.field.label} não pode ser negativo. Corrija o número."
        return lambda value: ("minimo", text) if value < 0 else inner(value)

    def _list_size(self) -> Callable[[int], Problem | None]:
        field = self.field
        low = field.min if field.unit == "itens" and "minimo" not in self.covered else None
        high = field.max if field.unit == "itens" and "maximo" not in self.covered else None
        limit = high if high is not None else Decimal(MAX_ITEMS)
        return _bounds(field.label, lambda size: size, low, limit, "itens")


def _bounds(
    label: str, measure: Callable[[Any], Any], low: Decimal | None, high: Decimal | None, what: str
) -> Callable[[Any], Problem | None]:
    least = int(low) if low is not None else None
    most = int(high) if high is not None else None
    if (low is not None and low != least) or (high is not None and high != most):
        least, most = low, high  # type: ignore[assignment]
    exact = f"O campo {label} deve ter {_amount(least, what)}" if least == most and what else None
    verb, found = ("deve ter", "tem") if what else ("deve ser", "veio")  # a size, or the number itself
    skipped = 0 if what else None  # an empty text or list is not filled; the number zero is

    def run(value: Any) -> Problem | None:
        size = measure(value)
        if least is not None and size < least and size != skipped:
            start = exact or f"O campo {label} {verb} no mínimo {_amount(least, what)}"
            return "minimo", f"{start}; {found} {size}. {_LESS.get(what, 'Corrija o valor.')}"
        if most is not None and size > most:
            start = exact or f"O campo {label} {verb} no máximo {_amount(most, what)}"
            return "maximo", f"{start}; {found} {size}. {_MORE.get(what, 'Corrija o valor.')}"
        return None

    return run


_LESS = {"caracteres": "Complete o texto.", "dígitos": "Confira o número.", "itens": "Inclua o que falta."}
_MORE = {"caracteres": "Encurte o texto.", "dígitos": "Confira o número.", "itens": "Apague o que sobra."}


def _amount(number: Any, what: str) -> str:
    one = {"caracteres": "caractere", "dígitos": "dígito", "itens": "item"}
    return f"{number} {one.get(what, what) if number == 1 else what}".strip()


def json_kind(value: Any) -> str:
    """What arrived, in words."""
    if isinstance(value, bool):
        return "verdadeiro/falso"
    if isinstance(value, int):
        return "um número inteiro"
    if isinstance(value, float):
        return "um número com decimais"
    if isinstance(value, str):
        return "um texto"
    if isinstance(value, dict):
        return "um objeto"
    return "uma lista" if isinstance(value, list) else "outro tipo de valor"
