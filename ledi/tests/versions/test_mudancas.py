"""Each published change between versions, shown by a record: taken from that version on and refused just before, or
the contrary.

`mudancas.csv` is our own table of the 317 changes known from 7.2.0 to 8.7.0: how each is shown, or why it is not.
A record is made valid in each of the two versions by the converter; then the same change is made to both.
"""

from __future__ import annotations

import copy
import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rule_cases.fac import GRUPO, PROCEDIMENTO, REUNIAO
from rule_cases.fae import ADMITIDO
from rule_cases.fcd import FAMILIA
from rule_cases.fv import ANTERIOR
from rule_cases.harness import DELETE, FOREVER, TODAY, apply, day
from rule_cases.partes import MEDICAMENTO
from test_rule_cases_versions import base_record, has_path

from ledi import validate
from ledi.findings import AVISO, ERRO, Finding
from ledi.installation import FICTICIA, validate_installation
from ledi.layouts import VERSIONS
from ledi.tables import closed
from ledi_gerador.documentos import cns, cpf

Change = Mapping[str, Any]
ROWS = list(csv.DictReader((Path(__file__).parent / "mudancas.csv").read_text(encoding="utf-8").splitlines()))
SHOWN = [row for row in ROWS if row["prova"]]
CHILD = {
    "FAI": "atendimentosIndividuais[0].", "FAO": "atendimentosOdontologicos[0].", "FP": "atendProcedimentos[0].",
    "FAD": "atendimentosDomiciliares[0].", "FV": "vacinacoes[0].", "FVD": "visitasDomiciliares[0].",
    "FAC": "participantes[0].", "FCI": "identificacaoUsuarioCidadao.", "FCZM": "", "MCA": "", "FAE": "",
}  # fmt: skip
CNS = {"FAI": "cns", "FAC": "cnsParticipante"}
CPF = {"FAC": "cpfParticipante"}
VACINA = "vacinacoes[0].vacinas[0]."
PESSOA = {"participantes[0].dataNascimento": day("1980-05-04"), "participantes[0].sexo": 1}


def sem_cpf(tipo: str) -> Change:
    """The citizen has no CPF, and says why."""
    at = CHILD[tipo]
    identity = {at + CPF.get(tipo, "cpfCidadao"): DELETE, at + CNS.get(tipo, "cnsCidadao"): cns(7)}
    who = (
        PESSOA
        if tipo == "FAC"
        else {at + "dtNascimento": day("1980-05-04"), at + "sexo": 1}
        if tipo == "FVD"
        else {}
    )
    return {**who, **identity, at + "stNaoPossuiCpf": True, at + "justificativaNaoPossuiCpf": 2}


BASES: dict[str, Change] = {
    "FAI_MEDICAMENTO": {"atendimentosIndividuais[0].medicamentos": [MEDICAMENTO]},
    "FAC_PROCEDIMENTO": PROCEDIMENTO,
    "FAC_AVALIACAO": PROCEDIMENTO,
    "FAC_REUNIAO": REUNIAO,
    "FAC_MARCADOR": {**PESSOA, "participantes[0].cpfParticipante": cpf(5)},
    "FV_ANTERIOR": ANTERIOR,
    "FCD_ATUALIZADA": {
        "fichaAtualizada": True,
        "uuidFichaOriginadora": "0019615-00000000-0046-4349-8000-0000000000ff",
    },
    **{f"{tipo}_SEM_CPF": sem_cpf(tipo) for tipo in CHILD},
}


def before(version: str) -> str:
    return VERSIONS[VERSIONS.index(version) - 1]


def findings(tipo: str, version: str, *changes: Change, drop: bool = True) -> tuple[Finding, ...]:
    """What the record with these changes has; with `drop`, all but the last one leave out fields of later versions."""
    record = copy.deepcopy(base_record(tipo, version))
    for at, change in enumerate(changes):
        for path, value in change.items():
            if not drop or at == len(changes) - 1 or has_path(tipo, path, version):
                apply(record, path, value)
    report = validate(record, hoje=TODAY, validades=FOREVER)
    assert not report.crashed
    return report.findings


def errors(tipo: str, version: str, *changes: Change) -> set[str]:
    """Paths of the errors."""
    return {f.path for f in findings(tipo, version, *changes) if f.severity == ERRO}


def codes(tipo: str, version: str, *changes: Change, severity: str = ERRO) -> set[str]:
    return {f.code for f in findings(tipo, version, *changes) if f.severity == severity}


# ---- the general proofs


