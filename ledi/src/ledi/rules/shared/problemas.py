"""Rules of ProblemaCondicaoThrift (problems and conditions), shared by FAI, FAO and FAD."""

from __future__ import annotations

import re
from typing import Any

from ledi.findings import AVISO
from ledi.rules.checks import (
    ATTENDANCE,
    Custom,
    Declared,
    Domain,
    Expect,
    Forbidden,
    NotAfter,
    NotBefore,
    NotCodes,
    Required,
    Spelled,
    Unique,
)
from ledi.rules.conditions import age, all_of, any_filled, empty, filled, matches, not_, one_of
from ledi.rules.model import HISTORY, Rule
from ledi.rules.scope import Scope
from ledi.tables import ciap
from ledi.tables.ciap import PROCEDIMENTOS

GRAVIDEZ = "W78"
GRAVIDEZ_ALTO_RISCO = "W84"
# The page names no other CIAP2 of prenatal care: these are told, not refused.
PRE_NATAL_PROVAVEL = ("W03", "W05", "W29", "W71", "W79", "W80", "W81", "W85")
AB = matches("ciap", r"AB[A-Z]+[0-9]+", "é um código AB")
Z34 = matches("cid10", r"Z34\.?[0-9]?", "é da família Z34")
PARTO = matches("cid10", r"O80\.?[0-9]?", "é da família O80 (parto único espontâneo)")
PUBLISHED = all_of(PARTO, one_of("ciap", GRAVIDEZ_ALTO_RISCO))  # the one example that the page gives
DESFECHO = matches("cid10", r"O(0[0-8]|8[0-4])\.?[0-9]?|Z37\.?[0-9]?", "é de desfecho de gestação")
_LISTA = "A página não publica a lista de códigos."
_GRUPO = (
    "A página proíbe o grupo e não publica os códigos: são, na CIAP-2, os de 30 a 69 de cada capítulo (leitura nossa), "
    "e nenhum deles está na tabela oficial CIAP2 x CID10."
)
_SEQUENCIA = "Depende das evoluções já enviadas do mesmo problema."
_JUNTOS = (
    "UUID do problema, UUID da evolução, sequencial da evolução e situação vão juntos. Preencha o que falta "
    "ou apague os outros."
)
_EVOLUCAO = ("uuidProblema", "uuidEvolucaoProblema", "coSequencialEvolucao", "situacao")


class _Ciap(Domain):
    """CIAP2 of the table, or a process code (which another rule tells apart), or an AB code of the list."""

    def allowed(self, scope: Scope, name: str | None) -> frozenset[Any]:
        return super().allowed(scope, name) | frozenset(PROCEDIMENTOS)


CIAP_NA_TABELA = "A CIAP2 é um código da tabela CIAP2."
CIAP_FORA = (
    "O código {valor} não é uma CIAP2. Confira o código: é uma letra de capítulo e dois números, como K86."
)
CIAP_LEITURA = "A página diz como escrever a CIAP2; que o código existe é leitura nossa, como na FAI."


def unknown_ciap(value: Any, node: dict[str, Any], env: Any) -> Any:
    """A code that no chapter has ("I10"); a process code exists, and another rule forbids it where it is not taken."""
    return None if ciap.exists(value) else {"valor": value[:40]}


def _before_first(value: Any, node: dict[str, Any], env: Any) -> Any:
    return {} if value == 0 else None  # less than zero is a facet


_IS_Z34 = re.compile(r"Z34\.?[0-9]?").fullmatch


def _second_z34(value: Any, node: dict[str, Any], env: Any) -> Any:
    """Items with another CID10 of the family Z34; the same code twice is told as repeated."""
    seen: set[str] = set()
    found: list[tuple[str, dict[str, Any]]] = []
    for index, item in enumerate(value):
        cid = item.get("cid10")
        if cid.__class__ is not str or not _IS_Z34(cid):
            continue
        if seen and cid not in seen:
            found.append((f"[{index}].cid10", {}))
        seen.add(cid)
    return found or None


def problemas_rules(prefix: str, at: str, *, birth: str, ab: str | None = None) -> tuple[Rule, ...]:
    """`at`: path of the items ("atendimentosIndividuais[].problemasCondicoes[]"); `birth`: the citizen's birth
    date field, one struct up. `ab`: closed list of AB codes that `ciap` takes too, only FAI has it; the numbers
    of the published codes depend on it.
    """
    code = f"{prefix}-PC-"
    rules = (
        *_ciap(code, at, birth, 2 if ab else 1),
        *_cid(code, at),
        *_evolution(code, at, ab),
        *_dates(code, at, birth, ab),
    )
    return (*rules, *_with_ab(code, at, ab)) if ab else (*rules, *_without_ab(code, at))


def _evolution(code: str, at: str, ab: str | None) -> tuple[Rule, ...]:
    """The four fields that come together."""
    parent, _, name = at.removesuffix("[]").rpartition(".")
    numbers = ("001-2", "002-2", "003-5", "006-4") if ab else ("001-1", "002-1", "003-4", "006-3")
    return (
        *(Rule(code + number, at, field, Required(_others(field, ab)), text=_JUNTOS)
          for number, field in zip(numbers, _EVOLUCAO, strict=True)),
        Rule(f"{code}003-1", at, "coSequencialEvolucao",
             Custom(_before_first, "O sequencial da evolução começa em 1. Confira o valor."), severity=AVISO),
        Rule(f"{code}003-1", at, "coSequencialEvolucao",
             Declared("A primeira evolução tem o sequencial 1 e as seguintes somam 1."), state=HISTORY, why=_SEQUENCIA),
        Rule(f"{code}003-2", parent, name, Unique(("uuidProblema", "coSequencialEvolucao")), severity=AVISO,
             text="O sequencial da evolução não deveria se repetir no mesmo problema. Confira o sequencial."),
        Rule(f"{code}003-3", at, "coSequencialEvolucao",
             Declared("O sequencial deveria recomeçar em 1 a cada problema novo."), state=HISTORY, severity=AVISO, why=_SEQUENCIA),
        Rule(f"{code}006-1", at, "situacao", NotCodes((1,), when=one_of("ciap", GRAVIDEZ))),
        Rule(f"{code}{'006-3' if ab else '006-2'}", at, "situacao", Domain()),
    )  # fmt: skip


