"""What a rule says, it says to who fills in the form: no word of the trade, no field called obligatory."""

import re

from rule_cases.harness import FOREVER, TODAY, build
from test_rule_cases import CASES

from ledi import validate

TRADE = re.compile(r"\bLEDI\b|Thrift|\bJSON\b|\bSHA\b|\bUTF|\bepoch\b|milissegundos|é obrigatório")
#: said to who writes the program, of what no form of a person can make
OF_THE_PROGRAM = {
    r"(REGISTRO|TRANSPORTE|COMMON-VERSAO|COMMON-UUID)-": "of the envelope",
    r".*-(desconhecido|tipo)$": "a field that is not there, or not of its type",
}


def test_no_message_has_a_word_of_the_trade():
    said: dict[str, str] = {}
    for case in CASES:
        report = validate(build(case, case.bad), tabelas=case.tabelas, hoje=TODAY, validades=FOREVER)
        said |= {f.code: f.message for f in report.findings if TRADE.search(f.message)}
    exempt = re.compile("|".join(OF_THE_PROGRAM))
    assert {code: text for code, text in said.items() if not exempt.match(code)} == {}
