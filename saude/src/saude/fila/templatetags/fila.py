"""Whom a ficha can be given to, wherever a list or a ficha is shown."""

from typing import Any

from django import template

from saude.acesso.guarda import limit_of
from saude.fila import queries
from saude.fila.models import Anotacao, Encargo

register = template.Library()


@register.inclusion_tag("fila/responsaveis.html", takes_context=True)
def responsaveis(context: template.Context, id: str) -> dict[str, Any]:
    """The options of a select, of the áreas in which the user mends."""
    request = context["request"]
    return {
        "opcoes": queries.choices(request.entidade, limit_of(request, "corrigir")),
        "id": id,
        "form": context.get("form_da_lista", ""),
    }


@register.inclusion_tag("fila/na_ficha.html", takes_context=True)
def fila_da_ficha(context: template.Context) -> dict[str, Any]:
    """On the page of a ficha: whose it is, where it stands, what was said about it."""
    ficha = context["ficha"]
    return {
        "request": context["request"],
        "ficha": ficha,
        "pode": context["pode"],
        "encargo": queries.of_ficha(ficha),
        "anotacoes": list(queries.notes_of(ficha)),
        "meios": [m for m in Anotacao.Meio.choices if m[0]],
        "estados": Encargo.Estado.choices,
    }
