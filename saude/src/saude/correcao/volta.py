"""Where a page of a ficha leads back to."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from saude.contas.request import UserRequest
from saude.fichas.models import Ficha


def asked_back(request: UserRequest) -> str:
    """The page of ours that the user came from; "" for none."""
    asked = request.POST.get("voltar") or request.GET.get("voltar", "")
    return (
        asked if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None) else ""
    )


def back(request: UserRequest, ficha: Ficha | None) -> str:
    """Where the user came from, when that is a page of ours; else the ficha, or the panel."""
    if asked := asked_back(request):
        return asked
    return reverse("fichas:detalhe", args=[ficha.chave]) if ficha else reverse("painel:painel")


def back_query(request: UserRequest) -> str:
    asked = asked_back(request)
    return urlencode({"voltar": asked}) if asked else ""
