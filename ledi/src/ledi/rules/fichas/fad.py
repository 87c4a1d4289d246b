"""Rules of the Atendimento domiciliar (FAD). Source: dicionario-fad.md of LEDI 8.7.0."""

from __future__ import annotations

from ledi.findings import AVISO
from ledi.rules.checks import BirthDate, Document, Domain, Equals, Forbidden, Required
from ledi.rules.conditions import filled, not_one_of, one_of
from ledi.rules.model import Rule
from ledi.rules.shared import procedimentos
from ledi.rules.shared.cidadao import sem_cpf
from ledi.rules.shared.header import header_rules
from ledi.rules.shared.problemas import problemas_rules

CHILD = "atendimentosDomiciliares[]"
POS_OBITO = one_of("tipoAtendimento", 9)
_BLOQUEADOS = (
    "Na visita domiciliar pós-óbito, os procedimentos da ficha são bloqueados até a versão 8.7.0 do formato do e-SUS: "
    "confira se este pode ser enviado."
)
_VISITA = "A visita domiciliar pós-óbito se informa no tipo de atendimento, código 9."

RULES: tuple[Rule, ...] = (
    *header_rules("FAD", cbo="FAD-M-004-1"),
    Rule("FAD-M-001-1", "", "uuidFicha", Document("uuid")),
    Rule("FAD-M-002-o1", "", "tpCdsOrigem", Equals(3)),
    Rule("FAD-001-e1", CHILD, "turno", Domain()),
    Rule("FAD-002-1", CHILD, "cnsCidadao", Document("cns")),
    Rule("FAD-002-2", CHILD, "cnsCidadao", Forbidden(filled("cpfCidadao"))),
    Rule("FAD-003-1", CHILD, "dataNascimento", BirthDate(), early=True),
    Rule("FAD-004-e1", CHILD, "sexo", Domain()),
    Rule("FAD-005-e1", CHILD, "localAtendimento", Domain()),
    Rule("FAD-006-1", CHILD, "atencaoDomiciliarModalidade", Domain(codes=(1, 2, 3))),
    Rule("FAD-006-2", CHILD, "atencaoDomiciliarModalidade", Forbidden(POS_OBITO)),
    Rule("FAD-006-2", CHILD, "atencaoDomiciliarModalidade", Required(not_one_of("tipoAtendimento", 9))),
    Rule("FAD-007-1", CHILD, "tipoAtendimento", Domain("TipoDeAtendimento#SOMENTE_FAD")),
    Rule("FAD-008-o1", CHILD, "condicoesAvaliadas", Domain()),
    Rule("FAD-008-1", CHILD, "condicoesAvaliadas", Forbidden(POS_OBITO)),
    procedimentos.sigtap_written("FAD-010-o1", CHILD),
    procedimentos.accepted("FAD-010-3", CHILD, "FAD"),
    Rule("FAD-010-1", CHILD, "procedimentos", Forbidden(POS_OBITO), since="8.7.0"),
    # Before, only "the procedures listed in the ficha" were blocked: the page does not list them.
    Rule(
        "FAD-010-1",
        CHILD,
        "procedimentos",
        Forbidden(POS_OBITO),
        until="8.7.0",
        severity=AVISO,
        text=_BLOQUEADOS,
    ),
    procedimentos.unique("FAD-010-2", CHILD),
    procedimentos.refused("FAD-010-4", CHILD, "FAD", _VISITA),
    Rule("FAD-011-e1", CHILD, "condutaDesfecho", Domain()),
    Rule("FAD-012-1", CHILD, "cpfCidadao", Document("cpf")),
    Rule("FAD-012-2", CHILD, "cpfCidadao", Forbidden(filled("cnsCidadao"))),
    *problemas_rules("FAD", f"{CHILD}.problemasCondicoes[]", birth="dataNascimento"),
    # Documented and without an id in the IDL: what is not sent cannot be refused.
    *(
        rule.moved(severity=AVISO)
        for rule in sem_cpf("FAD-018-", CHILD, since="8.5.0", codes=("1", "2", "3", None))
    ),
)
