"""Log-in and log-out go into the trail."""

from typing import Any, cast

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from saude.auditoria.actions import record_event
from saude.contas import entradas
from saude.contas.models import Usuario
from saude.contas.queries import work_context


@receiver(user_logged_in)
def _logged_in(sender: Any, request: HttpRequest, user: Usuario, **kwargs: Any) -> None:
    cast(Any, user).recusadas = entradas.begin(request, user)
    record_event(by=user, entidade=work_context(user).entidade, tipo="login.entrou", alvo=user)


@receiver(user_logged_out)
def _logged_out(sender: Any, user: Usuario | None, **kwargs: Any) -> None:
    if user is not None:
        record_event(by=user, entidade=work_context(user).entidade, tipo="login.saiu", alvo=user)


@receiver(user_login_failed)
def _failed(sender: Any, credentials: dict[str, Any], **kwargs: Any) -> None:
    # the name typed is kept only when it is a user's: people type passwords there
    user = Usuario.objects.filter(username=credentials.get("username") or "").first()
    entidade = work_context(user).entidade if user else None
    record_event(by=user or "desconhecido", entidade=entidade, tipo="login.recusado", alvo=user)
