"""Failing and passing cases of the FAO rules."""

from __future__ import annotations

from ledi_gerador.documentos import cns, cpf
from ledi_gerador.minimos import FIM, INICIO
from rule_cases import partes
from rule_cases.harness import DELETE, Case, day
from rule_cases.partes import FRACIONADA, Maker

C = "atendimentosOdontologicos[0]."
CBO = "headerTransport.lotacaoFormPrincipal.cboCodigo_2002"
fao = Maker("FAO", C, "dtNascimento")
HOMEM = {"sexo": 0, "gestante": DELETE}
# Endodontics: asks for 3 among tiposEncamOdonto.
ENDODONTIA = {"especialidade": 63, "classificacaoRisco": 1}
ENCAMINHA = {"tiposEncamOdonto": [16, 3], "encaminhamentos": [ENDODONTIA]}


def faz(*items: tuple[str, int]) -> dict:
    return {
        "procedimentosRealizados": [{"coMsProcedimento": code, "quantidade": count} for code, count in items]
    }


def dose(code: str, bad: dict, good: dict, **more) -> Case:
    """A change in a prescription by turns."""
    codes = frozenset(f"FAO-MED-{each}" for each in (code, *more.pop("also", ())))
    return Case(
        f"FAO-MED-{code}", "FAO", fao.here(bad, "medicamentos[0]."), good=fao.here(good, "medicamentos[0]."),
        base=fao.here({"medicamentos": [FRACIONADA]}), codes=codes, **more,
    )  # fmt: skip


