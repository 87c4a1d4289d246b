"""Gerenciador de acessos: users and their accesses in the entidade."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from saude.acesso.guarda import requires
from saude.acesso.permissoes import INSTALACAO, Permissao
from saude.contas import actions, entradas, pedidos
from saude.contas.forms import AcessoForm, CpfForm, NovoUsuarioForm, UsuarioExistenteForm
from saude.contas.models import Acesso, PedidoAcesso, Usuario
from saude.contas.queries import may_activate, may_manage, rules_installation, users_of
from saude.contas.request import UserRequest

T = TypeVar("T")
PER_PAGE = 30


@requires("administrar")
def acessos(request: UserRequest) -> HttpResponse:
    users = users_of(request.entidade)
    text = request.GET.get("q", "").strip()
    if text:
        users = users.filter(Q(nome__icontains=text) | Q(username__icontains=text))
    page = Paginator(users, PER_PAGE).get_page(request.GET.get("pagina"))
    context = {
        "page": page,
        "q": text,
        "recebidos": pedidos.received(request.entidade),
        "enviados": pedidos.sent(request.entidade),
        "sem_cpf": users_of(request.entidade).filter(cpf=None, is_active=True).count(),
    }
    return render(request, "contas/acessos.html", context)


@requires("administrar")
def novo_usuario(request: UserRequest) -> HttpResponse:
    form = NovoUsuarioForm(request.POST or None, entidade=request.entidade)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        password = actions.new_password()
        user = _try(
            form,
            lambda: actions.create_user(
                by=request.user,
                entidade=request.entidade,
                username=data["username"],
                nome=data["nome"],
                email=data["email"],
                cpf=data["cpf"],
                senha=password,
                permissoes=data["permissoes"],
                estabelecimento=data["area"],
            ),
        )
        if user:
            given = Acesso.objects.select_related("estabelecimento").get(
                usuario=user, entidade=request.entidade
            )
            messages.success(request, _told(given, [], data["permissoes"]))
            return _show_password(request, user, password)
    existing = UsuarioExistenteForm(entidade=request.entidade, auto_id="existente_%s")
    return render(request, "contas/novo_usuario.html", {"form": form, "existente": existing})


@require_POST
@requires("administrar")
def usuario_existente(request: UserRequest) -> HttpResponse:
    form = UsuarioExistenteForm(request.POST, entidade=request.entidade, auto_id="existente_%s")
    if not rules_installation(request.user):
        form.fields.pop("motivo")
    if form.is_valid():
        data = form.cleaned_data
        asked = {
            "usuario": data["username"],
            "permissoes": data["permissoes"],
            "estabelecimento": data["area"],
        }
        acesso = _try(form, lambda: _grant_or_ask(request, motivo=data.get("motivo", ""), **asked))
        if isinstance(acesso, Acesso):
            told = _told(acesso, [], data["permissoes"])
            messages.success(request, f"Acesso concedido a {acesso.usuario.get_full_name()}. {told}")
            return redirect("administrando_usuario", acesso.usuario_id)
        if acesso:
            home = acesso.usuario.entidade or "a instalação"
            messages.success(
                request, f"Pedido enviado a quem administra {home}. O acesso vale quando o pedido for aceito."
            )
            return redirect("administrando_acessos")
    new = NovoUsuarioForm(entidade=request.entidade)
    return render(request, "contas/novo_usuario.html", {"form": new, "existente": form})


def _grant_or_ask(request: UserRequest, *, motivo: str, **asked: Any) -> Acesso | PedidoAcesso:
    """Of another entidade: its administrators are asked."""
    try:
        return actions.grant(by=request.user, entidade=request.entidade, motivo=motivo, **asked)
    except actions.ConsentNeeded:
        return pedidos.ask(by=request.user, entidade=request.entidade, **asked)


@require_POST
@requires("administrar")
def responder_pedido(request: UserRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(pedidos.seen_by(request.entidade), pk=pk)
    yes = request.POST.get("resposta") == "sim"
    _with_message(
        request,
        lambda: pedidos.decide(by=request.user, pedido=row, sim=yes),
        "Acesso consentido." if yes else "Pedido recusado.",
    )
    return redirect("administrando_acessos")


def _granted(accesses: list[Acesso]) -> dict[str, Any]:
    """The form opens with what the person has now, where there is one access: a tick adds, it doesn't replace."""
    if len(accesses) != 1:
        return {}
    (one,) = accesses
    return {"area": one.estabelecimento_id, "permissoes": one.permissoes}


