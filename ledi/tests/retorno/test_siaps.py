"""The exports of SIAPS."""

from __future__ import annotations

import json

import pytest
from reports import expected, motivo, read_text, sample_text

from ledi.retorno.siaps_competencia import join_parentheses
from ledi.retorno.siaps_equipe import indicator_code

EQUIPE, VISAO = "siaps_equipe_quadrimestre", "siaps_visao_competencia"
BOTH = pytest.mark.parametrize("name", [EQUIPE, VISAO])


def rows(name: str) -> list[str]:
    return sample_text(name).replace("\r\n", "\n").split("\n")


@BOTH
def test_without_the_line_fonte_it_is_a_cut_file(tmp_path, name):
    text = "\n".join(line for line in rows(name) if not line.startswith("Fonte"))
    assert motivo(tmp_path, text) == "sem_linha_de_fonte"


@BOTH
@pytest.mark.parametrize(
    "column",
    ["CPF", "CNS", "CPF/CNS", "Nome", "NOME DO CIDADÃO", "Nome da mãe", "Data de Nascimento", "Telefone celular",
     "ENDEREÇO", "Cartão SUS", "Cidadão", "DT NASC"],
)  # fmt: skip
def test_columns_of_people_are_refused(tmp_path, name, column):
    top = expected(name)["leitura"]["linha_do_cabecalho"] - 1
    lines = rows(name)
    lines[top] = f"{column};" + lines[top]
    lines[top + 1 :] = ['"Maria";' + line if line.startswith('"') else line for line in lines[top + 1 :]]
    made = read_text(tmp_path, "\n".join(lines))
    assert (made["motivo"], made["formato"]) == ("coluna_de_pessoa", expected(name)["formato"])
    assert "Maria" not in json.dumps(made)


def test_a_list_of_people_is_refused_as_such(tmp_path):
    made = read_text(
        tmp_path, "Lista nominal\nNome;CPF;Data de nascimento;CNES\nMaria;09234073916;01/01/2000;1\n"
    )
    assert (made["motivo"], made["formato"]) == ("coluna_de_pessoa", None)


@BOTH
@pytest.mark.parametrize(
    "column", ["NOME DA EQUIPE", "Nome do estabelecimento", "PESSOAS (COM CPF OU CNS)", "CNES"]
)
def test_other_names_are_not_of_people(tmp_path, name, column):
    top = expected(name)["leitura"]["linha_do_cabecalho"] - 1
    lines = rows(name)
    lines[top] += f";{column}"
    lines[top + 1 :] = [line + ';"1"' if line.startswith('"') else line for line in lines[top + 1 :]]
    assert not read_text(tmp_path, "\n".join(lines))["recusar"]


def test_teams_sorted_another_way_are_put_together(tmp_path):
    top = expected(EQUIPE)["leitura"]["linha_do_cabecalho"]
    lines = rows(EQUIPE)
    table = [line for line in lines[top:] if line.startswith('"')]
    rest = lines[top + len(table) :]
    made = read_text(tmp_path, "\n".join(lines[:top] + table[::-1] + rest))
    wanted = {one["ine"]: one for one in expected(EQUIPE)["registros"]}
    assert len(made["registros"]) == len(wanted)
    for one in made["registros"]:
        other = wanted[one["ine"]]
        assert one["indicadores"][::-1] == other["indicadores"]
        assert {**one, "indicadores": []} == {**other, "indicadores": []}


def test_a_big_file_is_read_team_by_team(tmp_path, monkeypatch):
    monkeypatch.setattr("ledi.retorno.siaps_equipe.GATHERED", 0)
    made = read_text(tmp_path, sample_text(EQUIPE))
    assert made["registros"] == expected(EQUIPE)["registros"] and made["avisos"] == []
    top = expected(EQUIPE)["leitura"]["linha_do_cabecalho"]
    lines = rows(EQUIPE)
    lines[top], lines[top + 9] = lines[top + 9], lines[top]
    assert "equipe_em_partes" in read_text(tmp_path, "\n".join(lines))["avisos"]


def test_a_team_without_all_its_indicators_is_not_complete(tmp_path):
    lines = [line for line in rows(EQUIPE) if "1900012345" not in line or "Diabetes" not in line]
    made = read_text(tmp_path, "\n".join(lines))
    assert [one["completa"] for one in made["registros"]] == [False, True, True]
    assert made["avisos"] == ["nota_final_diferente_da_soma"]


def test_a_team_without_its_final_mark_is_told(tmp_path):
    made = read_text(tmp_path, "\n".join(line for line in rows(EQUIPE) if not line.startswith('"Total')))
    assert made["avisos"] == ["equipe_sem_nota_final"]
    assert {one["nota_final"] for one in made["registros"]} == {None}


@pytest.mark.parametrize(
    "name, tipo, code",
    [
        ("Mais Acesso à APS", "eSF", "C1"),
        ("Mais acesso", "eAP", "C1"),
        ("Mais acesso à APS", "eCR", None),
        ("C4", "eSF", "C4"),
        ("B2 - Tratamento", "eSB", "B2"),
        ("Tratamento odontológico concluído", "eSB", "B2"),
        ("Ações interprofissionais realizadas", "eMulti", "M2"),
        ("Cuidado da pessoa com diabetes", "eSF", "C4"),
        ("Cuidado da pessoa com diabetes", "eSB", None),
        ("", "eSF", None),
    ],
)
def test_code_of_an_indicator(name, tipo, code):
    assert indicator_code(name, tipo) == code