def _others(field: str, ab: str | None) -> Any:
    others = any_filled(*(other for other in _EVOLUCAO if other != field))
    return all_of(others, not_(AB)) if ab else others


def _ciap(code: str, at: str, birth: str, shift: int) -> tuple[Rule, ...]:
    """Rules of `ciap` that all have; their numbers start at `shift`."""
    parent, _, name = at.removesuffix("[]").rpartition(".")

    def rule(number: int, check: Any, **more: Any) -> Rule:
        return Rule(f"{code}004-{number + shift}", at, "ciap", check, **more)

    young = age(f"^{birth}", "<", 9)
    return (
        Rule(f"{code}004-1", parent, name, Unique(("ciap",))),
        rule(1, NotCodes(PROCEDIMENTOS),
             text="A CIAP2 {valor} é do grupo Procedimentos, que não é aceito aqui. Use a CIAP2 do problema ou da queixa.", why=_GRUPO),
        rule(2, NotCodes((GRAVIDEZ_ALTO_RISCO,), when=PARTO)),
        rule(2, NotCodes((GRAVIDEZ_ALTO_RISCO, *PRE_NATAL_PROVAVEL), when=all_of(DESFECHO, not_(PUBLISHED))),
             severity=AVISO, why=_LISTA,
             text="A CIAP2 {valor} parece ser de pré-natal, que não é aceita com uma CID10 de desfecho de gestação. Confira os códigos."),
        rule(3, NotCodes((GRAVIDEZ, GRAVIDEZ_ALTO_RISCO), when=young)),
        rule(3, NotCodes(PRE_NATAL_PROVAVEL, when=young), severity=AVISO, why=_LISTA,
             text="A CIAP2 {valor} parece ser de pré-natal, que não é aceita antes dos 9 anos. Confira o código e a data de nascimento."),
        rule(4, Expect(Z34, when=all_of(one_of("ciap", GRAVIDEZ), filled("cid10"))),
             text="A CIAP2 W78 (gravidez) só pode ser vinculada a uma CID10 da família Z34. Troque a CID10 ou a CIAP2."),
        rule(5, Spelled(r"[A-Z0-9]+", "deve ter o código em letras maiúsculas e sem espaços, como K86")),
        rule(6, Required(empty("cid10")), text="Preencha a CIAP2 ou a CID10 do problema."),
    )  # fmt: skip


def _cid(code: str, at: str) -> tuple[Rule, ...]:
    parent, _, name = at.removesuffix("[]").rpartition(".")
    return (
        Rule(f"{code}005-1", parent, name, Unique(("cid10",))),
        Rule(f"{code}005-2", parent, name,
             Custom(_second_z34, "O registro aceita no máximo uma CID10 da família Z34. Apague uma delas.")),
        Rule(f"{code}005-3", at, "cid10", Required(empty("ciap")), text="Preencha a CIAP2 ou a CID10 do problema."),
    )  # fmt: skip


def _dates(code: str, at: str, birth: str, ab: str | None) -> tuple[Rule, ...]:
    solved = one_of("situacao", 2)
    return (
        Rule(f"{code}007-1", at, "dataInicioProblema", NotBefore(f"^{birth}")),
        Rule(f"{code}007-2", at, "dataInicioProblema", NotAfter(ATTENDANCE)),
        Rule(
            f"{code}008-1",
            at,
            "dataFimProblema",
            Required(all_of(solved, not_(AB)) if ab else solved),
            text="A data de fim do problema é obrigatória quando a situação é 2 (Resolvido). Preencha a data ou "
            "corrija a situação.",
        ),
        Rule(f"{code}008-2", at, "dataFimProblema", NotBefore(f"^{birth}")),
        Rule(f"{code}008-3", at, "dataFimProblema", NotAfter(ATTENDANCE)),
        Rule(f"{code}008-4", at, "dataFimProblema", NotBefore("dataInicioProblema")),
    )


def _with_ab(code: str, at: str, ab: str) -> tuple[Rule, ...]:
    """An AB code (FAI) has no evolution."""
    fields = ("uuidProblema", "uuidEvolucaoProblema", "coSequencialEvolucao", "situacao", "dataInicioProblema",
              "dataFimProblema")  # fmt: skip
    numbers = ("001-1", "002-1", "003-4", "006-2", "007-3", "008-5")
    return (
        Rule(
            f"{code}004-2",
            at,
            "ciap",
            _Ciap(tables=("ciap2", ab)),
            text="O código {valor} não é uma CIAP2 nem um código AB que a ficha aceita. Confira o código.",
        ),
        *(
            Rule(code + number, at, field, Forbidden(AB))
            for number, field in zip(numbers, fields, strict=True)
        ),
    )


def _without_ab(code: str, at: str) -> tuple[Rule, ...]:
    """The field is a CIAP2, so the code is one that some chapter has, as in the FAI."""
    return (
        Rule(f"{code}004-6", at, "ciap", Custom(unknown_ciap, CIAP_NA_TABELA, is_facet=True), text=CIAP_FORA, why=CIAP_LEITURA),
    )  # fmt: skip
