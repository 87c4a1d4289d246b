"""Tags of the form pages."""

from typing import Any

from django import template
from django.urls import reverse

from saude.formularios.arvore import Campo
from saude.registro.tipos import UmAchado
from saude.web.templatetags.saude import busca

register = template.Library()


@register.inclusion_tag("partials/busca.html")
def busca_de_campo(campo: Campo) -> dict[str, Any]:
    """The search box of a field with a table behind it: the field itself, or, of several values, what adds one."""
    page = reverse("formularios:opcoes", args=[campo.fonte])
    more = {
        "aria_describedby": f"e-{campo.id}",
        "data_fonte": f"{page}?{campo.endereco_opcoes}" if campo.endereco_opcoes else page,
    }
    found, options = f"o-{campo.id}", f"{campo.rotulo}: opções"
    if campo.widget == "busca":
        given = {"valor": campo.entrada, "name": campo.nome}
        return busca(f"i-{campo.id}", found, options, "Código ou nome", **more, **given)
    more |= {"aria_label": f"{campo.rotulo}: acrescentar", "data_acrescenta": f"i-{campo.id}"}
    return busca(f"b-{campo.id}", found, options, "Código ou nome; Enter acrescenta", **more)


@register.filter
def mais_um(level: str | int) -> int:
    """Next level of headings, never beyond h6."""
    return min(6, int(level) + 1)


@register.filter
def erros(findings: list[UmAchado]) -> list[UmAchado]:
    return [f for f in findings if f.severidade == "erro"]
