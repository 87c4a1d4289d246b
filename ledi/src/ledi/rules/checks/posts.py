"""A professional's post against the município's CNES: the words of the CTX rules on headers.

A CNES older than the ficha proves little by what it lacks: what is missing from it is an aviso.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from ledi.findings import AVISO
from ledi.moments import day_of
from ledi.rules.checks.base import Base, month
from ledi.rules.model import SEVERITY, CheckFn
from ledi.rules.scope import Scope
from ledi.tables import vinculo

#: part of a post -> (the rule, what one finding says)
_VINCULO = {
    vinculo.CNES: ("O CNES é de um estabelecimento do município.",
                   "Este CNES não está no cadastro do município. Corrija o estabelecimento."),
    vinculo.INE: ("O INE é de uma equipe do município.",
                  "Este INE não está no cadastro do município. Corrija a equipe."),
    vinculo.INE_CNES: ("A equipe é do estabelecimento informado.",
                       "Esta equipe é de outro estabelecimento (CNES {outro}). Corrija o INE ou o CNES."),
    vinculo.INE_ATIVA: ("A equipe estava ativa na data.",
                        "Esta equipe foi desativada em {dia}, antes desta data. Corrija o INE ou a data."),
    vinculo.PROFISSIONAL: ("O profissional está no CNES do município nessa data.",
                           "O profissional não está no CNES do município nessa data. Corrija o CNS."),
    vinculo.CBO: ("O profissional tem no CNES o CBO informado.",
                  "No CNES do município, o profissional não tem este CBO. Corrija o CBO ou o CNS."),
    vinculo.POSTO: ("O profissional tem lotação, com esse CBO, no estabelecimento informado.",
                    "No CNES, o profissional não atua com este CBO neste estabelecimento. Corrija-o."),
    vinculo.EQUIPE: ("O profissional tem lotação, com esse CBO, na equipe informada.",
                     "No CNES, o profissional não está nesta equipe com este CBO. Corrija o INE da ficha."),
}  # fmt: skip
_ROLES = ("profissional", "cbo", "cnes", "ine")
_SEM_CNS = (
    " O arquivo do CNES tem, nesta lotação, alguém sem CNS: se for este profissional, complete o CNS dele no CNES e "
    "importe o arquivo novo."
)
_ATUALIZE = " Se a ficha está certa, atualize o CNES e importe o arquivo novo."
_DEPOIS = " O CNES importado só o traz depois desta data: confira."
_TABELA = " O CNES em uso é de {mes}, mais antigo que a ficha: importe o do mês."


@dataclass(frozen=True)
class Vinculo(Base):
    """One part of "professional CNS + CBO + CNES + INE is a post of CNES on that day" (ledi.tables.vinculo).

    The struct's roles say which fields those are. `mild`: always an aviso.
    """

    part: str
    mild: bool = False

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        part, mild = self.part, self.mild
        names = tuple(scope.struct.role_name(role) for role in _ROLES)

        def run(value: Any, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
            if env.post is node:  # the rules of one post follow one another: the verdict is asked for once
                verdict: vinculo.Verdict | None = env.verdict
            else:
                env.verdict = verdict = _verdict(node, env, names)
                env.post = node
            if verdict is None:
                env.skip()
                return None
            if not verdict or part not in verdict:
                return None
            facts = verdict[part]
            if mild or "depois" in facts or "tabela" in facts:
                return {**facts, SEVERITY: AVISO}
            return facts

        return run

    def describe(self, scope: Scope, name: str | None) -> str:
        return _VINCULO[self.part][0]

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        text = _VINCULO[self.part][1].format_map(facts)
        if "sem_cns" in facts:
            return text + _SEM_CNS
        if "depois" in facts:
            return text + _DEPOIS
        return text + (_TABELA.format(mes=month(facts["tabela"])) if "tabela" in facts else _ATUALIZE)


def _verdict(node: dict[str, Any], env: Any, names: tuple[str, ...]) -> vinculo.Verdict | None:
    """None when there is no CNES to ask."""
    tables = env.tables
    if tables is None or not tables.has("lotacao"):
        return None
    if env.attendance is None:
        return vinculo.FINE
    day = _day(env.attendance, env.zone)
    if _other(env, day):
        return None  # CASA-…-cnes_de_outro says so
    cns, cbo, cnes, ine = [node.get(name) or "" for name in names]
    return vinculo.judge(tables, cns, cbo, cnes, ine, day)


def _other(env: Any, day: date) -> bool:
    """Is the CNES that answers another município's than the record's?"""
    whose = env.tables.municipio(day)
    return whose is not None and whose != env.record.get("ibge")


@dataclass(frozen=True)
class CnesDeOutro(Base):
    """The CNES that is loaded is the record's município's; another's says nothing of it."""

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        def run(value: Any, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
            tables = env.tables
            if tables is None or not tables.has("lotacao"):
                env.skip()
                return None
            if env.attendance is None:
                return None
            day = _day(env.attendance, env.zone)
            return {"cnes": tables.municipio(day)} if _other(env, day) else None

        return run

    def describe(self, scope: Scope, name: str | None) -> str:
        return "O CNES carregado é do município do registro."

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        return (
            f"O CNES carregado é de outro município ({facts['cnes']}), e por isso profissional, equipe e estabelecimento "
            "não foram conferidos. Carregue o CNES do município do registro."
        )


@lru_cache(maxsize=1 << 14)
def _day(millis: int, zone: ZoneInfo) -> date:
    return day_of(millis, zone)
