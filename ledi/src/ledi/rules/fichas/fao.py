"""Rules of the Atendimento odontológico individual (FAO). Source: dicionario-fao.mdx of LEDI 8.7.0."""

from __future__ import annotations

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
    Length,
    NotAfter,
    NotBefore,
    NotCodes,
    Pattern,
    Required,
    Unique,
)
from ledi.rules.conditions import all_of, any_of, filled, is_false, not_, not_one_of, one_of
from ledi.rules.model import CheckFn, Rule
from ledi.rules.shared.cidadao import sem_cpf
from ledi.rules.shared.encaminhamentos import CBO, encaminhamentos_fao
from ledi.rules.shared.exames import AB_DUVIDA, SIGTAP, Told, exames_rules, is_sigtap, prefer_sigtap, right
from ledi.rules.shared.header import header_rules
from ledi.rules.shared.ivcf import ivcf_rules
from ledi.rules.shared.medicamentos import medicamentos_rules
from ledi.rules.shared.medicoes import medicoes_rules
from ledi.rules.shared.oci import oci_rules
from ledi.rules.shared.problemas import problemas_rules
from ledi.rules.shared.resultados import resultados_rules
from ledi.tables import closed

CHILD = "atendimentosOdontologicos[]"
PROCEDIMENTO = f"{CHILD}.procedimentosRealizados[]"
HOMEM = one_of("sexo", 0)
TRATAMENTO_CONCLUIDO, ALTA_DO_EPISODIO = 15, 17
AGENDADA, ESCUTA_INICIAL, NO_DIA, URGENCIA = 2, 4, 5, 6
PROGRAMATICA, RETORNO = 1, 2
# FAO-011-1 does not already ask for the kind of consultation.
SEM_011_1 = any_of(filled("tiposConsultaOdonto"), not_one_of("tipoAtendimento", AGENDADA))
# Technicians and assistants: they may not refer.
SEM_ENCAMINHAR = one_of(CBO, "322415", "322430", "322405", "322425")
ESCUTA = "0301040079"
ORTESES = "07"
GRUPOS = tuple(str(code) for code in closed.codes("procedimentos_grupos/FAO"))
AB = {row["code"]: row["sigtap"] for row in closed.rows("procedimentos_ab/FAO")}
QUANTIDADES = {row["code"]: int(row["quantidade_maxima"]) for row in closed.rows("procedimentos_quantidade")}
_GRUPO = "Só são aceitos procedimentos SIGTAP dos grupos 01 a 04, do subgrupo 0804 e da lista da ficha."
_NAO_GRUPO = "O procedimento {valor} não é aceito: use um SIGTAP dos grupos 01 a 04, do subgrupo 0804 ou da lista da ficha."
_ORTESE = "Do grupo 07 (órteses e próteses) só são aceitos os 17 procedimentos da ficha."
_NAO_ORTESE = "O procedimento {valor} do grupo 07 (órteses e próteses) não está entre os 17 que a ficha aceita. Confira o código."
_ESCUTA = "A escuta inicial não vai como procedimento. Apague-a e use o tipo de atendimento 4 (Escuta inicial / Orientação)."


def _written(value: str, node: dict[str, Any], env: Any) -> Any:
    return None if is_sigtap(value) or value in AB else right(value)


def _of_group(value: str, node: dict[str, Any], env: Any) -> Any:
    return None if value.startswith((*GRUPOS, ORTESES)) or value in AB else {"valor": value}


def _orthosis(version: str) -> CheckFn:
    taken = closed.texts("procedimentos_excecoes/FAO", version)
    return lambda value, node, env: (
        None if not value.startswith(ORTESES) or value in taken else {"valor": value}
    )


def _triage(value: str, node: dict[str, Any], env: Any) -> Any:
    return {} if value == ESCUTA else None


def _same_without_cid(value: Any, node: dict[str, Any], env: Any) -> Any:
    """The page counts as repeated the same specialty and CID10, and does not say what two without CID10 are."""
    seen: set[Any] = set()
    found: list[tuple[int, dict[str, Any]]] = []
    for index, item in enumerate(value):
        kind = item.get("especialidade")
        if kind is None or item.get("hipoteseDiagnosticoCid10"):
            continue
        if kind in seen:
            found.append((index, {}))
        seen.add(kind)
    return found or None


