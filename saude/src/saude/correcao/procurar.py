"""The search of the header: a ficha by its UUID, a citizen by name, CPF, CNS or birth; no address says who."""

import re

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from saude.acesso.guarda import requires
from saude.contas.request import UserRequest
from saude.correcao.clientes import keep_search
from saude.fichas.filtro import MIN_SEARCH

HEX = re.compile(r"[0-9A-Fa-f-]{8,44}", re.ASCII)
#: CPF, CNS, a date
OTHERS = re.compile(r"\d{11}|\d{9}-\d{2}|\d{15}|\d{1,2}-\d{1,2}-\d{4}|\d{4}-\d{2}-\d{2}", re.ASCII)


@require_POST
@requires("ver")
def procurar(request: UserRequest) -> HttpResponse:
    """Where what was typed is looked for; the page that shows it asks the permission and writes the trail."""
    text = request.POST.get("q", "").replace("\x00", "").strip()[:80]
    if not text or looks_like_uuid(text):
        return redirect(f"{reverse('busca')}?{urlencode({'uuid': text})}" if text else reverse("busca"))
    return redirect(keep_search(request, page=reverse("clientes:lista")))


def looks_like_uuid(text: str) -> bool:
    """The beginning of one, with or without the CNES: not a CPF, a CNS, a date nor a name."""
    if not HEX.fullmatch(text) or len(text) < MIN_SEARCH:
        return False
    return any(c.isdigit() for c in text) and not OTHERS.fullmatch(text)
