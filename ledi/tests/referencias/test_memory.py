"""The port answered from memory: which release answers, posts, absent kinds."""

from datetime import date
from pathlib import Path

import pytest
from small_cnes import CNS, DATA
from small_sigtap import files, write_folder, write_zip

from ledi.errors import TableError
from ledi.referencias import memory
from ledi.tables import port

DAY = date(2026, 4, 25)


@pytest.fixture
def cnes_file(tmp_path: Path) -> Path:
    path = tmp_path / "cnes.xml"
    path.write_bytes(DATA)
    return path


@pytest.fixture
def tables(tmp_path: Path, cnes_file: Path) -> memory.MemoryTables:
    return memory.load(
        tabelas=[
            write_zip(tmp_path / "a.zip", files("202601")),
            write_folder(tmp_path / "b", files("202604")),
        ],
        cnes=cnes_file,
    )


def test_nothing_loaded() -> None:
    tables: port.Tables = memory.load()
    assert port.missing(tables, port.KINDS) == tuple(kind for kind in port.KINDS if kind != "ciap")
    assert port.missing(None, ("cid",)) == ("cid",)
    assert tables.procedimento("0301010064", "202604") is None
    assert tables.lotacao(CNS, "515105", "0019615", None, DAY) is None
    assert tables.competencia("cid", "202604") is None and tables.competencia("equipe", DAY) is None


def test_nearest_earlier_release_answers(tables: memory.MemoryTables) -> None:
    asked = ("202601", "202602", "202603", "202604", "202611", "202512")
    used = [tables.competencia("procedimento", competencia) for competencia in asked]
    assert used == ["202601", "202601", "202601", "202604", "202604", "202601"]
    assert tables.competencia("cid", date(2026, 3, 31)) == "202601"
    assert tables.competencia("lotacao", "202604") == "202604"
    assert tables.competencia("lotacao", date(2026, 11, 1)) == "202604"
    assert tables.competencia("ciap", "202604") is None


def test_each_release_has_its_own_content(tmp_path: Path) -> None:
    older = files("202601")
    older["tb_ocupacao.txt"] = older["tb_ocupacao.txt"].replace(b"Residente", b"residente")[:48]
    newer = files("202604")
    tables = memory.load(tabelas=[write_folder(tmp_path / "a", older), write_folder(tmp_path / "b", newer)])
    assert tables.cbo("225142", "202603") is not None
    assert tables.cbo("2231F9", "202603").nome == "MÉDICO RESIDENTE"  # absent there: the list of LEDI answers
    assert tables.cbo("2231F9", "202604").nome == "Médico residente"
    assert tables.cbo("2231F9").nome == "Médico residente"


def test_questions(tables: memory.MemoryTables) -> None:
    assert port.missing(tables, port.KINDS) == ()
    assert tables.procedimento("0301010064", "202604").ocupacoes == {"225142", "2231F9"}
    assert tables.procedimento("0301019999", "202604") is None
    assert tables.cid("Z34").sexo == "F" and not tables.cid("Z34").accepts_sex("M")
    assert tables.cid("N40", "202604").accepts_sex("M") and tables.cid("A00").accepts_sex("F")
    assert tables.cbo("515105").nome == "AGENTE COMUNITÁRIO DE SAÚDE"
    assert tables.cbo("999999") is None
    assert tables.ciap("A01").nome.startswith("DOR GENERALIZADA") and tables.ciap("Z99X") is None
    assert tables.estabelecimento("0019615").nome == "UBS SÃO JOSÉ"
    assert tables.estabelecimento("0019615", DAY).ibge == "4205407"
    assert tables.estabelecimento("7654321") is None
    assert tables.equipe("0000471828").cnes == "0019615" and tables.equipe("0000000000") is None


def test_posts(tables: memory.MemoryTables) -> None:
    found = tables.lotacao(CNS, "515105", "0019615", "0000471828", DAY)
    assert found == port.Lotacao(CNS, "515105", "0019615", "0000471828")
    assert tables.lotacao(CNS, "515105", "0019615", None, DAY) == found
    assert tables.lotacao(CNS, "515105", "0019615", "", DAY) == found
    assert tables.lotacao(CNS, "2231F9", "0019623", None, DAY).ine == ""
    for wrong in (
        ("700000000000013", "515105", "0019615", "0000471828"),
        (CNS, "225142", "0019615", "0000471828"),
        (CNS, "515105", "0019623", "0000471828"),
        (CNS, "515105", "0019615", "0000471836"),
        (CNS, "2231F9", "0019623", "0000471828"),
    ):
        assert tables.lotacao(*wrong, DAY) is None


def test_a_post_ends_with_its_team(tables: memory.MemoryTables) -> None:
    post = (CNS, "322405", "0019615", "0000471836")
    assert tables.lotacao(*post, date(2026, 3, 30)) is not None
    assert tables.lotacao(*post, date(2026, 3, 31)) is None


def test_cnes_of_another_municipio(cnes_file: Path) -> None:
    assert memory.load(cnes=str(cnes_file), ibge="4205407").has("lotacao")
    with pytest.raises(TableError, match="outro município"):
        memory.load(cnes=cnes_file, ibge="3550308")


def test_several_cnes_files_by_date(tmp_path: Path, cnes_file: Path) -> None:
    later = tmp_path / "maio.xml"
    later.write_bytes(DATA.replace(b"2026-04-20", b"2026-05-10").replace(b"0000471828", b"0000471830"))
    tables = memory.load(cnes=[later, cnes_file])
    assert tables.equipe("0000471828", date(2026, 5, 9)) and not tables.equipe(
        "0000471828", date(2026, 5, 10)
    )
    assert tables.equipe("0000471830") and not tables.equipe("0000471828")
    assert tables.competencia("equipe", "202605") == "202605"
    assert tables.competencia("equipe", date(2026, 5, 9)) == "202604"
