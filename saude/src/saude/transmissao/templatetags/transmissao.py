"""Of an export, whether it is on its way to the PEC: for its page, which knows nothing of transmissions."""

from django import template

from saude.exportacao.models import Exportacao
from saude.transmissao.models import Transmissao
from saude.transmissao.queries import of_export

register = template.Library()


@register.simple_tag
def transmissao_de(exportacao: Exportacao) -> Transmissao | None:
    return of_export(exportacao)
