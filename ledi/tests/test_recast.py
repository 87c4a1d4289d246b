"""A record in another version: converted, or said to be lost. Nothing is invented and nothing goes without a word."""

from __future__ import annotations

import copy
import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from rule_cases.harness import apply

from ledi import CURRENT, VERSIONS, validate
from ledi.cli import main
from ledi.errors import ConversionError, UnknownVersion
from ledi.layouts import TIPOS
from ledi.paths import value_at
from ledi.recast import _rows, convert, not_carried
from ledi.tables import closed
from ledi_gerador import gerar
from ledi_gerador.minimos import minimal

TODAY = date(2026, 11, 24)
VACINA = "vacinacoes[0].vacinas[0]"


def record(tipo: str, versao: str = "8.7.0", **changes: Any) -> dict[str, Any]:
    made = copy.deepcopy(minimal(tipo)) | {"versao": versao}
    for path, value in changes.items():
        apply(made, path, value)
    return made


def leaves(node: Any, path: str = "") -> dict[str, Any]:
    """Every value of a record by its path."""
    if isinstance(node, dict):
        return {
            k: v
            for name, one in node.items()
            for k, v in leaves(one, f"{path}.{name}" if path else name).items()
        }
    if isinstance(node, list):
        return {k: v for at, one in enumerate(node) for k, v in leaves(one, f"{path}[{at}]").items()}
    return {path: node}


def test_there_and_back_nothing_is_lost_without_being_listed():
    """8.7.0 -> 7.4.2 -> 8.7.0: what did not come back is what was listed, and what came back is what it was."""
    lost: Counter[str] = Counter()
    for one in gerar(semente=20, fichas=300, erros=0.1):
        there = convert(one, "7.4.2", hoje=TODAY)
        back = convert(there.record, "8.7.0", hoje=TODAY)
        before, after = leaves(one["ficha"]), leaves(back.record["ficha"])
        gone = {path for path in before if before[path] != after.get(path)}
        listed = [p.campo for p in (*there.perdidos, *back.perdidos)]
        assert all(any(path == p or path.startswith((f"{p}.", f"{p}[")) for p in listed) for path in gone), (
            gone
        )
        assert {path: v for path, v in after.items() if before.get(path) != v} == {}
        lost.update(p.campo.rpartition(".")[2] for p in there.perdidos)
        assert there.record["versao"] == "7.4.2" and back.record["versao"] == "8.7.0"
    assert set(lost) == {"stNaoPossuiCpf", "justificativaNaoPossuiCpf", "estadoCivil"}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("tipo", TIPOS)
def test_the_minimal_record_is_valid_in_every_version(tipo, version):
    made = convert(record(tipo, CURRENT), version)
    assert [f.code for f in made.report.findings] == []
    assert made.report.situacao == "processada" and made.faltam == made.inconsistencias == ()


@pytest.mark.parametrize("tipo", TIPOS)
def test_the_same_version_changes_nothing(tipo):
    one = record(tipo)
    before = copy.deepcopy(one)
    made = convert(one, "8.7.0")
    assert made.record == one == before and made.record is not one
    assert (made.convertidos, made.perdidos, made.faltam, made.inconsistencias) == ((), (), (), ())


def test_the_maker_of_a_vaccine_goes_by_name_and_by_code():
    there = convert(record("FV"), "7.4.2")
    vaccine = there.record["ficha"]["vacinacoes"][0]["vacinas"][0]
    assert vaccine["fabricante"] == "BUTANTAN" and "coRndsFabricante" not in vaccine
    (one,) = there.convertidos
    assert one.as_json() == {
        "campo": f"{VACINA}.fabricante",
        "campo_antes": f"{VACINA}.coRndsFabricante",
        "de": "152 (BUTANTAN)",
        "para": "BUTANTAN",
    }
    back = convert(there.record, "8.7.0")
    assert value_at(back.record["ficha"], f"{VACINA}.coRndsFabricante") == "152"
    old = convert(record("FV"), "7.4.2").record
    apply(old, f"{VACINA}.fabricante", "PFIZER/BIONTECH")  # the second name of one code
    assert value_at(convert(old, "8.7.0").record["ficha"], f"{VACINA}.coRndsFabricante") == "28290"
    apply(old, f"{VACINA}.fabricante", "NOME QUALQUER")  # no code of it is known
    odd = convert(old, "8.7.0")
    assert [f.path for f in odd.faltam] == ["vacinacoes[0].stNaoPossuiCpf", f"{VACINA}.coRndsFabricante"]