def entra(row: Mapping[str, str], gone: bool = False) -> None:
    """From the version on the value is taken where it stands; before, it is refused there and nowhere else."""
    base = {p: v for p, v in BASES.get(row["base"], {}).items() if p != row["campo"]}
    change = {row["campo"]: _value(row)}
    good, bad = (before(row["versao"]), row["versao"]) if gone else (row["versao"], before(row["versao"]))
    assert errors(row["tipo"], good, base, change) == set()
    refused = errors(row["tipo"], bad, base, change)
    assert refused and all(_within(path, row["campo"]) for path in refused), refused


def sai(row: Mapping[str, str]) -> None:
    entra(row, gone=True)


def combinacao(row: Mapping[str, str]) -> None:
    """Vaccine, strategy and dose go together from the version on (+), or until it (-)."""
    pair, _, doses = row["valor"].partition(": ")
    plus, _, minus = doses.partition(" -")
    vaccine, rnds = map(int, pair.split("/"))
    strategy = next(int(s["code"]) for s in closed.rows("EstrategiaVacinacao") if s["note"] == f"RNDS={rnds}")
    tried = 0
    for text, good, bad in (
        (plus.lstrip("+"), row["versao"], before(row["versao"])),
        (minus, before(row["versao"]), row["versao"]),
    ):
        for dose in filter(None, text.split(",")):
            change = _dose(vaccine, strategy, int(dose))
            assert codes("FV", good, change) == set()
            assert codes("FV", bad, change) in ({"FV-009-2"}, {"VACREG-001"})
            tried += 1
    assert tried


def _dose(vaccine: int, strategy: int, dose: int) -> Change:
    change: dict[str, Any] = {
        VACINA + "imunobiologico": vaccine, VACINA + "estrategiaVacinacao": strategy, VACINA + "dose": dose,
    }  # fmt: skip
    if vaccine == 15:
        change["vacinacoes[0].comunicanteHanseniase"] = False
    if strategy == 2:
        change |= {VACINA + "cboPrescritorCodigo2002": "225142", VACINA + "cid10MotivoIndicacao": "Z258"}
    return change


def regra(row: Mapping[str, str]) -> None:
    REGRAS[row["valor"]](row["versao"], before(row["versao"]), row["ficha"])


PROOFS: dict[str, Callable[[Mapping[str, str]], None]] = {
    "entra": entra, "sai": sai, "combinacao": combinacao, "regra": regra,
}  # fmt: skip


def _value(row: Mapping[str, str]) -> Any:
    text = row["valor"]
    if text[:1] in "[" or text in ("true", "false"):
        return json.loads(text)
    integers = ("i32", "i64")
    return int(text) if _kind(row["tipo"], row["campo"]) in integers else text


def _kind(tipo: str, path: str) -> str:
    from ledi.layouts import layout

    struct: Any = layout().fichas[tipo].root
    kind = ""
    for part in path.replace("[0]", "").split("."):
        field = struct.by_name[part]
        kind, struct = field.type.kind, (field.type.item or field.type).struct
    return kind


def _within(path: str, place: str) -> bool:
    return path == place or path.startswith((f"{place}.", f"{place}["))


# ---- one by one


def via_e_local(since: str, old: str, tipo: str) -> None:
    """The site follows the way; before, there were neither."""
    for via, site in ((1, 17), (3, 19), (4, 2), (2, 16), (6, 11), (5, 1)):
        pair = {VACINA + "viaAdministracao": via, VACINA + "localAplicacao": site}
        assert codes("FV", since, pair) == set()
        wrong = {**pair, VACINA + "localAplicacao": 1 if via != 5 else 2}
        assert {code[:8] for code in codes("FV", since, wrong)} == {"FV-V-017"}
        assert errors("FV", old, pair) == {VACINA + "viaAdministracao", VACINA + "localAplicacao"}


def nome_do_fabricante(since: str, old: str, tipo: str) -> None:
    """No size and no alphabet of its own any more: the names of the list, which nobody knows until 7.4.2."""
    long, odd = {VACINA + "fabricante": "A" * 61}, {VACINA + "fabricante": "MERCK & CO"}
    assert codes("FV", old, long) == {"FV-VacinaRowThrift-fabricante-maximo"}
    assert codes("FV", old, odd) == {"FV-V-005-1"}
    for change in (long, odd):
        assert codes("FV", since, change) == set()
        assert codes("FV", since, change, severity=AVISO) == {"FV-V-005-16"}
    named = {VACINA + "fabricante": "SINOVAC DALIAN VACCINE TECHNOLOGY CO., LTD."}
    assert codes("FV", old, named) == {"FV-V-005-1"} and findings("FV", since, named) == ()


