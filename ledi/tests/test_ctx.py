"""The rules of context with whole tables: the town of the generator, the command, a real SIGTAP."""

from __future__ import annotations

import copy
import json
import os
from datetime import date
from random import Random

import pytest

from ledi import validate
from ledi.cli import main
from ledi.referencias.memory import load, read_cnes
from ledi.rules.registry import known_codes
from ledi_gerador import build, cnes_writer, gerar, sigtap_writer
from ledi_gerador.documentos import cns
from ledi_gerador.erros_contexto import ERROS_CONTEXTO
from ledi_gerador.minimos import minimal

HOJE = date(2026, 11, 24)
EXPECTED = {
    "profissional fora do CNES": "CTX-LOT-001",
    "INE de equipe de que o profissional não é": "CTX-INE-002",
    "INE que o município não tem": "CTX-INE-001",
    "CNES que o município não tem": "CTX-CNES-001",
    "CBO que o profissional não tem no CNES": "CTX-LOT-002",
    "procedimento não serve para o sexo": "CTX-PROC-002",
    "procedimento não serve para a idade": "CTX-PROC-003",
    "procedimento não serve para o CBO": "CTX-PROC-004",
    "procedimento não serve para a CID": "CTX-PROC-005",
    "CID inexistente": "CTX-CID-001",
    "CID não serve para o sexo": "CTX-CID-002",
}
LATER = "nascimento diferente do cadastro"  # only the system knows the registered client


@pytest.fixture(scope="module")
def town():
    return build(2026, hoje=HOJE)


@pytest.fixture(scope="module")
def files(town, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tabelas")
    # one of the first of each month: every record has the table of its own month
    for month in (8, 9, 10, 11):
        cnes_writer.write(town, folder / f"cnes{month}.xml", data=date(2026, month, 1))
        sigtap_writer.write(town, folder, f"2026{month:02d}")
    return folder


@pytest.fixture(scope="module")
def tables(files):
    return load(tabelas=sorted(files.glob("*.zip")), cnes=sorted(files.glob("*.xml")))


@pytest.fixture(scope="module")
def valid(town):
    """Records without a mistake that they alone tell, most recent months."""
    records = gerar(semente=2026, fichas=1200, hoje=HOJE, municipio=town)
    return [r for r in records if not validate(r, hoje=HOJE).errors]


def of_context(report) -> dict[str, str]:
    return {f.code: f.severity for f in report.findings if f.code.startswith("CTX")}


def test_the_mistakes_of_the_generator_are_all_known():
    assert {e.nome for e in ERROS_CONTEXTO} == {*EXPECTED, LATER}
    assert set(EXPECTED.values()) <= set(known_codes())


@pytest.mark.parametrize("erro", [e for e in ERROS_CONTEXTO if e.nome != LATER], ids=lambda e: e.nome)
def test_each_mistake_of_context_gives_its_code_and_no_other(erro, valid, tables, town):
    rng, tried = Random(1), 0
    for record in valid:
        if tried == 10:
            break
        if record["tipo"] not in erro.tipos or of_context(validate(record, tabelas=tables, hoje=HOJE)):
            continue
        spoilt = copy.deepcopy(record)
        if not erro.muta(spoilt, rng, town):
            continue
        tried += 1
        report = validate(spoilt, tabelas=tables, hoje=HOJE)
        assert of_context(report) == {EXPECTED[erro.nome]: "erro"}
        assert report.situacao == "inconsistente"
    assert tried > 0


def test_hardly_any_record_of_the_town_is_refused_by_its_own_tables(valid, tables):
    """Some 3% of the production is spoilt on purpose, in part in its context."""
    refused = [r for r in valid if "erro" in of_context(validate(r, tabelas=tables, hoje=HOJE)).values()]
    assert len(refused) < len(valid) * 0.05


def test_without_tables_the_rules_are_told_as_not_verified():
    report = validate(minimal("FVD"), hoje=HOJE)
    assert {"CTX-LOT-001", "CTX-CNES-001"} <= set(report.unverified)
    assert report.situacao == "processada"


def test_with_tables_nothing_of_context_is_left_unverified(valid, tables):
    assert not [c for r in valid[:50] for c in validate(r, tabelas=tables).unverified if c.startswith("CTX")]


def test_a_post_that_began_later_is_an_aviso(town, files):
    """The PEC looks at the CNES of today; SIAPS may not: told, not refused."""
    tables = load(cnes=files / "cnes8.xml")
    _, release = read_cnes(files / "cnes9.xml")
    newcomer = cns(77)
    post = next(iter(release.lotacoes))
    posts = {**release.lotacoes, (newcomer, post[1], post[2]): frozenset(("",))}
    tables.add_cnes(date(2026, 11, 1), release._replace(lotacoes=posts))
    record = minimal("FVD")
    header = record["ficha"]["headerTransport"]
    header.update(profissionalCNS=newcomer, cboCodigo_2002=post[1])
    header["cnes"] = record["cnes"] = post[2]
    del header["ine"], record["ine"]
    report = validate(record, tabelas=tables)
    told = [f for f in report.findings if f.code == "CTX-LOT-001"]
    assert [f.severity for f in told] == ["aviso"]
    assert "só o traz depois desta data" in told[0].message


def test_what_an_older_sigtap_lacks_is_an_aviso(valid, town, files, tmp_path):
    tables = load(tabelas=sigtap_writer.write(town, tmp_path, "202103"))
    record = copy.deepcopy(next(r for r in valid if r["tipo"] == "FAI"))
    record["ficha"]["atendimentosIndividuais"][0]["problemasCondicoes"] = [
        {"cid10": "U999", "isAvaliado": True}
    ]
    report = validate(record, tabelas=tables, hoje=HOJE)
    assert of_context(report)["CTX-CID-001"] == "aviso"
    message = next(f.message for f in report.findings if f.code == "CTX-CID-001")
    assert "03/2021" in message


def test_the_command_checks_with_both_tables(valid, files, tmp_path, capsys):
    record = copy.deepcopy(next(r for r in valid if r["tipo"] == "FVD"))
    record["ficha"]["headerTransport"]["profissionalCNS"] = cns(99)
    source = tmp_path / "r.jsonl"
    source.write_text(json.dumps(record), encoding="utf-8")
    table = str(files / "TabelaUnificada_202608.zip")
    status = main(["validar", "--json", "--tabelas", table, "--cnes", str(files / "cnes11.xml"), str(source)])
    printed = json.loads(capsys.readouterr().out)
    assert "CTX-LOT-001" in {i["codigo"] for i in printed["inconsistencias"]}
    assert status == 1


@pytest.mark.skipif("SIGTAP_ZIP" not in os.environ, reason="SIGTAP_ZIP names a real table")
def test_a_real_sigtap_refuses_nothing_of_the_valid_production(valid, files):
    tables = load(tabelas=os.environ["SIGTAP_ZIP"])
    for record in valid:
        wrong = {
            c: s for c, s in of_context(validate(record, tabelas=tables, hoje=HOJE)).items() if s == "erro"
        }
        assert not wrong, record["tipo"]
