"""Writes about users, accesses and tokens: keyword-only, `by=`, atomic, audited."""

import secrets
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from saude.acesso.permissoes import PRESETS, Permissao
from saude.auditoria.actions import record_event
from saude.cadastros.models import Entidade, Estabelecimento
from saude.contas.models import Acesso, ApiToken, BloqueioLogin, Usuario
from saude.contas.queries import may_manage, token_hash


@transaction.atomic
def create_user(
    *,
    by: Any,
    entidade: Entidade,
    username: str,
    nome: str,
    senha: str,
    preset: str | None = None,
    permissoes: Iterable[str] = (),
    estabelecimento: Estabelecimento | None = None,
    email: str = "",
    trocar_senha: bool = True,
) -> Usuario:
    """A user with an access in `entidade`, from a preset or a list of permissions."""
    user = Usuario(username=username, nome=nome, email=email, trocar_senha=trocar_senha)
    validate_password(senha, user)
    user.set_password(senha)
    user.save()
    record_event(by=by, entidade=entidade, tipo="usuario.criado", alvo=user, usuario=username)
    grant(
        by=by,
        usuario=user,
        entidade=entidade,
        estabelecimento=estabelecimento,
        permissoes=PRESETS[preset] if preset else permissoes,
    )
    return user


@transaction.atomic
def grant(
    *,
    by: Any,
    usuario: Usuario,
    entidade: Entidade,
    permissoes: Iterable[str],
    estabelecimento: Estabelecimento | None = None,
) -> Acesso:
    """Set the permissions of a user in an entidade, or in one área of it (there without `configurar`)."""
    wanted = set(permissoes)
    if estabelecimento:
        wanted.discard(Permissao.CONFIGURAR)
    chosen = [p for p in Permissao.values if p in wanted]
    if not chosen:
        raise ValidationError("Escolha ao menos uma permissão.")
    if estabelecimento and estabelecimento.entidade_id != entidade.pk:
        raise ValidationError("A área é de outra entidade.")
    if estabelecimento and Permissao.ADMINISTRAR in chosen:
        raise ValidationError("Administrar vale para a entidade inteira: escolha todas as áreas.")
    had_administrator = _has_administrator(entidade)
    acesso, _ = Acesso.objects.update_or_create(
        usuario=usuario,
        entidade=entidade,
        estabelecimento=estabelecimento,
        defaults={"permissoes": chosen},
    )
    _keep_an_administrator(entidade, had_administrator)
    record_event(
        by=by,
        entidade=entidade,
        tipo="acesso.concedido",
        alvo=usuario,
        usuario=usuario.username,
        area=estabelecimento.cnes if estabelecimento else "todas",
        permissoes=chosen,
    )
    return acesso


@transaction.atomic
def revoke(*, by: Any, acesso: Acesso) -> None:
    """Take an access away."""
    entidade, area = acesso.entidade, acesso.estabelecimento
    record_event(
        by=by,
        entidade=entidade,
        tipo="acesso.revogado",
        alvo=acesso.usuario,
        usuario=acesso.usuario.username,
        area=area.cnes if area else "todas",
        permissoes=acesso.permissoes,
    )
    had_administrator = _has_administrator(entidade)
    acesso.delete()
    _keep_an_administrator(entidade, had_administrator)


@transaction.atomic
def set_password(
    *,
    by: Any,
    usuario: Usuario,
    senha: str,
    entidade: Entidade | None = None,
    trocar_senha: bool = False,
    check_policy: bool = True,
) -> None:
    """Set a password; a lock-out and the open sessions of the user end. Only the demo skips the policy."""
    if check_policy:
        validate_password(senha, usuario)
    usuario.set_password(senha)
    usuario.trocar_senha = trocar_senha
    usuario.save(update_fields=["password", "trocar_senha"])
    BloqueioLogin.objects.filter(username=usuario.username).delete()
    record_event(
        by=by, entidade=entidade, tipo="usuario.senha_trocada", alvo=usuario, usuario=usuario.username
    )


def new_password() -> str:
    """A provisional password: letters and digits that are not taken for one another."""
    letters, digits = "abcdefghjkmnpqrstuvwxyz", "23456789"
    groups = ["".join(secrets.choice(letters) for _ in range(4)) for _ in range(3)]
    return "-".join([*groups, "".join(secrets.choice(digits) for _ in range(4))])


def reset_password(*, by: Usuario, usuario: Usuario, senha: str, entidade: Entidade) -> None:
    """An administrator gives a provisional password, changed at the next log-in."""
    _check_may_manage(by, usuario)
    set_password(by=by, usuario=usuario, senha=senha, entidade=entidade, trocar_senha=True)


def change_own_password(*, by: Usuario, senha: str, entidade: Entidade | None) -> None:
    set_password(by=by, usuario=by, senha=senha, entidade=entidade)


@transaction.atomic
def set_active(*, by: Any, usuario: Usuario, ativo: bool, entidade: Entidade) -> None:
    """Deactivate or reactivate a user."""
    _check_may_manage(by, usuario)
    had_administrator = _has_administrator(entidade)
    usuario.is_active = ativo
    usuario.save(update_fields=["is_active"])
    _keep_an_administrator(entidade, had_administrator)
    tipo = "usuario.ativado" if ativo else "usuario.desativado"
    record_event(by=by, entidade=entidade, tipo=tipo, alvo=usuario, usuario=usuario.username)


@transaction.atomic
def create_token(
    *, by: Any, entidade: Entidade, nome: str, limite_por_minuto: int = 600
) -> tuple[ApiToken, str]:
    """A key for the JSON API; the secret is returned once and never again."""
    secret = f"saude_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        entidade=entidade,
        nome=nome,
        prefixo=secret[:12],
        hash=token_hash(secret),
        limite_por_minuto=limite_por_minuto,
        criado_por=by if isinstance(by, Usuario) else None,
    )
    record_event(by=by, entidade=entidade, tipo="token.criado", alvo=token)
    return token, secret


@transaction.atomic
def revoke_token(*, by: Any, token: ApiToken) -> None:
    if token.revogado_em is None:
        token.revogado_em = timezone.now()
        token.save(update_fields=["revogado_em"])
        record_event(by=by, entidade=token.entidade_id, tipo="token.revogado", alvo=token)


def _check_may_manage(by: Any, usuario: Usuario) -> None:
    if isinstance(by, Usuario) and not may_manage(by, usuario):
        raise ValidationError(
            "Este usuário também trabalha em entidades que você não administra: revogue o acesso dele aqui."
        )


def _has_administrator(entidade: Entidade) -> bool:
    return Acesso.objects.filter(
        entidade=entidade, permissoes__contains=["administrar"], usuario__is_active=True
    ).exists()


def _keep_an_administrator(entidade: Entidade, before: bool) -> None:
    """Nobody may lock the door with the key inside."""
    if before and not _has_administrator(entidade):
        raise ValidationError("A entidade ficaria sem nenhum administrador ativo.")
