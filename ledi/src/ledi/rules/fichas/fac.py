"""Rules of the Atividade coletiva (FAC). Source: dicionario-fac.md of LEDI 8.7.0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledi.findings import AVISO
from ledi.rules.checks import (
    BirthDate,
    Custom,
    Decimals,
    Declared,
    Document,
    Domain,
    Equals,
    Expect,
    Forbidden,
    Length,
    Lookup,
    NotCodes,
    Range,
    Required,
    Unsigned,
)
from ledi.rules.conditions import (
    all_of,
    any_filled,
    any_of,
    empty,
    filled,
    is_false,
    is_true,
    not_,
    not_one_of,
    not_true,
    one_of,
    where,
)
from ledi.rules.model import TABLE, Rule
from ledi.rules.shared.cidadao import sem_cpf
from ledi.rules.shared.header import header_rules

PA, PR = "participantes[]", "profissionais[]"

REUNIAO = one_of("atividadeTipo", 1, 2, 3)
COM_PUBLICO = one_of("atividadeTipo", 4, 5, 6, 7)
PSE = any_of(is_true("pseEducacao"), is_true("pseSaude"))
SO_EDUCACAO = all_of(is_true("pseEducacao"), is_false("pseSaude"))
IDENTIFICA = one_of("^atividadeTipo", 5, 6)
SEM_DOCUMENTO = empty("cpfParticipante", "cnsParticipante")
# Practices that only a health professional does at school; 33 entered in 8.6.0 and 34 in 8.7.0.
DE_SAUDE_722 = (2, 9, 24, 25, 26, 27, 28, 30)
DE_SAUDE_860 = (*DE_SAUDE_722, 33)
DE_SAUDE = (*DE_SAUDE_860, 34)
TABAGISMO, TABAGISMO_MANUTENCAO = (25, 26, 27, 28), 34
LOCAIS = ("outraLocalidade", "inep", "cnesLocalAtividade")
COM_OUTROS_TEMAS = all_of(one_of("temasParaReuniao", 6), one_of("temasParaReuniao", 1, 2, 3, 4, 5, 7, 8))
_UM_LOCAL = "A atividade aceita um só local: a escola (INEP), o CNES ou outra localidade. Apague os outros que preencheu."
_SO_EDUCACAO_PERMANENTE = (
    "Em reunião, os temas para saúde só são aceitos quando Educação permanente (6) é o único tema para reunião. "
    "Apague os temas para saúde ou os outros temas para reunião."
)


def _enough(value: Any, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
    listed = len(node.get("participantes") or ())
    return None if value >= listed else {"valor": f"{value}; participantes na lista: {listed}"}


def _altered(value: Any, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
    people = node.get("participantes") or ()
    if not people and node.get("atividadeTipo") in (5, 6):
        return None  # FAC-010-1 asks for them
    marked = sum(item.get("avaliacaoAlterada") is True for item in people)
    return None if value == marked else {"valor": f"{value}; participantes com avaliação alterada: {marked}"}


def _some_altered(node: dict[str, Any], env: Any) -> bool:
    return any(item.get("avaliacaoAlterada") is True for item in node.get("participantes") or ())


def _school(value: int, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
    return None if len(str(value)) == 8 else {"valor": str(value)}


def _one_place(code: str, name: str) -> Rule:
    """In the PSE only the school counts: FAC-002-2 and FAC-012-2 speak of the others."""
    others = tuple(other for other in LOCAIS if other != name)
    return Rule(code, "", name, Forbidden(all_of(any_filled(*others), not_(PSE))), text=_UM_LOCAL)


def _items(code: str, name: str, most: int, listed: int) -> Rule:
    """The published maximum, and an aviso up to the number of codes that the list has."""
    return Rule(code, "", name, Length(0, most, doubtful=listed - most))


def _covered(code: str, name: str, words: str, by: str) -> Rule:
    return Rule(code, "", name, Declared(words, covered_by=by), why=f"Verificada como {by}.")


def _tobacco(code: str, name: str, label: str) -> tuple[Rule, ...]:
    """Only in tobacco control sessions; the page does not say whether maintenance (34) is one of them."""
    session = one_of("^praticasEmSaude", *TABAGISMO)
    maintenance = one_of("^praticasEmSaude", TABAGISMO_MANUTENCAO)
    return (
        Rule(
            code,
            PA,
            name,
            Forbidden(not_one_of("^praticasEmSaude", *TABAGISMO, TABAGISMO_MANUTENCAO)),
            text=f"{label} só pode ser informado em atividade do controle do tabagismo (práticas em saúde 25 a 28 ou "
            "34). Apague esse campo ou corrija as práticas.",
        ),
        Rule(
            code,
            PA,
            name,
            Forbidden(all_of(maintenance, not_(session))),
            severity=AVISO,
            text=f"{label}: o e-SUS só cita as sessões 1 a 4 do tabagismo (25 a 28), e não a manutenção (34). Confira se "
            "o campo deve ficar.",
        ),
    )


RULES: tuple[Rule, ...] = (
    *header_rules("FAC", cbo="FAC-015-1"),
    Rule("FAC-001-1", "", "uuidFicha", Document("uuid")),
    _one_place("FAC-002-1", "outraLocalidade"),
    Rule(
        "FAC-002-1",
        "",
        "outraLocalidade",
        Required(all_of(empty("inep", "cnesLocalAtividade"), not_(PSE))),
        severity=AVISO,
        text="Nenhum local da atividade foi informado. Informe a escola (INEP), o CNES ou outra localidade.",
    ),
    Rule("FAC-002-2", "", "outraLocalidade", Forbidden(PSE)),
    _one_place("FAC-003-1", "inep"),
    Rule("FAC-003-2", "", "inep", Required(PSE)),
    Rule(
        "FAC-003-2",
        "",
        "inep",
        Custom(_school, "O número INEP de uma escola tem 8 dígitos. Confira o número."),
        severity=AVISO,
    ),
    Rule("FAC-004-1", "", "numParticipantes", Range(1, 999)),
    Rule(
        "FAC-004-2",
        "",
        "numParticipantes",
        Custom(
            _enough,
            "Número de participantes não pode ser menor que a quantidade de participantes da lista.",
            reads=("participantes",),
        ),
    ),
    Rule("FAC-005-1", "", "numAvaliacoesAlteradas", Range(0, 999)),
    Rule(
        "FAC-005-2",
        "",
        "numAvaliacoesAlteradas",
        Custom(
            _altered,
            "Número de avaliações alteradas deve ser igual à quantidade "
            "de participantes com avaliação alterada.",
            reads=("participantes", "atividadeTipo"),
        ),
    ),
    Rule(
        "FAC-005-2",
        "",
        "numAvaliacoesAlteradas",
        Required(where(_some_altered, ("participantes",), "há participante com avaliação alterada")),
        severity=AVISO,
        text="Há participante com avaliação alterada, e o número de avaliações alteradas está vazio. Informe o número.",
    ),
    Rule("FAC-006-1", "", "profissionais", Forbidden(SO_EDUCACAO)),
    Rule("FAC-007-e1", "", "atividadeTipo", Domain()),
    Rule("FAC-007-1", "", "atividadeTipo", NotCodes((1, 2, 3, 5), when=SO_EDUCACAO)),
    Rule("FAC-008-e1", "", "temasParaReuniao", Domain()),
    _items("FAC-008-e1", "temasParaReuniao", 7, 8),
    Rule("FAC-008-1", "", "temasParaReuniao", Required(REUNIAO)),
    Rule("FAC-008-2", "", "temasParaReuniao", Forbidden(COM_PUBLICO)),
    Rule("FAC-008-3", "", "temasParaReuniao", Forbidden(SO_EDUCACAO)),
    Rule("FAC-009-e1", "", "publicoAlvo", Domain()),
    _items("FAC-009-e1", "publicoAlvo", 17, 19),
    Rule("FAC-009-1", "", "publicoAlvo", Required(COM_PUBLICO)),
    Rule("FAC-009-2", "", "publicoAlvo", Forbidden(REUNIAO)),
    Rule("FAC-010-1", "", "participantes", Required(one_of("atividadeTipo", 5, 6))),
    Rule("FAC-011-o1", "", "tbCdsOrigem", Equals(3)),
    _one_place("FAC-012-1", "cnesLocalAtividade"),
    Rule("FAC-012-2", "", "cnesLocalAtividade", Forbidden(PSE)),
    Rule(
        "FAC-013-1",
        "",
        "procedimento",
        # without any practice in activity 6, FAC-017-2 speaks
        Expect(
            one_of("praticasEmSaude", 30),
            when=any_of(filled("praticasEmSaude"), not_one_of("atividadeTipo", 6)),
        ),
        text="O procedimento só pode ser informado com a prática em saúde 30 (Outro procedimento coletivo). Marque essa "
        "prática ou apague o procedimento.",
    ),
    Rule("FAC-013-o1", "", "procedimento", Domain("procedimentos/FAC")),
    Rule("FAC-014-e1", "", "turno", Domain()),
    Rule("FAC-016-e1", "", "temasParaSaude", Domain()),
    _items("FAC-016-e1", "temasParaSaude", 16, 18),
    Rule(
        "FAC-016-1",
        "",
        "temasParaSaude",
        Forbidden(all_of(REUNIAO, not_one_of("temasParaReuniao", 6))),
        text=_SO_EDUCACAO_PERMANENTE,
    ),
    # The list of changes of 7.2.0 says that it must be the only theme of the meeting.
    Rule(
        "FAC-016-1",
        "",
        "temasParaSaude",
        Forbidden(all_of(REUNIAO, COM_OUTROS_TEMAS)),
        text=_SO_EDUCACAO_PERMANENTE,
    ),
    Rule("FAC-016-2", "", "temasParaSaude", Required(one_of("atividadeTipo", 4, 5, 7))),
    Rule(
        "FAC-016-3",
        "",
        "temasParaSaude",
        NotCodes((18,), when=not_(PSE)),
        text="O tema 18 (Semana saúde na escola) só é aceito em atividade do PSE. "
        "Marque PSE: educação ou PSE: saúde, ou apague o tema.",
    ),
    Rule("FAC-017-e1", "", "praticasEmSaude", Domain()),
    _items("FAC-017-e1", "praticasEmSaude", 14, 16),
    Rule("FAC-017-1", "", "praticasEmSaude", Forbidden(one_of("atividadeTipo", 1, 2, 3, 4, 7))),
    Rule("FAC-017-2", "", "praticasEmSaude", Required(one_of("atividadeTipo", 6))),
    # Types other than 5 and 6 have no practices at all (FAC-017-1).
    Rule(
        "FAC-017-3",
        "",
        "praticasEmSaude",
        NotCodes((2, 9, 33), when=one_of("atividadeTipo", 5)),
        since="8.6.0",
    ),
    Rule(
        "FAC-017-3", "", "praticasEmSaude", NotCodes((2, 9), when=one_of("atividadeTipo", 5)), until="8.6.0"
    ),
    Rule("FAC-017-4", "", "praticasEmSaude", NotCodes(DE_SAUDE, when=SO_EDUCACAO), since="8.7.0"),
    Rule(
        "FAC-017-4",
        "",
        "praticasEmSaude",
        NotCodes(DE_SAUDE_860, when=SO_EDUCACAO),
        since="8.6.0",
        until="8.7.0",
    ),
    Rule("FAC-017-4", "", "praticasEmSaude", NotCodes(DE_SAUDE_722, when=SO_EDUCACAO), until="8.6.0"),
    _covered("FAC-018-1", "pseEducacao", "Com PSE: educação, o INEP é obrigatório.", "FAC-003-2"),
    _covered(
        "FAC-018-2", "pseEducacao", "Semana saúde na escola pede PSE: educação ou PSE: saúde.", "FAC-016-3"
    ),
    _covered("FAC-018-3", "pseEducacao", "Só com PSE: educação, não há profissionais.", "FAC-006-1"),
    _covered(
        "FAC-018-3b",
        "pseEducacao",
        "Só com PSE: educação, não há reunião nem atendimento em grupo.",
        "FAC-007-1",
    ),
    _covered("FAC-018-3c", "pseEducacao", "Só com PSE: educação, não há temas para reunião.", "FAC-008-3"),
    _covered("FAC-018-3d", "pseEducacao", "Só com PSE: educação, não há práticas de saúde.", "FAC-017-4"),
    _covered("FAC-019-1", "pseSaude", "Com PSE: saúde, o INEP é obrigatório.", "FAC-003-2"),
    _covered(
        "FAC-019-2", "pseSaude", "Semana saúde na escola pede PSE: educação ou PSE: saúde.", "FAC-016-3"
    ),
    Rule("FAC-PA-001-1", PA, "cnsParticipante", Document("cns")),
    # Where CPF and CNS contradict "Não possui CPF", one finding says it: the pair that is filled.
    Rule(
        "FAC-PA-001-2",
        PA,
        "cnsParticipante",
        Required(all_of(IDENTIFICA, is_true("stNaoPossuiCpf"), empty("cpfParticipante"))),
        since="8.6.0",
    ),
    Rule(
        "FAC-PA-001-2",
        PA,
        "cnsParticipante",
        Required(all_of(IDENTIFICA, empty("cpfParticipante"))),
        until="8.6.0",
    ),
    Rule("FAC-PA-001-3", PA, "cnsParticipante", Forbidden(filled("cpfParticipante"))),
    Rule(
        "FAC-PA-001-4",
        PA,
        "cnsParticipante",
        Forbidden(all_of(not_true("stNaoPossuiCpf"), empty("cpfParticipante"))),
        since="8.6.0",
        text='O CNS do participante só pode ser informado quando "Não possui CPF" '
        "está marcado. Informe o CPF ou marque que não possui.",
    ),
    Rule("FAC-PA-002-1", PA, "dataNascimento", BirthDate(), early=True),
    Rule("FAC-PA-004-1", PA, "peso", Unsigned()),
    Rule("FAC-PA-004-2", PA, "peso", Decimals(3)),
    Rule("FAC-PA-004-3", PA, "peso", Range("0.5", 500)),
    Rule("FAC-PA-005-1", PA, "altura", Unsigned()),
    Rule("FAC-PA-005-2", PA, "altura", Decimals(1)),
    Rule("FAC-PA-005-3", PA, "altura", Range(20, 250)),
    *_tobacco("FAC-PA-006-1", "cessouHabitoFumar", "Cessou o hábito de fumar"),
    *_tobacco("FAC-PA-007-1", "abandonouGrupo", "Abandonou o grupo"),
    Rule("FAC-PA-008-e1", PA, "sexo", Domain()),
    Rule("FAC-PA-009-1", PA, "cpfParticipante", Document("cpf")),
    Rule(
        "FAC-PA-009-2",
        PA,
        "cpfParticipante",
        Required(all_of(IDENTIFICA, is_false("stNaoPossuiCpf"), empty("cnsParticipante"))),
        since="8.6.0",
    ),
    Rule(
        "FAC-PA-009-2",
        PA,
        "cpfParticipante",
        Required(all_of(IDENTIFICA, empty("cnsParticipante"))),
        until="8.6.0",
    ),
    Rule(
        "FAC-PA-009-2",
        PA,
        "cpfParticipante",
        Required(all_of(IDENTIFICA, empty("stNaoPossuiCpf"), SEM_DOCUMENTO)),
        since="8.6.0",
        severity=AVISO,
        text="O participante está sem documento. Informe o CPF, ou marque que não possui e informe o CNS e a "
        "justificativa.",
    ),
    Rule("FAC-PA-009-3", PA, "cpfParticipante", Forbidden(filled("cnsParticipante"))),
    Rule(
        "FAC-PA-009-4",
        PA,
        "cpfParticipante",
        Forbidden(all_of(is_true("stNaoPossuiCpf"), empty("cnsParticipante"))),
        since="8.6.0",
        text='O CPF do participante não pode ser informado quando "Não possui '
        'CPF" está marcado. Desmarque ou apague o CPF.',
    ),
    *sem_cpf("FAC-PA-011-", PA, since="8.6.0", codes=("1", "2", "3", None)),
    Rule("FAC-PR-001-1", PR, "cnsProfissional", Document("cns")),
    Rule("FAC-PR-002-o1", PR, "codigoCbo2002", Lookup("cbo"), state=TABLE),
)
