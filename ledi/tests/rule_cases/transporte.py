"""Failing and passing cases of the envelope's rules."""

from rule_cases.harness import Case

CASES: list[Case] = [
    Case("TRANSPORTE-D-001-1", "FVD", {"@uuid": "0019615-abc"}, codes=frozenset(("TRANSPORTE-D-001-1", "REGISTRO-uuid-diferente"))),
]  # fmt: skip
