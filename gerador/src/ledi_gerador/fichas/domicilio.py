"""FAD and FAE: home care, and the assessment that decides who gets it."""

from __future__ import annotations

from datetime import date

from ledi_gerador.clinica import DOMICILIARES, DOMICILIO, Problema
from ledi_gerador.documentos import ms
from ledi_gerador.fichas.cadastros import endereco
from ledi_gerador.municipio import ENFERMEIRO, FISIOTERAPEUTA, MEDICO
from ledi_gerador.oficina import Json, Oficina, Rascunho
from ledi_gerador.pessoas import BRASIL, Cidadao

AD1, AD2, INELEGIVEL = 1, 2, 4
PROPRIA_EMAD, ATENCAO_BASICA = 1, 3
_FRAGEIS = frozenset({"acamado", "domiciliado", "avc", "deficiencia"})


def _fragil(o: Oficina, dia: date) -> Cidadao:
    frageis = [c for c in o.grupo("frageis", lambda c: bool(c.condicoes & _FRAGEIS)) if c.idade(dia) >= 18]
    return o.um(frageis) if frageis else o.alguem(dia, lambda c: c.idade(dia) >= 50)


def fad(o: Oficina, dia: date) -> Rascunho:
    p, lotacao = o.profissional(MEDICO, ENFERMEIRO, FISIOTERAPEUTA)
    c = _fragil(o, dia)
    problema = o.um(DOMICILIARES)
    documento = {"cpfCidadao": c.cpf} if c.cpf else {"cnsCidadao": c.cns}
    cabem = [x.codigo for x in DOMICILIO if lotacao.cbo in x.cbos]
    atendimento: Json = {
        "turno": 1 if o.chance(0.7) else 2,
        "dataNascimento": ms(c.nascimento),
        "sexo": c.sexo,
        "localAtendimento": 4,
        "atencaoDomiciliarModalidade": AD1 if o.chance(0.7) else AD2,
        "tipoAtendimento": 7 if o.chance(0.85) else 8,
        "condicoesAvaliadas": o.alguns((1, 2, 4, 14, 16, 10, 17), o.entre(1, 3)),
        "procedimentos": o.alguns(cabem, o.entre(1, 2)),
        "condutaDesfecho": 7 if o.chance(0.9) else o.um((1, 2)),
        "problemasCondicoes": [{"ciap": problema.ciap, "cid10": problema.cid, "isAvaliado": True}],
        **documento,
    }
    uuid = o.uuid(lotacao.cnes)
    ficha = {
        "uuidFicha": uuid,
        "tpCdsOrigem": 3,
        "atendimentosDomiciliares": [atendimento],
        "headerTransport": o.varias(p, lotacao, dia),
    }
    return Rascunho(ficha, uuid, p, lotacao, [c])


def fae(o: Oficina, dia: date) -> Rascunho:
    p, lotacao = o.profissional(MEDICO, ENFERMEIRO)
    c = _fragil(o, dia)
    problema = o.um(DOMICILIARES)
    uuid = o.uuid(lotacao.cnes)
    ficha: Json = {
        "uuidFicha": uuid,
        "tpCdsOrigem": 3,
        "dataNascimentoCidadao": ms(c.nascimento),
        "sexoCidadao": c.sexo,
        "atencaoDomiciliarProcedencia": o.um((1, 1, 11, 12, 16)),
        "condicoesAvaliadas": o.alguns((1, 2, 4, 14, 16), o.entre(1, 3)),
        "cid10Principal": problema.cid,
        "turno": 1 if o.chance(0.7) else 2,
        "headerTransport": o.varias(p, lotacao, dia),
        "cuidadorCidadao": o.um((2, 3, 3, 8, 1)),
        **o.documento(c),
        **_conclusao(o, c, problema),
    }
    return Rascunho(ficha, uuid, p, lotacao, [c])


def _conclusao(o: Oficina, c: Cidadao, problema: Problema) -> Json:
    if o.chance(0.15):
        return {
            "atencaoDomiciliarModalidade": INELEGIVEL,
            "conclusaoDestinoInelegivel": o.alguns((1, 2, 3, 4, 5), o.entre(1, 2)),
        }
    if c.pai is None or c.nacionalidade != 1 or c.familia.numero is None or o.chance(0.4):
        return {"atencaoDomiciliarModalidade": AD1, "conclusaoDestinoElegivel": ATENCAO_BASICA}
    return {
        "atencaoDomiciliarModalidade": AD2,
        "conclusaoDestinoElegivel": PROPRIA_EMAD,
        "cid10SecundarioUm": "I10" if problema.cid != "I10" else "E119",
        "nomeCidadao": c.nome,
        "nomeMaeCidadao": c.mae,
        "nomePaiCidadao": c.pai,
        "racaCorCidadao": c.raca,
        "nacionalidadeCidadao": 1,
        "codigoIbgeMunicipioNascimento": o.municipio.ibge,
        "paisNascimento": BRASIL,
        "endereco": endereco(c.familia, o.municipio.ibge, microarea=False),
    }
