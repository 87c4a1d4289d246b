"""FAO: the oral health team's attendances."""

from __future__ import annotations

from datetime import date

from ledi_gerador.clinica import BUCAIS, MEDICAMENTOS, ODONTO
from ledi_gerador.documentos import ms
from ledi_gerador.fichas.individual import receita
from ledi_gerador.municipio import DENTISTA, TSB
from ledi_gerador.oficina import Hora, Json, Oficina, Rascunho
from ledi_gerador.pessoas import Cidadao

PRIMEIRA, RETORNO, MANUTENCAO = 1, 2, 4
TRATAMENTO_CONCLUIDO, ALTA, RETORNA = 15, 17, 16
ENDODONTIA = (63, 3)  # especialidade, and the tiposEncamOdonto it asks for


def fao(o: Oficina, dia: date) -> Rascunho:
    p, lotacao = o.profissional(DENTISTA) if o.chance(0.85) else o.profissional(TSB)
    hora = o.hora(dia)
    urgencia = lotacao.cbo == DENTISTA and o.chance(0.04)
    pessoas = o.pessoas(dia, lotacao.cnes, o.entre(1, 2), lambda c: c.idade(dia) >= 3)
    uuid = o.uuid(lotacao.cnes)
    ficha = {
        "uuidFicha": uuid,
        "headerTransport": o.varias(p, lotacao, dia),
        "atendimentosOdontologicos": [_consulta(o, c, dia, hora, lotacao.cbo, urgencia) for c in pessoas],
        "tpCdsOrigem": 3,
    }
    return Rascunho(ficha, uuid, p, lotacao, pessoas, urgencia)


def _consulta(o: Oficina, c: Cidadao, dia: date, hora: Hora, cbo: str, urgencia: bool) -> Json:
    tipo = 6 if urgencia else o.um((2, 2, 2, 5))
    bucal = o.um([b for b in BUCAIS if b.de <= c.idade(dia)])
    consulta: Json = {
        "dtNascimento": ms(c.nascimento),
        "sexo": c.sexo,
        "numProntuario": c.prontuario,
        "necessidadesEspeciais": "deficiencia" in c.condicoes,
        "localAtendimento": 1,
        "tipoAtendimento": tipo,
        "turno": hora.turno,
        "dataHoraInicialAtendimento": hora.inicio,
        "dataHoraFinalAtendimento": hora.fim,
        "tiposVigilanciaSaudeBucal": [3 if urgencia else o.um((99, 99, 3, 1, 2))],
        "problemasCondicoes": [{"ciap": bucal.ciap, "cid10": bucal.cid, "isAvaliado": True}],
        **o.documento(c),
    }
    if c.sexo == 1:
        consulta["gestante"] = c.semanas(dia) is not None
    if tipo == 2:
        consulta["tiposConsultaOdonto"] = [o.um((PRIMEIRA, RETORNO, RETORNO, MANUTENCAO))]
    programada = consulta.get("tiposConsultaOdonto", [0])[0] in (PRIMEIRA, RETORNO)
    if programada:
        consulta["tiposEncamOdonto"] = [TRATAMENTO_CONCLUIDO if o.chance(0.3) else RETORNA]
    else:
        consulta["tiposEncamOdonto"] = [ALTA if o.chance(0.4) else RETORNA]
    consulta["procedimentosRealizados"] = _procedimentos(o, c, dia, cbo)
    if o.chance(0.3):
        consulta["tiposFornecimOdonto"] = o.alguns((1, 2, 3), o.entre(1, 3))
    if cbo == DENTISTA:
        _prescricao(o, dia, consulta, bucal.cid)
    return consulta


def _procedimentos(o: Oficina, c: Cidadao, dia: date, cbo: str) -> list[Json]:
    meses = c.meses(dia)
    cabem = [(p, n) for p, n in ODONTO if cbo in p.cbos and p.de <= meses <= p.ate]
    return [
        {"coMsProcedimento": p.codigo, "quantidade": o.entre(1, n)} for p, n in o.alguns(cabem, o.entre(1, 3))
    ]


def _prescricao(o: Oficina, dia: date, consulta: Json, cid: str) -> None:
    if cid == "K047" and o.chance(0.7):
        consulta["medicamentos"] = [receita(o, MEDICAMENTOS["bucal"], dia)]
    if cid in ("K021", "K047") and o.chance(0.12):
        especialidade, encaminhamento = ENDODONTIA
        consulta["tiposEncamOdonto"] = [*consulta["tiposEncamOdonto"], encaminhamento]
        consulta["encaminhamentos"] = [
            {
                "especialidade": especialidade,
                "hipoteseDiagnosticoCid10": cid,
                "classificacaoRisco": 3,
            }
        ]
