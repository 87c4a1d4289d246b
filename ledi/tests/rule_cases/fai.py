"""Failing and passing cases of the FAI rules."""

from __future__ import annotations

from ledi_gerador.documentos import cns, cpf
from ledi_gerador.minimos import FIM, INICIO
from rule_cases import partes
from rule_cases.harness import DELETE, Case, day
from rule_cases.partes import EVOLUCAO, FRACIONADA, Maker

C = "atendimentosIndividuais[0]."
fai = Maker("FAI", C, "dataNascimento")
HOMEM = {"sexo": 0}
ENCAMINHA = {
    "condutas": [1, 4],
    "encaminhamentos": [{"especialidade": 6, "hipoteseDiagnosticoCiap2": "K86", "classificacaoRisco": 1}],
}
OBSERVACAO = {
    "ficouEmObservacao": True,
    "finalizadorObservacao": {"profissionalCNS": "235041188200009", "cboCodigo_2002": "223565"},
}
# The CBO of the minimal record, a family physician, informs the CID10 in versions before 8.4.0.
V722 = {"stNaoPossuiCpf": DELETE}


def house(name: str, bad: dict, good: dict, **more) -> Case:
    """A change in a prescription by turns, judged as in the FAO."""
    return Case(
        f"CASA-FAI-{name}", "FAI", fai.here(bad, "medicamentos[0]."), good=fai.here(good, "medicamentos[0]."),
        base=fai.here({"medicamentos": [FRACIONADA]}), **more,
    )  # fmt: skip


def encaminha(*items: dict) -> dict:
    return {
        "condutas": [4],
        "encaminhamentos": [{"especialidade": 6, "classificacaoRisco": 1, **item} for item in items],
    }


def ab(code: str, name: str, value: object) -> Case:
    """What an AB code does not take."""
    bad, good = {"ciap": "ABP022", name: value}, {"ciap": "X86", **EVOLUCAO, name: value}
    return fai(f"PC-{code}", bad, good, prefix="problemasCondicoes[0].")


