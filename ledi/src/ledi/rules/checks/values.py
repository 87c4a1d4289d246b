"""Checks on one value alone: domain, range, decimals, pattern, documents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any, ClassVar

from ledi.documents import cnpj, cns, cpf, nome, uuid
from ledi.documents.errors import DocumentError
from ledi.findings import AVISO, MAX_FINDINGS
from ledi.rules.checks.base import NOTHING, Base, each, field_of, label, shown, value_facts
from ledi.rules.conditions import Cond
from ledi.rules.model import SEVERITY, CheckFn, Narrow
from ledi.rules.scope import Scope
from ledi.rules.wording import code_text, codes_text, other_version, tidy
from ledi.tables import closed


@dataclass(frozen=True)
class Domain(Base):
    """The value (each item of it) is a code of a closed list.

    `table` defaults to the field's domain in the layout; `tables` adds more lists; `codes` is a fixed set;
    `when_text` marks lists of codes carried as text.
    """

    table: str | None = None
    tables: tuple[str, ...] = ()
    codes: tuple[Any, ...] = ()
    facet: ClassVar[bool] = True
    supersedes: ClassVar[frozenset[str]] = frozenset(("dominio", "minimo", "maximo", "formato"))

    def lists(self, scope: Scope, name: str | None) -> tuple[str, ...]:
        """Names of the lists it takes its codes from; none when they are fixed."""
        if self.codes or (self.tables and not self.table):
            return self.tables
        domain = self.table or field_of(scope, name).domain
        assert domain is not None, f"{name} has no domain in the layout"
        return (domain, *self.tables)

    def allowed(self, scope: Scope, name: str | None) -> frozenset[Any]:
        if self.codes:
            return frozenset(self.codes)
        field = field_of(scope, name)
        kind = (field.type.item or field.type).kind
        found: set[Any] = set()
        for table in self.lists(scope, name):
            codes = closed.codes(table, scope.version)
            found.update(str(code) for code in codes) if kind == "string" else found.update(codes)
        return frozenset(found)

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        allowed = self.allowed(scope, name)
        field = field_of(scope, name)

        def facts(value: Any) -> dict[str, Any]:
            text = str(value)
            outros = "".join(other_version(table, value, scope.version) for table in self.lists(scope, name))
            found = {"valor": text if len(text) <= 40 and text.isprintable() else "(texto)", "outros": outros}
            if value.__class__ is str and (right := _as_listed(value, allowed)):
                found["certo"] = right
            return found

        if field.type.kind == "list":

            def run_list(value: Any, node: dict[str, Any], env: Any) -> Any:
                if allowed.issuperset(value):
                    return None
                bad = ((i, facts(item)) for i, item in enumerate(value) if item not in allowed)
                return list(islice(bad, MAX_FINDINGS + 2))  # enough to tell that there are more

            return run_list
        return lambda value, node, env: None if value in allowed else facts(value)

    def describe(self, scope: Scope, name: str | None) -> str:
        codes = self.allowed(scope, name)
        domain = field_of(scope, name).domain
        listed = codes_text(domain, codes) if len(codes) <= 30 else f"{len(codes)} códigos da tabela oficial"
        return f"O campo {label(scope, name)} só aceita os códigos da sua lista: {listed}."

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        codes = self.allowed(scope, name)
        domain = field_of(scope, name).domain
        hint = f" Use {codes_text(domain, codes)}." if len(codes) <= 12 else " Escolha um código da lista."
        if "certo" in facts:
            hint = f" Escreva {facts['certo']}."
        return (
            f"O código {facts['valor']} não é aceito em {label(scope, name)}.{facts.get('outros', '')}{hint}"
        )


def _as_listed(value: str, allowed: frozenset[Any]) -> str | None:
    """The code of the list that is meant: without spaces around it, or without dots and hyphens, in capitals."""
    return next(
        (text for text in (value.strip(), value.strip().upper(), tidy(value)) if text in allowed), None
    )


@dataclass(frozen=True)
class DomainWhen(Base):
    """Like Domain, but only where the condition holds: otherwise the value is not looked at."""

    when: Cond
    domain: Domain = Domain()
    supersedes: ClassVar[frozenset[str]] = frozenset(("dominio",))

    def refs(self) -> tuple[str, ...]:
        return self.when.refs()

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        test, run = self.when.compile(scope), self.domain.compile(scope, name)
        return lambda value, node, env: run(value, node, env) if test(node, env) else None

    def narrows(self, scope: Scope, name: str | None) -> tuple[Narrow, ...]:
        return (Narrow(self.domain.allowed(scope, name), self.when),)

    def describe(self, scope: Scope, name: str | None) -> str:
        return f"Quando {self.when.text(scope)}: {self.domain.describe(scope, name)}"

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        return self.domain.message(scope, name, facts)


@dataclass(frozen=True)
class Range(Base):
    """`low` <= value <= `high`, in the unit of the label; at most `decimals` decimal places when given."""

    low: str | int | None = None
    high: str | int | None = None
    decimals: int | None = None
    mend: ClassVar[str] = "Corrija o número."
    facet: ClassVar[bool] = True
    supersedes: ClassVar[frozenset[str]] = frozenset(("minimo", "maximo"))

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        field = field_of(scope, name)
        low = float(self.low) if self.low is not None else float("-inf")
        high = float(self.high) if self.high is not None else float("inf")
        decimals = self.decimals

        def run(value: Any, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
            if low <= value <= high and (decimals is None or decimal_places(value) <= decimals):
                return None
            return value_facts(field, value)

        return run

    def describe(self, scope: Scope, name: str | None) -> str:
        places = f", com até {self.decimals} casas decimais" if self.decimals is not None else ""
        return f"O campo {label(scope, name)} {_bounds(self.low, self.high)}{places}."


@dataclass(frozen=True)
class Decimals(Base):
    """At most `places` decimal places."""

    places: int
    mend: ClassVar[str] = "Corrija o número."
    facet: ClassVar[bool] = True

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        field, places = field_of(scope, name), self.places
        scale = 10**places

        def run(value: Any, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
            if value.__class__ is int or (value * scale).is_integer() or decimal_places(value) <= places:
                return None
            return value_facts(field, value)

        return run

    def describe(self, scope: Scope, name: str | None) -> str:
        places = (
            "nenhuma casa decimal"
            if not self.places
            else f"no máximo {self.places} casa{'s' * (self.places > 1)} decima{'is' if self.places > 1 else 'l'}"
        )
        return f"O campo {label(scope, name)} aceita {places}."


@dataclass(frozen=True)
class Unsigned(Base):
    """Digits and decimal point only: on the wire, a number that is not negative."""

    mend: ClassVar[str] = "Corrija o número."
    facet: ClassVar[bool] = True

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        field = field_of(scope, name)
        return lambda value, node, env: None if value >= 0 else value_facts(field, value)

    def describe(self, scope: Scope, name: str | None) -> str:
        return f"O campo {label(scope, name)} aceita somente números e ponto, sem sinal."


@dataclass(frozen=True)
class Pattern(Base):
    """The text (each item of it) matches the whole pattern; `words` completes "O campo X ...".

    `sized`: the pattern also says how long the text is.
    """

    pattern: str
    words: str
    sized: bool = False
    mend: ClassVar[str] = "Corrija o texto."
    facet: ClassVar[bool] = True

    @property
    def supersedes(self) -> frozenset[str]:  # type: ignore[override]
        return frozenset(("minimo", "maximo", "formato")) if self.sized else frozenset()

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        field, match = field_of(scope, name), re.compile(self.pattern).fullmatch

        def run(value: Any, node: dict[str, Any], env: Any) -> Any:
            if value.__class__ is str:
                return None if match(value) else value_facts(field, value)
            return [(i, value_facts(field, v)) for i, v in each(value) if not match(v)] or None

        return run

    def describe(self, scope: Scope, name: str | None) -> str:
        return f"O campo {label(scope, name)} {self.words}."


@dataclass(frozen=True)
class Spelled(Base):
    """A code is written in one form: the whole pattern. A wrong spelling is refused, and told the right one."""

    pattern: str
    words: str
    facet: ClassVar[bool] = True
    supersedes: ClassVar[frozenset[str]] = frozenset(("formato",))

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        match = re.compile(self.pattern).fullmatch

        def run(value: Any, node: dict[str, Any], env: Any) -> Any:
            return None if match(value) else {"certo": right} if match(right := tidy(value)) else NOTHING

        return run

    def describe(self, scope: Scope, name: str | None) -> str:
        return f"O campo {label(scope, name)} {self.words}."

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        mend = f"Escreva {facts['certo']}." if "certo" in facts else "Corrija o código."
        return f"{self.describe(scope, name)} {mend}"


@dataclass(frozen=True)
class Length(Base):
    """Text of `low` to `high` characters, or a list of so many items; up to `doubtful` more is an aviso."""

    low: int = 0
    high: int | None = None
    doubtful: int = 0
    facet: ClassVar[bool] = True
    supersedes: ClassVar[frozenset[str]] = frozenset(("minimo", "maximo"))

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        low, high, doubtful = self.low, self.high, self.doubtful

        def run(value: Any, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
            size = len(value)
            if size >= low and (high is None or size <= high):
                return None
            mild = high is not None and high < size <= high + doubtful
            return {"tamanho": size, SEVERITY: AVISO} if mild else {"tamanho": size}

        return run

    def describe(self, scope: Scope, name: str | None) -> str:
        what = "itens" if field_of(scope, name).type.kind == "list" else "caracteres"
        if self.high is None:
            return f"O campo {label(scope, name)} deve ter ao menos {self.low} {what}."
        if not self.low:
            return f"O campo {label(scope, name)} aceita no máximo {self.high} {what}."
        return f"O campo {label(scope, name)} deve ter de {self.low} a {self.high} {what}."

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        size = facts["tamanho"]
        if SEVERITY in facts:
            return (
                f"O campo {label(scope, name)} tem {size} itens, e o e-SUS fala em {self.high}, embora a lista tenha mais. "
                "Confira se são todos mesmo."
            )
        return f"{self.describe(scope, name)} Tem {size}."


@dataclass(frozen=True)
class Equals(Base):
    """The value is exactly that constant."""

    value: Any
    facet: ClassVar[bool] = True
    supersedes: ClassVar[frozenset[str]] = frozenset(("dominio", "minimo", "maximo"))

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        field, wanted = field_of(scope, name), self.value
        return lambda value, node, env: None if value == wanted else value_facts(field, value)

    def describe(self, scope: Scope, name: str | None) -> str:
        domain = field_of(scope, name).domain
        return f"O campo {label(scope, name)} deve ser {code_text(domain, self.value)}."


_DOCUMENTS: dict[str, tuple[Any, str]] = {
    "cns": (cns, "Confira o número no cartão do SUS"),
    "cpf": (cpf, "Confira o número no documento"),
    "cnpj": (cnpj, "Confira o número"),
    "nome": (nome, "Confira o nome no documento"),
    "uuid": (uuid, "Use um UUID na forma canônica, com o CNES na frente se quiser"),
}


@dataclass(frozen=True)
class Document(Base):
    """The text is a valid cns, cpf, cnpj, nome or uuid. The message says which step failed, never the value."""

    kind: str
    facet: ClassVar[bool] = True

    @property
    def supersedes(self) -> frozenset[str]:  # type: ignore[override]
        """The document says its own size, except a name, which may be too long for its field."""
        return frozenset(("formato", "minimo")) | (frozenset() if self.kind == "nome" else {"maximo"})

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        module = _DOCUMENTS[self.kind][0]
        options = {"version": scope.version} if self.kind == "cns" else {}
        is_valid, validate = module.is_valid, module.validate

        def run(value: Any, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
            if is_valid(value, **options):
                return None
            try:
                validate(value, **options)
            except DocumentError as error:
                return {"motivo": str(error)}
            return NOTHING

        return run

    def describe(self, scope: Scope, name: str | None) -> str:
        what = {"cns": "CNS", "cpf": "CPF", "cnpj": "CNPJ", "nome": "nome", "uuid": "UUID"}[self.kind]
        return f"O campo {label(scope, name)} deve ter um {what} válido."

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        reason = f": {facts['motivo']}" if facts.get("motivo") else ""
        return f"{label(scope, name)} inválido{reason}. {_DOCUMENTS[self.kind][1]}."


def decimal_places(value: float) -> int:
    """Decimal places of the shortest text of a number (70.25 -> 2)."""
    if value.__class__ is int or float(value).is_integer():
        return 0
    exponent = Decimal(repr(value)).as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _bounds(low: Any, high: Any) -> str:
    def text(value: Any) -> str:
        return str(value).replace(".", ",")

    if low is None:
        return f"deve ser no máximo {text(high)}"
    if high is None:
        return f"deve ser no mínimo {text(low)}"
    return f"deve estar entre {text(low)} e {text(high)}"


__all__ = [
    "Decimals",
    "Document",
    "Domain",
    "DomainWhen",
    "Equals",
    "Length",
    "Pattern",
    "Range",
    "Spelled",
    "Unsigned",
    "decimal_places",
    "shown",
]
