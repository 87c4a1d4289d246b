"""Cases of the structs that several fichas share, made for one ficha at a time."""

from __future__ import annotations

from ledi_gerador.documentos import ms
from ledi_gerador.minimos import DIA, FIM
from rule_cases.harness import DELETE, Case, day, sigtap

CASES: list[Case] = []  # made by the fichas that use them


class Maker:
    """Makes cases of one ficha; paths are inside the citizen's struct (`at` ends with a dot)."""

    def __init__(self, tipo: str, at: str, birth: str) -> None:
        self.tipo, self.at, self.birth = tipo, at, birth

    def here(self, change: dict | None, prefix: str = "") -> dict:
        return {
            name if name[0] in "@/" else f"{self.at}{prefix}{name}": value
            for name, value in (change or {}).items()
        }

    def __call__(self, code: str, bad: dict, good: dict | None = None, base: dict | None = None, *,
                 prefix: str = "", also: tuple[str, ...] = (), **more) -> Case:  # fmt: skip
        """`code` without the ficha's name; `also`: further codes expected."""
        codes = frozenset(f"{self.tipo}-{each}" for each in (code, *also)) if also else frozenset()
        return Case(
            f"{self.tipo}-{code}", self.tipo, self.here(bad, prefix), good=self.here(good, prefix),
            base=self.here(base, prefix), codes=codes, **more,
        )  # fmt: skip


def medicoes(make: Maker) -> list[Case]:
    def case(code: str, bad: dict, good: dict, **more) -> Case:
        return make(f"MD-{code}", bad, good, prefix="medicoes.", **more)

    decimals = (
        ("001", "circunferenciaAbdominal", 99999.0, 99999.5, 88.25),
        ("002", "perimetroPanturrilha", 10.0, 9.9, 33.25),
        ("007", "temperatura", 45.0, 45.1, 36.55),
        ("011", "peso", 0.5, 0.4, 70.1234),
        ("012", "altura", 250.0, 250.1, 170.25),
        ("013", "perimetroCefalico", 200.0, 200.1, 35.25),
    )
    found = []
    for number, name, edge, outside, places in decimals:
        found += [
            case(f"{number}-1", {name: -1.0}, {name: edge}),
            case(f"{number}-2", {name: places}, {name: edge}),
            case(f"{number}-3", {name: outside}, {name: edge}),
        ]
    pressure = {"pressaoArterialSistolica": 120, "pressaoArterialDiastolica": 80}
    glucose = {"glicemiaCapilar": 800, "tipoGlicemiaCapilar": 0}
    return [
        *found,
        case("003-1", {"pressaoArterialSistolica": 120}, pressure),
        case("003-2", {**pressure, "pressaoArterialSistolica": 1000}, pressure),
        case("004-1", {"pressaoArterialDiastolica": 80}, pressure),
        case("004-2", {**pressure, "pressaoArterialDiastolica": -1}, pressure),
        case("005-2", {"frequenciaRespiratoria": 201}, {"frequenciaRespiratoria": 200}),
        case("006-2", {"frequenciaCardiaca": 1000}, {"frequenciaCardiaca": 999}),
        case("008-2", {"saturacaoO2": 101}, {"saturacaoO2": 100}),
        case("009-2", {**glucose, "glicemiaCapilar": 801}, glucose),
        case("009-3", {"glicemiaCapilar": 90}, glucose),
        case("010-1", {**glucose, "tipoGlicemiaCapilar": 4}, glucose),
        case("010-2", {"tipoGlicemiaCapilar": 1}, glucose),
    ]


EVOLUCAO = {
    "uuidProblema": "0019615-9cc1bb9b-2db7-4a49-8cc1-0a6a2a1a4c11",
    "uuidEvolucaoProblema": "0019615-9cc1bb9b-2db7-4a49-8cc1-0a6a2a1a4c12",
    "coSequencialEvolucao": 1,
    "situacao": 0,
}
RESOLVIDO = {
    **EVOLUCAO,
    "situacao": 2,
    "dataInicioProblema": day("2026-03-02"),
    "dataFimProblema": day("2026-09-15"),
}


