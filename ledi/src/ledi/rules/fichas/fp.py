"""Rules of the ficha de Procedimentos (FP). Source: dicionario-fp.mdx of LEDI 8.7.0."""

from __future__ import annotations

from ledi.findings import AVISO
from ledi.rules.checks import (
    ATTENDANCE,
    NOW,
    BirthDate,
    CountFilled,
    Declared,
    Document,
    Domain,
    Equals,
    Forbidden,
    NotAfter,
    NotBefore,
    Range,
    Required,
)
from ledi.rules.conditions import empty, filled, is_false
from ledi.rules.model import Rule
from ledi.rules.shared import procedimentos
from ledi.rules.shared.cidadao import sem_cpf
from ledi.rules.shared.header import header_rules
from ledi.rules.shared.ivcf import ivcf_rules
from ledi.rules.shared.medicoes import medicoes_rules

CHILD = "atendProcedimentos[]"
# Number of the field in the page, name.
TOTAIS = (
    ("005", "numTotalAfericaoPa"),
    ("006", "numTotalGlicemiaCapilar"),
    ("007", "numTotalAfericaoTemperatura"),
    ("008", "numTotalMedicaoAltura"),
    ("009", "numTotalCurativoSimples"),
    ("010", "numTotalMedicaoPeso"),
    ("011", "numTotalColetaMaterialParaExameLaboratorial"),
)
_ALGUM = "A ficha traz ao menos um atendimento ou um dos totais."
_ESCUTA = "Se foi só escuta inicial, marque Escuta inicial/orientação."


def _totais() -> tuple[Rule, ...]:
    """Each total is at least 1; one of them, or an attendance, is needed."""
    rules = [
        Rule("FP-M-004-o1", "", "atendProcedimentos",
             CountFilled(("atendProcedimentos", *(name for _, name in TOTAIS)), least=1),
             text="A ficha está vazia: informe ao menos um atendimento ou um dos totais."),
    ]  # fmt: skip
    for number, name in TOTAIS:
        rules += [
            Rule(f"FP-M-{number}-1", "", name, Range(1, 999)),
            Rule(f"FP-M-{number}-2", "", name, Declared(_ALGUM, covered_by="FP-M-004-o1"),
                 why="A mesma exigência nos oito campos: verificada uma vez, como FP-M-004-o1."),
        ]  # fmt: skip
    return tuple(rules)


RULES: tuple[Rule, ...] = (
    *header_rules("FP", cbo="FP-M-003-1"),
    Rule("FP-M-001-1", "", "uuidFicha", Document("uuid")),
    Rule("FP-M-002-1", "", "tpCdsOrigem", Equals(3)),
    *_totais(),
    Rule("FP-002-1", CHILD, "cnsCidadao", Document("cns")),
    Rule("FP-002-2", CHILD, "cnsCidadao", Forbidden(filled("cpfCidadao"))),
    Rule("FP-003-1", CHILD, "cpfCidadao", Document("cpf")),
    Rule("FP-003-2", CHILD, "cpfCidadao", Forbidden(filled("cnsCidadao"))),
    Rule("FP-004-1", CHILD, "dtNascimento", BirthDate(), early=True),
    Rule("FP-005-e1", CHILD, "sexo", Domain()),
    Rule("FP-006-1", CHILD, "localAtendimento", Domain(codes=tuple(range(1, 11)))),
    Rule("FP-007-e1", CHILD, "turno", Domain()),
    procedimentos.sigtap_written("FP-009-o1", CHILD),
    procedimentos.ab_written("FP-009-o2", CHILD),
    procedimentos.accepted("FP-009-2", CHILD, "FP", listed=True),
    procedimentos.retired_ab("FP-009-2", CHILD, "FP"),
    procedimentos.unique("FP-009-1", CHILD),
    procedimentos.refused("FP-009-3", CHILD, "FP", _ESCUTA),
    Rule("FP-009-4", CHILD, "procedimentos", Required(is_false("statusEscutaInicialOrientacao")),
         fix=_ESCUTA),
    Rule("FP-009-4", CHILD, "procedimentos", Required(empty("statusEscutaInicialOrientacao")),
         severity=AVISO,
         text=f"O atendimento não tem procedimento nem escuta inicial. Inclua o procedimento. {_ESCUTA}"),
    Rule("FP-010-1", CHILD, "dataHoraInicialAtendimento", NotBefore(ATTENDANCE)),
    Rule("FP-010-2", CHILD, "dataHoraInicialAtendimento", NotAfter("dataHoraFinalAtendimento", moment=True)),
    Rule("FP-010-2", CHILD, "dataHoraInicialAtendimento", NotAfter(NOW)),
    Rule("FP-011-1", CHILD, "dataHoraFinalAtendimento", NotBefore("dataHoraInicialAtendimento", moment=True)),
    Rule("FP-011-2", CHILD, "dataHoraFinalAtendimento", NotAfter(NOW)),
    *medicoes_rules("FP", f"{CHILD}.medicoes"),
    *ivcf_rules("FP", f"{CHILD}.ivcf", own="FP-013-1", birth="dtNascimento", end="dataHoraFinalAtendimento"),
    *sem_cpf("FP-015-", CHILD, since="8.4.0", codes=("1", "2", "3", None)),
)  # fmt: skip
