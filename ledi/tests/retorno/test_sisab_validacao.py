"""SISAB's Relatório de Validação."""

from __future__ import annotations

import pytest
from reports import expected, motivo, read_text, sample_text

TOP = "Ministério da Saúde\nCompetência da produção: 09/2026\n"
HEAD = "IBGE;CNES;INE;Validação;Total;\n"


def table(*rows: str, top: str = TOP, head: str = HEAD, foot: str = '\nFonte: "SISAB"\n') -> str:
    return top + head + "".join(f"{row}\n" for row in rows) + foot


def one(tmp_path, row: str):
    made = read_text(tmp_path, table(row))
    (registro,) = made["registros"]
    return registro, made


@pytest.mark.parametrize(
    "text, situacao",
    [
        ("Aprovado", "aprovado"),
        ("APROVADO", "aprovado"),
        ("Duplicado", "duplicado"),
        ("Data Inválida", "data_invalida"),
        ("Data inv.", "data_invalida"),
        ("Reprovado", "reprovado"),
        ("Reprovado - MÚLTIPLOS", "reprovado"),
        ("4 - Reprovado", "reprovado"),
        ("Não aplicado", "outra"),
        ("Pendente", "outra"),
    ],
)
def test_situation(tmp_path, text, situacao):
    registro, made = one(tmp_path, f"530010;9900017;;{text};7;")
    assert (registro["validacao"], registro["situacao"]) == (text, situacao)
    assert made["totais"] == {situacao: 7}


@pytest.mark.parametrize(
    "text, total",
    [
        ("1.234", 1234),
        ("1.204.567", 1204567),
        ("1,234", 1234),
        ("1 234", 1234),
        ("1234", 1234),
        ("1234.0", 1234),
        ("1234,00", 1234),
        (" 12 ", 12),
        ("0", 0),
        ("-12", None),
        ("1.2345", None),
        ("muitos", None),
        ("9" * 40, None),
    ],
)
def test_total(tmp_path, text, total):
    registro, made = one(tmp_path, f"530010;9900017;;Aprovado;{text};")
    assert registro["total"] == total
    assert made["avisos"] == ([] if total is not None else ["total_nao_reconhecido"])
    assert made["totais"] == ({} if total is None else {"aprovado": total})


def test_codes_get_their_zeros_back(tmp_path):
    registro, made = one(tmp_path, "530010;17;1900234;Aprovado;1;")
    assert (registro["cnes"], registro["ine"]) == ("0000017", "0001900234")
    registro, made = one(tmp_path, "530010;1,9E+06;ABC;Aprovado;1;")
    assert (registro["cnes"], registro["ine"]) == (None, None)
    assert made["avisos"] == ["cnes_invalido", "ine_invalido"]


@pytest.mark.parametrize(
    "said, competencia",
    [
        ("Competência da produção: 09/2026", "202609"),
        ("Competência: 202609", "202609"),
        ("COMPETENCIA DE ENVIO: SET/2026", "202609"),
        ("Competência: setembro de 2026", "202609"),
        ("Competência: 13/2026", None),
        ("Ano: 2026", None),
    ],
)
def test_competencia(tmp_path, said, competencia):
    made = read_text(tmp_path, table("530010;1;;Aprovado;1;", top=said + "\n"))
    assert made["contexto"]["competencia"] == competencia
    assert made["avisos"] == ([] if competencia else ["competencia_nao_encontrada"])


def test_the_header_is_found_whatever_stands_above(tmp_path):
    made = read_text(tmp_path, table("530010;1;;Aprovado;1;", top=TOP * 9))
    assert made["leitura"]["linha_do_cabecalho"] == 19


def test_the_footer_is_cut_before_its_quotes_are_read(tmp_path):
    foot = '\nNota: "abre e não fecha; ainda\noutra linha\nGerado; em; 2026\n'
    made = read_text(tmp_path, table("530010;1;;Aprovado;1;", foot=foot))
    assert len(made["registros"]) == 1 and made["leitura"]["linhas_do_rodape"] == 4


def test_a_quoted_name_with_a_separator(tmp_path):
    made = read_text(
        tmp_path, table('"A; B";9900017;;Aprovado;3;', head="Municipio;CNES;INE;Validação;Total;\n")
    )
    assert made["registros"][0]["municipio"] == "A; B"


@pytest.mark.parametrize(
    "tail", ["530010;99000", "530010", "5300", "530010;9900017;;Reprovado;4", "530010;9900017;;Rep"]
)
def test_cut_in_a_row(tmp_path, tail):
    text = table("530010;9900017;;Aprovado;1;", "530010;9900017;;Duplicado;1;", foot="") + tail
    assert motivo(tmp_path, text) == "ultima_linha_com_menos_colunas"


def test_cut_in_the_footer_or_after_a_row_is_not_told_apart_from_a_whole_one(tmp_path):
    made = read_text(tmp_path, table("530010;9900017;;Aprovado;1;", foot="\nFon"))
    assert len(made["registros"]) == 1
    assert (
        read_text(tmp_path, table("530010;9900017;;Aprovado;1;", foot=""))["leitura"]["linhas_do_rodape"] == 0
    )


def test_rows_after_a_blank_line_are_told(tmp_path):
    made = read_text(tmp_path, table("530010;1;;Aprovado;1;", "", "530010;2;;Aprovado;5;"))
    assert made["avisos"] == ["dados_depois_do_rodape"]
    assert made["totais"] == {"aprovado": 1}


def test_two_reports_in_one_file_are_told(tmp_path):
    made = read_text(tmp_path, sample_text("sisab_validacao_1") * 2)
    assert made["registros"] == expected("sisab_validacao_1")["registros"]
    assert made["avisos"] == ["dados_depois_do_rodape"]


def test_no_number_of_a_person_is_given_out(tmp_path):
    import json

    top = "Relatório de 09234073916\nTipo de ficha: 092.340.739-16\n" + TOP
    row = "09234073916;09234073916;09234073916;Reprovado 720464979954494;1;"
    text = json.dumps(read_text(tmp_path, table(row, top=top)), ensure_ascii=False)
    assert "09234073916" not in text and "092.340" not in text and "7204649" not in text
