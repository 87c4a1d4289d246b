"""What the search boxes look in: closed tables of the library and the entidade's own registers."""

from functools import cache
from typing import Any

from ledi.errors import TableError
from ledi.tables import closed
from saude.cadastros.models import Entidade, Equipe, Estabelecimento, Profissional
from saude.web.texto import fold

LIMIT = 30
TABLES = frozenset({"ciap2", "cbo", "procedimentos", "municipios", "catmat"})
REGISTERS = frozenset({"estabelecimentos", "equipes", "profissionais"})


@cache
def table(source: str) -> dict[str, str]:
    """code -> label of a source that is the same for everybody; empty when there is none."""
    if source == "cid10":
        return _cid()
    if source == "procedimentos":
        return {**_labels("exames"), **_labels("procedimentos")}
    if source == "municipios":
        return {row["codigo_ibge"]: f"{row['nome']}/{row['uf']}" for row in closed.rows("municipios")}
    if source.startswith("dominio."):
        return _labels(source.removeprefix("dominio."))
    return _labels(source) if source in TABLES else {}


def known(source: str) -> bool:
    return source in REGISTERS or bool(table(source))


def label(source: str, code: str) -> str:
    """The label of a code of a table; registers of the entidade are told by the views that show them."""
    return table(source).get(code, "") if source not in REGISTERS else ""


def search(entidade: Entidade, source: str, text: str) -> list[tuple[str, str]]:
    """Codes and labels that match: by beginning of the code, or by every word in the label."""
    if source in REGISTERS:
        rows = _register(entidade, source)
    else:
        rows = list(table(source).items())
    words = fold(text).split()
    if not words:
        return rows[:LIMIT]
    joined = "".join(words)
    first = [r for r in rows if fold(r[0]).startswith(joined)]
    chosen = {r[0] for r in first}
    index = _folded(source) if source not in REGISTERS else [(r, fold(r[1])) for r in rows]
    rest = [r for r, name in index if r[0] not in chosen and all(w in name for w in words)]
    return (first + rest)[:LIMIT]


@cache
def _folded(source: str) -> list[tuple[tuple[str, str], str]]:
    return [(row, fold(row[1])) for row in table(source).items()]


def _labels(name: str) -> dict[str, str]:
    try:
        return {str(code): text for code, text in closed.labels(name).items()}
    except TableError:
        return {}


def _cid() -> dict[str, str]:
    rows = closed.rows("ciap_cid")
    return {r["cid10"]: r["cid10_descricao"] for r in rows if r["cid10"]}


def _register(entidade: Entidade, source: str) -> list[tuple[str, str]]:
    mine: dict[str, Any] = {"entidade": entidade}
    if source == "estabelecimentos":
        return list(Estabelecimento.objects.filter(**mine, ativo=True).values_list("cnes", "nome"))
    if source == "equipes":
        rows = Equipe.objects.filter(**mine, ativa=True).select_related("estabelecimento")
        return [(e.ine, f"{e.nome} ({e.estabelecimento})") for e in rows]
    found = Profissional.objects.filter(**mine, ativo=True).exclude(cns="").order_by("nome")
    return list(found.values_list("cns", "nome"))
