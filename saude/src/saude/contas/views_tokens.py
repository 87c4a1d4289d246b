"""Gerenciador de acessos: the API's keys of the entidade."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from saude.acesso.guarda import requires
from saude.contas import tokens
from saude.contas.forms_tokens import AlcanceForm, TokenForm, present_of, usual_of
from saude.contas.models import ApiToken
from saude.contas.queries import tokens_of
from saude.contas.request import UserRequest


@requires("administrar")
def lista(request: UserRequest) -> HttpResponse:
    usual = usual_of(request.entidade, request.user)
    form = TokenForm(request.POST or None, entidade=request.entidade, usual=usual)
    secret = None
    if request.method == "POST" and form.is_valid():
        try:
            _, secret = tokens.create_token(by=request.user, entidade=request.entidade, **form.cleaned_data)
            form = TokenForm(entidade=request.entidade, usual=usual)
        except ValidationError as error:
            form.add_error(None, error)
    rows = tokens_of(request.entidade)
    soon = [t for t in rows if not t.morto and t.vence_logo]
    return render(
        request, "contas/tokens.html", {"form": form, "tokens": rows, "segredo": secret, "vencem": soon}
    )


@requires("administrar")
def alterar(request: UserRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=pk, entidade=request.entidade, revogado_em=None)
    form = AlcanceForm(request.POST or None, entidade=request.entidade, usual=present_of(token))
    if request.method == "POST" and form.is_valid():
        try:
            tokens.change_token(by=request.user, token=token, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"Token {token.nome} alterado.")
            return redirect("administrando_tokens")
    return render(request, "contas/token.html", {"form": form, "token": token})


@require_POST
@requires("administrar")
def revogar(request: UserRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=pk, entidade=request.entidade)
    tokens.revoke_token(by=request.user, token=token)
    messages.success(request, f"Token {token.nome} revogado.")
    return redirect("administrando_tokens")
