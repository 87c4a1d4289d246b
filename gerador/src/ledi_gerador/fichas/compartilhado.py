"""FCC: a doctor or nurse asks the multiprofessional team about a citizen, and it answers."""

from __future__ import annotations

from datetime import date, timedelta

from ledi_gerador.clinica import AGUDOS
from ledi_gerador.documentos import HORA_MS, ms
from ledi_gerador.municipio import EMULTI, MEDICO, Lotacao, Profissional
from ledi_gerador.oficina import Json, Oficina, Rascunho


def fcc(o: Oficina, dia: date) -> Rascunho:
    solicitante = o.profissional(MEDICO)
    ines = {e.ine for e in o.municipio.equipes if e.tipo == EMULTI}
    executante = o.um([(p, x) for p in o.municipio.profissionais for x in p.lotacoes if x.ine in ines])
    autor, lotacao = executante
    c = o.alguem(dia, lambda c: 14 <= c.idade(dia) <= 90)
    hora = o.hora(dia)
    criado = ms(dia - timedelta(days=o.entre(4, 20))) + 9 * HORA_MS
    problema = o.um([a for a in AGUDOS if a.de <= c.idade(dia) <= a.ate])
    uuid = o.uuid(lotacao.cnes)
    ficha: Json = {
        "uuidEvolucao": uuid,
        "lotacaoEvolucao": _lotacao(o, *executante),
        "dataEvolucao": hora.inicio,
        "coSequencialEvolucao": 1,
        "condutaEvolucao": o.um((2, 3, 6, 9, 10)),
        "tpCdsOrigem": 3,
        "sexoCidadao": c.sexo,
        "dataNascimentoCidadao": c.nascimento.isoformat(),
        "uuidCuidadoCompartilhado": o.uuid(lotacao.cnes),
        "solicitante": _lotacao(o, *solicitante),
        "executante": _lotacao(o, *executante),
        "dataCriacaoCuidado": criado,
        "ciap": problema.ciap,
        "cid10": problema.cid,
        "prioridadeCuidado": o.entre(1, 4),
    }
    if o.chance(0.4):
        ficha["coSequencialEvolucao"] = 2
        ficha["dataEvolucaoAnterior"] = criado + 20 * HORA_MS
    if c.cpf:
        ficha["cpfCidadao"] = c.cpf
    else:
        ficha["cnsCidadao"] = c.cns
    return Rascunho(ficha, uuid, autor, lotacao, [c])


def _lotacao(o: Oficina, p: Profissional, x: Lotacao) -> Json:
    lotacao: Json = {
        "cpf": p.cpf,
        "cns": p.cns,
        "cboCodigo_2002": x.cbo,
        "cnes": x.cnes,
        "codigoIbgeMunicipio": o.municipio.ibge,
    }
    if x.ine:
        lotacao["ine"] = x.ine
    return lotacao
