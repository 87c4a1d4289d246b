"""FP: what nursing does all day, by citizen or only counted."""

from __future__ import annotations

from datetime import date

from ledi_gerador.clinica import PROCEDIMENTOS
from ledi_gerador.documentos import ms
from ledi_gerador.municipio import ENFERMEIRO, MEDICO, TECNICO
from ledi_gerador.oficina import Hora, Json, Oficina, Rascunho
from ledi_gerador.pessoas import Cidadao

TOTAIS = (
    "numTotalAfericaoPa",
    "numTotalGlicemiaCapilar",
    "numTotalAfericaoTemperatura",
    "numTotalMedicaoAltura",
    "numTotalCurativoSimples",
    "numTotalMedicaoPeso",
    "numTotalColetaMaterialParaExameLaboratorial",
)


def fp(o: Oficina, dia: date) -> Rascunho:
    p, lotacao = o.profissional(o.rng.choices((TECNICO, ENFERMEIRO, MEDICO), (66, 26, 8))[0])
    uuid = o.uuid(lotacao.cnes)
    ficha: Json = {
        "uuidFicha": uuid,
        "tpCdsOrigem": 3,
        "headerTransport": o.unica(p, lotacao, dia),
    }
    if o.chance(0.05):
        ficha |= {total: o.entre(1, 30) for total in o.alguns(TOTAIS, o.entre(2, 5))}
        return Rascunho(ficha, uuid, p, lotacao)
    hora = o.hora(dia)
    urgencia = o.chance(0.02)
    pessoas = o.pessoas(dia, lotacao.cnes, o.um((1, 1, 1, 2, 3, 5)))
    # now and then somebody is attended before anybody knows who it is
    quem = [None if o.chance(0.02) else c for c in pessoas]
    ficha["atendProcedimentos"] = [
        _atendido(o, c, dia, hora, lotacao.cbo, identificado is not None)
        for c, identificado in zip(pessoas, quem, strict=True)
    ]
    return Rascunho(ficha, uuid, p, lotacao, quem, urgencia)


def _atendido(o: Oficina, c: Cidadao, dia: date, hora: Hora, cbo: str, identificado: bool) -> Json:
    atendido: Json = {
        "dtNascimento": ms(c.nascimento),
        "sexo": c.sexo,
        "localAtendimento": 1 if o.chance(0.93) else 4,
        "turno": hora.turno,
        "dataHoraInicialAtendimento": hora.inicio,
        "dataHoraFinalAtendimento": hora.fim,
    }
    if identificado:
        atendido |= {"numProntuario": c.prontuario, **o.documento(c)}
    else:
        atendido |= {"stNaoPossuiCpf": True, "justificativaNaoPossuiCpf": 2}
    if cbo == ENFERMEIRO and o.chance(0.2):
        atendido["statusEscutaInicialOrientacao"] = True
    else:
        atendido["statusEscutaInicialOrientacao"] = False
        meses = c.meses(dia)
        cabem = [
            p.codigo
            for p in PROCEDIMENTOS
            if cbo in p.cbos and p.de <= meses <= p.ate and (p.sexo == "I" or c.sexo == 1)
        ]
        atendido["procedimentos"] = o.alguns(cabem, o.entre(1, 4))
    if o.chance(0.5):
        atendido["medicoes"] = o.medicoes(c, dia)
    if c.idade(dia) >= 60 and o.chance(0.03):
        atendido["ivcf"] = o.ivcf(dia)
    return atendido
