"""MCA and FCZM: food questionnaires, and the follow-up of children with neurological syndrome."""

from __future__ import annotations

from datetime import date, timedelta

from ledi_gerador.documentos import ms
from ledi_gerador.municipio import ENFERMEIRO, FISIOTERAPEUTA, MEDICO, NUTRICIONISTA
from ledi_gerador.oficina import Json, Oficina, Rascunho
from ledi_gerador.pessoas import Cidadao

MENORES, DE_SEIS_A_23, MAIORES = (
    "perguntasQuestionarioCriancasMenoresSeisMeses",
    "perguntasQuestionarioCriancasDeSeisVinteTresMeses",
    "perguntasQuestionarioCriancasComMaisDoisAnos",
)
SIM, NAO, NAO_SABE = 1, 2, 3
_EXAMES = (  # date, result, codes of the result
    ("dataRealizacaoTesteOlhinho", "coResultadoTesteOlhinho", (1, 1, 1, 2)),
    ("dataRealizacaoTesteOrelhinha", "coResultadoTesteOrelhinha", (5, 5, 5, 6)),
    ("dataRealizacaoExameFundoOlho", "coResultadoExameFundoOlho", (3, 3, 4)),
    ("dataRealizacaoUSTransfontanela", "coResultadoUsTransfontanela", (7, 7, 8, 9)),
)


def mca(o: Oficina, dia: date) -> Rascunho:
    p, lotacao = o.profissional(ENFERMEIRO, NUTRICIONISTA)
    pequenos = o.grupo("pequenos", lambda c: c.idade(o.municipio.hoje) < 3)
    servem = [c for c in pequenos if c.nascimento < dia]
    c = o.um(servem) if servem and o.chance(0.6) else o.alguem(dia)
    uuid = o.uuid(lotacao.cnes)
    ficha: Json = {
        "headerTransport": o.unica(p, lotacao, dia),
        "dataNascimento": ms(c.nascimento),
        "sexo": c.sexo,
        "localAtendimento": 1 if o.chance(0.8) else 5,
        "uuidFicha": uuid,
        "tpCdsOrigem": 3,
        **o.documento(c),
        **_questionario(o, c.meses(dia)),
    }
    return Rascunho(ficha, uuid, p, lotacao, [c])


def _responde(o: Oficina, perguntas: tuple[int, ...], sim: float) -> list[Json]:
    return [
        {"pergunta": q, "respostaUnicaEscolha": SIM if o.chance(sim) else NAO if o.chance(0.95) else NAO_SABE}
        for q in perguntas
    ]


def _questionario(o: Oficina, meses: int) -> Json:
    if meses < 6:
        return {MENORES: _responde(o, (1,), 0.8) + _responde(o, (3, 4, 5, 6, 7, 8, 9, 10), 0.15)}
    if meses <= 23:
        respostas = _responde(o, (21, 22, 24), 0.75)
        if respostas[1]["respostaUnicaEscolha"] == SIM:
            respostas.append({"pergunta": 23, "respostaUnicaEscolha": o.entre(4, 6)})
        if respostas[2]["respostaUnicaEscolha"] == SIM:
            respostas.append({"pergunta": 25, "respostaUnicaEscolha": o.entre(4, 6)})
            respostas.append({"pergunta": 26, "respostaUnicaEscolha": o.entre(7, 11)})
        return {DE_SEIS_A_23: respostas + _responde(o, tuple(range(28, 42)), 0.4)}
    refeicoes = sorted({12, 14, 16, o.entre(12, 17), o.entre(12, 17)})
    return {
        MAIORES: [
            *_responde(o, (11,), 0.6),
            {"pergunta": 12, "respostaMultiplaEscolha": refeicoes},
            *_responde(o, tuple(range(14, 21)), 0.5),
        ]
    }


def fczm(o: Oficina, dia: date) -> Rascunho:
    p, lotacao = o.profissional(MEDICO, ENFERMEIRO, FISIOTERAPEUTA)
    c = o.alguem(dia - timedelta(days=40), lambda c: c.idade(dia) < 6 and not c.responsavel)
    uuid = o.uuid(lotacao.cnes)
    ficha: Json = {
        "headerTransport": o.unica(p, lotacao, dia),
        "uuidFicha": uuid,
        "tpCdsOrigem": 3,
        "turno": 1 if o.chance(0.7) else 2,
        **_identificada(c),
    }
    chefe = c.familia.responsavel
    if chefe.cpf:
        ficha["cpfResponsavelFamiliar"] = chefe.cpf
    else:
        ficha["cnsResponsavelFamiliar"] = chefe.cns
    for data, resultado, codigos in o.alguns(_EXAMES, o.entre(1, 3)):
        ficha[data] = ms(dia - timedelta(days=o.entre(1, 30)))
        ficha[resultado] = o.um(codigos)
    return Rascunho(ficha, uuid, p, lotacao, [c])


def _identificada(c: Cidadao) -> Json:
    """The CNS: the field table asks for it, the rules allow it or the CPF."""
    if c.cpf:
        return {"cnsCidadao": c.cns, "stNaoPossuiCpf": False}
    return {"cnsCidadao": c.cns, "stNaoPossuiCpf": True, "justificativaNaoPossuiCpf": c.justificativa}
