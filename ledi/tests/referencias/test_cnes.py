"""The CNES reader: what it yields, and what it refuses and how."""

import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from small_cnes import CNS, DATA, XML

from ledi.referencias import ReferenciaError, cnes_reader, source
from ledi.tables.port import Equipe, Estabelecimento, Lotacao, Profissional


def read(data: bytes) -> list[object]:
    return list(cnes_reader.read_bytes(data).items())


def test_header() -> None:
    header = cnes_reader.read_bytes(DATA).header
    assert header == (date(2026, 4, 20), "4205407", "3.1", "PORTAL", "ESUS_AB")
    seven = DATA.replace(b'"420540"', b'"4205407"').replace(b"VERSION_XSD", b"VERSAO_XSD")
    assert cnes_reader.read_bytes(seven).header.ibge == "4205407"
    assert cnes_reader.read_bytes(DATA.replace(b"2026-04-20", b"20/04/2026")).header.data == date(2026, 4, 20)


@pytest.mark.parametrize("version", ["2.1", "3.0", "3.1"])
def test_known_versions(version: str) -> None:
    assert cnes_reader.read_bytes(DATA.replace(b'"3.1"', f'"{version}"'.encode())).header.versao == version


def test_items() -> None:
    assert read(DATA) == [
        Estabelecimento("0019615", "UBS SÃO JOSÉ", "4205407", "11222333000181", "02", "CENTRO DE SAUDE"),
        Equipe("0000471828", "0019615", "EQUIPE AZUL", "70", "ESF", "0001", None),
        Equipe("0000471836", "0019615", "BUCAL", "71", "ESB", "", date(2026, 3, 31)),
        Estabelecimento("0019623", "UBS NORTE", "4205407", "", "02", ""),
        Profissional(CNS, "11144477735", "ANA DE EXEMPLO"),
        Lotacao(CNS, "515105", "0019615", "0000471828"),
        Lotacao(CNS, "322405", "0019615", "0000471836"),
        Lotacao(CNS, "2231F9", "0019623", ""),
        Profissional("", "", "SEM CARTAO"),  # cannot be named by a ficha: no post
    ]


def test_utf8_when_declared() -> None:
    data = XML.replace("ISO-8859-1", "UTF-8").encode("utf-8")
    assert read(data) == read(DATA)


def test_file_and_zip(tmp_path: Path) -> None:
    (tmp_path / "cnes.XML").write_bytes(DATA)
    with zipfile.ZipFile(tmp_path / "cnes.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pasta/XMLparaESUS31_420540.xml", DATA)
        archive.writestr("leia.txt", "")
    for name in ("cnes.XML", "cnes.zip"):
        with cnes_reader.open_file(tmp_path / name) as file:
            assert list(file.items()) == read(DATA)


def replaced(old: str, new: str) -> bytes:
    assert old in XML
    return XML.replace(old, new, 1).encode("iso-8859-1")


