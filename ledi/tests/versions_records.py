"""Records made valid in a version by the converter, and what a change to them gives there."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from rule_cases.harness import FOREVER, TODAY, apply
from test_rule_cases_versions import base_record

from ledi import validate
from ledi.findings import AVISO, ERRO, Finding

VACINA = "vacinacoes[0].vacinas[0]."


def by_severity(tipo: str, version: str, *changes: Mapping[str, Any]) -> dict[str, list[Finding]]:
    """The findings of the record with these changes."""
    record = copy.deepcopy(base_record(tipo, version))
    for change in changes:
        for path, value in change.items():
            apply(record, path, value)
    report = validate(record, hoje=TODAY, validades=FOREVER)
    assert not report.crashed
    return {severity: [f for f in report.findings if f.severity == severity] for severity in (ERRO, AVISO)}
