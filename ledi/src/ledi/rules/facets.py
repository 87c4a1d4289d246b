"""Automatic checks of one field, from the layout alone: type, size, domain, format. They also make the wire value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ledi.documents import cnes, cnpj, cns, cpf, ibge, ine, nome, uuid
from ledi.findings import AVISO, Finding
from ledi.layouts.model import Field
from ledi.rules import doubts
from ledi.rules.checks import Domain
from ledi.rules.conversion import Conversion
from ledi.rules.env import Env, Path, write_path
from ledi.rules.running import BAD, Bound, Normaliser, StructPlan
from ledi.rules.sizes import Problem, bounds
from ledi.rules.wording import other_version
from ledi.tables import closed

MAX_ITEMS = 100_000
_DATE_TEXT = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)
_CBO = re.compile(r"[0-9A-Z]{6}")
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


#: (items, the good ones, positions of the lost ones, …) -> are they all good?
Take = Callable[[Any, list[Any], list[int], Env, dict[str, Any], Path], bool]


class FacetMaker:
    """Builds the normaliser of one field. Facets that a published rule covers are left to that rule."""

    def __init__(self, prefix: str, field: Field, rules: list[Bound], sub: StructPlan | None,
                 covered: frozenset[str], version: str) -> None:  # fmt: skip
        self.prefix = prefix
        self.field = field
        self.conversion = Conversion(field)
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
        inner = doubts.watched(field, self._doubtful(), self.prefix, self.covered, inner)
        return self._without_id(inner) if field.id is None else inner

    def _doubtful(self) -> Mapping[Any, doubts.Span]:
        """Codes that this version may not have."""
        lists = {self.field.domain} if self.field.domain and "dominio" not in self.covered else set()
        for bound in self.rules:
            if isinstance(bound.rule.check, Domain):
                lists |= set(bound.rule.check.lists(bound.scope, self.field.name))
        return doubts.codes(self.field, lists, self.version)

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
        convert, facets = self.conversion.of(self.field.type.kind), self._facets()

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
        if self.field.id is None or self.field.doubt or (self._facets() and self.field.domain is None):
            return None
        if kind == "bool" and not self.rules:
            return bool, frozenset((True, False))
        if kind not in ("i32", "i64", "string") or self.field.is_date:
            return None
        codes = self._only_codes()
        if codes is None:
            return None
        return str if kind == "string" else int, codes - self._doubtful().keys()

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
                self._fail(self.conversion.type_problem(value), env, clean, path, None)
                return BAD
            for inner in value.values():
                if inner or (inner is not None and inner != "" and inner != []):
                    return sub.normalise(value, env, (path, name, None))
            return BAD  # the official XML examples bring empty elements: nothing was filled

        return run

    def _list(self) -> Normaliser:
        rules, size = self.rules, self._list_size()
        take = self._structs() if self.sub else self._scalars()

        def run(value: Any, env: Env, clean: dict[str, Any], path: Path) -> Any:
            if value.__class__ is not list and not isinstance(value, (list, tuple)):
                self._fail(self.conversion.type_problem(value), env, clean, path, None)
                return BAD
            problem = size(len(value))
            if problem is not None:
                self._fail(problem, env, clean, path, None)
                if len(value) > MAX_ITEMS:
                    return BAD
            made: list[Any] = []
            lost: list[int] = []
            good = take(value, made, lost, env, clean, path)
            if lost:
                env.keep_positions(made, lost)
            if rules and good and made:
                self._run_rules(made, clean, env, path)
            return made

        return run

    def _structs(self) -> Take:
        name, sub = self.field.name, self.sub
        assert sub is not None

        def take(
            value: Any, made: list[Any], lost: list[int], env: Env, clean: dict[str, Any], path: Path
        ) -> bool:
            for index, element in enumerate(value):
                if isinstance(element, dict):
                    made.append(sub.normalise(element, env, (path, name, index)))
                else:
                    self._fail(("tipo", self._item_text("um objeto")), env, clean, path, index)
                    lost.append(index)
            return not lost

        return take

    def _scalars(self) -> Take:
        item = self.field.type.item
        assert item is not None
        convert, domain = self.conversion.of(item.kind), self._domain_facet()

        def take(
            value: Any, made: list[Any], lost: list[int], env: Env, clean: dict[str, Any], path: Path
        ) -> bool:
            good = True
            for index, element in enumerate(value):
                result = convert(element, env) if element is not None else self._null_item()
                if result.__class__ is tuple:
                    self._fail(result, env, clean, path, index)
                    lost.append(index)
                    continue
                bad = domain(result) if domain else None
                if bad is not None:
                    self._fail(bad, env, clean, path, index)
                    good = False
                made.append(result)
            return good and not lost

        return take

    def _null_item(self) -> Problem:
        return "tipo", f"A lista {self.field.label} não pode ter itens vazios. Apague o item."

    def _item_text(self, what: str) -> str:
        return f"Cada item de {self.field.label} deve ser {what}."

    def _fail(self, problem: Problem, env: Env, clean: dict[str, Any], path: Path, index: int | None) -> None:
        facet, text = problem
        env.broken.add((id(clean), self.field.name))
        env.found.append(Finding(self.code(facet), write_path(path, self.field.name, index), text))

    def _facets(self) -> tuple[Callable[[Any], Problem | None], ...]:
        made = []
        size = self._bounds_facet()
        if size is not None:
            made.append(size)
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
        label, domain, version = self.field.label, self.field.domain, self.version

        def run(value: Any) -> Problem | None:
            if value in codes or value == "":
                return None
            shown = str(value) if len(str(value)) <= 40 and str(value).isprintable() else "informado"
            hint = other_version(domain, value, version)
            return "dominio", f"O código {shown} não é aceito em {label}.{hint} Escolha um código da lista."

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
                bounds(field.label, lambda value: len(str(value)), low, high, "dígitos")
            )
        elif kind in ("i32", "i64", "double") and field.unit == "valor":
            measure, what = (lambda value: value), ""
        else:
            return None  # doubles: their range and decimals are published rules
        return bounds(field.label, measure, low, high, what)

    def _not_negative(self, inner: Callable[[Any], Problem | None]) -> Callable[[Any], Problem | None]:
        """A number that the page measures in digits has no sign."""
        text = f"O campo {self.field.label} não pode ser negativo. Corrija o número."
        return lambda value: ("minimo", text) if value < 0 else inner(value)

    def _list_size(self) -> Callable[[int], Problem | None]:
        field = self.field
        low = field.min if field.unit == "itens" and "minimo" not in self.covered else None
        high = field.max if field.unit == "itens" and "maximo" not in self.covered else None
        limit = high if high is not None else Decimal(MAX_ITEMS)
        return bounds(field.label, lambda size: size, low, limit, "itens")
