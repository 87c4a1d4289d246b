"""Filters of the pages of reference tables."""

from typing import Any

from django import template

from saude.cadastros.models import Equipe, Estabelecimento, Lotacao

register = template.Library()
TEAMS = {
    "70": "eSF, Saúde da Família",
    "71": "eSB, Saúde Bucal",
    "72": "eMulti",
    "76": "eAP, Atenção Primária",
}
COUNTS = {
    "estabelecimentos": "Estabelecimentos",
    "equipes": "Equipes",
    "profissionais": "Profissionais",
    "lotacoes": "Lotações",
    "lotacoes_de_fora": "Lotações em outros estabelecimentos (deixadas de fora)",
    "procedimentos": "Procedimentos",
    "cids": "CID10",
    "cbos": "CBO",
    "procedimento_cbo": "Procedimento × CBO",
    "procedimento_cid": "Procedimento × CID10",
}


@register.filter
def de(mapping: dict[Any, Any], key: Any) -> Any:
    """`cbos|de:codigo`: the value of a key, "" when there is none."""
    return mapping.get(key, "")


@register.filter
def vigencia(row: Estabelecimento | Equipe | Lotacao) -> str:
    """Since when and until when CNES shows a row."""
    if row.fim and row.fim.year <= 1900:
        return "não está no CNES importado"
    begin = f"desde {row.inicio:%d/%m/%Y}" if row.inicio else "desde a primeira importação"
    return f"{begin}, até {row.fim:%d/%m/%Y}" if row.fim else begin


@register.filter
def tipo_equipe(code: str, sigla: str = "") -> str:
    return TEAMS.get(code) or " ".join(part for part in (sigla, f"tipo {code}" if code else "") if part)


@register.filter
def rotulo_da_contagem(name: str) -> str:
    return COUNTS.get(name, name)


@register.filter
def capfirst_frase(text: str) -> str:
    """`CENTRO DE SAUDE` -> `Centro de saude`."""
    return text.capitalize()
