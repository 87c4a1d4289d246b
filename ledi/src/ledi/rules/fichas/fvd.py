"""Rules of the Visita domiciliar e territorial (FVD). Source: dicionario-fvd.mdx of LEDI 8.7.0."""

from __future__ import annotations

from ledi.findings import AVISO
from ledi.rules.checks import (
    BirthDate,
    Decimals,
    Declared,
    Document,
    Domain,
    Equals,
    Expect,
    Forbidden,
    Length,
    NotCodes,
    OnlyCodes,
    Pattern,
    Range,
    Required,
    Unsigned,
)
from ledi.rules.conditions import all_of, any_filled, any_of, filled, in_group, not_, one_of
from ledi.rules.model import HISTORY, Rule
from ledi.rules.shared.cidadao import sem_cpf
from ledi.rules.shared.endereco import microarea_rules
from ledi.rules.shared.header import header_rules
from ledi.rules.shared.ivcf import ivcf_rules

VISITA = "visitasDomiciliares[]"

# CASAI (13) entered these rules in 7.3.3.
SEM_CIDADAO = one_of("tipoDeImovel", 2, 3, 4, 5, 6, 12, 13)
SEM_CIDADAO_722 = one_of("tipoDeImovel", 2, 3, 4, 5, 6, 12)
SEM_CIDADAO_MOTIVOS = (1, 27, 28, 31, 34, 35, 36, 37)
SEM_VISITA = one_of("desfecho", 2, 3)
COM_PESSOA = one_of("tipoDeImovel", 1, 7, 8, 9, 10, 11, 99)
PEDE_PESSOA = any_of(
    any_filled("cnsCidadao", "pesoAcompanhamentoNutricional", "alturaAcompanhamentoNutricional"),
    in_group("motivosVisita", "MotivoVisita#BUSCA_ATIVA", "MotivoVisita#ACOMPANHAMENTO"),
    one_of("motivosVisita", 25, 31),
)
PEDE_NASCIMENTO = all_of(COM_PESSOA, any_of(filled("sexo"), PEDE_PESSOA))
_FAMILIAR = "Em visita periódica ou de controle vetorial, informe o documento do responsável familiar."
_QUEM = "Um registro só não diz quem é o responsável familiar do imóvel: depende dos cadastros."


def _sem_cidadao(code: str, name: str) -> tuple[Rule, ...]:
    """Forbidden where the property has no citizen."""
    return (
        Rule(code, VISITA, name, Forbidden(SEM_CIDADAO), since="7.3.3"),
        Rule(code, VISITA, name, Forbidden(SEM_CIDADAO_722), until="7.3.3"),
    )


