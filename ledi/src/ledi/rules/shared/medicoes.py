"""Rules of MedicoesThrift (vital signs and measures), shared by FAI, FAO and FP."""

from __future__ import annotations

from ledi.rules.checks import Decimals, Declared, Domain, Expect, Range, Unsigned
from ledi.rules.conditions import filled
from ledi.rules.model import Rule

_INTEIRO = "O formato só tem lugar para um número inteiro: outro valor dá o achado de tipo do campo."
# Number of the field in the page, name, decimal places, limits.
_DECIMAIS: tuple[tuple[str, str, int, str, str], ...] = (
    ("001", "circunferenciaAbdominal", 1, "0", "99999"),
    ("002", "perimetroPanturrilha", 1, "10", "99"),
    ("007", "temperatura", 1, "20", "45"),
    ("011", "peso", 3, "0.5", "500"),
    ("012", "altura", 1, "20", "250"),
    ("013", "perimetroCefalico", 1, "10", "200"),
)
_INTEIROS: tuple[tuple[str, str, int], ...] = (
    ("005", "frequenciaRespiratoria", 200),
    ("006", "frequenciaCardiaca", 999),
    ("008", "saturacaoO2", 100),
    ("009", "glicemiaCapilar", 800),
)
_Half = tuple[str, str, str]
_SISTOLICA: _Half = ("003-1", "pressaoArterialSistolica", "a pressão sistólica")
_DIASTOLICA: _Half = ("004-1", "pressaoArterialDiastolica", "a pressão diastólica")
_GLICEMIA: _Half = ("009-3", "glicemiaCapilar", "a glicemia capilar")
_MOMENTO: _Half = ("010-2", "tipoGlicemiaCapilar", "o momento da coleta da glicemia")


def medicoes_rules(prefix: str, at: str) -> tuple[Rule, ...]:
    """`prefix` is the tipo ("FAI"); `at` the path of the struct ("atendimentosIndividuais[].medicoes")."""
    code = f"{prefix}-MD-"
    rules: list[Rule] = []
    for number, name, places, low, high in _DECIMAIS:
        rules += [
            Rule(f"{code}{number}-1", at, name, Unsigned()),
            Rule(f"{code}{number}-2", at, name, Decimals(places)),
            Rule(f"{code}{number}-3", at, name, Range(low, high)),
        ]
    for number, name, most in _INTEIROS:
        rules += [
            Rule(
                f"{code}{number}-1", at, name, Declared("O campo aceita só números inteiros."), why=_INTEIRO
            ),
            Rule(f"{code}{number}-2", at, name, Range(0, most)),
        ]
    return (
        *rules,
        *_pair(code, at, _SISTOLICA, _DIASTOLICA),
        Rule(f"{code}003-2", at, "pressaoArterialSistolica", Range(0, 999)),
        Rule(f"{code}004-2", at, "pressaoArterialDiastolica", Range(0, 999)),
        *_pair(code, at, _GLICEMIA, _MOMENTO),
        Rule(f"{code}010-1", at, "tipoGlicemiaCapilar", Domain()),
    )


def _pair(prefix: str, at: str, one: _Half, other: _Half) -> tuple[Rule, Rule]:
    """Two fields that come together: (number, name, name in a sentence) of each."""
    return (
        Rule(prefix + one[0], at, one[1], Expect(filled(other[1])), text=f"Informe também {other[2]}: vai junto com {one[2]}."),
        Rule(prefix + other[0], at, other[1], Expect(filled(one[1])), text=f"Informe também {one[2]}: vai junto com {other[2]}."),
    )  # fmt: skip