def test_a_code_of_ab_becomes_its_sigtap_from_8_4_0_on():
    at = "atendProcedimentos[0].procedimentos"
    old = record("FP", "7.4.2", **{at: ["ABPG001", "0301100039"]})
    newer = convert(old, "8.4.0")
    assert value_at(newer.record["ficha"], at) == ["0309050022", "0301100039"]
    assert [(one.campo, one.antes, one.depois) for one in newer.convertidos] == [
        (f"{at}[0]", "ABPG001", "0309050022")
    ]
    assert value_at(convert(old, "7.3.0").record["ficha"], at) == ["ABPG001", "0301100039"]
    assert value_at(convert(newer.record, "7.4.2").record["ficha"], at) == ["0309050022", "0301100039"]


def test_a_condition_of_ab_becomes_its_ciap_from_7_3_4_on():
    at = "atendimentosIndividuais[0].problemasCondicoes[0].ciap"
    made = convert(record("FAI", "7.3.3", **{at: "ABP009"}), "7.3.4")
    assert value_at(made.record["ficha"], at) == "R96" and len(made.convertidos) == 1


def test_a_code_that_the_target_lacks_is_left_out_and_listed():
    made = convert(record("FAC", publicoAlvo=[1, 19, 20]), "8.4.1")
    assert made.record["ficha"]["publicoAlvo"] == [1]
    assert [(p.campo, p.valor[:2]) for p in made.perdidos] == [
        ("publicoAlvo[1]", "19"),
        ("publicoAlvo[2]", "20"),
    ]
    assert all("a partir da versão 8.4.2" in p.motivo for p in made.perdidos)
    assert all(p.valor in p.motivo for p in made.perdidos)
    catmat = convert(
        record("FAI", **{"atendimentosIndividuais[0].medicamentos": [{"codigoCatmat": "BR0433687"}]}), "7.2.2"
    )
    assert [p.campo for p in catmat.perdidos if "codigo" in p.campo] == [
        "atendimentosIndividuais[0].medicamentos[0].codigoCatmat"
    ]


def test_what_a_version_has_no_place_for_without_judging():
    one = record("FAC", publicoAlvo=[1, 19])
    assert (
        not_carried(one, "8.7.0") == () and not_carried(one, "8.4.1") == convert(one, "8.4.1").perdidos != ()
    )
    late = record(
        "FVD", "8.4.2", **{"visitasDomiciliares[0].stNaoPossuiCpf": False}
    )  # too old for its fields
    (lost,) = not_carried(late, "8.4.2")
    assert lost.campo == "visitasDomiciliares[0].stNaoPossuiCpf" and "a partir da versão 8.5.0" in lost.motivo
    with pytest.raises(ConversionError):
        not_carried({"tipo": "XX"}, "8.7.0")


def test_a_code_that_no_version_has_stays_as_it_is_wrong():
    made = convert(record("FAC", publicoAlvo=[1, 99]), "7.4.2")
    assert made.record["ficha"]["publicoAlvo"] == [1, 99] and made.perdidos == ()


def test_what_the_target_asks_for_and_the_record_lacks_is_listed():
    made = convert(convert(record("FCI"), "7.4.2").record, "8.7.0")
    (finding,) = made.faltam
    assert finding.path == "identificacaoUsuarioCidadao.stNaoPossuiCpf" and made.perdidos == ()
    assert made.report.situacao == "inconsistente"


def test_what_the_target_refuses_is_listed():
    made = convert(
        record(
            "FCD", **{"familias[0].numeroMembrosFamilia": 100, "familias[0].cpfResponsavel": "52998224725"}
        ),
        "7.4.2",
    )
    assert "FCD-FR-003-1" in [f.code for f in made.inconsistencias]
    assert value_at(made.record["ficha"], "familias[0].numeroMembrosFamilia") == 100


def test_an_error_that_was_there_is_not_of_the_conversion():
    made = convert(record("FVD", **{"visitasDomiciliares[0].turno": 9}), "7.4.2")
    assert (made.faltam, made.inconsistencias) == ((), ())
    assert [f.code for f in made.report.errors] == ["FVD-001-e1"]


def test_documents_are_not_shown():
    one = record("FCI", **{"identificacaoUsuarioCidadao.dnv": "30123456785"})
    told = json.dumps(convert(one, "7.4.2").as_json())
    assert "30123456785" not in told and "identificacaoUsuarioCidadao.dnv" in told


@pytest.mark.parametrize("odd", [None, [], "x", {}, {"tipo": "XYZ", "ficha": {}}, {"tipo": "FVD"}, {"tipo": ["FVD"]},
                                 {"tipo": "FVD", "ficha": []}])  # fmt: skip
