"""Judging a record without storing it: what the form shows while the user types."""

import json
from collections.abc import Mapping
from typing import Any

from saude.cadastros.models import Entidade
from saude.fichas.contexto import apply
from saude.fichas.leitura import facts
from saude.fichas.processing import Achado, process


def check(entidade: Entidade, record: Mapping[str, Any]) -> list[Achado]:
    """The findings this record would have, errors first: the same rules that judge it when saved."""
    from saude.recebimento.actions import context

    ctx = context(entidade)
    plain = json.loads(json.dumps(record))
    result = process(plain, instalacao=ctx.envelope, hoje=ctx.today, tabelas=ctx.tabelas)
    found = apply(result, facts(plain, ctx.zone, today=ctx.today), plain, ctx).achados
    return sorted(found, key=lambda a: (a.severidade != "erro", a.campo, a.codigo))