def finalizador(since: str, old: str, tipo: str) -> None:
    at = "atendimentosIndividuais[0]."
    person = {"profissionalCNS": cns(9), "cboCodigo_2002": "225142", "cnes": "0019615"}
    change = {at + "finalizadorObservacao": person}
    assert "FAI-FO-001-3" in codes("FAI", since, change)
    assert "FAI-FO-001-3" not in codes("FAI", old, change)
    assert codes("FAI", since, change, {at + "ficouEmObservacao": True}) == set()


def casai(since: str, old: str, tipo: str) -> None:
    change = {"visitasDomiciliares[0].tipoDeImovel": 13, "visitasDomiciliares[0].temperatura": 36.5}
    assert codes("FVD", since, change) == {"FVD-017-3"} and codes("FVD", old, change) == set()


def ciap_ab(since: str, old: str, tipo: str) -> None:
    at = "atendimentosIndividuais[0].problemasCondicoes[0].ciap"
    for kept in ("ABP003", "ABP014", "ABP015", "ABP022", "ABP023"):
        assert codes("FAI", since, {at: kept}) == codes("FAI", old, {at: kept}) == set()
    assert (
        codes("FAI", since, {at: "ABP009"}) == {"FAI-PC-004-2"} and codes("FAI", old, {at: "ABP009"}) == set()
    )


def fabricante_covid(since: str, old: str, tipo: str) -> None:
    covid = {VACINA + "imunobiologico": 86, VACINA + "stAplicadoExterior": False}
    change = {**ANTERIOR, **covid, VACINA + "fabricante": "PFIZER"}
    assert codes("FV", since, change) == set() and codes("FV", old, change) == {"FV-V-005-4"}


def cns_5(since: str, old: str, tipo: str) -> None:
    number = next(n for tail in range(100_000) if _good_cns(n := f"5{tail:014}"))
    for kind, at in (("FVD", "visitasDomiciliares[0]."), ("FP", "atendProcedimentos[0].")):
        who = {at + "dtNascimento": day("1980-05-04"), at + "sexo": 1, at + "cpfCidadao": DELETE}
        change = {at + "cnsCidadao": number}
        marked = sem_cpf(kind)
        assert codes(kind, since, marked, who, change) == set()
        assert {c[-4:] for c in codes(kind, old, marked, who, change)} <= {"-1", "03-1", "02-1"}
        assert errors(kind, old, marked, who, change) == {at + "cnsCidadao"}


def _good_cns(number: str) -> bool:
    return sum(int(digit) * (15 - at) for at, digit in enumerate(number)) % 11 == 0


def membros(since: str, old: str, tipo: str) -> None:
    change = {"familias[0].numeroMembrosFamilia": 100}
    assert codes("FCD", since, FAMILIA, change) == set() and codes("FCD", old, FAMILIA, change) == {
        "FCD-FR-003-1"
    }


def fabricante_livre(since: str, old: str, tipo: str) -> None:
    change = {VACINA + "fabricante": "NOME QUALQUER"}
    assert codes("FV", since, change) == set() and codes("FV", old, change) == {"FV-V-005-16"}


def lista_de_fabricantes(since: str, old: str, tipo: str) -> None:
    listed = closed.codes("coRndsFabricante", since)
    assert len(listed) == 97
    for code in sorted(map(str, listed)):
        assert codes("FV", since, {VACINA + "coRndsFabricante": code}) == set()
    assert codes("FV", since, {VACINA + "coRndsFabricante": "999"}) == {"FV-V-005-1"}
    assert errors("FV", old, {VACINA + "coRndsFabricante": "152"}) == {VACINA + "coRndsFabricante"}


def tabelas_da_rnds(since: str, old: str, tipo: str) -> None:
    deep = {VACINA + "viaAdministracao": 4, VACINA + "localAplicacao": 2}
    wound = {VACINA + "viaAdministracao": 7, VACINA + "localAplicacao": 22}
    assert codes("FV", old, deep) == set() and errors("FV", since, deep) == {VACINA + "viaAdministracao"}
    assert codes("FV", since, wound) == set() and errors("FV", old, wound) == set(wound)


