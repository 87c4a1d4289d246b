"""FV: doses of the calendar for that age, transcribed doses now and then."""

from __future__ import annotations

from datetime import date, timedelta

from ledi_gerador.clinica import PRIMEIRA_DOSE_ANTERIOR, VACINAS, Vacina
from ledi_gerador.documentos import ms
from ledi_gerador.municipio import ENFERMEIRO, TECNICO
from ledi_gerador.oficina import Hora, Json, Oficina, Rascunho
from ledi_gerador.pessoas import Cidadao

BCG = 15
NENHUMA, GESTANTE, PUERPERA = 1, 2, 3


def fv(o: Oficina, dia: date) -> Rascunho:
    p, lotacao = o.profissional(ENFERMEIRO, TECNICO)
    hora = o.hora(dia)

    def tem_vacina(c: Cidadao) -> bool:
        return c.nascimento < dia and bool(_calendario(c, dia))

    criancas = [c for c in o.grupo("criancas", lambda c: c.idade(dia) < 16) if tem_vacina(c)]
    pessoas = o.alguns(criancas, o.entre(1, 2)) if criancas and o.chance(0.6) else []
    if not pessoas or o.chance(0.3):
        outra = o.alguem(dia, tem_vacina)
        if outra not in pessoas:
            pessoas.append(outra)
    uuid = o.uuid(lotacao.cnes)
    ficha = {
        "uuidFicha": uuid,
        "tpCdsOrigem": 3,
        "headerTransport": o.unica(p, lotacao, dia),
        "vacinacoes": [_vacinado(o, c, dia, hora) for c in pessoas],
    }
    return Rascunho(ficha, uuid, p, lotacao, pessoas)


def _calendario(c: Cidadao, dia: date) -> list[Vacina]:
    meses = c.meses(dia)
    gestante = (c.semanas(dia) or 0) >= 28
    return [
        v
        for v in VACINAS
        if v.de <= meses <= v.ate and (gestante if v.gestante else not (gestante and v.imunobiologico == 67))
    ]


def _vacinado(o: Oficina, c: Cidadao, dia: date, hora: Hora) -> Json:
    doses: dict[int, Vacina] = {}
    for v in o.alguns(_calendario(c, dia), o.entre(1, 4)):
        doses.setdefault(v.imunobiologico, v)
    vacinado: Json = {
        "turno": hora.turno,
        "numProntuario": c.prontuario,
        "dtNascimento": ms(c.nascimento),
        "sexo": c.sexo,
        "localAtendimento": 1,
        "viajante": o.chance(0.03),
        "vacinas": [_dose(o, v, dia) for v in doses.values()],
        "dataHoraInicialAtendimento": hora.inicio,
        "dataHoraFinalAtendimento": hora.fim,
        **o.documento(c),
    }
    if BCG in doses:
        vacinado["comunicanteHanseniase"] = False
    if c.sexo == 1:
        vacinado["condicaoMaternal"] = (
            GESTANTE if c.semanas(dia) is not None else PUERPERA if c.puerpera(dia) else NENHUMA
        )
    if c.idade(dia) >= 20 and o.chance(0.15):
        vacinado["vacinas"].append(_anterior(o, dia))
    return vacinado


def _dose(o: Oficina, v: Vacina, dia: date) -> Json:
    return {
        "imunobiologico": v.imunobiologico,
        "estrategiaVacinacao": v.estrategia,
        "dose": v.dose,
        "lote": f"{_sigla(v.nome)}{dia.year % 100}{o.entre(1, 400):04d}",
        "coRndsFabricante": v.fabricante,
        "grupoAtendimento": v.grupo,
        "stRegistroAnterior": False,
        "stPesquisaClinica": False,
        "viaAdministracao": v.via,
        "localAplicacao": o.um(v.locais),
    }


def _sigla(nome: str) -> str:
    return "".join(letra for letra in nome.upper() if letra.isascii() and letra.isalnum())[:3]


def _anterior(o: Oficina, dia: date) -> Json:
    imunobiologico, dose, via, locais = PRIMEIRA_DOSE_ANTERIOR
    return {
        "imunobiologico": imunobiologico,
        "dose": dose,
        "stRegistroAnterior": True,
        "dataRegistroAnterior": ms(dia - timedelta(days=o.entre(200, 3000))),
        "stPesquisaClinica": False,
        "viaAdministracao": via,
        "localAplicacao": o.um(locais),
    }
