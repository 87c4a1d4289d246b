"""Rules of the complement on Zika and microcephaly (FCZM). Source: dicionario-fczm.md of LEDI 8.7.0."""

from __future__ import annotations

from ledi.rules.checks import (
    BirthDate,
    CountFilled,
    Declared,
    Document,
    Domain,
    Equals,
    Expect,
    Forbidden,
    Required,
)
from ledi.rules.conditions import empty, filled
from ledi.rules.model import Rule
from ledi.rules.shared.cidadao import sem_cpf
from ledi.rules.shared.header import header_rules

# Number of the date on the page (the result has the next), ends of dataRealizacao* and of coResultado*.
EXAMES: tuple[tuple[int, str, str], ...] = (
    (7, "TesteOlhinho", "TesteOlhinho"),
    (9, "ExameFundoOlho", "ExameFundoOlho"),
    (11, "TesteOrelhinha", "TesteOrelhinha"),
    (13, "USTransfontanela", "UsTransfontanela"),
    (15, "TomografiaComputadorizada", "TomografiaComputadorizada"),
    (17, "RessonanciaMagnetica", "RessonanciaMagnetica"),
)
RESULTADOS = tuple(f"coResultado{result}" for _, _, result in EXAMES)
DATAS = tuple(f"dataRealizacao{date}" for _, date, _ in EXAMES)
_NENHUM = (
    "Informe o resultado de ao menos um exame: teste do olhinho, exame de fundo de olho, teste da orelhinha, "
    "ultrassonografia transfontanela, tomografia computadorizada ou ressonância magnética."
)
_UM_SO = Declared("Ao menos um resultado de exame deve ser informado.", covered_by="FCZM-008-1")


def _exame(number: int, date: str, result: str) -> tuple[Rule, ...]:
    """The date and the result of one exam: each asks for the other."""
    when, what = f"dataRealizacao{date}", f"coResultado{result}"
    first = number == 7
    # A date alone asks for its own result: that is told there.
    any_result = CountFilled(RESULTADOS, least=1, when=empty(*DATAS)) if first else _UM_SO
    code = f"FCZM-{number + 1:03d}"
    return (
        Rule(f"FCZM-{number:03d}-1", "", when, BirthDate(years=20)),
        Rule(f"FCZM-{number:03d}-2", "", when, Expect(filled(what))),
        Rule(f"{code}-o1", "", what, Domain()),
        Rule(
            f"{code}-1",
            "",
            what,
            any_result,
            text=_NENHUM if first else None,
            why=None if first else "Verificada uma vez, como FCZM-008-1.",
        ),
        Rule(f"{code}-2", "", what, Expect(filled(when))),
    )


RULES: tuple[Rule, ...] = (
    *header_rules("FCZM", cbo="FCZM-001-1"),
    Rule("FCZM-002-1", "", "uuidFicha", Document("uuid")),
    Rule("FCZM-003-o1", "", "tpCdsOrigem", Equals(3)),
    Rule("FCZM-004-e1", "", "turno", Domain()),
    Rule("FCZM-005-1", "", "cnsCidadao", Document("cns")),
    Rule("FCZM-005-2", "", "cnsCidadao", Forbidden(filled("cpfCidadao"))),
    # The table says "Sim"; with the CPF filled the rule forbids it: one of the two is what can be asked.
    Rule("FCZM-005-2", "", "cnsCidadao", Required(empty("cpfCidadao"))),
    Rule("FCZM-006-1", "", "cnsResponsavelFamiliar", Document("cns")),
    Rule("FCZM-006-2", "", "cnsResponsavelFamiliar", Forbidden(filled("cpfResponsavelFamiliar"))),
    *(rule for exame in EXAMES for rule in _exame(*exame)),
    Rule("FCZM-019-1", "", "cpfCidadao", Document("cpf")),
    Rule("FCZM-019-2", "", "cpfCidadao", Forbidden(filled("cnsCidadao"))),
    Rule("FCZM-020-1", "", "cpfResponsavelFamiliar", Document("cpf")),
    Rule("FCZM-020-2", "", "cpfResponsavelFamiliar", Forbidden(filled("cnsResponsavelFamiliar"))),
    *sem_cpf("FCZM-022-", "", since="8.4.0", codes=("1", "2", "3", None)),
)
