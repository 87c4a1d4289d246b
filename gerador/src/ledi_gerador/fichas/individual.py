"""FAI: consultations of doctor, nurse and the multiprofessional team."""

from __future__ import annotations

from datetime import date, timedelta

from ledi_gerador.clinica import (
    AGUDOS,
    CONTRACEPCAO,
    CRONICOS,
    DOSE_UNICA,
    EXAMES_CRONICOS,
    EXAMES_GERAIS,
    EXAMES_PRENATAL,
    GRAVIDEZ,
    MEDICAMENTOS,
    NUTRICAO,
    OCI,
    PREVENCAO,
    PUERICULTURA,
    RESULTADOS,
    ULTRASSOM_OBSTETRICO,
    Medicamento,
    Problema,
)
from ledi_gerador.documentos import DIA_MS, ms
from ledi_gerador.municipio import (
    CARDIOLOGISTA,
    ENFERMEIRO,
    FISIOTERAPEUTA,
    MEDICO,
    NUTRICIONISTA,
    PSICOLOGO,
    Lotacao,
    Profissional,
)
from ledi_gerador.oficina import Hora, Json, Oficina, Rascunho
from ledi_gerador.pessoas import Cidadao

ENCAMINHA = 4  # conduta: encaminhamento para serviço especializado
_EMULTI = (PSICOLOGO, NUTRICIONISTA, FISIOTERAPEUTA)
_ESPECIALIDADE = {"I10": 6, "E119": 16, "J449": 45, "F419": 47, "M255": 37, "H669": 40, "Z349": 22}
_CRONICO_AUTOR = {PSICOLOGO: "saude_mental", NUTRICIONISTA: "obesidade", CARDIOLOGISTA: "hipertensao"}


def fai(o: Oficina, dia: date) -> Rascunho:
    quem = o.rng.choices(
        ((MEDICO,), (ENFERMEIRO,), _EMULTI, (CARDIOLOGISTA,)),
        (56, 28, 12, 4),
    )[0]
    p, lotacao = o.profissional(*quem)
    hora = o.hora(dia)
    urgencia = p.cbo == MEDICO and o.chance(0.03)
    pessoas = o.pessoas(dia, lotacao.cnes, 1 if o.chance(0.75) else o.entre(2, 5))
    cabecalho = o.varias(p, lotacao, dia)
    compartilhado = len(pessoas) == 1 and p.cbo == MEDICO and o.chance(0.05)
    if compartilhado:
        cabecalho["lotacaoFormAtendimentoCompartilhado"] = o.lotacao(*o.profissional(ENFERMEIRO))
    atendimentos = [_atendimento(o, c, dia, hora, p, lotacao, urgencia) for c in pessoas]
    if compartilhado:
        atendimentos[0]["tipoParticipacaoProfissionalConvidado"] = 2
    uuid = o.uuid(lotacao.cnes)
    ficha = {
        "headerTransport": cabecalho,
        "atendimentosIndividuais": atendimentos,
        "uuidFicha": uuid,
        "tpCdsOrigem": 3,
    }
    return Rascunho(ficha, uuid, p, lotacao, pessoas, urgencia)


