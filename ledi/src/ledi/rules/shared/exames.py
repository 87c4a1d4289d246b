"""Rules of ExameThrift (exams asked for or evaluated), shared by FAI and FAO."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from ledi.findings import AVISO
from ledi.rules.checks import Custom, Domain, Unique
from ledi.rules.model import CheckFn, Rule
from ledi.rules.scope import Scope
from ledi.rules.wording import tidy
from ledi.tables import closed


def exames_rules(tipo: str, at: str) -> tuple[Rule, ...]:
    """`at`: path of the items ("atendimentosIndividuais[].exame[]")."""
    parent, _, name = at.removesuffix("[]").rpartition(".")
    code = f"{tipo}-EX-001"
    sigtap = {row["code"]: row["sigtap"] for row in closed.rows(f"exames_ab/{tipo}")}
    return (
        *code_format(code, at, "codigoExame"),
        Rule(f"{code}-1", at, "codigoExame",
             Told(partial(_accepted, tipo), "Só é aceito exame do grupo 02 do SIGTAP ou da lista da ficha.",
                  told="O código {valor} não é de exame: use um SIGTAP do grupo 02 ou um exame da lista da ficha.",
                  is_facet=True, by_version=True)),
        Rule(f"{code}-1", at, "codigoExame", prefer_sigtap("exame", sigtap), since="8.4.0",
             severity=AVISO, why=AB_DUVIDA),
        Rule(f"{code}-2", parent, name, Unique(("codigoExame",))),
        Rule(f"{tipo}-EX-002-e1", at, "solicitadoAvaliado", Domain()),
    )  # fmt: skip


@dataclass(frozen=True)
class Told(Custom):
    """`words` is the general sentence; `told` the one of a finding, which takes its facts."""

    told: str = ""

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        return self.told.format_map(facts)


SIGTAP = "O código SIGTAP deve ter 10 dígitos, sem ponto, hífen nem espaços, como 0214010015."
AB = "O código AB deve ter letras maiúsculas e números, sem espaços, como ABEX022."


def starts_as_sigtap(value: str) -> bool:
    """Anything that does not begin as an AB code, with a letter, is taken for SIGTAP."""
    return not value.strip()[:1].isalpha()


def is_sigtap(value: str) -> bool:
    return len(value) == 10 and value.isascii() and value.isdigit()


def is_ab(value: str) -> bool:
    return value.isascii() and value.isalnum() and value == value.upper()


def right(value: str) -> dict[str, str]:
    """Facts of a code written wrong: the spelling that would be right, when there is one."""
    spelling = tidy(value)
    good = is_sigtap(spelling) or (spelling[:1].isalpha() and is_ab(spelling))
    return {"valor": value[:40], "certo": f"Escreva {spelling}." if good else "Confira o código."}


AB_INATIVO = ", e desde a versão 8.4.0 do formato do e-SUS o código AB está inativo para novas seleções"
AB_DUVIDA = (
    "A lista de mudanças da 8.4.0 inativa, para novas seleções, os códigos AB que têm SIGTAP, e nem ela nem a página dizem "
    "se o envio de um é recusado: é uma dúvida, aceita com aviso."
)


def prefer_sigtap(what: str, sigtap: Mapping[str, str], *, inactive: bool = True) -> Told:
    """Tells the AB codes that have a SIGTAP equivalent. `what`: "exame" or "procedimento"; `inactive`: since 8.4.0."""
    state = AB_INATIVO if inactive else ""

    def run(value: Any, node: dict[str, Any], env: Any) -> Any:
        return {"valor": value, "sigtap": sigtap[value]} if sigtap.get(value) else None

    return Told(
        run, f"O código AB de {what} deveria ser usado só quando não há SIGTAP.",
        told=f"O {what} {{valor}} tem código SIGTAP{state}: prefira enviar {{sigtap}}.",
    )  # fmt: skip


def code_format(code: str, at: str, name: str) -> tuple[Rule, Rule]:
    """SIGTAP with ten digits (-o1), AB code in capitals without spaces (-o2): by what the code starts with."""
    return (
        Rule(f"{code}-o1", at, name,
             Told(_sigtap_written, SIGTAP, told=f"{SIGTAP} {{certo}}", is_facet=True)),
        Rule(f"{code}-o2", at, name,
             Told(_ab_written, AB, told=f"{AB} {{certo}}", is_facet=True)),
    )  # fmt: skip


def _sigtap_written(value: str, node: dict[str, Any], env: Any) -> Any:
    return None if not starts_as_sigtap(value) or is_sigtap(value) else right(value)


def _ab_written(value: str, node: dict[str, Any], env: Any) -> Any:
    return None if starts_as_sigtap(value) or is_ab(value) else right(value)


def _accepted(tipo: str, version: str) -> CheckFn:
    """SIGTAP of the groups of the ficha, or an exam of its list. Every AB code of the list: that the ones with
    SIGTAP were retired in 8.4.0 is told by another rule."""
    groups = tuple(str(code) for code in closed.codes(f"procedimentos_grupos/exames/{tipo}"))
    listed = closed.texts(f"exames/{tipo}", version) | {
        row["code"] for row in closed.rows(f"exames_ab/{tipo}")
    }

    def run(value: Any, node: dict[str, Any], env: Any) -> Any:
        return None if value.startswith(groups) or value in listed else {"valor": value[:40]}

    return run
