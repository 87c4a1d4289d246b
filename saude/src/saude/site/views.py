"""Home and the site's icon."""

from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.cache import cache_control

from saude.acesso.guarda import public, requires
from saude.contas.request import UserRequest

#: where a user lands, first page that exists and that the user may open
LANDING = (
    ("painel:painel", "ver"),
    ("administrando_acessos", "administrar"),
)


@requires()
def home(request: UserRequest) -> HttpResponse:
    for name, permissao in LANDING:
        if permissao in request.permissoes:
            try:
                return redirect(reverse(name))
            except NoReverseMatch:
                continue
    return render(request, "web/sem_acesso.html")


@public
@cache_control(max_age=86_400)
def favicon(request: UserRequest) -> HttpResponse:
    return HttpResponsePermanentRedirect(staticfiles_storage.url("saude/icone.svg"))