def _encaminhamento(name: str, code: str, cbo: str, since: str, old: str) -> None:
    change = {
        "headerTransport.lotacaoFormPrincipal.cboCodigo_2002": cbo,
        "atendimentosIndividuais[0].condutas": [4],
        "atendimentosIndividuais[0].encaminhamentos": [
            {"especialidade": 6, "classificacaoRisco": 1, name: code}
        ],
    }
    assert codes("FAI", since, change) == set()
    assert {c[:7] for c in codes("FAI", old, change)} == {"FAI-ENC"}


def cid_sem_cbo(since: str, old: str, tipo: str) -> None:
    _encaminhamento("hipoteseDiagnosticoCid10", "I10", "223565", since, old)


def ciap_sem_cbo(since: str, old: str, tipo: str) -> None:
    _encaminhamento("hipoteseDiagnosticoCiap2", "K86", "225142", since, old)


def ab_procedimento(since: str, old: str, tipo: str) -> None:
    rows = [row["code"] for row in closed.rows("procedimentos_ab/FP") if row["sigtap"]]
    assert len(rows) == 37
    for code in rows:
        change = {"atendProcedimentos[0].procedimentos": [code]}
        assert codes("FP", since, change) == codes("FP", old, change) == set()
        assert codes("FP", since, change, severity=AVISO) == {"FP-009-2"}
        assert codes("FP", old, change, severity=AVISO) == set()


def ab_procedimento_fao(since: str, old: str, tipo: str) -> None:
    rows = [row["code"] for row in closed.rows("procedimentos_ab/FAO") if row["sigtap"]]
    assert len(rows) == 23
    for code in rows:
        change = {
            "atendimentosOdontologicos[0].procedimentosRealizados": [
                {"coMsProcedimento": code, "quantidade": 1}
            ]
        }
        assert codes("FAO", since, change) == codes("FAO", old, change) == set()
        assert codes("FAO", since, change, severity=AVISO) == {"FAO-PQ-001-2"}
        assert codes("FAO", old, change, severity=AVISO) == set()


def justificativa(since: str, old: str, tipo: str) -> None:
    """Asked for with the mark, forbidden without it, 2 to 13; before, there was no such field. FAD does not send it."""
    at = CHILD[tipo]
    good, severity = sem_cpf(tipo), AVISO if tipo == "FAD" else ERRO
    name, mark = at + "justificativaNaoPossuiCpf", at + "stNaoPossuiCpf"
    for code in range(2, 14):
        assert codes(tipo, since, good, {name: code}) == set()
    for code in (1, 14):
        assert any(
            "dominio" in c or c.endswith("-1")
            for c in codes(tipo, since, good, {name: code}, severity=severity)
        )
    assert codes(tipo, since, good, {name: DELETE}, severity=severity) - _sem_id(tipo)
    if tipo != "FV":  # its page does not forbid it
        known = {
            at + CPF.get(tipo, "cpfCidadao"): cpf(5),
            at + CNS.get(tipo, "cnsCidadao"): DELETE,
            mark: False,
        }
        assert codes(tipo, since, {**good, **known}, {name: 2}, severity=severity) - _sem_id(tipo)
    assert {mark, name} <= errors(tipo, old, good)


def _sem_id(tipo: str) -> set[str]:
    struct = "FAD-FichaAtendimentoDomiciliarChildThrift"
    return {f"{struct}-{name}-sem_id" for name in ("stNaoPossuiCpf", "justificativaNaoPossuiCpf")}


def documento_fci(since: str, old: str, tipo: str) -> None:
    """Without any document both were asked for; now the CPF, or the CNS of who is said to have no CPF."""
    at = CHILD["FCI"]
    nobody, marked = {at + "cpfCidadao": DELETE}, {**sem_cpf("FCI"), at + "cnsCidadao": DELETE}
    assert codes("FCI", old, nobody) == {"FCI-ID-009-3", "FCI-ID-025-3"}
    assert codes("FCI", since, nobody) == {"FCI-ID-025-3"} and codes("FCI", since, marked) == {"FCI-ID-009-3"}
    assert codes("FCI", since, sem_cpf("FCI")) == set()


def documento_fv(since: str, old: str, tipo: str) -> None:
    at = CHILD["FV"]
    alone = {at + "cpfCidadao": DELETE, at + "cnsCidadao": cns(7)}
    assert codes("FV", old, alone) == set() and codes("FV", since, alone) == {"FV-012-2"}
    assert codes("FV", since, sem_cpf("FV")) == set()