def _atendimento(
    o: Oficina, c: Cidadao, dia: date, hora: Hora, p: Profissional, lotacao: Lotacao, urgencia: bool
) -> Json:
    problemas = _problemas(o, c, dia, lotacao.cbo)
    agudo = problemas[0] in AGUDOS
    atendimento: Json = {
        "numeroProntuario": c.prontuario,
        "dataNascimento": ms(c.nascimento),
        "sexo": c.sexo,
        "turno": hora.turno,
        "localDeAtendimento": 1 if o.chance(0.95) else 4,
        "tipoAtendimento": 6 if urgencia else (5 if agudo else o.um((1, 2, 2))),
        "condutas": [9] if agudo and o.chance(0.5) else [o.um((1, 2))],
        "dataHoraInicialAtendimento": hora.inicio,
        "dataHoraFinalAtendimento": hora.fim,
        "problemasCondicoes": [_avaliado(o, x, c, dia) for x in problemas],
        "vacinaEmDia": o.chance(0.85),
        **o.documento(c, cns="cns"),
    }
    if o.chance(0.7):
        atendimento["medicoes"] = o.medicoes(c, dia)
    if c.meses(dia) < 24:
        atendimento["aleitamentoMaterno"] = o.entre(1, 4)
    if c.idade(dia) >= 60 and o.chance(0.08):
        atendimento["ivcf"] = o.ivcf(dia)
    _gestacao(o, c, dia, atendimento)
    if lotacao.cbo in _EMULTI:
        atendimento["emultis"] = o.alguns((1, 2, 3), o.entre(1, 2))
    elif lotacao.cbo != ENFERMEIRO:
        _conduta_medica(o, c, dia, hora, atendimento, problemas)
    elif o.chance(0.2):
        atendimento["exame"] = _pedidos(o, EXAMES_GERAIS, 2)
    if urgencia and o.chance(0.5):
        atendimento["ficouEmObservacao"] = True
        atendimento["finalizadorObservacao"] = o.lotacao(p, lotacao)
    return atendimento


def _problemas(o: Oficina, c: Cidadao, dia: date, cbo: str) -> list[Problema]:
    """One to three problems, no CIAP and no CID twice; the first is the reason of the visit."""
    idade = c.idade(dia)
    if c.semanas(dia) is not None and cbo in (MEDICO, ENFERMEIRO):
        return [GRAVIDEZ]
    if idade < 2 and o.chance(0.7):
        return [PUERICULTURA]
    cronicos = [CRONICOS[x] for x in sorted(c.condicoes) if x in CRONICOS]
    if cbo in _CRONICO_AUTOR:
        return [NUTRICAO if cbo == NUTRICIONISTA and idade >= 12 else CRONICOS[_CRONICO_AUTOR[cbo]]]
    if cronicos and o.chance(0.6):
        return o.alguns(cronicos, o.entre(1, 3))
    if c.sexo == 1 and 18 <= idade <= 45 and o.chance(0.12):
        return [CONTRACEPCAO]
    agudos = [a for a in AGUDOS if a.de <= idade <= a.ate]
    return [o.um(agudos)] if o.chance(0.8) else [PREVENCAO]


def _avaliado(o: Oficina, x: Problema, c: Cidadao, dia: date) -> Json:
    problema: Json = {"ciap": x.ciap, "cid10": x.cid, "isAvaliado": True}
    if o.chance(0.3):
        del problema["cid10" if x.ciap != "A98" and o.chance(0.5) else "ciap"]
    if o.chance(0.35):
        problema |= {
            "uuidProblema": o.uuid(c.familia.cnes),
            "uuidEvolucaoProblema": o.uuid(c.familia.cnes),
            "coSequencialEvolucao": 1,
            "situacao": 0,
            "dataInicioProblema": ms(max(c.nascimento, dia - timedelta(days=o.entre(0, 700)))),
        }
    return problema


def _gestacao(o: Oficina, c: Cidadao, dia: date, atendimento: Json) -> None:
    semanas = c.semanas(dia)
    if semanas is None or c.dum is None:
        return
    partos = o.entre(0, 3)
    atendimento["dumDaGestante"] = ms(c.dum)
    atendimento["idadeGestacional"] = max(1, semanas)
    atendimento["stGravidezPlanejada"] = o.chance(0.6)
    atendimento["nuGestasPrevias"] = partos + o.entre(0, 1)
    atendimento["nuPartos"] = partos


