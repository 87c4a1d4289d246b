"""The page Sincronizações, and what the phone's browser loads: shell, service worker, manifest."""

import hashlib
import json
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_POST

from saude.acesso.guarda import public, requires
from saude.acs import dispositivos, pedidos_chave, queries
from saude.acs.models import Aparelho, PedidoChave
from saude.acs.versoes import ATUAL, old_app
from saude.contas.request import UserRequest

STATIC = Path(__file__).parents[1] / "static"
FILES = (
    *sorted(
        f"{path.parent.name}/{path.name}"
        for folder in ("acs", "comum")  # comum: shared with the pages of the system
        for path in STATIC.glob(f"{folder}/*.js")
        if path.name != "sw.js"
    ),
    "acs/acs.css",
    "acs/icone.svg",
    "acs/icone-192.png",
    "acs/icone-512.png",
    "acs/icone-inteiro-512.png",
)


@requires("ver")
def sincronizacoes(request: UserRequest) -> HttpResponse:
    rows = queries.agents(request.entidade, request.area, cnes=request.cnes_permitidos)
    return render(request, "acs/sincronizacoes.html", {"agentes": rows, "endereco": _address(request)})


@requires("ver")
def agente(request: UserRequest, pk: int) -> HttpResponse:
    return _agent_page(request, pk)


@require_POST
@requires("configurar")
def criar_codigo(request: UserRequest, pk: int) -> HttpResponse:
    lotacao = get_object_or_404(queries.lotacoes(request.entidade, request.area), pk=pk)
    try:
        code, text = dispositivos.create_code(by=request.user, lotacao=lotacao)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("acs:agente", pk)
    return _agent_page(request, pk, codigo=text, vale_ate=code.expira_em)


@require_POST
@requires("configurar")
def revogar(request: UserRequest, pk: int) -> HttpResponse:
    device = get_object_or_404(Aparelho, pk=pk, entidade=request.entidade)
    revoke = partial(dispositivos.revoke, by=request.user, aparelho=device)
    return _do(request, device, revoke, f"Acesso de {device} revogado.")


@require_POST
@requires("administrar")
def permitir_senha(request: UserRequest, pk: int) -> HttpResponse:
    return _decide(
        request, pk, pedidos_chave.allow, "Permitido: {} já pode escolher outra senha no aparelho."
    )


@require_POST
@requires("administrar")
def recusar_senha(request: UserRequest, pk: int) -> HttpResponse:
    return _decide(
        request, pk, pedidos_chave.deny, "Pedido de {} recusado. O que está no aparelho continua nele."
    )


def _decide(request: UserRequest, pk: int, action: Callable[..., None], said: str) -> HttpResponse:
    pedido = get_object_or_404(PedidoChave, pk=pk, aparelho__entidade=request.entidade)
    decide = partial(action, by=request.user, pedido=pedido)
    return _do(request, pedido.aparelho, decide, said.format(pedido.aparelho.profissional.nome))


def _do(request: UserRequest, device: Aparelho, action: Callable[[], None], said: str) -> HttpResponse:
    """On a phone of an agent of the área in sight; then the page of the agent, who may have no lotação any more."""
    lotacao = (
        queries.lotacoes(request.entidade, request.area).filter(profissional=device.profissional_id).first()
    )
    if request.area and lotacao is None:
        return redirect("acs:sincronizacoes")
    try:
        action()
        messages.success(request, said)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("acs:agente", lotacao.pk) if lotacao else redirect("acs:sincronizacoes")


def _agent_page(request: UserRequest, pk: int, **more: object) -> HttpResponse:
    areas = request.cnes_permitidos
    lotacao = get_object_or_404(queries.lotacoes(request.entidade, request.area, cnes=areas), pk=pk)
    (found,) = queries.agents(request.entidade, request.area, only=lotacao.pk, cnes=areas)
    for device in found.aparelhos:
        device.antigo = bool(device.versao_app) and old_app(device.versao_app)
    context = {
        "a": found,
        "recusas": queries.refusals(lotacao.profissional_id),
        "envios": queries.pushes(lotacao.profissional_id),
        "pedidos": queries.key_requests(request.entidade).filter(
            aparelho__profissional=lotacao.profissional_id
        ),
        "endereco": _address(request),
        "versao_atual": ATUAL,
    }
    return render(request, "acs/agente.html", context | more)


def _address(request: UserRequest) -> str:
    return request.build_absolute_uri(reverse("acs:app"))


# -- the app itself: no session, no personal data, the same for everybody


@public
def app(request: UserRequest, resto: str = "") -> HttpResponse:
    context = {"modulo": static("acs/app.js"), "versao": ATUAL, "pacote": package()}
    response = render(request, "acs/app.html", context)
    response["Cache-Control"] = "no-cache"
    response["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(self)"
    return response


@public
def service_worker(request: UserRequest) -> HttpResponse:
    files = [reverse("acs:app"), reverse("acs:manifesto"), *[static(name) for name in FILES]]
    head = f"const PACOTE = {json.dumps(package())};\nconst ARQUIVOS = {json.dumps(files)};\n"
    response = HttpResponse(head + _text("acs/sw.js"), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@public
def manifesto(request: UserRequest) -> HttpResponse:
    start = reverse("acs:app")
    icons = [
        {"src": static("acs/icone-192.png"), "sizes": "192x192", "type": "image/png", "purpose": "any"},
        {"src": static("acs/icone-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "any"},
        {
            "src": static("acs/icone-inteiro-512.png"),  # to the edges: phones cut their own shape out of it
            "sizes": "512x512",
            "type": "image/png",
            "purpose": "maskable",
        },
        {"src": static("acs/icone.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
    ]
    return JsonResponse(
        {
            "id": start,
            "name": "Saúde Domiciliar",
            "short_name": "Domiciliar",
            "description": "Visitas e cadastros do agente comunitário de saúde, com ou sem internet.",
            "lang": "pt-BR",
            "start_url": start,
            "scope": start,
            "display": "standalone",
            "orientation": "portrait",
            "background_color": "#0c326f",
            "theme_color": "#0c326f",
            "icons": icons,
        },
        content_type="application/manifest+json",
        json_dumps_params={"ensure_ascii": False},
    )


@lru_cache(maxsize=1)
def package() -> str:
    """Names the set of files: when one changes, phones fetch them all anew."""
    digest = hashlib.blake2b(digest_size=8)
    for name in (*FILES, "acs/sw.js"):
        digest.update(_file(name).read_bytes())
    digest.update((Path(__file__).parents[1] / "templates/acs/app.html").read_bytes())
    return f"{ATUAL}-{digest.hexdigest()}"


def _file(name: str) -> Path:
    return Path(str(finders.find(name)))


def _text(name: str) -> str:
    return _file(name).read_text(encoding="utf-8")
