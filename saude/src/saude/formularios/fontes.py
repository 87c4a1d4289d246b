"""What the search boxes look in: the SIGTAP in use, closed tables of the library, the entidade's own registers.

The library alone knows few CID10 (those of the CIAP2 table, 554) and only the procedures and CBO that LEDI lists;
the whole tables come with the SIGTAP that is imported.
"""

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from itertools import chain, islice
from typing import Any

from ledi.errors import TableError
from ledi.tables import closed
from saude.cadastros.models import Entidade, Equipe, Estabelecimento, Profissional
from saude.comum.texto import fold
from saude.referencias.models import Cbo, Cid, Procedimento, Publicacao

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
    if source == "catmat":
        return {row["codigo_catmat"]: _medicine(row) for row in reversed(closed.rows("catmat"))}
    if source == "municipios":
        return {row["codigo_ibge"]: f"{row['nome']}/{row['uf']}" for row in closed.rows("municipios")}
    if source.startswith("dominio."):
        return _labels(source.removeprefix("dominio."))
    return _labels(source) if source in TABLES else {}


def is_source(source: str) -> bool:
    return source in REGISTERS or bool(table(source))


def label(source: str, code: str) -> str:
    """The label of a code of a table; registers of the entidade are told by the views that show them."""
    if source in REGISTERS or not code:
        return ""
    return table(source).get(code) or (sigtap_label(source, code) if source in MONTHLY else "")


#: what the monthly SIGTAP carries
MONTHLY: dict[str, Any] = {"cid10": Cid, "cbo": Cbo, "procedimentos": Procedimento}


def _sigtap_in_use() -> int | None:
    ready = Publicacao.objects.filter(tipo=Publicacao.Tipo.SIGTAP, situacao=Publicacao.Situacao.PRONTA)
    return ready.order_by("-vale_de").values_list("pk", flat=True).first()


def sigtap_label(source: str, code: str) -> str:
    newest = _sigtap_in_use()
    rows = MONTHLY[source].objects.filter(publicacao=newest, codigo=code) if newest else None
    return (rows.values_list("nome", flat=True).first() or "") if rows is not None else ""


@lru_cache(maxsize=6)
def _whole(source: str, publicacao: int) -> tuple[dict[str, str], list[tuple[tuple[str, str], str]]]:
    """The SIGTAP release's codes and those the library adds; and the rows with their folded names."""
    rows = dict(MONTHLY[source].objects.filter(publicacao=publicacao).values_list("codigo", "nome"))
    rows = dict(sorted({**rows, **{c: t for c, t in table(source).items() if c not in rows}}.items()))
    return rows, [(row, fold(row[1])) for row in rows.items()]


def _rows(entidade: Entidade, source: str) -> tuple[list[tuple[str, str]], list[tuple[tuple[str, str], str]]]:
    if source in REGISTERS:
        rows = _register(entidade, source)
        return rows, [(r, fold(r[1])) for r in rows]
    if source in MONTHLY and (newest := _sigtap_in_use()):
        whole, folded = _whole(source, newest)
        return list(whole.items()), folded
    return list(table(source).items()), _folded(source)


def search(
    entidade: Entidade,
    source: str,
    text: str,
    *,
    takes: Callable[[str], bool] = lambda code: True,
    lista: Mapping[str, str] | None = None,
) -> list[tuple[str, str]]:
    """Codes and labels that match: by beginning of the code, or by every word in the label; those that are taken.

    `lista`: what to look in instead of the source, where the field has a list of its own.
    """
    rows, index = _rows(entidade, source) if lista is None else (list(lista.items()), _indexed(lista))
    words = fold(text).split()
    joined = "".join(words).replace(".", "") if source == "cid10" else "".join(words)
    first = [r for r in rows if fold(r[0]).startswith(joined)] if words else rows
    chosen = {r[0] for r in first}
    rest = (r for r, name in index if r[0] not in chosen and all(w in name for w in words))
    return list(islice((r for r in chain(first, rest) if takes(r[0])), LIMIT))


def _indexed(rows: Mapping[str, str]) -> list[tuple[tuple[str, str], str]]:
    return [(row, fold(row[1])) for row in rows.items()]


@cache
def _folded(source: str) -> list[tuple[tuple[str, str], str]]:
    return _indexed(table(source))


def _labels(name: str) -> dict[str, str]:
    try:
        return {str(code): text for code, text in closed.labels(name).items()}
    except TableError:
        return {}


def _cid() -> dict[str, str]:
    rows = closed.rows("ciap_cid")
    return {r["cid10"]: r["cid10_descricao"] for r in rows if r["cid10"]}


def _medicine(row: Mapping[str, str]) -> str:
    """The name alone is that of many: the dose, the form and how it is supplied tell them apart."""
    form, pack = row["forma_farmaceutica"], row["unidade_fornecimento"]
    parts = (row["principio_ativo"], row["concentracao"], form, "" if pack == form else pack)
    return ", ".join(part.strip() for part in parts if part.strip())


def _register(entidade: Entidade, source: str) -> list[tuple[str, str]]:
    mine: dict[str, Any] = {"entidade": entidade}
    if source == "estabelecimentos":
        return list(Estabelecimento.objects.filter(**mine, ativo=True).values_list("cnes", "nome"))
    if source == "equipes":
        teams = Equipe.objects.filter(**mine, ativa=True).select_related("estabelecimento")
        rows = teams.prefetch_related("outros_estabelecimentos")
        return [(e.ine, f"{e.nome} ({', '.join(map(str, e.estabelecimentos))})") for e in rows]
    found = Profissional.objects.filter(**mine, ativo=True).exclude(cns="").order_by("nome")
    return list(found.values_list("cns", "nome"))
