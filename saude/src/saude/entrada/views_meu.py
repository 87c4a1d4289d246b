"""One's own second factor; and, for who administers, that of a person who lost it."""

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from saude.acesso.corpo import KB, body
from saude.acesso.guarda import requires
from saude.cofre.segredos import open_sealed, seal
from saude.contas import entradas
from saude.contas.queries import may_manage, rules_installation, users_of
from saude.contas.request import UserRequest
from saude.entrada import actions, chave, meio, totp
from saude.entrada.forms import AplicativoForm, ChaveForm, SenhaForm
from saude.entrada.models import Fator
from saude.entrada.queries import needs_factor

SEED, ASKED = "semente_nova", "chave_nova"  # in the session, until the app or the passkey answers


@requires()
def meu(request: UserRequest) -> HttpResponse:
    return _page(request)


def _page(request: UserRequest, **more: Any) -> HttpResponse:
    user = request.user
    context = {
        "fatores": user.fatores.all(),
        "restam": user.codigos_reserva.count(),
        "pedido": needs_factor(user),
        "pode_chave": chave.possible(request),
        "chave_form": ChaveForm(usuario=user, auto_id="chave_%s"),
        "senha_form": SenhaForm(usuario=user, auto_id="senha_%s"),
        **more,
    }
    return render(request, "entrada/meu.html", context)


@body(16 * KB)
@requires()
def aplicativo(request: UserRequest) -> HttpResponse:
    """The QR code, and the first code that proves it was read. The seed waits in the session, sealed."""
    user, session = request.user, request.session
    form = AplicativoForm(request.POST or None, usuario=user)
    if request.method == "POST" and SEED in session and form.is_valid():
        secret, data = open_sealed(session[SEED], f"entrada.semente:{user.pk}"), form.cleaned_data
        try:
            _, codes = actions.add_app(
                by=user, segredo=secret, codigo=data["codigo"], nome=data["nome"], entidade=request.entidade
            )
        except ValidationError as error:
            form.add_error("codigo", error)
        else:
            del session[SEED]
            return _made(request, codes)
    if SEED not in session or request.method == "GET":
        secret = totp.new_secret()
        session[SEED] = seal(secret, f"entrada.semente:{user.pk}")
    else:
        secret = open_sealed(session[SEED], f"entrada.semente:{user.pk}")
    grouped = " ".join(secret[n : n + 4] for n in range(0, len(secret), 4))
    context = {"form": form, "figura": totp.picture(secret, user), "semente": grouped}
    return render(request, "entrada/aplicativo.html", context)


@body(16 * KB)
@require_POST
@requires()
def chave_opcoes(request: UserRequest) -> HttpResponse:
    form = ChaveForm(request.POST, usuario=request.user)
    if not chave.possible(request) or not form.is_valid():
        told = [str(e) for errors in form.errors.values() for e in errors]
        return JsonResponse({"erro": " ".join(told) or "Aqui não dá para usar chave de acesso."}, status=400)
    options, state = chave.ask_to_make(request, request.user)
    request.session[ASKED] = {**state, "nome": form.cleaned_data["nome"]}
    return JsonResponse(options)


@body(64 * KB)
@require_POST
@requires()
def chave_nova(request: UserRequest) -> HttpResponse:
    asked = request.session.pop(ASKED, None)
    if asked is None:
        return _page(request, erro="O tempo passou. Tente de novo.")
    try:
        answer = json.loads(request.POST.get("resposta", ""))
        _, codes = actions.add_key(
            by=request.user, request=request, estado=asked, resposta=answer, entidade=request.entidade
        )
    except ValidationError as error:
        return _page(request, erro=" ".join(error.messages))
    except ValueError:
        return _page(request, erro="A resposta da chave de acesso não pôde ser lida.")
    return _made(request, codes)


def _made(request: UserRequest, codes: list[str]) -> HttpResponse:
    """This session has passed; the others began without it."""
    user = request.user
    if request.session.get(meio.PASSED) != meio.DONE:
        others = [row for row in entradas.living(user) if row.pk != request.session.get(entradas.ROW)]
        entradas.end(by=user, sessoes=others, usuario=user, entidade=request.contexto.entidade)
        request.session[meio.PASSED] = meio.DONE
    messages.success(request, "Segundo fator criado. Ele é pedido a partir da próxima entrada.")
    return (
        render(request, "entrada/codigos.html", {"codigos": codes})
        if codes
        else redirect("segundo_fator_meu")
    )


@body(16 * KB)
@require_POST
@requires()
def codigos(request: UserRequest) -> HttpResponse:
    form = SenhaForm(request.POST, usuario=request.user, auto_id="senha_%s")
    if not form.is_valid():
        return _page(request, senha_form=form)
    try:
        codes = actions.new_codes(by=request.user, entidade=request.entidade)
    except ValidationError as error:
        return _page(request, erro=" ".join(error.messages))
    return render(request, "entrada/codigos.html", {"codigos": codes})


@body(16 * KB)
@require_POST
@requires()
def remover(request: UserRequest, pk: int) -> HttpResponse:
    fator = get_object_or_404(Fator, pk=pk, usuario=request.user)
    form = SenhaForm(request.POST, usuario=request.user, auto_id="senha_%s")
    if not form.is_valid():
        return _page(request, erro="A senha não confere: nada foi removido.")
    try:
        actions.remove(by=request.user, fator=fator, entidade=request.entidade)
    except ValidationError as error:
        return _page(request, erro=" ".join(error.messages))
    messages.success(request, "Segundo fator removido.")
    return redirect("segundo_fator_meu")


@requires("administrar")
def de_outra_pessoa(request: UserRequest, pk: int) -> HttpResponse:
    """What a person has, without anything secret; and taking it away."""
    user = get_object_or_404(users_of(request.entidade), pk=pk)
    if request.method == "POST":
        motivo = request.POST.get("motivo", "")[:200]
        try:
            actions.reset(by=request.user, usuario=user, entidade=request.entidade, motivo=motivo)
            messages.success(request, "Segundo fator retirado. A pessoa cria outro ao entrar.")
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return redirect("administrando_segundo_fator", pk)
    mine, rules = may_manage(request.user, user), rules_installation(request.user)
    context = {
        "alvo": user,
        "fatores": user.fatores.all(),
        "restam": user.codigos_reserva.count(),
        "pedido": needs_factor(user),
        "pode_retirar": (mine or rules) and user != request.user,
        "pede_motivo": rules and not mine,
    }
    return render(request, "entrada/de_outra_pessoa.html", context)
