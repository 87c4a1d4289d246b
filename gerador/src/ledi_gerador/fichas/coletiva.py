"""FAC: meetings, education in groups, collective procedures, the school programme (PSE)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from ledi_gerador.documentos import ms
from ledi_gerador.municipio import ACS, ENFERMEIRO, MEDICO, NUTRICIONISTA, PSICOLOGO, TSB
from ledi_gerador.nomes import ESCOLAS_INEP, LOCAIS
from ledi_gerador.oficina import Json, Oficina, Rascunho, corpo
from ledi_gerador.pessoas import Cidadao

REUNIAO, EDUCACAO, GRUPO, PROCEDIMENTO, MOBILIZACAO = 1, 4, 5, 6, 7
PUBLICO = {"gestante": 7, "idoso": 10, "cronico": 12, "tabagista": 13, "geral": 1, "crianca": 4}


def fac(o: Oficina, dia: date) -> Rascunho:
    tipo = o.rng.choices(
        (REUNIAO, 2, 3, EDUCACAO, GRUPO, PROCEDIMENTO, MOBILIZACAO), (18, 5, 4, 35, 18, 15, 5)
    )[0]
    p, lotacao = o.profissional(ENFERMEIRO, MEDICO, NUTRICIONISTA, PSICOLOGO, TSB)
    uuid = o.uuid(lotacao.cnes)
    ficha: Json = {
        "uuidFicha": uuid,
        "atividadeTipo": tipo,
        "tbCdsOrigem": 3,
        "turno": 1 if o.chance(0.5) else 2,
        "headerTransport": o.unica(p, lotacao, dia),
        "pseEducacao": False,
        "pseSaude": False,
        "numParticipantes": o.entre(5, 40),
    }
    colega, outra = o.profissional(ACS)
    if o.chance(0.6):
        ficha["profissionais"] = [{"cnsProfissional": colega.cns, "codigoCbo2002": outra.cbo}]
    pessoas: list[Cidadao] = []
    if tipo in (REUNIAO, 2, 3):
        ficha["temasParaReuniao"] = o.alguns((1, 2, 3, 4, 5, 7), o.entre(1, 2))
        ficha["cnesLocalAtividade"] = lotacao.cnes
    else:
        ficha |= _LOCAL[tipo](o, lotacao.cnes)
        if tipo == GRUPO:
            pessoas = _grupo(o, dia, lotacao.cnes, ficha)
        elif tipo == PROCEDIMENTO:
            pessoas = _procedimento(o, dia, lotacao.cnes, ficha)
        else:
            ficha["publicoAlvo"] = [o.um(tuple(PUBLICO.values()))]
            ficha["temasParaSaude"] = o.alguns((29, 1, 4, 7, 8, 13, 14, 15, 16, 17, 31), o.entre(1, 3))
    return Rascunho(ficha, uuid, p, lotacao, pessoas)


def _posto(o: Oficina, cnes: str) -> Json:
    return {"cnesLocalAtividade": cnes}


def _comunidade(o: Oficina, cnes: str) -> Json:
    return {"outraLocalidade": o.um(LOCAIS)} if o.chance(0.6) else {"cnesLocalAtividade": cnes}


def _escola(o: Oficina, cnes: str) -> Json:
    return {"inep": o.um(ESCOLAS_INEP), "pseSaude": True, "pseEducacao": o.chance(0.5)}


_LOCAL: dict[int, Callable[[Oficina, str], Json]] = {
    EDUCACAO: _comunidade,
    GRUPO: _posto,
    PROCEDIMENTO: _escola,
    MOBILIZACAO: _comunidade,
}


def _participante(o: Oficina, c: Cidadao) -> Json:
    return {
        "dataNascimento": ms(c.nascimento),
        "sexo": c.sexo,
        "avaliacaoAlterada": o.chance(0.1),
        **o.documento(c, "cpfParticipante", "cnsParticipante"),
    }


def _conta(ficha: Json, participantes: list[Json]) -> None:
    ficha["participantes"] = participantes
    ficha["numParticipantes"] = len(participantes)
    ficha["numAvaliacoesAlteradas"] = sum(p["avaliacaoAlterada"] for p in participantes)


def _grupo(o: Oficina, dia: date, cnes: str, ficha: Json) -> list[Cidadao]:
    """Care in group: of pregnant women, of smokers who want to stop, or of people with chronic disease."""
    tabaco = o.chance(0.3)
    pessoas = o.pessoas(
        dia, cnes, o.entre(4, 10), lambda c: ("tabagismo" in c.condicoes) if tabaco else c.idade(dia) >= 30
    )
    participantes = [_participante(o, c) for c in pessoas]
    ficha["publicoAlvo"] = [PUBLICO["tabagista" if tabaco else "cronico"]]
    ficha["temasParaSaude"] = [7] if tabaco else [1, 4]
    if tabaco:
        ficha["praticasEmSaude"] = [o.um((25, 26, 27, 28))]
        for p in participantes:
            p["cessouHabitoFumar"] = o.chance(0.3)
            p["abandonouGrupo"] = o.chance(0.1)
    elif o.chance(0.5):
        ficha["praticasEmSaude"] = [11]
    _conta(ficha, participantes)
    return pessoas


def _procedimento(o: Oficina, dia: date, cnes: str, ficha: Json) -> list[Cidadao]:
    """At school: weight and height, toothbrushing, sight."""
    pessoas = o.pessoas(dia, cnes, o.entre(5, 14), lambda c: 4 <= c.idade(dia) <= 15)
    participantes = [_participante(o, c) for c in pessoas]
    pratica = o.um((20, 20, 9, 2, 3))
    ficha["publicoAlvo"] = [PUBLICO["crianca"]]
    ficha["praticasEmSaude"] = [pratica]
    if pratica == 20:
        for c, p in zip(pessoas, participantes, strict=True):
            p["peso"], p["altura"] = corpo(o, c.meses(dia), c.sexo)
    _conta(ficha, participantes)
    return pessoas