def problemas(make: Maker, *, ab: bool = False) -> list[Case]:
    """`ab`: the numbers of FAI, which takes AB codes."""
    up = 1 if ab else 0

    def case(code: str, bad: dict, good: dict | None = None, base: dict | None = None, **more) -> Case:
        return make(f"PC-{code}", bad, good, base, prefix="problemasCondicoes[0].", **more)

    def two(code: str, one: dict, other: dict, good: dict, **more) -> Case:
        """The last item of a list of two is wrong, or `good`."""
        first = {"isAvaliado": True, **one}
        return make(
            f"PC-{code}", {"problemasCondicoes": [first, {"isAvaliado": True, **other}]},
            {"problemasCondicoes": [first, {"isAvaliado": True, **good}]}, **more,
        )  # fmt: skip

    def without(name: str) -> dict:
        return {**EVOLUCAO, name: DELETE}

    young = {f"{make.at}{make.birth}": day("2019-05-10")}
    numbers = ("001-2", "002-2", "003-5", "006-4") if ab else ("001-1", "002-1", "003-4", "006-3")
    pregnant = {"ciap": "W78"}

    def prenatal(number: int, bad: dict, good: dict, **more) -> Case:
        return case(f"004-{number + up}", bad, good, **more)

    def at_age(number: int, ciap: str, **more) -> Case:
        bad = {**make.here({"ciap": ciap}, "problemasCondicoes[0]."), **young}
        good = {**bad, **{key: day("2017-09-15") for key in young}}
        code = f"{make.tipo}-PC-004-{number + up}"
        return Case(code, make.tipo, bad, good=good, **more)

    return [
        *[case(number, without(name), EVOLUCAO) for number, name in zip(numbers, EVOLUCAO, strict=True)],
        two("003-2", {"ciap": "K86", **EVOLUCAO}, {"ciap": "T90", **EVOLUCAO},
            {"ciap": "T90", **EVOLUCAO, "coSequencialEvolucao": 2}, severity="aviso"),
        case("003-1", {"coSequencialEvolucao": 0}, {"coSequencialEvolucao": 2}, base=EVOLUCAO, severity="aviso"),
        make("ProblemaCondicaoThrift-coSequencialEvolucao-minimo", {"coSequencialEvolucao": -1}, base=EVOLUCAO,
             prefix="problemasCondicoes[0]."),
        two("004-1", {"ciap": "K86"}, {"ciap": "K86", "cid10": "I10"}, {"ciap": "T90"}),
        prenatal(2, {"ciap": "K45"}, {"ciap": "K86"}),
        prenatal(3, {"ciap": "W84", "cid10": "O80"}, {"ciap": "W84", "cid10": "O13"}),
        prenatal(3, {"ciap": "W84", "cid10": "O821"}, {"ciap": "W90", "cid10": "O821"}, severity="aviso"),
        prenatal(3, {"ciap": "W81", "cid10": "O800"}, {"ciap": "W81", "cid10": "O13"}, severity="aviso"),
        at_age(4, "W78"),
        at_age(4, "W84"),
        at_age(4, "W29", severity="aviso"),
        prenatal(5, {"ciap": "W78", "cid10": "O13"}, {"ciap": "W78", "cid10": "Z340"}),
        prenatal(5, {"ciap": "W78", "cid10": "O80"}, {"ciap": "W78", "cid10": "Z349"}),
        prenatal(6, {"ciap": "k86"}, {"ciap": "K86"}),
        prenatal(6, {"ciap": "K 86"}, {"ciap": "K86"}),
        prenatal(7, {"ciap": DELETE}, {"ciap": DELETE, "cid10": "I10"},
                 also=(f"PC-004-{7 + up}", "PC-005-3")),
        two("005-1", {"ciap": "K86", "cid10": "I10"}, {"cid10": "I10"}, {"cid10": "I119"}),
        two("005-2", {"ciap": "W78", "cid10": "Z340"}, {"cid10": "Z348"}, {"cid10": "Z35"}),
        case("005-3", {"ciap": ""}, {"ciap": "", "cid10": "I10"}, also=(f"PC-004-{7 + up}",)),
        case("006-1", {"situacao": 1}, {"situacao": 0}, base={**EVOLUCAO, **pregnant}),
        case(f"006-{2 + up}", {"situacao": 3}, {"situacao": 1}, base=EVOLUCAO),
        case("007-1", {"dataInicioProblema": day("1985-03-19")}, {"dataInicioProblema": day("1985-03-20")}),
        case("007-2", {"dataInicioProblema": day("2026-09-16")}, {"dataInicioProblema": FIM}),
        case("008-1", {"dataFimProblema": DELETE}, base=RESOLVIDO),
        case("008-2", {"dataFimProblema": day("1985-03-19")}, {"dataFimProblema": day("1985-03-20")}),
        case("008-3", {"dataFimProblema": day("2026-09-16")}, base=RESOLVIDO),
        case("008-4", {"dataFimProblema": day("2026-03-01")}, {"dataFimProblema": day("2026-03-02")}, base=RESOLVIDO),
    ]  # fmt: skip


