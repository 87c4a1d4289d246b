"""Reads about files looked into. All scoped by entidade."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from ledi.layouts import releases
from saude.arquivos.models import Conferencia, ItemConferido
from saude.cadastros.models import Entidade
from saude.cadastros.versoes import validades
from saude.registro.texto_json import legible

NOT_DECLARED = "não declarada"
MANY_BAD, FEW = 20, 8


def conferencias(entidade: Entidade) -> QuerySet[Conferencia]:
    return Conferencia.objects.filter(entidade=entidade).select_related("usuario").order_by("-criada_em")


def summary(row: Conferencia, hoje: date) -> dict[str, Any]:
    """The counts as the page shows them."""
    found, dates = row.resumo or {}, validades(row.entidade)
    versions = [(*key.split("|", 1), n) for key, n in found.get("versoes", {}).items()]
    origins = [(*key.split("|", 1), n) for key, n in found.get("origens", {}).items()]
    counts = found.get("tipos", {}).values()
    good, bad, total = (sum(c.get(n, 0) for c in counts) for n in ("processada", "inconsistente", "total"))
    return {
        "boas": good,
        "ruins": bad,
        "muitas": is_much(bad, total),
        "tipos": [{"tipo": t, **c} for t, c in sorted(found.get("tipos", {}).items(), key=_unknown_last)],
        "versoes": [
            {"declarada": d, "usada": u, "n": n, "difere": d != u, **_validity(d, hoje, dates)}
            for d, u, n in versions
        ],
        "origens": [{"nome": name, "sistema": system, "n": n} for name, system, n in origins],
        "codigos": list(found.get("codigos", {}).items()),
        "nao_leva": [
            {"versao": v, "tipo": t, "campo": c, "motivo": m, "n": n}
            for v, t, c, m, n in found.get("nao_leva", [])
        ],
        "deixados": found.get("deixados", ""),
        **{name: found.get(name, 0) for name in ("repetidos", "aqui", "travadas")},
    }


def is_much(bad: int, total: int) -> bool:
    """Are there so many that receiving them all must be confirmed?"""
    return bad >= MANY_BAD or (total >= FEW and bad * 4 >= total)


def _validity(version: str, hoje: date, dates: Mapping[str, date]) -> Mapping[str, Any]:
    """Until when production made with that version counts, and whether it still does."""
    if version == NOT_DECLARED:
        return {"validade": "", "vale": True}
    release = releases().get(version)
    if release is None:
        return {"validade": "não é uma versão conhecida do formato do e-SUS", "vale": False}
    over = release.days_left(hoje, dates) < 0
    return {
        "validade": f"{'valeu' if over else 'vale'} até {release.until(dates):%d/%m/%Y}",
        "vale": not over,
    }


def _unknown_last(item: tuple[str, Any]) -> tuple[bool, str]:
    return item[0] == "?", item[0]


@dataclass(frozen=True, slots=True)
class Comparado:
    """One uuid in two files. `situacao`: igual, mudou, a (only in the first), b (only in the second)."""

    uuid: str
    tipo: str
    situacao: str
    a: int | None  # its position in each file
    b: int | None


def compared(a: Conferencia, b: Conferencia) -> list[Comparado]:
    left, right = _records(a), _records(b)
    found = []
    for uuid in sorted({**left, **right}):
        one, two = left.get(uuid), right.get(uuid)
        if one and two:
            situation = "igual" if one[1] == two[1] else "mudou"
        else:
            situation = "a" if one else "b"
        tipo = (two or one or ("",))[0]
        found.append(Comparado(uuid, tipo, situation, one and one[2], two and two[2]))
    return found


def _records(row: Conferencia) -> dict[str, tuple[str, bytes, int]]:
    """uuid -> (tipo, digest, position) of what is kept; of a uuid given twice the last, as when taken in."""
    rows = row.itens.exclude(uuid="").exclude(hash=None).order_by("posicao")
    found = rows.values_list("uuid", "tipo", "hash", "posicao")
    return {uuid: (tipo, bytes(summary), at) for uuid, tipo, summary, at in found if summary is not None}


def record_at(row: Conferencia, posicao: int) -> dict[str, Any] | None:
    found = ItemConferido.objects.filter(conferencia=row, posicao=posicao).exclude(registro="").first()
    record = legible(found.registro) if found else None
    return record if isinstance(record, dict) else None