def test_an_indicator_not_known_is_kept_by_name_and_told(tmp_path):
    made = read_text(tmp_path, sample_text(EQUIPE).replace("Taxa de exodontias", "Indicador novo"))
    assert (
        made["registros"][2]["indicadores"][1] | {"indicador": None, "nome": "Indicador novo"}
        == (made["registros"][2]["indicadores"][1])
    )
    assert made["avisos"] == ["indicador_nao_reconhecido"]


def test_decimals_with_the_other_mark(tmp_path):
    """A spreadsheet in Portuguese wrote commas where SIAPS writes points, and the other way round."""
    text = sample_text(EQUIPE).replace('"8.5\t"', '"8,5"').replace('"40.25\t"', '"40,25"')
    made = read_text(tmp_path, text)
    assert made["registros"] == expected(EQUIPE)["registros"] and made["leitura"]["decimal"] == ","
    made = read_text(tmp_path, sample_text(VISAO).replace("40,0", "40.5"))
    assert made["registros"][0]["resultado"] == 40.5 and made["leitura"]["decimal"] == "."
    made = read_text(tmp_path, sample_text(VISAO).replace('"300\t"', '"1.300"').replace("40,0", "0.125"))
    assert list(made["registros"][0]["valores"].values()) == [120, 1300]
    assert made["registros"][0]["resultado"] == 0.125
    made = read_text(tmp_path, sample_text(VISAO).replace("40,0", "1.234,5").replace('"300\t"', '"abc"'))
    assert made["registros"][0]["resultado"] == 1234.5
    assert "numero_nao_reconhecido" in made["avisos"]


@pytest.mark.parametrize("lost", ["Competência selecionada: Q2/26", "Competência selecionada: SET/26"])
def test_a_preamble_without_its_period_is_told(tmp_path, lost):
    name = EQUIPE if "Q2" in lost else VISAO
    made = read_text(tmp_path, sample_text(name).replace(lost, "Período: ?"))
    assert {"quadrimestre_nao_encontrado", "competencia_nao_encontrada"} & set(made["avisos"])
    assert made["registros"] == expected(name)["registros"]


def test_cvat(tmp_path):
    """Twelve values and the mark, no indicator."""
    head = "CNES;ESTABELECIMENTO;TIPO DO ESTABELECIMENTO;INE;NOME DA EQUIPE;SIGLA DA EQUIPE;PARÂMETRO;"
    values = ";".join(f"{letter} (PESSOAS; {letter})" for letter in "ABCDEFGHIJK")
    row = "9900017;UBS;CENTRO;1900012345;EQUIPE;eSF;3000;" + ";".join(str(n) for n in range(11)) + ";7,25"
    text = (
        "Relatório CVAT - Visão por Competência\nMunicípio: 530010 / X\nCompetência selecionada: JUL/26\n"
        f"{head}{values};PONTUAÇÃO\n{row}\n\nFonte: SIAPS\n"
    )
    made = read_text(tmp_path, text)
    (registro,) = made["registros"]
    assert (made["contexto"]["componente"], made["contexto"]["indicador"]) == ("CVAT", None)
    assert len(registro["valores"]) == 12 and registro["resultado"] == 7.25
    assert registro["valores"]["K (PESSOAS; K)"] == 10


def test_columns_turned_round(tmp_path):
    text = (
        "Competência selecionada: JUL/26\nPONTUAÇÃO;DENOMINADOR;NUMERADOR;SIGLA DA EQUIPE;NOME DA EQUIPE;INE;CNES\n"
        "50,5;200;101;eSF;EQUIPE;17;42\nFonte: SIAPS\n"
    )
    (registro,) = read_text(tmp_path, text)["registros"]
    assert registro["valores"] == {"DENOMINADOR": 200, "NUMERADOR": 101} and registro["resultado"] == 50.5
    assert (registro["ine"], registro["cnes"], registro["estabelecimento"]) == ("0000000017", "0000042", None)


def test_names_repeated_are_told_apart(tmp_path):
    text = "CNES;INE;SIGLA DA EQUIPE;TOTAL;TOTAL;PONTUAÇÃO\n1;2;eSF;3;4;5\nFonte: x\n"
    assert read_text(tmp_path, text)["registros"][0]["valores"] == {"TOTAL": 3, "TOTAL (2)": 4}


def test_parentheses():
    assert join_parentheses(["A (b", " c)", "D"]) == ["A (b; c)", "D"]
    assert join_parentheses(["A (b", "c"]) == ["A (b", "c"]
    assert join_parentheses(["A)", "(B;C)", "D"]) == ["A)", "(B;C)", "D"]


def test_short_rows_in_the_middle_are_told(tmp_path):
    text = sample_text(VISAO).replace("\r\n\r\nFonte", "\r\n9900017;UBS\r\n\r\nFonte")
    made = read_text(tmp_path, text)
    assert "linha_com_menos_colunas" in made["avisos"] and len(made["registros"]) == 2
