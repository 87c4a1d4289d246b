"""The rules that make a field needed or forbidden, as data for the small script of the forms."""

from functools import lru_cache
from typing import Any

from ledi.rules.checks import Forbidden, Required, RequiredOrForbidden
from ledi.rules.registry import rules_in_force
from ledi.tables import closed

MAX_CODES = 120
#: what the script does: "exige" (needed when), "proibe" (forbidden when), "so" (only when, and then needed)
KINDS = {Required: "exige", Forbidden: "proibe", RequiredOrForbidden: "so"}


@lru_cache(maxsize=32)
def conditions(tipo: str, versao: str) -> dict[str, list[Any]]:
    """Path with [] -> [[kind, condition], …]; conditions are `Cond.as_json()`, as seen from the struct."""
    found: dict[str, list[Any]] = {}
    for rule in rules_in_force(tipo, versao):
        check = rule.check
        if not isinstance(check, Required | Forbidden | RequiredOrForbidden):
            continue
        kind = KINDS.get(type(check))
        if kind is None or rule.name is None or rule.severity != "erro":
            continue
        when = check.when
        if when is None and kind == "exige":
            continue  # the layout already says it is required
        if getattr(rule.check, "only_true", False):
            continue
        path = f"{rule.at}.{rule.name}" if rule.at else rule.name
        try:
            condition = _plain(when.as_json()) if when is not None else ["all"]
        except NotImplementedError:
            continue
        found.setdefault(path, []).append([kind, condition])
    return found


def _plain(condition: list[Any]) -> list[Any]:
    """Closed lists by name become their codes; what only the server can tell stays ["server", words]."""
    kind = condition[0]
    if kind == "table":
        codes = closed.codes(condition[2])
        return ["in", condition[1], sorted(codes, key=str)] if len(codes) <= MAX_CODES else ["server", ""]
    if kind in ("all", "any", "not"):
        return [kind, *[_plain(part) for part in condition[1:]]]
    return condition


@lru_cache(maxsize=4096)
def read_by(tipo: str, versao: str, codigo: str) -> tuple[tuple[str, str], ...]:
    """(struct of the rule, path as the rule writes it) of the fields a rule reads besides its own."""
    return tuple(
        (rule.at, ref)
        for rule in rules_in_force(tipo, versao)
        if rule.code == codigo
        for ref in dict.fromkeys(rule.check.refs())
    )
