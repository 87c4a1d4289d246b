"""Procedures, exams and CID10 against their rows of SIGTAP: existence, sex, age, CBO. The words of CTX rules.

A table older than the ficha proves little by what it lacks: what is missing from it is an aviso. A rule whose
table is not loaded is skipped and told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from ledi.findings import AVISO
from ledi.moments import competencia_of
from ledi.rules.checks.base import SEXES, Base, each, month
from ledi.rules.model import SEVERITY, CheckFn
from ledi.rules.scope import Getter, Scope
from ledi.tables import ciap, closed
from ledi.tables.port import NOT_APPLICABLE, Kind, Procedimento

_SEX_NAMES = {"M": "masculino", "F": "feminino"}

EXISTE, SEXO, IDADE, CBO, CID = "existe", "sexo", "idade", "cbo", "cid"
_PROCEDIMENTO = {
    EXISTE: ("O código existe na tabela SIGTAP.",
             "O código {valor} não existe na tabela SIGTAP de {mes}. Escolha outro código."),
    SEXO: ("O procedimento serve para o sexo do cidadão na tabela SIGTAP.",
           "O SIGTAP só aceita {valor} para o sexo {serve}. Confira o código e o sexo do cidadão."),
    IDADE: ("O procedimento serve para a idade do cidadão na tabela SIGTAP.",
            "O SIGTAP só aceita {valor} {serve}. Confira o código e a data de nascimento."),
    CBO: ("O procedimento serve para o CBO do profissional na tabela SIGTAP.",
          "O SIGTAP não aceita {valor} com o CBO do profissional. Confira o código e o CBO."),
    CID: ("O procedimento serve para as CID10 informadas, quando o SIGTAP exige CID.",
          "O SIGTAP não aceita {valor} com as CID10 informadas. Confira o código e as CID10."),
}  # fmt: skip


@dataclass(frozen=True)
class Compativel(Base):
    """A procedure or exam (10-digit SIGTAP code, alone or in a list) against its row of SIGTAP.

    `what`: EXISTE, SEXO, IDADE, CBO or CID; `reads`: the paths that it is compared with.
    """

    what: str
    reads: tuple[str, ...] = ()

    def refs(self) -> tuple[str, ...]:
        return self.reads

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        test = _TESTS[self.what]
        soft = self.what in (EXISTE, CBO, CID)
        getters = tuple(scope.getter(path) for path in self.reads)

        def run(value: Any, node: dict[str, Any], env: Any) -> Any:
            tables = env.tables
            if tables is None or not tables.has("procedimento"):
                env.skip()
                return None
            competencia = _competencia(env)
            if competencia is None:
                return None
            bad: list[tuple[Any, Mapping[str, Any]]] = []
            for index, code in each(value):
                if len(code) == 10 and code.isdigit():
                    facts = test(tables.procedimento(code, competencia), code, node, env, getters)
                    if facts is not None:
                        bad.append((index, {"valor": code, **facts, **_older(env, "procedimento", soft)}))
            if not bad:
                return None
            return bad if value.__class__ is list else bad[0][1]

        return run

    def describe(self, scope: Scope, name: str | None) -> str:
        return _PROCEDIMENTO[self.what][0]

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        return _PROCEDIMENTO[self.what][1].format_map(facts) + _older_words(facts)


Found = Procedimento | None
Test = Callable[[Found, str, dict[str, Any], Any, tuple[Getter, ...]], Mapping[str, Any] | None]


def _exists(found: Found, code: str, node: dict[str, Any], env: Any, get: Any) -> Mapping[str, Any] | None:
    if found is not None:
        return None
    return {SEVERITY: AVISO} if code in _ledi_codes() else {}


def _sex(found: Found, code: str, node: dict[str, Any], env: Any, get: Any) -> Mapping[str, Any] | None:
    sex = SEXES.get(get[0](node, env))
    if found is None or sex is None or found.accepts_sex(sex):
        return None
    return {"serve": _SEX_NAMES[found.sexo]}


def _age(found: Found, code: str, node: dict[str, Any], env: Any, get: Any) -> Mapping[str, Any] | None:
    birth = get[0](node, env)
    if found is None or birth.__class__ is not int:
        return None
    months = env.age_months(birth)
    if months < 0 or found.accepts_age(months):
        return None
    return {"serve": _range(found)}


def _cbo(found: Found, code: str, node: dict[str, Any], env: Any, get: Any) -> Mapping[str, Any] | None:
    """In a shared attendance it is enough that one of the two may do it."""
    codes = [cbo for getter in get if (cbo := getter(node, env))]
    if found is None or not codes or any(found.accepts_cbo(cbo) for cbo in codes):
        return None
    return {}


def _cid(found: Found, code: str, node: dict[str, Any], env: Any, get: Any) -> Mapping[str, Any] | None:
    """Without any CID10 there is nothing to compare; one that does not exist is told by its own rule."""
    if found is None or not found.cids:
        return None
    items = get[0](node, env) or ()
    given = [cid for item in items if (cid := plain_cid(item.get("cid10")))]
    known = [cid for cid in given if env.tables.cid(cid, env.competencia) is not None]
    if not known or any(_in_family(cid, found.cids) for cid in known):
        return None
    return {}


_TESTS: Mapping[str, Test] = {EXISTE: _exists, SEXO: _sex, IDADE: _age, CBO: _cbo, CID: _cid}


@dataclass(frozen=True)
class NaCid(Base):
    """A CID10 code: it exists, or (`sex`: path of the citizen's sex) it is of that sex."""

    sex: str | None = None

    def refs(self) -> tuple[str, ...]:
        return (self.sex,) if self.sex else ()

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        sex = scope.getter(self.sex) if self.sex else None

        def run(value: Any, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
            tables = env.tables
            if tables is None or not tables.has("cid"):
                env.skip()
                return None
            competencia = _competencia(env)
            if competencia is None:
                return None
            found = tables.cid(plain_cid(value), competencia)
            if sex is None:
                return None if found is not None else {"valor": value[:10], **_older(env, "cid", True)}
            person = SEXES.get(sex(node, env))
            if found is None or person is None or found.accepts_sex(person):
                return None
            return {"valor": value[:10], "serve": _SEX_NAMES[found.sexo]}

        return run

    def describe(self, scope: Scope, name: str | None) -> str:
        if self.sex:
            return "A CID10 serve para o sexo do cidadão."
        return "A CID10 existe na tabela."

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        if self.sex:
            return f"A CID10 {facts['valor']} é só do sexo {facts['serve']}. Confira os dois campos."
        text = f"A CID10 {facts['valor']} não existe na tabela de {facts['mes']}. Escolha outra CID10."
        return text + _older_words(facts)


@dataclass(frozen=True)
class NaCiap(Base):
    """A CIAP2 code exists."""

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        def run(value: Any, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
            if env.tables is None or not env.tables.has("ciap"):
                env.skip()
                return None
            known = env.tables.ciap(value) is not None or ciap.exists(value)  # no table has the process codes
            return None if known else {"valor": value[:10]}

        return run

    def describe(self, scope: Scope, name: str | None) -> str:
        return "A CIAP2 existe na tabela."

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        return f"A CIAP2 {facts['valor']} não existe na tabela. Escolha outra CIAP2."


def plain_cid(value: Any) -> str:
    """ "A000" of "A00.0" or "a000"; "" when there is none."""
    return value.replace(".", "").strip().upper() if value.__class__ is str else ""


def _in_family(cid: str, wanted: frozenset[str]) -> bool:
    """The code itself, or a category (three characters) of which SIGTAP lists some subcategory."""
    return cid in wanted or (len(cid) == 3 and any(code.startswith(cid) for code in wanted))


def _older(env: Any, kind: Kind, soft: bool) -> Mapping[str, Any]:
    """The month of the table that answered; `antiga` and an aviso when it is older than the ficha."""
    asked = env.competencia
    used = env.tables.competencia(kind, asked) or asked
    if not soft or used >= asked:
        return {"mes": month(used)}
    return {"mes": month(used), "antiga": True, SEVERITY: AVISO}


def _older_words(facts: Mapping[str, Any]) -> str:
    if not facts.get("antiga"):
        return ""
    return f" A tabela em uso é de {facts['mes']}, mais antiga que a ficha: importe a do mês."


def _range(found: Procedimento) -> str:
    low = "" if found.idade_min in (0, NOT_APPLICABLE) else f"a partir de {_months(found.idade_min)}"
    high = "" if found.idade_max == NOT_APPLICABLE else f"até {_months(found.idade_max)}"
    return f"{low} {high}".strip()


def _months(months: int) -> str:
    years, rest = divmod(months, 12)
    parts = [f"{years} ano{'s' * (years > 1)}"] if years else []
    if rest or not years:
        parts.append(f"{rest} {'meses' if rest != 1 else 'mês'}")
    return " e ".join(parts)


def _competencia(env: Any) -> str | None:
    return None if env.attendance is None else _month_of(env.attendance, env.zone)


@lru_cache(maxsize=1 << 14)
def _month_of(millis: int, zone: ZoneInfo) -> str:
    return competencia_of(millis, zone)


@lru_cache(maxsize=1)
def _ledi_codes() -> frozenset[Any]:
    """Procedures and exams that LEDI itself publishes."""
    return frozenset().union(
        *(closed.codes(name) for name in ("procedimentos", "exames", "exames_estruturados"))
    )
