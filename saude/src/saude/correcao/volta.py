"""Where a page of a ficha leads back to."""

from urllib.parse import urlencode

from django.urls import reverse

from saude.contas.request import UserRequest
from saude.fichas.models import Ficha
from saude.web.volta import asked_back


def back(request: UserRequest, ficha: Ficha | None) -> str:
    """Where the user came from, when that is a page of ours; else the ficha, or the panel."""
    if asked := asked_back(request):
        return asked
    return reverse("fichas:detalhe", args=[ficha.chave]) if ficha else reverse("painel:painel")


def back_query(request: UserRequest) -> str:
    asked = asked_back(request)
    return urlencode({"voltar": asked}) if asked else ""
