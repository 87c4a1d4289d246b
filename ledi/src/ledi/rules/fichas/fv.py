"""Rules of the Vacinação (FV). Source: dicionario-fv.md and regras_vacinacao of LEDI 8.7.0."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ledi.findings import AVISO
from ledi.rules.checks import (
    ATTENDANCE,
    NOW,
    BirthDate,
    Custom,
    Declared,
    Document,
    Domain,
    Equals,
    Forbidden,
    NotAfter,
    NotBefore,
    NotCodes,
    OnlyCodes,
    Pattern,
    Required,
    RequiredOrForbidden,
    Spelled,
)
from ledi.rules.checks.base import Base
from ledi.rules.conditions import Cond, all_of, empty, filled, is_false, is_true, one_of, where
from ledi.rules.forms import CID10
from ledi.rules.model import SEVERITY, CheckFn, Narrow, Outcome, Rule
from ledi.rules.scope import Scope
from ledi.rules.shared.header import header_rules
from ledi.rules.wording import code_text, doubt_text
from ledi.tables import closed
from ledi.tables.closed import vacinas

CHILD = "vacinacoes[]"
VACINA = f"{CHILD}.vacinas[]"

BCG = 15
GRUPOS_INATIVOS = tuple(sorted(closed.codes("GrupoDeAtendimento#INATIVO")))
ESPECIAL = one_of("estrategiaVacinacao", 2)
COVID_EXTERIOR = (85, 86, 87, 88, 89, 95, 96, 97, 98, 99, 102, 103, 105, 112)
APLICADA, ANTERIOR = is_false("stRegistroAnterior"), is_true("stRegistroAnterior")
# viaAdministracao -> localAplicacao allowed.
INTRAMUSCULAR = (2, 3, 4, 5, 16, 18, 19, 20, 21)
PELE = (6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)
# Until 7.3.5 the name of the maker of a COVID-19 vaccine was fixed.
FABRICANTES_COVID: tuple[tuple[str, tuple[int, ...], str], ...] = (
    ("FV-V-005-3", (85,), "OXFORD-ASTRAZENECA"),
    ("FV-V-005-4", (86,), "SINOVAC/BUTANTAN"),
    ("FV-V-005-5", (87,), "PFIZER/BIONTECH"),
    ("FV-V-005-6", (88,), "JANSSEN-CILAG"),
    ("FV-V-005-7", (89,), "ASTRAZENECA-ChAdOx1-S"),
    ("FV-V-005-10", (97,), "MODERNA"),
    ("FV-V-005-11", (98,), "SINOVAC-CORONAVAC"),
    ("FV-V-005-12", (99, 102), "BIONTECH"),
    ("FV-V-005-13", (103,), "COMIRNATY-PFIZER/BIONTECH"),
    ("FV-V-005-14", (112,), "SERUM-INDIA"),
    ("FV-V-005-15", (114,), "BEIJING"),
)


_KEYS = ("imunobiologico", "estrategiaVacinacao", "dose")


def _has_bcg(node: dict[str, Any], env: Any) -> bool:
    return any(item.get("imunobiologico") == BCG for item in node.get("vacinas") or ())


def _is_covid(node: dict[str, Any], env: Any) -> bool:
    return node.get("imunobiologico") in COVID_EXTERIOR


def _no_bcg(node: dict[str, Any], env: Any) -> bool:
    return not _has_bcg(node, env)


COM_BCG = where(_has_bcg, ("vacinas",), "há vacina BCG (imunobiológico 15)")
COVID = where(
    _is_covid, ("imunobiologico",), "o imunobiológico é uma das vacinas de COVID-19 que podem vir do exterior"
)
EXTERIOR = all_of(ANTERIOR, COVID)
SEM_BCG = where(_no_bcg, ("vacinas",), "não há vacina BCG (imunobiológico 15)")


def _repeated(value: Any, node: dict[str, Any], env: Any) -> Any:
    """Items applied now whose vaccine was already in the list."""
    seen: set[int] = set()
    found: list[tuple[int, Mapping[str, Any]]] = []
    for index, item in enumerate(value):
        vaccine = item.get("imunobiologico")
        if vaccine is None or item.get("stRegistroAnterior") is not False:
            continue
        if vaccine in seen:
            found.append((index, {}))
        seen.add(vaccine)
    return found or None


@dataclass(frozen=True)
class _ByTable(Base):
    """A vaccine applied now against the official table, which changes with the version."""

    fn: Callable[[Any, dict[str, Any], Any, str], Outcome]
    words: str
    lists: Callable[[str], tuple[Narrow, ...]]  # what is left of the lists, in a version

    def narrows(self, scope: Scope, name: str | None) -> tuple[Narrow, ...]:
        return self.lists(scope.version)

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        fn, version = self.fn, scope.version
        return lambda value, node, env: fn(value, node, env, version)

    def describe(self, scope: Scope, name: str | None) -> str:
        return self.words

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        return str(facts["texto"])


def _combination(value: Any, node: dict[str, Any], env: Any, version: str) -> Any:
    """Applied vaccines whose strategy or dose the table does not have."""
    found: list[tuple[int, Mapping[str, Any]]] = []
    for index, item in enumerate(value):
        vaccine, strategy, dose = (item.get(key) for key in _KEYS)
        if item.get("stRegistroAnterior") is not False or None in (vaccine, strategy, dose):
            continue
        if any((id(item), key) in env.broken for key in _KEYS):
            continue  # not even in its own list
        if vaccine not in vacinas.vaccines(version):
            continue  # an absent vaccine is VACREG-001
        if (vaccine, strategy, dose) not in vacinas.combinations(version):
            found.append((index, {"texto": _why_not(vaccine, strategy, dose, version)}))
        elif (vaccine, strategy, dose) in vacinas.doubts(version):
            span = vacinas.doubts(version)[vaccine, strategy, dose]
            found.append((index, {"texto": _in_doubt(vaccine, strategy, dose, span), SEVERITY: AVISO}))
    return found or None


def _certain(version: str) -> frozenset[tuple[int, int, int]]:
    """The combinations that this version has for sure."""
    return vacinas.combinations(version) - vacinas.doubts(version).keys()


@cache
def _narrow_combination(version: str) -> tuple[Narrow, ...]:
    """Strategies by vaccine, doses by vaccine and strategy: of a vaccine that is applied now."""
    found: list[Narrow] = []
    strategies: dict[int, set[int]] = defaultdict(set)
    doses: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))  # by strategy and vaccine
    for vaccine, strategy, dose in _certain(version):
        strategies[vaccine].add(strategy)
        doses[strategy][vaccine].add(dose)
    for codes, vaccines in _same(strategies).items():
        found.append(Narrow(codes, all_of(APLICADA, one_of("imunobiologico", *vaccines)), field=_KEYS[1]))
    for strategy, of_vaccine in doses.items():
        for codes, vaccines in _same(of_vaccine).items():
            both = (one_of("imunobiologico", *vaccines), one_of("estrategiaVacinacao", strategy))
            found.append(Narrow(codes, all_of(APLICADA, *both), field=_KEYS[2]))
    return tuple(found)


def _same(codes: Mapping[int, set[int]]) -> dict[frozenset[int], list[int]]:
    """A set of codes -> whose it is."""
    found: dict[frozenset[int], list[int]] = defaultdict(list)
    for key in sorted(codes):
        found[frozenset(codes[key])].append(key)
    return found


def _narrow_vaccine(version: str) -> tuple[Narrow, ...]:
    return (Narrow(frozenset(vaccine for vaccine, _, _ in _certain(version)), APLICADA),)


def _in_doubt(vaccine: int, strategy: int, dose: int, span: tuple[str, str]) -> str:
    what = (
        f"A tabela de regras de vacinação pode não ter a vacina {code_text('Imunobiologico', vaccine)} na estratégia "
        f"{code_text('EstrategiaVacinacao', strategy)} com a dose {code_text('Dose', dose)} na versão declarada: mudou"
    )
    return doubt_text(what, *span)


def _why_not(vaccine: int, strategy: int, dose: int, version: str) -> str:
    name = code_text("Imunobiologico", vaccine)
    words = code_text("EstrategiaVacinacao", strategy)
    doses = vacinas.doses(vaccine, strategy, version)
    if not doses:
        options = ", ".join(
            code_text("EstrategiaVacinacao", s) for s in sorted(vacinas.strategies(vaccine, version))
        )
        return (
            f"A vacina {name} não é aplicada na estratégia {words}. Estratégias da tabela: {options}. "
            "Corrija a vacina ou a estratégia."
        )
    options = ", ".join(code_text("Dose", d) for d in sorted(doses))
    return (
        f"A vacina {name} na estratégia {words} não tem a dose "
        f"{code_text('Dose', dose)}. Doses da tabela: {options}. Corrija a vacina, a estratégia ou a dose."
    )


def _in_table(value: Any, node: dict[str, Any], env: Any, version: str) -> Mapping[str, Any] | None:
    if node.get("stRegistroAnterior") is not False or value in vacinas.vaccines(version):
        return None
    name = code_text("Imunobiologico", value)
    return {
        "texto": f"A vacina {name} só pode ser enviada como registro anterior (transcrição de caderneta): "
        "não está na tabela de vacinas em uso. Corrija a vacina ou marque Registro anterior."
    }


def _pesquisa(code: str, name: str) -> Rule:
    return Rule(code, VACINA, name, RequiredOrForbidden(is_true("stPesquisaClinica")))


def _local(
    code: str, via: Cond, locais: tuple[int, ...], since: str = "7.3.0", until: str | None = None
) -> Rule:
    return Rule(code, VACINA, "localAplicacao", OnlyCodes(locais, when=via), since=since, until=until)


RULES: tuple[Rule, ...] = (
    *header_rules("FV", cbo="FV-M-003-1"),
    Rule("FV-M-001-1", "", "uuidFicha", Document("uuid")),
    Rule("FV-M-002-1", "", "tpCdsOrigem", Equals(3)),
    Rule("FV-001-e1", CHILD, "turno", Domain()),
    Rule("FV-003-1", CHILD, "cnsCidadao", Document("cns")),
    # With a CPF filled too, FV-018-1 (or FV-012-3) already says what is wrong.
    Rule(
        "FV-003-2",
        CHILD,
        "cnsCidadao",
        Required(all_of(is_true("stNaoPossuiCpf"), empty("cpfCidadao"))),
        since="8.4.0",
    ),
    Rule("FV-003-2", CHILD, "cnsCidadao", Required(empty("cpfCidadao")), until="8.4.0"),
    Rule("FV-003-3", CHILD, "cnsCidadao", Forbidden(filled("cpfCidadao"))),
    Rule("FV-004-1", CHILD, "dtNascimento", BirthDate(), early=True),
    Rule("FV-005-e1", CHILD, "sexo", Domain()),
    Rule("FV-006-1", CHILD, "localAtendimento", Domain(codes=tuple(range(1, 11)))),
    Rule(
        "FV-008-1",
        CHILD,
        "comunicanteHanseniase",
        Forbidden(all_of(SEM_BCG, is_true("comunicanteHanseniase"))),
        text="Comunicante de hanseníase só pode ser informado quando há vacina BCG (imunobiológico 15). "
        "Apague a resposta ou corrija as vacinas.",
    ),
    # The official example in XML brings false without a BCG.
    Rule(
        "FV-008-1",
        CHILD,
        "comunicanteHanseniase",
        Forbidden(all_of(SEM_BCG, is_false("comunicanteHanseniase"))),
        severity=AVISO,
        text="Sem vacina BCG, o campo Comunicante de hanseníase deveria ficar vazio, e não respondido como não. "
        "Apague a resposta.",
    ),
    Rule("FV-008-2", CHILD, "comunicanteHanseniase", Required(COM_BCG)),
    Rule(
        "FV-009-1",
        CHILD,
        "vacinas",
        Custom(
            _repeated, "A mesma vacina não pode ser aplicada duas vezes no registro. Apague o item repetido."
        ),
    ),
    Rule(
        "FV-009-2",
        CHILD,
        "vacinas",
        _ByTable(
            _combination,
            "A vacina aplicada, a estratégia e a dose devem estar juntas na tabela de regras de vacinação.",
            _narrow_combination,
        ),
    ),
    Rule(
        "FV-009-3",
        CHILD,
        "vacinas",
        Declared("Registro anterior não segue a tabela de vacina, estratégia e dose."),
        why="Não recusa nada: FV-009-2 só olha vacinas aplicadas agora.",
    ),
    Rule("FV-010-1", CHILD, "dataHoraInicialAtendimento", NotBefore(ATTENDANCE)),
    Rule("FV-010-2", CHILD, "dataHoraInicialAtendimento", NotAfter("dataHoraFinalAtendimento", moment=True)),
    Rule("FV-010-2", CHILD, "dataHoraInicialAtendimento", NotAfter(NOW)),
    Rule("FV-011-1", CHILD, "dataHoraFinalAtendimento", NotBefore("dataHoraInicialAtendimento", moment=True)),
    Rule("FV-011-2", CHILD, "dataHoraFinalAtendimento", NotAfter(NOW)),
    Rule("FV-012-1", CHILD, "cpfCidadao", Document("cpf")),
    Rule("FV-012-2", CHILD, "cpfCidadao", Required(is_false("stNaoPossuiCpf")), since="8.4.0"),
    Rule("FV-012-2", CHILD, "cpfCidadao", Required(empty("cnsCidadao")), until="8.4.0"),
    Rule("FV-012-3", CHILD, "cpfCidadao", Forbidden(filled("cnsCidadao"))),
    Rule("FV-013-1", CHILD, "condicaoMaternal", Forbidden(one_of("sexo", 0))),
    Rule("FV-013-2", CHILD, "condicaoMaternal", Required(one_of("sexo", 1, 5))),
    Rule("FV-013-2", CHILD, "condicaoMaternal", Domain(codes=(1, 2, 3))),
    Rule(
        "FV-018-1",
        CHILD,
        "stNaoPossuiCpf",
        OnlyCodes((False,), when=filled("cpfCidadao")),
        since="8.4.0",
        text='"Não possui CPF" não pode estar marcado quando o CPF do cidadão '
        "está preenchido. Desmarque ou apague o CPF.",
    ),
    Rule("FV-019-1", CHILD, "justificativaNaoPossuiCpf", Domain(), since="8.4.0"),
    Rule(
        "FV-019-2",
        CHILD,
        "justificativaNaoPossuiCpf",
        Required(all_of(is_true("stNaoPossuiCpf"), empty("cpfCidadao"))),
        since="8.4.0",
    ),
    Rule("FV-V-001-o1", VACINA, "imunobiologico", Domain()),
    Rule(
        "VACREG-001",
        VACINA,
        "imunobiologico",
        _ByTable(
            _in_table,
            "Vacina fora da tabela de regras de vacinação só pode ser enviada como registro anterior.",
            _narrow_vaccine,
        ),
    ),
    Rule("FV-V-002-1", VACINA, "estrategiaVacinacao", Required(APLICADA)),
    Rule("FV-V-002-2", VACINA, "estrategiaVacinacao", OnlyCodes((11,), when=ANTERIOR)),
    Rule("FV-V-002-3", VACINA, "estrategiaVacinacao", Domain()),
    Rule(
        "VACREG-002",
        VACINA,
        "estrategiaVacinacao",
        Declared("A estratégia vai com o código do e-SUS APS, não com o da RNDS.", covered_by="FV-V-002-3"),
        why="A tabela é lida já convertida; um código que só existe na RNDS é FV-V-002-3 ou FV-009-2.",
    ),
    Rule("FV-V-003-e1", VACINA, "dose", Domain()),
    Rule(
        "FV-V-004-1",
        VACINA,
        "lote",
        Pattern(r"[A-Za-z0-9/.\-]+", "aceita somente letras, números, barra, ponto e hífen"),
    ),
    Rule("FV-V-004-2", VACINA, "lote", Required(APLICADA)),
    Rule("FV-V-005-1", VACINA, "coRndsFabricante", Domain(), since="8.4.0"),
    Rule(
        "FV-V-005-1",
        VACINA,
        "fabricante",
        Pattern(
            r"[A-Za-zÀ-ÖØ-öø-ÿ0-9/. \-]+", "aceita somente letras, números, espaço, barra, ponto e hífen"
        ),
        until="7.3.2",
    ),
    Rule("FV-V-005-2", VACINA, "coRndsFabricante", Required(APLICADA), since="8.4.0"),
    Rule("FV-V-005-2", VACINA, "fabricante", Required(APLICADA), until="8.4.0"),
    *(
        Rule(
            code,
            VACINA,
            "fabricante",
            OnlyCodes((maker,), when=one_of("imunobiologico", *vaccines)),
            until="7.3.5",
        )
        for code, vaccines, maker in FABRICANTES_COVID
    ),
    *(
        Rule(
            code,
            VACINA,
            "fabricante",
            Declared(f"O fabricante da vacina {vaccine} é {maker}."),
            until="7.3.5",
            why="A vacina não está na lista de imunobiológicos de nenhuma versão conhecida: é FV-V-001-o1.",
        )
        for code, vaccine, maker in (
            ("FV-V-005-8", 95, "GAMALEYA-SPUTNIK-V"),
            ("FV-V-005-9", 96, "BHARAT-COVAXIN"),
        )
    ),
    # The list was read in 7.4.2; the names of the one of 7.3.2 to 7.3.4 were others.
    Rule(
        "FV-V-005-16",
        VACINA,
        "fabricante",
        Domain("Fabricante"),
        since="7.4.2",
        until="8.4.0",
        maybe="7.3.2",
        text="O fabricante não está na tabela de fabricantes do e-SUS, que vale até antes da 8.4.0. "
        "Escreva o nome como está na tabela, como BUTANTAN.",
    ),
    Rule("FV-V-006-1", VACINA, "grupoAtendimento", Required(APLICADA)),
    Rule("FV-V-006-2", VACINA, "grupoAtendimento", Forbidden(ANTERIOR)),
    Rule("FV-V-006-o1", VACINA, "grupoAtendimento", Domain()),
    Rule(
        "FV-V-006-o1",
        VACINA,
        "grupoAtendimento",
        NotCodes(GRUPOS_INATIVOS),
        severity=AVISO,
        text="O grupo de atendimento {valor} está inativo na tabela do e-SUS: prefira um grupo ativo.",
    ),
    Rule("FV-V-008-1", VACINA, "dataRegistroAnterior", Required(ANTERIOR)),
    Rule("FV-V-008-2", VACINA, "dataRegistroAnterior", Forbidden(APLICADA)),
    Rule("FV-V-008-3", VACINA, "dataRegistroAnterior", NotAfter(ATTENDANCE, when=ANTERIOR)),
    Rule("FV-V-008-3", VACINA, "dataRegistroAnterior", NotBefore("^dtNascimento", when=ANTERIOR)),
    # The official examples in XML and Java bring false in any vaccine.
    Rule("FV-V-009-1", VACINA, "stAplicadoExterior", RequiredOrForbidden(EXTERIOR, mild_false=True)),
    Rule("FV-V-010-1", VACINA, "cboPrescritorCodigo2002", Domain()),
    Rule("FV-V-010-1", VACINA, "cboPrescritorCodigo2002", Required(ESPECIAL), since="7.3.3", maybe="7.3.2"),
    Rule("FV-V-011-1", VACINA, "cid10MotivoIndicacao", Required(ESPECIAL)),
    Rule(
        "FV-V-011-2",
        VACINA,
        "cid10MotivoIndicacao",
        Spelled(CID10, "deve ter um código da CID10 em maiúsculas, sem ponto e sem espaços, como Z258"),
    ),
    _pesquisa("FV-V-013-1", "anvisaProtocoloEstudo"),
    _pesquisa("FV-V-014-1", "anvisaProtocoloVersao"),
    _pesquisa("FV-V-015-1", "anvisaNumeroRegistro"),
    Rule("FV-V-016-o1", VACINA, "viaAdministracao", Domain(), since="7.3.0"),
    _local("FV-V-017-1", one_of("viaAdministracao", 1), (17,)),
    _local("FV-V-017-2", one_of("viaAdministracao", 3, 4), INTRAMUSCULAR, until="8.4.0"),  # 4: profunda
    _local("FV-V-017-2", one_of("viaAdministracao", 3), INTRAMUSCULAR, since="8.4.0"),
    _local("FV-V-017-3", one_of("viaAdministracao", 2, 6), PELE),
    _local("FV-V-017-4", one_of("viaAdministracao", 5), (1,)),
    _local("FV-V-017-5", one_of("viaAdministracao", 7), (22,), since="8.4.0"),
)
