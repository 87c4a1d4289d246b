"""Where a page leads back to: the address that the user came from goes along as `voltar`."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def asked_back(request: HttpRequest) -> str:
    """The page of ours that the user came from; "" for none."""
    asked = request.POST.get("voltar") or request.GET.get("voltar", "")
    safe = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if safe else ""