CID, CIAP = {"hipoteseDiagnosticoCid10": "I10"}, {"hipoteseDiagnosticoCiap2": "K86"}
CASES: list[Case] = [
    Case("FAI-M-001-1", "FAI", {"headerTransport.lotacaoFormPrincipal.cboCodigo_2002": "515105"}),
    Case("FAI-M-003-1", "FAI", {"uuidFicha": "abc", "@uuid": "abc"}),
    Case("FAI-M-004-1", "FAI", {"tpCdsOrigem": 1}),
    *partes.cabecalho(fai),
    fai("001-1", {"numeroProntuario": "12-A"}, {"numeroProntuario": "12A"}),
    fai("002-1", {"cns": "700000000000001"}, {"cns": cns(7)}),
    fai("002-2", {"cns": cns(7), "cpfCidadao": cpf(5)}, {"cns": cns(7)}, also=("024-2",)),
    fai("003-1", {"dataNascimento": day("2026-09-16")}, {"dataNascimento": day("2026-09-15")}),
    fai("003-1", {"dataNascimento": day("1896-09-14")}, {"dataNascimento": day("1896-09-15")}),
    fai("004-1", {"localDeAtendimento": 16}, {"localDeAtendimento": 10}),
    fai("005-e1", {"sexo": 9}, {"sexo": 0}),
    fai("006-e1", {"turno": 4}, {"turno": 3}),
    fai("007-1", {"tipoAtendimento": 7}, {"tipoAtendimento": 6}),
    fai("009-e1", {"aleitamentoMaterno": 99}, {"aleitamentoMaterno": 1}),
    fai("010-1", {"dumDaGestante": day("2026-08-01"), **HOMEM}, {"dumDaGestante": day("2026-08-01")}),
    fai("010-2", {"dumDaGestante": day("2026-09-16")}, {"dumDaGestante": day("2026-09-15")}),
    fai("011-1", {"idadeGestacional": 10, **HOMEM}, {"idadeGestacional": 10}),
    fai("011-2", {"idadeGestacional": 43}, {"idadeGestacional": 42}),
    fai("011-2", {"idadeGestacional": 0}, {"idadeGestacional": 1}),
    fai("012-1", {"atencaoDomiciliarModalidade": 4}, {"atencaoDomiciliarModalidade": 3}),
    fai("016-e1", {"emultis": [99]}, {"emultis": [1]}),
    fai("017-e1", {"condutas": [999]}, {"condutas": [9]}),
    fai("017-1", {"condutas": [1, 9, 1]}, {"condutas": [1, 9]}),
    fai("018-1", {"stGravidezPlanejada": False, **HOMEM}, {"stGravidezPlanejada": False}),
    fai("019-1", {"nuGestasPrevias": 0, **HOMEM}, {"nuGestasPrevias": 0}),
    fai("020-1", {"nuPartos": 0, **HOMEM}, {"nuPartos": 0}),
    fai("021-e1", {"racionalidadeSaude": 99}, {"racionalidadeSaude": 1}),
    fai("022-1", {"dataHoraInicialAtendimento": day("2026-09-14")}, {"dataHoraInicialAtendimento": INICIO}),
    fai("022-2", {"dataHoraInicialAtendimento": FIM + 1}, {"dataHoraInicialAtendimento": FIM}, also=("023-1",)),
    fai("022-2", {"dataHoraInicialAtendimento": day("2026-11-25"), "dataHoraFinalAtendimento": day("2026-11-25")},
        also=("023-2",)),
    fai("023-1", {"dataHoraFinalAtendimento": INICIO - 1}, {"dataHoraFinalAtendimento": INICIO}, also=("022-2",)),
    fai("023-2", {"dataHoraFinalAtendimento": day("2026-11-25")}, {"dataHoraFinalAtendimento": day("2026-11-24")}),
    fai("024-1", {"cpfCidadao": "11111111111"}, {"cpfCidadao": cpf(5)}),
    fai("024-2", {"cns": cns(7), "cpfCidadao": cpf(5)}, {"cpfCidadao": cpf(5)}, also=("002-2",)),
    fai("026-1", encaminha(CID, CID), encaminha(CID, CIAP)),
    fai("026-1", encaminha(CIAP, CIAP), encaminha(CIAP, {"hipoteseDiagnosticoCiap2": "T90"})),
    # an empty CID10 is no CID10: two referrals that lack it are not the same
    fai("026-1", encaminha({"hipoteseDiagnosticoCid10": "", **CIAP}, {"hipoteseDiagnosticoCid10": "", **CIAP}),
        encaminha({"hipoteseDiagnosticoCid10": "", **CIAP}, {"hipoteseDiagnosticoCid10": "", "hipoteseDiagnosticoCiap2": "T90"})),
    fai("026-3", {"condutas": [1]}, base=ENCAMINHA),
    fai("029-1", {"tipoParticipacaoCidadao": 8}, {"tipoParticipacaoCidadao": 7}),
    fai("030-1", {"tipoParticipacaoProfissionalConvidado": 0}, {"tipoParticipacaoProfissionalConvidado": 1}),
    *partes.ivcf(fai, "031-1"),
    *partes.oci(fai),
    *partes.sem_cpf(fai, "034"),
    *partes.exames(fai),
    *partes.medicoes(fai),
    *partes.problemas(fai, ab=True),
    *partes.medicamentos(fai),
    house("dose_fracao", {"qtDoseManha": "100,5", "dose": "101,5"}, {"qtDoseManha": "10,25", "dose": "11,25 ml"}),
    house("dose_fracao", {"qtDoseTarde": "1,555", "dose": "dose"}, {"qtDoseTarde": "1,55", "dose": "dose"}),
    house("dose_fracao", {"qtDoseManha": "1/22", "dose": "dose"}, {"qtDoseManha": "1/2", "dose": "1,5"}),
    house("dose_fracao", {"qtDoseNoite": "11/2", "dose": "dose"}, {"qtDoseNoite": "3/2", "dose": "2.5"}),
    house("dose_soma", {"dose": "3 comprimidos"}, {"dose": "conforme orientação"}, severity="aviso"),
    house("dose_soma", {"qtDoseManha": DELETE, "qtDoseTarde": "2"}, {"qtDoseManha": DELETE, "qtDoseTarde": "1/1"},
          severity="aviso"),
    *partes.resultados(fai),
    fai("PC-004-2", {"ciap": "ABP009"}, {"ciap": "ABP022"}, prefix="problemasCondicoes[0]."),
    fai("PC-004-2", {"ciap": "G10"}, {"ciap": "A98"}, prefix="problemasCondicoes[0]."),
    ab("001-1", "uuidProblema", EVOLUCAO["uuidProblema"]),
    ab("002-1", "uuidEvolucaoProblema", EVOLUCAO["uuidEvolucaoProblema"]),
    ab("003-4", "coSequencialEvolucao", 1),
    ab("006-2", "situacao", 2),
    ab("007-3", "dataInicioProblema", day("2026-09-01")),
    ab("008-5", "dataFimProblema", day("2026-09-01")),
    Case("FAI-PC-004-2", "FAI", {C + "problemasCondicoes[0].ciap": "ABP099"},
              good={C + "problemasCondicoes[0].ciap": "ABP009"}, base=fai.here(V722), versao="7.2.2"),
    fai("ENC-001-o1", {"encaminhamentos[0].especialidade": 63}, {"encaminhamentos[0].especialidade": 62}, ENCAMINHA),
    partes.cid_sexo(fai, "ENC-002-1", encaminha(CID)),
    fai("ENC-002-2", encaminha({**CID, **CIAP}), encaminha(CID), also=("ENC-003-3",)),
    fai("ENC-002-3", encaminha({}), encaminha(CID), also=("ENC-003-4",)),
    fai("ENC-003-1", encaminha({"hipoteseDiagnosticoCiap2": "Y85"}), encaminha({"hipoteseDiagnosticoCiap2": "X86"}),
        severity="aviso"),
    fai("ENC-003-2", encaminha({"hipoteseDiagnosticoCiap2": "K45"}), encaminha(CIAP)),
    fai("ENC-003-3", encaminha({**CID, **CIAP}), encaminha(CIAP), also=("ENC-002-2",)),
    fai("ENC-003-4", encaminha({}), encaminha(CIAP), also=("ENC-002-3",)),
    fai("ENC-004-e1", {"encaminhamentos[0].classificacaoRisco": 9}, {}, ENCAMINHA),
    fai("ENC-002-3", encaminha({}), encaminha(CID), V722, versao="7.2.2"),
    fai("ENC-003-5", encaminha(CIAP), encaminha(CID), V722, versao="7.2.2"),
    Case("FAI-ENC-002-4", "FAI", {**fai.here(encaminha(CID)), "headerTransport.lotacaoFormPrincipal.cboCodigo_2002": "223565"},
         good={**fai.here(encaminha(CIAP)), "headerTransport.lotacaoFormPrincipal.cboCodigo_2002": "223565"},
         base=fai.here(V722), versao="7.2.2"),
    Case("FAI-ENC-003-4", "FAI", {**fai.here(encaminha({})), "headerTransport.lotacaoFormPrincipal.cboCodigo_2002": "223565"},
         good={**fai.here(encaminha(CIAP)), "headerTransport.lotacaoFormPrincipal.cboCodigo_2002": "223565"},
         base=fai.here(V722), versao="7.2.2"),
    Case("FAI-EX-001-1", "FAI", {C + "exame[0]": {"codigoExame": "0301010072", "solicitadoAvaliado": ["S"]}},
         good={C + "exame[0]": {"codigoExame": "ABEX002", "solicitadoAvaliado": ["S"]}}, base=fai.here(V722), versao="7.2.2"),
    fai("FO-001-1", {"finalizadorObservacao.profissionalCNS": "123456789012345"}, {}, OBSERVACAO),
    fai("FO-001-3", {"ficouEmObservacao": DELETE}, {}, OBSERVACAO),
    fai("FO-001-3", {"ficouEmObservacao": False}, {}, OBSERVACAO),
    fai("FO-002-1", {"finalizadorObservacao.cboCodigo_2002": "223208"},
        {"finalizadorObservacao.cboCodigo_2002": "225142"}, OBSERVACAO),
]  # fmt: skip