MEDICAMENTO = {
    "codigoCatmat": "BR0268317",
    "viaAdministracao": 1,
    "dose": "1 comprimido",
    "doseUnica": False,
    "usoContinuo": False,
    "doseFrequenciaTipo": 2,
    "doseFrequencia": "3",
    "doseFrequenciaQuantidade": 1,
    "doseFrequenciaUnidadeMedida": 1,
    "dtInicioTratamento": ms(DIA),
    "duracaoTratamento": 7,
    "duracaoTratamentoMedida": 1,
    "quantidadeReceitada": 21,
}
UNICA = {key: value for key, value in MEDICAMENTO.items() if not key.startswith(("doseFreq", "duracao"))}
UNICA = {**UNICA, "doseUnica": True}
FRACIONADA = {
    **{key: value for key, value in MEDICAMENTO.items() if not key.startswith("doseFreq")},
    "doseFrequenciaTipo": 4,
    "dose": "2 comprimidos",
    "qtDoseManha": "1",
    "qtDoseNoite": "1",
}
INTERVALO = {**UNICA, "doseUnica": False, "doseFrequenciaTipo": 3, "doseFrequencia": "8"}


def medicamentos(make: Maker) -> list[Case]:
    def case(code: str, bad: dict, good: dict | None = None, *, start: dict = MEDICAMENTO, **more) -> Case:
        base = make.here({"medicamentos": [start]})
        return Case(
            f"{make.tipo}-MED-{code}", make.tipo, make.here(bad, "medicamentos[0]."),
            good=make.here(good, "medicamentos[0]."), base=base, **more,
        )  # fmt: skip

    def both(*codes: str) -> frozenset[str]:
        return frozenset(f"{make.tipo}-MED-{code}" for code in codes)

    twice = {"medicamentos": [MEDICAMENTO, MEDICAMENTO]}
    other = {"medicamentos": [MEDICAMENTO, {**MEDICAMENTO, "quantidadeReceitada": 20}]}
    one_turn = both("016-2", "017-2")
    return [
        make("MED-000-o1", twice, other),
        case("001-1", {"codigoCatmat": "BR0000000"}),
        case("002-e1", {"viaAdministracao": 999}),
        case("004-1", {"usoContinuo": True}, codes=both("004-1", "005-1"), start=UNICA),
        case("005-1", {"usoContinuo": True}, codes=both("004-1", "005-1"), start=UNICA),
        case("006-e1", {"doseFrequenciaTipo": 9}),
        case("006-1", {"doseFrequenciaTipo": 4}, start=UNICA),
        case("006-2", {"doseFrequenciaTipo": DELETE}),
        case("007-1", {"doseFrequencia": "3"}, start=UNICA),
        case("007-2", {"doseFrequenciaTipo": 1}, {"doseFrequenciaTipo": 1, "doseFrequencia": "manha"},
             start={**MEDICAMENTO, "doseFrequencia": "4"}),
        case("007-2", {"doseFrequencia": DELETE}, {"doseFrequencia": "Tarde"},
             start={**MEDICAMENTO, "doseFrequenciaTipo": 1, "doseFrequencia": "2"}),
        case("007-3", {"doseFrequencia": "três"}, {"doseFrequencia": "99"}),
        case("007-3", {"doseFrequencia": "100"}),
        case("007-3", {"doseFrequencia": DELETE}),
        case("007-4", {"doseFrequencia": "8h"}, {"doseFrequencia": "12"}, start=INTERVALO),
        case("007-3", {"doseFrequencia": "0"}, {"doseFrequencia": "1"}, severity="aviso"),
        case("008-3", {"doseFrequenciaQuantidade": 0}, {"doseFrequenciaQuantidade": 1}, severity="aviso"),
        case("011-3", {"duracaoTratamento": 0}, {"duracaoTratamento": 1}, severity="aviso",
             start={**INTERVALO, "duracaoTratamentoMedida": 1}),
        make("MedicamentoThrift-quantidadeReceitada-minimo", {"medicamentos": [{**MEDICAMENTO, "quantidadeReceitada": 0}]},
             {"medicamentos": [{**MEDICAMENTO, "quantidadeReceitada": 1}]}),
        case("007-4", {"doseFrequencia": DELETE}, start=INTERVALO),
        case("008-1", {"doseFrequenciaQuantidade": 1}, start=UNICA),
        case("008-2", {"doseFrequenciaQuantidade": 1}, start=INTERVALO),
        case("008-3", {"doseFrequenciaQuantidade": DELETE}),
        case("009-e1", {"doseFrequenciaUnidadeMedida": 9}),
        case("009-1", {"doseFrequenciaUnidadeMedida": 1}, start=UNICA),
        case("009-2", {"doseFrequenciaUnidadeMedida": 1}, start=INTERVALO),
        case("009-3", {"doseFrequenciaUnidadeMedida": DELETE}),
        case("010-1", {"dtInicioTratamento": day("2026-09-14")}, {"dtInicioTratamento": day("2026-09-30")}),
        case("011-1", {"duracaoTratamento": 7}, start=UNICA),
        case("011-2", {"duracaoTratamentoMedida": 4}, {"duracaoTratamentoMedida": 4, "duracaoTratamento": DELETE}),
        case("011-3", {"duracaoTratamento": 1}, {"duracaoTratamento": 2}),
        case("011-3", {"doseFrequenciaUnidadeMedida": 2}, {"doseFrequenciaUnidadeMedida": 2, "duracaoTratamento": 8}),
        case("011-3", {"doseFrequenciaQuantidade": 30, "duracaoTratamento": 1, "duracaoTratamentoMedida": 3},
             {"doseFrequenciaQuantidade": 27, "duracaoTratamento": 1, "duracaoTratamentoMedida": 3}, severity="aviso"),
        case("012-e1", {"duracaoTratamentoMedida": 9}),
        case("012-1", {"duracaoTratamentoMedida": 1}, start=UNICA),
        case("015-1", {"qtDoseManha": "1", "qtDoseTarde": "1"}, codes=both("015-1", "016-1"), start=UNICA),
        case("016-1", {"qtDoseTarde": "1", "qtDoseNoite": "1"}, codes=both("016-1", "017-1"), start=UNICA),
        case("017-1", {"qtDoseNoite": "1"}, start=UNICA),
        case("015-2", {"qtDoseManha": DELETE}, codes=both("015-2", "016-2"), start=FRACIONADA),
        case("016-2", {"qtDoseNoite": DELETE}, {"qtDoseTarde": "1", "qtDoseNoite": DELETE}, codes=one_turn, start=FRACIONADA),
        case("017-2", {"qtDoseNoite": DELETE}, codes=one_turn, start=FRACIONADA),
        case("017-2", {"qtDoseManha": DELETE, "qtDoseNoite": DELETE}, codes=one_turn | both("015-2"), start=FRACIONADA),
        case("015-3", {"qtDoseManha": "um"}, {"qtDoseManha": "5", "dose": "6"}, start=FRACIONADA),
        case("016-3", {"qtDoseTarde": "1;5"}, {"qtDoseTarde": "1,5", "dose": "3,5 ml"}, start=FRACIONADA),
        case("017-3", {"qtDoseNoite": "1,"}, {"qtDoseNoite": "1/2", "dose": "1,5"}, start=FRACIONADA),
    ]  # fmt: skip


