import pytest

from saude.comum.texto import fold
from saude.web.planilha import csv_response, safe_cell
from saude.web.templatetags.saude import competencia_extenso, iniciais, mascara_cns, mascara_cpf


@pytest.mark.parametrize("text", ["=1+1", "+55", "-1", "@x", "\t=1"])
def test_formulas_are_defused(text):
    assert safe_cell(text) == f"'{text}"


def test_csv_opens_in_a_brazilian_spreadsheet():
    response = csv_response("x.csv", ["Nome"], [["José; o bom"]])
    assert b"".join(response.streaming_content) == '\ufeffNome\r\n"José; o bom"\r\n'.encode()


def test_masks_show_the_least():
    assert mascara_cpf("12345678909") == "***.456.789-**"
    assert mascara_cns("700123412344567") == "7** **** **** 4567"
    assert mascara_cpf("123") == "" and mascara_cns(None) == ""


def test_text():
    assert fold("  José  d'Ávila ") == "JOSE D'AVILA"
    assert competencia_extenso("202610") == "outubro de 2026"
    assert iniciais("Maria de Souza") == "MS" and iniciais("") == "?"
