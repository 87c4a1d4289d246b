"""Automatic checks of one field, from the layout alone: type, size, domain, format. They also make the wire value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from ledi.findings import AVISO, Finding
from ledi.layouts.model import Field
from ledi.rules import doubts
from ledi.rules.checks import Domain, Length
from ledi.rules.conversion import MAX_TEXT, Conversion
from ledi.rules.env import Env, Path, write_path
from ledi.rules.forms import FORMS
from ledi.rules.running import BAD, Bound, Normaliser, StructPlan
from ledi.rules.sizes import Problem, bounds
from ledi.rules.unlikely import LATE, RECENT, is_mistyped, is_unlikely
from ledi.rules.wording import other_version
from ledi.tables import closed

MAX_ITEMS = 10_000  # of a list whose page has no maximum

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
            inner = self._text() if field.type.kind == "string" else self._scalar()
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
            f"O campo {self.field.label} está na documentação do e-SUS mas ainda não tem lugar no formato: "
            "é aceito e não é enviado."
        )

        def run(value: Any, env: Env, clean: dict[str, Any], path: Path) -> Any:
            before, lost = env.found.mark(), env.lost
            result = inner(value, env, clean, path)
            env.found.soften(before)  # what is not sent cannot be refused
            env.lost = lost
            env.found.append(Finding(code, write_path(path, name), text, AVISO))
            return result

        return run

    def _scalar(self) -> Normaliser:
        convert, facets, rules = self.conversion.of(self.field.type.kind), self._facets(), self.rules
        is_date = self.field.is_date

        def run(value: Any, env: Env, clean: dict[str, Any], path: Path) -> Any:
            result = convert(value, env)
            if result.__class__ is tuple:
                self._lose(result, env, clean, path, None)
                return BAD
            if is_date and not RECENT < result < LATE and is_unlikely(value, result):
                env.unlikely.append((clean, self.field, path))
            for facet in facets:
                problem = facet(result)
                if problem is not None:
                    self._fail(problem, env, clean, path, None)
                    return result
            if rules:
                self._run_rules(result, clean, env, path)
            return result

        return run

    def _text(self) -> Normaliser:
        """As `_scalar`, what most texts are looked at first; an empty text is absence, and is not sent."""
        convert, facets, rules = self.conversion.of("string"), self._facets(), self.rules

        def run(value: Any, env: Env, clean: dict[str, Any], path: Path) -> Any:
            if value.__class__ is str and value.isascii() and value.isprintable() and len(value) <= MAX_TEXT:
                if not value:
                    return BAD
            else:
                result = convert(value, env)
                if result.__class__ is tuple:
                    self._lose(result, env, clean, path, None)
                    return BAD
                if is_mistyped(value):
                    self._mistyped(env, path)
            for facet in facets:
                problem = facet(value)
                if problem is not None:
                    self._fail(problem, env, clean, path, None)
                    return value
            if rules:
                self._run_rules(value, clean, env, path)
            return value

        return run

    def _mistyped(self, env: Env, path: Path) -> None:
        """Not refused: the PEC takes it, and the person's name is wrong ever after."""
        text = (
            f"O campo {self.field.label} tem letras trocadas, como Ã§ no lugar de ç: o texto foi gravado numa "
            "codificação e lido noutra. Corrija-o e confira como o sistema de origem grava o arquivo (UTF-8)."
        )
        code = f"CASA-{self.prefix.partition('-')[0]}-codificacao"
        env.found.append(Finding(code, write_path(path, self.field.name), text, AVISO))

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
                self._lose(self.conversion.type_problem(value), env, clean, path, None)
                return BAD
            for inner in value.values():
                if inner or (inner is not None and inner != "" and inner != []):
                    return sub.normalise(value, env, (path, name, None))
            return BAD  # the official XML examples bring empty elements: nothing was filled

        return run

    def _list(self) -> Normaliser:
        rules, size, most = self.rules, self._list_size(), self._most()
        take = self._structs() if self.sub else self._scalars()

        def run(value: Any, env: Env, clean: dict[str, Any], path: Path) -> Any:
            if value.__class__ is not list and not isinstance(value, (list, tuple)):
                self._lose(self.conversion.type_problem(value), env, clean, path, None)
                return BAD
            problem, cut = size(len(value)), len(value) > most
            if problem is not None:
                self._fail(problem, env, clean, path, None)
            elif cut:
                self._too_long(value, env, clean, path)
            if cut:
                value, env.lost = value[:most], True
            made: list[Any] = []
            lost: list[int] = []
            good = take(value, made, lost, env, clean, path) and not cut
            if lost:
                env.keep_positions(made, lost)
            if rules and good and made:
                self._run_rules(made, clean, env, path)
            return made

        return run

    def _left(self, env: Env, clean: dict[str, Any]) -> bool:
        """The rest of the list is not looked at: nothing is judged of the part that was."""
        env.lost = True
        env.broken.add((id(clean), self.field.name))
        return False

    def _most(self) -> int:
        """How many items are looked at: one more than the list may have, so that the excess itself is told."""
        limits = [int(self.field.max)] if self.field.max is not None and self.field.unit == "itens" else []
        for bound in self.rules:
            check = bound.rule.check
            if isinstance(check, Length) and check.high is not None:
                limits.append(check.high + check.doubtful)
        return max(limits) + 1 if limits else MAX_ITEMS

    def _too_long(self, value: Any, env: Env, clean: dict[str, Any], path: Path) -> None:
        """The rule that says how long the list may be says so of its real length; else the layout does."""
        for bound in self.rules:
            if isinstance(bound.rule.check, Length):
                result = bound.fn(value, clean, env)
                if result is not None:
                    bound.fail(env, clean, path, result)
                    return
        text = f"O campo {self.field.label} deve ter no máximo {self._most() - 1} itens; tem {len(value)}. Apague o que sobra."
        self._fail(("maximo", text), env, clean, path, None)

    def _structs(self) -> Take:
        name, sub = self.field.name, self.sub
        assert sub is not None

        def take(
            value: Any, made: list[Any], lost: list[int], env: Env, clean: dict[str, Any], path: Path
        ) -> bool:
            found = env.found
            for index, element in enumerate(value):
                if found.errors and found.enough():
                    return self._left(env, clean)
                if isinstance(element, dict):
                    made.append(sub.normalise(element, env, (path, name, index)))
                else:
                    self._lose(("tipo", self._item_text("um objeto")), env, clean, path, index)
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
            good, found = True, env.found
            for index, element in enumerate(value):
                if found.errors and found.enough():
                    return self._left(env, clean)
                result = convert(element, env) if element is not None else self._null_item()
                if result.__class__ is tuple:
                    self._lose(result, env, clean, path, index)
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

    def _lose(self, problem: Problem, env: Env, clean: dict[str, Any], path: Path, index: int | None) -> None:
        """A value that has no place on the wire."""
        env.lost = True
        self._fail(problem, env, clean, path, index)

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
        form = FORMS.get(self.field.format or "")
        if form is not None and "formato" not in self.covered and self.field.type.kind == "string":
            label, problem = self.field.label, form.problem
            made.append(lambda value: problem(label, value))
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
