"""Where a page leads back to: the address that the user came from goes along as `voltar`."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def asked_back(request: HttpRequest) -> str:
    """The page of ours that the user came from; "" for none."""
    return ours(request.POST.get("voltar") or request.GET.get("voltar", ""))


def ours(address: str) -> str:
    """An address that came with a request, to lead to; "" for what is no path of ours (nor the name of a page)."""
    safe = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if safe else ""