EXODONTIA = ("0414020138", 1)
CASES: list[Case] = [
    Case("FAO-M-001-1", "FAO", {"uuidFicha": "abc", "@uuid": "abc"}),
    Case("FAO-M-002-1", "FAO", {CBO: "225142"}),
    Case("FAO-M-004-1", "FAO", {"tpCdsOrigem": 1}),
    *partes.cabecalho(fao),
    fao("001-1", {"dtNascimento": day("2026-09-16")}, {"dtNascimento": day("2026-09-15")}),
    fao("002-1", {"cnsCidadao": "700000000000001"}, {"cnsCidadao": cns(7)}),
    fao("002-2", {"cnsCidadao": cns(7), "cpfCidadao": cpf(5)}, {"cnsCidadao": cns(7)}, also=("019-2",)),
    fao("003-1", {"numProntuario": "12-A"}, {"numProntuario": "12A"}),
    fao("004-1", {"sexo": 0, "gestante": True}, HOMEM),
    fao("004-1", {"sexo": 0, "gestante": False}, HOMEM, severity="aviso"),
    fao("004-1", {"gestante": DELETE}, {"gestante": True}),
    fao("006-1", {"localAtendimento": 16}, {"localAtendimento": 10}),
    fao("007-1", {"tipoAtendimento": 1}, {"tipoAtendimento": 6}),
    fao("008-e1", {"tiposEncamOdonto": [99]}, {"tiposEncamOdonto": [12]}),
    fao("008-1", {"tiposEncamOdonto": [15]}, {"tiposEncamOdonto": [15], "tiposConsultaOdonto": [2]}),
    fao("008-1", {"tiposEncamOdonto": [15], "tiposConsultaOdonto": [4]}),
    fao("008-2", {"tiposEncamOdonto": [17], "tiposConsultaOdonto": [1]},
        {"tiposEncamOdonto": [17], "tiposConsultaOdonto": [4]}),
    fao("009-e1", {"tiposFornecimOdonto": [99]}, {"tiposFornecimOdonto": [1]}),
    fao("010-e1", {"tiposVigilanciaSaudeBucal": [50]}, {"tiposVigilanciaSaudeBucal": [1]}),
    fao("011-e1", {"tiposConsultaOdonto": [3]}, {"tiposConsultaOdonto": [4]}),
    fao("011-1", {"tipoAtendimento": 2}, {"tipoAtendimento": 2, "tiposConsultaOdonto": [1]}),
    fao("011-1", {"tipoAtendimento": 2, "tiposEncamOdonto": [15]},
        {"tipoAtendimento": 2, "tiposEncamOdonto": [15], "tiposConsultaOdonto": [1]}),
    fao("011-2", {"tipoAtendimento": 4, "tiposConsultaOdonto": [1]}, {"tipoAtendimento": 4}),
    fao("011-3", {"tipoAtendimento": 6, "tiposConsultaOdonto": [2]}, {"tipoAtendimento": 6, "tiposConsultaOdonto": [1]}),
    fao("011-5", {"tiposConsultaOdonto": [1, 4]}, {"tiposConsultaOdonto": [4]}),
    fao("014-e1", {"sexo": 9}, {"sexo": 5}),
    fao("015-e1", {"turno": 4}, {"turno": 3}),
    fao("017-1", {"dataHoraInicialAtendimento": day("2026-09-14")}, {"dataHoraInicialAtendimento": INICIO}),
    fao("017-2", {"dataHoraInicialAtendimento": FIM + 1}, {"dataHoraInicialAtendimento": FIM}, also=("018-1",)),
    fao("017-2", {"dataHoraInicialAtendimento": day("2026-11-25"), "dataHoraFinalAtendimento": day("2026-11-25")},
        also=("018-2",)),
    fao("018-1", {"dataHoraFinalAtendimento": INICIO - 1}, {"dataHoraFinalAtendimento": INICIO}, also=("017-2",)),
    fao("018-2", {"dataHoraFinalAtendimento": day("2026-11-25")}, {"dataHoraFinalAtendimento": day("2026-11-24")}),
    fao("019-1", {"cpfCidadao": "11111111111"}, {"cpfCidadao": cpf(5)}),
    fao("019-2", {"cnsCidadao": cns(7), "cpfCidadao": cpf(5)}, {"cpfCidadao": cpf(5)}, also=("002-2",)),
    fao("021-1", {"encaminhamentos": [{**ENDODONTIA, "hipoteseDiagnosticoCid10": "K040"}] * 2},
        {"encaminhamentos": [{**ENDODONTIA, "hipoteseDiagnosticoCid10": code} for code in ("K040", "K041")]}, ENCAMINHA),
    fao("021-1", {"encaminhamentos": [ENDODONTIA] * 2},
        {"encaminhamentos": [ENDODONTIA, {**ENDODONTIA, "hipoteseDiagnosticoCid10": "K040"}]}, ENCAMINHA, severity="aviso"),
    Case("FAO-021-2", "FAO", {CBO: "322405"}, good={CBO: "223208"}, base=fao.here(ENCAMINHA)),
    *partes.ivcf(fao, "027-1"),
    *partes.oci(fao),
    *partes.sem_cpf(fao, "030"),
    fao("PQ-001-1", faz(EXODONTIA, EXODONTIA), faz(EXODONTIA, ("0307010015", 1))),
    fao("PQ-001-o1", faz(("04.14.02.013-8", 1)), faz(EXODONTIA)),
    fao("PQ-001-2", faz(("0901010014", 1)), faz(("0804010010", 1))),
    fao("PQ-001-2", faz(("ABPO012", 32)), faz(("ABPG042", 1)), severity="aviso"),
    fao("PQ-001-3", faz(("0701010010", 1)), faz(("0701070072", 2))),
    fao("PQ-001-4", faz(("0301040079", 1)), faz(("0301010153", 1))),
    fao("PQ-002-1", faz(("0204010160", 3)), faz(("0204010160", 2))),
    fao("ProcedimentoQuantidadeThrift-quantidade-minimo", faz(("0301010153", 0)), faz(("0301010153", 1))),
    fao("PQ-002-2", faz(("0301010153", 2)), faz(("0301010153", 1))),
    *partes.exames(fao),
    *partes.medicoes(fao),
    *partes.problemas(fao),
    fao("PC-004-6", {"ciap": "G10"}, {"ciap": "A98"}, prefix="problemasCondicoes[0]."),
    fao("PC-004-6", {"ciap": "I10"}, {"ciap": "A98"}, prefix="problemasCondicoes[0]."),
    *partes.medicamentos(fao),
    dose("015-3b", {"qtDoseManha": "100,5", "dose": "101,5"}, {"qtDoseManha": "10,25", "dose": "11,25 ml"}),
    dose("016-3b", {"qtDoseTarde": "1,123", "dose": "dose"}, {"qtDoseTarde": "1,12", "dose": "dose"}),
    dose("017-3b", {"qtDoseNoite": "100,0", "dose": "101"}, {"qtDoseNoite": "10,0", "dose": "11"}),
    dose("015-3c", {"qtDoseManha": "1/10", "dose": "1,1"}, {"qtDoseManha": "1/2", "dose": "1,5"}),
    dose("016-3c", {"qtDoseTarde": "10/2", "dose": "7"}, {"qtDoseTarde": "1/2", "dose": "2,5"}),
    dose("017-3c", {"qtDoseNoite": "11/2", "dose": "dose"}, {"qtDoseNoite": "3/2", "dose": "2.5"}),
    dose("015-4", {"dose": "3 comprimidos"}, {"dose": "conforme orientação"}, severity="aviso"),
    dose("015-4", {"dose": "3 comprimidos", "quantidadeReceitada": 4}, {"dose": "3 comprimidos", "quantidadeReceitada": 2}, severity="aviso"),
    dose("016-4", {"qtDoseManha": DELETE, "qtDoseTarde": "2"}, {"qtDoseManha": DELETE, "qtDoseTarde": "1/1"},
         severity="aviso"),
    *partes.resultados(fao),
    fao("ENC-001-e1", {"encaminhamentos[0].especialidade": 62}, {}, ENCAMINHA),
    fao("ENC-001-1", {"encaminhamentos[0].especialidade": 67},
        {"encaminhamentos[0].especialidade": 67, "tiposEncamOdonto": [4]}, ENCAMINHA),
    partes.cid_sexo(fao, "ENC-002-1", ENCAMINHA),
    fao("ENC-002-1", {"encaminhamentos[0].hipoteseDiagnosticoCiap2": "D82"}, {"encaminhamentos[0].hipoteseDiagnosticoCid10": "K040"},
        ENCAMINHA, severity="aviso"),
    fao("ENC-003-e1", {"encaminhamentos[0].classificacaoRisco": 9}, {}, ENCAMINHA),
    # Documented but without a place in the format: a valid code too gets the aviso of that.
    fao("024-1", {"tipoParticipacaoCidadao": 8}, {},
        also=("FichaAtendimentoOdontologicoChildThrift-tipoParticipacaoCidadao-sem_id",), severity="aviso"),
    fao("025-1", {"tipoParticipacaoProfissionalConvidado": 0}, {},
        also=("FichaAtendimentoOdontologicoChildThrift-tipoParticipacaoProfissionalConvidado-sem_id",), severity="aviso"),
]  # fmt: skip
