"""Home and the error pages, all in Portuguese; to who calls the API, the same as a problem."""

import logging
import sys

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from saude.web.problema import AWAY, answer, is_api, outage

log = logging.getLogger(__name__)
AWAY_FOR_PEOPLE = {
    400: ("Envio interrompido", "O que foi enviado não chegou inteiro. Nada foi gravado: envie de novo."),
    503: (
        "Indisponível agora",
        "O sistema não pôde atender agora. Espere um minuto e tente de novo; se enviava algo, confira se foi gravado.",
    ),
    507: (
        "Falta espaço em disco",
        "Não há espaço para gravar. Nada foi gravado: avise quem administra o sistema e tente de novo.",
    ),
}


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_page(
        request, 403, "Página vencida", "O formulário venceu. Volte, recarregue a página e envie de novo."
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, TooManyFieldsSent):
        text = "O formulário tem mais campos do que uma ficha pode ter. Nada foi gravado: divida-o em duas fichas."
        return error_page(request, 400, "Formulário grande demais", text)
    return error_page(
        request, 400, "Pedido inválido", "O endereço ou os dados enviados não puderam ser lidos."
    )


def other_entidade(request: HttpRequest) -> HttpResponse:
    """A form of a page made for another entidade than the one chosen now. Nothing of it was stored."""
    text = (
        "A entidade foi trocada em outra aba do navegador depois que esta página abriu. Nada foi gravado. "
        "Escolha de novo a entidade no alto da tela, volte à página com o que você digitou e envie outra vez."
    )
    if "text/html" not in request.headers.get("Accept", ""):
        return JsonResponse({"erro": text}, status=409)
    return error_page(request, 409, "A página é de outra entidade", text)


def other_area(request: HttpRequest) -> HttpResponse:
    """The page showed one área and another is chosen now: what it counted is not what would be done."""
    text = (
        "A área foi trocada em outra aba do navegador depois que esta página abriu, ou deixou de existir. Nada foi "
        "feito. Abra a página de novo e confira o que ela mostra da área de agora."
    )
    if "text/html" not in request.headers.get("Accept", ""):
        return JsonResponse({"erro": text}, status=409)
    return error_page(request, 409, "A página é de outra área", text)


def locked(request: HttpRequest) -> HttpResponse:
    """The screen is locked: a page goes to where the password is asked for, what a script asks is told so."""
    mode = request.headers.get("Sec-Fetch-Mode", "navigate")
    if request.method == "GET" and mode == "navigate" and "HX-Request" not in request.headers:
        return redirect_to_login(request.get_full_path(), reverse("tela_bloqueada"))
    if "text/html" in request.headers.get("Accept", "") and "HX-Request" not in request.headers:
        text = "A tela foi bloqueada por falta de uso. Nada foi gravado: volte à página, desbloqueie e envie de novo."
        return error_page(request, 423, "A tela está bloqueada", text)
    return JsonResponse(
        {"erro": "A tela está bloqueada."}, status=423, headers={"HX-Trigger": "telaBloqueada"}
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    who = getattr(getattr(request, "user", None), "pk", None)
    where = (
        request.resolver_match.route if request.resolver_match else ""
    )  # the pattern: no value of an address
    log.warning("refused: user %s, %s %s", who, request.method, where)
    text = (
        "Você não tem permissão para esta página. Peça o acesso a quem administra o sistema na sua entidade."
    )
    return error_page(request, 403, "Acesso não permitido", text)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    text = "Não há nada neste endereço, ou o registro é de outra entidade."
    return error_page(request, 404, "Página não encontrada", text)


def server_error(request: HttpRequest) -> HttpResponse:
    """What failed around the program (database away, disk full) is no error of its own: come again."""
    away = None if is_api(request.path_info) else outage(sys.exc_info()[1])
    if away is not None:
        log.error("a page could not be answered: %s", type(sys.exc_info()[1]).__name__)
        page = error_page(request, away.status_code, *AWAY_FOR_PEOPLE[away.status_code])
        if wait := away.get("Retry-After"):
            page["Retry-After"] = wait
        return page
    text = "O erro foi registrado. Tente de novo; se continuar, avise o suporte com o horário e o endereço."
    return error_page(request, 500, "Algo deu errado", text)


def error_page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    if is_api(request.path_info):
        return answer(status, text, sys.exc_info()[1])
    context = {"titulo": title, "texto": text, "codigo": status, "pagina_de_erro": True}
    try:
        return render(request, "web/erro.html", context, status=status)
    except AWAY:  # who asks, and their menu, are in the database
        return HttpResponse(render_to_string("web/erro.html", context), status=status)
