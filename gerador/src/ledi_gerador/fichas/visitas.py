"""FVD: the agents' day at people's doors, and the endemics agent's round of buildings."""

from __future__ import annotations

from datetime import date

from ledi_gerador.documentos import ms
from ledi_gerador.municipio import ACE, ACS
from ledi_gerador.oficina import Json, Oficina, Rascunho, corpo
from ledi_gerador.pessoas import Cidadao

REALIZADA, RECUSADA, AUSENTE = 1, 2, 3
_MOTIVOS = {
    "hipertensao": 11,
    "diabetes": 12,
    "asma": 13,
    "dpoc": 14,
    "cancer": 15,
    "tabagismo": 33,
    "acamado": 19,
    "saude_mental": 22,
    "deficiencia": 10,
}


def fvd(o: Oficina, dia: date) -> Rascunho:
    if o.chance(0.12):
        return _vetores(o, dia)
    agente, lotacao = o.profissional(ACS)
    turno = 1 if o.chance(0.6) else 2
    pessoas = _moradores(o, dia, lotacao.microarea or "") or o.pessoas(dia, lotacao.cnes, 1)
    visitas = [_visita(o, c, dia, turno, lotacao.microarea or "01") for c in pessoas]
    uuid = o.uuid(lotacao.cnes)
    ficha = {
        "uuidFicha": uuid,
        "tpCdsOrigem": 3,
        "headerTransport": o.unica(agente, lotacao, dia),
        "visitasDomiciliares": visitas,
    }
    return Rascunho(ficha, uuid, agente, lotacao, pessoas)


def _moradores(o: Oficina, dia: date, microarea: str) -> list[Cidadao]:
    """Who was at home in some houses of the area; nobody twice on the same day."""
    casas = o.alguns(o.por_area[microarea], o.entre(1, 5))
    moradores = [o.um(f.membros) for f in casas]
    novos = [c for c in moradores if c.nascimento < dia and (c.cns, dia) not in o.visitados]
    o.visitados.update((c.cns, dia) for c in novos)
    return novos


def _visita(o: Oficina, c: Cidadao, dia: date, turno: int, microarea: str) -> Json:
    desfecho = o.rng.choices((REALIZADA, AUSENTE, RECUSADA), (88, 10, 2))[0]
    visita: Json = {
        "turno": turno,
        "dtNascimento": ms(c.nascimento),
        "sexo": c.sexo,
        "desfecho": desfecho,
        "tipoDeImovel": 1,
        "uuidOrigemCadastroDomiciliar": c.familia.uuid,
        **o.documento(c),
    }
    if o.chance(0.04):
        visita["stForaArea"] = True
    else:
        visita["microArea"] = microarea
    if desfecho == REALIZADA:
        visita["motivosVisita"] = _motivos(o, c, dia)
        visita["statusVisitaCompartilhadaOutroProfissional"] = o.chance(0.05)
        _medidas(o, c, dia, visita)
    if o.chance(0.5):
        visita["latitude"], visita["longitude"] = c.familia.latitude, c.familia.longitude
    return visita


def _motivos(o: Oficina, c: Cidadao, dia: date) -> list[int]:
    motivos = [29 if o.chance(0.85) else 1]
    motivos += [codigo for nome, codigo in _MOTIVOS.items() if nome in c.condicoes]
    meses = c.meses(dia)
    if c.semanas(dia) is not None:
        motivos.append(5)
    elif c.puerpera(dia):
        motivos.append(6)
    if meses < 1:
        motivos.append(7)
    elif meses < 144:
        motivos.append(8)
        if o.chance(0.2):
            motivos.append(4)
    elif meses >= 720:
        motivos.append(38)
    if o.chance(0.25):
        motivos.append(31)
    return motivos


def _medidas(o: Oficina, c: Cidadao, dia: date, visita: Json) -> None:
    meses = c.meses(dia)
    if meses < 60 and o.chance(0.4):
        peso, altura = corpo(o, meses, c.sexo)
        visita["pesoAcompanhamentoNutricional"] = peso
        visita["alturaAcompanhamentoNutricional"] = altura
    if "hipertensao" in c.condicoes and o.chance(0.5):
        sistolica = o.entre(110, 170)
        visita["pressaoSistolica"] = sistolica
        visita["pressaoDiastolica"] = sistolica - o.entre(40, 55)
    if "diabetes" in c.condicoes and o.chance(0.4):
        visita["glicemia"] = o.entre(80, 260)
        visita["tipoGlicemia"] = o.entre(0, 3)
    if o.chance(0.1):
        visita["temperatura"] = o.decimal(35.8, 37.9)
    if c.idade(dia) >= 60 and o.chance(0.06):
        visita["ivcf"] = o.ivcf(dia)


def _vetores(o: Oficina, dia: date) -> Rascunho:
    agente, lotacao = o.profissional(ACE)
    turno = 1 if o.chance(0.6) else 2
    visitas: list[Json] = []
    for _ in range(o.entre(1, 10)):
        desfecho = AUSENTE if o.chance(0.15) else REALIZADA
        visita: Json = {
            "turno": turno,
            "desfecho": desfecho,
            "tipoDeImovel": o.um((2, 2, 3, 3, 4, 5, 12)),
            "stForaArea": True,
        }
        if desfecho == REALIZADA:
            visita["motivosVisita"] = [34, *o.alguns((35, 36, 37, 28), o.entre(0, 2))]
        visitas.append(visita)
    uuid = o.uuid(lotacao.cnes)
    ficha = {
        "uuidFicha": uuid,
        "tpCdsOrigem": 3,
        "headerTransport": o.unica(agente, lotacao, dia),
        "visitasDomiciliares": visitas,
    }
    return Rascunho(ficha, uuid, agente, lotacao, [None] * len(visitas))