def exames(make: Maker) -> list[Case]:
    def case(code: str, exam: str, good: str = "0202010295", **more) -> Case:
        def of(value: str) -> dict:
            return {"exame": [{"codigoExame": value, "solicitadoAvaliado": ["S", "A"]}]}

        return make(f"EX-{code}", of(exam), of(good), **more)

    def pair(other: str) -> dict:
        return {
            "exame": [{"codigoExame": code, "solicitadoAvaliado": ["S"]} for code in ("0202010317", other)]
        }

    return [
        case("001-1", "0301010072"),
        case("001-1", "ABEX099", "ABEX022"),
        case("001-1", "ABEX002", "ABEX013", severity="aviso"),
        make("EX-001-2", pair("0202010317"), pair("0202010295")),
        case("001-o1", "02.02.01.029-5"),
        case("001-o1", "020201029"),
        case("001-o2", "abex022", "ABEX022"),
        make("EX-002-e1", {"exame[0].solicitadoAvaliado": ["X"]}, base=pair("0202010295")),
    ]  # fmt: skip


def oci(make: Maker) -> list[Case]:
    def of(*codes: str) -> dict:
        return {"solicitacoesOci": [{"codigoSigtap": code} for code in codes]}

    good = of("0901010014", "0901010022")
    return [
        make("OCI-001-1", of("0202010317"), good),
        make("OCI-001-2", of("0901010014", "0901010014"), good),
        make("OCI-001-3", of("09.01.01.001-4"), good),
    ]


