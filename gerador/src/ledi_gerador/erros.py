"""Mistakes health teams really make, each with the one code it must yield. Applied to valid records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import TYPE_CHECKING

from ledi_gerador.documentos import ms
from ledi_gerador.mutacoes import (
    Json,
    Muta,
    aplicada,
    casa_vazia,
    cbo_trocado,
    cns_errado,
    cpf_errado,
    data_futura,
    dentes_demais,
    depois,
    em,
    estrutura,
    homem,
    homem_gestante,
    muito_antes,
    nascimento,
    no_remedio,
    outro_ine,
    pergunta_faltando,
    poe,
    poucos_moradores,
    poucos_participantes,
    raiz,
    repete,
    sem_animais,
    sem_conduta,
    sem_justificativa,
    tira,
)

if TYPE_CHECKING:
    from ledi_gerador.municipio import Municipio


@dataclass(frozen=True, slots=True)
class Erro:
    """`muta(registro, rng)` spoils a valid record in place; False: does not fit this one, left as it was."""

    nome: str
    tipos: tuple[str, ...]
    codigo: str
    muta: Muta


def _varios(nome: str, muta: Muta, codigos: Mapping[str, str]) -> Iterator[Erro]:
    """The same mistake in many types, each with its code."""
    return (Erro(nome, (tipo,), codigo, muta) for tipo, codigo in codigos.items())


_CPF = {
    "FAI": "FAI-024-1",
    "FAO": "FAO-019-1",
    "FAD": "FAD-012-1",
    "FP": "FP-003-1",
    "FV": "FV-012-1",
    "FVD": "FVD-014-1",
    "FCI": "FCI-ID-025-1",
    "MCA": "MCA-012-1",
    "FAE": "FAE-036-1",
    "FAC": "FAC-PA-009-1",
}
_CNS = {
    "FAI": "FAI-002-1",
    "FAO": "FAO-002-1",
    "FAD": "FAD-002-1",
    "FP": "FP-002-1",
    "FV": "FV-003-1",
    "FVD": "FVD-003-1",
    "FCI": "FCI-ID-009-1",
    "MCA": "MCA-002-1",
    "FAE": "FAE-003-1",
    "FAC": "FAC-PA-001-1",
    "FCZM": "FCZM-005-1",
}
_JUSTIFICATIVA = {
    "FAI": "FAI-034-3",
    "FAO": "FAO-030-3",
    "FP": "FP-015-3",
    "FV": "FV-019-2",
    "FVD": "FVD-025-3",
    "FCI": "FCI-ID-031-3",
    "MCA": "MCA-014-3",
    "FCZM": "FCZM-022-3",
    "FAE": "FAE-039-3",
    "FAC": "FAC-PA-011-3",
}
_NASCIMENTO = {
    "FAI": "FAI-003-1",
    "FAO": "FAO-001-1",
    "FAD": "FAD-003-1",
    "FP": "FP-004-1",
    "FV": "FV-004-1",
    "FVD": "FVD-004-1",
    "FAE": "FAE-006-1",
    "FAC": "FAC-PA-002-1",
}
_CBO = (  # a CBO the type does not take
    ("FVD", "FVD-M-003-1", "225142"),
    ("FAI", "FAI-M-001-1", "515105"),
    ("FAO", "FAO-M-002-1", "225142"),
    ("FAD", "FAD-M-004-1", "515105"),
    ("FAE", "FAE-026-1", "515105"),
    ("FAC", "FAC-015-1", "421125"),
    ("FCI", "FCI-013-1", "421125"),
    ("FCD", "FCD-014-1", "421125"),
    ("FP", "FP-M-003-1", "352210"),
    ("FV", "FV-M-003-1", "515105"),
    ("MCA", "MCA-001-1", "352210"),
    ("FCZM", "FCZM-001-1", "515105"),
)
_SEXO = {
    "FAI": "FAI-005-e1",
    "FP": "FP-005-e1",
    "FVD": "FVD-005-e1",
    "FV": "FV-005-e1",
    "FAD": "FAD-004-e1",
    "MCA": "MCA-005-e1",
}
_TURNO = ("FVD", "FAI", "FAO", "FP", "FV", "FAD", "FAE", "FCZM")
_VARIAS = ("FAI", "FAO", "FAD", "FAE")
_UNICAS = ("FVD", "FP", "FV", "FCI", "FCD", "FAC", "MCA", "FCZM")

ERROS: tuple[Erro, ...] = (
    *_varios("CPF com dígito errado", cpf_errado, _CPF),
    *_varios("CNS com dígito errado", cns_errado, _CNS),
    *_varios("sem CPF e sem justificativa", sem_justificativa, _JUSTIFICATIVA),
    *_varios("nascimento depois do atendimento", nascimento(depois), _NASCIMENTO),
    *_varios("nascimento há mais de 130 anos", nascimento(muito_antes), _NASCIMENTO),
    *(Erro("CBO não permitido na ficha", (t,), codigo, cbo_trocado(cbo)) for t, codigo, cbo in _CBO),
    *_varios("sexo fora da lista", poe("sexo", 3, se=lambda p: "sexo" in p), _SEXO),
    *(Erro("turno em branco", (t,), f"{t}-{estrutura(t)}-turno-obrigatorio", tira("turno")) for t in _TURNO),
    Erro("INE diferente do cabeçalho", _UNICAS, "HEADER-U-004-1", outro_ine),
    Erro("INE diferente do cabeçalho", _VARIAS, "HEADER-L-004-1", outro_ine),
    Erro("data do atendimento no futuro", ("FVD", "FCD", "FAC"), "HEADER-U-005-1", data_futura),
    Erro("temperatura em imóvel sem morador", ("FVD",), "FVD-017-3", poe("temperatura", 36.5, casa_vazia)),
    Erro("motivos em visita não realizada", ("FVD",), "FVD-007-1",
         poe("motivosVisita", [29], se=lambda v: v["desfecho"] in (2, 3) and v["tipoDeImovel"] == 1)),
    Erro("motivo de visita inexistente", ("FVD",), "FVD-007-e1",
         poe("motivosVisita", [29, 99], se=lambda v: v["desfecho"] == 1 and v["tipoDeImovel"] == 1)),
    Erro("microárea em branco", ("FVD",), "FVD-009-1", tira("microArea")),
    Erro("pressão sem a diastólica", ("FVD",), "FVD-015-1", tira("pressaoDiastolica")),
    Erro("glicemia sem o momento da coleta", ("FVD",), "FVD-018-2", tira("tipoGlicemia")),
    Erro("homem gestante", ("FCI",), "FCI-CS-014-1", homem_gestante),
    Erro("homem gestante", ("FAO",), "FAO-004-1", poe("gestante", True, se=homem)),
    Erro("DUM em homem", ("FAI",), "FAI-010-1", poe("dumDaGestante", ms(date(2026, 3, 2)), se=homem)),
    Erro("condição maternal em homem", ("FV",), "FV-013-1", poe("condicaoMaternal", 1, se=homem)),
    Erro("nome com um só termo", ("FCI",), "FCI-ID-007-1", poe("nomeCidadao", "MARIA")),
    Erro("nome da mãe com um só termo", ("FCI",), "FCI-ID-008-1", poe("nomeMaeCidadao", "HELENA")),
    Erro("nome da mãe em branco", ("FAE",), "FAE-009-3", tira("nomeMaeCidadao")),
    Erro("telefone em branco", ("FCI",), "FCI-ID-011-2",
         tira("telefoneCelular", se=lambda p: p["nacionalidadeCidadao"] == 1)),
    Erro("município de nascimento em branco", ("FCI",), "FCI-ID-002-1",
         tira("codigoIbgeMunicipioNascimento")),
    Erro("raça/cor fora da lista", ("FCI",), "FCI-ID-014-e1", poe("racaCorCidadao", 9)),
    Erro("doença respiratória sem dizer qual", ("FCI",), "FCI-CS-007-1",
         tira("doencaRespiratoria", em("condicoesDeSaude"))),
    Erro("zero animais no domicílio", ("FCD",), "FCD-006-4", sem_animais),
    Erro("menos moradores que membros da família", ("FCD",), "FCD-CM-008-2", poucos_moradores),
    Erro("microárea em branco", ("FCD",), "FCD-EN-013-1", tira("microArea", em("enderecoLocalPermanencia"))),
    Erro("CEP com hífen", ("FCD",), "FCD-EN-002-1",
         poe("cep", "8801-000", em("enderecoLocalPermanencia"))),
    Erro("dose não permitida para a vacina", ("FV",), "FV-009-2", poe("dose", 59, aplicada)),
    Erro("vacina sem lote", ("FV",), "FV-V-004-2", tira("lote", aplicada)),
    Erro("local de aplicação não combina com a via", ("FV",), "FV-V-017-2",
         poe("localAplicacao", 9, aplicada, lambda v: v["viaAdministracao"] == 3)),
    Erro("conduta repetida", ("FAI",), "FAI-017-1", repete("condutas")),
    Erro("tipo de atendimento de outra ficha", ("FAI",), "FAI-007-1", poe("tipoAtendimento", 7)),
    Erro("local de atendimento de outra ficha", ("FAI",), "FAI-004-1", poe("localDeAtendimento", 11)),
    Erro("encaminhamento sem a conduta", ("FAI",), "FAI-026-3", sem_conduta),
    Erro("medicamento fora do CATMAT", ("FAI",), "FAI-MED-001-1",
         no_remedio("codigoCatmat", "BR9999999")),
    Erro("procedimento repetido", ("FP",), "FP-009-1", repete("procedimentos")),
    Erro("escuta inicial como procedimento", ("FP",), "FP-009-3",
         poe("procedimentos", ["0301040079"], se=lambda p: "procedimentos" in p)),
    Erro("procedimento de grupo não permitido", ("FP",), "FP-009-2",
         poe("procedimentos", ["0701070064"], se=lambda p: "procedimentos" in p)),
    Erro("procedimento repetido", ("FAD",), "FAD-010-2", repete("procedimentos")),
    Erro("tipo de atendimento de outra ficha", ("FAD",), "FAD-007-1", poe("tipoAtendimento", 5)),
    Erro("procedimento repetido", ("FAO",), "FAO-PQ-001-1", repete("procedimentosRealizados")),
    Erro("quantidade acima da permitida", ("FAO",), "FAO-PQ-002-1", dentes_demais),
    Erro("consulta programada sem dizer o tipo", ("FAO",), "FAO-011-1",
         tira("tiposConsultaOdonto", se=lambda p: 15 not in p["tiposEncamOdonto"])),
    Erro("participantes a menos", ("FAC",), "FAC-004-2", poucos_participantes),
    Erro("avaliações alteradas não conferem", ("FAC",), "FAC-005-2",
         poe("numAvaliacoesAlteradas", 99, raiz, lambda f: "participantes" in f)),
    Erro("público-alvo em branco", ("FAC",), "FAC-009-1", tira("publicoAlvo", raiz)),
    Erro("tema da reunião em branco", ("FAC",), "FAC-008-1", tira("temasParaReuniao", raiz)),
    Erro("pergunta sem resposta", ("MCA",), "MCA-009-2",
         pergunta_faltando("perguntasQuestionarioCriancasComMaisDoisAnos")),
    Erro("pergunta sem resposta", ("MCA",), "MCA-007-2",
         pergunta_faltando("perguntasQuestionarioCriancasMenoresSeisMeses")),
    Erro("teste do olhinho sem data", ("FCZM",), "FCZM-008-2", tira("dataRealizacaoTesteOlhinho", raiz)),
    Erro("teste da orelhinha sem data", ("FCZM",), "FCZM-012-2", tira("dataRealizacaoTesteOrelhinha", raiz)),
    Erro("modalidade de atenção domiciliar fora da lista", ("FAE",), "FAE-016-e1",
         poe("atencaoDomiciliarProcedencia", 7)),
)  # fmt: skip

_POR_TIPO: dict[str, list[Erro]] = {}
for _erro in ERROS:
    for _tipo in _erro.tipos:
        _POR_TIPO.setdefault(_tipo, []).append(_erro)


def estraga(registro: Json, rng: Random, municipio: Municipio) -> tuple[str, ...]:
    """Spoils the record with one fitting mistake of its type; the codes it must yield, () when none fits."""
    lista = _POR_TIPO.get(registro["tipo"], [])
    for erro in rng.sample(lista, len(lista)):
        if erro.muta(registro, rng):
            return (erro.codigo,)
    return ()
