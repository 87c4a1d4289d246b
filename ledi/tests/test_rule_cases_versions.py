"""The rule cases in every version of LEDI: a case counts where the rules it names are the same ones.

The minimal record is put in the version by the converter; the case's own changes are applied as they are, so a case
that uses a field or a code that the version does not have is not of that version.
"""

from __future__ import annotations

import copy
import re
from functools import cache
from typing import Any

import pytest
from rule_cases.harness import DELETE, FOREVER, TODAY, Case, apply
from test_rule_cases import CASES

from ledi import validate
from ledi.layouts import CURRENT, VERSIONS, layout
from ledi.recast import convert
from ledi.rules.registry import all_rules, known_codes, rules_in_force
from ledi.versions import version_key
from ledi_gerador.minimos import minimal

RULES = set(known_codes())
# Cases that use, beside what they are about, something that came with a version.
FROM = {
    "FAC-016-1-FAC": "8.4.2",  # theme 8 of a meeting
    "FAC-PA-006-1-FAC": "8.7.0",  # practice 34
    **dict.fromkeys(  # before, the CBO said whether a referral has a CID10 or a CIAP2
        (f"FAI-{n}-FAI" for n in ("026-1", "026-3", "ENC-001-o1", "ENC-003-1", "ENC-003-2", "ENC-004-e1")),
        "8.4.0",
    ),
    "FAI-PC-004-2-FAI": "7.3.4",  # ABP009 was taken
    "FV-009-2-FV": "8.4.1",  # combinations of VIP
    "FV-V-016-o1-FV": "8.4.0",  # via 4 was taken
    "FV-V-017-3-FV": "8.4.0",  # local 22
}
# Said of any site of two digits where nobody knows whether it was taken.
DOUBT = {version: {"FV-VacinaRowThrift-localAplicacao-maximo"} for version in ("7.3.0", "7.3.1")}


@cache
def base_record(tipo: str, version: str) -> dict[str, Any]:
    return convert({**minimal(tipo), "versao": CURRENT}, version).record


@cache
def forms(tipo: str, code: str, version: str) -> frozenset[int]:
    """The declarations of a code that hold for sure in a version."""
    known = {id(rule): n for n, rule in enumerate(all_rules(tipo))}
    found = [rule for rule in rules_in_force(tipo, version) if rule.code == code]
    return frozenset(-known[id(r)] - 1 if _doubtful(r, version) else known[id(r)] for r in found)


def _doubtful(rule: Any, version: str) -> bool:
    return rule.maybe is not None and version_key(version) < version_key(rule.since)


@cache
def has_path(tipo: str, path: str, version: str) -> bool:
    if path.startswith("@"):
        return True
    struct = layout(version).fichas[tipo].root
    for part in re.sub(r"\[\d+\]", "", path).split("."):
        field = struct.by_name.get(part) if struct is not None else None
        if field is None:
            return False
        struct = (field.type.item or field.type).struct
    return True


def paths(case: Case) -> set[str]:
    found: set[str] = set()
    for part in (case.base, case.bad, case.good):
        for path, value in part.items():
            found.add(path)
            found |= {f"{path}.{inner}" for inner in _inside(value)}
    return {path for path in found if not path.startswith("@")}


def _inside(value: Any) -> set[str]:
    if isinstance(value, list):
        return {name for item in value for name in _inside(item)}
    if not isinstance(value, dict):
        return set()
    return set(value) | {f"{key}.{name}" for key, item in value.items() for name in _inside(item)}


def counts(case: Case, version: str) -> bool:
    if case.tipo not in layout(version).fichas or not case.expected <= RULES:
        return False
    same = all(
        forms(case.tipo, code, version) == forms(case.tipo, code, case.versao) != frozenset()
        or code.startswith("TRANSPORTE")
        for code in case.expected
    )
    here = all(has_path(case.tipo, path, version) for path in paths(case))
    return same and here and not any(is_required(case.tipo, path, version) for path in deleted(case))


def deleted(case: Case) -> set[str]:
    """What the record of an old version goes without."""
    if case.versao == CURRENT:
        return set()
    return {
        path for part in (case.base, case.bad, case.good) for path, value in part.items() if value is DELETE
    }


def is_required(tipo: str, path: str, version: str) -> bool:
    struct = layout(version).fichas[tipo].root
    *above, name = re.sub(r"\[\d+\]", "", path).split(".")
    for part in above:
        kind = struct.by_name[part].type
        struct = (kind.item or kind).struct
    return struct.by_name[name].required == "sim"


def before(case: Case, version: str) -> bool:
    since = FROM.get(f"{case.code}-{case.tipo}")
    return case.versao == CURRENT and since is not None and version_key(version) < version_key(since)


def codes(case: Case, change: Any, version: str) -> set[str]:
    record = copy.deepcopy(base_record(case.tipo, version))
    for part in (case.base, change):
        for path, value in part.items():
            apply(record, path, value)
    report = validate(record, tabelas=case.tabelas, hoje=TODAY, validades=FOREVER)
    assert not report.crashed, report.crashed
    return {finding.code for finding in report.findings}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_case_holds_in_every_version_that_has_its_rule(version):
    wrong, tried = [], 0
    for case in CASES:
        if counts(case, version) and not before(case, version):
            tried += 1
            bad, good = codes(case, case.bad, version), codes(case, case.good, version)
            if bad - DOUBT.get(version, set()) != case.expected or not case.expected.isdisjoint(good):
                wrong.append((str(case), sorted(bad ^ case.expected), sorted(case.expected & good)))
    assert wrong == []
    assert tried > 1200


def test_what_is_left_out_is_left_out_for_a_reason():
    """Each case set apart by FROM does go wrong in some older version."""
    told = set()
    for version in VERSIONS:
        for case in CASES:
            if counts(case, version) and before(case, version):
                bad, good = codes(case, case.bad, version), codes(case, case.good, version)
                if bad != case.expected or not case.expected.isdisjoint(good):
                    told.add(f"{case.code}-{case.tipo}")
    assert told == set(FROM)
