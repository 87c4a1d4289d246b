"""The SIGTAP reader, on a small table in the published format and, if named, on a real one."""

import os
import time
from pathlib import Path

import pytest
from small_sigtap import content, files, layout, write_folder, write_zip

from ledi.errors import TableError
from ledi.referencias import ReferenciaError, sigtap_reader, source


def read(path: Path) -> dict[str, object]:
    with sigtap_reader.open_table(path) as table:
        return {
            "competencia": table.competencia,
            "procedimentos": list(table.procedimentos()),
            "cids": list(table.cids()),
            "cbos": list(table.cbos()),
            "servicos": list(table.servicos()),
            "registros": list(table.registros()),
            "counts": table.counts,
        }


def broken(tmp_path: Path, name: str, data: bytes | None) -> Path:
    contents = files()
    if data is None:
        del contents[name]
    else:
        contents[name] = data
    return write_zip(tmp_path / "sigtap.zip", contents)


def test_folder_and_zip_give_the_same(tmp_path: Path) -> None:
    folder = read(write_folder(tmp_path / "pasta", files()))
    assert folder == read(write_zip(tmp_path / "a.zip", files()))
    assert folder == read(write_zip(tmp_path / "b.zip", files(), prefix="TabelaUnificada/"))


def test_what_is_read(tmp_path: Path) -> None:
    found = read(write_folder(tmp_path, files()))
    consulta, prenatal, educativa = found["procedimentos"]
    assert found["competencia"] == "202604"
    assert consulta.nome == "CONSULTA MÉDICA EM ATENÇÃO PRIMÁRIA"
    assert (consulta.sexo, consulta.idade_min, consulta.idade_max) == ("I", 0, 1571)
    assert consulta.ocupacoes == {"225142", "2231F9"} and consulta.registros == {"01", "02"}
    assert prenatal.nome == "CONSULTA PRÉ-NATAL – GESTANTE"  # a Windows-1252 dash in the file
    assert prenatal.cids == {"Z34", "Z340"} and prenatal.servicos == {"112001"}
    assert prenatal.ocupacoes is consulta.ocupacoes  # equal sets are shared
    assert educativa.ocupacoes == educativa.cids == frozenset()
    assert [cid.codigo for cid in found["cids"]] == ["A00", "Z34", "N40"]
    assert found["cids"][0].nome == "Cólera"
    assert [cbo.codigo for cbo in found["cbos"]] == ["225142", "2231F9"]
    assert found["servicos"] == [("112", "Atenção ao pré-natal")]
    assert found["counts"] == {
        "tb_procedimento": 3,
        "rl_procedimento_ocupacao": 4,
        "rl_procedimento_cid": 2,
        "rl_procedimento_servico": 1,
        "rl_procedimento_registro": 2,
        "tb_cid": 3,
        "tb_ocupacao": 2,
        "tb_servico": 1,
        "tb_registro": 2,
    }


def test_compatibilities(tmp_path: Path) -> None:
    consulta, prenatal, educativa = read(write_folder(tmp_path, files()))["procedimentos"]
    assert prenatal.accepts_sex("F") and not prenatal.accepts_sex("M")
    assert consulta.accepts_sex("M") and educativa.accepts_sex("M")
    assert [prenatal.accepts_age(months) for months in (107, 108, 719, 720)] == [False, True, True, False]
    assert educativa.accepts_age(0) and educativa.accepts_age(5000)
    assert prenatal.accepts_cbo("225142") and not prenatal.accepts_cbo("515105")
    assert educativa.accepts_cbo("515105")
    assert prenatal.accepts_cid("Z340") and not prenatal.accepts_cid("A00") and consulta.accepts_cid("A00")


