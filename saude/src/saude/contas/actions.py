"""Writes about users, accesses and tokens: keyword-only, `by=`, atomic, audited."""

import secrets
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from saude.acesso.permissoes import PRESETS, Permissao
from saude.auditoria.actions import Autor, record_event
from saude.banco import travas
from saude.cadastros.models import Entidade, Estabelecimento
from saude.contas import entradas
from saude.contas.models import Acesso, Usuario
from saude.contas.queries import administers, may_activate, may_manage, rules_installation
from saude.contas.tentativas import forgive
from saude.contas.tokens import create_token as create_token
from saude.contas.tokens import revoke_token as revoke_token


class ConsentNeeded(ValidationError):
    """The person is of another entidade, whose administrators have to agree first."""


@transaction.atomic
def create_user(
    *,
    by: Autor,
    entidade: Entidade,
    username: str,
    nome: str,
    senha: str,
    preset: str | None = None,
    permissoes: Iterable[str] = (),
    estabelecimento: Estabelecimento | None = None,
    email: str = "",
    cpf: str | None = None,
    trocar_senha: bool = True,
) -> Usuario:
    """A user whose home is `entidade`, with an access there from a preset or a list of permissions."""
    user = Usuario(
        username=username,
        nome=nome,
        email=email,
        cpf=cpf or None,
        trocar_senha=trocar_senha,
        entidade=entidade,
    )
    validate_password(senha, user)
    user.set_password(senha)
    user.senha_em = timezone.now()
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
    by: Autor,
    usuario: Usuario,
    entidade: Entidade,
    permissoes: Iterable[str],
    estabelecimento: Estabelecimento | None = None,
    motivo: str = "",
    consentido: Usuario | None = None,
) -> Acesso:
    """Set the permissions of a user in an entidade, or in one área of it (there without `configurar`).

    What is added to somebody of another entidade needs `consentido`, who agreed for that one; or, by who
    administers the installation, a `motivo`. Both entidades read it in their trails.
    """
    chosen = _chosen(permissoes, entidade, estabelecimento)
    _lock_administrators(entidade.pk)
    place: dict[str, Any] = {"usuario": usuario, "entidade": entidade, "estabelecimento": estabelecimento}
    before = Acesso.objects.filter(**place).values_list("permissoes", flat=True).first() or []
    if set(chosen) - set(before):
        _check_may_add(by, usuario, entidade, motivo=motivo, consentido=consentido)
    if usuario.entidade_id is None and not rules_installation(usuario):
        usuario.entidade = entidade
        usuario.save(update_fields=["entidade"])
    had_administrator = _has_administrator(entidade)
    acesso, _ = Acesso.objects.update_or_create(**place, defaults={"permissoes": chosen})
    _keep_an_administrator(entidade, had_administrator)
    said = {"motivo": motivo.strip(), "consentido_por": getattr(consentido, "username", "")}
    for where in _trails(entidade.pk, usuario):
        record_event(
            by=by, entidade=where, tipo="acesso.concedido", alvo=usuario, usuario=usuario.username,
            onde=str(entidade), area=estabelecimento.cnes if estabelecimento else "todas", permissoes=chosen,
            **{name: value for name, value in said.items() if value},
        )  # fmt: skip
    return acesso


def _chosen(
    permissoes: Iterable[str], entidade: Entidade, estabelecimento: Estabelecimento | None
) -> list[str]:
    """The permissions in their order, as far as they may be given there; ValidationError when they may not."""
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
    return chosen


@transaction.atomic
def revoke(*, by: Autor, acesso: Acesso) -> None:
    """Take an access away."""
    entidade, area = acesso.entidade, acesso.estabelecimento
    _lock_administrators(entidade.pk)
    for where in _trails(entidade.pk, acesso.usuario):
        record_event(
            by=by,
            entidade=where,
            tipo="acesso.revogado",
            alvo=acesso.usuario,
            usuario=acesso.usuario.username,
            onde=str(entidade),
            area=area.cnes if area else "todas",
            permissoes=acesso.permissoes,
        )
    had_administrator = _has_administrator(entidade)
    acesso.delete()
    _keep_an_administrator(entidade, had_administrator)


