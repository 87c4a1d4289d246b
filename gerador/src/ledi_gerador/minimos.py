"""One minimal valid record per type: nothing but what is required. Rule tests change one thing in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from ledi.layouts import CURRENT
from ledi_gerador.documentos import cns, cns_definitivo, cpf, ms

CNES = "0019615"
INE = "0000471828"
IBGE = "4205407"
VERSAO = CURRENT
DIA = date(2026, 9, 15)
ATENDIMENTO = ms(DIA)
INICIO, FIM = ms(DIA, 12), ms(DIA, 12.5)
ADULTO = ms(date(1985, 3, 20))
CRIANCA = ms(date(2018, 5, 10))
CPF_CIDADAO = cpf(520_114_830)
CNS_CIDADAO = cns(4_021_553_870_010)
CNS_PROFISSIONAL = cns_definitivo(3_504_118_820)
CNS_SOLICITANTE = cns_definitivo(3_117_740_265)
MEDICO, ENFERMEIRO, DENTISTA, ACS = "225142", "223565", "223293", "515105"

Json = dict[str, Any]


def _uuid(tipo: str, parte: int = 0) -> str:
    return f"{CNES}-{UUID(int=int.from_bytes(tipo.encode(), 'big') << 64 | parte, version=4)}"


def _lotacao(cbo: str) -> Json:
    return {"profissionalCNS": CNS_PROFISSIONAL, "cboCodigo_2002": cbo, "cnes": CNES, "ine": INE}


def _unica(cbo: str) -> Json:
    return {**_lotacao(cbo), "dataAtendimento": ATENDIMENTO, "codigoIbgeMunicipio": IBGE}


def _varias(cbo: str) -> Json:
    return {
        "lotacaoFormPrincipal": _lotacao(cbo),
        "dataAtendimento": ATENDIMENTO,
        "codigoIbgeMunicipio": IBGE,
    }


def _fai() -> Json:
    return {
        "headerTransport": _varias(MEDICO),
        "uuidFicha": _uuid("FAI"),
        "tpCdsOrigem": 3,
        "atendimentosIndividuais": [
            {
                "dataNascimento": ADULTO,
                "localDeAtendimento": 1,
                "sexo": 1,
                "turno": 1,
                "tipoAtendimento": 5,
                "condutas": [1],
                "dataHoraInicialAtendimento": INICIO,
                "dataHoraFinalAtendimento": FIM,
                "problemasCondicoes": [{"ciap": "K86", "isAvaliado": True}],
                "stNaoPossuiCpf": False,
            }
        ],
    }


def _fao() -> Json:
    return {
        "uuidFicha": _uuid("FAO"),
        "headerTransport": _varias(DENTISTA),
        "tpCdsOrigem": 3,
        "atendimentosOdontologicos": [
            {
                "dtNascimento": ADULTO,
                "gestante": False,
                "localAtendimento": 1,
                "tipoAtendimento": 5,
                "tiposEncamOdonto": [16],
                "tiposVigilanciaSaudeBucal": [99],
                "sexo": 1,
                "turno": 1,
                "dataHoraInicialAtendimento": INICIO,
                "dataHoraFinalAtendimento": FIM,
                "problemasCondicoes": [{"ciap": "D82", "isAvaliado": True}],
                "stNaoPossuiCpf": False,
            }
        ],
    }


def _fad() -> Json:
    return {
        "uuidFicha": _uuid("FAD"),
        "tpCdsOrigem": 3,
        "headerTransport": _varias(ENFERMEIRO),
        "atendimentosDomiciliares": [
            {
                "turno": 1,
                "dataNascimento": ADULTO,
                "sexo": 1,
                "localAtendimento": 4,
                "atencaoDomiciliarModalidade": 1,
                "tipoAtendimento": 7,
                "condutaDesfecho": 7,
                "problemasCondicoes": [{"ciap": "K86", "isAvaliado": True}],
            }
        ],
    }


def _fae() -> Json:
    return {
        "uuidFicha": _uuid("FAE"),
        "tpCdsOrigem": 3,
        "dataNascimentoCidadao": ADULTO,
        "sexoCidadao": 1,
        "cpfCidadao": CPF_CIDADAO,
        "stNaoPossuiCpf": False,
        "atencaoDomiciliarProcedencia": 1,
        "atencaoDomiciliarModalidade": 1,
        "cid10Principal": "I10",
        "turno": 1,
        "headerTransport": _varias(MEDICO),
    }


def _fac() -> Json:
    return {
        "uuidFicha": _uuid("FAC"),
        "outraLocalidade": "Centro comunitário",
        "numParticipantes": 12,
        "atividadeTipo": 4,
        "publicoAlvo": [1],
        "temasParaSaude": [1],
        "tbCdsOrigem": 3,
        "turno": 1,
        "headerTransport": _unica(ENFERMEIRO),
        "pseEducacao": False,
        "pseSaude": False,
    }


def _fcd() -> Json:
    uuid = _uuid("FCD")
    return {
        "enderecoLocalPermanencia": {
            "bairro": "Centro",
            "cep": "88010000",
            "codigoIbgeMunicipio": IBGE,
            "nomeLogradouro": "das Garças",
            "numero": "120",
            "numeroDneUf": "25",
            "tipoLogradouroNumeroDne": "081",
            "microArea": "01",
        },
        "fichaAtualizada": False,
        "tpCdsOrigem": 3,
        "uuid": uuid,
        "uuidFichaOriginadora": uuid,
        "tipoDeImovel": 1,
        "headerTransport": _unica(ACS),
        "tipoEndereco": 3,
    }


def _fci() -> Json:
    uuid = _uuid("FCI")
    return {
        "emSituacaoDeRua": {"statusSituacaoRua": False},
        "fichaAtualizada": False,
        "identificacaoUsuarioCidadao": {
            "codigoIbgeMunicipioNascimento": IBGE,
            "dataNascimentoCidadao": ADULTO,
            "nacionalidadeCidadao": 1,
            "nomeCidadao": "MARINA DAS NEVES BITTENCOURT",
            "nomeMaeCidadao": "HELENA DAS NEVES BITTENCOURT",
            "telefoneCelular": "48999990001",
            "paisNascimento": 31,
            "racaCorCidadao": 4,
            "sexoCidadao": 1,
            "desconheceNomePai": True,
            "cpfCidadao": CPF_CIDADAO,
            "stNaoPossuiCpf": False,
        },
        "statusTermoRecusaCadastroIndividualAtencaoBasica": False,
        "tpCdsOrigem": 3,
        "uuid": uuid,
        "uuidFichaOriginadora": uuid,
        "headerTransport": _unica(ACS),
    }


def _fczm() -> Json:
    return {
        "headerTransport": _unica(MEDICO),
        "uuidFicha": _uuid("FCZM"),
        "tpCdsOrigem": 3,
        "turno": 1,
        "cnsCidadao": CNS_CIDADAO,
        "dataRealizacaoTesteOlhinho": ms(date(2026, 9, 1)),
        "coResultadoTesteOlhinho": 1,
        "stNaoPossuiCpf": False,
    }


def _fp() -> Json:
    return {
        "uuidFicha": _uuid("FP"),
        "tpCdsOrigem": 3,
        "headerTransport": _unica(ENFERMEIRO),
        "atendProcedimentos": [
            {
                "dtNascimento": ADULTO,
                "sexo": 1,
                "localAtendimento": 1,
                "turno": 1,
                "procedimentos": ["0301100284"],
                "dataHoraInicialAtendimento": INICIO,
                "dataHoraFinalAtendimento": FIM,
                "stNaoPossuiCpf": False,
            }
        ],
    }


def _fv() -> Json:
    return {
        "uuidFicha": _uuid("FV"),
        "tpCdsOrigem": 3,
        "headerTransport": _unica(ENFERMEIRO),
        "vacinacoes": [
            {
                "turno": 1,
                "dtNascimento": ADULTO,
                "sexo": 0,
                "localAtendimento": 1,
                "viajante": False,
                "vacinas": [
                    {
                        "imunobiologico": 33,
                        "estrategiaVacinacao": 5,
                        "dose": 9,
                        "lote": "INF26A014",
                        "grupoAtendimento": 121,
                        "stRegistroAnterior": False,
                        "stPesquisaClinica": False,
                        "viaAdministracao": 3,
                        "localAplicacao": 2,
                        "coRndsFabricante": "152",
                    }
                ],
                "dataHoraInicialAtendimento": INICIO,
                "dataHoraFinalAtendimento": FIM,
                "cpfCidadao": CPF_CIDADAO,
                "stNaoPossuiCpf": False,
            }
        ],
    }


def _fvd() -> Json:
    return {
        "uuidFicha": _uuid("FVD"),
        "tpCdsOrigem": 3,
        "headerTransport": _unica(ACS),
        "visitasDomiciliares": [{"turno": 1, "desfecho": 1, "microArea": "01", "tipoDeImovel": 1}],
    }


def _mca() -> Json:
    perguntas: list[Json] = [
        {"pergunta": p, "respostaUnicaEscolha": 1} for p in (11, 14, 15, 16, 17, 18, 19, 20)
    ]
    perguntas.insert(1, {"pergunta": 12, "respostaMultiplaEscolha": [12, 14, 16]})
    return {
        "headerTransport": _unica(ENFERMEIRO),
        "dataNascimento": CRIANCA,
        "sexo": 1,
        "localAtendimento": 1,
        "perguntasQuestionarioCriancasComMaisDoisAnos": perguntas,
        "uuidFicha": _uuid("MCA"),
        "tpCdsOrigem": 3,
        "cpfCidadao": CPF_CIDADAO,
        "stNaoPossuiCpf": False,
    }


def _lotacao_fcc(numero: int, cns_profissional: str, cbo: str) -> Json:
    return {
        "cpf": cpf(numero),
        "cns": cns_profissional,
        "cboCodigo_2002": cbo,
        "ine": INE,
        "cnes": CNES,
        "codigoIbgeMunicipio": IBGE,
    }


def _fcc() -> Json:
    executante = _lotacao_fcc(311_540_207, CNS_PROFISSIONAL, "225133")
    return {
        "uuidEvolucao": _uuid("FCC"),
        "lotacaoEvolucao": dict(executante),
        "dataEvolucao": FIM,
        "coSequencialEvolucao": 1,
        "condutaEvolucao": 3,
        "tpCdsOrigem": 3,
        "sexoCidadao": 1,
        "dataNascimentoCidadao": "1985-03-20",
        "uuidCuidadoCompartilhado": _uuid("FCC", 1),
        "solicitante": _lotacao_fcc(402_887_115, CNS_SOLICITANTE, MEDICO),
        "executante": executante,
        "dataCriacaoCuidado": INICIO,
        "ciap": "P76",
        "prioridadeCuidado": 2,
    }


_FICHAS: Mapping[str, Callable[[], Json]] = {
    "FAI": _fai,
    "FAO": _fao,
    "FAD": _fad,
    "FAC": _fac,
    "FAE": _fae,
    "FCD": _fcd,
    "FCI": _fci,
    "FCZM": _fczm,
    "FP": _fp,
    "FV": _fv,
    "FVD": _fvd,
    "MCA": _mca,
    "FCC": _fcc,
}
TIPOS: tuple[str, ...] = tuple(_FICHAS)
CAMPO_UUID: Mapping[str, str] = {
    **dict.fromkeys(TIPOS, "uuidFicha"),
    "FCI": "uuid",
    "FCD": "uuid",
    "FCC": "uuidEvolucao",
}


def minimal(tipo: str) -> Json:
    """A fresh minimal valid record of `tipo` (attendance on 2026-09-15); KeyError for an unknown type."""
    ficha = _FICHAS[tipo]()
    return {
        "tipo": tipo,
        "versao": VERSAO,
        "uuid": ficha[CAMPO_UUID[tipo]],
        "cnes": CNES,
        "ine": INE,
        "ibge": IBGE,
        "ficha": ficha,
    }
