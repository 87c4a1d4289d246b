"""Every rule has a failing and a passing case, and a failing case gives exactly the codes it names."""

from __future__ import annotations

import importlib
import pkgutil
import re
from dataclasses import replace

import pytest
import rule_cases
from rule_cases.harness import FOREVER, TODAY, Case, build
from rule_cases.transporte import INSTALLATION

from ledi import validate
from ledi.installation import FICTICIA, validate_installation
from ledi.layouts import TIPOS
from ledi.rules.registry import GENERAL, all_rules, known_codes, published

CASES: list[Case] = [
    case
    for module in pkgutil.iter_modules(rule_cases.__path__)
    if module.name != "harness"
    for case in importlib.import_module(f"rule_cases.{module.name}").CASES
]


def found(case: Case, change) -> dict[str, str]:
    report = validate(build(case, change), tabelas=case.tabelas, hoje=TODAY, validades=FOREVER)
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


@pytest.mark.parametrize("case", INSTALLATION, ids=str)
def test_installation_case_gives_its_code(case):
    bad = replace(FICTICIA, **{case.name: case.bad})
    good = replace(FICTICIA, **{case.name: case.good})
    assert [(f.code, f.path) for f in validate_installation(bad, case.version)] == [(case.code, case.name)]
    assert validate_installation(good, case.version) == ()


def test_every_published_rule_is_a_code_of_the_library():
    wanted = {code for code, row in published().items() if row.until is None}
    assert wanted - set(known_codes()) == set()


def test_every_code_of_the_library_is_published_or_of_context():
    # "FV-V-005-3-v722" is how the list names the old form of a rule, or a rule that is gone.
    known = {re.sub(r"-v\d+$", "", code) for code in published()}
    ours = ("CTX-", "CASA-")  # of context, and of the house
    assert {code for code in known_codes() if code not in known and not code.startswith(ours)} == set()


def test_every_rule_that_a_record_settles_has_a_case():
    tested = {case.code for case in (*CASES, *INSTALLATION)}
    silent = {
        code
        for code, places in known_codes().items()
        if not any(rule.check.compile.__qualname__ != "Declared.compile" for _, rule in places)
    }
    assert set(known_codes()) - silent - tested == set()


def test_every_rule_without_a_check_says_why():
    for tipo in (*TIPOS, *GENERAL):
        for rule in all_rules(tipo):
            if rule.check.compile.__qualname__ == "Declared.compile":
                assert rule.why, rule.code
