"""Reads about files looked into. All scoped by entidade."""

import json
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from saude.arquivos.models import Conferencia, ItemConferido
from saude.cadastros.models import Entidade


def conferencias(entidade: Entidade) -> QuerySet[Conferencia]:
    return Conferencia.objects.filter(entidade=entidade).select_related("usuario").order_by("-criada_em")


def summary(row: Conferencia) -> dict[str, Any]:
    """The counts as the page shows them."""
    found = row.resumo
    versions = [(*key.split("|", 1), n) for key, n in found.get("versoes", {}).items()]
    origins = [(*key.split("|", 1), n) for key, n in found.get("origens", {}).items()]
    return {
        "tipos": [{"tipo": t, **counts} for t, counts in found.get("tipos", {}).items()],
        "versoes": [{"declarada": d, "usada": u, "n": n, "difere": d != u} for d, u, n in versions],
        "origens": [{"nome": name, "sistema": system, "n": n} for name, system, n in origins],
        "codigos": list(found.get("codigos", {}).items()),
    }


@dataclass(frozen=True, slots=True)
class Comparado:
    """One uuid in two files. `situacao`: igual, mudou, a (only in the first), b (only in the second)."""

    uuid: str
    tipo: str
    situacao: str


def compared(a: Conferencia, b: Conferencia) -> list[Comparado]:
    left, right = _records(a), _records(b)
    found = []
    for uuid in sorted({**left, **right}):
        one, two = left.get(uuid), right.get(uuid)
        if one is None or two is None:
            tipo = (one or two or ("", ""))[0]
            found.append(Comparado(uuid, tipo, "b" if one is None else "a"))
        else:
            same = one[1] == two[1] or json.loads(one[1]) == json.loads(two[1])
            found.append(Comparado(uuid, two[0], "igual" if same else "mudou"))
    return found


def _records(row: Conferencia) -> dict[str, tuple[str, str]]:
    """uuid -> (tipo, record) of what is kept; of a uuid given twice, the last, as when it is taken in."""
    rows = row.itens.exclude(uuid="").exclude(registro="").order_by("posicao")
    return {uuid: (tipo, text) for uuid, tipo, text in rows.values_list("uuid", "tipo", "registro")}


def record_of(row: Conferencia, uuid: str) -> dict[str, Any] | None:
    found = (
        ItemConferido.objects.filter(conferencia=row, uuid=uuid[:60])
        .exclude(registro="")
        .order_by("posicao")
        .last()
    )
    record = json.loads(found.registro) if found else None
    return record if isinstance(record, dict) else None