@transaction.atomic
def set_password(
    *,
    by: Autor,
    usuario: Usuario,
    senha: str,
    entidade: Entidade | None = None,
    trocar_senha: bool = False,
    check_policy: bool = True,
) -> None:
    """Set a password; a lock-out and the open sessions of the user end. Only the demo skips the policy."""
    if check_policy:
        validate_password(senha, usuario)
    _remember(usuario)
    usuario.set_password(senha)
    usuario.trocar_senha = trocar_senha
    usuario.senha_em = timezone.now()
    usuario.save(update_fields=["password", "trocar_senha", "senha_em"])
    forgive(usuario.username)
    record_event(
        by=by, entidade=entidade, tipo="usuario.senha_trocada", alvo=usuario, usuario=usuario.username
    )


def _remember(usuario: Usuario) -> None:
    """The password that goes is not chosen again."""
    kept = usuario.senhas_anteriores.order_by("-pk")
    if usuario.has_usable_password():
        kept.create(usuario=usuario, senha=usuario.password)
    stale = kept.values_list("pk", flat=True)[settings.PASSWORDS_REMEMBERED :]
    usuario.senhas_anteriores.filter(pk__in=list(stale)).delete()


def new_password() -> str:
    """A provisional password: letters and digits that are not taken for one another."""
    letters, digits = "abcdefghjkmnpqrstuvwxyz", "23456789"
    groups = ["".join(secrets.choice(letters) for _ in range(4)) for _ in range(3)]
    return "-".join([*groups, "".join(secrets.choice(digits) for _ in range(4))])


@transaction.atomic
def reset_password(
    *, by: Usuario, usuario: Usuario, senha: str, entidade: Entidade, motivo: str = ""
) -> None:
    """An administrator gives a provisional password, changed at the next log-in."""
    if by.pk == usuario.pk:
        raise ValidationError("A sua própria senha se muda em Trocar senha, com a senha atual.")
    check_power(by, usuario, may_manage(by, usuario), motivo)
    set_password(by=by, usuario=usuario, senha=senha, entidade=entidade, trocar_senha=True)
    tell_the_others(by, usuario, entidade, "usuario.senha_trocada", motivo)


def change_own_password(*, by: Usuario, senha: str, entidade: Entidade | None) -> None:
    set_password(by=by, usuario=by, senha=senha, entidade=entidade)


@transaction.atomic
def set_active(*, by: Autor, usuario: Usuario, ativo: bool, entidade: Entidade, motivo: str = "") -> None:
    """Deactivate or reactivate a user."""
    if isinstance(by, Usuario):
        check_power(by, usuario, may_activate(by, usuario), motivo)
    ruled = Entidade.objects.filter(
        acessos__usuario=usuario, acessos__permissoes__contains=["administrar"]
    ).distinct()
    _lock_administrators(0, *ruled.values_list("pk", flat=True))
    had = {e: _has_administrator(e) for e in ruled}
    usuario.is_active = ativo
    usuario.save(update_fields=["is_active"])
    if not ativo:
        entradas.end_all(usuario)
    for where, before in had.items():
        _keep_an_administrator(where, before)
    if usuario.administra_instalacao and not ativo:
        _keep_a_ruler()
    tipo = "usuario.ativado" if ativo else "usuario.desativado"
    record_event(by=by, entidade=entidade, tipo=tipo, alvo=usuario, usuario=usuario.username)
    tell_the_others(by, usuario, entidade, tipo, motivo)


@transaction.atomic
def end_sessions(*, by: Usuario, usuario: Usuario, entidade: Entidade, motivo: str = "") -> int:
    """An administrator puts a person out, who may enter again."""
    check_power(by, usuario, may_manage(by, usuario) or may_activate(by, usuario), motivo)
    ended = entradas.end(by=by, sessoes=entradas.living(usuario), usuario=usuario, entidade=entidade)
    if ended:
        tell_the_others(by, usuario, entidade, "sessao.encerrada", motivo)
    return ended


@transaction.atomic
def set_rules_installation(*, by: Autor, usuario: Usuario, sim: bool) -> None:
    """Give or take the power over the installation: by who has it, never to oneself."""
    if isinstance(by, Usuario):
        if not rules_installation(by):
            raise ValidationError("Só quem administra a instalação dá ou tira esta permissão.")
        if sim and by.pk == usuario.pk:
            raise ValidationError(ONESELF)
    _lock_administrators(0)
    if usuario.administra_instalacao == sim:
        return
    usuario.administra_instalacao = sim
    usuario.save(update_fields=["administra_instalacao"])
    if not sim:
        _keep_a_ruler()
    tipo = "instalacao.concedida" if sim else "instalacao.retirada"
    for where in {None, *_entidades_of(usuario)}:
        record_event(by=by, entidade=where, tipo=tipo, alvo=usuario, usuario=usuario.username)