def resultados(make: Maker) -> list[Case]:
    def of(exam: str, kind: int = 1, value: str = "5", **dates: int) -> dict:
        result = [{"tipoResultado": kind, "valorResultado": value}]
        return {"resultadosExames": [
            {"exame": exam, "dataRealizacao": day("2026-09-10"), "resultadoExame": result, **dates},
        ]}  # fmt: skip

    def dates(code: str, bad: dict, good: dict) -> Case:
        return make(f"RE-{code}", of("0202010295", **bad), of("0202010295", **good))

    def values(code: str, exam: str, bad: str, good: str, kind: int = 1, **more) -> Case:
        return make(f"RX-002-{code}", of(exam, kind, bad), of(exam, kind, good), **more)

    before, after = day("1985-03-19"), day("2026-09-16")
    ordered = {"dataSolicitacao": day("2026-09-01"), "dataResultado": day("2026-09-15")}
    obstetric = {"tipoResultado": 3, "valorResultado": "20"}
    more_days = {
        **of("0205020143"),
        "resultadosExames[0].resultadoExame": [obstetric, {"tipoResultado": 2, "valorResultado": "6"}],
    }
    epoch = str(day("2026-09-10"))
    return [
        make("RE-001-1", of("0202010473"), of("0202010295")),
        make("RE-001-2", of("ABEX002"), of("ABEX022", value="1"), severity="aviso"),
        make("RE-001-o1", of("02.02.01.029-5"), of("0202010295")),
        make("RE-001-o2", of("abex022"), of("ABEX022", value="1")),
        make("RE-002-1", of("0202010295", dataSolicitacao=after), of("0202010295", **ordered), also=("RE-003-2",)),
        dates("002-2", {"dataSolicitacao": before}, ordered),
        make("RE-003-1", of("0202010295", dataRealizacao=after), of("0202010295", dataRealizacao=day("2026-09-15"))),
        dates("003-2", {"dataSolicitacao": day("2026-09-11")}, {"dataSolicitacao": day("2026-09-10")}),
        make("RE-003-3", of("0202010295", dataRealizacao=before), of("0202010295", dataRealizacao=day("1985-03-20"))),
        dates("004-1", {"dataResultado": after}, ordered),
        dates("004-2", {"dataResultado": day("2026-09-09")}, {"dataResultado": day("2026-09-10")}),
        make("RE-004-3", of("0202010295", dataResultado=before), of("0202010295", **ordered), also=("RE-004-2",)),
        make("RE-005-1", of("0205020143", 2, "6"), more_days),
        make("RE-005-1", of("0205020151", 1, "20"), of("0205020151", 3, "20")),
        make("ResultadoExameThrift-tipoResultado-obrigatorio", {**more_days, "resultadosExames[0].resultadoExame[0].tipoResultado": DELETE}, more_days),
        make("RE-005-2", of("0202010295", 3, "20"), of("0202010295")),
        make("RX-001-1", of("0202010295", 5, "20"), of("0202010295")),
        values("1", "0211070149", "1", "6"),
        values("1", "0211070270", "1", "5"),
        values("1b", "0205020178", "1", "7"),
        values("1c", "0206010079", "1", "14"),
        values("1d", "0207010064", "1", "18"),
        values("1e", "0211060100", "1", "4"),
        values("1f", "ABEX022", "3", "2"),
        values("1g", "0202020509", "positivo", "19"),
        values("1h", "0202010503", "100,01", "0,00"),
        values("1i", "0202010295", "0,99", "10000,00"),
        values("1j", "0202010279", "45,123", "45,12"),
        values("1k", "0202010287", "-1", "100,5"),
        values("1k", "0202010287", "100.5", "100,5", severity="aviso"),
        values("1l", "0202010678", "alto", "150"),
        values("1m", "0202010317", "0,09", "0,10"),
        values("1n", "0202050025", "1000,001", "0,001"),
        make("RX-002-2", {**more_days, "resultadosExames[0].resultadoExame[1].valorResultado": "7"}, more_days),
        values("3", "0205010059", "43", "42", kind=3),
        values("4", "0205020143", "2026-10-01", epoch, kind=4),
        values("4", "0205020143", str(day("2026-09-09")), epoch, kind=4),
    ]  # fmt: skip


