"""Rules of MedicamentoThrift (prescriptions), shared by FAI and FAO."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from typing import Any

from ledi.findings import AVISO
from ledi.rules.checks import (
    ATTENDANCE,
    Custom,
    Declared,
    Domain,
    Forbidden,
    NotBefore,
    Pattern,
    Required,
    Unique,
)
from ledi.rules.conditions import all_of, any_of, empty, is_false, is_true, not_true, one_of, where
from ledi.rules.model import SEVERITY, Rule
from ledi.tables import closed

TURNO, FREQUENCIA, INTERVALO, FRACIONADA = 1, 2, 3, 4
INDETERMINADO = 4
DOSES = ("qtDoseManha", "qtDoseTarde", "qtDoseNoite")
UNICA, REPETIDA = is_true("doseUnica"), not_true("doseUnica")
DIAS = {1: (1, 1), 2: (7, 7), 3: (28, 31)}  # day(s), week(s), month(s): fewest and most days
_UM_TURNO = "A dose por turno pede ao menos dois turnos preenchidos. Preencha a dose de outro turno."
_COM_TIPO = "Quando o tipo de frequência é {}, o campo Frequência da dose deve ter {}."
_COM_PERIODO = "Com frequência por turno (1) ou por número de vezes (2), informe a quantidade e a unidade de medida do período."
_SEM_PERIODO = (
    "Com frequência por intervalo (3), a quantidade e a unidade de medida não são aceitas. Apague esse campo."
)
_SEM_FIM = (
    "Com duração 4 (Indeterminado), o tempo de duração não é aceito. Apague esse campo ou corrija a unidade."
)
_SEM_SENTIDO = "{} deveria ser 1 ou mais. Confira o valor."
_NUMERO = re.compile(r"[0-9]{1,2}").fullmatch
_QUANTIA = re.compile(r"\s*([0-9]+(?:[.,][0-9]+|/[1-9][0-9]*)?)(?![0-9])").match


def _plain(text: str) -> str:
    """Without accents and capitals."""
    split = unicodedata.normalize("NFD", text.strip().casefold())
    return "".join(char for char in split if not unicodedata.combining(char))


_TURNOS = frozenset(
    _plain(text) for code, label in closed.labels("Turno").items() for text in (str(code), label)
)


def _turn(value: Any, node: dict[str, Any], env: Any) -> Any:
    """FAI asks for the description of the turn, FAO for its code: either is fine."""
    good = _plain(value) in _TURNOS and value == value.strip()
    return None if node.get("doseFrequenciaTipo") != TURNO or good else {}


def _times(value: Any, node: dict[str, Any], env: Any) -> Any:
    return None if node.get("doseFrequenciaTipo") != FREQUENCIA or _NUMERO(value) else {}


def _hours(value: Any, node: dict[str, Any], env: Any) -> Any:
    return None if node.get("doseFrequenciaTipo") != INTERVALO or _NUMERO(value) else {}


def _not_positive(value: Any, node: dict[str, Any], env: Any) -> Any:
    """The page gives no minimum: less than 1 is told. Where the period is known, `_longer` refuses it."""
    return {} if value < 1 and _longer(value, node, env) is None else None


def _none_at_all(value: Any, node: dict[str, Any], env: Any) -> Any:
    """A number of times or hours that is zero, a period of less than one."""
    if value.__class__ is str:
        zero = node.get("doseFrequenciaTipo") in (FREQUENCIA, INTERVALO) and _NUMERO(value) and not int(value)
        return {} if zero else None
    return {} if value < 1 else None


def _longer(value: Any, node: dict[str, Any], env: Any) -> Any:
    """The treatment lasts longer than the period of the dose. The page does not say how long a month is: what
    hangs on it is told, not refused."""
    period, unit = node.get("doseFrequenciaQuantidade"), DIAS.get(node.get("doseFrequenciaUnidadeMedida", 0))
    mine = DIAS.get(node.get("duracaoTratamentoMedida", 0))
    if period is None or unit is None or mine is None:
        return None
    if mine == unit:
        return None if value > period else {}
    if value * mine[0] > period * unit[1]:
        return None
    return {} if value * mine[1] <= period * unit[0] else {SEVERITY: AVISO}


def _one_turn(node: dict[str, Any], env: Any) -> bool:
    return sum(1 for name in DOSES if node.get(name)) == 1


UM_TURNO = where(_one_turn, DOSES, "só um turno tem dose")
NENHUM_TURNO = empty(*DOSES)


def quantity(text: str) -> Fraction | None:
    """The number a text of dose starts with: "1/2 comprimido" -> 1/2, "1,5 ml" -> 3/2, "meio" -> None."""
    found = _QUANTIA(text)
    return Fraction(found[1].replace(",", ".")) if found else None


def _sum(value: Any, node: dict[str, Any], env: Any) -> Any:
    """The doses of the turns add up to the dose, where both are numbers. Told on the first turn filled."""
    if node.get("doseUnica") is True:
        return None  # no turn is taken: another rule says so
    total = quantity(node.get("dose") or "")
    doses = [quantity(node[name]) for name in DOSES if node.get(name)]
    if total is None or None in doses or len(doses) < 2:
        return None
    # The official XML example adds up to the quantity prescribed: either is fine.
    return None if sum(doses) in (total, node.get("quantidadeReceitada")) else {}  # type: ignore[arg-type]


def _sum_afternoon(value: Any, node: dict[str, Any], env: Any) -> Any:
    return None if node.get("qtDoseManha") else _sum(value, node, env)


def medicamentos_rules(tipo: str, at: str) -> tuple[Rule, ...]:
    """`at`: path of the items ("atendimentosIndividuais[].medicamentos[]")."""
    parent, _, name = at.removesuffix("[]").rpartition(".")
    code = f"{tipo}-MED-"
    return (
        Rule(f"{code}000-o1", parent, name, Unique(whole=True), since="8.4.2", maybe="7.2.3"),
        Rule(f"{code}001-1", at, "codigoCatmat", Domain("catmat")),
        Rule(f"{code}002-e1", at, "viaAdministracao", Domain()),
        Rule(f"{code}004-1", at, "doseUnica", Forbidden(is_true("usoContinuo"), only_true=True)),
        Rule(f"{code}005-1", at, "usoContinuo", Forbidden(UNICA, only_true=True)),
        *_frequency(code, at),
        Rule(f"{code}010-1", at, "dtInicioTratamento", NotBefore(ATTENDANCE)),
        *_duration(code, at),
        *(rule for number, field in zip(("015", "016", "017"), DOSES, strict=True)
          for rule in _by_turn(f"{code}{number}", at, field)),
        *_fractions(tipo, at),
        *_sums(tipo, at),
    )  # fmt: skip


def _frequency(code: str, at: str) -> tuple[Rule, ...]:
    by_turn_or_times = all_of(one_of("doseFrequenciaTipo", TURNO, FREQUENCIA), REPETIDA)
    by_hours = all_of(one_of("doseFrequenciaTipo", INTERVALO), REPETIDA)
    words = {
        TURNO: ("007-2", _turn, _COM_TIPO.format("1 (Turno)", "o turno: Manhã, Tarde ou Noite")),
        FREQUENCIA: ("007-3", _times, _COM_TIPO.format("2 (Frequência)", "o número de vezes, até 99")),
        INTERVALO: ("007-4", _hours, _COM_TIPO.format("3 (Intervalo)", "o intervalo em horas, até 99")),
    }
    rules = [
        Rule(f"{code}006-e1", at, "doseFrequenciaTipo", Domain()),
        Rule(f"{code}006-1", at, "doseFrequenciaTipo", Forbidden(UNICA)),
        Rule(f"{code}006-2", at, "doseFrequenciaTipo", Required(is_false("doseUnica"))),
        Rule(f"{code}007-1", at, "doseFrequencia", Forbidden(UNICA)),
        Rule(f"{code}007-3", at, "doseFrequencia", Custom(_none_at_all, _SEM_SENTIDO.format("Frequência da dose"), reads=("doseFrequenciaTipo",)),
             severity=AVISO),
        Rule(f"{code}008-3", at, "doseFrequenciaQuantidade", Custom(_none_at_all, _SEM_SENTIDO.format("Quantidade da frequência da dose")), severity=AVISO),
    ]  # fmt: skip
    for kind, (number, check, text) in words.items():
        required = Required(all_of(one_of("doseFrequenciaTipo", kind), REPETIDA))
        rules += [
            Rule(f"{code}{number}", at, "doseFrequencia", required, text=text),
            Rule(f"{code}{number}", at, "doseFrequencia", Custom(check, text, reads=("doseFrequenciaTipo",))),
        ]
    for number, field in (("008", "doseFrequenciaQuantidade"), ("009", "doseFrequenciaUnidadeMedida")):
        rules += [
            Rule(f"{code}{number}-1", at, field, Forbidden(UNICA)),
            Rule(f"{code}{number}-2", at, field, Forbidden(by_hours), text=_SEM_PERIODO),
            Rule(f"{code}{number}-3", at, field, Required(by_turn_or_times), text=_COM_PERIODO),
        ]
    return (*rules, Rule(f"{code}009-e1", at, "doseFrequenciaUnidadeMedida", Domain()))


def _duration(code: str, at: str) -> tuple[Rule, ...]:
    without_end = all_of(one_of("duracaoTratamentoMedida", INDETERMINADO), REPETIDA)
    words = "A duração do tratamento deve ser maior que o período da frequência da dose. Confira os dois valores e as unidades."
    reads = ("doseFrequenciaQuantidade", "doseFrequenciaUnidadeMedida", "duracaoTratamentoMedida")
    return (
        Rule(f"{code}011-1", at, "duracaoTratamento", Forbidden(UNICA)),
        Rule(f"{code}011-2", at, "duracaoTratamento", Forbidden(without_end), text=_SEM_FIM),
        Rule(f"{code}011-3", at, "duracaoTratamento", Custom(_longer, words, reads=reads)),
        Rule(
            f"{code}011-3",
            at,
            "duracaoTratamento",
            Custom(_not_positive, _SEM_SENTIDO.format("Duração do tratamento"), reads=reads),
            severity=AVISO,
        ),
        Rule(f"{code}012-1", at, "duracaoTratamentoMedida", Forbidden(UNICA)),
        Rule(f"{code}012-e1", at, "duracaoTratamentoMedida", Domain()),
    )


def _by_turn(code: str, at: str, field: str) -> tuple[Rule, ...]:
    """A turn that is missing is told on its own field: when only one is filled, the other two are asked for."""
    missing = all_of(
        REPETIDA, any_of(UM_TURNO, all_of(one_of("doseFrequenciaTipo", FRACIONADA), NENHUM_TURNO))
    )
    return (
        Rule(f"{code}-1", at, field, Forbidden(UNICA)),
        Rule(f"{code}-2", at, field, Required(missing), text=_UM_TURNO),
        Rule(f"{code}-3", at, field,
             Pattern(r"[0-9]+([,/][0-9]+)?", "deve ter um número, que pode ter vírgula ou barra (1, 1,5 ou 1/2)")),
    )  # fmt: skip


_COMO_NA_FAO = "Só a página da FAO o diz; a estrutura é a mesma, e o PEC que a lê também (leitura nossa)."


def _fractions(tipo: str, at: str) -> tuple[Rule, ...]:
    """How many digits fit on each side of the separator. The page of FAO alone says so."""
    comma = Pattern(r"[^,]*|[0-9]{1,2},[0-9]{1,2}", "com vírgula aceita até 2 dígitos de cada lado, como 1,5")
    slash = Pattern(r"[^/]*|[0-9]/[0-9]", "com barra aceita 1 dígito de cada lado, como 1/2")
    rules: list[Rule] = []
    for number, field in zip(("015", "016", "017"), DOSES, strict=True):
        for letter, form in (("b", comma), ("c", slash)):
            if tipo == "FAO":
                rules.append(Rule(f"FAO-MED-{number}-3{letter}", at, field, form))
            else:
                rules.append(Rule(f"CASA-{tipo}-dose_fracao", at, field, form, why=_COMO_NA_FAO))
    return tuple(rules)


def _sums(tipo: str, at: str) -> tuple[Rule, ...]:
    """The doses of the turns add up to the dose. The page of FAO alone says so."""
    words = "A soma das doses dos turnos deveria ser igual à quantidade total da dose. Confira os valores."
    why = "A dose é texto livre: compara-se só o número com que ela começa."
    reads = ("dose", "quantidadeReceitada", *DOSES)
    morning, afternoon = Custom(_sum, words, reads=reads), Custom(_sum_afternoon, words, reads=reads)
    if tipo != "FAO":
        own = f"CASA-{tipo}-dose_soma"
        return (
            Rule(own, at, "qtDoseManha", morning, severity=AVISO, why=f"{why} {_COMO_NA_FAO}"),
            Rule(own, at, "qtDoseTarde", afternoon, severity=AVISO, why=f"{why} {_COMO_NA_FAO}"),
        )
    seen = "Com dois turnos, manhã ou tarde está preenchida: a soma é vista nela."
    covered = Declared(words, covered_by="FAO-MED-016-4")
    return (
        Rule("FAO-MED-015-4", at, "qtDoseManha", morning, severity=AVISO, why=why),
        Rule("FAO-MED-016-4", at, "qtDoseTarde", afternoon, severity=AVISO, why=why),
        Rule("FAO-MED-017-4", at, "qtDoseNoite", covered, why=seen),
    )
