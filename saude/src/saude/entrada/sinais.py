"""A session knows from its beginning what became of the second factor."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from saude.contas.models import Usuario
from saude.entrada import meio
from saude.entrada.queries import has_factor, needs_factor


def state_of(user: Usuario, *, done: bool) -> str:
    if done:
        return meio.DONE
    return meio.MISSING if has_factor(user) or needs_factor(user) else meio.NOT_ASKED


@receiver(user_logged_in)
def _logged_in(sender: Any, request: HttpRequest, user: Usuario, **kwargs: Any) -> None:
    request.session[meio.PASSED] = state_of(user, done=getattr(user, "fator_feito", False))
