"""Tags and filters of every page: icons, badges, paging, masks of documents, competência."""

from typing import Any

from django import template
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import Page
from django.forms import BoundField, CheckboxInput, Select
from django.forms.utils import flatatt
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from saude.comum.competencia import SEM_DATA
from saude.web.formulario import is_asked_for
from saude.web.opaco import hide

register = template.Library()

SITUACOES = {
    "processada": ("Processada", "circle-check"),
    "inconsistente": ("Inconsistente", "triangle-exclamation"),
    "pendente": ("Pendente", "hourglass-half"),
    "exportada": ("Exportada", "paper-plane"),
    "descartada": ("Descartada", "box-archive"),
    "nao_exportavel": ("Não exportável", "ban"),
}
MESSAGE_ICONS = {"success": "circle-check", "error": "circle-xmark", "warning": "triangle-exclamation"}
MONTHS = (
    "janeiro", "fevereiro", "março", "abril", "maio", "junho",
    "julho", "agosto", "setembro", "outubro", "novembro", "dezembro",
)  # fmt: skip


@register.simple_tag
def icone(name: str, label: str = "") -> SafeString:
    """A Font Awesome icon; decorative unless it has a label."""
    if not label:
        return format_html('<i class="fa-solid fa-{}" aria-hidden="true"></i>', name)
    return format_html('<i class="fa-solid fa-{}" role="img" aria-label="{}"></i>', name, label)


@register.inclusion_tag("partials/copiar.html")
def copiar(value: str, name: str) -> dict[str, str]:
    """An icon that copies a value nobody reads by eye: `{% copiar ficha.uuid "UUID da ficha" %}`."""
    return {"valor": value, "nome": name}


@register.inclusion_tag("partials/busca.html")
def busca(id: str, lista: str, rotulo: str, dica: str, *, valor: str = "", **outros: Any) -> dict[str, Any]:
    """A search box and its list (static/saude/combobox.js), to stand in a `.f-busca`: what is given more goes to the
    box, `data_fonte` as `data-fonte`, only what is not empty; True is an attribute without a value."""
    more = {name.replace("_", "-"): value for name, value in outros.items() if value not in ("", None)}
    return {
        "id": id, "lista": lista, "rotulo": rotulo, "dica": dica, "valor": valor, "outros": flatatt(more),
    }  # fmt: skip


@register.simple_tag
def regra(codigo: str, tipo: str = "", palavras: str = "") -> SafeString:
    """The code of a rule, or words in its place, leading to what it asks and how to mend it."""
    text = (
        '<a class="s-regra" href="{}{}" target="_blank" rel="noopener">{}'
        '<span class="s-oculto">: o que esta regra pede e como corrigir (abre em outra aba)</span></a>'
    )
    asked = f"?ficha={tipo}" if tipo else ""
    words = palavras or (
        "ver a regra" if "Thrift" in codigo else codigo
    )  # named by the layout: no word of ours
    return format_html(text, reverse("ajuda:regra", args=[codigo]), asked, words) if codigo else SafeString()


@register.inclusion_tag("partials/situacao.html")
def situacao(value: str) -> dict[str, str]:
    """The badge of a situação."""
    label, icon = SITUACOES.get(value, (value, "circle"))
    return {"classe": value.replace("_", "-"), "rotulo": label, "icone": icon}


@register.inclusion_tag("partials/paginacao.html", takes_context=True)
def paginacao(context: template.Context, page: "Page[Any]") -> dict[str, Any]:
    """Paging of a Page of Django's Paginator, by the parameter `pagina`."""
    numeros = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {"page": page, "numeros": numeros, "request": context["request"]}


@register.filter
def icone_da_mensagem(level: str) -> str:
    return MESSAGE_ICONS.get(level, "circle-info")


@register.filter
def e_marcavel(field: BoundField) -> bool:
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def e_opcional(field: BoundField) -> bool:
    """Say "(opcional)"? A select with an empty choice says it itself (see `ask_for`)."""
    return not is_asked_for(field.field) and not isinstance(field.field.widget, Select)


@register.filter
def iniciais(name: str) -> str:
    words = [w for w in name.split() if w[0].isalpha()]
    return "".join(w[0] for w in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "?"


@register.filter
def competencia(value: str) -> str:
    """`202610` -> `10/2026`."""
    if value == SEM_DATA:
        return "Sem data"
    return f"{value[4:]}/{value[:4]}"


@register.filter
def competencia_extenso(value: str) -> str:
    """`202610` -> `outubro de 2026`."""
    if value == SEM_DATA:
        return "fichas sem data"
    return f"{MONTHS[int(value[4:]) - 1]} de {value[:4]}"


@register.filter
def mascara_cpf(value: str | None) -> str:
    """Least to recognise a person by: `***.456.789-**`."""
    return f"***.{value[3:6]}.{value[6:9]}-**" if value and len(value) == 11 else ""


@register.filter
def mascara_cns(value: str | None) -> str:
    """`7** **** **** 4567`."""
    return f"{value[0]}** **** **** {value[11:]}" if value and len(value) == 15 else ""


@register.filter
def opaco(value: str | None) -> str:
    """For an address: `web.opaco`."""
    return hide(value or "")


@register.filter
def com(prefix: str, value: Any) -> str:
    """`"revogar-"|com:12` -> `revogar-12` (the filter `add` does not join text and number)."""
    return f"{prefix}{value}"


@register.filter
def campo_do_cliente(name: str) -> str:
    """`nome_mae` -> `nome da mãe`: what the registration calls its field."""
    try:
        return str(apps.get_model("clientes.cliente")._meta.get_field(name).verbose_name)
    except (LookupError, FieldDoesNotExist):
        return name


@register.filter
def alvo(model_label: str) -> str:
    """`contas.usuario` -> `usuário`: what the model calls itself."""
    try:
        return str(apps.get_model(model_label)._meta.verbose_name)
    except (LookupError, ValueError):
        return model_label