def documento_fac(since: str, old: str, tipo: str) -> None:
    """In a group, CNS only with the mark."""
    group = {key: value for key, value in GRUPO.items() if not key.startswith("participantes")}
    alone = {**group, **PESSOA, "participantes[0].cnsParticipante": cns(7)}
    assert codes("FAC", old, alone) == set() and codes("FAC", since, alone) == {"FAC-PA-001-4"}
    assert codes("FAC", since, group, sem_cpf("FAC")) == set()


def documento_fae(since: str, old: str, tipo: str) -> None:
    alone = {**ADMITIDO, "cpfCidadao": DELETE, "cnsCidadao": cns(7)}
    assert codes("FAE", old, alone) == set() and "FAE-003-4" in codes("FAE", since, alone)
    assert "FAE-003-4" not in codes("FAE", since, alone, sem_cpf("FAE"))


def cnpj_com_letras(since: str, old: str, tipo: str) -> None:
    lettered = replace(FICTICIA, cpfOuCnpj="12ABC34501DE35")
    assert validate_installation(lettered, since) == ()
    assert [f.code for f in validate_installation(lettered, old)] == ["TRANSPORTE-I-003-o1"]


def pratica_33(since: str, old: str, tipo: str) -> None:
    """Only in a collective procedure; before, in nothing."""
    assert codes("FAC", since, PROCEDIMENTO, {"praticasEmSaude": [33]}) == set()
    assert codes("FAC", since, GRUPO, {"praticasEmSaude": [33]}) == {"FAC-017-3"}
    assert codes("FAC", old, PROCEDIMENTO, {"praticasEmSaude": [33]}) == {"FAC-017-e1"}


def pratica_34(since: str, old: str, tipo: str) -> None:
    school = {**PROCEDIMENTO, "outraLocalidade": DELETE, "inep": 42000114, "pseEducacao": True}
    assert codes("FAC", since, school, {"praticasEmSaude": [34]}) == {"FAC-017-4"}
    assert codes("FAC", since, school, {"praticasEmSaude": [34], "pseSaude": True}) == set()
    assert codes("FAC", old, school, {"praticasEmSaude": [34]}) == {"FAC-017-e1"}


REGRAS: dict[str, Callable[[str, str, str], None]] = {
    "via_e_local": via_e_local,
    "nome_do_fabricante": nome_do_fabricante,
    "finalizador": finalizador,
    "casai": casai,
    "ciap_ab": ciap_ab,
    "fabricante_covid": fabricante_covid,
    "cns_5": cns_5,
    "membros": membros,
    "fabricante_livre": fabricante_livre,
    "lista_de_fabricantes": lista_de_fabricantes,
    "tabelas_da_rnds": tabelas_da_rnds,
    "cid_sem_cbo": cid_sem_cbo,
    "ciap_sem_cbo": ciap_sem_cbo,
    "ab_procedimento": ab_procedimento,
    "ab_procedimento_fao": ab_procedimento_fao,
    "justificativa": justificativa,
    "cnpj_com_letras": cnpj_com_letras,
    "pratica_33": pratica_33,
    "pratica_34": pratica_34,
    "documento_FCI": documento_fci,
    "documento_FV": documento_fv,
    "documento_FAC": documento_fac,
    "documento_FAE": documento_fae,
}


# ---- the tests


def _ids(rows: list[dict[str, str]]) -> Iterator[str]:
    for row in rows:
        yield "-".join(
            filter(None, (row["versao"], row["ficha"], row["alvo"], row["valor"] or row["detalhe"]))
        )[:90]


@pytest.mark.parametrize("row", SHOWN, ids=_ids(SHOWN))
def test_a_change_begins_with_its_version(row):
    PROOFS[row["prova"]](row)


def test_how_many_changes_are_shown_and_why_the_others_are_not():
    exact = [row for row in ROWS if row["de"] == row["ate"]]
    assert (len(ROWS), len(exact), len(SHOWN)) == (317, 242, 165)
    assert all(bool(row["prova"]) is not bool(row["fora"]) for row in ROWS)
    assert Counter(row["fora"] for row in exact if row["fora"]) == {
        "a versão anterior não tem layout, é só lida": 56,
        "tabela aberta, que não vem com o layout": 7,
        "texto da página, sem efeito conhecido": 5,
        "um registro não mostra rótulos": 4,
        "saldo nulo entre a 7.2.2 e a 8.7.0: nenhum dos dois layouts vizinhos muda": 3,
        "não se sabe quais códigos vieram": 1,
        "a lista da 7.3.2 não foi lida, só a da 7.4.2: de 7.3.2 a 7.4.1 é aviso (dúvida)": 1,
    }
