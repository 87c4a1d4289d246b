"""Between the password and the second factor: nobody yet.

The session knows who gave the right password and when, under a key of its own, and nothing else does: no page is
open to it, whatever its address. Ten minutes, then the password again; a changed password or a deactivated user
ends it.
"""

from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from saude.contas.models import Usuario
from saude.contas.tentativas import Tentativa

KEY, MINUTES = "meio_da_entrada", 10
#: in the session of who is in: what became of the second factor
PASSED = "segundo_fator"
DONE, MISSING, NOT_ASKED = "feito", "falta", "nao_pedido"
BACKEND = "saude.contas.backend.LockingBackend"


def begin(request: HttpRequest, user: Usuario, *, next_page: str, como: str) -> None:
    request.session.flush()  # what stood in the browser before is not what goes on
    request.session[KEY] = {
        "usuario": user.pk,
        "desde": timezone.now().timestamp(),
        "senha": user.get_session_auth_hash(),
        "next": next_page,
        "como": como,
    }


def who(request: HttpRequest) -> tuple[Usuario, dict[str, Any]] | None:
    told = request.session.get(KEY)
    if not told or timezone.now().timestamp() - told["desde"] > MINUTES * 60:
        return None
    user = Usuario.objects.filter(pk=told["usuario"], is_active=True).first()
    if user is None or not constant_time_compare(user.get_session_auth_hash(), told["senha"]):
        return None
    return user, told


def attempt(request: HttpRequest, user: Usuario) -> Tentativa:
    """Codes have a limit of their own: the right password does not clear it."""
    return Tentativa(request, user.username, f"fator:{user.pk}")


def end(request: HttpRequest, user: Usuario, como: str) -> None:
    user.entrou_por = como  # type: ignore[attr-defined]  # read by the receivers of the log-in
    user.fator_feito = True  # type: ignore[attr-defined]
    del request.session[KEY]
    login(request, user, BACKEND)
