"""Tags of the form pages."""

from django import template

from saude.registro.tipos import UmAchado

register = template.Library()


@register.filter
def mais_um(level: str | int) -> int:
    """Next level of headings, never beyond h6."""
    return min(6, int(level) + 1)


@register.filter
def erros(findings: list[UmAchado]) -> list[UmAchado]:
    return [f for f in findings if f.severidade == "erro"]