def test_columns_are_found_by_the_layout_not_by_place(tmp_path: Path) -> None:
    contents = files()
    contents["tb_ocupacao_layout.txt"] = (
        b"Coluna,Tamanho,Inicio,Fim,Tipo\r\nNO_OCUPACAO,10,1,10,V\r\nNOVA,2,11,12,V\r\nCO_OCUPACAO,6,13,18,V\r\n"
    )
    contents["tb_ocupacao.txt"] = b"Medico    XX225142\r\n"
    assert read(write_folder(tmp_path, contents))["cbos"] == [("225142", "Medico")]


PROCEDIMENTO = content("tb_procedimento")
LINES = PROCEDIMENTO.split(b"\r\n")


@pytest.mark.parametrize(
    ("name", "data", "file", "line", "reason"),
    [
        ("rl_procedimento_cid.txt", None, "rl_procedimento_cid.txt", None, "falta na tabela"),
        ("tb_cid_layout.txt", None, "tb_cid_layout.txt", None, "falta na tabela"),
        ("tb_procedimento.txt", b"", "tb_procedimento.txt", None, "vazia"),
        ("tb_procedimento.txt", PROCEDIMENTO[:-40], "tb_procedimento.txt", 3, "linha truncada"),
        (
            "tb_procedimento.txt",
            b"\r\n".join([LINES[0], LINES[1][:50], LINES[2], b""]),
            "tb_procedimento.txt",
            2,
            "linha truncada",
        ),
        ("tb_procedimento.txt", b"X" + PROCEDIMENTO, "tb_procedimento.txt", 1, "layout"),
        ("tb_procedimento.txt", PROCEDIMENTO + LINES[0] + b"\r\n", "tb_procedimento.txt", 4, "repetida"),
        (
            "tb_procedimento.txt",
            content("tb_procedimento", encoding="utf-8"),
            "tb_procedimento.txt",
            1,
            "ISO-8859-1",
        ),
        (
            "tb_ocupacao.txt",
            "225142Médico".encode().ljust(46) + b"\r\n",  # UTF-8 padded to the right width
            "tb_ocupacao.txt",
            1,
            "ISO-8859-1",
        ),
        (
            "tb_procedimento.txt",
            PROCEDIMENTO.replace(b"0301010110", b"030101011X"),
            "tb_procedimento.txt",
            2,
            "malformados",
        ),
        ("tb_procedimento.txt", PROCEDIMENTO.replace(b"1F9999", b"1X9999"), "tb_procedimento.txt", 2, "sexo"),
        (
            "tb_procedimento.txt",
            PROCEDIMENTO.replace(b"202604", b"202613"),
            "tb_procedimento.txt",
            1,
            "AAAAMM",
        ),
        (
            "tb_procedimento.txt",
            PROCEDIMENTO[:-10].rpartition(b"\r\n")[0] + b"\r\n" + LINES[2].replace(b"202604", b"202605"),
            "tb_procedimento.txt",
            3,
            "competência",
        ),
        (
            "rl_procedimento_ocupacao.txt",
            b"0999999999225142202604\r\n",
            "rl_procedimento_ocupacao.txt",
            1,
            "não está em tb_procedimento",
        ),
        (
            "rl_procedimento_cid.txt",
            b"03010101101234N202604\r\n",
            "rl_procedimento_cid.txt",
            1,
            "malformado",
        ),
        (
            "rl_procedimento_cid.txt",
            content("rl_procedimento_cid") * 2,
            "rl_procedimento_cid.txt",
            3,
            "repetida",
        ),
        ("tb_cid.txt", content("tb_cid").replace(b"A00 ", b"00A "), "tb_cid.txt", 1, "CID"),
        ("tb_ocupacao.txt", b"225 42" + b" " * 40 + b"\r\n", "tb_ocupacao.txt", 1, "CBO"),
        (
            "tb_cid_layout.txt",
            layout("tb_cid").replace(b"NO_CID,40,5,44", b"NO_CID,40,6,45"),
            "tb_cid_layout.txt",
            3,
            "deslocado",
        ),
        (
            "tb_cid_layout.txt",
            layout("tb_cid").replace(b",40,5,44", b",39,5,43").replace(b"1,45,45", b"1,44,44"),
            "tb_cid.txt",
            1,
            "layout",
        ),
        (
            "tb_cid_layout.txt",
            layout("tb_cid").replace(b"NO_CID", b"NOME"),
            "tb_cid_layout.txt",
            None,
            "não tem a coluna NO_CID",
        ),
        ("tb_cid_layout.txt", b"Coluna;Tamanho\r\n", "tb_cid_layout.txt", 1, "não começa por"),
        ("tb_cid_layout.txt", b"", "tb_cid_layout.txt", 1, "não começa por"),
        (
            "tb_cid_layout.txt",
            b"Coluna,Tamanho,Inicio,Fim,Tipo\r\n",
            "tb_cid_layout.txt",
            None,
            "não tem colunas",
        ),
        (
            "tb_cid_layout.txt",
            layout("tb_cid").replace(b"40,5,44", b"x,5,44"),
            "tb_cid_layout.txt",
            3,
            "não tem nome",
        ),
    ],
)
def test_defects_are_told_with_file_and_line(
    tmp_path: Path, name: str, data: bytes | None, file: str, line: int | None, reason: str
) -> None:
    with pytest.raises(ReferenciaError, match=reason) as caught:
        read(broken(tmp_path, name, data))
    assert (caught.value.file, caught.value.line) == (file, line)
    assert isinstance(caught.value, TableError) and file in str(caught.value)