def _most(node: dict[str, Any]) -> int | None:
    """Largest quantity of the procedure; None when it is not in the list."""
    code = node.get("coMsProcedimento") or ""
    return QUANTIDADES.get(AB.get(code) or code)


def _too_many(value: int, node: dict[str, Any], env: Any) -> Any:
    most = _most(node)
    return None if most is None or value <= most else {"maximo": most}


def _not_one(value: int, node: dict[str, Any], env: Any) -> Any:
    return None if value <= 1 or _most(node) is not None else {}


_READS = ("coMsProcedimento",)

RULES: tuple[Rule, ...] = (
    *header_rules("FAO", cbo="FAO-M-002-1"),
    Rule("FAO-M-001-1", "", "uuidFicha", Document("uuid")),
    Rule("FAO-M-004-1", "", "tpCdsOrigem", Equals(3)),
    Rule("FAO-001-1", CHILD, "dtNascimento", BirthDate(), early=True),
    Rule("FAO-002-1", CHILD, "cnsCidadao", Document("cns")),
    Rule("FAO-002-2", CHILD, "cnsCidadao", Forbidden(filled("cpfCidadao"))),
    Rule("FAO-003-1", CHILD, "numProntuario", Pattern(r"[A-Za-z0-9]*", "aceita somente letras e números")),
    Rule("FAO-004-1", CHILD, "gestante", Forbidden(all_of(HOMEM, not_(is_false("gestante")))),
         text="Gestante não pode ser marcado quando o sexo é masculino. Apague a resposta ou corrija o sexo."),
    # The table says that the field is required, and the official XML example brings false for a man.
    Rule("FAO-004-1", CHILD, "gestante", Forbidden(all_of(HOMEM, is_false("gestante"))), severity=AVISO,
         text="Com sexo masculino, o campo Gestante deveria ficar vazio, e não respondido como não. Apague a resposta."),
    Rule("FAO-004-1", CHILD, "gestante", Required(not_one_of("sexo", 0))),
    Rule("FAO-006-1", CHILD, "localAtendimento", Domain(codes=tuple(range(1, 11)))),
    Rule("FAO-007-1", CHILD, "tipoAtendimento", Domain(codes=(AGENDADA, ESCUTA_INICIAL, NO_DIA, URGENCIA))),
    Rule("FAO-008-e1", CHILD, "tiposEncamOdonto", Domain()),
    Rule("FAO-008-1", CHILD, "tiposEncamOdonto",
         NotCodes((TRATAMENTO_CONCLUIDO,), when=all_of(not_one_of("tiposConsultaOdonto", PROGRAMATICA, RETORNO), SEM_011_1)),
         text="Tratamento concluído (15) só é aceito com Primeira consulta programática (1) ou Consulta de retorno (2) em "
              "Tipo de consulta odontológica. Troque a conduta ou o tipo de consulta."),
    Rule("FAO-008-2", CHILD, "tiposEncamOdonto",
         NotCodes((ALTA_DO_EPISODIO,), when=one_of("tiposConsultaOdonto", PROGRAMATICA, RETORNO)),
         text="Alta do episódio (17) não é aceita com Primeira consulta programática (1) nem com Consulta de retorno (2). "
              "Troque a conduta ou o tipo de consulta."),
    Rule("FAO-009-e1", CHILD, "tiposFornecimOdonto", Domain()),
    Rule("FAO-010-e1", CHILD, "tiposVigilanciaSaudeBucal", Domain()),
    Rule("FAO-011-e1", CHILD, "tiposConsultaOdonto", Domain()),
    Rule("FAO-011-1", CHILD, "tiposConsultaOdonto", Required(one_of("tipoAtendimento", AGENDADA))),
    Rule("FAO-011-2", CHILD, "tiposConsultaOdonto", Forbidden(one_of("tipoAtendimento", ESCUTA_INICIAL))),
    Rule("FAO-011-3", CHILD, "tiposConsultaOdonto", NotCodes((RETORNO,), when=one_of("tipoAtendimento", URGENCIA))),
    Rule("FAO-011-4", CHILD, "tiposConsultaOdonto", Declared("Na consulta no dia, o tipo de consulta é opcional."),
         why="Não recusa nada: diz que o campo pode ficar vazio."),
    Rule("FAO-011-5", CHILD, "tiposConsultaOdonto", Length(0, 1), text="O campo aceita só um tipo de consulta. Apague os demais."),
    Rule("FAO-014-e1", CHILD, "sexo", Domain()),
    Rule("FAO-015-e1", CHILD, "turno", Domain()),
    Rule("FAO-017-1", CHILD, "dataHoraInicialAtendimento", NotBefore(ATTENDANCE)),
    Rule("FAO-017-2", CHILD, "dataHoraInicialAtendimento", NotAfter("dataHoraFinalAtendimento", moment=True)),
    Rule("FAO-017-2", CHILD, "dataHoraInicialAtendimento", NotAfter(NOW)),
    Rule("FAO-018-1", CHILD, "dataHoraFinalAtendimento", NotBefore("dataHoraInicialAtendimento", moment=True)),
    Rule("FAO-018-2", CHILD, "dataHoraFinalAtendimento", NotAfter(NOW)),
    Rule("FAO-019-1", CHILD, "cpfCidadao", Document("cpf")),
    Rule("FAO-019-2", CHILD, "cpfCidadao", Forbidden(filled("cnsCidadao"))),
    Rule("FAO-021-1", CHILD, "encaminhamentos", Unique(("especialidade", "hipoteseDiagnosticoCid10"))),
    Rule("FAO-021-1", CHILD, "encaminhamentos",
         Custom(_same_without_cid, "Dois encaminhamentos sem CID10 têm a mesma especialidade. Confira se não é repetido."), severity=AVISO),
    Rule("FAO-021-2", CHILD, "encaminhamentos", Forbidden(SEM_ENCAMINHAR)),
    Rule("FAO-024-1", CHILD, "tipoParticipacaoCidadao", Domain()),
    Rule("FAO-025-1", CHILD, "tipoParticipacaoProfissionalConvidado", Domain()),
    *ivcf_rules("FAO", f"{CHILD}.ivcf", own="FAO-027-1", birth="dtNascimento", end="dataHoraFinalAtendimento"),
    *oci_rules("FAO", f"{CHILD}.solicitacoesOci[]", own="FAO-028-1"),
    *sem_cpf("FAO-030-", CHILD, since="8.4.0", codes=("1", "2", "3", None)),
    Rule("FAO-PQ-001-1", CHILD, "procedimentosRealizados", Unique(("coMsProcedimento",))),
    Rule("FAO-PQ-001-o1", PROCEDIMENTO, "coMsProcedimento",
         Told(_written, SIGTAP, told=f"{SIGTAP} {{certo}}", is_facet=True)),
    Rule("FAO-PQ-001-2", PROCEDIMENTO, "coMsProcedimento", Told(_of_group, _GRUPO, is_facet=True, told=_NAO_GRUPO)),
    Rule("FAO-PQ-001-2", PROCEDIMENTO, "coMsProcedimento", prefer_sigtap("procedimento", AB), since="8.4.0", severity=AVISO,
         why=AB_DUVIDA),
    Rule("FAO-PQ-001-3", PROCEDIMENTO, "coMsProcedimento", Told(_orthosis, _ORTESE, is_facet=True, by_version=True, told=_NAO_ORTESE)),
    Rule("FAO-PQ-001-4", PROCEDIMENTO, "coMsProcedimento", Custom(_triage, _ESCUTA, is_facet=True)),
    Rule("FAO-PQ-002-1", PROCEDIMENTO, "quantidade",
         Told(_too_many, "A quantidade não passa da máxima do procedimento, na lista da ficha.", reads=_READS,
              told="A quantidade máxima desse procedimento é {maximo}. Corrija a quantidade.")),
    Rule("FAO-PQ-002-2", PROCEDIMENTO, "quantidade",
         Custom(_not_one, "Esse procedimento só é aceito com quantidade 1. Corrija a quantidade.", reads=_READS)),
    *exames_rules("FAO", f"{CHILD}.exame[]"),
    *problemas_rules("FAO", f"{CHILD}.problemasCondicoes[]", birth="dtNascimento"),
    *medicamentos_rules("FAO", f"{CHILD}.medicamentos[]"),
    *encaminhamentos_fao(f"{CHILD}.encaminhamentos[]"),
    *resultados_rules("FAO", f"{CHILD}.resultadosExames[]", birth="dtNascimento"),
    *medicoes_rules("FAO", f"{CHILD}.medicoes"),
)  # fmt: skip
