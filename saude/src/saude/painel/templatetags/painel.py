"""Tags of the pages of Exportação."""

from datetime import UTC, datetime
from typing import Any

from django import template

from saude.fichas.exportaveis import Exclusao
from saude.painel.filtros import query
from saude.registro.tipos import Tipo

register = template.Library()
#: rules on the date of the header: the value of their cause is a moment
MOMENTS = ("HEADER-U-005", "HEADER-VA-003", "HEADER-VA-004")


@register.simple_tag(takes_context=True)
def consulta(context: template.Context, **changes: Any) -> str:
    """The address's parameters with some changed."""
    return query(context["request"], **changes)


@register.inclusion_tag("painel/coluna.html", takes_context=True)
def coluna(context: template.Context, titulo: str, nome: str) -> dict[str, Any]:
    """The heading of a column; a link that sorts by it where the list can be sorted so."""
    now = str(context.get("ordem") or "")
    by_date = nome == "data" and context.get("por_data")
    other = f"-{nome}" if now == nome or (now.lstrip("-") != nome and nome in ("data", "recebida")) else nome
    return {
        "titulo": titulo,
        "sentido": {nome: "ascending", f"-{nome}": "descending"}.get(now, ""),
        "endereco": query(context["request"], ordem=other, cursor=None)
        if by_date or nome in (context.get("ordenaveis") or ())
        else "",
    }


@register.filter
def ficha_nome(tipo: str) -> str:
    return Tipo(tipo).label if tipo in Tipo.values else tipo


@register.filter
def na_ordem_das_fichas(counts: dict[str, int]) -> list[tuple[str, int]]:
    """Counts by kind in the order every page lists the fichas; an unknown kind last."""
    order = {tipo: i for i, tipo in enumerate(Tipo.values)}
    return sorted(counts.items(), key=lambda pair: (order.get(pair[0], len(order)), pair[0]))


@register.filter
def motivo_exclusao(value: str) -> str:
    return Exclusao(value).label if value in Exclusao.values else value


@register.filter
def valor_da_causa(causa: str) -> str:
    """`CODE|value` -> the value; a moment (epoch ms) as a date."""
    value = causa.partition("|")[2]
    if value.isdecimal() and causa.startswith(MOMENTS):
        return f"{datetime.fromtimestamp(int(value) / 1000, UTC):%d/%m/%Y}"
    return value


@register.filter
def item(mapping: Any, key: Any) -> Any:
    return mapping.get(key) if mapping else None


@register.filter
def bytes_legiveis(n: int) -> str:
    """1536 -> `1,5 kB`."""
    size, unit = float(n or 0), "B"
    for following in ("kB", "MB", "GB"):
        if size < 1000:
            break
        size, unit = size / 1000, following
    return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}".replace(".", ",")
