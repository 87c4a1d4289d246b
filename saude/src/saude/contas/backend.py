"""Log-in with lock-out after failed attempts, the same answer whether the user exists or not."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from saude.auditoria.actions import record_event
from saude.contas.models import BloqueioLogin, Usuario


class LockingBackend(ModelBackend):
    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> Usuario | None:
        if not username or password is None:
            return None
        if is_locked(username):
            return None
        user = super().authenticate(request, username=username, password=password, **kwargs)
        if user is None:
            register_failure(username)
        else:
            BloqueioLogin.objects.filter(username=username).delete()
        return user


def is_locked(username: str) -> bool:
    return BloqueioLogin.objects.filter(username=username[:150], bloqueado_ate__gt=timezone.now()).exists()


@transaction.atomic
def register_failure(username: str) -> None:
    """Count a failure; old failures are forgotten after the lock time."""
    now = timezone.now()
    lock_time = timedelta(minutes=settings.LOGIN_LOCK_MINUTES)
    username = username[:150]
    BloqueioLogin.objects.get_or_create(username=username, defaults={"ultima_falha": now})
    BloqueioLogin.objects.filter(username=username, ultima_falha__lt=now - lock_time).update(
        falhas=0, bloqueado_ate=None
    )
    BloqueioLogin.objects.filter(username=username).update(falhas=F("falhas") + 1, ultima_falha=now)
    row = BloqueioLogin.objects.get(username=username)
    if row.falhas >= settings.LOGIN_MAX_FAILURES and row.bloqueado_ate is None:
        row.bloqueado_ate = now + lock_time
        row.save(update_fields=["bloqueado_ate"])
        user = Usuario.objects.filter(username=username).first()
        _tell(user, row.falhas)


def _tell(user: Usuario | None, failures: int) -> None:
    """Read by who administers where the person belongs; of a name that nobody has, by who rules the installation."""
    where = {user.entidade_id, *user.acessos.values_list("entidade_id", flat=True)} if user else {None}
    for entidade in where:
        record_event(by=user, entidade=entidade, tipo="login.bloqueado", alvo=user, falhas=failures)