@transaction.atomic
def set_cpf(*, by: Usuario, usuario: Usuario, cpf: str | None, entidade: Entidade) -> None:
    """A person is one user: the CPF of nobody else."""
    check_power(by, usuario, may_activate(by, usuario), "")
    usuario.cpf = cpf or None
    usuario.save(update_fields=["cpf"])
    record_event(by=by, entidade=entidade, tipo="usuario.documento", alvo=usuario, usuario=usuario.username)


ONESELF = "Ninguém concede acesso a si mesmo: peça a outra pessoa que administra."


def _check_may_add(
    by: Autor, usuario: Usuario, entidade: Entidade, *, motivo: str, consentido: Usuario | None
) -> None:
    """Nobody adds to their own access; nor to that of somebody of another entidade without its consent."""
    if not isinstance(by, Usuario):
        return
    if by.pk == usuario.pk:
        raise ValidationError(ONESELF)
    home = usuario.entidade
    if home is None and not rules_installation(usuario):
        return
    if home is not None and (home.pk == entidade.pk or consentido or administers(by, home.pk)):
        return
    if not rules_installation(by):
        whose = f"é de {home}" if home else "é da instalação"
        raise ConsentNeeded(f"Esta pessoa {whose}: o acesso precisa do consentimento de quem a administra.")
    if not motivo.strip():
        raise ValidationError(
            "Diga o motivo: a pessoa é de outra entidade, e o motivo fica na auditoria das duas."
        )


def check_power(by: Usuario, usuario: Usuario, theirs: bool, motivo: str) -> None:
    """`theirs`: their own administration allows it. Else who administers the installation may, with a reason."""
    if theirs:
        return
    if rules_installation(by):
        if motivo.strip():
            return
        raise ValidationError(
            "Diga o motivo: a pessoa é de outra entidade, e o motivo fica na auditoria de todas as suas."
        )
    raise ValidationError(
        "Este usuário também trabalha em entidades que você não administra: revogue o acesso dele aqui."
    )


def _entidades_of(usuario: Usuario) -> list[int]:
    """Home first, then where they work."""
    works = usuario.acessos.order_by("entidade_id").values_list("entidade_id", flat=True)
    return list(dict.fromkeys(pk for pk in (usuario.entidade_id, *works) if pk))


def _trails(entidade_id: int, usuario: Usuario) -> list[int]:
    """Where a change of an access is read: there, and at home."""
    return list(dict.fromkeys(pk for pk in (entidade_id, usuario.entidade_id) if pk))


def tell_the_others(by: Autor, usuario: Usuario, entidade: Entidade, tipo: str, motivo: str) -> None:
    """What is done to a person is read in every entidade of theirs; the reason in all of them."""
    said = {"motivo": motivo.strip()} if motivo.strip() else {}
    for where in _entidades_of(usuario):
        if where != entidade.pk or said:
            record_event(by=by, entidade=where, tipo=tipo, alvo=usuario, usuario=usuario.username, **said)


def _lock_administrators(*entidades: int) -> None:
    """One change of who administers at a time (0: the installation): two who take each other out meet here."""
    for pk in sorted(set(entidades)):
        travas.wait(travas.ADMINISTRADORES, pk)


def _has_administrator(entidade: Entidade) -> bool:
    return Acesso.objects.filter(
        entidade=entidade, permissoes__contains=["administrar"], usuario__is_active=True
    ).exists()


def _keep_an_administrator(entidade: Entidade, before: bool) -> None:
    """Nobody may lock the door with the key inside."""
    if before and not _has_administrator(entidade):
        raise ValidationError(f"A entidade {entidade} ficaria sem nenhum administrador ativo.")


def _keep_a_ruler() -> None:
    rulers = Usuario.objects.filter(is_active=True).filter(
        Q(administra_instalacao=True) | Q(is_superuser=True)
    )
    if not rulers.exists():
        raise ValidationError("A instalação ficaria sem ninguém que a administre.")