DOCTYPE = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><ImportarXMLCNES'


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (replaced("<ImportarXMLCNES", DOCTYPE), 2, "DOCTYPE"),
        (
            replaced("<ImportarXMLCNES", '<!DOCTYPE x SYSTEM "file:///etc/passwd"><ImportarXMLCNES'),
            2,
            "DOCTYPE",
        ),
        (replaced("UBS NORTE", "&segredo;"), 17, "entidade"),
        (b"", 1, "vazio ou cortado"),
        (b"isto nao e xml", 1, "malformado"),
        (b"<a/>", 1, "a raiz é a"),
        (b"<ImportarXMLCNES/>", None, "IDENTIFICACAO"),
        (DATA[:-60], 30, "cortado"),
        (replaced('VERSION_XSD="3.1"', 'VERSION_XSD="9.9"'), 3, "VERSION_XSD"),
        (replaced(' VERSION_XSD="3.1"', ""), 3, "VERSION_XSD"),
        (replaced('DATA="2026-04-20"', ""), 3, "falta DATA"),
        (replaced("2026-04-20", "2026-13-45"), 3, "DATA não é uma data"),
        (replaced('"420540"', '"990540"'), 3, "CO_IBGE_MUN"),
        (replaced("<LOTACOES>", "<OUTRAS>"), 23, "fora do lugar"),
        (replaced("<ENDERECO>", "<DADOS_PROFISSIONAIS/><ENDERECO>"), 7, "fora do lugar"),
        (XML.encode("utf-8"), 5, "o texto está em UTF-8"),
        (XML.replace("ISO-8859-1", "UTF-8").encode("iso-8859-1"), 5, "codificação diferente"),
        (replaced("ISO-8859-1", "KLINGON"), 1, "codificação desconhecida"),
        (b"\x00" * 1000, None, "malformado"),
    ],
)
def test_refused_with_the_line(data: bytes, line: int | None, reason: str) -> None:
    with pytest.raises(ReferenciaError, match=reason) as caught:
        read(data)
    assert caught.value.file == "cnes.xml"
    if line is not None:
        assert caught.value.line == line


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (replaced('CNES="0019615"', ""), 5, "CNES está vazio"),
        (replaced('CNES="0019615"', 'CNES="19615"'), 5, "CNES está malformado"),
        (replaced('CNES="0019623" TP', 'CNES="0019615" TP'), 17, "o CNES 0019615 aparece de novo"),
        (replaced("0000471836", "0000471828"), 12, "o INE 0000471828 aparece duas vezes"),
        (replaced("0000471828", "47 1828"), 10, "CO_INE"),
        (replaced("31/03/2026", "31/02/2026"), 12, "DT_DESATIVACAO"),
        (replaced("700000000000005", "70000000000000"), 20, "CO_CNS não tem 15 dígitos"),
        (replaced('CO_CBO="515105"', 'CO_CBO="5151"'), 23, "CO_CBO"),
        (replaced('CO_CBO="515105"', ""), 23, "CO_CBO"),
        (replaced('CO_INE="0000471828" CO_CBO', 'CO_INE="471828" CO_CBO'), 23, "CO_INE"),
    ],
)
def test_an_odd_row_is_told_and_the_rest_is_read(data: bytes, line: int, reason: str) -> None:
    file = cnes_reader.read_bytes(data)
    items = list(file.items())
    assert items[-1] == Profissional("", "", "SEM CARTAO")  # read to the end
    assert 5 <= len(items) <= len(read(DATA))
    assert [aviso.linha for aviso in file.avisos if reason in aviso.texto] == [line], file.avisos


def test_nothing_personal_in_errors() -> None:
    with pytest.raises(ReferenciaError) as caught:
        read(replaced("ANA DE", "JO\u00c3\u00a3O DE"))
    assert "ANA" not in str(caught.value)
    file = cnes_reader.read_bytes(replaced("700000000000005", "70000000000000"))
    list(file.items())
    told = " ".join(map(str, file.avisos))
    assert file.avisos and "ANA" not in told and "7000" not in told


def test_what_stays_out_of_an_odd_file() -> None:
    """A CNS of 14 digits takes the person and their posts out; an empty CBO only that post."""
    items = read(replaced("700000000000005", "70000000000000"))
    assert [item for item in items if isinstance(item, Lotacao | Profissional)] == [
        Profissional("", "", "SEM CARTAO")
    ]
    items = read(replaced('CO_CBO="515105"', 'CO_CBO=""'))
    assert [item.cbo for item in items if isinstance(item, Lotacao)] == ["322405", "2231F9"]


def test_a_team_of_several_establishments() -> None:
    """eMulti serves several units: the last row of a team says all of them; one active row makes it active."""
    second = '<DADOS_GERAIS_ESTABELECIMENTOS NM_FANTA="UBS NORTE" CNES="0019623" TP_UNID_ID="02"'
    team = '<EQUIPES><DADOS_EQUIPES TP_EQUIPE="72" CO_INE="{}" DT_DESATIVACAO=""/></EQUIPES>'
    data = replaced(f"{second}/>", f"{second}>{team.format('0000471828')}</DADOS_GERAIS_ESTABELECIMENTOS>")
    file = cnes_reader.read_bytes(data)
    *_, last = (item for item in file.items() if isinstance(item, Equipe) and item.ine == "0000471828")
    assert (last.cnes, last.unidades) == ("0019615", frozenset(("0019615", "0019623")))
    assert last.serves("0019615") and last.serves("0019623") and not last.serves("0019631")
    data = replaced(f"{second}/>", f"{second}>{team.format('0000471836')}</DADOS_GERAIS_ESTABELECIMENTOS>")
    *_, last = (item for item in read(data) if isinstance(item, Equipe) and item.ine == "0000471836")
    assert (last.cnes, last.desativacao) == ("0019623", None)


