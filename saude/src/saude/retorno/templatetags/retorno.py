"""Tags of the pages of what came back."""

from collections.abc import Mapping
from typing import Any

from django import template

from saude.retorno.campos import label_of

register = template.Library()


@register.filter
def pega(values: Mapping[Any, Any], key: Any) -> Any:
    """The value of a mapping at a key that is not known when the template is written."""
    return values.get(key, "") if isinstance(values, Mapping) else ""


@register.filter
def campo_da_ficha(name: str, tipo: str) -> str:
    """What the LEDI field of this name is called in a ficha of this tipo."""
    return label_of(tipo, name)
