"""The tables of the pages of FCI, FV, FP and FVD: what is required, sizes of texts and lists, dates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ledi.layouts import layout
from ledi_gerador.minimos import minimal
from rule_cases import fci, fp, fv, fvd
from rule_cases.harness import DELETE, Case, day

VISITA, ATENDIMENTO, VACINACAO, VACINA = fvd.V, fp.A, fv.C, fv.V
PESSOA, SAUDE, RUA, SOCIAL = fci.P, fci.S, fci.R, fci.D
CRIANCA = {**fci.SOCIAL, PESSOA + "dataNascimentoCidadao": day("2020-01-01")}
COM_PAI = {PESSOA + "desconheceNomePai": DELETE, PESSOA + "nomePaiCidadao": "JOSÉ DAS NEVES"}
NA_RUA = {RUA + "statusSituacaoRua": True}
IVCF = (
    "resultado hasSgIdade hasSgPercepcaoSaude hasSgAvdInstrumental hasSgAvdBasica hasSgCognicao hasSgHumor "
    "hasSgAlcancePreensaoPinca hasSgCapAerobicaMuscular hasSgMarcha hasSgContinencia hasSgVisao hasSgAudicao "
    "hasSgComorbidade dataResultado"
).split()


def code_of(tipo: str, path: str, facet: str) -> str:
    """FVD, "visitasDomiciliares[0].turno", "obrigatorio" -> the code of the automatic finding."""
    struct = layout().fichas[tipo].root
    *above, name = re.sub(r"\[\d+\]", "", path).split(".")
    for part in above:
        kind = struct.by_name[part].type
        found = (kind.item or kind).struct
        assert found is not None, path
        struct = found
    return f"{tipo}-{struct.name}-{name}-{facet}"


def required(
    tipo: str, at: str, names: str | Iterable[str], base: Mapping[str, Any] | None = None
) -> list[Case]:
    listed = names.split() if isinstance(names, str) else names
    return [
        Case(code_of(tipo, at + name, "obrigatorio"), tipo, {at + name: DELETE}, base=base or {})
        for name in listed
    ]


def text(
    tipo: str, path: str, low: int, high: int, base: Mapping[str, Any] | None = None, *, start: str = ""
) -> list[Case]:
    """Texts one character too short and too long; `start`: what the text has to begin with."""

    def made(size: int) -> str:
        return (start + "A" * size)[:size]

    more = {"base": base or {}, "good": {path: made(high)}}
    cases = [Case(code_of(tipo, path, "maximo"), tipo, {path: made(high + 1)}, **more)]
    if low > 1:
        more["good"] = {path: made(low)}
        cases.append(Case(code_of(tipo, path, "minimo"), tipo, {path: made(low - 1)}, **more))
    return cases


def items(tipo: str, path: str, most: int, item: Any, base: Mapping[str, Any] | None = None) -> Case:
    return Case(
        code_of(tipo, path, "maximo"),
        tipo,
        {path: [item] * (most + 1)},
        good={path: [item] * most},
        base=base or {},
    )


def dates(tipo: str, *paths: str, base: Mapping[str, Any] | None = None) -> list[Case]:
    return [
        Case(code_of(tipo, path, "formato"), tipo, {path: "2026-02-30"}, base=base or {}) for path in paths
    ]


def first(tipo: str, name: str) -> Any:
    return minimal(tipo)["ficha"][name][0]


def previous(number: int) -> dict[str, Any]:
    """A vaccine of another year, each of another kind."""
    return {"imunobiologico": number, "dose": 1, "stRegistroAnterior": True, "dataRegistroAnterior": day("2020-03-02"),
            "stPesquisaClinica": False, "viaAdministracao": 3, "localAplicacao": 3}  # fmt: skip


def vaccines() -> Case:
    path = VACINACAO + "vacinas"
    many = [previous(14) for _ in range(11)]
    return Case(code_of("FV", path, "maximo"), "FV", {path: many}, good={path: many[:10]})


CASES: list[Case] = [
    *required("FVD", "", "uuidFicha tpCdsOrigem headerTransport visitasDomiciliares"),
    *required("FVD", VISITA, "turno desfecho tipoDeImovel"),
    *required("FVD", VISITA + "ivcf.", IVCF, fvd.IVCF),
    *text("FVD", VISITA + "numProntuario", 0, 30),
    *text("FVD", VISITA + "microArea", 2, 2, start="01"),
    items("FVD", "visitasDomiciliares", 99, first("FVD", "visitasDomiciliares")),
    *dates("FVD", VISITA + "dtNascimento", base=fvd.PESSOA),
    *dates("FVD", VISITA + "ivcf.dataResultado", base=fvd.IVCF),
    *required("FP", "", "uuidFicha tpCdsOrigem headerTransport"),
    *required("FP", ATENDIMENTO, "dtNascimento sexo localAtendimento turno dataHoraInicialAtendimento "
              "dataHoraFinalAtendimento stNaoPossuiCpf"),
    *required("FP", ATENDIMENTO + "ivcf.", IVCF, fp.IVCF),
    *text("FP", ATENDIMENTO + "numProntuario", 0, 30),
    items("FP", "atendProcedimentos", 99, first("FP", "atendProcedimentos")),
    *dates("FP", *(ATENDIMENTO + name for name in ("dtNascimento", "dataHoraInicialAtendimento", "dataHoraFinalAtendimento"))),
    *dates("FP", ATENDIMENTO + "ivcf.dataResultado", base=fp.IVCF),
    *required("FV", "", "uuidFicha tpCdsOrigem headerTransport vacinacoes"),
    *required("FV", VACINACAO, "turno dtNascimento sexo localAtendimento viajante vacinas dataHoraInicialAtendimento "
              "dataHoraFinalAtendimento stNaoPossuiCpf"),
    *required("FV", VACINA, "imunobiologico dose stRegistroAnterior stPesquisaClinica viaAdministracao localAplicacao"),
    *text("FV", VACINACAO + "numProntuario", 0, 30),
    *text("FV", VACINA + "lote", 1, 30),
    *(case for name in ("anvisaProtocoloEstudo", "anvisaProtocoloVersao", "anvisaNumeroRegistro")
      for case in text("FV", VACINA + name, 0, 10, fv.PESQUISA)),
    items("FV", "vacinacoes", 99, first("FV", "vacinacoes")),
    vaccines(),
    *dates("FV", *(VACINACAO + name for name in ("dtNascimento", "dataHoraInicialAtendimento", "dataHoraFinalAtendimento"))),
    *dates("FV", VACINA + "dataRegistroAnterior", base=fv.ANTERIOR),
    Case(code_of("FV", VACINA + "localAplicacao", "dominio"), "FV", {VACINA + "localAplicacao": 23}),
    Case(code_of("FV", "uuidFichaCancelada", "formato"), "FV", {"uuidFichaCancelada": "abc"},
         good={"uuidFichaCancelada": fvd.UUID}),
    *required("FCI", "", "fichaAtualizada headerTransport tpCdsOrigem uuid uuidFichaOriginadora"),
    *required("FCI", PESSOA, "dataNascimentoCidadao nacionalidadeCidadao nomeCidadao racaCorCidadao sexoCidadao stNaoPossuiCpf"),
    *required("FCI", SOCIAL, "statusDesejaInformarOrientacaoSexual statusDesejaInformarIdentidadeGenero",
              {**fci.SOCIAL, SOCIAL + "statusFrequentaEscola": False}),
    *(case for name in ("descricaoCausaInternacaoEm12Meses", "descricaoOutraCondicao1", "descricaoOutraCondicao2",
                        "descricaoOutraCondicao3", "descricaoPlantasMedicinaisUsadas", "maternidadeDeReferencia")
      for case in text("FCI", SAUDE + name, 0, 100)),
    *(case for name in ("grauParentescoFamiliarFrequentado", "outraInstituicaoQueAcompanha")
      for case in text("FCI", RUA + name, 0, 100, NA_RUA)),
    *text("FCI", PESSOA + "nomeSocial", 0, 70),
    *text("FCI", PESSOA + "nomeCidadao", 0, 70, start="ANA "),
    *text("FCI", PESSOA + "nomeMaeCidadao", 0, 70, start="ANA "),
    *text("FCI", PESSOA + "nomePaiCidadao", 0, 70, COM_PAI, start="ANA "),
    *text("FCI", PESSOA + "emailCidadao", 6, 100, start="a@b.co"),
    *text("FCI", PESSOA + "portariaNaturalizacao", 0, 16, fci.NATURALIZADO),
    *text("FCI", PESSOA + "microArea", 2, 2, start="01"),
    *text("FCI", PESSOA + "dnv", 11, 15),
    *text("FCI", SOCIAL + "ocupacaoCodigoCbo2002", 6, 6, fci.SOCIAL, start="621005"),
    Case(code_of("FCI", SOCIAL + "ocupacaoCodigoCbo2002", "formato"), "FCI", {SOCIAL + "ocupacaoCodigoCbo2002": "6210-5"},
         base=fci.SOCIAL),
    *text("FCI", "saidaCidadaoCadastro.numeroDO", 9, 9, fci.OBITO),
    *text("FCI", "uuidFichaOriginadora", 36, 44, {"fichaAtualizada": True}, start=fci.OUTRO_UUID),
    Case(code_of("FCI", "uuidFichaOriginadora", "formato"), "FCI", {"uuidFichaOriginadora": fci.OUTRO_UUID.replace("0", "l")},
         base={"fichaAtualizada": True}),
    items("FCI", RUA + "higienePessoalSituacaoRua", 4, 42, NA_RUA),
    items("FCI", RUA + "origemAlimentoSituacaoRua", 5, 37, NA_RUA),
    items("FCI", SOCIAL + "deficienciasCidadao", 6, 12, fci.SOCIAL),
    items("FCI", SOCIAL + "responsavelPorCrianca", 6, 1, CRIANCA),
    *dates("FCI", PESSOA + "dataNascimentoCidadao"),
    *dates("FCI", PESSOA + "dtNaturalizacao", base=fci.NATURALIZADO),
    *dates("FCI", PESSOA + "dtEntradaBrasil", base=fci.ESTRANGEIRO),
    *dates("FCI", "saidaCidadaoCadastro.dataObito", base=fci.OBITO),
]  # fmt: skip
