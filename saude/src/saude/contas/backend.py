"""Log-in by password, held up after failures (`tentativas`); the same answer whether the user exists or not."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from saude.contas.models import Usuario
from saude.contas.tentativas import Tentativa


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
        attempt = Tentativa(request, username)
        if not attempt.taken():
            return None
        user = super().authenticate(request, username=username, password=password, **kwargs)
        if user is not None:
            attempt.entered()
        return user