RULES: tuple[Rule, ...] = (
    *header_rules("FVD", cbo="FVD-M-003-1"),
    Rule("FVD-M-001-1", "", "uuidFicha", Document("uuid")),
    Rule("FVD-M-002-1", "", "tpCdsOrigem", Equals(3)),
    Rule("FVD-001-e1", VISITA, "turno", Domain()),
    Rule("FVD-002-1", VISITA, "numProntuario", Pattern(r"[A-Za-z0-9]*", "aceita somente letras e números")),
    *_sem_cidadao("FVD-002-2", "numProntuario"),
    Rule("FVD-003-1", VISITA, "cnsCidadao", Document("cns")),
    *_sem_cidadao("FVD-003-2", "cnsCidadao"),
    Rule("FVD-003-3", VISITA, "cnsCidadao", Declared(_FAMILIAR), state=HISTORY, why=_QUEM),
    Rule("FVD-003-4", VISITA, "cnsCidadao", Forbidden(filled("cpfCidadao"))),
    Rule("FVD-004-1", VISITA, "dtNascimento", BirthDate(), early=True),
    *_sem_cidadao("FVD-004-2", "dtNascimento"),
    Rule("FVD-004-3", VISITA, "dtNascimento", Required(PEDE_NASCIMENTO)),
    Rule("FVD-005-e1", VISITA, "sexo", Domain()),
    *_sem_cidadao("FVD-005-1", "sexo"),
    Rule("FVD-005-2", VISITA, "sexo", Required(all_of(COM_PESSOA, any_of(filled("dtNascimento"), PEDE_PESSOA)))),
    Rule("FVD-007-e1", VISITA, "motivosVisita", Domain()),
    Rule("FVD-007-e1", VISITA, "motivosVisita", Length(0, 36, doubtful=1)),  # the list has 37 codes
    Rule("FVD-007-1", VISITA, "motivosVisita", Forbidden(SEM_VISITA)),
    Rule("FVD-007-2", VISITA, "motivosVisita", OnlyCodes(SEM_CIDADAO_MOTIVOS, when=SEM_CIDADAO), since="7.3.3"),
    Rule("FVD-007-2", VISITA, "motivosVisita", OnlyCodes(SEM_CIDADAO_MOTIVOS, when=SEM_CIDADAO_722), until="7.3.3"),
    Rule("FVD-007-3", VISITA, "motivosVisita", NotCodes((5, 6), when=one_of("sexo", 0))),
    Rule("FVD-008-e1", VISITA, "desfecho", Domain()),
    *microarea_rules("FVD-009-1", VISITA, required=True),
    Rule("FVD-011-e1", VISITA, "tipoDeImovel", Domain()),
    Rule("FVD-012-1", VISITA, "pesoAcompanhamentoNutricional", Unsigned()),
    Rule("FVD-012-2", VISITA, "pesoAcompanhamentoNutricional", Decimals(3)),
    Rule("FVD-012-3", VISITA, "pesoAcompanhamentoNutricional", Range("0.5", 500)),
    *_sem_cidadao("FVD-012-4", "pesoAcompanhamentoNutricional"),
    Rule("FVD-012-5", VISITA, "pesoAcompanhamentoNutricional", Forbidden(SEM_VISITA)),
    Rule("FVD-013-1", VISITA, "alturaAcompanhamentoNutricional", Unsigned()),
    Rule("FVD-013-2", VISITA, "alturaAcompanhamentoNutricional", Decimals(1)),
    Rule("FVD-013-3", VISITA, "alturaAcompanhamentoNutricional", Range(20, 250)),
    *_sem_cidadao("FVD-013-4", "alturaAcompanhamentoNutricional"),
    Rule("FVD-013-5", VISITA, "alturaAcompanhamentoNutricional", Forbidden(SEM_VISITA)),
    Rule("FVD-014-1", VISITA, "cpfCidadao", Document("cpf")),
    *_sem_cidadao("FVD-014-2", "cpfCidadao"),
    Rule("FVD-014-3", VISITA, "cpfCidadao", Declared(_FAMILIAR), state=HISTORY, why=_QUEM),
    Rule("FVD-014-4", VISITA, "cpfCidadao", Forbidden(filled("cnsCidadao"))),
    Rule("FVD-015-1", VISITA, "pressaoSistolica", Expect(filled("pressaoDiastolica"))),
    Rule("FVD-015-2", VISITA, "pressaoSistolica", Range(0, 999)),
    *_sem_cidadao("FVD-015-3", "pressaoSistolica"),
    Rule("FVD-015-4", VISITA, "pressaoSistolica", Forbidden(SEM_VISITA)),
    Rule("FVD-016-1", VISITA, "pressaoDiastolica", Expect(filled("pressaoSistolica"))),
    Rule("FVD-016-2", VISITA, "pressaoDiastolica", Range(0, 999)),
    *_sem_cidadao("FVD-016-3", "pressaoDiastolica"),
    Rule("FVD-016-4", VISITA, "pressaoDiastolica", Forbidden(SEM_VISITA)),
    Rule("FVD-017-1", VISITA, "temperatura", Range(20, 45)),
    Rule("FVD-017-2", VISITA, "temperatura", Decimals(1)),
    *_sem_cidadao("FVD-017-3", "temperatura"),
    Rule("FVD-017-4", VISITA, "temperatura", Forbidden(SEM_VISITA)),
    Rule("FVD-018-1", VISITA, "glicemia", Range(0, 800)),
    Rule("FVD-018-2", VISITA, "glicemia", Expect(filled("tipoGlicemia"))),
    *_sem_cidadao("FVD-018-3", "glicemia"),
    Rule("FVD-018-4", VISITA, "glicemia", Forbidden(SEM_VISITA)),
    Rule("FVD-019-e1", VISITA, "tipoGlicemia", Domain()),
    Rule("FVD-019-1", VISITA, "tipoGlicemia", Expect(filled("glicemia"))),
    *_sem_cidadao("FVD-019-2", "tipoGlicemia"),
    Rule("FVD-019-3", VISITA, "tipoGlicemia", Forbidden(SEM_VISITA)),
    Rule("FVD-020-1", VISITA, "latitude", Required(filled("longitude"))),
    Rule("FVD-020-2", VISITA, "latitude", Range(-90, 90, decimals=8)),
    Rule("FVD-021-1", VISITA, "longitude", Required(filled("latitude"))),
    Rule("FVD-021-2", VISITA, "longitude", Range(-180, 180, decimals=8)),
    # Only its size is published; the official example in XML has a letter that no UUID has.
    Rule("FVD-022-1", VISITA, "uuidOrigemCadastroDomiciliar", Length(36, 44)),
    Rule("FVD-022-1", VISITA, "uuidOrigemCadastroDomiciliar", Document("uuid"), severity=AVISO,
         text="O UUID de origem do cadastro domiciliar não tem a forma de um UUID. Copie-o da ficha de cadastro domiciliar."),
    Rule("FVD-022-1", VISITA, "uuidOrigemCadastroDomiciliar",
         Declared("É o UUID de origem do cadastro domiciliar do imóvel."), state=HISTORY,
         why="Depende dos cadastros domiciliares já recebidos; no sistema, a regra de contexto diz."),
    Rule("FVD-023-1", VISITA, "ivcf", Expect(filled("dtNascimento"), when=not_(PEDE_NASCIMENTO)), severity=AVISO,
         text="O IVCF-20 só é aceito a partir de 60 anos, e falta a data de nascimento. Preencha a data ou apague o IVCF-20."),
    *ivcf_rules("FVD", f"{VISITA}.ivcf", own="FVD-023-1", birth="dtNascimento", end=None),
    *sem_cpf("FVD-025-", VISITA, since="8.5.0", codes=("1", "2", "3", "4")),
)  # fmt: skip
