"""Rules that the two registrations (FCI and FCD) have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledi.findings import AVISO
from ledi.rules.checks import Custom, SameAs
from ledi.rules.conditions import is_false
from ledi.rules.model import Rule
from ledi.rules.wording import same


def originadora_rules(code: str) -> tuple[Rule, ...]:
    """uuidFichaOriginadora: the ficha's own uuid in a first registration, another in an update.

    The page does not say that an update which names itself is refused.
    """
    return (
        Rule(code, "", "uuidFichaOriginadora", SameAs("uuid", when=is_false("fichaAtualizada")),
             fix="Iguale os dois ou marque Ficha atualizada."),
        Rule(code, "", "uuidFichaOriginadora",
             Custom(_its_own, "Numa atualização, o UUID da ficha originadora deveria ser o do primeiro cadastro, e não o desta "
                    "ficha. Confira o UUID ou se a ficha é mesmo uma atualização.", reads=("uuid", "fichaAtualizada")),
             severity=AVISO),
    )  # fmt: skip


def _its_own(value: str, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
    return {} if node.get("fichaAtualizada") is True and same(value, node.get("uuid")) else None