def cid_sexo(make: Maker, code: str, base: dict) -> Case:
    """The CID10 of a referral is of one sex (N40, men)."""
    tables = sigtap({"N40": "M", "I10": "I"})
    return make(
        code, {"encaminhamentos[0].hipoteseDiagnosticoCid10": "N40"},
        {"encaminhamentos[0].hipoteseDiagnosticoCid10": "I10"}, base, tabelas=tables,
    )  # fmt: skip


IVCF = dict.fromkeys(("hasSgIdade", "hasSgPercepcaoSaude", "hasSgAvdInstrumental", "hasSgAvdBasica", "hasSgCognicao", "hasSgHumor", "hasSgAlcancePreensaoPinca", "hasSgCapAerobicaMuscular", "hasSgMarcha", "hasSgContinencia", "hasSgVisao", "hasSgAudicao", "hasSgComorbidade"), True)  # fmt: skip


def ivcf(make: Maker, own: str) -> list[Case]:
    base = {
        make.birth: day("1950-01-01"),
        "ivcf": {"resultado": 40, **IVCF, "dataResultado": day("2026-09-15")},
    }
    return [
        make(own, {make.birth: day("1966-09-16")}, {make.birth: day("1966-09-15")}, base),
        make("IV-001-1", {"ivcf.resultado": 41}, {"ivcf.resultado": 0}, base),
        make("IV-015-1", {"ivcf.dataResultado": day("2026-11-25")}, {"ivcf.dataResultado": day("2026-09-15")}, base),
        make("IV-015-2", {"ivcf.dataResultado": day("2026-09-16")}, {"ivcf.dataResultado": day("2026-09-14")}, base),
    ]  # fmt: skip


def cabecalho(make: Maker) -> list[Case]:
    """The header with several posts."""
    main, shared = (
        "headerTransport.lotacaoFormPrincipal.",
        "headerTransport.lotacaoFormAtendimentoCompartilhado",
    )
    valid = {"profissionalCNS": "235041188200009", "cboCodigo_2002": "223565", "cnes": "0019615"}

    def case(code: str, bad: dict, good: dict | None = None, base: dict | None = None, **more) -> Case:
        return Case(code, make.tipo, bad, good=good or {}, base=base or {}, **more)

    return [
        case("HEADER-L-001-1", {main + "profissionalCNS": "123456789012345"}),
        case("HEADER-L-001-1", {shared + ".profissionalCNS": "123456789012345"}, base={shared: valid}),
        case("HEADER-L-003-1", {"@cnes": "7654321"}),
        case("HEADER-L-004-1", {"@ine": "0000000001"}),
        case(
            "HEADER-L-002-2", {shared + ".cboCodigo_2002": "999999"}, base={shared: valid}, tabelas=sigtap()
        ),
        case(
            "HEADER-VA-003-1",
            {"headerTransport.dataAtendimento": day("2026-11-25")},
            {"headerTransport.dataAtendimento": ms(DIA)},
        ),
        case("HEADER-VA-004-1", {"@ibge": "3550308"}),
        case("HEADER-VA-004-e1", {"headerTransport.codigoIbgeMunicipio": "9999999", "@ibge": "9999999"}),
    ]


def sem_cpf(make: Maker, number: str) -> list[Case]:
    yes = {"stNaoPossuiCpf": True, "justificativaNaoPossuiCpf": 2}
    return [
        make(f"{number}-1", {**yes, "justificativaNaoPossuiCpf": 999}, yes),
        make(f"{number}-2", {**yes, "stNaoPossuiCpf": False}, yes),
        make(f"{number}-3", {"stNaoPossuiCpf": True}, yes),
    ]