def test_what_is_no_record_is_refused(odd):
    with pytest.raises(ConversionError):
        convert(odd, "7.4.2")


@pytest.mark.parametrize("version", ["7.2.1", "9.9.9", "", "8.7"])
def test_an_unknown_target_is_refused(version):
    with pytest.raises(UnknownVersion):
        convert(minimal("FVD"), version)


@pytest.mark.parametrize("broken", [{"visitasDomiciliares": 1}, {"visitasDomiciliares": [1, None, {}]}, {"x": {"y": 1}},
                                    {"headerTransport": []}, {"visitasDomiciliares": {"a": 1}}, {}])  # fmt: skip
def test_broken_fichas_are_converted_as_they_are(broken):
    one = minimal("FVD") | {"ficha": broken, "versao": None}
    assert convert(one, "7.4.2").record["ficha"] == broken


def test_every_swap_gives_a_code_that_the_version_has():
    named = {
        "coRndsFabricante": "coRndsFabricante",
        "viaAdministracao": "viaAdministracao (para imunobiológicos)",
    }
    rows = [row for row in _rows() if row["campo_depois"] in named]
    for row in rows:
        later = "8.4.2" if row["valor_depois"] == "47619" else row["versao"]  # LIBBS came after the list
        assert row["valor_depois"] in closed.texts(named[row["campo_depois"]], later)
    assert len(rows) > 100


# ---- the command


def write(path: Path, *records: dict[str, Any]) -> str:
    path.write_text("".join(json.dumps(one) + "\n" for one in records))
    return str(path)


def test_command_lists_record_by_record_and_exits_one_when_something_is_lost(tmp_path: Path, capsys):
    source, target = (
        write(tmp_path / "a.jsonl", record("FVD"), record("FCI"), record("FCC")),
        tmp_path / "b.jsonl",
    )
    options = ["--para", "7.4.2", "--saida", str(target), "--hoje", "2026-11-24"]
    assert main(["converter", source, *options, "--json"]) == 1
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [set(row) for row in rows] == [
        {"uuid", "tipo", "de", "para", "situacao", "convertidos", "perdidos", "faltam", "inconsistencias"}
    ] * 3
    assert [(row["tipo"], row["de"], row["para"], len(row["perdidos"])) for row in rows] == [
        ("FVD", "8.7.0", "7.4.2", 0), ("FCI", "8.7.0", "7.4.2", 1), ("FCC", "8.7.0", "7.4.2", 0),
    ]  # fmt: skip
    made = [json.loads(line) for line in target.read_text().splitlines()]
    assert [one["versao"] for one in made] == ["7.4.2"] * 3
    assert all(validate(one, hoje=TODAY).situacao == "processada" for one in made)
    assert main(["converter", source, *options]) == 1
    out = capsys.readouterr().out
    assert "perdido: identificacaoUsuarioCidadao.stNaoPossuiCpf (não)" in out and "1 perderam algo" in out


def test_command_exits_zero_when_nothing_is_lost(tmp_path: Path, capsys):
    source = write(tmp_path / "a.jsonl", record("FVD"), record("FCC"))
    assert main(["converter", source, "--para", "7.4.2", "--saida", str(tmp_path / "b.jsonl")]) == 0


def test_command_on_bad_input(tmp_path: Path, capsys):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(record("FVD")) + "\n{quebrado\n" + json.dumps({"tipo": "FVD"}) + "\n")
    target = tmp_path / "b.jsonl"
    assert main(["converter", str(path), "--para", "7.4.2", "--saida", str(target)]) == 2
    err = capsys.readouterr().err
    assert "linha 2" in err and "linha 3: não foi convertido" in err
    assert len(target.read_text().splitlines()) == 1
    assert main(["converter", "/nao/existe", "--para", "7.4.2", "--saida", str(tmp_path / "c.jsonl")]) == 2
    assert not (tmp_path / "c.jsonl").exists()
    assert main(["converter", str(path), "--para", "7.4.2", "--saida", "/nao/existe/c.jsonl"]) == 2
    for version, words in (
        ("7.2.1", "só é lida"),
        ("8.3.0", "versão desconhecida"),
        ("8.7", "versão desconhecida"),
    ):
        with pytest.raises(SystemExit) as stopped:
            main(["converter", str(path), "--para", version, "--saida", str(target)])
        assert stopped.value.code == 2 and words in capsys.readouterr().err


def test_command_may_write_over_its_own_input(tmp_path: Path, capsys):
    source = write(tmp_path / "a.jsonl", record("FVD"))
    assert main(["converter", source, "--para", "7.4.2", "--saida", source]) == 0
    assert json.loads(Path(source).read_text())["versao"] == "7.4.2"