@requires("administrar")
def usuario(request: UserRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(users_of(request.entidade), pk=pk)
    form = AcessoForm(request.POST or None, entidade=request.entidade, initial=_granted(user.acessos_aqui))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        asked = {"usuario": user, "permissoes": data["permissoes"], "estabelecimento": data["area"]}
        before = next((a.permissoes for a in user.acessos_aqui if a.estabelecimento == data["area"]), [])
        acesso = _try(form, lambda: _grant_or_ask(request, motivo=_reason(request), **asked))
        if acesso:
            waiting = "A pessoa é de outra entidade: o que foi acrescentado vale quando ela consentir."
            told = _told(acesso, before, data["permissoes"]) if isinstance(acesso, Acesso) else waiting
            messages.success(request, told)
            return redirect("administrando_usuario", user.pk)
    return render(request, "contas/usuario.html", {"alvo": user, "form": form, **_powers(request, user)})


def _told(acesso: Acesso, before: list[str], wanted: list[str]) -> str:
    """What was given, where, and what is not given any more: nothing is dropped in silence."""
    text = f"Acesso salvo: {acesso.grupo} em {acesso.estabelecimento or 'todas as áreas'}."
    left_out = [p for p in wanted if p not in acesso.permissoes]
    gone = [p for p in before if p not in acesso.permissoes]
    if left_out:
        text += f" Não vale numa área só, e ficou de fora: {_labels(left_out)}."
    if gone:
        text += f" Deixou de ter ali: {_labels(gone)}."
    return text


def _labels(permissoes: list[str]) -> str:
    return ", ".join(Permissao(p).label for p in permissoes)


def _powers(request: UserRequest, user: Usuario) -> dict[str, Any]:
    """What may be done here to the person; by the power over the installation only with a reason."""
    manage, activate = may_manage(request.user, user), may_activate(request.user, user)
    rules = rules_installation(request.user)
    return {
        "gerenciavel": manage or rules,
        "ativavel": activate or rules,
        "pede_motivo": rules and not manage,
        "cpf_form": CpfForm(usuario=user) if activate else None,
        "de_fora": user.entidade_id not in (None, request.entidade.pk),
        "da_instalacao": rules_installation(user),
        "sessoes": entradas.living(user),
    }


@require_POST
@requires("administrar")
def documento(request: UserRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(users_of(request.entidade), pk=pk)
    form = CpfForm(request.POST, usuario=user)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["cpf"])))
        return redirect("administrando_usuario", pk)
    cpf = form.cleaned_data["cpf"]
    action = lambda: actions.set_cpf(by=request.user, usuario=user, cpf=cpf, entidade=request.entidade)  # noqa: E731
    _with_message(request, action, "CPF salvo.")
    return redirect("administrando_usuario", pk)


@require_POST
@requires("administrar")
def instalacao(request: UserRequest, pk: int) -> HttpResponse:
    """Give or take the power over the installation."""
    if INSTALACAO not in request.permissoes:
        raise PermissionDenied
    user = get_object_or_404(users_of(request.entidade), pk=pk)
    yes = request.POST.get("resposta") == "sim"
    _with_message(
        request,
        lambda: actions.set_rules_installation(by=request.user, usuario=user, sim=yes),
        "A pessoa administra a instalação." if yes else "A pessoa não administra mais a instalação.",
    )
    return redirect("administrando_usuario", pk)


@require_POST
@requires("administrar")
def revogar(request: UserRequest, pk: int) -> HttpResponse:
    acesso = get_object_or_404(Acesso, pk=pk, entidade=request.entidade)
    _with_message(request, lambda: actions.revoke(by=request.user, acesso=acesso), "Acesso revogado.")
    if users_of(request.entidade).filter(pk=acesso.usuario_id).exists():
        return redirect("administrando_usuario", acesso.usuario_id)
    return redirect("administrando_acessos")


@require_POST
@requires("administrar")
def nova_senha(request: UserRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(users_of(request.entidade), pk=pk)
    password = actions.new_password()
    done = _with_message(
        request,
        lambda: actions.reset_password(
            by=request.user, usuario=user, senha=password, entidade=request.entidade, motivo=_reason(request)
        ),
        "",
    )
    return _show_password(request, user, password) if done else redirect("administrando_usuario", pk)


@require_POST
@requires("administrar")
def situacao_usuario(request: UserRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(users_of(request.entidade), pk=pk)
    active = request.POST.get("ativo") == "sim"
    _with_message(
        request,
        lambda: actions.set_active(
            by=request.user, usuario=user, ativo=active, entidade=request.entidade, motivo=_reason(request)
        ),
        "Usuário ativado." if active else "Usuário desativado.",
    )
    return redirect("administrando_usuario", pk)


@require_POST
@requires("administrar")
def encerrar_sessoes(request: UserRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(users_of(request.entidade), pk=pk)
    _with_message(
        request,
        lambda: actions.end_sessions(
            by=request.user, usuario=user, entidade=request.entidade, motivo=_reason(request)
        ),
        "Sessões encerradas.",
    )
    return redirect("administrando_usuario", pk)


def _reason(request: UserRequest) -> str:
    return request.POST.get("motivo", "")[:200]


def _show_password(request: UserRequest, user: Usuario, password: str) -> HttpResponse:
    return render(request, "contas/senha_provisoria.html", {"alvo": user, "senha": password})


def _try(form: AcessoForm, action: Callable[[], T]) -> T | None:
    """Run an action; what it refuses is said in the form."""
    try:
        return action()
    except ValidationError as error:
        form.add_error(None, error)
        return None


def _with_message(request: UserRequest, action: Callable[[], object], success: str) -> bool:
    """Run an action; say how it went."""
    try:
        action()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return False
    if success:
        messages.success(request, success)
    return True
