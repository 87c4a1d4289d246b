"""Rules of the Atendimento individual (FAI). Source: dicionario-fai.mdx of LEDI 8.7.0."""

from __future__ import annotations

from typing import Any

from ledi.rules.checks import (
    ATTENDANCE,
    NOW,
    BirthDate,
    Custom,
    Declared,
    Document,
    Domain,
    Equals,
    Expect,
    Forbidden,
    NotAfter,
    NotBefore,
    Pattern,
    Range,
    Unique,
)
from ledi.rules.conditions import filled, is_true, one_of
from ledi.rules.model import CONTEXT, Rule
from ledi.rules.shared.cidadao import sem_cpf
from ledi.rules.shared.encaminhamentos import encaminhamentos_fai
from ledi.rules.shared.exames import exames_rules
from ledi.rules.shared.header import header_rules
from ledi.rules.shared.ivcf import ivcf_rules
from ledi.rules.shared.medicamentos import medicamentos_rules
from ledi.rules.shared.medicoes import medicoes_rules
from ledi.rules.shared.oci import oci_rules
from ledi.rules.shared.problemas import problemas_rules
from ledi.rules.shared.resultados import resultados_rules
from ledi.tables import closed

CHILD = "atendimentosIndividuais[]"
FINALIZADOR = f"{CHILD}.finalizadorObservacao"
HOMEM = one_of("sexo", 0)
ENCAMINHADO = one_of("condutas", 4)
# Families of CBO of physicians and nurses: the first four digits.
FAMILIAS = tuple(str(code) for code in closed.codes("cbo_familias"))
_MUNICIPIO = "Depende do CNES do município: verificada no sistema com o CNES carregado."
_ENCAMINHE = "Para informar encaminhamentos, marque a conduta 4 (Encaminhamento para serviço especializado)."
_OBSERVACAO = 'Para informar quem finalizou a observação, marque "Ficou em observação".'
_CID_OU_CIAP = "Quando um encaminhamento não tem CID10 nem CIAP2, o achado aparece nos dois campos."


def _physician_or_nurse(value: str, node: dict[str, Any], env: Any) -> Any:
    return None if value.startswith(FAMILIAS) else {"valor": value}