def test_blank_last_line_and_no_last_line_end_are_fine(tmp_path: Path) -> None:
    for number, data in enumerate((PROCEDIMENTO + b"\r\n", PROCEDIMENTO[:-2], PROCEDIMENTO + b"\x1a")):
        path = write_zip(tmp_path / f"{number}.zip", files() | {"tb_procedimento.txt": data})
        assert len(read(path)["procedimentos"]) == 3


def test_what_is_no_table_at_all(tmp_path: Path) -> None:
    (tmp_path / "texto.zip").write_text("isto não é um zip")
    for path, reason in (
        (tmp_path / "nada.zip", "não existe"),
        (tmp_path / "texto.zip", "não é um zip"),
        (write_zip(tmp_path / "outro.zip", {"leia.txt": b""}), "falta na tabela"),
        (write_zip(tmp_path / "dois.zip", {"a/tb_cid.txt": b"", "b/tb_cid.txt": b""}), "dois arquivos"),
    ):
        with pytest.raises(ReferenciaError, match=reason):
            read(path)


def test_corrupt_zip(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", files())
    data = bytearray(path.read_bytes())
    start = data.index(b"tb_procedimento.txt") + len("tb_procedimento.txt")
    data[start + 20 : start + 60] = bytes(40)
    path.write_bytes(data)
    with pytest.raises(ReferenciaError, match="corrompido"):
        read(path)


def test_size_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_FILE_BYTES", 100)
    for path in (write_zip(tmp_path / "a.zip", files()), write_folder(tmp_path / "a", files())):
        with pytest.raises(ReferenciaError, match="passa de"):
            read(path)
    monkeypatch.setattr(source, "MAX_FILES", 3)
    with pytest.raises(ReferenciaError, match="limite é 3"):
        read(tmp_path / "a.zip")


@pytest.mark.skipif("SIGTAP_ZIP" not in os.environ, reason="SIGTAP_ZIP does not name a real table")
def test_a_real_table() -> None:
    start = time.perf_counter()
    found = read(Path(os.environ["SIGTAP_ZIP"]))
    print(f"\n{found['competencia']}: {found['counts']} em {time.perf_counter() - start:.2f} s")
    assert len(found["procedimentos"]) > 4000 and len(found["cids"]) > 14_000 and len(found["cbos"]) > 2500
    by_code = {item.codigo: item for item in found["procedimentos"]}
    assert "225142" in by_code["0301010064"].ocupacoes
    assert by_code["0301010110"].sexo == "F"