def test_posts_of_people_without_cns_are_kept_apart() -> None:
    file = cnes_reader.read_bytes(DATA)
    items = list(file.items())
    assert file.sem_cns == {("515105", "0019615", "")}
    assert not [item for item in items if isinstance(item, Lotacao) and not item.cns]
    assert ["sem CNS" in aviso.texto for aviso in file.avisos] == [True]


def test_avisos_are_bounded() -> None:
    start = XML.index("   <DADOS_PROFISSIONAIS")
    end = XML.index("   <DADOS_PROFISSIONAIS", start + 1)
    person = XML[start:end].replace("700000000000005", "7")
    file = cnes_reader.read_bytes((XML[:start] + person * 1000 + XML[end:]).encode("iso-8859-1"))
    list(file.items())
    assert len(file.avisos) == cnes_reader.MAX_AVISOS + 1 and "e mais 801" in file.avisos[-1].texto


def test_zip_with_other_than_one_xml(tmp_path: Path) -> None:
    for names in ([], ["a.xml", "b.xml"]):
        with zipfile.ZipFile(tmp_path / "cnes.zip", "w") as archive:
            for name in names:
                archive.writestr(name, DATA)
        with (
            pytest.raises(ReferenciaError, match=f"tem {len(names)} arquivos"),
            cnes_reader.open_file(tmp_path / "cnes.zip"),
        ):
            pytest.fail("opened")
    with pytest.raises(ReferenciaError, match="não existe"), cnes_reader.open_file(tmp_path / "nada.xml"):
        pytest.fail("opened")


@pytest.mark.parametrize(
    "make",
    [
        lambda: XML.replace("EQUIPE AZUL", "A" * 3_000_000).encode("iso-8859-1"),
        lambda: XML.replace("<ENDERECO>", " " * 3_000_000 + "<ENDERECO>").encode("iso-8859-1"),
    ],
)
def test_endless_token(make: Callable[[], bytes]) -> None:
    with pytest.raises(ReferenciaError, match="longo demais"):
        read(make())


def test_deep_nesting() -> None:
    with pytest.raises(ReferenciaError, match="fora do lugar"):
        read(replaced("<ENDERECO>", "<A>" * 100_000))


def test_size_is_bounded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cnes_reader, "MAX_FILE_BYTES", 1000)
    (tmp_path / "cnes.xml").write_bytes(DATA)
    with pytest.raises(ReferenciaError, match="passa de"), cnes_reader.open_file(tmp_path / "cnes.xml"):
        pytest.fail("opened")
    with pytest.raises(ReferenciaError, match="passa de"):
        read(DATA)
    monkeypatch.setattr(source, "MAX_FILE_BYTES", 1000)
    with zipfile.ZipFile(tmp_path / "cnes.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cnes.xml", DATA)
    with pytest.raises(ReferenciaError, match="passa de"), cnes_reader.open_file(tmp_path / "cnes.zip"):
        pytest.fail("opened")


def test_a_big_city_is_read_in_constant_memory() -> None:
    start = XML.index("   <DADOS_PROFISSIONAIS")
    end = XML.index("   <DADOS_PROFISSIONAIS", start + 1)
    person = XML[start:end]
    data = (XML[:start] + person * 7000 + XML[end:]).encode("iso-8859-1")
    tracemalloc.start()
    try:
        file = cnes_reader.read_bytes(data)
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        posts = sum(isinstance(item, Lotacao) for item in file.items())
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert posts == 21_000
    assert peak < 2_000_000
