"""Cases of the general rules that a record shows under their own code."""

from ledi.layouts import layout
from rule_cases.harness import Case

MAJOR, MINOR, REVISION = layout().numbers

CASES: list[Case] = [
    Case("COMMON-VERSAO-001-1", "FVD", {"@versao": f"{MAJOR + 1}.0.0"}),
    Case("COMMON-VERSAO-002-1", "FVD", {"@versao": f"{MAJOR}.{MINOR + 2}.0"}),
    Case("COMMON-VERSAO-003-1", "FVD", {"@versao": f"{MAJOR}.{MINOR}.{REVISION + 1}"}),
]
