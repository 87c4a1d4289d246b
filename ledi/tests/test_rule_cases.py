"""Every rule has a failing and a passing case, and a failing case gives exactly the codes it names."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
import rule_cases
from ledi import validate
from ledi.layouts import TIPOS
from ledi.rules.registry import all_rules, known_codes, published
from rule_cases.harness import TODAY, Case, build

CASES: list[Case] = [
    case
    for module in pkgutil.iter_modules(rule_cases.__path__)
    if module.name != "harness"
    for case in importlib.import_module(f"rule_cases.{module.name}").CASES
]


def found(case: Case, change) -> dict[str, str]:
    report = validate(build(case, change), tabelas=case.tabelas, hoje=TODAY)
    assert not report.crashed, report.crashed
    return {finding.code: finding.severity for finding in report.findings}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_failing_case_gives_exactly_its_codes(case):
    assert case.code in case.expected
    codes = found(case, case.bad)
    assert set(codes) == case.expected
    assert codes[case.code] == case.severity


@pytest.mark.parametrize("case", CASES, ids=str)
def test_passing_case_does_not_give_the_code(case):
    assert case.expected.isdisjoint(found(case, case.good))


def test_every_published_rule_is_a_code_of_the_library():
    wanted = {code for code, row in published().items() if row.until is None}
    assert wanted - set(known_codes()) == set()


def test_every_code_of_the_library_is_published_or_of_context():
    assert {code for code in known_codes() if code not in published() and not code.startswith("CTX-")} == set()


def test_every_rule_that_a_record_settles_has_a_case():
    tested = {case.code for case in CASES}
    silent = {
        code
        for code, places in known_codes().items()
        if not any(rule.check.compile.__qualname__ != "Declared.compile" for _, rule in places)
    }
    assert set(known_codes()) - silent - tested == set()


def test_every_rule_without_a_check_says_why():
    for tipo in (*TIPOS, "TRANSPORTE"):
        for rule in all_rules(tipo):
            if rule.check.compile.__qualname__ == "Declared.compile":
                assert rule.why, rule.code