RULES: tuple[Rule, ...] = (
    *header_rules("FAI", cbo="FAI-M-001-1"),
    Rule("FAI-M-003-1", "", "uuidFicha", Document("uuid")),
    Rule("FAI-M-004-1", "", "tpCdsOrigem", Equals(3)),
    Rule("FAI-001-1", CHILD, "numeroProntuario", Pattern(r"[A-Za-z0-9]*", "aceita somente letras e números")),
    Rule("FAI-002-1", CHILD, "cns", Document("cns")),
    Rule("FAI-002-2", CHILD, "cns", Forbidden(filled("cpfCidadao"))),
    Rule("FAI-003-1", CHILD, "dataNascimento", BirthDate(), early=True),
    Rule("FAI-004-1", CHILD, "localDeAtendimento", Domain(codes=tuple(range(1, 11)))),
    Rule("FAI-005-e1", CHILD, "sexo", Domain()),
    Rule("FAI-006-e1", CHILD, "turno", Domain()),
    Rule("FAI-007-1", CHILD, "tipoAtendimento", Domain(codes=(1, 2, 4, 5, 6))),
    Rule("FAI-009-e1", CHILD, "aleitamentoMaterno", Domain()),
    Rule("FAI-010-1", CHILD, "dumDaGestante", Forbidden(HOMEM)),
    Rule("FAI-010-2", CHILD, "dumDaGestante", NotAfter(ATTENDANCE)),
    Rule("FAI-011-1", CHILD, "idadeGestacional", Forbidden(HOMEM)),
    Rule("FAI-011-2", CHILD, "idadeGestacional", Range(1, 42)),
    Rule("FAI-012-1", CHILD, "atencaoDomiciliarModalidade", Domain(codes=(1, 2, 3))),
    Rule("FAI-015-o1", CHILD, "ficouEmObservacao", Declared(_OBSERVACAO, covered_by="FAI-FO-001-3"), since="7.3.3",
         why="Verificada como FAI-FO-001-3."),
    Rule("FAI-016-e1", CHILD, "emultis", Domain()),
    Rule("FAI-017-e1", CHILD, "condutas", Domain()),
    Rule("FAI-017-1", CHILD, "condutas", Unique()),
    Rule("FAI-018-1", CHILD, "stGravidezPlanejada", Forbidden(HOMEM)),
    Rule("FAI-019-1", CHILD, "nuGestasPrevias", Forbidden(HOMEM)),
    Rule("FAI-020-1", CHILD, "nuPartos", Forbidden(HOMEM)),
    Rule("FAI-021-e1", CHILD, "racionalidadeSaude", Domain()),
    Rule("FAI-022-1", CHILD, "dataHoraInicialAtendimento", NotBefore(ATTENDANCE)),
    Rule("FAI-022-2", CHILD, "dataHoraInicialAtendimento", NotAfter("dataHoraFinalAtendimento", moment=True)),
    Rule("FAI-022-2", CHILD, "dataHoraInicialAtendimento", NotAfter(NOW)),
    Rule("FAI-023-1", CHILD, "dataHoraFinalAtendimento", NotBefore("dataHoraInicialAtendimento", moment=True)),
    Rule("FAI-023-2", CHILD, "dataHoraFinalAtendimento", NotAfter(NOW)),
    Rule("FAI-024-1", CHILD, "cpfCidadao", Document("cpf")),
    Rule("FAI-024-2", CHILD, "cpfCidadao", Forbidden(filled("cns"))),
    Rule("FAI-026-1", CHILD, "encaminhamentos", Unique(("especialidade", "hipoteseDiagnosticoCid10"))),
    Rule("FAI-026-1", CHILD, "encaminhamentos", Unique(("especialidade", "hipoteseDiagnosticoCiap2"))),
    Rule("FAI-026-2", CHILD, "encaminhamentos",
         Declared("Cada encaminhamento tem CID10 ou CIAP2.", covered_by="FAI-ENC-002-3"), since="8.4.0", why=_CID_OU_CIAP),
    Rule("FAI-026-2", CHILD, "encaminhamentos",
         Declared("Cada encaminhamento tem CID10 ou CIAP2, conforme o CBO.", covered_by="FAI-ENC-002-3"), until="8.4.0",
         why=_CID_OU_CIAP),
    Rule("FAI-026-3", CHILD, "encaminhamentos", Expect(ENCAMINHADO), text=_ENCAMINHE),
    Rule("FAI-029-1", CHILD, "tipoParticipacaoCidadao", Domain()),
    Rule("FAI-030-1", CHILD, "tipoParticipacaoProfissionalConvidado", Domain()),
    *ivcf_rules("FAI", f"{CHILD}.ivcf", own="FAI-031-1", birth="dataNascimento", end="dataHoraFinalAtendimento"),
    *oci_rules("FAI", f"{CHILD}.solicitacoesOci[]", own="FAI-032-1"),
    *sem_cpf("FAI-034-", CHILD, since="8.4.0", codes=("1", "2", "3", None)),
    *exames_rules("FAI", f"{CHILD}.exame[]"),
    *problemas_rules("FAI", f"{CHILD}.problemasCondicoes[]", birth="dataNascimento", ab="condicoes_ab/FAI"),
    *medicamentos_rules("FAI", f"{CHILD}.medicamentos[]"),
    *encaminhamentos_fai(f"{CHILD}.encaminhamentos[]"),
    *resultados_rules("FAI", f"{CHILD}.resultadosExames[]", birth="dataNascimento"),
    *medicoes_rules("FAI", f"{CHILD}.medicoes"),
    Rule("FAI-FO-001-1", FINALIZADOR, "profissionalCNS", Document("cns")),
    Rule("FAI-FO-001-2", FINALIZADOR, "profissionalCNS",
         Declared("O profissional tem vínculo ativo no município do registro."), state=CONTEXT, why=_MUNICIPIO),
    Rule("FAI-FO-001-3", CHILD, "finalizadorObservacao", Expect(is_true("ficouEmObservacao")), since="7.3.3", text=_OBSERVACAO),
    Rule("FAI-FO-002-1", FINALIZADOR, "cboCodigo_2002",
         Custom(_physician_or_nurse, "Quem finaliza a observação deve ter CBO de médico ou de enfermeiro. Confira o CBO.",
                is_facet=True)),
    Rule("FAI-FO-003-1", FINALIZADOR, "cnes", Declared("Vale qualquer CNES do município."), state=CONTEXT, why=_MUNICIPIO),
    Rule("FAI-FO-004-1", FINALIZADOR, "ine", Declared("Vale qualquer INE do município."), state=CONTEXT, why=_MUNICIPIO),
)  # fmt: skip
