"""The drafts of a user, told by whom they are of: names, the professional, the day."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import Q

from saude.acesso.areas import Areas
from saude.cadastros.models import Entidade, Profissional
from saude.cadastros.tempo import local_today
from saude.clientes.models import Cliente
from saude.fichas.atendidos import visible
from saude.registrar.models import Rascunho
from saude.registro.leitura import Fatos, Pessoa, facts


@dataclass
class Linha:
    rascunho: Rascunho
    data: date | None
    profissional: str
    clientes: list[str] = field(default_factory=list)

    @property
    def outros(self) -> int:
        return len(self.clientes) - 1


def lines(entidade: Entidade, drafts: Sequence[Rascunho], cnes: Areas) -> list[Linha]:
    zone, today = ZoneInfo(entidade.fuso), local_today(entidade)
    told = [(draft, facts(json.loads(draft.registro), zone, today=today)) for draft in drafts]
    people = [p for _, found in told for p in found.pessoas]
    names = _names(entidade, people, cnes)
    workers = _workers(entidade, (found for _, found in told))
    return [
        Linha(
            draft, found.data, workers.get(found.profissional_cns, ""),
            list(dict.fromkeys(n for p in found.pessoas if (n := _name(p, names)))),
        )
        for draft, found in told
    ]  # fmt: skip


def _name(person: Pessoa, names: dict[str, str]) -> str:
    return person.nome or names.get(person.cpf, "") or names.get(person.cns, "")


def _names(entidade: Entidade, people: Iterable[Pessoa], cnes: Areas) -> dict[str, str]:
    documents = {d for p in people for d in (p.cpf, p.cns) if d}
    if not documents:
        return {}
    rows = Cliente.objects.filter(Q(cpf__in=documents) | Q(cns__in=documents), entidade=entidade)
    found = visible(rows, cnes).values_list("cpf", "cns", "nome")
    return {d: name for cpf, cns, name in found for d in (cpf, cns) if d and name}


def _workers(entidade: Entidade, told: Iterable[Fatos]) -> dict[str, str]:
    known = {found.profissional_cns for found in told if found.profissional_cns}
    rows = Profissional.objects.filter(entidade=entidade, cns__in=known)
    return dict(rows.values_list("cns", "nome")) if known else {}
