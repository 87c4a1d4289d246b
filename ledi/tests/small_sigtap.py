"""A SIGTAP table of a few lines, written in the published format, to be read and to be broken."""

import zipfile
from pathlib import Path

COLUMNS: dict[str, list[tuple[str, int]]] = {
    "tb_procedimento": [
        ("CO_PROCEDIMENTO", 10),
        ("NO_PROCEDIMENTO", 60),
        ("TP_COMPLEXIDADE", 1),
        ("TP_SEXO", 1),
        ("QT_PONTOS", 4),
        ("VL_IDADE_MINIMA", 4),
        ("VL_IDADE_MAXIMA", 4),
        ("DT_COMPETENCIA", 6),
    ],
    "rl_procedimento_ocupacao": [("CO_PROCEDIMENTO", 10), ("CO_OCUPACAO", 6), ("DT_COMPETENCIA", 6)],
    "rl_procedimento_cid": [
        ("CO_PROCEDIMENTO", 10),
        ("CO_CID", 4),
        ("ST_PRINCIPAL", 1),
        ("DT_COMPETENCIA", 6),
    ],
    "rl_procedimento_servico": [
        ("CO_PROCEDIMENTO", 10),
        ("CO_SERVICO", 3),
        ("CO_CLASSIFICACAO", 3),
        ("DT_COMPETENCIA", 6),
    ],
    "rl_procedimento_registro": [("CO_PROCEDIMENTO", 10), ("CO_REGISTRO", 2), ("DT_COMPETENCIA", 6)],
    "tb_cid": [("CO_CID", 4), ("NO_CID", 40), ("TP_SEXO", 1)],
    "tb_ocupacao": [("CO_OCUPACAO", 6), ("NO_OCUPACAO", 40)],
    "tb_servico": [("CO_SERVICO", 3), ("NO_SERVICO", 30), ("DT_COMPETENCIA", 6)],
    "tb_registro": [("CO_REGISTRO", 2), ("NO_REGISTRO", 30), ("DT_COMPETENCIA", 6)],
}

ROWS: dict[str, list[list[str]]] = {
    "tb_procedimento": [
        ["0301010064", "CONSULTA MÉDICA EM ATENÇÃO PRIMÁRIA", "1", "I", "9999", "0000", "1571", "#"],
        ["0301010110", "CONSULTA PRÉ-NATAL \u2013 GESTANTE", "1", "F", "9999", "0108", "0719", "#"],
        ["0101010010", "ATIVIDADE EDUCATIVA", "1", "N", "0001", "9999", "9999", "#"],
    ],
    "rl_procedimento_ocupacao": [
        ["0301010064", "225142", "#"],
        ["0301010064", "2231F9", "#"],
        ["0301010110", "225142", "#"],
        ["0301010110", "2231F9", "#"],
    ],
    "rl_procedimento_cid": [["0301010110", "Z34", "N", "#"], ["0301010110", "Z340", "N", "#"]],
    "rl_procedimento_servico": [["0301010110", "112", "001", "#"]],
    "rl_procedimento_registro": [["0301010064", "01", "#"], ["0301010064", "02", "#"]],
    "tb_cid": [
        ["A00", "Cólera", "I"],
        ["Z34", "Supervisão de gravidez normal", "F"],
        ["N40", "Hiperplasia da próstata", "M"],
    ],
    "tb_ocupacao": [["225142", "Médico da estratégia de saúde da família"], ["2231F9", "Médico residente"]],
    "tb_servico": [["112", "Atenção ao pré-natal", "#"]],
    "tb_registro": [["01", "BPA (Consolidado)", "#"], ["02", "BPA (Individualizado)", "#"]],
}


def layout(table: str) -> bytes:
    lines, start = ["Coluna,Tamanho,Inicio,Fim,Tipo"], 1
    for name, size in COLUMNS[table]:
        lines.append(f"{name},{size},{start},{start + size - 1},VARCHAR2")
        start += size
    return "\r\n".join([*lines, ""]).encode("iso-8859-1")


def content(table: str, competencia: str = "202604", encoding: str = "cp1252") -> bytes:
    """cp1252, as in the published files, which call it ISO-8859-1."""
    lines = []
    for row in ROWS[table]:
        values = [competencia if value == "#" else value for value in row]
        sizes = [size for _, size in COLUMNS[table]]
        lines.append("".join(value.ljust(size) for value, size in zip(values, sizes, strict=True)))
    return "\r\n".join([*lines, ""]).encode(encoding)


def files(competencia: str = "202604") -> dict[str, bytes]:
    found = {f"{table}_layout.txt": layout(table) for table in COLUMNS}
    return found | {f"{table}.txt": content(table, competencia) for table in COLUMNS}


def write_folder(path: Path, contents: dict[str, bytes]) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    for name, data in contents.items():
        (path / name).write_bytes(data)
    return path


def write_zip(path: Path, contents: dict[str, bytes], prefix: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            archive.writestr(prefix + name, data)
    return path
