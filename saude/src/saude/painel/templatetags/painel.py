"""Tags of the pages of Exportação."""

from typing import Any

from django import template

from saude.fichas.exportaveis import Exclusao
from saude.fichas.models import Tipo
from saude.painel.filtros import query

register = template.Library()


@register.simple_tag(takes_context=True)
def consulta(context: template.Context, **changes: Any) -> str:
    """The address's parameters with some changed."""
    return query(context["request"], **changes)


@register.filter
def ficha_nome(tipo: str) -> str:
    return Tipo(tipo).label if tipo in Tipo.values else tipo


@register.filter
def motivo_exclusao(value: str) -> str:
    return Exclusao(value).label if value in Exclusao.values else value


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
