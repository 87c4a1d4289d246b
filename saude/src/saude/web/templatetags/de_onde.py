"""`{% csrf_token %}` of every page, with where it was made: another tab may have changed the entidade meanwhile.

The server says it, no script does: who sends a form before the scripts have come is asked the same
(contas/middleware.py).
"""

from typing import Any

from django import template
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


class WhereNode(CsrfTokenNode):
    def render(self, context: Context) -> SafeString:
        return SafeString(super().render(context)) + _where(context.get("contexto"))


def _where(work: Any) -> SafeString:
    if getattr(work, "entidade", None) is None:
        return SafeString("")
    hidden = '<input type="hidden" name="_entidade" value="{}"><input type="hidden" name="_area" value="{}">'
    return format_html(hidden, work.entidade.pk, work.chave_da_area)


@register.tag
def csrf_token(parser: Parser, token: Token) -> WhereNode:
    return WhereNode()
