"""Cases of the general rules that a record shows under their own code."""

from rule_cases.harness import Case

CASES: list[Case] = [
    Case("COMMON-VERSAO-001-1", "FVD", {"@versao": "9.0.0"}),
    Case("COMMON-VERSAO-002-1", "FVD", {"@versao": "8.9.0"}),
    Case("COMMON-VERSAO-003-1", "FVD", {"@versao": "8.7.1"}),
]