def _conduta_medica(
    o: Oficina, c: Cidadao, dia: date, hora: Hora, atendimento: Json, problemas: list[Problema]
) -> None:
    gestante = c.semanas(dia) is not None
    cronico = any(x in CRONICOS.values() for x in problemas)
    if gestante or (cronico and o.chance(0.5)) or o.chance(0.15):
        lista = EXAMES_PRENATAL if gestante else EXAMES_CRONICOS if cronico else EXAMES_GERAIS
        atendimento["exame"] = _pedidos(o, lista, 4)
    if o.chance(0.3) and (cronico or gestante):
        atendimento["resultadosExames"] = _resultados(o, c, dia, gestante)
    remedios = [r for r in (MEDICAMENTOS.get(x.cid) for x in problemas) if r]
    if remedios and o.chance(0.75):
        atendimento["medicamentos"] = [receita(o, r, dia) for r in remedios]
    elif problemas[0].ciap == "D73" and o.chance(0.3):
        atendimento["medicamentos"] = [receita(o, DOSE_UNICA, dia)]
    especialidade = _ESPECIALIDADE.get(problemas[0].cid)
    if especialidade and o.chance(0.15):
        atendimento["condutas"] = [*atendimento["condutas"], ENCAMINHA]
        atendimento["encaminhamentos"] = [
            {
                "especialidade": especialidade,
                "hipoteseDiagnosticoCid10": problemas[0].cid,
                "classificacaoRisco": o.um((1, 2, 3, 3)),
            }
        ]
    if c.sexo == 1 and 50 <= c.idade(dia) <= 69 and o.chance(0.03):
        atendimento["solicitacoesOci"] = [{"codigoSigtap": OCI}]


def _pedidos(o: Oficina, lista: tuple[str, ...], n: int) -> list[Json]:
    situacoes = (["S"], ["S"], ["A"], ["S", "A"])
    return [
        {"codigoExame": e, "solicitadoAvaliado": list(o.um(situacoes))}
        for e in o.alguns(lista, o.entre(1, n))
    ]


def _resultados(o: Oficina, c: Cidadao, dia: date, gestante: bool) -> list[Json]:
    pedido = max(c.nascimento, dia - timedelta(days=o.entre(12, 30)))
    datas: Json = {
        "dataSolicitacao": ms(pedido),
        "dataRealizacao": ms(pedido) + 3 * DIA_MS,
        "dataResultado": ms(pedido) + 5 * DIA_MS,
    }
    if gestante:
        semanas = c.semanas(pedido) or 6
        valores: list[Json] = [
            {"tipoResultado": 3, "valorResultado": str(semanas)},
            {"tipoResultado": 2, "valorResultado": str(o.entre(0, 6))},
        ]
        return [{"exame": ULTRASSOM_OBSTETRICO, **datas, "resultadoExame": valores}]
    return [
        {
            "exame": exame,
            **datas,
            "resultadoExame": [
                {
                    "tipoResultado": 1,
                    "valorResultado": f"{o.decimal(de, ate, casas):.{casas}f}".replace(".", ","),
                }
            ],
        }
        for exame, de, ate, casas in o.alguns(RESULTADOS, o.entre(1, 3))
    ]


def receita(o: Oficina, r: Medicamento, dia: date) -> Json:
    """A prescription: single dose, so many times a day, or every so many hours."""
    remedio: Json = {
        "codigoCatmat": r.catmat,
        "viaAdministracao": 23 if "UI" in r.dose else 0,
        "dose": r.dose,
        "doseUnica": r.vezes is None and r.horas is None,
        "usoContinuo": False,
        "dtInicioTratamento": ms(dia),
        "quantidadeReceitada": r.quantidade,
    }
    if remedio["doseUnica"]:
        return remedio
    if r.vezes is not None:
        remedio["doseFrequenciaTipo"] = 2
        remedio["doseFrequencia"] = str(r.vezes)
        remedio["doseFrequenciaQuantidade"] = 1
        remedio["doseFrequenciaUnidadeMedida"] = 1
    else:
        remedio["doseFrequenciaTipo"] = 3
        remedio["doseFrequencia"] = str(r.horas)
    if r.dias is None:
        remedio["usoContinuo"] = True
        remedio["duracaoTratamentoMedida"] = 4
    else:
        remedio["duracaoTratamento"] = r.dias
        remedio["duracaoTratamentoMedida"] = 1
    return remedio
